"""Variables that share an object or memory are one group, and others are not."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from watched import WatchedCells

# setup | cell that touches `a` | the names in a's group
SHARED = r"""
a = [1]; b = a; c = [1] | a | a b
a = [1]; b = {'k': a}; c = {'k': [1]} | a | a b
a = [1]; b = (0, (a,)); c = (0, (1,)) | a | a b
a = [1]; b = [a]; c = [b] | a | a b c
x = [1]; a = [x]; b = [x]; c = [x[0]] | a | a b x
class A: pass\na = A(); b = A(); b.up = a; c = A() | a | A a b c
class A:\n  __slots__ = ('up',)\na = [1]; b = A(); b.up = a; c = A() | a | a b c A
a = [1]\ndef b(): return c\nc = [1] | a | a
a = [1]\ndef b(x=a): return x\nc = [1] | a | a b
def mk(a):\n  def f(): return a\n  return f\na = [1]; b = mk(a); c = mk([1]) | a | a b
a = [1]; b = a.append; c = [1].append | a | a b
import functools; a = [1]; b = functools.partial(len, a); c = 1 | a | a b
a = [1]; b = iter(a); c = iter([1]) | a | a b
a = [1]; b = (x for x in a); c = (x for x in [1]) | a | a b
a = [1]; b = map(str, a); c = 1 | a | a b
a = {'x': 1}; b = a.items(); c = {'x': 1}.items() | a | a b
import types; a = {'x': 1}; b = types.MappingProxyType(a); c = 1 | a | a b
import collections; a = collections.deque([[1]]); b = a[0]; c = [1] | a | a b
import collections; a = {'x': 1}; b = collections.ChainMap({}, a); c = 1 | a | a b
a = bytearray(b'ab'); b = memoryview(a); c = bytearray(b'ab') | a | a b
a = bytearray(b'ab'); b = memoryview(a)[:1]; c = memoryview(bytearray(b'ab')) | a | a b
import io; a = io.BytesIO(b'ab'); b = [a]; c = io.BytesIO(b'ab') | a | a b
a = 5; b = 5; c = a | a | a
a = 'text'; b = a; c = [a] | a | a
a = (1, 2); b = a; c = [a] | a | a
a = None; b = None; c = [a] | a | a
import numpy as np; a = np.zeros(6); b = a[:2]; c = np.zeros(2) | a | a b
import numpy as np; a = np.zeros(6); b = a.reshape(2, 3).T; c = a.copy() | a | a b
import numpy as np; x = np.zeros(6); a = x[:3]; b = x[3:]; c = a + 1 | a | a b x
import numpy as np; a = np.zeros(6); b = memoryview(a); c = memoryview(a.copy()) | a | a b
import numpy as np; a = bytearray(16); b = np.frombuffer(a); c = np.zeros(2) | a | a b
import numpy as np; a = bytearray(16); b = np.frombuffer(a)[1:]; c = np.zeros(2) | a | a b
import numpy as np, array; a = array.array('d', [1, 2]); b = np.asarray(a); c = np.array(a) | a | a b
import numpy as np; a = np.zeros(3, dtype=[('x', 'i4')]); b = a['x']; c = b + 1 | a | a b
import numpy as np; a = np.array([[1], None], dtype=object); b = a[0]; c = [1] | a | a b
import numpy as np; a = np.ma.array([1, 2], mask=[0, 1]); b = a.mask; c = a.data.copy() | a | a b
import numpy as np; a = np.ma.array([1, 2]); b = a.data; c = a.copy() | a | a b
import numpy as np; a = np.zeros((3, 3)); b = {'w': [a[0]]}; c = {'w': [np.zeros(3)]} | a | a b
import numpy as np; a = np.zeros(3); b = np.lib.stride_tricks.sliding_window_view(a, 2); c = a + 1 | a | a b
import numpy as np; a = np.arange(3); b = np.nditer(a); c = 5 | c | c
import numpy as np, pandas as pd; a = pd.DataFrame({'x': [1., 2.]}); b = a['x'].values; c = a.copy() | a | a b
import pandas as pd; a = pd.DataFrame({'x': [1., 2.]}); b = {'d': a}; c = pd.DataFrame({'x': [1., 2.]}) | a | a b
import pandas as pd; a = pd.Series([1., 2.]); b = a.to_numpy(); c = pd.Series([1., 2.]) | a | a b
import scipy.sparse as s; a = s.csr_matrix([[1, 2]]); b = a.data; c = a.copy() | a | a b
import networkx as nx; a = nx.path_graph(3); b = a.nodes[0]; c = nx.path_graph(3) | a | a b
import networkx as nx; a = nx.path_graph(3); b = a.adj; c = a.copy() | a | a b
"""


def cases():
    for line in SHARED.strip().splitlines():
        setup, cell, group = line.replace("\\n", "\n").split(" | ")
        yield pytest.param(setup, cell, set(group.split()), id=line[:60])


@pytest.mark.parametrize(("setup", "cell", "group"), [*cases()])
def test_what_shares_is_one_group(setup, cell, group):
    watched = WatchedCells()
    watched.run(setup)
    seen = watched.run(cell)
    found = next((one for one in seen.groups if cell in one), {cell})
    assert found - {"mk"} == group


def test_a_group_ends_when_the_last_tie_is_cut():
    watched = WatchedCells()
    watched.run("a = [1]; b = {'k': a}")
    watched.run("b['k'] = 2")
    assert watched.run("a.append(1)").groups == ()


def test_many_arrays_cost_no_look_at_each_pair():
    watched = WatchedCells()
    watched.run("import numpy as np\nfor i in range(300): globals()[f'v{i}'] = np.zeros(3)\nw = v7[1:]")
    seen = watched.run("v7[1] = 2")
    assert seen.changed == {"v7", "w"}
    assert seen.groups == (frozenset({"v7", "w"}),)


def test_variables_of_one_memory_change_together():
    watched = WatchedCells()
    watched.run("import numpy as np; raw = bytearray(32)")
    watched.run("whole = np.frombuffer(raw)")
    watched.run("part = whole[2:]")
    assert watched.run("raw[31] = 1").changed == {"raw", "whole", "part"}
