"""Each way to change a value is kept, each look is dropped: in real shells, to the final module."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from client import WAYS, Play, Stage, is_sensitive
from mutation_cases import changes, looks, puzzles

CHANGES, LOOKS, PUZZLES = changes(), looks(), puzzles()


def _names(cases):
    return [case.name for case in cases]


@pytest.fixture(scope="session")
def shells():
    stage = Stage()
    yield stage
    stage.close()


@pytest.fixture(scope="session")
def slow_shells():
    """Shells on a machine so slow that no look has any time."""
    stage = Stage("no-time")
    yield stage
    stage.close()


@pytest.fixture(scope="session")
def clean():
    stage = Stage("clean")
    yield stage
    stage.close()


def _check(case, shells, clean, ways=WAYS):
    play = Play(case, shells, clean, ways=ways)
    assert not play.crash
    assert play.value != "'<no value>'"
    assert not play.wrong, (play.value, play.wrong, play.texts)
    assert not play.lost, (play.lost, play.texts["from"])
    assert not play.superfluous, (play.superfluous, play.texts["from"])


@pytest.mark.parametrize("case", CHANGES, ids=_names(CHANGES))
def test_change_is_kept(case, shells, clean):
    _check(case, shells, clean)


@pytest.mark.parametrize("case", CHANGES, ids=_names(CHANGES))
def test_change_matters_to_the_value(case, shells):
    assert is_sensitive(case, shells)


@pytest.mark.parametrize("case", LOOKS, ids=_names(LOOKS))
def test_look_is_dropped(case, shells, clean):
    _check(case, shells, clean)


@pytest.mark.parametrize("case", PUZZLES, ids=_names(PUZZLES))
def test_puzzle_is_right_and_minimal(case, shells, clean):
    _check(case, shells, clean)


@pytest.mark.parametrize("case", LOOKS + PUZZLES, ids=_names(LOOKS + PUZZLES))
def test_a_slow_machine_makes_no_difference(case, slow_shells, clean):
    _check(case, slow_shells, clean, ways=("from",))
