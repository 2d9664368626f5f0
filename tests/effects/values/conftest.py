"""Looks in these tests are about what is seen, not about how fast this machine is."""

import pytest

from ipyprod.effects.values import watcher


@pytest.fixture(autouse=True)
def enough_time_before_a_cell(monkeypatch):
    monkeypatch.setattr(watcher, "_BEFORE_SECONDS", 1.0)
