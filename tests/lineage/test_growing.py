"""A session that is read again and again as it grows."""

import contextlib
import sys
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from sessions import play

from ipyprod.lineage.graph import LineageBuilder, build_lineage
from ipyprod.session.cell import Observation
from ipyprod.source.parsing import parse_session

CELLS = [
    "a = [1, 2]",
    "b = a",
    "def grow(x):\n    x.append(len(x))\n    return x",
    "grow(b)",
    "n = 0\nfor i in a:\n    n += i",
    "out = sum(a) * n",
    "b = [9]",
    "out = out + len(b)",
]


def parsed(session):
    return parse_session(session, transform=lambda text: text)


def pictured(graph):
    return graph.resolved, graph.code_log, graph.sharing_log, graph.order, set(graph.codes)


def test_graph_of_a_grown_session_is_that_of_the_whole():
    whole, _ = play(CELLS)
    builder = LineageBuilder()
    for count in range(1, len(CELLS) + 1):
        session = replace(whole, cells=whole.cells[:count])
        grown = builder.build(session, parsed(session))
        assert pictured(grown) == pictured(build_lineage(session, parsed(session)))


def test_earlier_graph_stays_as_it_was_when_the_session_grows():
    whole, _ = play(CELLS)
    session = replace(whole, cells=whole.cells[:4])
    builder = LineageBuilder()
    first = builder.build(session, parsed(session))
    before = pictured(first)
    builder.build(whole, parsed(whole))
    assert pictured(first) == before


def test_changed_past_is_linked_anew():
    whole, _ = play(CELLS)
    builder = LineageBuilder()
    builder.build(whole, parsed(whole))
    other, _ = play(["a = [5]", *CELLS[1:]])
    blind = replace(whole.cells[3], observation=Observation())
    seen_otherwise = replace(whole, cells=(*whole.cells[:3], blind, *whole.cells[4:]))
    for session in (other, seen_otherwise, replace(whole, cells=whole.cells[:3])):
        assert pictured(builder.build(session, parsed(session))) == pictured(
            build_lineage(session, parsed(session))
        )


def test_fault_in_the_middle_leaves_nothing_half_linked(monkeypatch):
    whole, _ = play(CELLS)
    builder = LineageBuilder()
    builder.build(replace(whole, cells=whole.cells[:2]), parsed(replace(whole, cells=whole.cells[:2])))
    with monkeypatch.context() as patch:
        patch.setattr("ipyprod.lineage.graph.CellResolver.resolve", lambda self: 1 / 0)
        with contextlib.suppress(ZeroDivisionError):
            builder.build(whole, parsed(whole))
    assert pictured(builder.build(whole, parsed(whole))) == pictured(
        build_lineage(whole, parsed(whole))
    )
