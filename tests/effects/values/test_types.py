"""Live values as the annotations that people write for them."""

import collections
import csv
import datetime as dt
import decimal
import functools
import io
import pathlib
import re
import sqlite3

import matplotlib as mpl
import networkx as nx
import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from scipy import sparse
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import make_pipeline

from ipyprod.effects.values.types import describe_type, literal_text
from ipyprod.promotion.imports import import_names
from ipyprod.promotion.type_hints import hint_of

mpl.use("agg")
RECURSIVE: list = [1]
RECURSIVE.append(RECURSIVE)
FRAME = pd.DataFrame({"a": [1, 2], "b": ["x", "y"]})


def typed(x: int, y) -> float:
    return x / y


def generator():
    yield 1


def hint(value, **options):
    return hint_of(describe_type(value), import_names([]), **options)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ([1, "a"], "list[int | str]"),
        ([1, None], "list[int | None]"),
        ([1, 2.0, True], "list[float]"),
        ([], "list"),
        ((), "tuple[()]"),
        ((1, "a"), "tuple[int, str]"),
        (tuple(range(9)), "tuple[int, ...]"),
        ({"a": 1, "b": "x", "c": b"", "d": [1]}, "dict[str, Any]"),
        ({"a": {"b": [1.5]}}, "dict[str, dict[str, list[float]]]"),
        (RECURSIVE, "list[Any]"),
        (frozenset({1}), "frozenset[int]"),
        (np.arange(2.0), "np.ndarray"),
        ([np.arange(2)], "list[np.ndarray]"),
        (np.float64(1), "float"),
        (np.int64(1), "np.int64"),
        (np.random.default_rng(0), "np.random.Generator"),
        (FRAME, "pd.DataFrame"),
        (FRAME["a"], "pd.Series"),
        (FRAME.groupby("a"), "DataFrameGroupBy"),
        (pd.Timestamp("2024-01-01"), "pd.Timestamp"),
        (FRAME.iloc, "Any"),
        (sparse.csr_matrix(np.eye(2)), "csr_matrix"),
        (LinearRegression(), "LinearRegression"),
        (make_pipeline(LinearRegression()), "Pipeline"),
        (Figure(), "Figure"),
        (Figure().add_subplot(), "Axes"),
        (nx.Graph(), "nx.Graph"),
        (typed, "Callable[[int, Any], float]"),
        (len, "Callable[..., Any]"),
        ([typed, len], "list[Callable[..., Any]]"),
        (int, "type[int]"),
        (functools.partial(typed, 1), "partial"),
        (generator(), "Iterator[Any]"),
        (iter([1]), "Iterator[Any]"),
        (csv.reader([]), "Iterator[Any]"),
        ({"a": 1}.items(), "ItemsView[str, int]"),
        ({"a": 1}.keys(), "KeysView[str]"),
        (re.compile("a"), "Pattern"),
        (dt.date(2024, 1, 1), "date"),
        (decimal.Decimal(1), "Decimal"),
        (pathlib.Path(), "Path"),
        (io.StringIO(), "StringIO"),
        (sqlite3.connect(":memory:"), "Connection"),
        (collections.Counter("a"), "Counter[str]"),
        (collections.defaultdict(list, {"a": [1]}), "defaultdict[str, list[int]]"),
        (object(), "Any"),
    ],
)
def test_value_is_typed_as_people_write_it(value, text):
    assert hint(value).text == text


def test_imports_of_a_hint_are_public():
    assert hint(FRAME.groupby("a")).imports == ("from pandas.api.typing import DataFrameGroupBy",)
    assert hint(Figure().add_subplot()).imports == ("from matplotlib.axes import Axes",)
    assert hint(io.StringIO()).imports == ("from io import StringIO",)


def test_what_is_in_an_array_is_told_where_that_is_set():
    assert hint([np.arange(2.0)], typed_arrays=True).text == "list[npt.NDArray[np.float64]]"
    assert hint(np.array([True]), typed_arrays=True).text == "npt.NDArray[np.bool_]"


def test_name_that_means_something_else_in_the_module_is_left_alone():
    taken = hint(dt.date(2024, 1, 1), taken={"date"})
    assert (taken.text, taken.imports) == ("datetime.date", ("import datetime",))


def test_no_code_of_a_value_runs():
    class Loud:
        def __getattribute__(self, name):
            raise AssertionError(name)

        def __repr__(self):
            raise AssertionError

    Loud.__module__ = "__main__"
    assert describe_type([Loud()]).arguments[0].is_session_type


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ([1, (2.5, "a")], "[1, (2.5, 'a')]"),
        ({"a": None}, "{'a': None}"),
        ((1,), "(1,)"),
        (float("nan"), ""),
        ({1, 2}, ""),
        ("x" * 100, ""),
        (list(range(100)), ""),
        ([[[[1]]]], ""),
        (np.float64(1), ""),
        (RECURSIVE, ""),
    ],
)
def test_small_value_is_kept_as_text(value, text):
    assert literal_text(value) == text
