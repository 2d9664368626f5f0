import ast

import pytest

from ipyprod.promotion.imports import import_names
from ipyprod.promotion.type_hints import hint_of
from ipyprod.session.cell import TypeNote

INT = TypeNote(module="builtins", qualname="int")
STR = TypeNote(module="builtins", qualname="str")
NONE = TypeNote(module="builtins", qualname="NoneType")
FRAME = TypeNote(module="pandas.core.frame", qualname="DataFrame", public_module="pandas")
NAMES = import_names(ast.parse("import pandas as pan\nfrom collections import deque as dq").body)


@pytest.mark.parametrize(
    ("note", "text"),
    [
        (None, "Any"),
        (INT, "int"),
        (FRAME, "pan.DataFrame"),
        (TypeNote(module="numpy", qualname="ndarray", public_module="numpy"), "np.ndarray"),
        (TypeNote(module="builtins", qualname="list", arguments=(STR,)), "list[str]"),
        (TypeNote(module="builtins", qualname="list"), "list"),
        (TypeNote(module="builtins", qualname="tuple", arguments=(STR,)), "tuple[str, ...]"),
        (
            TypeNote(module="builtins", qualname="tuple", arguments=(STR, INT), is_fixed_tuple=True),
            "tuple[str, int]",
        ),
        (TypeNote(module="builtins", qualname="x", union=(NONE, INT)), "int | None"),
        (TypeNote(module="pathlib", qualname="PosixPath"), "Path"),
        (TypeNote(module="builtins", qualname="function", is_callable=True), "Callable[..., Any]"),
        (TypeNote(module="builtins", qualname="generator", is_iterator=True), "Iterator[Any]"),
        (TypeNote(module="__main__", qualname="Box", is_session_type=True), "Box"),
        (TypeNote(module="__main__", qualname="Gone", is_session_type=True), "Any"),
        (TypeNote(module="lib._private", qualname="Thing"), "Any"),
        (
            TypeNote(
                module="collections", qualname="deque", public_module="collections", arguments=(INT,)
            ),
            "dq[int]",
        ),
    ],
)
def test_type_reads_as_people_write_it(note, text):
    assert hint_of(note, NAMES, ["Box"]).text == text


def test_hint_brings_the_import_that_it_needs():
    assert hint_of(FRAME, import_names([])).imports == ("import pandas as pd",)
