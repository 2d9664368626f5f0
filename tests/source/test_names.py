"""What a statement's text says about names."""

import ast
import sys

import pytest

from ipyprod.source.names import analyze_statement, imported_names
from ipyprod.source.statements import StatementNames


def analyze(text: str, modules: dict[str, str] | None = None) -> StatementNames:
    (node,) = ast.parse(text).body
    return analyze_statement(node, modules)


def words(text: str) -> frozenset[str]:
    return frozenset(text.split())


READS = {
    "x = a + b": "a b",
    "x = b + a": "b a",
    "x[i] = v": "v x i",
    "x.a = v": "v x",
    "x += y": "x y",
    "x.a += y": "x y",
    "x[i] += y": "x i y",
    "f(k=v)": "f v",
    "f(*a, **b)": "f a b",
    "[i for i in xs]": "xs",
    "[i + k for i in xs if i > m]": "xs m k",
    "[j for i in xs for j in i]": "xs",
    "[j for i in xs for j in ys]": "xs ys",
    "[i for i in i]": "i",
    "{k: v for k, v in d.items()}": "d",
    "[(lambda: i)() for i in xs]": "xs",
    "[[j for j in i] for i in xs]": "xs",
    "sum(x * k for x in xs)": "sum xs k",
    "f = lambda x, y=d: x + y + k": "d",
    "sorted(xs, key=lambda r: r[k])": "sorted xs k",
    "(y := x + 1) + y": "x",
    "[y := i for i in xs]": "xs",
    "y + (y := 1)": "y",
    "if a:\n    b = 1\nelse:\n    b = 2": "a",
    "if a:\n    b\n": "a b",
    "for i in xs:\n    t = i\n    u = t": "xs",
    "for i in xs:\n    t = s\n    s = i": "xs s",
    "for i in xs:\n    pass\nelse:\n    z = i": "xs i",
    "while n > 0:\n    n -= 1": "n",
    "with open(p) as f:\n    t = f.read()": "open p",
    "with a as b, b.c as d:\n    d": "a",
    "try:\n    x = f()\nexcept E as e:\n    print(e)": "f E print",
    "try:\n    x = 1\nexcept E:\n    y = x": "E x",
    "try:\n    x = 1\nfinally:\n    y = x": "x",
    "try:\n    x = 1\nexcept E:\n    raise\nelse:\n    y = x": "E",
    "def f(a, b=c):\n    return a + d": "c",
    "@dec(q)\ndef f(a: T = c) -> R:\n    return a": "dec q c T R",
    "class A(B, metaclass=M):\n    x = y\n    z = x\n    def m(self):\n        return w": "B M y",
    "class A:\n    x = x": "x",
    "class A:\n    if f: x = 1\n    y = x": "f x",
    "if f:\n    class A:\n        x = 1\n        y = x": "f",
    "class A:\n    x = 1\n    y = [x for _ in z]": "z x",
    "class A:\n    x = 1\n    y = [i for i in x]": "",
    "class A:\n    @property\n    def f(self): return g": "property",
    "class A:\n    def f(self, d=k): return 1": "k",
    "x: T = v": "v T",
    "x: T": "T",
    "x.a: T = v": "v x T",
    "f'{a} {b!r:>{w}}'": "a b w",
    "f'{x:{y}.{z}}'": "x y z",
    "del x": "",
    "del x[i]": "x i",
    "del x.a": "x",
    "assert a, b": "a b",
    "raise E(a) from b": "E a b",
    "a if b else c": "b a c",
    "a and b or c": "a b c",
    "a < b < c": "a b c",
    "x = y = z": "z",
    "a, b = b, a": "b a",
    "a, *b = c": "c",
    "a[i], b.c = d": "d a i b",
    "match v:\n    case [x, y]:\n        z = x\n    case {'k': w, **rest}:\n        z = rest": "v",
    "match v:\n    case P(a=q) if q > t:\n        pass": "v P t",
    "match v:\n    case m.C:\n        pass": "v m",
    "import a.b": "",
    "df.query('a > @limit and b < @other')": "df limit other",
    "df.eval('c = a + @k', inplace=True)": "df k",
    "df.query(f'a > {n} and b > @limit')": "df n limit",
    "pd.eval('x + y')": "pd x y",
    "ols('y ~ np.log(x) + f(z) + C(w)', data=df)": "ols df np f",
    "eval('x + 1')": "eval x",
    "exec('y = x + 1')": "exec x",
    "__name__": "__name__",
    "x[a:b:c]": "x a b c",
    "x = yield_ = a": "a",
    "print(a, file=f)": "print a f",
    "if __name__ == '__main__':\n    x = 1\n    y = x": "__name__",
    "for x.a in xs:\n    pass": "xs x",
    "for (a, (b, *c)) in xs:\n    d = a + b": "xs",
    "with suppress(E):\n    x = 1": "suppress E",
    "async def f():\n    await g()": "",
    "x = await g(a)": "g a",
    "while True:\n    x = f()\n    if x:\n        break": "f",
    "if t:\n    def g(): return h\n    y = g()": "t h",
    "global_ = [x for x in range(n) if (m := x) > 1]": "range n",
    "lambda: (yield_)": "",
}


@pytest.mark.parametrize(("text", "expected"), READS.items())
def test_reads_are_in_order_of_first_use(text, expected):
    assert analyze(text).reads == tuple(expected.split())


BINDS = {
    "x = 1": ("x", ""),
    "x = y = 1": ("x y", ""),
    "a, (b, *c) = v": ("a b c", ""),
    "x.a = 1": ("", ""),
    "x[i] = 1": ("", ""),
    "x += 1": ("x", ""),
    "x: int = 1": ("x", ""),
    "x: int": ("", ""),
    "(x := 1)": ("x", ""),
    "a and (x := 1)": ("", "x"),
    "(x := 1) and a": ("x", ""),
    "(x := 1) if a else (x := 2)": ("x", ""),
    "y = (x := 1) if a else 2": ("y", "x"),
    "[x := i for i in xs]": ("", "x"),
    "import a.b.c": ("a", ""),
    "import a.b as c": ("c", ""),
    "from a import b as c, d": ("c d", ""),
    "def f(): x = 1": ("f", ""),
    "async def f(): pass": ("f", ""),
    "class A:\n    x = 1": ("A", ""),
    "class A:\n    global g\n    g = 1": ("A g", ""),
    "for x in xs:\n    y = x": ("", "x y"),
    "for x in xs:\n    pass\nelse:\n    y = 1": ("y", "x"),
    "for x in xs:\n    if x: break\nelse:\n    y = 1": ("", "x y"),
    "while a:\n    y = 1": ("", "y"),
    "with a as b:\n    c = 1": ("b c", ""),
    "with a as (b, c.d):\n    pass": ("b", ""),
    "with suppress(E):\n    x = 1": ("", "x"),
    "if a:\n    x = 1": ("", "x"),
    "if a:\n    x = 1\nelse:\n    x = 2": ("x", ""),
    "if a:\n    x = 1\nelif b:\n    x = 2": ("", "x"),
    "if a:\n    x = 1\nelse:\n    raise E": ("x", ""),
    "if __name__ == '__main__':\n    x = 1": ("x", ""),
    "try:\n    x = 1\nexcept E:\n    y = 2": ("", "x y"),
    "try:\n    x = 1\nexcept E:\n    x = 2": ("x", ""),
    "try:\n    x = 1\nexcept E:\n    raise": ("x", ""),
    "try:\n    x = 1\nfinally:\n    y = 1": ("x y", ""),
    "try:\n    pass\nexcept E as e:\n    pass": ("", "e"),
    "try:\n    pass\nexcept* E as e:\n    pass": ("", "e"),
    "match v:\n    case [x]:\n        y = 1": ("", "x y"),
    "match v:\n    case 1:\n        y = 1\n    case _:\n        y = 2": ("y", ""),
    "match v:\n    case z:\n        y = 1": ("y z", ""),
    "exec('y = 1')": ("y", ""),
    "[i for i in xs]": ("", ""),
    "f = lambda: (y := 1)": ("f", ""),
}


@pytest.mark.parametrize(("text", "expected"), BINDS.items())
def test_binds_are_certain_or_possible(text, expected):
    names = analyze(text)
    assert (names.binds, names.may_bind) == (words(expected[0]), words(expected[1]))


def test_del_of_a_name_is_a_deletion():
    assert analyze("del x, (y, z)").deletes == words("x y z")


def test_del_in_a_branch_is_no_certain_deletion():
    names = analyze("if a:\n    del x")
    assert (names.deletes, names.may_bind) == (frozenset(), words("x"))


def test_name_deleted_and_bound_again_is_bound():
    names = analyze("if True:\n    del x\n    x = 1")
    assert (names.deletes, names.binds) == (frozenset(), words("x"))


STORES = {
    "x.a = 1": "x",
    "x.a.b[i].c = 1": "x",
    "x[i] = 1": "x",
    "x += 1": "x",
    "x.a += 1": "x",
    "x[i] += 1": "x",
    "del x[i]": "x",
    "del x.a": "x",
    "a[i], b.c = d": "a b",
    "df.loc[m, 'c'] = 0": "df",
    "f(x).a = 1": "",
    "if a:\n    x[i] = 1": "",
    "setattr(x, 'a', 1)": "x",
    "for x.a in xs:\n    pass": "",
    "with a as x.b:\n    pass": "x",
    "def f(): x[0] = 1": "",
}


@pytest.mark.parametrize(("text", "expected"), STORES.items())
def test_stores_are_certain_changes(text, expected):
    assert analyze(text).stores == words(expected)


MAY_CHANGE = {
    "x.append(1)": "x",
    "f(x)": "x",
    "f(x.a, y[i])": "x y",
    "f(*xs, **d)": "xs d",
    "f([a, {'k': b}])": "a b",
    "m.fit(X, y)": "m X y",
    "m.fit(X, y).predict(Z)": "m X y",
    "df.head()": "",
    "df.describe()": "",
    "df.groupby('a')['b'].sum()": "",
    "df.drop(columns='a')": "",
    "df.drop(columns='a', inplace=True)": "df",
    "df.drop(columns='a', inplace=flag)": "df flag",
    "df.drop(columns='a', inplace=False)": "",
    "df.eval('c = a', inplace=True)": "df",
    "x.update(y)": "x y",
    "x.pop()": "x",
    "x.sort()": "x",
    "q.get()": "q",
    "next(it)": "it",
    "list(it)": "it",
    "sum(it)": "it",
    "sorted(it)": "it",
    "zip(a, b)": "a b",
    "x in it": "it",
    "f(x in [1])": "",
    "[*it]": "it",
    "a, b = it": "it",
    "for x in it:\n    pass": "it",
    "for x in range(3):\n    pass": "",
    "for i, x in enumerate(it):\n    pass": "it",
    "for k, v in d.items():\n    pass": "",
    "for x in xs:\n    x.append(1)": "xs x",
    "for x in xs:\n    y = x.a\n    y.append(1)": "xs x y",
    "[x.pop() for x in xs]": "xs",
    "[f(x) for x in xs]": "xs",
    "len(x)": "",
    "print(x)": "",
    "print(x, file=h)": "h",
    "isinstance(x, list)": "",
    "np.add(a, 1, out=a)": "a",
    "np.sum(a)": "",
    "np.put(a, [0], 1)": "a",
    "np.random.shuffle(a)": "a",
    "np.array(a, copy=False)": "a",
    "random.shuffle(a)": "a",
    "heapq.heappush(h, x)": "h x",
    "plt.plot(a)": "",
    "sns.lineplot(x=a, ax=ax)": "ax",
    "ax.plot(x)": "ax x",
    "map(f, xs)": "xs",
    "map(str, xs)": "xs",
    "sorted(xs, key=lambda r: r.pop())": "xs",
    "df.apply(lambda r: r.a + 1)": "",
    "df.apply(f)": "df f",
    "df.apply(lambda r: seen.append(r))": "df seen",
    "df.to_csv('a.csv')": "",
    "df.to_csv(handle)": "handle",
    "x = y.copy()": "",
    "x = a @ b": "",
    "s.upper().split(',')": "",
    "with lock:\n    pass": "lock",
    "x = await task": "task",
    "f(lambda: data.append(1))": "data",
    "json.load(h)": "h",
    "(a or b).append(1)": "a b",
    "(a if c else b).append(1)": "a b",
    "x[0].append(y)": "x y",
}


@pytest.mark.parametrize(("text", "expected"), MAY_CHANGE.items())
def test_calls_may_change_what_they_are_given(text, expected):
    assert analyze(text).may_change == words(expected)


SHARES = {
    "b = a": {"b": "a"},
    "b = a.x[0]": {"b": "a"},
    "b = a[:2]": {"b": "a"},
    "b = [a, {'k': c}]": {"b": "a c"},
    "b = f(a)": {"b": "a"},
    "b = a.reshape(2, 2)": {"b": "a"},
    "b = a or c": {"b": "a c"},
    "b = a if c else d": {"b": "a d"},
    "a, b = c, d": {"a": "c", "b": "d"},
    "a, b = b, a": {"a": "b", "b": "a"},
    "b = a + c": {"b": "a c"},
    "b = a + 1": {},
    "b = a * 2": {"b": "a"},
    "b = a > 1": {},
    "b = not a": {},
    "b = f'{a}'": {},
    "b = 1": {},
    "b = len(a)": {},
    "b = a.sum()": {},
    "b = np.asarray(a)": {"b": "a"},
    "b = math.sqrt(a)": {},
    "b = [x for x in a]": {"b": "a"},
    "b = [x.upper() for x in a]": {},
    "b = sorted(a)": {"b": "a"},
    "for x in xs:\n    pass": {"x": "xs"},
    "with a as b:\n    pass": {"b": "a"},
    "o.x = a": {"o": "a"},
    "d[k] = a": {"d": "a"},
    "xs.append(a)": {"xs": "a"},
    "a = b = []": {"a": "b", "b": "a"},
    "a = b = 0": {},
    "def f(x, acc=cache): pass": {"f": "cache"},
    "class A:\n    items = shared": {"A": "shared"},
    "match v:\n    case [x]:\n        pass": {"x": "v"},
    "(b := a)": {"b": "a"},
}


@pytest.mark.parametrize(("text", "expected"), SHARES.items())
def test_shares_follow_the_objects(text, expected):
    shares = {name: held for name, held in analyze(text).shares if held}
    assert shares == {name: words(held) for name, held in expected.items()}


DEFERRED = {
    "def f(a):\n    return a + k": ("k", "", ""),
    "def f():\n    x = 1\n    return x": ("", "", ""),
    "def f():\n    print(x)\n    x = 1": ("print", "", ""),
    "def f():\n    global n\n    n = 1": ("", "", "n"),
    "def f():\n    x = 1\n    def g():\n        nonlocal x\n        x = 2": ("", "", ""),
    "def f():\n    log.append(1)": ("log", "log", ""),
    "def f():\n    y = data\n    y.append(1)": ("data", "data", ""),
    "def f(acc=cache):\n    acc.append(1)": ("", "cache", ""),
    "def f():\n    d[0] = 1": ("d", "d", ""),
    "def f():\n    global n\n    n += 1": ("n", "n", "n"),
    "def f():\n    return [x for x in xs if x > k]": ("xs k", "xs", ""),
    "class A:\n    x = 1\n    def m(self):\n        return x": ("x", "", ""),
    "class A:\n    def m(self):\n        self.n += reg[0]": ("reg", "reg", ""),
    "f = lambda x: x + k": ("k", "", ""),
    "def f():\n    import os\n    return os": ("", "", ""),
    "def f():\n    try:\n        pass\n    except E as e:\n        e": ("E", "", ""),
    "def f():\n    def g():\n        return k\n    return g": ("k", "", ""),
    "def f():\n    class A:\n        x = k\n    return A": ("k", "", ""),
    "def f():\n    [y := i for i in xs]\n    return y": ("xs", "xs", ""),
    "def f():\n    for i in xs:\n        w = v\n        v = i": ("xs", "xs", ""),
}


@pytest.mark.parametrize(("text", "expected"), DEFERRED.items())
def test_bodies_of_functions_are_deferred(text, expected):
    names = analyze(text)
    found = (names.deferred_reads, names.deferred_changes, names.deferred_binds)
    assert found == (tuple(expected[0].split()), words(expected[1]), words(expected[2]))


AMBIENT = {
    "np.random.rand(3)": ("numpy.random", "numpy.random", ""),
    "np.random.seed(0)": ("", "numpy.random seed:numpy.random", "numpy.random"),
    "np.random.seed()": ("entropy", "numpy.random seed:numpy.random", ""),
    "np.random.default_rng(0)": ("", "", ""),
    "random.seed(1)": ("", "random seed:random", "random"),
    "random.random()": ("random", "random", ""),
    "random.Random(3)": ("", "", ""),
    "plt.plot(x)": ("pyplot rcParams", "pyplot", ""),
    "sns.kdeplot(x)": ("pyplot rcParams", "pyplot", ""),
    "sns.color_palette('deep', 3)": ("rcParams", "", ""),
    "plt.figure()": ("rcParams", "pyplot", "pyplot"),
    "plt.figure(1)": ("pyplot rcParams", "pyplot", ""),
    "plt.close('all')": ("rcParams", "pyplot", "pyplot"),
    "plt.style.use('x')": ("rcParams", "rcParams", ""),
    "plt.rcParams['a'] = 1": ("rcParams", "rcParams", ""),
    "plt.savefig('a.png')": ("cwd pyplot rcParams", "pyplot file:a.png", ""),
    "os.environ['A'] = '1'": ("os.environ", "os.environ", ""),
    "x = os.environ.get('A')": ("os.environ", "", ""),
    "os.chdir('a')": ("cwd file:a", "cwd", ""),
    "sys.path.append('a')": ("sys.path", "sys.path", ""),
    "import pandas": ("cwd sys.path sys.modules", "", ""),
    "import json": ("sys.modules", "", ""),
    "decimal.getcontext().prec = 5": ("decimal", "decimal", ""),
    "pd.set_option('display.width', 9)": (
        "pandas.options pandas.options.mode", "pandas.options", "",
    ),
    "pd.options.display.width = 9": ("pandas.options", "pandas.options", ""),
    "np.seterr(all='raise')": ("numpy.errstate", "numpy.errstate", ""),
    "warnings.filterwarnings('ignore')": ("warnings", "warnings", ""),
    "open('a.txt')": ("cwd file:a.txt", "", ""),
    "open('/t/a.txt', 'w')": ("", "file:/t/a.txt", ""),
    "open('/t/a.txt', 'a')": ("file:/t/a.txt", "file:/t/a.txt", ""),
    "df.to_csv('/t/o.csv')": ("", "file:/t/o.csv", ""),
    "pd.read_csv('/t/i.csv')": ("file:/t/i.csv pandas.options.mode", "", ""),
    "Path('/t/a').write_text('x')": ("", "file:/t/a", ""),
    "(Path('/t') / 'a').read_text()": ("decimal file:/t/a numpy.errstate", "", ""),
    "shutil.copy('/a', '/b')": ("file:/a", "file:/b", ""),
    "np.random.default_rng()": ("entropy", "", ""),
    "random.Random(None)": ("entropy", "", ""),
    "os.urandom(4)": ("entropy", "", ""),
    "df.sample(3)": ("numpy.random", "numpy.random", ""),
    "df.sample(3, random_state=0)": ("", "", ""),
    "config.debug = True": ("", "module:config", ""),
    "x = config.debug": ("module:config", "", ""),
    "def f():\n    np.random.rand()": ("", "", ""),
}  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), AMBIENT.items())
def test_ambient_state_is_named(text, expected):
    modules = {
        "np": "numpy", "random": "random", "plt": "matplotlib.pyplot", "os": "os", "sys": "sys",
        "decimal": "decimal", "pd": "pandas", "warnings": "warnings", "shutil": "shutil",
        "Path": "pathlib.Path", "config": "config", "sns": "seaborn",
    }  # fmt: skip
    names = analyze(text, modules)
    own_module = {s for s in names.ambient_reads if s.startswith("module:")} - {"module:config"}
    found = (names.ambient_reads - own_module, names.ambient_writes, names.ambient_resets)
    assert found == tuple(words(part) for part in expected)


def test_ambient_state_in_a_function_is_deferred():
    names = analyze("def f():\n    return np.random.rand()")
    assert names.deferred_ambient_writes == {"numpy.random"}


def test_seed_in_a_branch_is_no_reset():
    assert not analyze("if a:\n    np.random.seed(0)").ambient_resets


@pytest.mark.parametrize("text", ["exec(s)", "globals()['x']", "vars()", "x = locals()", "eval(s)"])
def test_code_that_can_touch_anything_is_opaque(text):
    assert analyze(text).is_opaque


def test_opaque_function_is_opaque_only_when_called():
    names = analyze("def f():\n    exec(s)")
    assert (names.is_opaque, names.is_deferred_opaque) == (False, True)


def test_vars_of_an_object_is_not_opaque():
    assert not analyze("vars(x)").is_opaque


def test_star_import_is_noted():
    assert analyze("from a import *").has_star_import


@pytest.mark.parametrize(
    "text",
    ["await x", "async for a in b:\n    pass", "async with a:\n    pass", "[x async for x in y]"],
)
def test_top_level_await_is_noted(text):
    assert analyze(text).has_await


def test_await_inside_a_function_is_not_top_level():
    assert not analyze("async def f():\n    await x").has_await


def test_deep_copy_shares_nothing():
    assert analyze("b = copy.deepcopy(a)", {"copy": "copy"}).shares == ()


def test_called_names_are_listed():
    assert analyze("f(g(x), h.m(1), xs.map(k))").calls == words("f g h xs k")


def test_shadowed_builtin_is_no_builtin():
    assert analyze("len(x)", {"len": ""}).may_change == words("x")


def test_attribute_names_are_listed():
    assert analyze("a.b.c = d.e").attributes == words("b c e")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("import a.b", {"a": "a"}),
        ("import a.b as c", {"c": "a.b"}),
        ("from a.b import c as d, e", {"d": "a.b.c", "e": "a.b.e"}),
        ("from . import x", {}),
        ("from a import *", {}),
        ("x = 1", {}),
    ],
)
def test_imported_names_have_their_real_names(text, expected):
    assert imported_names(ast.parse(text).body[0]) == expected


@pytest.mark.skipif(sys.version_info < (3, 12), reason="type parameters came with 3.12")
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("def f[T](x: T) -> U: pass", "U"),
        ("class A[T](B[T]): pass", "B"),
        ("type X[T] = dict[T, V]", ""),
    ],
)
def test_type_parameters_are_their_own_scope(text, expected):
    assert analyze(text).reads == tuple(expected.split())


@pytest.mark.parametrize(
    ("text", "writes"),
    [
        ("subprocess.run('touch a.txt', shell=True)", True),
        ("subprocess.run(f'cp {a} {b}', shell=True)", True),
        ("subprocess.run(['git', 'clone', url])", True),
        ("subprocess.run(command)", True),
        ("subprocess.run(['bash'], input='ls')", True),
        ("os.system('make')", True),
        ("x = subprocess.run('ls *.txt', shell=True).stdout", False),
        ("x = subprocess.run(f'head {name}', shell=True).stdout", False),
        ("os.system('git status')", False),
    ],
)
def test_program_reads_any_file_and_writes_any_unless_it_only_shows(text, writes):
    names = analyze_statement(ast.parse(text).body[0], {"subprocess": "subprocess", "os": "os"})

    assert "folder:" in names.ambient_reads
    assert ("folder:" in names.ambient_writes) is writes


def test_annotations_that_are_kept_as_text_are_not_read_at_once():
    text = "def f(a: X, b=d) -> Y: return a"
    late = analyze(text, {"from __future__": "annotations"})
    assert (analyze(text).reads, late.reads) == (("d", "X", "Y"), ("d",))
    assert set(late.deferred_reads) == {"X", "Y"}
