"""Changes in place and pure uses, one a line: `variable: setup | cell`; `; ` ends a statement."""

import importlib.util

_PLAIN_CHANGES = r"""
a: a = [3, 1] | a.append(2)
a: a = [3, 1] | a.sort()
a: a = [3, 1] | a += [4]
a: a = [3, 1] | a[:] = []
a: a = [[1], [2]] | a[0] = [1]
a: a = [[1], [2]] | a[1].append(1)
a: a = list('abcdefgh') * 400 | a[1700] = 'q'
a: a = [i * 0.5 for i in range(5000)] | a[4999] = -1.0
a: a = {'k': 1} | a['k'] = 2
a: a = {'k': {'l': [1]}} | a['k']['l'].append(2)
a: a = {'k': 1} | a.pop('k')
a: a = {'k': 1} | a.setdefault('m', 2)
a: a = {str(i): i for i in range(3000)} | a['2999'] = 0
a: a = {1, 2} | a.add(3)
a: a = {1, 2} | a.discard(1)
a: a = {str(i) for i in range(2000)} | a.discard('7')
a: a = ([1], 2) | a[0].append(1)
a: a = bytearray(b'abc') | a[0] = 0
a: a = bytearray(b'abc') | a.extend(b'd')
a: import collections; a = collections.deque([1, 2], 5) | a.rotate(1)
a: import collections; a = collections.deque([1, 2], 2) | a.append(3)
a: import collections; a = collections.OrderedDict(x=1, y=2) | a.move_to_end('x')
a: import collections; a = collections.defaultdict(list) | a['x']
a: import collections; a = collections.Counter('aab') | a.subtract('a')
a: import collections; a = collections.ChainMap({}, {'x': 1}) | a['x'] = 2
a: import collections; a = collections.UserList([1]) | a.append(2)
a: import array; a = array.array('d', [1, 2]) | a[1] = 5
a: import heapq; a = [3, 2, 1] | heapq.heapify(a)
a: import bisect; a = [1, 3] | bisect.insort(a, 2)
a: import random; a = list(range(20)) | random.shuffle(a)
a: import random; a = random.Random(1) | a.random()
a: import queue; a = queue.Queue() | a.put(1)
a: import queue; a = queue.PriorityQueue() | a.put((1, 'x'))
a: import types; a = types.SimpleNamespace(x=1) | a.x = 2
a: import io; a = io.StringIO() | a.write('x')
a: import io; a = io.BytesIO(b'abc') | a.read(1)
a: import io; a = io.BytesIO(b'abc') | a.getbuffer()[0] = 65
a: import enum, pathlib; a = [pathlib.Path('x')] | a[0] = pathlib.Path('y')
a: import enum; E = enum.Enum('E', 'A B'); a = {'e': E.A} | a['e'] = E.B
a: import re; a = [re.compile('x')] | a[0] = re.compile('y')
a: import re; a = [re.compile('x')] | a[0] = re.compile('x', re.I)
a: import re; a = [re.match('x+', 'xxy')] | a[0] = re.match('x', 'xxy')
a: import decimal; a = [decimal.Decimal('1.0')] | a[0] = decimal.Decimal('1.00')
a: import fractions; a = [fractions.Fraction(1, 2)] | a[0] = fractions.Fraction(1, 3)
a: import datetime as d; a = [d.datetime(2020, 1, 1)] | a[0] += d.timedelta(1)
a: import uuid; a = [uuid.UUID(int=1)] | a[0] = uuid.UUID(int=2)
a: import ipaddress; a = {'h': ipaddress.ip_address('10.0.0.1')} | a['h'] += 1
a: import threading; a = {'l': threading.Lock()} | a['l'].acquire()
a: import threading; a = threading.Event() | a.set()
a: import ctypes; a = (ctypes.c_int * 3)(1, 2, 3) | a[0] = 9
a: import configparser; a = configparser.ConfigParser(); a['s'] = {'k': '1'} | a['s']['k'] = '2'
a: import xml.etree.ElementTree as ET; a = ET.fromstring('<r><c/></r>') | a.set('k', 'v')
a: import xml.etree.ElementTree as ET; a = ET.fromstring('<r><c/></r>') | a[0].text = 'x'
a: import argparse; a = argparse.Namespace(x=1) | a.x = 2
a: import logging; a = logging.getLogger('probe') | a.setLevel(10)
a: import string; a = string.Template('$x') | a.template = '$y'
a: import functools; L = []; a = functools.partial(L.append, 1) | a()
a: a = ValueError('x') | a.args = ('y',)
a: a = ValueError('x') | a.add_note('n')
a: a = iter([1, 2, 3]) | next(a)
a: a = iter({'x': 1, 'y': 2}) | next(a)
a: a = zip('ab', 'cd') | next(a)
a: a = map(str, [1, 2]) | next(a)
a: a = enumerate('ab') | next(a)
a: a = filter(None, [1, 2]) | next(a)
a: a = reversed([1, 2]) | next(a)
a: a = (i for i in range(5)) | next(a)
a: d = {'x': 1}; a = d.items() | d['y'] = 2
a: import types; d = {'x': 1}; a = types.MappingProxyType(d) | d['y'] = 2
a: import itertools; a = itertools.count(3) | next(a)
a: import itertools; a = itertools.chain([1], [2]) | next(a)
a: import itertools; a = itertools.product('ab', 'cd') | next(a)
a: import itertools; a = itertools.combinations('abc', 2) | next(a)
a: import itertools; a = itertools.islice([1, 2, 3], 2) | next(a)
a: import itertools; a = itertools.accumulate([1, 2]) | next(a)
"""
_SESSION_CHANGES = r"""
A: class A:\n  'one'\n  x = 1 | A.__doc__ = 'two'
A: class A:\n  x: int = 1 | A.__annotations__['y'] = str
A: class A: pass | A.__annotations__['y'] = str
f: def f(x): return x | f.__doc__ = 'two'
f: def f(x): return x | f.__name__ = 'g'
f: def f(x): return x | f.__annotations__['x'] = int
f: def f(x: int): return x | f.__annotations__['x'] = str
f: import functools\n@functools.cache\ndef f(x): return [x]\nf(1) | f(1).append(2)
a: class A: pass\na = A() | a.x = 1
a: class A: pass\na = A(); a.x = 1 | del a.x
a: class A:\n  __slots__ = ('x',)\na = A(); a.x = 1 | a.x = 2
a: class A:\n  __slots__ = ('__x',)\n  def up(self, v): self.__x = v\na = A(); a.up(1) | a.up(2)
A: class A: n = 0 | A.n = 1
A: class A: n = 0 | A.__name__ = 'B'
A: class A: n = 0 | A.__qualname__ = 'B.A'
A: class A: n = 0\nclass B: pass\nclass C(B): pass\nclass A(B): pass | A.__bases__ = (C,)
A: A = [type(n, (), {'v': 0}) for n in 'ab'] | A[0].v = 5
A: A = {n: type(n, (), {'v': 0}) for n in 'ab'} | A['a'].go = lambda self: 1
a: a = type('A', (), {})() | type(a).go = lambda self: 1
a: import dataclasses as d\nA = d.make_dataclass('A', ['x'])\na = [A(1)]; A = None | type(a[0]).v = 5
A: import collections; A = collections.namedtuple('A', 'x y') | A.__new__.__defaults__ = (7,)
A: import types; A = types.ModuleType('A') | A.__version__ = '1'
A: class B: pass\nclass A(B): pass\na = A() | for sub in B.__subclasses__(): sub.tag = 1
A: class A:\n  @classmethod\n  def up(cls): cls.n = 1 | A.up()
A: class A:\n  seen = []\n  def f(self): self.seen.append(1)\na = A() | a.f()
A: class A:\n  n = 0\n  def f(self): type(self).n += 1\na = A() | a.f()
a: class A(list): pass\na = A([1]) | a.append(2)
a: class A(dict): pass\na = A(x=1) | a['x'] = 2
a: class A(dict):\n  def items(self): return []\na = A(x=1) | a['x'] = 2
a: import collections\nclass A(collections.deque): pass\na = A([1]) | a.append(2)
a: import dataclasses as d\n@d.dataclass\nclass A:\n  x: int\na = A(1) | a.x = 2
a: import dataclasses as d\n@d.dataclass(slots=True)\nclass A:\n  x: int\na = A(1) | a.x = 2
a: import dataclasses as d\n@d.dataclass(frozen=True)\nclass A:\n  x: list\na = A([]) | a.x.append(1)
a: import enum\nclass E(enum.Enum):\n  X = 1\na = E.X | a.more = 3
a: class A:\n  def __init__(self): self._x = None\n  def fill(self): self._x = 1\na = A() | a.fill()
a: class A:\n  def __init__(self): self.rows = [{'v': i} for i in range(50)]\na = A() | a.rows[49]['v'] = -1
a: class A: pass\na = A(); a.me = a; a.x = [1] | a.x.append(2)
a: a = []; a.append(a) | a.append(1)
a: class N:\n  def __init__(self, n): self.next = n; self.v = 0\na = None\nfor i in range(50): a = N(a)\nb = a.next.next | b.v = 5
a: class A:\n  def __getattr__(self, n): raise RuntimeError\na = A() | a.x = 1
a: class A:\n  def __getattribute__(self, n): raise RuntimeError\na = A() | object.__setattr__(a, 'x', 1)
a: class A:\n  def __reduce__(self): raise RuntimeError\n  def __getstate__(self): raise RuntimeError\na = A() | a.x = 1
a: class A:\n  def __eq__(self, o): return True\n  __hash__ = None\na = [A()] | a[0].x = 1
f: def mk():\n  n = 0\n  def f():\n    nonlocal n\n    n += 1\n  return f\nf = mk() | f()
f: def f(x, seen=[]): seen.append(x) | f(1)
f: def f(): f.calls = 1 | f()
f: def f(*, seen={}): seen[1] = 1 | f()
x: x = []\ndef f(): x.append(1)\n | f()
x: x = []\ndef g(): x.append(1)\ndef f(): g() | f()
x: x = []\nf = lambda: x.append(1) | f()
x: x = []\nclass A:\n  def go(self): x.append(1)\na = A() | a.go()
x: x = {}\ndef register(f): x[f.__name__] = f; return f | @register\ndef job(): pass
f: import functools\nn = []\ndef deco(g):\n  calls = []\n  @functools.wraps(g)\n  def w(): calls.append(1)\n  return w\n@deco\ndef f(): pass | f()
g: def gen():\n  n = 0\n  while True:\n    n += 1\n    yield n\ng = gen() | next(g)
g: def gen():\n  while True: x = yield\ng = gen(); next(g) | g.send(5)
x: x = []\ndef gen():\n  while True:\n    x.append(1)\n    yield\ng = gen() | next(g)
g: def gen():\n  yield 1\ng = gen() | g.close()
x: x = 5\ndef f(): exec('y.append(1)', globals())\ny = x = [1] | f()
A: class A: pass\ndef patch(): A.new = 1 | patch()
"""
_NUMPY_CHANGES = r"""
a: a = np.zeros(5) | a[0] = 1
a: a = np.zeros((3, 3)) | a += 1
a: a = np.zeros((3, 3)) | np.fill_diagonal(a, 2)
a: a = np.array([3, 1]) | a.sort()
a: a = np.zeros(4) | np.add(a, 1, out=a)
a: a = np.zeros(4) | np.copyto(a, 3)
a: a = np.zeros(4) | a.shape = (2, 2)
a: a = np.zeros(4) | a.flags.writeable = False
a: a = np.arange(12.)[::2] | a[1] = 9
a: a = np.asfortranarray(np.ones((4, 3))) | a[1, 1] = 9
a: a = np.array(['x', 'y'], dtype=object) | a[0] = 'z'
a: a = np.array([[1], None], dtype=object) | a[0].append(2)
a: a = np.array(['ab', 'cd']) | a[0] = 'zz'
a: a = np.zeros(2, dtype=[('x', 'i4'), ('y', 'f8')]) | a['x'][1] = 3
a: a = np.zeros(2, dtype='M8[D]') | a[0] = '2020-01-01'
a: a = np.ma.array([1, 2], mask=[0, 0]) | a[0] = np.ma.masked
a: a = np.ma.array([1, 2], mask=[0, 1]); a.set_fill_value(7) | a.set_fill_value(8)
a: a = np.array(1.5) | a[...] = 2
a: class S(np.ndarray): pass\na = np.zeros(3).view(S) | a.tag = 'x'
a: class S(np.ndarray): pass\na = np.zeros(3).view(S) | a[0] = 4
a: a = np.random.default_rng(1) | a.normal()
a: a = np.random.RandomState(1) | a.rand()
a: a = {'w': [np.zeros(2)]} | a['w'][0][1] = 4
a: import scipy.sparse as s; a = s.lil_matrix((3, 3)) | a[0, 1] = 2
a: import scipy.sparse as s; a = s.csr_matrix(np.eye(3)) | a.data[0] = 5
a: import scipy.sparse as s; a = s.dok_matrix((3, 3)) | a[1, 1] = 5
a: import scipy.sparse as s; a = s.coo_matrix(np.eye(3)) | a.data *= 2
"""
_PANDAS_CHANGES = r"""
d: d = pd.DataFrame({'a': [1, 2]}) | d['b'] = 3
d: d = pd.DataFrame({'a': [1, 2]}) | d.loc[0, 'a'] = 9
d: d = pd.DataFrame({'a': [1, 2]}) | d.iloc[1, 0] = 9
d: d = pd.DataFrame({'a': [1, 2]}) | d.at[0, 'a'] = 9
d: d = pd.DataFrame({'a': [1, 2], 'b': [3, 4]}) | del d['b']
d: d = pd.DataFrame({'a': [1, 2], 'b': [3, 4]}) | d.pop('a')
d: d = pd.DataFrame({'a': [2, 1]}) | d.sort_values('a', inplace=True)
d: d = pd.DataFrame({'a': [2, 1]}) | d.drop(0, inplace=True)
d: d = pd.DataFrame({'a': [2, None]}) | d.fillna(0, inplace=True)
d: d = pd.DataFrame({'a': [2, 1]}) | d.rename(columns={'a': 'z'}, inplace=True)
d: d = pd.DataFrame({'a': [2, 1]}) | d.columns = ['q']
d: d = pd.DataFrame({'a': [2, 1]}) | d.index = ['x', 'y']
d: d = pd.DataFrame({'a': [2, 1]}) | d.index.name = 'n'
d: d = pd.DataFrame({'a': [2, 1]}) | d.columns.names = ['n']
d: d = pd.DataFrame({'a': [2, 1]}) | d.set_index('a', inplace=True)
d: d = pd.DataFrame({'a': [2, 1]}) | d.insert(0, 'z', 5)
d: d = pd.DataFrame({'a': [2, 1]}) | d.attrs['k'] = 1
d: d = pd.DataFrame({'a': [2, 1]}) | d.flags.allows_duplicate_labels = False
d: d = pd.DataFrame({'a': [2, 1]}) | d.eval('c = a + 1', inplace=True)
d: d = pd.DataFrame({'a': ['x', 'y']}) | d.loc[0, 'a'] = 'z'
d: d = pd.DataFrame(np.zeros((5, 4))) | d.iloc[2, 2] = 1
d: d = pd.DataFrame(index=pd.MultiIndex.from_tuples([(1, 2)])) | d.index.names = ['p', 'q']
d: d = pd.DataFrame({'a': [[1], [2]]}) | d.loc[0, 'a'].append(3)
s: s = pd.Series([1, 2]) | s[0] = 9
s: s = pd.Series([1, 2]) | s.name = 'x'
s: s = pd.Series([1, 2]) | s.update(pd.Series([5, 6]))
s: s = pd.Series([1, None], dtype='Int64') | s.iloc[0] = 3
s: s = pd.Series([1, None], dtype='Int64') | s.iloc[1] = 3
s: s = pd.Series(['a', 'b'], dtype='category') | s.iloc[0] = 'b'
s: s = pd.Series(pd.to_datetime(['2020', '2021']).tz_localize('UTC')) | s.iloc[0] = s.iloc[1]
s: s = pd.Series(pd.period_range('2020', periods=2, freq='M')) | s.iloc[0] = s.iloc[1]
s: s = pd.Series(pd.to_timedelta([1, 2])) | s.iloc[0] = s.iloc[1]
s: s = pd.Series([True, None], dtype='boolean') | s.iloc[0] = False
s: s = pd.Series(['a', 'b'], dtype='string') | s.iloc[0] = 'c'
s: s = pd.Series(['a', None], dtype=object) | s.iloc[0] = 'c'
s: s = pd.arrays.SparseArray([0, 0, 1]); s = pd.Series(s) | s.name = 'k'
a: a = [pd.Timestamp('2020')] | a[0] = pd.Timestamp('2021')
a: a = {'df': pd.DataFrame({'a': [1]})} | a['df']['b'] = 2
i: i = pd.Index([1, 2]) | i.name = 'x'
"""
_LIBRARY_CHANGES = r"""
G: import networkx as nx; G = nx.Graph() | G.add_edge(1, 2)
G: import networkx as nx; G = nx.path_graph(4) | G.nodes[0]['c'] = 'red'
G: import networkx as nx; G = nx.path_graph(4) | G[0][1]['w'] = 2
G: import networkx as nx; G = nx.path_graph(4) | G.remove_node(3)
G: import networkx as nx; G = nx.DiGraph() | nx.add_path(G, [1, 2])
G: import networkx as nx; G = nx.path_graph(3) | G.graph['k'] = 1
m: from sklearn.linear_model import LinearRegression as R; m = R() | m.fit([[1], [2]], [1, 2])
m: from sklearn.linear_model import LinearRegression as R; m = R() | m.set_params(fit_intercept=False)
m: from sklearn.linear_model import Ridge as R; m = R(warm_start=True) if 0 else R(); m.fit([[1], [2]], [1, 2]) | m.fit([[1], [3]], [1, 2])
m: from sklearn.linear_model import SGDRegressor as R; m = R().fit([[1], [2]], [1, 2]) | m.partial_fit([[1]], [1])
m: from sklearn.tree import DecisionTreeClassifier as R; m = R().fit([[1], [2]], [1, 2]) | m.fit([[1], [2], [3]], [1, 2, 1])
m: from sklearn.preprocessing import StandardScaler as R; m = R() | m.fit_transform([[1], [2]])
m: from sklearn.pipeline import make_pipeline as P; from sklearn.preprocessing import StandardScaler as R; m = P(R()) | m.fit([[1.], [2.]])
m: from sklearn.feature_extraction.text import CountVectorizer as R; m = R() | m.fit(['aa bb cc'])
m: from sklearn.neighbors import KNeighborsClassifier as R; m = R(1).fit([[1], [2]], [1, 2]) | m.fit([[1], [3]], [1, 2])
m: from sklearn.cluster import KMeans as R; m = R(2, n_init=1, random_state=0) | m.fit([[1.], [2.], [9.]])
t: import pyarrow as pa; t = {'t': pa.array([1, 2])} | t['t'] = pa.array([1, 3])
"""
_PICTURE_CHANGES = r"""
ax: fig, ax = plt.subplots() | ax.plot([1, 2])
ax: fig, ax = plt.subplots() | ax.scatter([1, 2], [3, 4])
ax: fig, ax = plt.subplots() | ax.bar(['a'], [1])
ax: fig, ax = plt.subplots() | ax.hist([1, 2])
ax: fig, ax = plt.subplots() | ax.set_title('t')
ax: fig, ax = plt.subplots() | ax.set_xlabel('t')
ax: fig, ax = plt.subplots() | ax.set_xlim(0, 5)
ax: fig, ax = plt.subplots() | ax.set_yscale('log')
ax: fig, ax = plt.subplots() | ax.grid(True)
ax: fig, ax = plt.subplots() | ax.text(0, 0, 'x')
ax: fig, ax = plt.subplots() | ax.axhline(1)
ax: fig, ax = plt.subplots() | ax.annotate('x', (0, 0))
ax: fig, ax = plt.subplots() | ax.imshow([[1, 2]])
ax: fig, ax = plt.subplots() | ax.invert_yaxis()
ax: fig, ax = plt.subplots() | ax.set_xticks([0, 1])
ax: fig, ax = plt.subplots() | ax.set_xticks([0, 1], ['p', 'q'])
ax: fig, ax = plt.subplots() | ax.tick_params(axis='x', rotation=45)
ax: fig, ax = plt.subplots() | ax.spines['top'].set_visible(False)
ax: fig, ax = plt.subplots() | ax.set_facecolor('red')
ax: fig, ax = plt.subplots() | ax.set_axis_off()
ax: fig, ax = plt.subplots() | ax.set_aspect('equal')
ax: fig, ax = plt.subplots(); ax.plot([1], label='x') | ax.legend()
ax: fig, ax = plt.subplots(); ax.plot([1], label='x'); ax.legend() | ax.legend(loc='lower left')
ax: fig, ax = plt.subplots(); ax.plot([1, 2]) | ax.cla()
ax: fig, ax = plt.subplots(); line, = ax.plot([1, 2]) | line.set_color('red')
fig: fig, ax = plt.subplots(); line, = ax.plot([1, 2]) | line.set_data([1], [2])
line: fig, ax = plt.subplots(); line, = ax.plot([1, 2]) | line.set_label('x')
line: fig, ax = plt.subplots(); line, = ax.plot([1, 2]) | ax.lines[0].set_linewidth(5)
fig: fig, ax = plt.subplots(); line, = ax.plot([1, 2]) | plt.setp(line, marker='o')
fig: fig, ax = plt.subplots(); line, = ax.plot([1, 2]) | line.remove()
fig: fig, ax = plt.subplots() | plt.title('x')
fig: fig, ax = plt.subplots() | plt.plot([1, 2])
fig: fig, ax = plt.subplots() | plt.ylabel('x')
fig: fig, ax = plt.subplots() | fig.suptitle('x')
fig: fig, ax = plt.subplots() | fig.set_size_inches(3, 3)
fig: fig, ax = plt.subplots() | fig.subplots_adjust(left=.3)
fig: fig, ax = plt.subplots() | fig.add_axes([0, 0, .2, .2])
fig: fig, ax = plt.subplots() | ax.set_position([0, 0, .2, .2])
fig: fig, axs = plt.subplots(2, 2) | axs[1, 1].plot([1])
axs: fig, axs = plt.subplots(2, 2) | axs[1, 1].set_title('x')
fig: fig, ax = plt.subplots(); p = ax.scatter([1, 2], [1, 2]) | p.set_sizes([50])
fig: fig, ax = plt.subplots(); p = ax.scatter([1, 2], [1, 2]) | p.set_facecolor('red')
p: fig, ax = plt.subplots(); p = ax.scatter([1, 2], [1, 2]) | p.set_offsets([[3, 3]])
im: fig, ax = plt.subplots(); im = ax.imshow([[1, 2]]) | im.set_data([[3, 4]])
im: fig, ax = plt.subplots(); im = ax.imshow([[1, 2]]) | im.set_cmap('gray')
im: fig, ax = plt.subplots(); im = ax.imshow([[1, 2]]) | im.set_clim(0, 9)
fig: fig, ax = plt.subplots(); im = ax.imshow([[1, 2]]) | fig.colorbar(im)
t: fig, ax = plt.subplots(); t = ax.set_title('a') | t.set_fontsize(30)
b: fig, ax = plt.subplots(); b = ax.bar(['a'], [1]) | b[0].set_height(5)
fig: fig, ax = plt.subplots(); d = pd.DataFrame({'a': [1, 2]}) | d.plot(ax=ax)
ax: fig, ax = plt.subplots(); fig.canvas.draw() | plt.setp(ax.get_xticklabels(), rotation=45)
"""
_OTHER_CHANGES = {
    "polars": r"""
d: d = pl.DataFrame({'a': [1, 2], 's': ['x', None]}) | d[0, 'a'] = 5
d: d = pl.DataFrame({'a': [1, 2], 's': ['x', None]}) | d[0, 's'] = 'a much longer string than before'
d: d = pl.DataFrame({'a': [1, 2]}) | d.insert_column(0, pl.Series('z', [1, 2]))
d: d = pl.DataFrame({'a': [1, 2]}) | d.columns = ['q']
d: d = pl.DataFrame({'a': [1, 2]}) | d.extend(pl.DataFrame({'a': [3]}))
d: d = pl.DataFrame({'a': [1, 2], 'b': [1, 2]}) | d.drop_in_place('b')
d: d = pl.DataFrame({'l': [[1], [2, 3]], 'm': [{'x': 1}, {'x': 2}]}) | d.replace_column(0, pl.Series('l', [[1], [2, 4]]))
s: s = pl.Series('a', [1.5, None]) | s[0] = 2.5
s: s = pl.Series('a', [True, False]) | s[0] = False
s: s = pl.Series('a', ['x', 'y']) | s.append(pl.Series('b', ['z']))
a: a = [pl.DataFrame({'a': [1, 2]}).lazy()] | a[0] = a[0].select('a')
""",
    "sympy": r"""
a: x, y = sympy.symbols('x y'); a = [x + 1] | a[0] = x + 2
a: x, y = sympy.symbols('x y'); a = {'e': sympy.sin(x)} | a['e'] = sympy.sin(y)
a: x = sympy.Symbol('x'); a = [x] | a[0] = sympy.Symbol('x', positive=True)
a: a = sympy.zeros(2, 2) | a[0, 1] = 3
a: a = sympy.eye(3) | a.row_del(0)
""",
    "torch": r"""
t: t = torch.zeros(3) | t[0] = 1
t: t = torch.zeros(3) | t.add_(1)
t: t = torch.zeros(3) | t.data[0] = 1
t: t = torch.zeros(3, 3).T | t[0, 1] = 1
t: n = np.zeros(3); t = torch.from_numpy(n) | n[1] = 5
n: n = np.zeros(3); t = torch.from_numpy(n) | t[1] = 5
n: t = torch.zeros(3); n = t.numpy() | t[1] = 5
t: t = torch.zeros(4); v = t[:2] | v[0] = 3
t: t = torch.zeros(3, dtype=torch.bfloat16) | t[0] = 1
t: t = torch.ones(3, requires_grad=True) | t.sum().backward()
t: t = torch.zeros(3) | t.requires_grad_(True)
m: m = torch.nn.Linear(2, 1) | m.weight.data.fill_(2)
m: m = torch.nn.Linear(2, 1) | m.eval()
m: m = torch.nn.Linear(2, 1); o = torch.optim.SGD(m.parameters(), 0.1); m(torch.ones(1, 2)).sum().backward() | o.step()
o: m = torch.nn.Linear(2, 1); o = torch.optim.Adam(m.parameters(), 0.1); m(torch.ones(1, 2)).sum().backward() | o.step()
m: m = torch.nn.Linear(2, 1); m(torch.ones(1, 2)).sum().backward() | m.zero_grad()
m: m = torch.nn.BatchNorm1d(2) | m(torch.rand(4, 2))
m: m = torch.nn.Linear(2, 1) | m.load_state_dict({'weight': torch.ones(1, 2), 'bias': torch.ones(1)})
g: g = torch.Generator().manual_seed(1) | torch.rand(1, generator=g)
s: s = torch.eye(2).to_sparse() | s._values()[0] = 7
""",
    "pydantic": r"""
a: class M(pydantic.BaseModel):\n  x: int = 1\na = M() | a.x = 2
a: class M(pydantic.BaseModel):\n  x: list = []\na = M() | a.x.append(2)
a: class M(pydantic.BaseModel):\n  _p: int = pydantic.PrivateAttr(1)\na = M() | a._p = 2
""",
    "xarray": r"""
a: a = xarray.DataArray(np.zeros((2, 2)), dims=('x', 'y')) | a[0, 1] = 2
a: a = xarray.DataArray(np.zeros(2), dims='x') | a.attrs['k'] = 1
a: a = xarray.DataArray(np.zeros(2), dims='x') | a['x'] = [5, 6]
a: a = xarray.Dataset({'v': ('x', [1, 2])}) | a['w'] = a['v'] * 2
a: a = xarray.Dataset({'v': ('x', [1, 2])}) | a['v'][0] = 9
""",
}

_PLAIN_USES = r"""
A: import copy\nclass A: pass\na = A() | copy.deepcopy(a); copy.copy(a)
A: import pickle\nclass A: pass\na = A() | a.__reduce_ex__(2)
A: class A: pass | A.__annotations__
A: A = [type(n, (), {'v': 0}) for n in 'ab'] | A[0](); A[0].v; repr(A); A[0].__subclasses__()
A: import types; A = types.ModuleType('A') | exec('x = 1', dict(vars(A))); dir(A); repr(A)
A: from statistics import StatisticsError as A | A.__annotations__
A: import typing\nclass A: x: int = 1 | typing.get_type_hints(A)
f: def f(x): return x | f.__annotations__; f.__doc__; f.__name__
f: import inspect, typing\ndef f(x: int): return x | inspect.signature(f); typing.get_type_hints(f)
A: import fractions; A = fractions.Fraction | import copy; copy.copy(A(1, 2))
a: a = [3, 1] | sorted(a); len(a); max(a); a.index(1); a[0]; a + [1]; list(a)
a: a = {'k': [1]} | a['k']; a.get('z'); list(a.items()); 'k' in a; dict(a); a | {}
a: a = {1, 2} | a | {3}; 1 in a; sorted(a); len(a)
a: import collections; a = collections.Counter('aab') | a.most_common(1); a['zz']
a: import collections; a = collections.defaultdict(list, x=[1]) | a.get('y'); 'y' in a
a: import collections; a = collections.deque([1]) | a[0]; list(a); len(a)
a: import pathlib; a = pathlib.Path('x/y.txt') | str(a); a.name; a.suffix; hash(a); a.parent; a.parts
a: import pathlib; a = [pathlib.Path('x/y.txt')] | str(a[0]); hash(a[0]); a[0].parts
a: import re; a = re.compile('x') | a.match('x'); a.pattern
a: import re; a = re.match('(x)', 'x') | a.group(1); a.groups()
a: import enum; E = enum.Flag('E', 'A B'); a = E.A | a | E.B; ~a; a.value
E: import enum; E = enum.Flag('E', 'A B') | E.A | E.B; E(3); list(E); ~E.A
a: import decimal; a = decimal.Decimal('1.5') | a + 1; str(a)
a: import fractions; a = fractions.Fraction(1, 2) | a + 1; hash(a)
a: import datetime as d; a = [d.datetime(2020, 1, 1)] | a[0].isoformat(); hash(a[0])
a: import uuid; a = uuid.UUID(int=5) | str(a); a.hex
a: import random; a = random.Random(1) | a.getstate()
a: import queue; a = queue.Queue(); a.put(1) | a.qsize(); a.empty()
a: import threading; a = {'l': threading.RLock()} | len(a)
a: import io; a = io.StringIO('abc') | a.getvalue()
a: import functools; a = functools.partial(int, '3') | a()
f: def f(x, n=[]): return len(n) + x | f(1)
f: def mk(n):\n  def f(): return n\n  return f\nf = mk(3) | f()
f: import contextlib\n@contextlib.contextmanager\ndef f(): yield 1 | with f() as v: pass
A: class A:\n  def f(self): return 1\na = A() | a.f(); A(); repr(A)
a: class A:\n  x = 1\n  def f(self): return self.x\na = A() | a.f(); a.x; vars(a); hash(a)
a: import functools\nclass A:\n  @functools.cached_property\n  def p(self): return [1]\na = A(); a.p | a.p; a.p
a: import dataclasses as d\n@d.dataclass\nclass A:\n  x: int\na = A(1) | d.asdict(a); repr(a); a == A(1)
a: a = range(10) | list(a); a[1:]
a: a = (i for i in range(3)) | repr(a)
a: a = 'text' | a.upper(); a[0]
a: a = ValueError('x') | str(a); repr(a)
d: d = {'x': 1}; a = d.items() | list(a); len(a)
"""
_CACHE_USES = r"""
f: import functools\n@functools.lru_cache\ndef f(x): return x + 1 | f(1); f(2)
f: import functools\n@functools.cache\ndef f(x): return [x] | f(1)
m: import scipy.sparse as s; m = s.csr_matrix([[1, 2]]) | m.sum(); m.T; m @ m.T; m.toarray(); m.nnz; repr(m)
a: a = np.ma.array([1, 2], mask=[0, 1]) | a.sum(); a.filled(3); a.compressed(); repr(a)
a: import functools\nclass A:\n  @functools.cached_property\n  def p(self): return [1]\na = A() | a.p
"""
_LIBRARY_USES = r"""
m: import scipy.sparse as s; m = s.csr_matrix([[1, 2]]); m.has_canonical_format; m.has_sorted_indices | m.sum(); m.T; m @ m.T; m.toarray(); m.nnz; repr(m)
a: a = np.ma.array([1, 2], mask=[0, 1]); repr(a) | a.sum(); a.compressed(); repr(a)
a: a = np.arange(6.) | a.sum(); a[:2]; a.T; np.sort(a); a.reshape(2, 3); a + 1; repr(a); a.tolist()
a: a = np.array([[1], 'x'], dtype=object) | len(a); a[0]; repr(a)
a: a = np.random.default_rng(1) | a.bit_generator.state; repr(a)
a: a = np.zeros(2, dtype=[('x', 'i4')]) | a['x']; a[0]; repr(a)
a: a = np.matrix([[1, 2]]) | a.T; a.A1
d: d = pd.DataFrame({'a': [1, 2], 'b': ['x', 'y']}) | d.columns; d.index; d.dtypes; d.shape; d.info(); d.memory_usage()
d: d = pd.DataFrame({'a': [1, 2], 'b': ['x', 'y']}) | d.head(); d.tail(); d.describe(); repr(d); d._repr_html_()
d: d = pd.DataFrame({'a': [1, 2], 'b': ['x', 'y']}) | d['a']; d.a; d[['a']]; d.loc[0]; d.iloc[0]; d.at[0, 'a']
d: d = pd.DataFrame({'a': [1, 2], 'b': ['x', 'y']}) | d.groupby('b').a.sum(); d.merge(d, on='b'); d.pivot_table(index='b')
d: d = pd.DataFrame({'a': [1, 2], 'c': [.5, 1]}) | d.values; d.to_numpy(); d.T; d.corr(); d.sum(); d.mean(axis=1)
d: d = pd.DataFrame({'a': [1, 2]}); d['b'] = 1; d['c'] = 2; d['e'] = 3 | d.values; d.sum(axis=1); d.copy(); d + 1; d.apply(sum)
d: d = pd.DataFrame({'a': [1, 2]}) | d.sort_values('a'); d.drop(columns='a'); d.assign(z=1); d.query('a > 1'); d.rename(columns={'a': 'b'})
d: d = pd.DataFrame({'a': [1, 2]}, index=pd.date_range('2020', periods=2)) | d.loc['2020-01-01']; d.resample('D').sum(); d.index.year; 5 in d.a.values
d: d = pd.DataFrame({'a': [1, 2]}, index=pd.MultiIndex.from_tuples([(1, 2), (1, 3)])) | d.loc[(1, 2)]; d.unstack(); d.index.levels; d.xs(1)
s: s = pd.Series(['a', 'b'], dtype='category') | s.cat.categories; s.value_counts(); s == 'a'
s: s = pd.Series([3, 1, 2]) | s.sort_values(); s.is_unique; s.index.is_unique; s.get(5); s.unique(); s.hasnans; s.plot
s: s = pd.Series(['a', 'b']) | s.str.upper(); s.map(len); s.isin(['a']); s.iloc[0]
i: i = pd.Index([1, 2]) | i.is_unique; i.get_loc(1); 1 in i; i.hasnans; i.is_monotonic_increasing; i.values
a: a = pd.Timestamp('2020') | a.year; a + pd.Timedelta(1, 'D')
G: import networkx as nx; G = nx.path_graph(4) | G.nodes; G.edges; G.adj; G.degree; G[0]; len(G)
G: import networkx as nx; G = nx.path_graph(4) | nx.pagerank(G); nx.shortest_path(G, 0, 3); G.copy(); nx.degree_centrality(G); G.subgraph([0, 1])
m: from sklearn.linear_model import LinearRegression as R; m = R().fit([[1], [2]], [1, 2]) | m.predict([[1]]); m.score([[1], [2]], [1, 2]); repr(m); m.get_params(); m._repr_html_()
m: from sklearn.ensemble import RandomForestClassifier as R; m = R(3).fit([[1], [2]], [1, 2]) | m.predict([[1]]); m.predict_proba([[1]]); m.feature_importances_
m: from sklearn.tree import DecisionTreeClassifier as R; m = R().fit([[1], [2]], [1, 2]) | m.predict([[1]]); m.tree_.node_count; m.get_depth()
m: from sklearn.neighbors import KNeighborsClassifier as R; m = R(1).fit([[1], [2]], [1, 2]) | m.predict([[1]]); m.kneighbors([[1]])
m: from sklearn.preprocessing import StandardScaler as R; m = R().fit([[1], [2]]) | m.transform([[1]]); m.inverse_transform([[1]])
m: from sklearn.feature_extraction.text import TfidfVectorizer as R; m = R().fit(['aa bb cc']) | m.transform(['bb']); m.get_feature_names_out()
m: from sklearn.svm import SVC as R; m = R().fit([[1], [2]], [1, 2]) | m.predict([[1]])
m: from sklearn.model_selection import cross_val_score as c; from sklearn.linear_model import LinearRegression as R; m = R() | c(m, [[1], [2], [3], [4]], [1, 2, 3, 4], cv=2)
f: from scipy.stats import norm as f | f.pdf(1); f.rvs(2, random_state=1); f.cdf(0)
f: import scipy.interpolate as si; f = si.CubicSpline([0, 1, 2], [0, 1, 4]) | f(1.5); f.derivative()
f: from statistics import mean as f | f([1])
f: f = np.mean | f([1])
t: import pyarrow as pa; t = pa.table({'a': [1, 2]}) | t.to_pandas(); t.column('a'); t.schema; t.num_rows
c: import sqlite3; c = [1] | sqlite3.connect(':memory:').execute('select 1').fetchall()
"""
_PICTURE_USES = r"""
ax: fig, ax = plt.subplots(); ax.plot([1, 2]); fig.canvas.draw() | ax.get_xlim(); ax.get_lines(); ax.lines; ax.get_title(); repr(ax)
fig: fig, ax = plt.subplots(); ax.plot([1, 2], label='x'); ax.legend(); fig.canvas.draw() | fig.canvas.draw()
fig: import io; fig, ax = plt.subplots(); ax.scatter([1, 2], [1, 2], c=[1, 2]); fig.canvas.draw() | fig.savefig(io.BytesIO(), format='png')
fig: import io; fig, axs = plt.subplots(2, 2); axs[0, 0].bar(['a', 'b'], [1, 2]); fig.canvas.draw() | fig.savefig(io.BytesIO(), format='png'); fig.axes; fig.get_size_inches()
fig: fig, ax = plt.subplots(); im = ax.imshow([[1, 2]]); fig.colorbar(im); fig.canvas.draw() | fig.canvas.draw(); ax.images
line: fig, ax = plt.subplots(); line, = ax.plot([1, 2]) | fig.canvas.draw(); line.get_data(); line.get_color(); line.get_path()
d: fig, ax = plt.subplots(); d = pd.DataFrame({'a': [1, 2]}) | d.plot(ax=ax)
"""
_FIRST_DRAWS = r"""
ax: fig, ax = plt.subplots(); ax.plot([1, 2]) | fig.canvas.draw()
fig: fig, ax = plt.subplots(); ax.scatter([1, 2], [1, 2], c=[1, 2]) | fig.canvas.draw()
fig: fig, axs = plt.subplots(2, 2); axs[0, 0].hist([1, 2]); axs[1, 1].imshow([[1]]) | fig.canvas.draw()
fig: fig, ax = plt.subplots(); ax.bar(['a'], [2]); ax.set_yscale('log'); ax.grid(True) | fig.canvas.draw()
fig: fig, ax = plt.subplots(); ax.errorbar([1, 2], [1, 2], yerr=.1); ax.fill_between([1, 2], [1, 2]); ax.legend(['x']) | fig.canvas.draw()
fig: fig, ax = plt.subplots(); ax.pie([1, 2], labels=['a', 'b']); fig.suptitle('x') | fig.canvas.draw()
fig: fig, ax = plt.subplots(); ax.contourf([[1, 2], [3, 4]]); ax.annotate('x', (0, 0), xytext=(1, 1), arrowprops={}) | fig.canvas.draw()
fig: fig, ax = plt.subplots(); ax.boxplot([1, 2, 3]); ax.twinx().plot([1, 2]) | fig.canvas.draw()
fig: fig, ax = plt.subplots(layout='constrained'); ax.plot([1, 2]) | ax.get_xticks(); ax.get_xticklabels(); ax.get_ylim()
fig: d = pd.DataFrame({'a': [1, 2]}, index=pd.date_range('2020', periods=2)); ax = d.plot(); fig = ax.figure | fig.canvas.draw()
"""
_OTHER_USES = {
    "polars": r"""
d: d = pl.DataFrame({'a': [1, 2], 's': ['x', None]}) | d.head(); d.columns; d.schema; d['a']; repr(d); d.describe(); d.select('a'); d.filter(pl.col('a') > 1)
d: d = pl.DataFrame({'a': [1, 2]}).lazy() | d.collect(); d.explain(); d.select('a')
s: s = pl.Series('a', [1.5, None]) | s.sum(); s.to_list(); s[0]; s + 1; s.sort()
e: e = pl.col('a') + 1 | repr(e); e * 2
""",
    "sympy": r"""
e: x = sympy.Symbol('x'); e = sympy.sin(x) ** 2 | e.diff(x); e.simplify(); e.subs(x, 1); hash(e); e.is_real; e.free_symbols; str(e)
e: x = sympy.Symbol('x'); e = [x ** 2 - 1] | sympy.solve(e[0], x); sympy.factor(e[0]); e[0].is_positive
m: m = sympy.Matrix([[1, 2], [3, 4]]) | m.det(); m.inv(); m.T; m * 2; m.eigenvals()
""",
    "torch": r"""
t: t = torch.arange(3.) | t.sum(); t * 2; t[0]; t.numpy(); repr(t); t.mean().item(); t.reshape(3, 1)
m: m = torch.nn.Linear(2, 1) | m(torch.ones(1, 2)); list(m.parameters()); m.state_dict(); repr(m)
""",
    "pydantic": r"""
a: class M(pydantic.BaseModel):\n  x: int = 1\na = M() | a.model_dump(); repr(a); a.x; a.model_copy()
""",
    "xarray": r"""
a: a = xarray.DataArray(np.zeros((2, 2)), dims=('x', 'y')) | a.mean(); a.values; a.isel(x=0); repr(a); a + 1
a: a = xarray.Dataset({'v': ('x', [1, 2])}) | a['v']; a.mean(); a.v.values; repr(a); a.to_dataframe()
""",
}

_IMPORTS = {
    "np": "import numpy as np",
    "pd": "import pandas as pd",
    "plt": "import matplotlib.pyplot as plt",
    "pl": "import polars as pl",
    "sympy": "import sympy",
    "torch": "import torch",
    "pydantic": "import pydantic",
    "xarray": "import xarray",
}


def _parse(text: str) -> list[tuple[str, str, str]]:
    """Return (setup, cell, variable) for each line."""
    cases = []
    for line in text.strip().splitlines():
        name, _, rest = line.partition(": ")
        setup, _, cell = rest.replace("\\n", "\n").partition(" | ")
        imports = [code for alias, code in _IMPORTS.items() if f"{alias}." in rest]
        cases.append(("\n".join([*imports, setup]), cell, name))
    return cases


def _of_others(table: dict[str, str]) -> list[tuple[str, str, str]]:
    """Return the cases of libraries that the test group does not name, where one is there."""
    present = [text for library, text in table.items() if importlib.util.find_spec(library)]
    return [case for text in present for case in _parse(text)]


CHANGES = [
    *_parse(_PLAIN_CHANGES),
    *_parse(_SESSION_CHANGES),
    *_parse(_NUMPY_CHANGES),
    *_parse(_PANDAS_CHANGES),
    *_parse(_LIBRARY_CHANGES),
    *_parse(_PICTURE_CHANGES),
    *_of_others(_OTHER_CHANGES),
]
PURE_USES = [
    *_parse(_PLAIN_USES),
    *_parse(_LIBRARY_USES),
    *_parse(_PICTURE_USES),
    *_of_others(_OTHER_USES),
]
CACHE_FILLS = [*_parse(_CACHE_USES), *_parse(_FIRST_DRAWS)]
