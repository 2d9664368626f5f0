"""What `%promote` says beside the code: what it takes for granted, and nothing that is not so."""

import pytest


def notes(console, *cells, line):
    """Run cells and promote; give the notes as they are shown."""
    console.run(*cells)
    result = console.run(f"%promote {line} --to made.py").result
    from ipyprod.messages.writes import promotion_text

    return [row for row in promotion_text(result).splitlines() if row.startswith("note: ")]


@pytest.mark.parametrize(
    ("cell", "is_told"),
    [
        ("random.seed(1)\nx = random.random()", False),
        ("n = len('abc')\nrandom.seed(n)\nx = random.random()", False),
        ("x = random.random()", True),
        ("x = random.random()\nrandom.seed(1)", True),
        ("x = random.Random(3).random()", False),
    ],
)
def test_randomness_without_a_seed_is_told(console, cell, is_told):
    found = notes(console, "import random", cell, line="draw 2")
    assert any("draws random numbers without a seed" in note for note in found) == is_told


def test_path_of_this_machine_is_told(console):
    found = notes(console, "import os", "x = os.path.basename('/home/ann/data.csv')", line="name 2")
    assert any("is a path of this machine" in note for note in found)
