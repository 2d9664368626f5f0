"""Sessions for tests of the parsing stage: cells written as one types them."""

import pytest
from IPython.core.inputtransformer2 import TransformerManager

from ipyprod.session.cell import Cell, Observation, Outcome, Session
from ipyprod.source.parsing import parse_session
from ipyprod.source.statements import ParsedSession

# Written before a cell's text: its last expression filled Out.
RESULT = "=> "


def transform(text: str) -> str:
    return TransformerManager().transform_cell(text)


def make_cell(number: int, text: str, **fields) -> Cell:
    has_result = text.startswith(RESULT)
    text = text.removeprefix(RESULT)
    try:
        python = transform(text)
    except SyntaxError:
        python = ""
    seen = fields.pop("seen", {})
    return Cell(
        **{
            "event": number - 1,
            "number": number,
            "text": text,
            "python": python,
            "outcome": Outcome.OK,
            "observation": Observation(has_result=has_result, **seen),
            **fields,
        }
    )


def make_session(*cells: str | Cell, **fields) -> Session:
    made = (
        cell if isinstance(cell, Cell) else make_cell(number, cell)
        for number, cell in enumerate(cells, 1)
    )
    return Session(cells=tuple(made), **fields)


def parse_cells(*cells: str | Cell, **fields) -> ParsedSession:
    return parse_session(make_session(*cells, **fields), transform=transform)


@pytest.fixture
def cell():
    """Make a cell: `cell(number, text, outcome=..., seen={...})`."""
    return make_cell


@pytest.fixture
def parse():
    """Parse cells, each a text or a cell; a text that starts with "=> " filled Out."""
    return parse_cells


@pytest.fixture
def texts():
    """Give the texts of the statements that the cells become."""
    return lambda *cells, **fields: [s.text for s in parse_cells(*cells, **fields).statements]


@pytest.fixture
def omitted():
    """Give the kinds of the pieces of the cells that are left out."""
    return lambda *cells, **fields: [o.kind for o in parse_cells(*cells, **fields).omissions]
