"""The values in `Out` as variables of their own: `out_7`."""

from collections.abc import Mapping
from typing import Any


def out_names(words: frozenset[str], namespace: Mapping[str, Any]) -> frozenset[str]:
    """Give `out_7` for each value in `Out` where the text may reach it."""
    if "Out" not in words and not any(word[0] == "_" for word in words):
        return frozenset()
    out = namespace.get("_oh")
    if not isinstance(out, dict):
        return frozenset()
    return frozenset(f"out_{number}" for number in out if isinstance(number, int))


def with_out(words: frozenset[str], namespace: Mapping[str, Any]) -> Mapping[str, Any]:
    """Give the namespace with the values in `Out` that the text may reach."""
    extra = out_names(words, namespace)
    if not extra:
        return namespace
    out = namespace.get("_oh", {})
    return {
        **namespace,
        **{name: out[number] for name in extra if (number := int(name[4:])) in out},
    }
