"""What was not followed in time may share with anything, until it is followed before a later cell."""

import pytest

from ipyprod.effects.values.circles import Circles
from tests.effects.values.watched import WatchedCells

MANY = "\n".join(f"v{n} = [[{n}], {{'k': [[{n}]]}}]" for n in range(1_500))


def watched_after(*cells):
    watched = WatchedCells()
    for cell in cells:
        watched.run(cell, seconds=0.0)
    return watched


@pytest.mark.parametrize(
    "link",
    ["exec('v1499.append(v3)')", "globals()['v1499'].append(v3)", "vars()['v' + '1499'][0] = v3"],
)
def test_a_link_made_unseen_among_many_names_is_known_in_the_next_cell(link):
    watched = watched_after(MANY, "x = 1", link)
    seen = watched.run("v3.append(4)", seconds=0.0)

    assert "v1499" in seen.changed | seen.unknown
    assert any({"v3", "v1499"} <= group for group in seen.groups)


def test_what_is_late_is_followed_in_the_end():
    watched = watched_after(MANY, "exec('v1499.append(v3)')")
    for n in range(2_000):
        seen = watched.run(f"x = {n}", seconds=0.0)
        if seen.groups == ():
            break
    else:
        pytest.fail("some names are never followed")
    seen = watched.run("v3.append(4)", seconds=0.0)

    assert {"v3", "v1499"} in seen.groups


def test_a_small_value_is_known_where_no_time_is_left():
    watched = watched_after("small = [1, 'a', {'k': 2}]", "big = [[[i]] for i in range(300_000)]")
    seen = watched.run("big.append(small)\nsmall.append(5)", seconds=0.0)
    assert "small" in seen.changed
    seen = watched.run("len(big), len(small)", seconds=0.0)
    assert "small" in seen.unchanged


def test_circle_goes_with_its_last_center():
    circles = Circles()
    circles.add({"a"}, {"a", "x"})
    circles.add({"b"}, {"b", "y"})
    circles.add({"a", "b"}, {"a", "b"})
    assert [circle.names for circle in circles.of("x")] == [{"a", "b", "x", "y"}]
    circles.forget("a")
    assert [circle.names for circle in circles.of("x")] == [{"b", "x", "y"}]
    circles.forget("b")
    assert list(circles.of("x")) == []
