"""Sessions made at random: no slice loses its value."""

import sys
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parent))
from generated import MODES, Checker, TooLongError, make_session, one

# Sessions leave files open.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


def told(wrong):
    return "\n".join(f"{w.mode}, {w.target}:\n{w.code}{w.expected}\n{w.found}" for w in wrong)


@pytest.mark.parametrize("batch", range(20))
def test_slices_of_known_seeds_keep_every_value(batch):
    for number in range(100):
        made = one(f"suite:{batch}:{number}", counted=False)
        if made is not None:
            cells, wrong, _ = made
            assert not wrong, (cells, told(wrong))


@settings(
    max_examples=30, derandomize=True, deadline=None, database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)  # fmt: skip
@given(st.randoms(use_true_random=False), st.integers(0, 3))
def test_slices_of_drawn_sessions_keep_every_value(source, seed):
    try:
        wrong = Checker(make_session(source), Random(seed)).wrong(MODES)
    except TooLongError:
        return
    assert not wrong, told(wrong)


def test_the_check_sees_a_lost_statement():
    _, wrong, figures = one("suite:figures", counted=True)
    assert not wrong
    assert 0 < figures.needless < figures.kept < figures.statements
