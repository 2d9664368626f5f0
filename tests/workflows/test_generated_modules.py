"""Sessions made at random become modules that give each of their values."""

import sys
from pathlib import Path
from random import Random

import pytest

sys.path.insert(0, str(Path(__file__).parent))
import generated_modules
from generated_modules import TooLongError, make_session, wrong_values

from ipyprod.errors import IpyprodError

# Sessions leave files open.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


@pytest.mark.parametrize("batch", range(4))
@pytest.mark.parametrize("script", [True, False])
def test_module_gives_the_values_of_the_session(batch, script):
    refused = 0
    for number in range(8):
        try:
            source = Random(f"modules:{batch}:{number}")
            played = make_session(source, without=generated_modules.WITHOUT)
            cells = [cell.text for cell in played.session.cells]
            assert not wrong_values(cells, script=script), cells
        except (TooLongError, IpyprodError):
            refused += 1
    assert refused < 3
