"""Objects by their attributes: those of the session whole, those of libraries apart from caches."""

import re
from collections.abc import Iterable
from typing import Any, cast

from ipyprod.effects.values.flat import shorten
from ipyprod.effects.values.kinds import qualname_of
from ipyprod.effects.values.layout import Layout, Plan, plan_for
from ipyprod.effects.values.look import Look, Rule, part
from ipyprod.effects.values.marks import OpaqueValueError

# What a library itself calls a cache: `_cache`, `_cached_args`, `_lookup_cache`.
_CACHE = re.compile(r"__?([a-z0-9]+_)*cached?(_[a-z0-9]+)*_?_?")


def instance_rule(kind: type) -> Rule:
    """Return the rule for objects of `kind`."""
    plan = plan_for(kind)
    if plan.layout is Layout.OPAQUE:
        return _refuse
    if plan.layout is Layout.OWN_ACCOUNT:
        return _own_account
    tag = (qualname_of(kind), id(kind))

    def reduce_instance(obj: Any, look: Look) -> Any:
        state = attributes_of(obj, plan, look)
        if plan.read_payload is not None:
            return part(tag, (state, shorten(plan.read_payload(obj), look)))
        return part(tag, (state,))

    return reduce_instance


def attributes_of(obj: Any, plan: Plan, look: Look) -> list[Any]:
    """Return the names and values of an object's attributes, one after the other."""
    items: Iterable[tuple[Any, Any]] = ()
    if plan.read_dict is not None:
        own = plan.read_dict.__get__(obj)
        items = _sorted_items(own)
    if plan.slots:
        items = [*items, *_slot_items(obj, plan)]
    if not plan.is_library and not plan.lazy:
        return [shorten(one, look) for item in items for one in item]
    return _without_caches(obj, items, plan, look)


def _sorted_items(own: dict[Any, Any]) -> list[tuple[Any, Any]]:
    items = list(dict.items(own))
    if set(map(type, dict.keys(own))) == {str}:
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
    allowed = look.only.get(id(obj)) if look.only is not None else None
    found: list[Any] = []
    private: list[str] = []
    for name, value in items:
        if name in plan.hidden:
            continue
        if name in plan.lazy or (plan.is_library and name[:1] == "_"):
            if value is None:
                continue
            if plan.is_library and _CACHE.fullmatch(name):
                look.caches += (name, value)
                continue
            private.append(name)
            if allowed is not None and name not in allowed:
                continue
        found += (name, shorten(value, look))
    if plan.is_library or private:
        look.note_private(obj, tuple(private))
    return found


def _refuse(obj: Any, _look: Look) -> Any:
    raise OpaqueValueError(qualname_of(type(obj)))


def _own_account(obj: Any, _look: Look) -> Any:
    kind = type(obj)
    made = cast("Any", kind).__reduce_ex__(obj, 4)
    if type(made) is str:
        return part(id(obj))
    state = [*made[1:3], *(list(more) if more is not None else None for more in made[3:5])]
    return part((qualname_of(kind), id(kind)), (state,))
