"""Which definitions and imports have to stay behind a line that sets state."""

import pytest
from IPython.core.inputtransformer2 import TransformerManager

from ipyprod.lineage.graph import build_lineage
from ipyprod.lineage.state_order import waiting_for_state
from ipyprod.session.cell import Cell, Outcome, Session
from ipyprod.source.parsing import parse_session

IMPORTS = "import os, math, warnings, numpy as np, pandas as pd, torch.nn as nn, torch, tqdm, lib"
SET_ENVIRONMENT = "os.environ['MODE'] = 'fast'"


def is_held(setter, reader):
    """Whether `reader` has to stay behind `setter`."""
    transform = TransformerManager().transform_cell
    session = Session(
        cells=tuple(
            Cell(event=i, number=i + 1, text=text, python=transform(text), outcome=Outcome.OK)
            for i, text in enumerate([IMPORTS, "from dataclasses import dataclass", setter, reader])
        )
    )
    graph = build_lineage(session, parse_session(session, transform=transform))
    first, last = graph.statements[-2:]
    return waiting_for_state(graph, [first], [last]) == (last,)


@pytest.mark.parametrize(
    ("setter", "reader"),
    [
        (SET_ENVIRONMENT, "def f(mode=os.environ['MODE']): return mode"),
        (SET_ENVIRONMENT, "class C: settings = lib.load()"),
        (SET_ENVIRONMENT, "class C(lib.make_base()): pass"),
        ("os.chdir('sub')", "class C: text = open('v.txt').read()"),
        ("open('v.txt', 'w').write('7')", "class C: text = open('v.txt').read()"),
        ("math.pi = 3", "def f(x=math.pi): return x"),
        ("math.pi = 3", "def f(x: math.pi): return x"),
        ("math.pi = 3", "from math import pi"),
        ("setattr(math, 'pi', 3)", "def f(x=math.pi): return x"),
        ("setattr(math, 'pi', 3)", "from math import pi"),
        ("lib.set_mode('fast')", "class C: mode = lib.MODE"),
        ("lib.set_mode('fast')", "@lib.register\ndef f(): pass"),
        ("warnings.simplefilter('error')", "class C: x = lib.load()"),
    ],
)
def test_line_that_reads_what_was_set_stays(setter, reader):
    assert is_held(setter, reader)


@pytest.mark.parametrize(
    ("setter", "reader"),
    [
        (SET_ENVIRONMENT, "def f(x): return os.environ['MODE']"),
        (SET_ENVIRONMENT, "@dataclass\nclass C:\n    x: int = 1"),
        (SET_ENVIRONMENT, "class C:\n    @property\n    def x(self): return 1"),
        ("tqdm.tqdm.pandas()", "def f(df: pd.DataFrame) -> pd.DataFrame: return df"),
        ("np.seterr(all='ignore')", "def f(x: np.ndarray, n: int = 3): return x / n"),
        ("torch.set_default_dtype(torch.float64)", "class Net(nn.Module):\n    size: int = 3"),
        ("torch.backends.cudnn.benchmark = True", "class Net(nn.Module):\n    size: int = 3"),
        ("pd.set_option('display.max_rows', 5)", "class C: columns = ['a', 'b']"),
        ("warnings.filterwarnings('ignore')", "class C: x = lib.load()"),
        ("torch.set_default_dtype(torch.float64)", "import torch.nn.functional as F"),
        ("math.pi = 3", "from math import e"),
        ("math.pi = 3", "def f(x=math.e): return x"),
    ],
)
def test_line_that_reads_nothing_of_it_can_go_ahead(setter, reader):
    assert not is_held(setter, reader)
