"""Ranges of sessions made at random become functions that stand for their cells."""

import sys
from pathlib import Path
from random import Random

import pytest

sys.path.insert(0, str(Path(__file__).parent))
import generated_promotions
from generated_modules import TooLongError

from ipyprod.errors import IpyprodError

# Sessions leave files open.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


@pytest.mark.parametrize("batch", range(4))
def test_function_gives_the_values_of_its_cells(batch):
    played = 0
    for number in range(8):
        try:
            cells, first, last = generated_promotions.chosen(Random(f"promotions:{batch}:{number}"))
            assert not generated_promotions.wrong_names(cells, first, last), cells
            played += 1
        except (TooLongError, IpyprodError):
            continue
    assert played > 4
