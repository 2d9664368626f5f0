"""Objects by their attributes: those of the session whole, those of libraries apart from caches."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, cast

from ipyprod.effects.values.classes import members_given
from ipyprod.effects.values.flat import shorten
from ipyprod.effects.values.kinds import (
    identities,
    identity,
    is_a,
    is_unnamed,
    members_of,
    mro_of,
    qualname_of,
)
from ipyprod.effects.values.layout import (
    Layout,
    Plan,
    plan_for,
    read_only_cached_names,
)
from ipyprod.effects.values.look import Look, Rule, mark, part
from ipyprod.effects.values.marks import OpaqueValueError

# What a library itself calls a cache: `_cache`, `_cached_args`, `_lookup_cache`.
_CACHE = re.compile(r"__?([a-z0-9]+_)*cached?(_[a-z0-9]+)*_?_?")

# Metadata that the user sets, however the library calls it; empty where asking made it.
_SET_BY_THE_USER = frozenset({"_attrs", "_encoding"})
_TEXT = identities(str)
_MANY_OBJECTS = 100  # few of so many hold a large container


def instance_rule(kind: type) -> Rule:
    """Return the rule for objects of `kind`."""
    plan = plan_for(kind)
    if plan.layout is Layout.OPAQUE:
        return _refuse
    if plan.layout is Layout.OWN_ACCOUNT:
        return _own_account
    tag = ((qualname_of(kind), identity(kind)),)
    unseen = _unseen_class_data(kind)
    if plan.is_all_dict and not unseen:
        return _dict_rule(tag, plan.read_dict.__get__)

    def reduce_instance(obj: Any, look: Look) -> Any:
        state = attributes_of(obj, plan, look)
        if unseen:
            state.append(unseen)
        if plan.read_payload is None:
            return mark, tag, (state,)
        return mark, tag, (state, shorten(plan.read_payload(obj), look))

    return reduce_instance


def _unseen_class_data(kind: type) -> list[tuple[str, Any]]:
    """Return what classes of the session hold for their objects, where no variable is the class.

    box = Box(); class Box: ...
    ^ its own class has no name any more, and is looked at here or nowhere
    """
    return [
        (name, identity(value) if name[:2] == "__" or _is_code(value) else value)
        for cls in mro_of(kind)
        if is_unnamed(cls)
        for name, value in members_given(cls).items()
    ]


def _is_code(value: Any) -> bool:
    """Whether what a class holds is a class, or a method or another descriptor."""
    return is_a(value, type) or any("__get__" in members_of(cls) for cls in mro_of(type(value)))


def _dict_rule(tag: tuple[Any, ...], attributes: Callable[[Any], dict[Any, Any]]) -> Rule:
    """Return the rule for a class of the session that keeps all in its attributes."""

    def reduce_instance(obj: Any, look: Look) -> Any:
        own = attributes(obj)
        look.objects += 1
        if look.objects > _MANY_OBJECTS:
            return mark, tag, own
        return mark, tag, [(name, shorten(value, look)) for name, value in dict.items(own)]

    return reduce_instance


def attributes_of(obj: Any, plan: Plan, look: Look) -> list[Any]:
    """Return the names and values of an object's attributes, one after the other."""
    items: Iterable[tuple[Any, Any]] = ()
    if plan.read_dict is not None:
        own = plan.read_dict.__get__(obj)
        items = _sorted_items(own)
    if plan.slots:
        items = [*items, *_slot_items(obj, plan)]
    if not plan.hidden and not plan.lazy:
        return [shorten(one, look) for item in items for one in item]
    return _without_caches(obj, items, plan, look)


def _sorted_items(own: dict[Any, Any]) -> list[tuple[Any, Any]]:
    items = list(dict.items(own))
    if {*map(identity, map(type, dict.keys(own)))} == _TEXT:
        items.sort()  # no two names are equal, so no two values are compared
    return items


def _slot_items(obj: Any, plan: Plan) -> Iterable[tuple[str, Any]]:
    for name, descriptor in plan.slots:
        try:
            yield name, descriptor.__get__(obj)
        except AttributeError:
            continue


def _without_caches(
    obj: Any, items: Iterable[tuple[Any, Any]], plan: Plan, look: Look
) -> list[Any]:
    """Leave out what is None, a cache, or not in the earlier look where only that is compared."""
    found: list[Any] = []
    private: list[str] = []
    for name, value in items:
        if name in plan.hidden or (name in _SET_BY_THE_USER and _is_empty(value)):
            continue
        is_private = plan.is_library and name[:1] == "_" and name not in _SET_BY_THE_USER
        if is_private or name in plan.lazy:
            if value is None:
                continue
            if is_private and _CACHE.fullmatch(name):
                content = _cache_content(obj, value, look)
                look.caches += (name, content) if content is not None else ()
                continue
            private.append(name)
            if not look.admits(obj, name):
                continue
        found += (name, shorten(value, look))
    if plan.is_library or plan.lazy:
        look.note_private(obj, tuple(private))
    return found


def _cache_content(obj: Any, cache: Any, look: Look) -> Any:
    """Return what a cache holds, without what a property of `obj` put there since; None for nothing."""
    names = read_only_cached_names(type(obj)) if type(cache) is dict else ()
    if not names:
        return cache
    own = {key for key in cache if type(key) is str and key in names}
    look.note_private(cache, tuple(own))
    if look.only is not None:
        own -= {*look.only.get(identity(cache), ())}
        return {k: one for k, one in cache.items() if k not in own} or None
    return dict(cache) or None


def _is_empty(value: Any) -> bool:
    return value is None or (type(value) is dict and not value)


def admitted(obj: Any, more: Mapping[str, Any], look: Look) -> list[Any]:
    """Return what a rule found besides attributes, under the same terms as attributes."""
    found = [(name, value) for name, value in more.items() if value is not None]
    private = tuple(name for name, _ in found if name[0] == "_")
    look.note_private(obj, (*look.private.get(identity(obj), ()), *private))
    return [(n, value) for n, value in found if n[0] != "_" or look.admits(obj, n)]


def _refuse(obj: Any, _look: Look) -> Any:
    raise OpaqueValueError(qualname_of(type(obj)))


def _own_account(obj: Any, _look: Look) -> Any:
    kind = type(obj)
    made = cast("Any", kind).__reduce_ex__(obj, 4)
    if type(made) is str:
        return part(identity(obj))
    state = [*made[1:3], *(list(more) if more is not None else None for more in made[3:5])]
    return part((qualname_of(kind), identity(kind)), (state,))
