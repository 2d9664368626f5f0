"""`%ipyprod` names the values that the text does not explain; `%ipyprod why` says why each line counts."""

import pytest
from IPython.core.inputtransformer2 import TransformerManager

from ipyprod.lineage.hidden_state import HiddenKind
from ipyprod.messages.session import explanation_text
from ipyprod.workflows.explain import status, why
from ipyprod.workflows.workbench import Workbench


def _workbench(console):
    return Workbench(
        session=console.session,
        namespace=dict(console.shell.user_ns),
        transform=TransformerManager().transform_cell,
        folder=".",
    )


def _hidden(console, *cells):
    console.run(*cells)
    found = status(_workbench(console)).hidden
    assert all(h.what_to_do for h in found)
    return [(h.kind, h.name, h.cause, h.places) for h in found]


DEPARTURES = {
    "a = 1 // b = a + 1 // a = 5": (HiddenKind.STALE, "b", "a", (2, 3)),
    "xs = [1] // n = len(xs) // xs.append(2)": (HiddenKind.STALE, "n", "xs", (2, 3)),
    "xs = [1] // same = xs // n = len(xs) // same.append(2)": (HiddenKind.STALE, "n", "xs", (3, 4)),
    "d = {'a': 1} // s = sum(d.values()) // d['b'] = 2": (HiddenKind.STALE, "s", "d", (2, 3)),
    "def f(): return 1 // x = f() // def f(): return 2": (HiddenKind.REDEFINED, "x", "f", (2, 3)),
    "for x in [1, 0]: 1 / x": (HiddenKind.FROM_FAILED, "x", "", (1,)),
    "x = [1]; y = 1 / 0": (HiddenKind.FROM_FAILED, "x", "", (1,)),
    "x = [1] // x.append(2); 1 / 0 // x[0]": (HiddenKind.FROM_FAILED, "x", "", (2,)),
    "d = {'a': 1} // s = d['a'] + 1 // d['a'] = 2": (HiddenKind.STALE, "s", "d", (2, 3)),
    "d = {'a': 1} // s = sum(d.values()) + d['a'] // d['b'] = 2": (
        HiddenKind.STALE, "s", "d", (2, 3)),
    "import random // deck = list(range(99)) // random.shuffle(deck)": (
        HiddenKind.UNSEEDED_RANDOM, "deck", "random", (3,)),
    "import random // r = random.random()": (HiddenKind.UNSEEDED_RANDOM, "r", "random", (2,)),
    "import numpy as np // r = np.random.rand()": (
        HiddenKind.UNSEEDED_RANDOM, "r", "numpy.random", (2,)),
    "import numpy as np // r = np.random.default_rng()": (
        HiddenKind.UNSEEDED_RANDOM, "r", "", (2,)),
    "sum = 3": (HiddenKind.SHADOWED_BUILTIN, "sum", "", (1,)),
}  # fmt: skip


@pytest.mark.parametrize("text", DEPARTURES)
def test_departure_from_the_text_is_named(console, text):
    assert _hidden(console, *text.split(" // ")) == [DEPARTURES[text]]


def test_value_of_a_hidden_run_has_no_source(console):
    console.hide("z = 4")
    assert _hidden(console, "w = z + 1") == [(HiddenKind.SOURCE_GONE, "z", "", ())]


ORDINARY = [
    "x = 1 // x = x + 1 // x = x * 2",
    "a = 1 // b = a // a = 1",
    "import math // r = math.sqrt(2) // import math",
    "def f(): return 1 // x = f() // def f(): return 1",
    "it = iter([1, 2, 3]) // a = next(it) // b = next(it)",
    "stack = [1, 2, 3] // a = stack.pop() // b = stack.pop()",
    "import random // random.seed(1) // a = random.random() // b = random.random()",
    "import numpy as np // rng = np.random.default_rng(1) // a = rng.random() // b = rng.random()",
    "xs = [2, 1] // xs.sort() // n = len(xs) // print(n)",
    "total = 0 // for v in [1, 2]: total += v // for v in [3]: total += v",
    "words = ['a'] // counts = {} // for w in words: counts[w] = 1 // top = sorted(counts)",
    "import pandas as pd // df = pd.DataFrame({'a': [1]}) // df['b'] = df['a'] // s = df.sum() // df.head()",
    "class A: pass // o = A() // o.x = 1 // y = o.x",
    "x = 1 // undefined // y = x",
    "x = [1]; y = 1 / 0 // x = [1]",
    "def f(): return 1\n1 / 0 // y = f()",
    "xs = [3, 1] // n = len(xs) // xs = [v for v in xs if v > 1]",
    "d = {'a': 1} // s = d['a'] + 1 // d['b'] = s // s",
    "xs = [3, 1] // for x in xs: print(x) // xs = [4]",
    "import random // deck = list(range(99)) // random.seed(3) // random.shuffle(deck)",
    "from pathlib import Path // Path('t').write_text('a') // t = Path('t').read_text()",
    "a = [1] // b = a // b.append(2) // c = sum(a)",
    "k = 2 // def scaled(v): return v * k // y = scaled(3)",
    "x = 1 // del x // x = 2",
]


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_session_raises_no_alarm(console, text):
    assert _hidden(console, *text.split(" // ")) == []


def test_every_line_has_a_reason_in_the_order_of_the_code(console):
    console.run(
        "import math",
        "data = [3, 1]",
        "k = 1",
        "k = 2",
        "data",
        "same = data\nsame.append(k)\n%who\nlate = 1",
        "data.index(99)",
        "for v in [1, 0]: late = 1 / v",
        "data.sort()",
        "out = sum(data)",
        "data[0] = 7",
    )
    text = explanation_text(why(_workbench(console), "out"))
    assert [" ".join(line.split()) for line in text.splitlines()] == [
        "out depends on 6 of 14 lines:",
        "- In [1] import math # nothing kept uses it (math)",
        "+ In [2] data = [3, 1] # makes data",
        "- In [3] k = 1 # k: superseded by In [4]",
        "+ In [4] k = 2 # makes k",
        "- In [5] data # only a look",
        "+ In [6] same = data # makes same",
        "+ In [6] same.append(k) # changes data",
        "- In [6] %who # only display or console set-up",
        "- In [6] late = 1 # nothing kept uses it (late)",
        "- In [7] data.index(99) # failed without an effect",
        "- In [8] for v in [1, 0]: late = 1 / v # nothing kept uses it (late)",
        "+ In [9] data.sort() # changes data",
        "+ In [10] out = sum(data) # makes out",
        "- In [11] data[0] = 7 # nothing kept uses it (data)",
    ]
