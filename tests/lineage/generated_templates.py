"""The templates that sessions are made of at random; see `generated_code`."""

IMPORTS = """
import bisect, collections, copy, functools, heapq, io, itertools, math, operator, os, random, types
from pathlib import Path
import numpy as np
import pandas as pd
""".strip().splitlines()

ALWAYS = """
<new> = [<i>, <i>, <i>]
<new> = [<i>, <i>]
<new> = <any>
<new> = <any>
<new> = [<any>, <any>]
<new> = (<any>, <i>)
<new> = {'k': <any>, 'j': <i>}
<new> = <i>
<new> = '<i>x'
<new>, <new> = <any>, <any>
<any.1>, <any.2> = <any.2>, <any.1>
<new> = <new> = [<i>]
<new>: list = [<i>, <any>]
<list>.append(<any>)
<list>.append(<i>)
<full>[0] = <any>
<list> += [<i>]
<new> = <full>[0]
<new> = len(<list>)
<new> = copy.copy(<any>)
<int> += <i>
<new> = <plain>
del <any>
""".strip().splitlines()

LOOKS = """
<any>
print(type(<any>).__name__)
len(<list>)
<list>[:2]
print(<plain>)
sorted(<ints>)
repr(<plain>)
isinstance(<any>, list)
<arr>.sum()
<frame>.head()
<frame>.describe()
<dict>.get('k')
<new> = <undefined>
1 / 0
undefined_name
""".strip().replace("<undefined>", "undefined_name").splitlines()

_TEXTS = {
    "lists": """
<list>.insert(0, <i>)
<full>.pop()
<full>.pop(0)
<full>[-1] = <i>
<list> += <list>
<list>[1:] = []
<list>[:] = [<i>, <any>]
<list>.reverse()
<ints>.sort()
<ints>.sort(reverse=True)
<list>.extend(<list>)
<list>.clear()
<ints>.remove(<i>)
<full> *= 2
del <full>[0]
<new> = <list>[:]
<new> = <full>[-1]
<new> = list(<list>)
<new> = <list>.copy()
<new> = <list> + [<any>]
<new> = sum(<ints>)
<new> = sorted(<ints>)
<new> = [v for v in <list>]
<new> = [[v] for v in <list>]
<new> = [v for v in <ints> if v > <i>]
<new> = {i: v for i, v in enumerate(<list>)}
<new>, *<new> = <full>
*<new>, <new> = <full>
<new>, <new> = <ints>
<new> = [<list>] * 2
<new> = <list> or [<i>]
<new> = <list.1> if <list.1> else <any>
<new> = <list> and <any>
<new> = <nested>[0]
<nested>[0].append(<i>)
<nested>[0] = <list>
<nested>[0] += [<i>]
<new> = copy.deepcopy(<any>)
<new> = <list>.append
<new> = <call>
(<new> := [<i>]).append(<any>)
<new> = [(<new> := v) for v in <list>]
list.append(<list>, <i>)
<list>.__iadd__([<i>])
operator.setitem(<full>, 0, <i>)
heapq.heapify(<ints>)
heapq.heappush(<ints>, <i>)
bisect.insort(<ints>, <i>)
list(map(<list>.append, [<i>]))
[<list>.append(v) for v in range(2)]
any(<list>.append(v) for v in range(2))
(lambda v: v.append(<i>))(<list>)
<new> = max(<nested>, key=len)
<new> = functools.reduce(operator.iadd, [<list>, [<i>]], [])
<new> = functools.reduce(operator.iadd, [[<i>]], <list>)
<new> = list(zip(<list>, <list>))
<new> = [*<list>, *<list>]
<new> = tuple(<list>)
<tuple>[0].append(<i>)
<new>, <new> = <tuple>
<new> = <tuple>[0]
<new> = <list>[::-1]
""",
    "dicts": """
<dict>['k'] = <any>
<dict>['n'] = <i>
<dict>.update(j=<any>)
<dict>.update(<dict>)
<dict>.pop('k', None)
<dict>.setdefault('s', []).append(<i>)
<new> = <dict>.setdefault('t', <list>)
<new> = <dict>.get('k')
<new> = <dict>['k']
<dict>['k'].append(<i>)
del <dict>['k']
<dict> |= {'z': <any>}
<new> = {**<dict>, 'z': <any>}
<new> = dict(<dict>)
<new> = dict(<dict>, q=<any>)
<new> = list(<dict>.values())
<new> = sorted(map(str, <dict>))
<new> = {v: <any> for v in range(2)}
<new> = {k: v for k, v in <dict>.items()}
<new> = <dict>.values()
<new> = <dict>.items()
<dict>.popitem()
<dict>.clear()
<new> = dict.fromkeys('ab', <any>)
<new> = {'k': []}
<new> = {}
<new> = collections.defaultdict(list)
<new> = collections.defaultdict(list, k=<list>)
<ddict>['k'].append(<any>)
<ddict>['k']
<new> = <ddict>['m']
<new> = collections.Counter('aab')
<counter>.update('ab')
<counter>['a'] += <i>
<new> = <counter>.most_common(1)
<new> = collections.OrderedDict(<dict>)
<new> = collections.ChainMap({}, <dict>)
<chain>['k'] = <any>
<new> = types.MappingProxyType(<dict>)
<new> = {'d': <dict>}
for k in list(<dict.1>): <dict.1>[k] = <any>
<new> = len(<dict>)
""",
    "sets": """
<new> = {<i>, <i>}
<new> = set(<ints>)
<set>.add(<i>)
<set>.discard(<i>)
<set>.update({<i>})
<set> |= {<i>}
<set> &= {<i>, <i>}
<new> = <set> | {<i>}
<new> = sorted(<set>)
<new> = <set>.copy()
<set>.difference_update({<i>})
<new> = <set>.pop()
<new> = len(<set>)
<new> = {v for v in <ints>}
""",
    "containers": """
<new> = collections.deque([<any>, <i>])
<new> = collections.deque(<list>, maxlen=3)
<deque>.append(<any>)
<deque>.rotate(1)
<deque>.popleft()
<deque>.extendleft([<i>])
<new> = list(<deque>)
<new> = bytearray(b'abc')
<bytes>[0] = 1<i>
<bytes>.append(7<i>)
<new> = memoryview(<bytes>)
<memory>[0] = 2<i>
<new> = bytes(<bytes>)
<new> = <memory>[:2]
<new> = io.StringIO('ab<i>')
<text>.write('x<i>')
<new> = <text>.read(1)
<text>.seek(0)
<new> = <text>.getvalue()
<new> = types.SimpleNamespace(v=<any>, w=[])
<space>.v = <any>
<space>.w.append(<any>)
<new> = <space>.w
<new> = <space>.v
setattr(<space>, 'v', <any>)
vars(<space>)['u'] = <any>
del <space>.v
<new> = [<space>, <space>]
""",
    "objects": """
<new> = Box(<any>)
<new> = Box(<list>)
<new> = <cls>(<any>)
<new> = <cls>()
<obj:items>.items.append(<any>)
<obj:add>.add(<any>)
<obj:add>.add(<i>).add(<any>)
<new> = <obj:add>.add(<i>)
<obj>.v = <any>
<obj>.v = <obj>
<obj:v>.v.append(<i>)
<obj:v>.v += [<i>]
<new> = <obj:v>.v
<new> = <obj:items>.items
<obj:items>.items = <list>
<obj:items>.items = []
setattr(<obj>, 'v', <any>)
<obj>.__dict__['v'] = <any>
vars(<obj>).update(w=<any>)
del <obj:v>.v
<new> = getattr(<obj>, 'v', <i>)
<obj> += <i>
<new> = <obj:peek>.peek
<new> = <obj:peek>.peek + 0
<new> = <obj:peek>.peek
<obj:peek>.peek
<new> = <obj:__call__>(<any>)
<obj:__call__>(<i>)
<new> = len(<obj:__len__>)
<new> = <obj:__getitem__>['k']
<obj:__setitem__>['k'] = <any>
<new> = <obj:__iter__>
<new> = list(<obj:__iter__>)
<new> = <obj:get>.get()
<obj:link>.link(<obj>)
<new> = <obj:add>.add
<new> = copy.copy(<obj>)
<new> = copy.deepcopy(<obj>)
<cls:made>.made.append(<any>)
<cls:count>.count = <i>
<new> = <cls:count>.count
<cls:up>.up()
<obj:up>.up()
<new> = <obj:count>.count
<new> = <obj:count>.count
<obj:count>.count += 1
Box.kind = <any>
Box.get = lambda self: <any>
<new> = [Box(<any>), Box(<i>)]
<new> = {'o': <obj>}
<new> = (<obj>, <obj>)
for o in [<obj>, <obj>]: o.v = <any>
<new> = [o.__dict__ for o in [<obj>]]
<obj>.__class__ = <cls>
""",
    "functions": """
<new> = <fun0>()
<fun0>()
<new> = <fun1>(<any>)
<fun1>(<any>)
<fun1>(<list>)
<fun1>(<list>)
<new> = <fun1>(<i>)
<new> = <fun2>(<any>, <any>)
<fun2>(<list>, <any>)
<new> = <call>
<new> = [<fun1>(v) for v in <list>]
<new> = list(map(<fun1>, <list>))
<new> = <fun1>(<fun0>())
<fun0>().append(<i>)
<fun1>(<any>).append(<i>)
<fun>.n = <any>
<new> = <fun:n>.n
<fun>.__defaults__ = (<any>,)
<new> = functools.partial(<fun1>, <any>)
<new> = functools.partial(<list>.append, <i>)
<call>()
<new> = <call>()
<call>(<any>)
<new> = lambda: <any>
<new> = lambda v=<any>: v
<new> = lambda v: <list>.append(v)
<new> = [lambda v=v: [v] for v in <list>]
<new> = {'f': <fun>}
<new> = (<fun>, <any>)
<new> = sorted(<ints>, key=lambda v: -v)
<new> = (lambda: <any>)()
<def> = <fun>
<def> = functools.lru_cache(<fun1>)
del <fun>
""",
    "arrays": """
<new> = np.arange(4.)
<new> = np.zeros(4)
<new> = np.array([<i>., <i>., <i>.])
<new> = np.arange(6.).reshape(2, 3)
<new> = <vec>[:2]
<new> = <arr>[::-1]
<new> = <mat>.T
<new> = <mat>[0]
<new> = <mat>[:, 1]
<new> = <arr>.ravel()
<new> = <arr>.reshape(-1)
<new> = <arr>.view()
<new> = <arr>.copy()
<new> = <arr>.astype(int)
<new> = np.asarray(<arr>)
<new> = np.array(<arr>)
<new> = <arr> + 1
<new> = <arr> * <arr>
<new> = <vec>[[0, 1]]
<new> = <arr>[<arr.1> > 1]
<arr>[0] = <i>
<arr.1>[<arr.1> < 2] = <i>
<arr> += <i>
<arr> *= 2
<arr>[...] = <i>
<vec>.sort()
<arr>.fill(<i>)
<arr>[:1] += 1
np.add(<arr.1>, 1, out=<arr.1>)
np.add(<arr.1>, <arr.1>, <arr.1>)
<new> = np.add(<arr.1>, 1, out=<arr.1>)
np.copyto(<arr>, <i>)
np.put(<arr>, [0], <i>)
np.add.at(<vec>, [0, 0], 1)
np.fill_diagonal(<mat>, <i>)
for row in <mat>: row += 1
<new> = [row for row in <mat>]
<new> = list(<mat>)
<new> = <arr>.sum()
<new> = <arr>.tolist()
<new> = np.sort(<vec>)
<new> = np.concatenate([<vec>, <vec>])
<new> = np.array([<list>, <arr>], dtype=object)
<new> = <arr>.flat
<new> = {'a': <arr>}
<new> = memoryview(<vec>)
<arr>.shape = (-1,)
<arr>.setflags(write=False)
<new> = np.where(<arr.1> > 1, <arr.1>, 0)
<new> = np.broadcast_to(<vec>, (2, <i>))
<new> = np.ma.array(<vec.1>, mask=<vec.1> > 1)
<new> = <vec>.data
<new> = np.frombuffer(<bytes>, dtype=np.uint8)
""",
    "frames": """
<new> = pd.DataFrame({'x': [<i>, <i>, <i>], 'y': [1., 2., <i>.]})
<new> = pd.DataFrame({'x': <vec>, 'y': 1.})
<new> = pd.DataFrame(np.arange(6.).reshape(3, 2), columns=['x', 'y'])
<new> = pd.Series([<i>, <i>, <i>])
<new> = <frame>['x']
<new> = <frame>[['x', 'y']]
<new> = <frame.1>[<frame.1>['x'] > <i>]
<new> = <frame>.copy()
<new> = <frame>.copy(deep=False)
<new> = <frame>.iloc[:2]
<new> = <frame>.loc[:, 'y']
<new> = <frame>.to_numpy()
<new> = <frame>.values
<new> = <frame>.drop(columns='x')
<new> = <frame>.sort_values('y')
<new> = <frame>.assign(z=<i>)
<new> = <frame>.rename(columns={'y': 'w'})
<new> = <frame>.groupby('x')['y'].sum()
<new> = <frame>.groupby('x')
<new> = <frame>.merge(<frame>, on='x')
<new> = pd.concat([<frame>, <frame>])
<new> = <frame>.x.sum()
<new> = <frame>.apply(lambda c: c * 2)
<new> = <frame>.x.map(lambda v: v + <i>)
<new> = <frame>.query('x > 1')
<new> = <frame>.query('x > @<int>')
<new> = <frame>.reset_index(drop=True)
<new> = <frame>.to_dict()
<new> = <frame>.index
<new> = len(<frame>)
<frame>['z'] = <i>
<frame.1>['y'] = <frame.1>['x'] * 2
<frame>['x'] += 1
<frame>.loc[0, 'x'] = <i>
<frame.1>.loc[<frame.1>['x'] > 1, 'y'] = <i>
<frame>.iloc[0, 0] = <i>
<frame>.at[0, 'y'] = <i>
<frame>.insert(0, 'w', <i>)
<frame>.pop('z')
<frame>.drop(columns='z', inplace=True)
<frame>.sort_values('y', inplace=True)
<frame>.index = range(len(<frame>))
<frame>.rename(columns={'z': 'q'}, inplace=True)
<frame>.update(pd.DataFrame({'x': [9]}))
<frame>.attrs['u'] = <any>
<frame>.columns.name = 'n'
<frame>.eval('v = x + 1', inplace=True)
del <frame>['z']
<series>.iloc[0] = <i>
<series>[1] = <i>
<series> += 1
<series>.name = 'n<i>'
<series>.sort_values(inplace=True)
<new> = <series>.to_numpy()
<new> = <series> + <series>
<new> = <series>.sum()
for c in <frame.1>: <frame.1>[c] = <frame.1>[c] + 1
<new> = {'df': <frame>}
<new> = [g for _, g in <frame>.groupby('x')]
<new> = <frame>.itertuples(index=False)
""",
    "iterators": """
<new> = iter(<list>)
<new> = iter(<it>)
<new> = (v for v in <list>)
<new> = (v for v in <it>)
<new> = ([v, <any>] for v in <list>)
<new> = map(str, <it>)
<new> = map(lambda v: [v], <list>)
<new> = zip(<it.1>, <it.1>)
<new> = zip(<list>, <it>)
<new> = enumerate(<it>)
<new> = enumerate(<list>)
<new> = reversed(<list>)
<new> = filter(None, <it>)
<new> = itertools.islice(<it>, 2)
<new> = itertools.chain(<it>, <list>)
<new>, <new> = itertools.tee(<it>)
<new> = itertools.count()
<new> = itertools.cycle(<full>)
<new> = next(<endless>)
next(<endless>)
<new> = next(<it>)
next(<it>)
next(<it>, None)
<new> = next(<it>, <i>)
<new> = list(<it>)
<new> = list(itertools.islice(<it>, 2))
for v in <it>: break
for <new> in <it>: break
<new>, *<new> = <it>
<new> = <i> in <it>
<new> = [v for v in <it>]
<new> = [next(<it>), <i>]
<list>.extend(itertools.islice(<it>, 3))
<list>.append(<it>)
<new> = (<it>, <it>)
<new> = iter(<dict>)
<new> = iter(range(5))
<new> = (next(<it>) for _ in range(2))
<new> = iter(<list>.pop, <i>)
<new> = max(<it>, default=<i>)
<new> = dict(enumerate(<it>))
<new> = map(<fun1>, <list>)
<new> = map(<fun1>, <it>)
<it>.close()
""",
    "chance": """
random.seed(<i>)
np.random.seed(<i>)
<new> = random.random()
<new> = random.choice(<full>)
<new> = random.sample(range(9), 3)
random.shuffle(<list>)
random.random()
<new> = np.random.rand(2)
<new> = np.random.randint(0, 9)
np.random.shuffle(<arr>)
np.random.shuffle(<list>)
np.random.normal()
<new> = np.random.permutation(<arr>)
<new> = np.random.default_rng(<i>)
<new> = <rng>.normal(size=2)
<new> = <rng>.integers(9)
<rng>.normal()
<rng>.shuffle(<arr>)
<rng>.shuffle(<list>)
<new> = <rng>.permutation(4)
<new> = <rng>.spawn(1)[0]
<new> = <rng>.bit_generator
<new> = random.Random(<i>)
<new> = <rand>.random()
<rand>.random()
<rand>.shuffle(<list>)
<rand>.seed(<i>)
<new> = <rand>.choice(<full>)
<new> = random.getstate()
<new> = [random.random() for _ in range(2)]
<new> = <frame>.sample(2, random_state=<i>)
<new> = [<rng>, <rand>]
def <def>(): return random.random()
def <def>(x): return np.random.rand()
def <def>(x): random.shuffle(x)
def <def>(r=random.Random(<i>)): return r.random()
<new> = <fun0>()
<new> = <fun1>(<any>)
<fun0>()
""",
    "files": """
Path('one.txt').write_text('<i>')
Path('two.txt').write_text('<i>' * 2)
Path('one.txt').write_text(str(<int>))
open('one.txt', 'w').write('w<i>')
open('one.txt', 'a').write('a<i>')
open('two.txt', 'a').write('b<i>')
<new> = Path('one.txt').read_text()
<new> = open('two.txt').read()
<new> = Path('one.txt').exists()
<new> = sorted(os.listdir('.'))
<new> = 'one.txt'
<new> = Path('two.txt')
Path('one.txt').unlink()
os.rename('one.txt', 'two.txt')
os.replace('two.txt', 'one.txt')
<new> = open('one.txt', 'w')
<new> = open('one.txt')
<file>.write('z<i>')
<new> = <file>.readline()
<file>.close()
<file>.flush()
<frame>.to_csv('one.txt', index=False)
<new> = pd.read_csv('one.txt')
<frame>.to_csv('three.csv', index=False)
<new> = pd.read_csv('three.csv')
np.save('arr.npy', <vec>)
<new> = np.load('arr.npy')
def <def>(): return Path('one.txt').read_text()
def <def>(x): Path('one.txt').write_text('f')
def <def>(): open('two.txt', 'a').write('g')
<fun0>()
<fun1>(<any>)
<new> = <fun0>()
os.makedirs('sub', exist_ok=True)
os.chdir('sub')
os.chdir('..')
Path('sub/one.txt').write_text('s<i>')
<new> = Path('sub/one.txt').read_text()
""",
    "ambient": """
os.environ['GENERATED'] = '<i>'
<new> = os.environ.get('GENERATED')
os.environ.pop('GENERATED', None)
math.tau = <i>
<new> = math.tau
<new> = str(math.tau)
from decimal import Decimal, getcontext
getcontext().prec = 3<i>
<new> = str(Decimal(1) / 3)
np.set_printoptions(precision=<i>)
<new> = str(np.array([1 / 3]))
pd.set_option('display.precision', <i>)
<new> = str(pd.Series([1 / 3]))
def <def>(): return math.tau
def <def>(x): os.environ['GENERATED'] = str(len(str(x)))
<new> = <fun0>()
<fun1>(<i>)
""",
    "hidden": """
exec('<list>.append(<i>)')
exec('<new> = [<i>]')
<new> = eval('<any>')
globals()['<new>'] = <any>
globals()['<list>'].append(<i>)
<new> = globals().get('a')
code = '<new> = <i>'
exec(code)
<new> = vars()
%time <new> = [<i>]
""".replace("<new> = vars()\n", "").replace("%time <new> = [<i>]\n", ""),
}  # fmt: skip

DEFINITIONS = [
    "def <def>(x):\n    x.append(<i>)\n    return x",
    "def <def>(x):\n    return [x, <any>]",
    "def <def>(x, k=<i>):\n    return (x, k)",
    "def <def>(x, m=[]):\n    m.append(x)\n    return m",
    "def <def>(x, m=<list>):\n    m.append(<i>)\n    return len(m)",
    "def <def>():\n    return <any>",
    "def <def>():\n    return len(<list>)",
    "def <def>():\n    global <new.g>\n    <new.g> = <i>",
    "def <def>():\n    global <int.g>\n    <int.g> += 1\n    return <int.g>",
    "def <def>(x):\n    <fun1>(x)\n    return x",
    "def <def>(x):\n    return <fun1>(<fun1>(x))",
    "def <def>():\n    <list>.append(<i>)",
    "def <def>(x):\n    <list>.append(x)\n    return <list>",
    "def <def>(x, y):\n    x.append(y)",
    "def <def>(x, y):\n    y, x = x, y\n    return [x, y]",
    "def <def>(x):\n    for v in <list>:\n        yield [v, x]",
    "def <def>():\n    yield <any>\n    <list>.append(<i>)\n    yield <i>",
    "def <def>(x):\n    x = list(x)\n    x.append(<i>)\n    return x",
    "def <def>(x):\n    x[0] = <any>\n    return x[0]",
    "def <def>(x):\n    return lambda: x",
    "def <def>(x):\n    held = [x]\n    def inner(v):\n        held.append(v)\n        return held\n    return inner",
    "def <def>():\n    n = 0\n    def step():\n        nonlocal n\n        n += 1\n        return n\n    return step",
    "def <def>(x):\n    x.v = <any>\n    return x",
    "def <def>(x):\n    import math\n    return math.floor(<i>)",
    "def <def>(x):\n    x.append(<i>)\n    raise ValueError",
    "def <def>(x):\n    try:\n        return x.pop()\n    finally:\n        <list>.append(<i>)",
    "def <def>(x):\n    <arr>[0] = <i>\n    return x",
    "def <def>(x):\n    x += 1\n    return x",
    "def <def>(*x):\n    return list(x)",
    "def <def>(x):\n    del x[0]",
    "@functools.lru_cache\ndef <def>(x):\n    return [x]",
    "def <def>(x):\n    <def.d>.n = x\n    return <def.d>",
    "def keep(fn):\n    <list>.append(fn.__name__)\n    return fn",
    "def twice(fn):\n    def run(x):\n        fn(x)\n        return fn(x)\n    return run\n@twice\ndef <def>(x):\n    x.append(<i>)\n    return x",
    "def deco(fn):\n    calls = []\n    def run(x):\n        calls.append(1)\n        return len(calls)\n    return run\n@deco\ndef <def>(x):\n    return x",
    "@(lambda fn: (<list>.append(1), fn)[1])\ndef <def>(x):\n    return x",
    "def <def>(x=<any>):\n    return x",
    "def <def>(x):\n    globals()['<new>'] = x",
]

CLASSES = [
    "class Box:\n    def __init__(self, items=None):\n        self.items = items\n    def add(self, x):\n        self.items.append(x)\n        return self\n    def get(self):\n        return self.items",
    "class Box:\n    def __init__(self, v=<i>):\n        self.v = v\n        self.items = []\n    def add(self, x):\n        self.items.append(x)\n        self.v = x\n        return self\n    def get(self):\n        return <any>\n    def __iadd__(self, n):\n        self.items.append(n)\n        return self",
    "class Box:\n    made = []\n    count = 0\n    def __init__(self, v=None):\n        self.v = v\n        Box.made.append(1)\n        Box.count += 1\n    def add(self, x):\n        self.made.append(x)\n        return self\n    @classmethod\n    def up(cls):\n        cls.count += 1\n        return cls.count",
    "class Acc:\n    def __init__(self, v=0):\n        self.v = v\n        self.n = 0\n    @property\n    def peek(self):\n        self.n += 1\n        return self.n\n    def __call__(self, x):\n        self.v = x\n        return self\n    def __len__(self):\n        return self.n\n    def link(self, other):\n        self.other = other\n        other.back = self",
    "class Acc(dict):\n    def add(self, x):\n        self['k'] = x\n        return self\n    def __missing__(self, key):\n        self[key] = [key]\n        return self[key]",
    "class Acc(list):\n    count = 0\n    def add(self, x):\n        self.append(x)\n        type(self).count += 1\n        return self",
    "class Box:\n    __slots__ = ('items', 'v')\n    def __init__(self, v=None):\n        self.items = [v]\n    def add(self, x):\n        self.items = [*self.items, x]\n        return self",
    "class Acc:\n    def __init__(self, items=()):\n        self.items = items\n        self.at = 0\n    def __iter__(self):\n        return self\n    def __next__(self):\n        self.at += 1\n        if self.at > 3:\n            raise StopIteration\n        return [self.at]",
    "class Acc(Box):\n    def get(self):\n        self.v = <any>\n        return self.v",
    "class Acc:\n    shared = <list>\n    def add(self, x):\n        self.shared.append(x)\n        return self\n    def __getitem__(self, key):\n        self.v = key\n        return self.shared\n    def __setitem__(self, key, x):\n        <list>.append(x)",
    "class Acc:\n    def __enter__(self):\n        self.v = [<i>]\n        return self.v\n    def __exit__(self, *error):\n        <list>.append(<i>)\n        return True",
    "from dataclasses import dataclass, field\n@dataclass\nclass Box:\n    v: object = <i>\n    items: list = field(default_factory=list)\n    def add(self, x):\n        self.items.append(x)\n        return self",
    "class Acc:\n    def __getattr__(self, name):\n        if name.startswith('_'):\n            raise AttributeError(name)\n        self.__dict__[name] = [name]\n        return self.__dict__[name]",
]

COMPOUND = [
    "if <list.1>:\n    <S>\nelse:\n    <S>",
    "if len(<list>) > <i>:\n    <S>\n    <S>",
    "if (<new> := <i>) > 2:\n    <S>",
    "for v in <list>:\n    <new> = v",
    "for v in list(<list>):\n    <list>.append(v)",
    "for <new> in range(2):\n    <S>",
    "for v in <list>:\n    if v == <i>:\n        <S>\n        break\nelse:\n    <S>",
    "for v in [2, 1, 0]:\n    <list>.append(6 // v)",
    "while len(<list.1>) < 4:\n    <list.1>.append(<i>)",
    "while <list.1>:\n    <list>.append(<list.1>.pop())\n    break",
    "try:\n    <S>\nexcept Exception:\n    <S>",
    "try:\n    <S>\n    1 / 0\nexcept ZeroDivisionError as error:\n    <S>\nfinally:\n    <S>",
    "try:\n    <S>\nfinally:\n    <S>",
    "with open('one.txt', 'w') as out:\n    out.write('v<i>')",
    "with open('one.txt') as source:\n    <new> = source.read()",
    "with <obj:__enter__> as <new>:\n    <S>",
    "with io.StringIO('ab') as <new>:\n    <S>",
    "match <any>:\n    case [<new.1>, *_]:\n        <S>\n    case _:\n        <S>",
    "for v, <new> in enumerate(<list>):\n    <S>",
    "for v in <it>:\n    <S>\n    break",
    "for v in itertools.islice(<it>, 3):\n    <list>.append(v)",
    "for row in <mat>:\n    row[0] = <i>",
    "for v in <nested>:\n    v.append(<i>) if isinstance(v, list) else None",
    "class <class>:\n    v = <any>\n    w = [<i>]",
    *DEFINITIONS,
    *CLASSES,
]

GROUPS = {name: text.strip().splitlines() for name, text in _TEXTS.items()}
GROUPS["functions"] += DEFINITIONS
GROUPS["objects"] += CLASSES * 2
