"""The translation against the console itself: each session leaves the same values either way."""

import io
import os
from contextlib import redirect_stderr, redirect_stdout

import pytest
from IPython.core.inputtransformer2 import TransformerManager
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from ipyprod.session.cell import Cell, Observation, Outcome, Session
from ipyprod.source.parsing import parse_session

SESSIONS = {
    "results": ["1+1", "_ + 1", "x=_1+Out[2]", "_", "y=_+__", "5;", "z=_", "None", "w=_"],
    "results in place": ["[1]", "_.append(3)", "x=_1", "x", "x=5", "z=_4", "s=f'{_4}'"],
    "underscore": ["5", "_=9", "6", "a=_", "del _", "7", "b=_", "8", "c=__"],
    "underscore of a loop": ["5", "for _ in [3]: pass", "6", "a=_", "b=_3", "del _"],
    "inputs": ["q=1", "x = _i", "y = In[1]", "z = _ii", "w = _i2", "v = In[0]", "u = _iii"],
    "captured commands": [
        "f = !ls *.csv",
        "n = f.n",
        "s = f.s",
        "v = 'data.csv'",
        "a = !cat $v",
        "b = !cat {v} | head -1",
        "c = !awk -F, '{print $1}' data.csv",
        "d = !echo $HOME ${v} {v!r} {{v}}",
        "e = !echo hi; echo; echo",
        "!!echo 1",
        "g = _",
    ],
    "commands": [
        "!touch one",
        "for i in range(2):\n    !touch f{i}\n    j = i",
        "def f(p):\n    lines = !cat {p}\n    return lines",
        "x = f('data.csv')",
        "%mkdir -p deep/er",
        "%cp data.csv deep/copy.csv",
        "y = !ls deep",
    ],
    "timed": [
        "%time x = 3",
        "%time x + 1",
        "y = _",
        "%%time\na = 1\nb = a + x\nb * 2",
        "z = _",
        "w = %time 3 + 3",
        '%time s = "a  b"',
        "%prun -q p = 4",
        "%%prun -q\nq = 5\nr = q",
        "for i in range(2):\n    %time t = i",
    ],
    "environment": [
        "%env IPYPROD_A=1",
        "%env IPYPROD_B a",
        "z = 'q '",
        "%env IPYPROD_C={z}",
        "%env IPYPROD_D=$z",
        "%env IPYPROD_E=$PATH:$z",
        "%env IPYPROD_F={nothing}",
        "h = %env IPYPROD_A",
        "%env IPYPROD_B",
        "k = _",
    ],
    "folders": [
        "%cd sub",
        "import os\np = os.path.basename(os.getcwd())",
        "%cd -q ..",
        '%cd "a b"',
    ],
    "files": [
        '%%writefile a.txt\nhello\n  "x" \\n\n\nend',
        "%%writefile -a a.txt\nmore é",
        "import pathlib\nt = pathlib.Path('a.txt').read_text(encoding='utf-8')",
        '%%writefile "b c.txt"\nq',
        "u = pathlib.Path('b c.txt').read_text(encoding='utf-8')",
    ],
    "scripts": [
        "%%bash --out o\necho hi\necho there",
        "%%bash --out p --err e\necho 1\necho 2 >&2",
        "%%sh\ntouch zz",
        "%%script false --no-raise-error\nfoo",
        "%%bash --no-raise-error\ntouch yy\nfalse",
        "%%!\necho a\necho b",
        "x = _",
    ],
    "failures": [
        "a = 1\nb = 1 / 0\nc = 3",
        "%time g = 1 / 0",
        "a = 2\nreturn a\nb = 2",
        "d = (",
        "e = 5",
    ],
    "looks": [
        "x = 1;",
        "?x",
        "x?",
        "%who",
        "%timeit -n1 -r1 x",
        "/print x",
        "%precision 3",
        "y = 1 # c",
    ],
    "lines": [
        "x = !ls \\\n  *.csv",
        "%time y = sum( \\\n   [1,2])",
        's = """\n%time foo\n!ls\n"""',
        ">>> a = 1\n>>> b = 2",
        "In [1]: c = 5\n   ...: d = 6",
        "    e = 1\n    f = 2",
        "g = 'é'; %time",
    ],
    "taken names": ["import math as os", "subprocess = 3", "f = !echo 1", "%cd sub", "del os"],
}


@pytest.fixture
def folders(tmp_path, monkeypatch):
    for name in ("console", "python"):
        for inner in ("sub", "a b"):
            (tmp_path / name / inner).mkdir(parents=True)
        (tmp_path / name / "data.csv").write_text("a,b\n1,2\n")
    monkeypatch.chdir(tmp_path / "console")
    monkeypatch.setenv("SHELL", "/bin/sh")
    yield tmp_path
    for name in _own_variables():
        del os.environ[name]


def _play(cells):
    config = Config()
    config.HistoryManager.enabled = False
    shell = InteractiveShell(config=config)
    recorded = []
    for event, text in enumerate(cells):
        number = shell.execution_count
        try:
            python = shell.transform_cell(text)
        except SyntaxError:
            python = ""
        result = shell.run_cell(text, store_history=True)
        recorded.append(
            Cell(
                event=event,
                number=number,
                text=text,
                python=python,
                outcome=Outcome.OK if result.success else Outcome.FAILED,
                failed_line=_failed_line(result.error_in_exec),
                observation=Observation(has_result=number in shell.user_ns["_oh"]),
            )
        )
    values = {
        name: value
        for name, value in shell.user_ns.items()
        if name not in shell.user_ns_hidden and not name.startswith("_")
    }
    return Session(cells=tuple(recorded), live=frozenset(values)), values


def _failed_line(error):
    traceback = error.__traceback__ if error else None
    while traceback:
        if "<ipython-input" in traceback.tb_frame.f_code.co_filename:
            return traceback.tb_lineno
        traceback = traceback.tb_next
    return None


def _own_variables():
    return {name: value for name, value in os.environ.items() if name.startswith("IPYPROD_")}


def _files(folder):
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def _run(statements):
    namespace = {"__name__": "__main__"}
    for statement in statements:
        try:
            exec(compile(statement.text, "<statement>", "exec"), namespace)
        except Exception:
            if statement.finish.name == "DONE":
                raise
    return namespace


@pytest.mark.parametrize("cells", SESSIONS.values(), ids=SESSIONS.keys())
def test_statements_leave_what_the_console_left(folders, monkeypatch, cells):
    with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
        session, values = _play(cells)
        folder, variables = os.path.relpath(os.getcwd(), folders / "console"), _own_variables()
        for name in variables:
            del os.environ[name]
        monkeypatch.chdir(folders / "python")
        parsed = parse_session(session, transform=TransformerManager().transform_cell)
        namespace = _run(parsed.statements)
    made = frozenset().union(*(statement.made_names for statement in parsed.statements))
    names = {name for name in namespace if not name.startswith("__")} - made - {"_"}
    plain = {name: value for name, value in values.items() if not callable(value)}
    assert {name: namespace.get(name) for name in plain} == plain
    assert names - set(values) == set()
    assert os.path.relpath(os.getcwd(), folders / "python") == folder
    assert _own_variables() == variables
    assert _files(folders / "python") == _files(folders / "console")
    assert not any("get_ipython" in statement.text for statement in parsed.statements)
