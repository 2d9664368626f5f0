import pytest

from ipyprod.source.secrets import find_personal_paths, find_secrets

HEX = "9f86d081884c7d659a2feaa0c55ad015"
NAMES = (
    "password",
    "db_password",
    "PASSWORD",
    "passwd",
    "pwd",
    "secret",
    "api_key",
    "apiKey",
    "API_KEY",
    "apikey",
    "access_key",
    "aws_secret_access_key",
    "token",
    "auth_token",
    "GITHUB_TOKEN",
    "client_secret",
    "private_key",
    "secret_key",
    "passphrase",
    "credential",
    "bearer",
    "jwt",
    "accessToken",
    "encryption_key",
    "smtp_pass",
)
FORMS = (
    "{0} = 'hunter2!x'",
    "conn = connect(user='ann', {0}='hunter2!x')",
    "conf = {{'user': 'ann', '{0}': 'hunter2!x'}}",
    "def go(user, {0}='hunter2!x'): pass",
    "client.{0} = 'hunter2!x'",
)
PLANTED = [form.format(name) for name in NAMES for form in FORMS] + [
    f"x = 'AKIA{'ABCD' * 4}'",
    f"x = 'ghp_{'a1B2' * 9}'",
    f"x = 'github_pat_{'a1B2' * 9}'",
    f"x = 'glpat-{'a1B2' * 5}'",
    f"x = 'sk-{'a1B2' * 9}'",
    f"x = 'sk-proj-{'a1B2' * 9}'",
    f"x = 'xoxb-{'1234567890'}-abcdef'",
    f"x = 'AIza{'a1B2c' * 7}'",
    f"x = 'hf_{'a1B2' * 9}'",
    f"f('eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.{'abc' * 9}')",
    "x = '''-----BEGIN RSA PRIVATE KEY-----\nabc\n'''",
    "create_engine('postgresql://ann:s3cr3t@db/prod')",
    "x = 'Server=db;Uid=ann;Pwd=s3cr3t!;'",
    "get(url, headers={'Authorization': 'Bearer abcdef123456'})",
    "get('https://api.org/v1?api_key=abcdef123456')",
    f"# old key: ghp_{'a1B2' * 9}",
    "user, password = 'ann', 'hunter2!x'",
    "os.environ['API_TOKEN'] = 'abcdef123456'",
    "if password == 'hunter2!x': pass",
    "key = 'aB3dE5gH7jK9mN1pQ2rS4tU6vW8xY0zZ'",
]
LOOK_ALIKES = [
    form.format(value)
    for value in (
        "os.environ['API_KEY']", "os.getenv('API_KEY')", "getpass()", "None", "''", "'<your key>'",
        "'xxxx'", "'your_key_here'", "'changeme'", "'{token}'", "'***'", "config.key", "input()",
    )
    for form in ("api_key = {}", "connect(password={})", "c = {{'token': {}}}", "def f(token={}): 0")
] + [
    "max_tokens = '4096'", "token_count = 'many'", "password_column = 'password'", "tokens = ['a']",
    "df['token']", "df[['user', 'password']]", "df.drop('token', axis=1)", "pad_token = '[PAD]'",
    "eos_token = '</s>'", "df.token.str.lower()",
    "primary_key = 'customer'", "sort_key = 'price'", "key = 'price'", "keyword = 'price'",
    "secretary = 'Ann Smith'", "passenger = 'Braund'", "compass = 'north'", "author = 'Ann Smith'",
    "url = 'https://example.org/a:b'", "url = 'postgresql://localhost/db'", "x = 'Basic statistics'",
    f"sha256 = '{HEX * 2}'", f"commit = '{HEX[:40]}'", "uuid = '123e4567-e89b-12d3-a456-426614174000'",
    "alphabet = 'abcdefghijklmnopqrstuvwxyz'", "print('Enter the password: ')", "token = next(it)",
    "token_path = '/etc/app/token'", "password_file = 'pw.txt'", "secret_name = 'prod/db'",
    "x = 'a token is a word'", "password = read('pw')",
]  # fmt: skip


@pytest.mark.parametrize("code", PLANTED)
def test_planted_secret_is_found(code: str) -> None:
    assert find_secrets(code)


@pytest.mark.parametrize("code", LOOK_ALIKES)
def test_look_alike_is_not_flagged(code: str) -> None:
    assert find_secrets(code) == ()


def test_secret_itself_is_never_repeated() -> None:
    found = find_secrets("x = 1\ndb_password = 'hunter2!x'\n")
    assert [(s.line, s.hint) for s in found] == [(2, 'os.environ["DB_PASSWORD"]')]
    assert "hunter2" not in repr(found)


@pytest.mark.parametrize("path", ["/home/ann/a.csv", "/Users/ann/a.csv", "C:/Users/ann/a.csv"])
def test_personal_path_is_found(path: str) -> None:
    assert [p.path for p in find_personal_paths(f"x = read({path!r})")] == [path]


@pytest.mark.parametrize("path", ["data/a.csv", "/data/a.csv", "https://a.org/home/ann"])
def test_other_path_is_left_alone(path: str) -> None:
    assert find_personal_paths(f"x = read({path!r})") == ()
