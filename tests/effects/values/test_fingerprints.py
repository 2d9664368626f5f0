"""What a look at one value leaves behind for the next one."""

import sys
from types import ModuleType

import pytest

from ipyprod.effects.values.budget import Budget
from ipyprod.effects.values.fingerprints import fingerprint
from ipyprod.effects.values.marks import Certainty


@pytest.fixture
def new_type(monkeypatch):
    module = ModuleType("probe_of_new_types")
    exec("class Held: pass", vars(module))
    monkeypatch.setitem(sys.modules, module.__name__, module)
    return module.Held


def test_a_look_that_ended_while_types_were_new_says_nothing_of_its_length(new_type):
    first = fingerprint(new_type(), Budget(-1))
    second = fingerprint(new_type(), Budget(-1))
    assert first.certainty is second.certainty is Certainty.NONE
    assert first.seconds == 0
    assert second.seconds > 0
