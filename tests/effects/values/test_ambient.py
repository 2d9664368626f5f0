"""State outside variables: a change is named, a look is none."""

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent))
from watched import WatchedCells

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture(autouse=True)
def usual_print_options():
    """Begin with numpy's own options, whatever sessions of other tests have set."""
    with np.printoptions(precision=8):
        yield


# setup | cell | the state that changes, empty for none
STATES = r"""
import random | random.random() | random
import random | random.seed(1) | random
import random | random.shuffle([1, 2, 3]) | random
import random; r = random.Random(1) | r.random() |
import random | random.getstate() |
import numpy as np | np.random.rand() | numpy.random
import numpy as np | np.random.seed(3) | numpy.random
import numpy as np; np.random.seed(1) | np.random.randn() | numpy.random
import numpy as np; np.random.seed(1); np.random.randn() | np.random.randn() | numpy.random
import numpy as np; g = np.random.default_rng(1) | g.random() |
import os | os.environ['PROBE_STATE'] = '1' | os.environ
import os | os.environ.get('HOME') |
import os; home = os.getcwd() | os.chdir('/') | cwd
import sys | sys.path.append('/nowhere') | sys.path
import sys | len(sys.path) |
import locale | locale.setlocale(locale.LC_ALL, 'C.UTF-8' if locale.setlocale(locale.LC_ALL) == 'C' else 'C') | locale
import warnings | warnings.simplefilter('always', ImportWarning) | warnings
import decimal | decimal.getcontext().prec = 11 | decimal
import decimal | decimal.getcontext().traps[decimal.Inexact] = True | decimal
import decimal | decimal.Decimal(1) / 3 |
import numpy as np | np.seterr(all='print') | numpy.errstate
import numpy as np | np.set_printoptions(precision=3) | numpy.printoptions
import pandas as pd | pd.set_option('display.max_rows', 77) | pandas.options
import pandas as pd | pd.options.display.precision = 2 | pandas.options
import pandas as pd | pd.set_option('mode.sim_interactive', True) | pandas.options pandas.options.mode
import pandas as pd | pd.get_option('display.max_rows') |
import matplotlib as mpl | mpl.rcParams['lines.linewidth'] = 7 | rcParams
import matplotlib as mpl | mpl.rcParams['axes.prop_cycle'] |
import matplotlib.pyplot as plt | plt.figure() | pyplot
import matplotlib.pyplot as plt; plt.figure() | plt.plot([1, 2]) | pyplot
import matplotlib.pyplot as plt; plt.plot([1, 2]) | plt.title('x') | pyplot
import matplotlib.pyplot as plt; plt.plot([1, 2]) | plt.xlim(0, 9) | pyplot
import matplotlib.pyplot as plt; l, = plt.plot([1, 2]) | l.set_color('red') | pyplot
import matplotlib.pyplot as plt; l, = plt.plot([1, 2]) | l.set_label('red') | pyplot
import matplotlib.pyplot as plt; l, = plt.plot([1, 2]) | l.set_ydata([3, 4]) | pyplot
import matplotlib.pyplot as plt; l, = plt.plot([1, 2])\ndef f(): plt.gca().lines[0].set_alpha(.5) | f() | pyplot
import matplotlib.pyplot as plt; plt.plot([1, 2]) | plt.close() | pyplot
import matplotlib.pyplot as plt; plt.plot([1, 2]); plt.gcf().canvas.draw() | plt.gcf().canvas.draw(); plt.gca().get_title() |
import matplotlib.pyplot as plt; plt.plot([1, 2]) | x = 1 |
import math | math.probe = 1 | module:math
import math\ndef f(): math.probe = 2 | f() | module:math
import xml.dom.minidom | xml.dom.minidom.probe = 1 | module:xml.dom.minidom
import collections | collections.OrderedDict |
import fractions | fractions.Fraction.probe = 1 | module:fractions
import builtins | builtins.probe = 1 | module:builtins
import json | json.dumps([1]) |
"""


def cases():
    for line in STATES.strip().splitlines():
        setup, cell, states = (part.strip() for part in line.replace("\\n", "\n").split("|"))
        yield pytest.param(setup, cell, set(states.split()), id=line[:70])


@pytest.fixture(autouse=True)
def state_put_back(monkeypatch):
    import builtins
    import decimal
    import fractions
    import locale
    import math
    import os
    import random
    import warnings
    import xml.dom.minidom

    import matplotlib as mpl
    import matplotlib.pyplot as plt
    import numpy as np
    import pandas as pd

    mpl.use("agg")
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.setenv("PROBE_STATE", "0")
    folder, spoken = os.getcwd(), locale.setlocale(locale.LC_ALL)
    drawn, drawn_by_numpy = random.getstate(), np.random.get_state()
    with (
        warnings.catch_warnings(),
        decimal.localcontext(),
        np.errstate(),
        np.printoptions(),
        mpl.rc_context(),
        pd.option_context("display.max_rows", 60),
    ):
        yield
    pd.reset_option("display.precision")
    pd.reset_option("mode.sim_interactive")
    plt.close("all")
    os.chdir(folder)
    locale.setlocale(locale.LC_ALL, spoken)
    random.setstate(drawn)
    np.random.set_state(drawn_by_numpy)
    for owner in (math, xml.dom.minidom, fractions.Fraction, builtins):
        if hasattr(owner, "probe"):
            del owner.probe


@pytest.mark.parametrize(("setup", "cell", "states"), [*cases()])
def test_ambient_state(setup, cell, states):
    watched = WatchedCells()
    watched.run(setup)
    assert watched.run(cell).ambient == states


def test_the_draws_of_torch_are_seen():
    pytest.importorskip("torch")
    watched = WatchedCells()
    watched.run("import torch")
    assert "torch.random" in watched.run("torch.rand(1)").ambient
    assert "torch.random" not in watched.run("torch.ones(1)").ambient


def test_a_first_import_sets_up_its_state_weakly():
    watched = WatchedCells()
    watched.run("x = 1")
    seen = watched.run("import matplotlib, pandas, numpy")
    assert not seen.ambient & {"rcParams", "pandas.options", "numpy.random"}


def test_a_connection_that_wrote_has_changed(tmp_path):
    watched = WatchedCells()
    watched.namespace["path"] = str(tmp_path / "data.db")
    watched.run("import sqlite3; c = sqlite3.connect(path); c.execute('create table t (x)')")
    assert "c" in watched.run("c.execute('insert into t values (1)')").changed
    assert "c" in watched.run("rows = c.execute('select * from t').fetchall()").unknown


def test_state_that_changes_between_cells_is_seen_with_the_next():
    import random

    watched = WatchedCells()
    watched.run("x = 1")
    random.random()
    assert watched.run("x").ambient == {"random"}
