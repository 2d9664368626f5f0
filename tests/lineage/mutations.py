"""One-change sessions and pure calls, as cells: a table that any slicer can be measured with.

Each line of MUTATIONS is `setup | change | expression`; `; ` divides cells. The change must be in
the slice of `out = expression`. Each line of PURE is the same with a call that must not be.
"""

_IMPORTS = {
    "np": "import numpy as np", "pd": "import pandas as pd", "nx": "import networkx as nx",
    "plt": "import matplotlib; matplotlib.use('agg'); import matplotlib.pyplot as plt",
    "random": "import random", "os": "import os", "heapq": "import heapq", "bisect": "import bisect",
    "collections": "import collections", "itertools": "import itertools", "io": "import io",
    "types": "import types", "copy": "import copy", "operator": "import operator",
    "array": "import array", "math": "import math", "decimal": "import decimal",
    "LinearRegression": "from sklearn.linear_model import LinearRegression",
    "StandardScaler": "from sklearn.preprocessing import StandardScaler",
    "KMeans": "from sklearn.cluster import KMeans", "csv": "import csv", "json": "import json",
    "sqlite3": "import sqlite3", "weakref": "import weakref", "sys": "import sys",
    "functools": "import functools", "statistics": "import statistics", "re": "import re",
}  # fmt: skip

MUTATIONS = """
a = [1, 2] | a.append(3) | sum(a)
a = [1, 2] | a.extend([4]) | sum(a)
a = [1, 2] | a.insert(0, 5) | a[0]
a = [1, 2] | a.pop() | len(a)
a = [1, 2] | a.remove(1) | a[0]
a = [2, 1] | a.sort() | a[0]
a = [2, 1] | a.reverse() | a[0]
a = [2, 1] | a.clear() | len(a)
a = [2, 1] | a += [3] | len(a)
a = [2, 1] | a *= 2 | len(a)
a = [2, 1] | a[0] = 9 | a[0]
a = [2, 1, 3] | a[1:] = [] | len(a)
a = [2, 1] | del a[0] | a[0]
a = [2, 1] | a.__setitem__(0, 7) | a[0]
a = [2, 1] | operator.setitem(a, 0, 7) | a[0]
a = [2, 1] | list.append(a, 7) | len(a)
a = [2, 1] | [a.append(i) for i in range(2)] | len(a)
a = [2, 1] | heapq.heapify(a) | a[0]
a = [2, 4] | heapq.heappush(a, 1) | a[0]
a = [2, 4] | heapq.heappop(a) | a[0]
a = [2, 4] | bisect.insort(a, 3) | a[1]
random.seed(1); a = [1, 2, 3, 4, 5] | random.shuffle(a) | a
d = {} | d['k'] = 1 | len(d)
d = {'k': 1} | d.update(j=2) | len(d)
d = {'k': 1} | d.pop('k') | len(d)
d = {'k': 1} | d.popitem() | len(d)
d = {'k': 1} | d.setdefault('j', 3) | len(d)
d = {'k': 1} | d.clear() | len(d)
d = {'k': 1} | d |= {'z': 1} | len(d)
d = {'k': 1} | del d['k'] | len(d)
d = {'k': []} | d['k'].append(1) | d['k']
d = collections.defaultdict(list) | d['k'] | len(d)
d = collections.Counter() | d.update('aab') | d['a']
d = collections.OrderedDict(a=1, b=2) | d.move_to_end('a') | list(d)
q = collections.deque([1, 2]) | q.rotate(1) | q[0]
q = collections.deque([1, 2]) | q.appendleft(5) | q[0]
s = {1} | s.add(2) | len(s)
s = {1, 2} | s.discard(2) | len(s)
s = {1, 2} | s.update({5}) | len(s)
s = {1, 2} | s &= {1} | len(s)
s = {1, 2} | s.difference_update({1}) | len(s)
b = bytearray(b'ab') | b.append(99) | bytes(b)
b = bytearray(b'ab'); m = memoryview(b) | m[0] = 99 | bytes(b)
r = array.array('i', [1]) | r.append(4) | len(r)
f = io.StringIO() | f.write('abc') | f.getvalue()
f = io.StringIO('a%sb' % chr(10)) | f.readline() | f.read()
f = io.BytesIO(b'abc') | f.seek(1) | f.read()
f = io.StringIO('a,b%sc,d' % chr(10)); rd = csv.reader(f) | next(rd) | next(rd)
a = [1]; b = a | b.append(2) | a
a = [1]; b = [a] | b[0].append(2) | a
a = [1]; d = {'a': a} | d['a'].append(2) | a
a = [1]; t = (a,) | t[0].append(2) | a
a = [[1], [2]]; b = a[0] | b.append(5) | a
a = [[1]]; b = list(a) | b[0].append(5) | a
a = [[1]]; b = a.copy() | b[0].append(5) | a
a = [[1]]; b = copy.copy(a) | b[0].append(5) | a
a = [[1]]; b = a + [] | b[0].append(5) | a
a = [1]; m = a.append | m(5) | a
a = [1]; f = lambda: a | f().append(4) | a
a = [1]; b = a; del a | b.append(3) | b
it = iter([1, 2, 3]) | next(it) | next(it)
it = iter([1, 2, 3]) | list(itertools.islice(it, 2)) | list(it)
g = (i for i in range(5)) | next(g) | list(g)
l = [1, 2, 3]; it = iter(l); z = zip(it, it) | next(z) | list(it)
c = itertools.count() | next(c) | next(c)
c = itertools.cycle('ab') | next(c) | next(c)
it = iter([1, 2, 3]) | sum(it) | list(it)
it = iter([1, 2, 3]) | 2 in it | list(it)
it = iter([1, 2, 3]) | for v in it: break | list(it)
it = iter([1, 2, 3]); m = map(str, it) | next(m) | list(it)
def f(a, m=[]): m.append(a); return len(m) | f(1) | f(2)
def f(): f.n += 1; return f.n /// f.n = 0 | f() | f()
def f(a): a.append(1) /// x = [] | f(x) | x
x = [] /// def f(): x.append(1) | f() | x
n = 0 /// def f():\\n    global n\\n    n += 1 | f() | n
def mk():\\n    n = 0\\n    def s():\\n        nonlocal n\\n        n += 1\\n        return n\\n    return s /// c = mk() | c() | c()
x = [] /// def g(): x.append(1) /// def f(): g() | f() | x
x = [] /// h = lambda v: x.append(v) | h(3) | x
x = [] | any(x.append(i) for i in range(3)) | x
x = [] | list(map(x.append, [1, 2])) | x
x = [] /// f = functools.partial(x.append, 4) | f() | x
class A: pass /// o = A() /// o.v = 1 | o.v = 2 | o.v
class A: pass /// o = A() | setattr(o, 'v', 5) | o.v
class A: pass /// o = A() | o.__dict__['v'] = 4 | o.v
class A: pass /// o = A() | vars(o).update(v=3) | o.v
class A: n = 0 /// o = A() | A.n = 5 | o.n
class A: t = [] /// o = A() /// p = A() | o.t.append(1) | len(p.t)
class A:\\n    def f(self): return 1 /// o = A() | A.f = lambda self: 2 | o.f()
class A:\\n    def __init__(self): self.x = 0\\n    def inc(self): self.x += 1; return self /// o = A() | o.inc().inc() | o.x
class A:\\n    x = 0\\n    def __iadd__(self, k): self.x += k; return self /// o = A(); p = o | o += 4 | p.x
class A:\\n    x = 0\\n    def __call__(self): self.x += 1 /// o = A() | o() | o.x
class A:\\n    k = 0\\n    @classmethod\\n    def up(cls): cls.k += 1 /// o = A() | A.up() | o.k
class A:\\n    x = 0\\n    @property\\n    def p(self): self.x += 1; return self.x /// o = A() | o.p | o.x
class A:\\n    def __init__(self, l): self.l = l /// a = []; o = A(a) | o.l.append(3) | a
class A:\\n    x = 1\\n    def predict(self): self.x = 2 /// o = A() | o.predict() | o.x
reg = {} /// def register(f): reg[f.__name__] = f; return f | @register\\ndef job(): return 3 | sorted(reg)
n = types.SimpleNamespace(v=1) | n.v = 4 | n.v
n = types.SimpleNamespace(v=[1]) | n.v.append(4) | n.v
a = np.zeros(4) | a[0] = 5 | a.sum()
a = np.zeros(4) | a[a < 1] = 5 | a.sum()
a = np.zeros(4) | a += 2 | a.sum()
a = np.zeros(4) | np.add(a, 1, out=a) | a.sum()
a = np.zeros(4) | a.fill(3) | a.sum()
a = np.array([3., 1.]) | a.sort() | a[0]
a = np.zeros(4) | np.put(a, [0], 7) | a.sum()
a = np.zeros(4) | np.copyto(a, 7) | a.sum()
a = np.zeros((2, 2)) | np.fill_diagonal(a, 7) | a.sum()
a = np.zeros(4) | np.add.at(a, [0, 0], 1) | a.sum()
a = np.zeros(4); v = a[:2] | v[:] = 1 | a.sum()
a = np.zeros(4); v = a.reshape(2, 2) | v[0] = 1 | a.sum()
a = np.zeros((2, 3)); v = a.T | v[0] = 1 | a.sum()
a = np.zeros(4); v = a.view() | v += 1 | a.sum()
a = np.zeros(4); v = np.asarray(a) | v[0] = 1 | a.sum()
a = np.zeros(4); v = a.flat | v[1] = 1 | a.sum()
a = np.zeros((2, 2)) | for row in a: row += 1 | a.sum()
a = np.array([1, 2, 3]); rng = np.random.default_rng(1) | rng.shuffle(a) | a.tolist()
rng = np.random.default_rng(1) | rng.normal() | rng.normal()
np.random.seed(0) | np.random.rand() | np.random.rand()
random.seed(0) | random.random() | random.random()
x = 0 | np.random.seed(3) | np.random.rand()
a = np.zeros(3) | a.resize(5, refcheck=False) | a.size
a = np.zeros(3) | a.shape = (3, 1) | a.shape
df = pd.DataFrame({'a': [2, 1]}) | df['b'] = 1 | df.shape
df = pd.DataFrame({'a': [2, 1]}) | df.loc[0, 'a'] = 9 | df.a.sum()
df = pd.DataFrame({'a': [2, 1]}) | df.iloc[0, 0] = 9 | df.a.sum()
df = pd.DataFrame({'a': [2, 1]}) | df.at[0, 'a'] = 9 | df.a.sum()
df = pd.DataFrame({'a': [2, 1]}) | df.sort_values('a', inplace=True) | df.a.tolist()
df = pd.DataFrame({'a': [2, 1]}) | df.drop(columns='a', inplace=True) | df.shape
df = pd.DataFrame({'a': [2, 1]}) | df.insert(0, 'z', 4) | df.shape
df = pd.DataFrame({'a': [2, 1], 'b': 1}) | df.pop('b') | df.shape
df = pd.DataFrame({'a': [2, 1]}) | df.columns = ['q'] | list(df)
df = pd.DataFrame({'a': [2, 1]}) | df.index = [5, 6] | list(df.index)
df = pd.DataFrame({'a': [2, 1]}) | del df['a'] | df.shape
df = pd.DataFrame({'a': [2, 1]}) | df.rename(columns={'a': 'z'}, inplace=True) | list(df)
df = pd.DataFrame({'a': [2, 1]}) | df.update(pd.DataFrame({'a': [8, 8]})) | df.a.sum()
df = pd.DataFrame({'a': [2, 1]}) | df.attrs['u'] = 1 | df.attrs
df = pd.DataFrame({'a': [2, 1]}) | df.eval('c = a + 1', inplace=True) | df.shape
s = pd.Series([1, 2]) | s[0] = 5 | s.sum()
s = pd.Series([1, 2]) | s.loc[7] = 5 | s.sum()
s = pd.Series([1, 2]) | s.name = 'n' | s.name
X = np.arange(4.).reshape(-1, 1); m = LinearRegression() | m.fit(X, X[:, 0]) | m.coef_.round(3).tolist()
X = np.arange(4.).reshape(-1, 1); m = LinearRegression() | m.set_params(fit_intercept=False) | m.fit_intercept
X = np.arange(4.).reshape(-1, 1); m = StandardScaler() | m.fit_transform(X) | m.mean_.tolist()
X = np.arange(4.).reshape(-1, 1); m = StandardScaler() | m.partial_fit(X) | m.mean_.tolist()
G = nx.Graph() | G.add_edge(1, 2) | G.number_of_nodes()
G = nx.Graph() | G.add_nodes_from([1, 2]) | G.number_of_nodes()
G = nx.path_graph(3) | G.remove_node(0) | G.number_of_edges()
G = nx.path_graph(3) | nx.set_node_attributes(G, 5, 'w') | G.nodes[0]['w']
G = nx.path_graph(3) | G[0][1]['w'] = 3 | G[0][1]['w']
G = nx.path_graph(3) | nx.add_path(G, [2, 3]) | G.number_of_nodes()
fig, ax = plt.subplots() | ax.plot([1, 2]) | len(ax.lines)
fig, ax = plt.subplots() | ax.set_title('t') | ax.get_title()
fig, ax = plt.subplots() | plt.plot([1, 2]) | len(ax.lines)
fig, ax = plt.subplots() | plt.title('t') | ax.get_title()
fig, ax = plt.subplots() | fig.suptitle('t') | fig.get_suptitle()
fig, ax = plt.subplots() | ax.set_xlim(0, 9) | [float(v) for v in ax.get_xlim()]
fig = plt.figure() | fig.add_subplot(1, 1, 1) | len(fig.axes)
x = 0 | os.environ['IPYPROD_T'] = '5' | os.environ.get('IPYPROD_T')
x = 0 | math.tau = 6 | math.tau
x = 0 | decimal.getcontext().prec = 4 | str(decimal.Decimal(1) / 3)
x = 0 | open('t.txt', 'w').write('abc') | open('t.txt').read()
f = open('t2.txt', 'w'); f.write('a') | f.close() | open('t2.txt').read()
con = sqlite3.connect(':memory:'); cur = con.cursor() | cur.execute('create table t(a)') | con.execute('select count(*) from t').fetchone()
con = sqlite3.connect(':memory:'); con.execute('create table t(a)') | con.execute('insert into t values (1)') | con.execute('select count(*) from t').fetchone()
a = [1] | exec('a.append(2)') | a
a = [1] | eval('a.append(2)') | a
a = [1] | globals()['a'].append(4) | a
a = [3, 1] /// def f(x): x.sort() | f(a) | a
a = [1] | if a: a.append(2) | a
a = [1] | while len(a) < 4: a.append(2) | a
a = [1] | try: a.append(2); 1/0\\nexcept ZeroDivisionError: pass | a
a = [1] | a.append(2); undefined_thing | a
a = [1] | (b := a).append(3) | a
a, b = [1], [2]; a, b = b, a | a.append(3) | b + a
""".strip().splitlines()

PURE = """
df = pd.DataFrame({'a': [2, 1]}) | df.head() | df.a.sum()
df = pd.DataFrame({'a': [2, 1]}) | df.describe() | df.a.sum()
df = pd.DataFrame({'a': [2, 1]}) | df.info() | df.a.sum()
df = pd.DataFrame({'a': [2, 1]}) | df.sort_values('a') | df.a.sum()
df = pd.DataFrame({'a': [2, 1]}) | df.drop(columns='a') | df.a.sum()
df = pd.DataFrame({'a': [2, 1]}) | df.groupby('a').size() | df.a.sum()
df = pd.DataFrame({'a': [2, 1]}) | df.isna().sum() | df.a.sum()
df = pd.DataFrame({'a': [2, 1]}) | df.shape | df.a.sum()
df = pd.DataFrame({'a': [2, 1]}) | df['a'].value_counts() | df.a.sum()
df = pd.DataFrame({'a': [2, 1]}) | df.T | df.a.sum()
df = pd.DataFrame({'a': [2, 1]}) | df.merge(df, on='a') | df.a.sum()
df = pd.DataFrame({'a': [2, 1]}) | df.query('a > 1') | df.a.sum()
df = pd.DataFrame({'a': [2, 1]}) | df.assign(b=1) | df.a.sum()
df = pd.DataFrame({'a': [2, 1]}) | pd.concat([df, df]) | df.a.sum()
df = pd.DataFrame({'a': [2, 1]}) | df.to_dict() | df.a.sum()
df = pd.DataFrame({'a': [2, 1]}) | df.copy().insert(0, 'z', 1) | df.a.sum()
df = pd.DataFrame({'a': [2, 1]}) | df.a.plot() | df.a.sum()
df = pd.DataFrame({'a': [2, 1]}) | print(df) | df.a.sum()
df = pd.DataFrame({'a': [2, 1]}) | for c in df: print(c) | df.a.sum()
df = pd.DataFrame({'a': [2, 1]}) | df.apply(lambda c: c * 2) | df.a.sum()
a = [1, 2] | len(a) | sum(a)
a = [1, 2] | sorted(a) | sum(a)
a = [1, 2] | max(a) | sum(a)
a = [1, 2] | a.index(1) | sum(a)
a = [1, 2] | a.count(1) | sum(a)
a = [1, 2] | a.copy() | sum(a)
a = [1, 2] | a + [3] | sum(a)
a = [1, 2] | a[::-1] | sum(a)
a = [1, 2] | list(reversed(a)) | sum(a)
a = [1, 2] | list(enumerate(a)) | sum(a)
a = [1, 2] | print(a) | sum(a)
a = [1, 2] | [v * 2 for v in a] | sum(a)
a = [1, 2] | copy.deepcopy(a).append(3) | sum(a)
a = [1, 2] | json.dumps(a) | sum(a)
a = [1, 2] | statistics.mean(a) | sum(a)
a = [1, 2] | heapq.nlargest(1, a) | sum(a)
a = [1, 2] | a == [1] | sum(a)
a = [1, 2] | repr(a) | sum(a)
a = [1, 2] | isinstance(a, list) | sum(a)
a = [1, 2] | random.Random(1).sample(a, 1) | sum(a)
d = {'k': 1} | d.get('k') | len(d)
d = {'k': 1} | list(d.items()) | len(d)
d = {'k': 1} | 'k' in d | len(d)
d = {'k': 1} | dict(d, z=1) | len(d)
s = 'abc' | s.upper() | s
s = 'abc' | re.findall('b', s) | s
s = {1, 2} | s.union({3}) | len(s)
a = np.zeros(4) | a.sum() | a.mean()
a = np.zeros(4) | a.copy().fill(1) | a.mean()
a = np.zeros(4) | np.sort(a) | a.mean()
a = np.zeros(4) | np.add(a, 1) | a.mean()
a = np.zeros(4) | a.reshape(2, 2) | a.mean()
a = np.zeros(4) | a[:2] | a.mean()
a = np.zeros(4) | np.where(a > 0, 1, 2) | a.mean()
a = np.zeros(4) | np.linalg.norm(a) | a.mean()
a = np.zeros(4) | np.random.default_rng(1).permutation(a) | a.mean()
X = np.arange(4.).reshape(-1, 1); m = LinearRegression().fit(X, X) | m.predict(X) | m.coef_.round(3).tolist()
X = np.arange(4.).reshape(-1, 1); m = LinearRegression().fit(X, X) | m.score(X, X) | m.coef_.round(3).tolist()
X = np.arange(4.).reshape(-1, 1); m = LinearRegression().fit(X, X) | m.get_params() | m.coef_.round(3).tolist()
X = np.arange(4.).reshape(-1, 1); m = StandardScaler().fit(X) | m.transform(X) | m.mean_.tolist()
X = np.arange(4.).reshape(-1, 1) | LinearRegression().fit(X, X) | X.sum()
G = nx.path_graph(3) | G.degree() | G.number_of_nodes()
G = nx.path_graph(3) | nx.shortest_path(G, 0, 2) | G.number_of_nodes()
G = nx.path_graph(3) | nx.density(G) | G.number_of_nodes()
G = nx.path_graph(3) | G.copy().add_node(9) | G.number_of_nodes()
x = [1, 2]; fig, ax = plt.subplots() | ax.plot(x) | sum(x)
x = [1, 2] | plt.plot(x) | sum(x)
x = [1, 2] | plt.close('all') | sum(x)
def f(v): return len(v) /// a = [1] | f(a) | sum(a)
class A:\\n    x = 1\\n    def look(self): return len(str(self.x)) /// o = A() | o.look() | o.x
""".strip().splitlines()


def cells_of(line: str) -> tuple[list[str], str]:
    """Return the cells of a line of the table, imports first, and the cell in question."""
    setup, change, expression = (part.strip().replace("\\n", "\n") for part in line.split(" | "))
    # a two-character \\n inside a literal stays one: only the code's own line breaks are made
    definitions = setup.split(" /// ")
    cells = [text for name, text in _IMPORTS.items() if _mentions(line, name)]
    for part in definitions:
        is_block = part.startswith(("def ", "class ", "@")) or "\n" in part
        cells += [part] if is_block else part.split("; ")
    return [*cells, change, f"out = {expression}"], change


def _mentions(line: str, name: str) -> bool:
    words = line.replace(".", " . ").replace("(", " ( ").replace(",", " , ").replace("[", " [ ")
    return name in words.split()
