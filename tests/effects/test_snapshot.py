"""Snapshots of equal values made in two processes are equal; of different ones they say where."""

import datetime as dt
import functools
import time

import numpy as np
import pandas as pd
import pytest

from ipyprod.effects.interpreter import run_clean
from ipyprod.effects.snapshot import Snapshots, take_snapshots
from ipyprod.verification.compare import compare_snapshots
from ipyprod.verification.program import Program, ProgramKind
from ipyprod.verification.report import Verdict

SETUP = """
import array, collections, dataclasses, datetime, decimal, enum, fractions, functools, io, itertools
import pathlib, random, re, threading, types, uuid, zoneinfo
import numpy as np
import pandas as pd
import networkx as nx
import pyarrow as pa
import scipy.sparse
import scipy.spatial
from sklearn.feature_extraction.text import CountVectorizer
import matplotlib.pyplot as plt
from sklearn.linear_model import LinearRegression
from sklearn.tree import DecisionTreeClassifier

class Acc:
    def __init__(self, items): self.items = items
    def __eq__(self, other): raise RuntimeError
    def __repr__(self): raise RuntimeError
    def __getattr__(self, name): raise RuntimeError(name)

class Slotted:
    __slots__ = ("x", "__hidden")
    def __init__(self, x): self.x = x; self.__hidden = 2

@dataclasses.dataclass
class Point:
    x: int
    y: float

class Term:
    def __init__(self, text): self.text = text; self._hash = hash(text)
    def __hash__(self): return self._hash

class Color(enum.Enum):
    RED = 1
    BLUE = 2

class Words(dict):
    def items(self): raise RuntimeError

Pair = collections.namedtuple("Pair", "a b")

def cycle(tail):
    x = [1]; x.append({"me": x, "tail": tail}); return x

def deep(depth, leaf):
    x = leaf
    for _ in range(depth): x = [x]
    return x

def picture(y):
    fig, ax = plt.subplots(); ax.plot([1, 2], [3, y], label="l"); ax.set_title("t"); ax.bar([1], [y])
    plt.close(fig); return fig

def frame(v):
    return pd.DataFrame({"n": [1.0, v], "s": ["a", None], "c": pd.Categorical(["u", "v"]),
        "t": pd.to_datetime(["2024-01-01", "2024-01-02"], utc=True), "i": pd.array([1, None], dtype="Int64")})

def graph(w):
    g = nx.Graph(); g.add_edge("a", "b", weight=w); return g

def ckd(row):
    return scipy.spatial.cKDTree(np.array([row, row]))

def words(text):
    return CountVectorizer().fit([text * 3])

def fitted(k):
    return LinearRegression().fit(np.arange(4.0).reshape(-1, 1), np.arange(4.0) * k)

def tree(k):
    return DecisionTreeClassifier(random_state=0).fit(np.arange(4).reshape(-1, 1), [0, 0, 1, k])

def masked(hidden, shown):
    return np.ma.MaskedArray([hidden, shown], mask=[True, False])
"""

# name: (expression, another expression whose value is different, what the difference must name)
TABLE = {
    "hash kept by an object": ("Term('a')", "Term('b')", ".text"),
    "integer": ("5", "6", "6 instead of 5"),
    "truth": ("True", "1", "1 instead of True"),
    "nan": ("float('nan')", "1.0", "1.0 instead of nan"),
    "huge": ("10**400", "10**400 + 1", "instead of"),
    "surrogate": (r"'\ud800'", "'x'", "instead of"),
    "nested": ("{'a': [1, {'b': 2}]}", "{'a': [1, {'b': 3}]}", "['a'][1]['b']: 3 instead of 2"),
    "order_of_dict": ("{'a': 1, 'b': 2}", "{'b': 2, 'a': 2}", "['a']: 2 instead of 1"),
    "list_or_tuple": ("[1]", "(1,)", "tuple of 1 instead of list of 1"),
    "longer": ("[1, 2]", "[1, 2, 3]", "length 3 instead of 2"),
    "key_gone": ("{'a': 1}", "{}", "['a'] is missing"),
    "key_new": ("{}", "{'a': 1}", "['a'] is new"),
    "tuple_key": ("{(1, 'a'): 1}", "{(1, 'b'): 1}", "is missing"),
    "set": ("{'a', 'b', (1, 2)}", "{'a', 'b', (1, 3)}", "instead of"),
    "cycle": ("cycle(1)", "cycle(2)", "['tail']: 2 instead of 1"),
    "deep": ("deep(5000, 1)", "deep(5000, 2)", "2 instead of 1"),
    "instance": ("Acc([1])", "Acc([2])", ".items[0]: 2 instead of 1"),
    "slots": ("Slotted(1)", "Slotted(2)", ".x: 2 instead of 1"),
    "dataclass": ("Point(1, 2.0)", "Point(1, 3.0)", ".y: 3.0 instead of 2.0"),
    "enum": ("Color.RED", "Color.BLUE", "BLUE instead of RED"),
    "dict_subclass": ("Words(a=1)", "Words(a=2)", "['a']: 2 instead of 1"),
    "namedtuple": ("Pair(1, 2)", "Pair(1, 3)", "[1]: 3 instead of 2"),
    "counter": ("collections.Counter('aab')", "collections.Counter('abb')", "instead of"),
    "deque": ("collections.deque([1], 3)", "collections.deque([2], 3)", "instead of"),
    "defaultdict": (
        "collections.defaultdict(list, a=[1])",
        "collections.defaultdict(list)",
        "missing",
    ),
    "date": ("datetime.datetime(2024, 1, 1)", "datetime.datetime(2024, 1, 2)", "2 instead of 1"),
    "zone": ("zoneinfo.ZoneInfo('UTC')", "zoneinfo.ZoneInfo('Europe/Oslo')", "instead of"),
    "decimal": ("decimal.Decimal('1.1')", "decimal.Decimal('1.2')", "instead of"),
    "fraction": ("fractions.Fraction(1, 3)", "fractions.Fraction(1, 4)", "4 instead of 3"),
    "uuid": ("uuid.UUID(int=1)", "uuid.UUID(int=2)", "instead of"),
    "path": ("pathlib.Path('a')", "pathlib.Path('b')", "b instead of a"),
    "range": ("range(3)", "range(4)", "instead of"),
    "slice": ("slice(1, 2)", "slice(1, 3)", "3 instead of 2"),
    "regex": ("re.compile('a')", "re.compile('b')", "instead of"),
    "match": ("re.match('a', 'ab')", "re.match('ab', 'ab')", "instead of"),
    "bytes": ("bytearray(b'ab')", "bytearray(b'ac')", "[1]: 99 instead of 98"),
    "array": ("array.array('d', [1, 2])", "array.array('d', [1, 3])", "instead of"),
    "error": ("ValueError('a', 1)", "ValueError('a', 2)", "2 instead of 1"),
    "partial": ("functools.partial(int, base=2)", "functools.partial(int, base=3)", "instead of"),
    "namespace": ("types.SimpleNamespace(a=1)", "types.SimpleNamespace(a=2)", "2 instead of 1"),
    "random": ("random.Random(1)", "random.Random(2)", "instead of"),
    "memory_file": ("io.StringIO('a')", "io.StringIO('b')", "'b' instead of 'a'"),
    "library_function": ("np.sum", "np.mean", "mean instead of sum"),
    "library_class": ("collections.Counter", "collections.deque", "instead of"),
    "numbers": ("np.arange(3.0)", "np.array([0.0, 1.0, 2.5])", "[2]: 2.5 instead of 2.0"),
    "matrix": ("np.zeros((2, 2))", "np.array([[0, 0], [0, 1.0]])", "[1, 1]: 1.0 instead of 0.0"),
    "shape": ("np.zeros(4)", "np.zeros((2, 2))", "shape (2, 2) instead of (4,)"),
    "dtype": ("np.zeros(2)", "np.zeros(2, dtype=int)", "dtype <i8 instead of <f8"),
    "texts": ("np.array(['a', 'b'])", "np.array(['a', 'c'])", "[1]: 'c' instead of 'b'"),
    "objects": (
        "np.array([1, 'a', None], dtype=object)",
        "np.array([1, 'b', None], dtype=object)",
        "'b'",
    ),
    "fortran": (
        "np.asfortranarray(np.arange(4).reshape(2, 2))",
        "np.arange(4).reshape(2, 2).T",
        "differ",
    ),
    "record": ("np.array([(1, 2.0)], dtype='i4,f8')", "np.array([(1, 3.0)], dtype='i4,f8')", "f1"),
    "masked": ("masked(7, 1.0)", "masked(7, 2.0)", "2.0 instead of 1.0"),
    "scalar": ("np.float32(1.5)", "np.float32(2.5)", "2.5 instead of 1.5"),
    "moment": ("np.datetime64('2024-01-01')", "np.datetime64('2024-01-02')", "instead of"),
    "generator": ("np.random.default_rng(1)", "np.random.default_rng(2)", "instead of"),
    "random_state": ("np.random.RandomState(1)", "np.random.RandomState(2)", "instead of"),
    "frame": ("frame(2.0)", "frame(3.0)", "['n'] row 1: 3.0 instead of 2.0"),
    "column_gone": ("frame(2.0)", "frame(2.0)[['n', 's']]", "column 'c', 't', 'i' is missing"),
    "series": ("pd.Series([1, 2])", "pd.Series([1, 3])", " row 1: 3 instead of 2"),
    "index": ("pd.Index(['a'])", "pd.Index(['b'])", "'b' instead of 'a'"),
    "levels": (
        "frame(1.0).set_index(['n', 's'])",
        "frame(2.0).set_index(['n', 's'])",
        "instead of",
    ),
    "interval": ("pd.cut([1, 5], 2)", "pd.cut([1, 6], 2)", "instead of"),
    "timestamp": ("pd.Timestamp('2024')", "pd.Timestamp('2025')", "instead of"),
    "sparse": (
        "scipy.sparse.csr_matrix(np.eye(2))",
        "scipy.sparse.csr_matrix(np.ones((2, 2)))",
        "instead of",
    ),
    "estimator": ("fitted(2)", "fitted(3)", "coef_[0]"),
    "tree": ("tree(1)", "tree(0)", "instead of"),
    "graph": ("graph(1)", "graph(2)", "2 instead of 1"),
    "arrow": ("pa.table({'a': [1, 2]})", "pa.table({'a': [1, 3]})", "3 instead of 2"),
    "bars": ("plt.bar([1], [2])", "plt.bar([1], [3])", "instead of"),
    "tree_of_points": ("ckd([1.0])", "ckd([2.0])", "2.0 instead of 1.0"),
    "unfitted_words": ("words('aa bb ')", "words('aa cc ')", "vocabulary_"),
    "grouped": ("frame(1.0).groupby('s')", "frame(2.0).groupby('s')", "2.0 instead of 1.0"),
    "figure": ("picture(4)", "picture(5)", "5 instead of 4"),
}
UNSEEN = {
    "a_generator": "(x for x in [1])",
    "an_iterator": "iter([1])",
    "a_zip": "zip([1], [2])",
    "a_count": "itertools.count()",
    "a_lock": "threading.Lock()",
    "a_list_of_generators": "[(x for x in [1])]",
}


def made_here() -> dict[str, object]:
    namespace: dict[str, object] = {"__name__": "__main__"}
    exec(SETUP, namespace)  # the session's side
    return namespace


@pytest.fixture(scope="module")
def both() -> tuple[dict[str, object], Snapshots]:
    wanted = [(name, first) for name, (first, _, _) in TABLE.items()]
    wanted += [(f"{name}/other", other) for name, (_, other, _) in TABLE.items()]
    wanted += list(UNSEEN.items())
    program = Program(kind=ProgramKind.CODE, text=SETUP, wanted=tuple(wanted))
    run = run_clean(program, folder=".", timeout_seconds=120)
    assert run.snapshots is not None, run
    assert run.value_errors == ()
    return made_here(), run.snapshots


@pytest.mark.parametrize("name", TABLE)
def test_equal_values_of_two_processes_are_reproduced(both, name):
    namespace, there = both
    here = take_snapshots({name: eval(TABLE[name][0], namespace)})
    (found,) = compare_snapshots(here, there)
    assert (found.verdict, found.detail) == (Verdict.REPRODUCED, "")


@pytest.mark.parametrize("name", TABLE)
def test_different_values_of_two_processes_differ_and_say_where(both, name):
    namespace, there = both
    here = take_snapshots({f"{name}/other": eval(TABLE[name][0], namespace)})
    (found,) = compare_snapshots(here, there)
    assert found.verdict is Verdict.DIFFERS
    assert TABLE[name][2] in found.detail


@pytest.mark.parametrize("name", UNSEEN)
def test_values_that_looking_would_use_up_are_not_comparable(both, name):
    namespace, there = both
    here = take_snapshots({name: eval(UNSEEN[name], namespace)})
    (found,) = compare_snapshots(here, there)
    assert found.verdict is Verdict.NOT_COMPARABLE
    assert found.detail


def verdict_of(expected: object, found: object) -> tuple[Verdict, str]:
    (check,) = compare_snapshots(take_snapshots({"v": expected}), take_snapshots({"v": found}))
    return check.verdict, check.detail


def test_floats_within_rounding_are_reproduced_and_say_so():
    assert verdict_of([0.1 + 0.2], [0.3]) == (Verdict.REPRODUCED, "within rounding")


def test_floats_outside_rounding_differ():
    assert verdict_of(np.array([1.0]), np.array([1.0 + 1e-8]))[0] is Verdict.DIFFERS


def test_very_small_numbers_are_no_rounding_of_each_other():
    assert verdict_of(6.6e-34, 1.0e-34)[0] is Verdict.DIFFERS
    assert verdict_of(np.array([6.6e-34]), np.array([1.0e-34]))[0] is Verdict.DIFFERS


def test_what_rounding_leaves_of_numbers_that_cancel_out_is_reproduced():
    one, other = np.array([1.0, 1e-17]), np.array([1.0, -3e-17])
    assert verdict_of(one, other) == (Verdict.REPRODUCED, "within rounding")


def test_infinity_is_not_within_rounding_of_anything():
    assert verdict_of([float("inf")], [1.0])[0] is Verdict.DIFFERS
    assert verdict_of([1.0], [float("-inf")])[0] is Verdict.DIFFERS


def test_nan_in_an_array_equals_nan():
    assert verdict_of(np.array([np.nan, 1.0]), np.array([-np.nan, 1.0]))[0] is Verdict.REPRODUCED


def test_an_array_too_large_to_be_kept_is_compared_by_digest():
    large = np.zeros(9_000_000)
    other = large.copy()
    other[12_345] = 1.0
    assert verdict_of(large, large.copy()) == (Verdict.REPRODUCED, "")
    assert verdict_of(large, other)[0] is Verdict.DIFFERS


def test_a_generator_is_not_advanced_by_a_look():
    numbers = (n for n in [1, 2])
    take_snapshots({"numbers": numbers})
    assert list(numbers) == [1, 2]


def test_no_code_of_a_session_class_runs():
    calls = []

    class Loud:
        def __init__(self):
            self.x = 1

        def __getattribute__(self, name):
            calls.append(name)
            return object.__getattribute__(self, name)

        def __reduce__(self):
            calls.append("reduce")
            return (Loud, ())

    take_snapshots({"v": Loud()})
    assert calls == []


def test_a_lazily_filled_attribute_of_a_library_object_is_no_difference():
    namespace = made_here()
    looked_at, fresh = eval("graph(1)", namespace), eval("graph(1)", namespace)
    _ = looked_at.adj, looked_at.degree, looked_at.edges
    assert verdict_of(looked_at, fresh) == (Verdict.REPRODUCED, "")


def test_a_private_attribute_of_a_session_object_counts():
    class Box:
        pass

    one, other = Box(), Box()
    Box.__module__ = "__main__"
    one._x, other._x = 1, None
    assert verdict_of(one, other)[0] is Verdict.DIFFERS


def test_functions_with_the_same_code_are_reproduced():
    namespace, again = made_here(), made_here()
    assert verdict_of(namespace["graph"], again["graph"])[0] is Verdict.REPRODUCED


def test_functions_with_other_code_are_not_comparable():
    one, other = {"__name__": "__main__"}, {"__name__": "__main__"}
    exec("def f(): return 1", one)
    exec("def f(): return 2", other)
    assert verdict_of(one["f"], other["f"])[0] is Verdict.NOT_COMPARABLE


def test_cached_function_inside_main_is_the_one_of_the_session():
    def main():
        @functools.cache
        def square(x):
            return x * x

        return square

    @functools.cache
    def square(x):
        return x * x

    square.__qualname__ = "square"
    assert verdict_of(square, main())[0] is not Verdict.DIFFERS


def test_what_cannot_be_seen_inside_a_value_is_named():
    verdict, detail = verdict_of({"a": 1, "g": iter([1])}, {"a": 1, "g": iter([1])})
    assert verdict is Verdict.REPRODUCED
    assert "['g']" in detail


def test_a_value_that_is_seen_in_part_because_of_its_size_is_not_comparable():
    value = {"first": 1, "rest": [[n] for n in range(200)]}
    snapshots = take_snapshots({"small": [[n] for n in range(100)], "v": value}, seconds=-1)
    found = compare_snapshots(snapshots, snapshots)
    assert [check.verdict for check in found][-1] is Verdict.NOT_COMPARABLE


def test_a_value_past_the_time_allowed_is_not_comparable():
    snapshots = take_snapshots({"v": [[n] for n in range(1000)]}, seconds=-1)
    (found,) = compare_snapshots(snapshots, snapshots)
    assert found.verdict is Verdict.NOT_COMPARABLE


def test_a_value_that_raises_when_looked_at_is_not_comparable():
    class Broken(np.ndarray):
        def view(self, *_args):
            raise RuntimeError

    value = np.ndarray.__new__(Broken, (2,))
    assert verdict_of(value, value)[0] is Verdict.NOT_COMPARABLE


def test_a_missing_value_is_missing():
    (found,) = compare_snapshots(take_snapshots({"a": 1}), take_snapshots({}))
    assert found.verdict is Verdict.MISSING


def test_aware_and_naive_times_differ():
    moment = dt.datetime(2024, 1, 1)  # noqa: DTZ001 - a naive one is the point
    assert verdict_of(moment, moment.replace(tzinfo=dt.UTC))[0] is Verdict.DIFFERS


def test_mixed_records_of_time_are_compared_in_full():
    assert verdict_of(time.gmtime(0), time.gmtime(60))[0] is Verdict.DIFFERS


def test_columns_in_another_order_differ():
    one = pd.DataFrame({"a": [1], "b": [2]})
    assert verdict_of(one, one[["b", "a"]])[0] is Verdict.DIFFERS
