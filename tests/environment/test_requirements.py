import pytest

from ipyprod.environment.distributions import Distribution, InstalledIndex, SourceKind
from ipyprod.environment.requirements import (
    DriftKind,
    Requirement,
    closure,
    find_drift,
    freeze,
    is_own_work,
    make_requirement,
    parse_asked,
    render_requirements,
)

NOTHING = frozenset()


def distribution(name, version="1.0", *requires, **options):
    return Distribution(name=name, version=version, requires=requires, **options)


def index_of(*distributions):
    return InstalledIndex(distributions={d.name.lower(): d for d in distributions})


def test_closure_follows_markers_and_leaves_out_what_is_not_installed():
    index = index_of(
        distribution("a", "1", "b>=1", "c; python_version < '3'", "gone"),
        distribution("b"),
        distribution("c"),
    )
    assert set(closure(index, {"a": NOTHING})) == {"a", "b"}


def test_closure_follows_extras_that_were_asked_for():
    index = index_of(distribution("a", "1", "b; extra == 'x'"), distribution("b"))
    assert set(closure(index, {"a": frozenset({"x"})})) == {"a", "b"}
    assert set(closure(index, {"a": NOTHING})) == {"a"}


def test_closure_follows_extras_between_distributions_and_circles():
    index = index_of(
        distribution("a", "1", "b[x]"),
        distribution("b", "1", "a", "c; extra == 'x'"),
        distribution("c"),
    )
    assert set(closure(index, {"a": NOTHING})) == {"a", "b", "c"}


def test_requirements_are_pinned_with_reasons_and_what_they_bring_along():
    index = index_of(distribution("a", "1.5", "b"), distribution("b", "2"))
    frozen = freeze(index, {"a": ("imported in In [1]", "imported in In [4]")}, {})
    text = render_requirements(frozen, python_version="3.11.7", file_name="requirements.txt")
    assert text.split("\n")[3:] == [
        "a==1.5  # imported in In [1], In [4]",
        "",
        "# brought along by the above",
        "b==2",
        "",
    ]


def test_extras_are_kept():
    index = index_of(distribution("a", "1", "b; extra == 'x'"), distribution("b"))
    frozen = freeze(index, {"a": ()}, {"a": frozenset({"x"})})
    assert [r.specification for r in frozen] == ["a[x]==1", "b==1.0"]


@pytest.mark.parametrize(("name", "version"), [("a\nevil", "1"), ("a", "1\n-e evil"), ("a", "")])
def test_what_breaks_the_grammar_never_reaches_a_line_of_its_own(name, version):
    index = InstalledIndex(distributions={name: Distribution(name=name, version=version)})
    text = render_requirements(freeze(index, {name: ()}, {}), python_version="3.11.7", file_name="requirements.txt")
    assert all(line.startswith("#") or not line for line in text.split("\n"))


def test_version_control_install_is_written_with_its_commit():
    origin = "git+https://example.org/a.git@abc"
    requirement = make_requirement(distribution("a", source=SourceKind.VCS, origin=origin))
    assert requirement.specification == f"a @ {origin}"


@pytest.mark.parametrize("source", [SourceKind.EDITABLE, SourceKind.LOCAL_FOLDER])
def test_local_install_is_a_comment_that_says_what_to_do(source):
    requirement = make_requirement(distribution("a", source=source))
    text = render_requirements((requirement,), python_version="3.11.7", file_name="requirements.txt")
    assert "# a is an editable install" in text or "# a was installed from a folder" in text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x[y]>=1", {"x": frozenset({"y"})}),
        ("Foo_Bar", {"foo-bar": NOTHING}),
        ("'x[y]' z", {"x": frozenset({"y"}), "z": NOTHING}),
        ("-U ./folder", {}),
    ],
)
def test_what_was_asked_for_is_read(text, expected):
    assert parse_asked([text]) == expected


def test_own_file_is_known_until_it_is_edited():
    text = render_requirements((Requirement(name="a", version="1"),), python_version="3.11.7", file_name="requirements.txt")
    assert is_own_work(text)
    assert not is_own_work(text + "b==1\n")
    assert not is_own_work("a==1\n")


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("a==1.0\n", []),
        ("a==1.0  # why\n", []),
        ("a>=0.9\n", []),
        ("-r other.txt\na==1.0\n", []),
        ("a==2.0\n", [DriftKind.OTHER_VERSION]),
        ("", [DriftKind.NOT_FROZEN]),
        ("a==1.0\nb==1.0\n", [DriftKind.NOT_NEEDED]),
        ("a==1.0\ngone==1.0\n", [DriftKind.NOT_INSTALLED]),
        ("a==1.0\n???\n", [DriftKind.UNREADABLE]),
    ],
)
def test_drift_is_found(text, kinds):
    index = index_of(distribution("a"), distribution("b"))
    drift = find_drift(text, (Requirement(name="a", version="1.0"),), index)
    assert [d.kind for d in drift] == kinds
