"""A change in place is never called unchanged, whatever it goes through; a pure use is no change."""

import ast
import gc
import weakref

import pytest

from ipyprod.effects.values.watcher import ValueWatcher


def names_of(code):
    return {node.id for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Name)}


def observe(*cells):
    namespace = {"__name__": "__main__"}
    watcher = ValueWatcher()
    for code in cells:
        names = names_of(code)
        token = watcher.before(names, namespace)
        exec(compile(code, "cell", "exec"), namespace)
        seen = watcher.after(token, names, namespace, seconds=2.0, text_unknown=False)
    return seen


CHANGES = [
    ("b=a=[1]", "b.append(2); b=None", "a"),
    ("b=a=[1]", "b.append(2)\ndel b", "a"),
    ("i=[1]\na=[i]", "a[0]=[1]", "a"),
    ("class A:\n  n=[]\n  k=0\n  def inc(self): type(self).k+=1\nx=A()", "x.inc()", "A"),
    ("class A:\n  n=[]\n  def inc(self): type(self).n.append(1)\nx=A()", "x.inc()", "A"),
    ("import networkx as nx\nG=nx.Graph()", "G.add_edge(1,2)", "G"),
    ("import numpy as np\na=np.zeros(5)\nv=a[:2]", "v[0]=1", "a"),
    ("import pandas as pd\ndf=pd.DataFrame({'a':[1]})\nd={'k':df}", "df['b']=1", "d"),
    ("it=iter([1,2,3])", "next(it)", "it"),
    ("def g():\n  n=0\n  while 1:\n    n+=1\n    yield n\nx=g()", "next(x)", "x"),
    ("import itertools\nc=itertools.product('aa','b')", "next(c)", "c"),
    ("import collections\nd=collections.OrderedDict(a=1,b=2)", "d.move_to_end('a')", "d"),
    ("def mk():\n  n=0\n  def f():\n    nonlocal n\n    n+=1\n  return f\nf=mk()", "f()", "f"),
    ("L=[]\ndef f(x=L): x.append(1)", "f()", "L"),
    ("L=[]\ndef f(): L.append(1)", "f()", "L"),
    ("L=[]\nimport functools\np=functools.partial(L.append,1)", "p()", "L"),
    ("import re,enum\nl=[1]\nm=l.__iter__()", "l.append(2)", "m"),
    ("import threading\nl=threading.Lock()\nd={'l':l}", "l.acquire()", "d"),
    ("a=bytearray(b'ab')\nm=memoryview(a)", "m[0]=0", "a"),
    ("from collections import Counter\nc=Counter('a')", "c.update('b')", "c"),
    ("import numpy as np\nm=np.ma.array([1,2],mask=[0,0])", "m.mask[0]=True", "m"),
    ("import scipy.sparse as s\nm=s.lil_matrix((2,2))", "m[0,0]=1", "m"),
    ("import decimal\nd=[decimal.Decimal(1)]", "d[0]=decimal.Decimal(2)", "d"),
    ("from fractions import Fraction as F\nd=[F(1,2)]", "d[0]=F(1,3)", "d"),
    ("import numpy as np\nr=np.random.default_rng(0)", "r.random()", "r"),
    ("import datetime\nd=[datetime.date(2020,1,1)]", "d[0]=datetime.date(2020,1,2)", "d"),
    ("import pathlib\nd=[pathlib.Path('a')]", "d[0]=pathlib.Path('b')", "d"),
    ("import queue\nq=queue.Queue()", "q.put(1)", "q"),
    ("import weakref\nclass A: pass\no=A()\nw=weakref.WeakValueDictionary()", "w['a']=o", "w"),
    ("import types\ns=types.SimpleNamespace(a=1)", "s.a=2", "s"),
    ("import collections\nd=collections.defaultdict(list)", "d['a']", "d"),
    ("import array\na=array.array('i',[1])", "a[0]=2", "a"),
    ("class S(list): pass\ns=S()", "s.append(1)", "s"),
    ("class S:\n  __slots__=('a',)\ns=S()\ns.a=1", "s.a=2", "s"),
    ("import pandas as pd\ns=pd.Series([1,2])", "s.name='x'", "s"),
    ("import pandas as pd\ns=pd.DataFrame({'a':[1]})", "s.index.name='x'", "s"),
    ("import pandas as pd\ns=pd.DataFrame({'a':[1]})", "s.columns=['z']", "s"),
    ("import pandas as pd\ns=pd.DataFrame({'a':[1]})", "s.attrs['k']=1", "s"),
    ("import pandas as pd\ns=pd.Series(['a','b'])", "s.iloc[0]='z'", "s"),
    ("import pandas as pd\ns=pd.Series(['a','b'],dtype='category')", "s.iloc[0]='b'", "s"),
    (
        "import pandas as pd\ns=pd.Series(pd.to_datetime(['2020','2021']).tz_localize('UTC'))",
        "s.iloc[0]=s.iloc[1]",
        "s",
    ),
    ("import pandas as pd\ns=pd.Series([1,None],dtype='Int64')", "s.iloc[0]=3", "s"),
    (
        "from sklearn.linear_model import LinearRegression as R\nm=R()",
        "m.fit([[1],[2]],[1,2])",
        "m",
    ),
    (
        "from sklearn.tree import DecisionTreeClassifier as R\nm=R().fit([[1],[2]],[1,2])",
        "m.fit([[1],[2],[3]],[1,2,1])",
        "m",
    ),
    ("x=[1,2]", "x.sort(reverse=True)", "x"),
    ("import heapq\nh=[3,1]", "heapq.heapify(h)", "h"),
    (
        "import matplotlib; matplotlib.use('agg')\nimport matplotlib.pyplot as plt\nfig,ax=plt.subplots()",
        "ax.plot([1,2])",
        "ax",
    ),
    (
        "import matplotlib; matplotlib.use('agg')\nimport matplotlib.pyplot as plt\nfig,ax=plt.subplots()",
        "ax.set_title('x')",
        "fig",
    ),
    (
        "import matplotlib; matplotlib.use('agg')\nimport matplotlib.pyplot as plt\nfig,ax=plt.subplots()",
        "plt.title('x')",
        "fig",
    ),
    ("import io\nf=io.StringIO()", "f.write('a')", "f"),
    ("import csv,io\nr=csv.reader(io.StringIO('a\\nb'))", "next(r)", "r"),
    ("e=[ValueError('a')]", "e[0].args=(1,)", "e"),
]
PURE_USES = [
    (
        "import networkx as nx\nG=nx.path_graph(4)",
        "list(G.nodes); G.degree(1); nx.pagerank(G); G.adj",
        "G",
    ),
    (
        "import pandas as pd\ndf=pd.DataFrame({'a':[1,2],'b':['x','y']})",
        "df.head(); df.describe(); df.groupby('b').a.sum(); df['a']; df.loc[0]; df.values; repr(df)",
        "df",
    ),
    ("import numpy as np\na=np.zeros(5)", "a.sum(); a[:2]; a.T; np.sort(a)", "a"),
    (
        "from sklearn.linear_model import LinearRegression as R\nm=R().fit([[1],[2]],[1,2])",
        "m.predict([[1]]); m.score([[1]],[1]); repr(m)",
        "m",
    ),
    (
        "from sklearn.ensemble import RandomForestClassifier as R\nm=R(3).fit([[1],[2]],[1,2])",
        "m.predict([[1]])",
        "m",
    ),
    (
        "import scipy.sparse as s\nm=s.csr_matrix([[1,2]])",
        "m.sum(); m.T; m@m.T; m.has_sorted_indices",
        "m",
    ),
    ("import enum\nclass E(enum.Enum):\n  A=1\ne=E.A", "e.value", "e"),
    ("f=sorted", "f([1])", "f"),
    ("from statistics import mean as f", "f([1])", "f"),
    ("import numpy as np\nf=np.mean", "f([1])", "f"),
    ("from scipy.stats import norm as f", "f.pdf(1)", "f"),
]


@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize(("setup", "cell", "name"), CHANGES)
def test_a_change_in_place_is_seen_or_unknown(setup, cell, name):
    seen = observe(setup, cell)
    assert name in seen.changed | seen.weak | seen.unknown


@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize(("setup", "cell", "name"), PURE_USES)
def test_a_pure_use_is_no_certain_change(setup, cell, name):
    seen = observe(setup, cell)
    assert name in seen.unchanged | seen.weak


def test_no_method_of_a_value_runs():
    calls = []
    namespace = {"__name__": "__main__", "calls": calls}
    watcher = ValueWatcher()
    code = """
class Spy:
    def __getattribute__(self, name): calls.append(name); return object.__getattribute__(self, name)
    def __eq__(self, other): calls.append("eq"); return True
    def __hash__(self): calls.append("hash"); return 1
    def __bool__(self): calls.append("bool"); return False
    def __reduce_ex__(self, protocol): calls.append("reduce"); return "x"
    def __len__(self): calls.append("len"); return 3
    def __iter__(self): calls.append("iter"); return iter(())
spy = Spy()
held = {spy: 1}
"""
    names = {"spy", "held", "Spy"}
    token = watcher.before(names, namespace)
    exec(code, namespace)
    calls.clear()
    watcher.after(token, names, namespace, seconds=1.0, text_unknown=False)
    token = watcher.before(names, namespace)
    watcher.after(token, names, namespace, seconds=1.0, text_unknown=True)
    assert calls == []


def test_a_deleted_class_of_the_session_is_freed():
    namespace = {"__name__": "__main__"}
    watcher = ValueWatcher()
    for code in ("class Kept: pass", "kept = Kept()", "kept.x = 1"):
        names = {"Kept", "kept"}
        token = watcher.before(names, namespace)
        exec(code, namespace)
        watcher.after(token, names, namespace, seconds=1.0, text_unknown=False)
    freed = weakref.ref(namespace["Kept"])
    del namespace["Kept"], namespace["kept"]
    gc.collect()
    assert freed() is None
