import pytest

from ipyprod.errors import IpyprodError
from ipyprod.ipython.line_parser import parse_line, split_line
from ipyprod.ipython.options import FREEZE_ENV, PROMOTE, find_subcommand


@pytest.mark.parametrize(
    ("line", "words", "is_silent"),
    [
        ("a b", ("a", "b"), False),
        ("", (), False),
        ("--doc 'two words' x", ("--doc", "two words", "x"), False),
        ('--doc="a; b" x;', ("--doc=a; b", "x"), True),
        ("f 3-5 ; # why", ("f", "3-5"), True),
        ("f 3-5 # a 'comment", ("f", "3-5"), False),
        ("f --to a#b.py", ("f", "--to", "a#b.py"), False),
        (r"f --to C:\new\t.py", ("f", "--to", r"C:\new\t.py"), False),
        ("f ''", ("f", ""), False),
        ("f a;b", ("f", "a;b"), False),
        ("f;;", ("f",), True),
    ],
)
def test_line_is_cut_into_words(line, words, is_silent):
    split = split_line(line)

    assert (split.words, split.is_silent) == (words, is_silent)


@pytest.mark.parametrize("line", ["f --doc 'open", 'f "', "it's"])
def test_open_quote_is_one_clear_line(line):
    with pytest.raises(IpyprodError, match="is left open"):
        split_line(line)


@pytest.mark.parametrize(
    ("line", "arguments"),
    [
        ("clean", {"name": "clean"}),
        ("clean 5-6 8 ~1/3", {"name": "clean", "cells": "5-6 8 ~1/3"}),
        ("clean --from X,y --given df", {"name": "clean", "from_": "X,y", "given": "df"}),
        ("clean --from X, y", {"name": "clean", "from_": "X,y"}),
        ("clean --from X ,y", {"name": "clean", "from_": "X,y"}),
        ("--to=a.py clean 3", {"to": "a.py", "name": "clean", "cells": "3"}),
        ("clean -n", {"name": "clean", "dry_run": True}),
        ("clean --no-check", {"name": "clean", "check": False}),
        ("clean --check", {"name": "clean", "check": True}),
        ("clean --doc '--odd'", {"name": "clean", "doc": "--odd"}),
        ("clean --returns ''", {"name": "clean", "returns": ""}),
    ],
)
def test_line_becomes_the_workflows_arguments(line, arguments):
    assert parse_line(PROMOTE, line).arguments == arguments


@pytest.mark.parametrize("line", ["--help", "clean -h", "?", "clean --nonsense --help"])
def test_help_is_asked_for_from_anywhere(line):
    assert parse_line(PROMOTE, line).wants_help


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("", "%promote needs NAME; write %promote NAME CELLS"),
        ("clean --form X", "%promote has no option --form; did you mean --from?"),
        ("clean --dryrun", "%promote has no option --dryrun; did you mean --dry-run?"),
        ("clean --zzzzzzzz", "%promote has no option --zzzzzzzz; see %promote --help"),
        ("clean --to", "--to needs a value; write --to FILE"),
        ("clean --to --force", "--to needs a value; write --to FILE"),
        ("clean --force=yes", "--force takes no value; write --force alone"),
        ("clean --check --no-check", "--no-check contradicts or repeats an option before it"),
    ],
)
def test_wrong_line_is_answered_in_one_line(line, message):
    with pytest.raises(IpyprodError) as caught:
        parse_line(PROMOTE, line)
    assert str(caught.value) == message


def test_one_argument_too_many_is_named():
    with pytest.raises(IpyprodError, match=r"%freeze_env does not take 'b.txt'"):
        parse_line(FREEZE_ENV, "a.txt b.txt")


def test_number_of_writes_to_undo_is_a_number():
    undo = find_subcommand("undo")

    assert parse_line(undo, "2").arguments == {"count": 2}
    with pytest.raises(IpyprodError, match="'two' is no number"):
        parse_line(undo, "two")
