"""How long a look may take, on a clock that stands still."""

import pytest

from ipyprod.effects.values import budget as module
from ipyprod.effects.values.budget import Budget


@pytest.fixture
def clock(monkeypatch):
    now = [0.0]
    monkeypatch.setattr(module, "thread_time", lambda: now[0])
    monkeypatch.setattr(module, "perf_counter", lambda: now[0])
    return now


def test_a_budget_is_spent_when_its_time_is_over(clock):
    budget = Budget(1.0)
    assert not budget.is_spent()

    clock[0] = 1.5

    assert budget.is_spent()


def test_what_is_learnt_about_new_types_does_not_count(clock):
    budget = Budget(1.0)
    clock[0] = 1.002

    budget.extend(0.003)

    assert not budget.is_spent()


def test_even_learning_comes_to_an_end(clock):
    budget = Budget(1.0)
    for _ in range(1_000):
        budget.extend(1.0)

    clock[0] = 1.5

    assert budget.is_spent()
