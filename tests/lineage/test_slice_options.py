"""What a slice is asked for besides its targets, and the reasons that it gives."""

import sys
from dataclasses import replace
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from sessions import blinded, lineage, play

from ipyprod.lineage.hidden_state import HiddenKind, find_hidden_state
from ipyprod.lineage.slices import DropKind, KeepKind, slice_backward
from ipyprod.lineage.snippets import changes_between, live_in, live_out, reaching_definitions
from ipyprod.session.cell import Observation

IMPORT = "from pathlib import Path"


def graph_of(*cells):
    return lineage(play(list(cells))[0])


def texts(made):
    return [s.text for s in made.statements]


def test_until_gives_the_value_of_that_moment():
    graph = graph_of("a = [1]", "a.append(2)", "a = 5")
    assert texts(slice_backward(graph, ["a"], until=1)) == ["a = [1]", "a.append(2)"]


def test_within_leaves_the_rest_as_inputs():
    graph = graph_of("a = [1]", "b = a + [2]", "c = b + a")
    made = slice_backward(graph, ["c"], within=frozenset({(1, 0), (2, 0)}))
    assert texts(made) == ["b = a + [2]", "c = b + a"]
    assert made.inputs == ("a",)


def test_outputs_are_kept_for_their_own_sake_only_when_asked(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    graph = graph_of(IMPORT, "a = 1", "b = 2", "Path('o.txt').write_text(str(b))", "print(a)")
    assert texts(slice_backward(graph, ["a"])) == ["a = 1"]
    kept = slice_backward(graph, [], keep_outputs=True)
    assert texts(kept) == [IMPORT, "a = 1", "b = 2", "Path('o.txt').write_text(str(b))", "print(a)"]
    assert [line.kind for line in kept.kept][3:] == [KeepKind.WRITES, KeepKind.WRITES]


@pytest.mark.parametrize(
    ("cells", "kept"),
    [
        (["a = [1]", "print(a)", "print(a)", "print(a)"], ["a = [1]", "print(a)"]),
        (["a = [1]", "print(a)", "len(a)", "print(a)"], ["a = [1]", "print(a)"]),
        (["a = [1]", "b = a[0]; print(b)", "b = a[0]; print(b)"], ["a = [1]", "b = a[0]", "print(b)"]),
        (["a = [1]", "a.append(2); print(a)", "a.append(2); print(a)"], None),
        (["a = [1]", "print(a); a.append(2)", "print(a); a.append(2)"], None),
        (["a = [1]", "print(a)", "a.append(2)", "print(a)"], None),
        (["a = iter('xyz')", "print(next(a))", "print(next(a))"], None),
        (["import random; random.seed(1)", "print(random.random())", "print(random.random())"], None),
        (["a = [1]", "print(a)", "print( a)"], None),
        (["a = [1]", "print(a); 1 / 0", "print(a); 1 / 0"], ["a = [1]", "print(a)", "print(a)"]),
    ],
)
def test_of_a_cell_run_again_at_once_one_run_prints(cells, kept):
    graph = graph_of(*cells)
    made = slice_backward(graph, ["a"] if "a" in graph.session.live else [], keep_outputs=True)
    assert texts(made) == (kept or [s.text for s in graph.statements])


def test_a_print_that_was_made_again_says_by_which_line():
    made = slice_backward(graph_of("a = 1", "print(a)", "print(a)"), ["a"], keep_outputs=True)
    (line,) = made.dropped
    assert (line.kind, line.by.cell_number, line.subject) == (DropKind.SUPERSEDED, 3, "")


def test_conservative_slice_trusts_no_look():
    graph = graph_of("class A:\n    def look(self): return 1", "o = A()", "o.look()", "out = o")
    assert "o.look()" not in texts(slice_backward(graph, ["out"]))
    assert "o.look()" in texts(slice_backward(graph, ["out"], conservative=True))


def test_conservative_slice_has_all_of_the_slice_without_looks():
    cells = ["a = [1]", "b = a", "b.append(2); len(b)", "c = b[0]", "a.sort()", "out = (a, c)"]
    session, _ = play(cells)
    careful = slice_backward(lineage(session), ["out"], conservative=True)
    blind = slice_backward(lineage(blinded(session)), ["out"])
    assert set(texts(blind)) <= set(texts(careful))


@pytest.mark.parametrize(("unharmed", "count"), [("", 3), ("b", 3), ("a", 2)])
def test_filled_caches_are_dropped_only_when_asked(unharmed, count):
    session, _ = play(["a = [1]", "a.count(1); a.__len__()", "out = a"])
    weak = Observation(is_complete=True, weak=frozenset({"a"}))
    cells = tuple(replace(c, observation=weak) if c.event == 1 else c for c in session.cells)
    made = slice_backward(lineage(replace(session, cells=cells)), ["out"], unharmed=frozenset(unharmed))
    assert len({s.event for s in made.statements}) == count


@pytest.mark.parametrize(("line", "is_dropped"), [("m.summary()", True), ("m.fit(3)", False)])
def test_a_look_at_what_its_cell_made_is_dropped_only_when_asked(line, is_dropped):
    session, _ = play(["from unittest.mock import Mock", f"m = Mock(); {line}", "out = m"])
    seen = Observation(is_complete=True, bound=frozenset({"m"}), has_result=True)
    cells = tuple(replace(c, observation=seen) if c.event == 1 else c for c in session.cells)
    graph = lineage(replace(session, cells=cells))
    made = slice_backward(graph, ["out"], unharmed=frozenset({"m"}))
    assert (line in texts(made)) != is_dropped
    assert ("m" in made.doubted) == is_dropped


def test_every_line_is_kept_or_dropped_with_a_reason():
    graph = graph_of(
        "a = [1]", "a", "b = 1", "a.append(2)", "1 / 0", "x = 1", "x = 2", "out = (a, x)"
    )
    made = slice_backward(graph, ["out"])
    assert len(made.kept) + len(made.dropped) == len(graph.statements)
    dropped = {line.statement.text: line for line in made.dropped}
    assert {text: line.kind for text, line in dropped.items()} == {
        "a": DropKind.LOOK, "b = 1": DropKind.UNUSED, "1 / 0": DropKind.FAILED,
        "x = 1": DropKind.SUPERSEDED,
    }  # fmt: skip
    assert dropped["x = 1"].by.text == "x = 2"
    assert [line.kind for line in made.kept] == [
        KeepKind.BINDS, KeepKind.CHANGES, KeepKind.BINDS, KeepKind.BINDS,
    ]  # fmt: skip
    assert all(line.subject for line in made.kept)


def test_live_out_is_what_later_cells_read():
    graph = graph_of("a = [1]", "b = a; c = 2; b.append(3)", "c = 5", "d = b + [c]")
    assert live_out(graph, [(1, 0), (1, 1), (1, 2)]) == ("b",)
    assert live_out(graph, [(0, 0)]) == ("a",)
    assert live_out(graph, [(3, 0)]) == ()


def test_live_in_is_what_is_read_before_it_is_bound():
    graph = graph_of("a = 1", "k = 2", "b = a + k; a = 5; c = a + len([b])")
    assert live_in(graph, [(2, 0), (2, 1), (2, 2)]) == ("a", "k")


def test_definitions_that_may_reach_end_with_the_certain_one():
    graph = graph_of("a = 1", "a = 2", "if a:\n    a = 3", "b = a")
    blind = lineage(blinded(graph.session))
    found = [s.text for s in reaching_definitions(blind, "a", (3, 0))]
    assert found == ["if a:\n    a = 3", "a = 2"]


def test_changes_between_two_places_are_strictly_between():
    graph = graph_of("a = []", "a.append(1)", "b = 1", "a.append(2)", "a.append(3)")
    found = [s.text for s in changes_between(graph, "a", (1, 0), (4, 0))]
    assert found == ["a.append(2)"]


@pytest.mark.parametrize(
    ("cells", "name", "kind"),
    [
        (["a = 1", "b = a + 1", "a = 2"], "b", HiddenKind.STALE),
        (["def f(): return 1", "b = f()", "def f(): return 2"], "b", HiddenKind.REDEFINED),
        (["for x in [1, 0]:\n    b = 1 // x"], "b", HiddenKind.FROM_FAILED),
        (["sum = 3"], "sum", HiddenKind.SHADOWED_BUILTIN),
        (["import random", "b = random.random()"], "b", HiddenKind.UNSEEDED_RANDOM),
    ],
)
def test_hidden_state_is_named(cells, name, kind):
    found = find_hidden_state(graph_of(*cells))
    assert [(one.name, one.kind) for one in found if one.name == name] == [(name, kind)]
    assert all(one.what_to_do for one in found)


def test_value_without_a_source_is_hidden_state():
    session, _ = play(["b = a if 'a' in globals() else 1"])
    session = replace(session, live=session.live | {"a"}, unrecorded=frozenset({"a"}))
    found = find_hidden_state(lineage(session))
    assert [(one.name, one.kind) for one in found] == [("a", HiddenKind.SOURCE_GONE)]
    gap = replace(session, incomplete_from=0)
    assert find_hidden_state(lineage(gap))[0].kind is HiddenKind.UNRECORDED


def test_session_in_order_has_no_hidden_state():
    assert find_hidden_state(graph_of("a = 1", "b = a + 1", "c = [b]", "c.append(a)")) == ()


def test_what_pyplot_offers_besides_drawing_leaves_no_figure():
    graph = graph_of(
        "import matplotlib.pyplot as plt", "a = plt.cycler('color', ['r'])", "a = plt.cm.viridis(0.5)",
        "a = plt.Normalize(0, 1)", "a = plt.get_cmap('viridis')", "plt.plot([1])", "a = 1",
    )
    kept = texts(slice_backward(graph, ["a"], keep_outputs=True))
    assert kept == ["import matplotlib.pyplot as plt", "plt.plot([1])", "a = 1"]


ESTIMATORS = """from sklearn.linear_model import Ridge
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline"""


def test_estimator_is_not_changed_by_being_put_into_another():
    made = 'model = Ridge()\nsteps = make_pipeline(model)\nsearch = GridSearchCV(model, {"alpha": [1, 2]})'
    kept = texts(slice_backward(graph_of(ESTIMATORS, made), ["model"]))
    assert kept[-1] == "model = Ridge()"


def test_estimator_is_changed_by_fitting_the_one_that_holds_it():
    made = "model = Ridge()\nsteps = make_pipeline(model)\nwhole = make_pipeline(steps).fit([[1], [2]], [1, 2])"
    kept = texts(slice_backward(graph_of(ESTIMATORS, made), ["model"]))
    assert kept[-3:] == made.split("\n")


def test_a_name_that_comes_later_is_nothing_that_a_line_takes_from_outside():
    graph = graph_of("g = (x * k for x in [1])", "k = 3", "out = list(g)")
    assert slice_backward(graph, ["out"]).inputs == ()
    assert live_in(graph, {(0, 0)}) == ()
    assert live_in(graph, {(2, 0)}) == ("g", "k")


def test_a_name_was_there_where_something_unseen_may_have_bound_it():
    session, _ = play(["n = 1", "exec(''.join(['m', ' = 2']))", "k = 3"])
    graph = lineage(blinded(session))
    assert graph.is_bound_later("k", (0, 0))
    assert not graph.is_bound_later("k", (2, 0))
    assert not graph.is_bound_later("n", (1, 0))


def test_submodule_is_told_by_its_name_where_the_package_is_bound_again():
    graph = graph_of("import xml.dom", "import xml.sax", "a = xml.dom.__name__")
    made = slice_backward(graph, ["a"])
    assert texts(made) == ["import xml.dom", "a = xml.dom.__name__"]
    assert texts(slice_backward(graph, ["a"], within=frozenset({(1, 0), (2, 0)}))) == [
        "import xml.sax",
        "a = xml.dom.__name__",
    ]
