"""A change in place is seen as one, a pure use as none, and a filled cache as no more than that."""

import sys
from pathlib import Path

import matplotlib as mpl
import pytest

sys.path.insert(0, str(Path(__file__).parent))
from look_cases import CACHE_FILLS, CHANGES, PURE_USES
from watched import observe

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture(autouse=True)
def no_open_figure():
    mpl.use("agg")
    yield
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close("all")


def verdict(seen, name):
    drawers = ("bound", "changed", "weak", "unchanged", "unknown")
    return [drawer for drawer in drawers if name in getattr(seen, drawer)]


@pytest.mark.parametrize(("setup", "cell", "name"), CHANGES)
def test_a_change_in_place_is_seen(setup, cell, name):
    assert verdict(observe(setup, cell), name) == ["changed"]


@pytest.mark.parametrize(("setup", "cell", "name"), PURE_USES)
def test_a_pure_use_is_none(setup, cell, name):
    assert verdict(observe(setup, cell), name) in (["unchanged"], [])


@pytest.mark.parametrize(("setup", "cell", "name"), CACHE_FILLS)
def test_a_filled_cache_is_at_most_weak(setup, cell, name):
    assert verdict(observe(setup, cell), name) in (["unchanged"], ["weak"])


def test_the_tables_are_as_large_as_they_claim():
    assert len(CHANGES) >= 120
    assert len(PURE_USES) >= 60
