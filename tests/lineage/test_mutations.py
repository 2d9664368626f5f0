"""Each way to change a value is kept, each pure call is not: also where nothing was seen."""

import sys
from pathlib import Path

import pytest

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1] / "mutations")]
from mutation_cases import Need, changes, looks
from sessions import blinded, code_of, lineage, play, rerun

from ipyprod.lineage.slices import slice_backward

CHANGES, LOOKS = changes(is_text_enough=True), looks(is_text_enough=True)


def _names(cases):
    return [case.name for case in cases]


@pytest.fixture(autouse=True)
def _own_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("IPYPROD_T", "1")


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("case", CHANGES, ids=_names(CHANGES))
def test_change_is_in_the_slice(case):
    session, space = play(list(case.cells))
    for seen in (session, blinded(session)):
        made = slice_backward(lineage(seen), ["out"])
        assert repr(rerun(made)["out"]) == repr(space["out"]), code_of(made)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("case", LOOKS, ids=_names(LOOKS))
def test_pure_call_is_not_in_the_slice(case):
    session, space = play(list(case.cells))
    made = slice_backward(lineage(session), ["out"])
    kept = {s.cell_number for s in made.statements}
    assert not kept & case.numbers(Need.NOT_NEEDED)
    assert repr(rerun(made)["out"]) == repr(space["out"])
