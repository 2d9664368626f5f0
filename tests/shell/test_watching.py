"""What watching leaves alone: memory goes when the user lets go, and no code of theirs runs."""

import pytest

# A value and names for it of its own; each cell is one that a user would type.
HELD = [
    "big = np.ones(4_000_000)",
    "big = np.ones(4_000_000); view = big[1:]; del view",
    "big = np.ones(4_000_000); frame = pd.DataFrame({'x': big}); del frame",
    "big = np.ones(4_000_000); frame = pd.DataFrame({'x': big}, copy=False); frame['y'] = 1; del frame",
    "big = np.ones(4_000_000); holder = {'k': [big]}; holder['k'].clear()",
    "big = np.ones(4_000_000); f = lambda: big.sum(); f(); f = None",
    "big = np.ones(4_000_000); it = iter([big]); next(it); del it",
    "big = np.ones(4_000_000); gen = (v for v in [big]); next(gen); del gen",
    "big = np.ones(4_000_000)\nclass Keeper: pass\nkeeper = Keeper(); keeper.it = big; del keeper.it",
    "big = np.ones(4_000_000); raw = memoryview(big); raw.release(); raw = None",
]
SPY = """
calls = []
class Spy:
    def __getattribute__(self, name):
        calls.append(name)
        return object.__getattribute__(self, name)
    def __getattr__(self, name): calls.append(name); raise AttributeError(name)
    def __setattr__(self, name, value): calls.append('set'); object.__setattr__(self, name, value)
    def __repr__(self): calls.append('repr'); return 'spy'
    def __eq__(self, other): calls.append('eq'); return True
    def __hash__(self): calls.append('hash'); return 1
    def __bool__(self): calls.append('bool'); return False
    def __len__(self): calls.append('len'); return 3
    def __iter__(self): calls.append('iter'); return iter(())
    def __contains__(self, item): calls.append('in'); return True
    def __reduce__(self): calls.append('reduce'); return 'x'
    def __reduce_ex__(self, protocol): calls.append('reduce_ex'); return 'x'
    def __getstate__(self): calls.append('getstate'); return {}
    def __copy__(self): calls.append('copy'); return self
    def __sizeof__(self): calls.append('sizeof'); return 1
    def __array__(self, *a, **k): calls.append('array'); raise TypeError
    @property
    def area(self): calls.append('area'); return 1
    @property
    def __class__(self): calls.append('class'); return int
class Words(dict):
    def __iter__(self): calls.append('iter'); return iter(())
    def __len__(self): calls.append('len'); return 0
    def keys(self): calls.append('keys'); return []
    def items(self): calls.append('items'); return []
    def __getitem__(self, key): calls.append('getitem'); return 1
class Row(list):
    def __iter__(self): calls.append('iter'); return iter(())
    def __len__(self): calls.append('len'); return 0
class Number(int):
    def __index__(self): calls.append('index'); return 0
    def __repr__(self): calls.append('repr'); return '0'
class Grid(np.ndarray):
    def __array_finalize__(self, other): calls.append('finalize')
    def __getattribute__(self, name): calls.append(name); return super().__getattribute__(name)
    def __getitem__(self, key): calls.append('getitem'); return 0
class Frame(pd.DataFrame):
    def __getattr__(self, name): calls.append(name); return super().__getattr__(name)
    def __getitem__(self, key): calls.append('getitem'); return super().__getitem__(key)
    @property
    def _constructor(self): calls.append('constructor'); return Frame
"""


@pytest.mark.parametrize("cell", HELD)
@pytest.mark.filterwarnings("ignore")
def test_a_large_value_goes_when_its_name_goes(console, cell):
    console.run("import gc, weakref, numpy as np, pandas as pd", "gone = []")
    console.run(cell, "weakref.finalize(big, gone.append, True); None", "big[0] = 5", "total = big.sum()")
    assert console.shell.user_ns["gone"] == []
    console.run("del big; gc.collect()")
    if not console.shell.user_ns["gone"]:  # shared with a name that the cell left
        console.run("f = None")
    assert console.shell.user_ns["gone"] == [True]


@pytest.mark.filterwarnings("ignore")
def test_no_code_of_a_value_runs_on_its_own_account(console):
    shell = console.shell
    console.run("import numpy as np, pandas as pd", SPY)
    made = """
spy = Spy(); words = Words(a=1); row = Row([1]); number = Number(5)
grid = np.zeros(3).view(Grid); frame = Frame({'a': [1]}); many = [Spy(), Spy()]
key = {spy: 1}; inside = {'s': (spy, [row])}; group = {spy}; view = key.keys()
from types import MappingProxyType; proxy = MappingProxyType(key)
objects = np.empty(2, dtype=object); objects[0] = spy; alias = spy
calls.clear()
"""
    console.run(made)
    assert shell.user_ns["calls"] == []
    names = "spy, words, row, number, grid, frame, many, key, inside, group, view, proxy, objects"
    console.run(f"calls.clear(); seen = [{names}]; n = 1")
    console.run("calls.append('mine'); 1", "n += 1; spy")
    own = [call for call in shell.user_ns["calls"] if call != "mine"]
    # What is displayed is asked for its representation: by the shell, once, and not by us.
    assert [c for c in own if c not in SHOWN] == []


SHOWN = frozenset(
    {
        "repr", "__class__", "class", "_ipython_display_", "_repr_mimebundle_", "_repr_html_",
        "_repr_markdown_", "_repr_svg_", "_repr_png_", "_repr_pdf_", "_repr_jpeg_", "_repr_latex_",
        "_repr_json_", "_repr_javascript_", "_ipython_canary_method_should_not_exist_", "__dict__",
        "__module__", "_repr_pretty_",
    }
)  # fmt: skip
