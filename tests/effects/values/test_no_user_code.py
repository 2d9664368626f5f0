"""Whatever a value's class defines, watching the value calls none of it."""

import pytest

from tests.effects.values.watched import WatchedCells

# A class whose metaclass notes every question about the class itself.
META = """
calls = []
class Meta(type):
    def __hash__(cls): calls.append('hash'); return 1
    def __eq__(cls, other): calls.append('eq'); return True
    def __getattribute__(cls, name): calls.append(name); return type.__getattribute__(cls, name)
    def __instancecheck__(cls, one): calls.append('instancecheck'); return True
    def __subclasscheck__(cls, one): calls.append('subclasscheck'); return True
    def __call__(cls, *arguments, **named): calls.append("call"); return type.__call__(cls, *arguments, **named)
    def __repr__(cls): calls.append('repr'); return 'x'
    def __iter__(cls): calls.append('iter'); return iter(())
    def __len__(cls): calls.append('len'); return 0
    def __bool__(cls): calls.append('bool'); return False
    def __dir__(cls): calls.append('dir'); return []
    def mro(cls): calls.append('mro'); return type.mro(cls)
    @property
    def __name__(cls): calls.append('name'); return 'x'
    @property
    def __module__(cls): calls.append('module'); return 'x'
    @property
    def __dict__(cls): calls.append('dict'); return {}
class Told(metaclass=Meta): pass
class ToldList(list, metaclass=Meta): pass
class ToldDict(dict, metaclass=Meta): pass
class ToldNumber(int, metaclass=Meta): pass
class ToldText(str, metaclass=Meta): __slots__ = ()
class ToldSlots(metaclass=Meta): __slots__ = ('x', '__y')
class ToldError(ValueError, metaclass=Meta): pass
"""
MADE = """
told = Told(); told.x = [1]
items, table, number, text = ToldList([1]), ToldDict(a=1), ToldNumber(5), ToldText('a')
slots = ToldSlots(); slots.x = 1
error = ToldError('x')
kept = {'class': Told, 'many': [Told(), Told()], ToldText('k'): 1}
held = [told, items, table, number, text, slots, error]
many = [ToldNumber(i) for i in range(3_000)]
named = {ToldText(i): i for i in range(300)}
def use(): return told, Told
"""
# Objects that answer for another one, or that are something else than they look.
STAND_INS = """
import types, weakref
from unittest import mock
calls = []
class Proxy:
    def __init__(self, inner): object.__setattr__(self, 'inner', inner)
    def __getattribute__(self, name):
        calls.append(name)
        return getattr(object.__getattribute__(self, 'inner'), name)
    def __setattr__(self, name, value): calls.append('set'); setattr(object.__getattribute__(self, 'inner'), name, value)
    __class__ = property(lambda self: calls.append('class') or list)
class Described:
    def __get__(self, one, owner): calls.append('get'); return 3
    def __set__(self, one, value): calls.append('set')
    def __set_name__(self, owner, name): pass
class Holder:
    made = Described()
    def __init_subclass__(cls): calls.append('init_subclass')
    def __class_getitem__(cls, item): calls.append('getitem'); return cls
    def __del__(self): calls.append('del')
    def __getattr__(self, name): calls.append(name); raise RuntimeError(name)
    __dict__ = property(lambda self: calls.append('dict') or {})
class Lazy(types.ModuleType):
    def __getattr__(self, name): calls.append(name); raise RuntimeError(name)
    def __getattribute__(self, name): calls.append(name); return super().__getattribute__(name)
    def __dir__(self): calls.append('dir'); return []
class Number:
    def __index__(self): calls.append('index'); return 1
    def __float__(self): calls.append('float'); return 1.0
    def __lt__(self, other): calls.append('lt'); return True
    def __array_interface__(self): calls.append('interface')
    def __buffer__(self, flags): calls.append('buffer'); raise ValueError
    def __arrow_c_stream__(self, schema=None): calls.append('arrow'); raise ValueError
    def __dataframe__(self, *a, **k): calls.append('dataframe'); raise ValueError
    def __reduce_ex__(self, protocol): calls.append('reduce_ex'); raise ValueError
    def __getstate__(self): calls.append('getstate'); raise ValueError
    def __sizeof__(self): calls.append('sizeof'); return 1
    def __copy__(self): calls.append('copy'); return self
    def __deepcopy__(self, memo): calls.append('deepcopy'); return self
    def __fspath__(self): calls.append('fspath'); return '.'
    def __call__(self): calls.append('call')
    def __enter__(self): calls.append('enter')
    def __await__(self): calls.append('await')
    def __next__(self): calls.append('next'); raise StopIteration
"""
STANDING_IN = """
proxy, holder, lazy, number = Proxy([1]), Holder(), Lazy('lazy'), Number()
told = weakref.ref(holder, number); told_too = weakref.ref(holder, types.MethodType(Number(), 3))
weakref.finalize(holder, number); made_module = types.ModuleType('made'); made_module.x = [holder]
weak = weakref.proxy(holder); mocked = mock.MagicMock(); strict = mock.NonCallableMock(spec=['a'])
method, partial = number.__index__, __import__('functools').partial(Number.__index__, number)
kept = {'a': [proxy, holder, lazy], 'b': (number, weak, mocked, strict), 'm': made_module}
"""


def calls_in(setting, made, cells):
    watched = WatchedCells()
    watched.run(setting)
    watched.run(made)
    calls = watched.namespace["calls"]
    calls.clear()
    for cell in cells:
        watched.run(cell)
    return calls


@pytest.mark.parametrize(
    ("setting", "made", "names"),
    [
        (META, MADE, "told, items, table, number, text, slots, error, kept, held, many, named, Told"),
        (STAND_INS, STANDING_IN, "proxy, holder, lazy, number, weak, mocked, strict, kept, method"),
    ],
    ids=["metaclass", "stand-in"],
)
def test_watching_asks_neither_the_value_nor_its_class(setting, made, names):
    cells = [f"seen = [{names}]", "seen.append(1)", "exec('n = 1')", "seen = None"]

    assert calls_in(setting, made, cells) == []


def test_a_partial_that_was_looked_at_is_taken_apart_by_the_next_one():
    watched = WatchedCells()
    watched.run("from functools import partial; p = partial(print, 1); rows = [p]")
    watched.run("seen = [p]")

    watched.run("q = partial(p, 2)")

    assert watched.namespace["q"].func is print
