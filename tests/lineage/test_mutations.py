"""Each way to change a value is kept; each pure call is not."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from mutations import MUTATIONS, PURE, cells_of
from sessions import blinded, code_of, lineage, play, rerun

from ipyprod.lineage.slices import slice_backward


@pytest.fixture(autouse=True)
def _own_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("IPYPROD_T", "1")


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("line", MUTATIONS)
def test_change_is_in_the_slice(line):
    cells, _ = cells_of(line)
    session, space = play(cells)
    for seen in (session, blinded(session)):
        made = slice_backward(lineage(seen), ["out"])
        assert repr(rerun(made)["out"]) == repr(space["out"]), code_of(made)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("line", PURE)
def test_pure_call_is_not_in_the_slice(line):
    cells, change = cells_of(line)
    session, space = play(cells)
    made = slice_backward(lineage(session), ["out"])
    assert change not in [s.text for s in made.statements]
    assert repr(rerun(made)["out"]) == repr(space["out"])
