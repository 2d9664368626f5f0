"""How long a look may take, on a clock that stands still."""

import pytest

from ipyprod.effects.values import budget as module
from ipyprod.effects.values.budget import Budget
from ipyprod.effects.values.marks import Certainty, Fingerprint, LookEndedError


@pytest.fixture
def clock(monkeypatch):
    now = [0.0]
    monkeypatch.setattr(module, "thread_time", lambda: now[0])
    monkeypatch.setattr(module, "perf_counter", lambda: now[0])
    return now


def test_a_budget_is_spent_when_its_time_is_over(clock):
    budget = Budget(1.0, least_objects=0)
    assert not budget.is_spent()

    clock[0] = 1.5

    assert budget.is_spent()


def test_what_is_learnt_about_new_types_does_not_count(clock):
    budget = Budget(1.0, least_objects=0)
    clock[0] = 1.002

    budget.extend(0.003)

    assert not budget.is_spent()


def test_even_learning_comes_to_an_end(clock):
    budget = Budget(1.0, least_objects=0)
    for _ in range(1_000):
        budget.extend(1.0)

    clock[0] = 1.5

    assert budget.is_spent()


def test_some_objects_are_looked_at_when_the_time_is_up(clock):
    budget = Budget(1.0, least_objects=10)
    clock[0] = 1.5
    budget.check(9)
    with pytest.raises(LookEndedError):
        budget.check(1)


def test_objects_beyond_those_are_looked_at_while_there_is_time(clock):
    budget = Budget(1.0, least_objects=10)
    budget.check(1_000)
    assert not budget.is_spent()


@pytest.mark.parametrize(
    ("seconds", "objects", "is_too_small"),
    [(2.0, 20, True), (2.0, 5, False), (0.5, 20, False)],
)
def test_a_look_is_begun_where_time_or_work_are_enough(clock, seconds, objects, is_too_small):
    last = Fingerprint(certainty=Certainty.NONE, seconds=seconds, objects=objects)
    assert Budget(1.0, least_objects=10).is_too_small_for(last) is is_too_small
