"""Compare what two interpreters made: the same, the same within rounding, or different where.

Works on the tables that the snapshots of values are (see the snapshot stage for their grammar):
`nodes`, a list of `(kind, type, payload, attributes)`, and `roots`, a child for each name. A child
is an atom or a 1-tuple with the index of a node.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from ipyprod.verification.array_items import (
    RELATIVE_TOLERANCE,
    different_places,
    item_size,
    item_text,
    place_text,
    short_text,
)
from ipyprod.verification.report import ValueCheck, Verdict

_MAX_KEY_DEPTH = 60
_MAX_DIFFERENCES = 1000


class Table(Protocol):
    """Snapshots of several values."""

    @property
    def nodes(self) -> Sequence[Any]:
        """The table that children point into."""

    @property
    def roots(self) -> Mapping[str, Any]:
        """The child for each name."""


def compare_snapshots(expected: Table, found: Table) -> tuple[ValueCheck, ...]:
    """Compare each value of `expected` with the one of the same name in `found`, in order."""
    return tuple(
        (
            _compare_one(name, expected, found)
            if name in found.roots
            else ValueCheck(name=name, verdict=Verdict.MISSING, detail="not made")
        )
        for name in expected.roots
    )


def find_differences(name: str, expected: Table, found: Table) -> dict[str, str]:
    """Give every place where the two values of a name differ, and how; both tables have the name.

    The first thousand are given.
    """
    comparison = _Comparison(expected.nodes, found.nodes)
    comparison.compare(name, expected.roots[name], found.roots[name])
    return comparison.differences


def _compare_one(name: str, expected: Table, found: Table) -> ValueCheck:
    comparison = _Comparison(expected.nodes, found.nodes)
    comparison.compare(name, expected.roots[name], found.roots[name])
    for difference in comparison.differences.values():
        return ValueCheck(name=name, verdict=Verdict.DIFFERS, detail=difference)
    unseen = comparison.unseen
    if unseen and (not comparison.seen or unseen[0][0] == name):
        return ValueCheck(name=name, verdict=Verdict.NOT_COMPARABLE, detail=unseen[0][1])
    too_large = [why for _, why in unseen if why.startswith("too large")]
    if too_large:
        return ValueCheck(name=name, verdict=Verdict.NOT_COMPARABLE, detail=too_large[0])
    notes = ["within rounding"] * comparison.is_rounded
    notes += [f"apart from {path} ({why})" for path, why in unseen[:3]]
    return ValueCheck(name=name, verdict=Verdict.REPRODUCED, detail="; ".join(notes))


@dataclass(frozen=True, slots=True)
class _Pair:
    """Two children to be compared, and how a person would write the way to them."""

    path: str
    expected: Any
    found: Any
    is_row: bool = False  # inside a column: items are rows


class _Comparison:
    """Compares two children and all that they hold; goes on past differences."""

    def __init__(self, expected: Sequence[Any], found: Sequence[Any]) -> None:
        self._expected = expected
        self._found = found
        self._done: set[tuple[int, int]] = set()
        self._pending: list[_Pair] = []
        self.difference = ""  # at the pair in hand
        self.differences: dict[str, str] = {}  # path -> what differs there, path included
        self.unseen: list[tuple[str, str]] = []
        self.seen = 0  # parts whose content was compared
        self.is_rounded = False

    def compare(self, path: str, expected: Any, found: Any) -> None:
        """Compare, depth first in the order in which a person would read."""
        self._pending = [_Pair(path, expected, found)]
        while self._pending and len(self.differences) < _MAX_DIFFERENCES:
            pair = self._pending.pop()
            self.difference = ""
            if type(pair.expected) is tuple and type(pair.found) is tuple:
                self._nodes(pair, pair.expected[0], pair.found[0])
            else:
                self._atoms(pair)
            if self.difference:
                self.differences.setdefault(pair.path, self.difference)

    def _atoms(self, pair: _Pair) -> None:
        self.seen += 1
        if not self._is_same_atom(pair.expected, pair.found):
            self._differ(pair)

    def _is_same_atom(self, expected: Any, found: Any) -> bool:
        if type(expected) is not type(found):
            return False
        if expected == found:
            return True
        if type(expected) is complex:
            return self._is_close(expected.real, found.real) and self._is_close(
                expected.imag, found.imag
            )
        return type(expected) is float and self._is_close(expected, found)

    def _is_close(self, expected: float, found: float) -> bool:
        if expected == found or (math.isnan(expected) and math.isnan(found)):
            return True
        is_close = math.isclose(expected, found, rel_tol=RELATIVE_TOLERANCE)
        self.is_rounded |= is_close
        return is_close

    def _differ(self, pair: _Pair) -> None:
        expected, found = self._describe(pair.expected, is_expected=True), self._describe(
            pair.found, is_expected=False
        )
        if expected == found:
            expected += f" ({_type_of(pair.expected, self._expected)})"
            found += f" ({_type_of(pair.found, self._found)})"
        self.difference = f"{pair.path}: {found} instead of {expected}"

    def _describe(self, child: Any, *, is_expected: bool) -> str:
        if type(child) is not tuple:
            return short_text(repr(child))
        nodes = self._expected if is_expected else self._found
        kind, type_name, payload, _ = nodes[child[0]]
        if kind == "array" and payload[1] == ():
            return short_text(item_text(payload[0], payload[2]))
        if kind == "text":
            return short_text(payload)
        if kind == "name":
            return f"{payload[0]} {payload[2]}"
        name = type_name.rpartition(":")[2]
        return f"{name} of {len(payload)}" if kind in {"seq", "bag", "map"} else name

    def _nodes(self, pair: _Pair, expected_index: int, found_index: int) -> None:
        if (expected_index, found_index) in self._done:
            return
        self._done.add((expected_index, found_index))
        expected, found = self._expected[expected_index], self._found[found_index]
        if not _is_same_type(expected[1], found[1]):
            self._differ(pair)
            return
        if "opaque" in {expected[0], found[0]}:
            why = expected[2] if expected[0] == "opaque" else found[2]
            self.unseen.append((pair.path, why))
            return
        if expected[0] != found[0]:
            self._differ(pair)
            return
        self._attributes(pair, expected, found)
        if not self.difference:
            getattr(self, f"_{expected[0]}")(pair, expected[2], found[2])

    def _push(self, pairs: list[_Pair]) -> None:
        self._pending.extend(reversed(pairs))

    def _attributes(self, pair: _Pair, expected: Any, found: Any) -> None:
        wanted, there = dict(expected[3]), dict(found[3])
        self.seen += expected[0] == "object" and not wanted
        is_library = not expected[1].startswith(":")
        names = [n for n in wanted if n in there]
        for name in wanted.keys() ^ there.keys():
            if not (is_library and name.startswith("_")):
                state = "is missing" if name in wanted else "is new"
                self.difference = f"{_member(pair.path, name)} {state}"
                return
        pairs = [_Pair(_member(pair.path, n), wanted[n], there[n], pair.is_row) for n in names]
        # A library fills underscore attributes when it is read: None on one side says nothing, nor does
        # the id of an object.
        self._push([p for p in pairs if not (is_library and _is_unfilled(p))])

    def _object(self, _pair: _Pair, _expected: Any, _found: Any) -> None:
        """Leave it to the attributes, which are compared already."""

    def _text(self, pair: _Pair, expected: str, found: str) -> None:
        self.seen += 1
        if expected != found:
            self._differ(pair)

    def _seq(self, pair: _Pair, expected: Sequence[Any], found: Sequence[Any]) -> None:
        if not expected and not found:
            self.seen += 1
        if len(expected) != len(found):
            self.difference = f"{pair.path}: length {len(found)} instead of {len(expected)}"
            return
        place = " row {}" if pair.is_row else "[{}]"
        simple = zip(expected, found, strict=True)
        self._push(
            [
                _Pair(pair.path + place.format(index), one, other)
                for index, (one, other) in enumerate(simple)
                if type(one) is tuple or not self._is_same_atom(one, other)
            ]
        )
        self.seen += sum(type(child) is not tuple for child in expected)

    def _bag(self, pair: _Pair, expected: Sequence[Any], found: Sequence[Any]) -> None:
        if len(expected) != len(found):
            self.difference = f"{pair.path}: {len(found)} elements instead of {len(expected)}"
            return
        self.seen += 1
        wanted = self._by_key([(child, child) for child in expected], self._expected)
        there = self._by_key([(child, child) for child in found], self._found)
        lost = [child for key, child in wanted.items() if key not in there]
        new = [child for key, child in there.items() if key not in wanted]
        if len(lost) == len(new) and self._matchnumbers_of(lost, new):
            return
        if lost or new:
            there_text = self._describe(new[0], is_expected=False) if new else "nothing"
            gone_text = self._describe(lost[0], is_expected=True) if lost else "nothing"
            self.difference = f"{pair.path}: holds {there_text} instead of {gone_text}"

    def _matchnumbers_of(self, lost: list[Any], new: list[Any]) -> bool:
        if not all(type(child) is float for child in lost + new):
            return False
        ordered = zip(sorted(lost), sorted(new), strict=True)
        return all(self._is_close(one, other) for one, other in ordered)

    def _map(self, pair: _Pair, expected: Sequence[Any], found: Sequence[Any]) -> None:
        self.seen += 1
        wanted = self._by_key(expected, self._expected)
        there = self._by_key(found, self._found)
        keys = {**self._key_texts(expected, is_expected=True)}
        keys.update(self._key_texts(found, is_expected=False))
        for key in wanted.keys() - there.keys():
            self.difference = f"{pair.path}[{keys[key]}] is missing"
            return
        for key in there.keys() - wanted.keys():
            self.difference = f"{pair.path}[{keys[key]}] is new"
            return
        parts = {
            key: "" if pair.is_row and keys[key] == "'values'" else f"[{keys[key]}]" for key in keys
        }
        self._push(
            [
                _Pair(pair.path + parts[key], value, there[key], pair.is_row)
                for key, value in wanted.items()
                if type(value) is tuple or not self._is_same_atom(value, there[key])
            ]
        )

    def _by_key(self, pairs: Sequence[Any], nodes: Sequence[Any]) -> dict[Any, Any]:
        return {_key(child, nodes): value for child, value in pairs}

    def _key_texts(self, pairs: Sequence[Any], *, is_expected: bool) -> dict[Any, str]:
        nodes = self._expected if is_expected else self._found
        return {
            _key(child, nodes): self._describe(child, is_expected=is_expected) for child, _ in pairs
        }

    def _name(self, pair: _Pair, expected: Any, found: Any) -> None:
        word, module, name, digest = expected
        if word != found[0] or (module and found[1] and module != found[1]):
            self._differ(pair)
        elif (name == found[2] and not digest and not found[3]) or (digest and digest == found[3]):
            self.seen += 1
        elif name != found[2] and "<lambda>" not in {name, found[2]}:
            self._differ(pair)
        else:
            self.unseen.append((pair.path, f"a {word}: compared by name only"))

    def _frame(self, pair: _Pair, expected: Any, found: Any) -> None:
        self.seen += 1
        lost = [label for label in expected[3] if label not in found[3]]
        new = [label for label in found[3] if label not in expected[3]]
        if lost or new:
            gone = [f"column {', '.join(lost[:5])} is missing"] * bool(lost)
            gone += [f"column {', '.join(new[:5])} is new"] * bool(new)
            self.difference = f"{pair.path}: {', '.join(gone)}"
            return
        if expected[3] != found[3]:
            self.difference = f"{pair.path}: columns in another order or number"
            return
        pairs = [_Pair(f"{pair.path}.columns", expected[1], found[1])]
        pairs.append(_Pair(f"{pair.path}.index", expected[0], found[0], is_row=True))
        columns = zip(expected[3], expected[2], found[2], strict=True)
        for label, one, other in columns:
            path = f"{pair.path}[{label}]" if label else pair.path
            pairs.append(_Pair(path, one, other, is_row=True))
        self._push(pairs)

    def _array(self, pair: _Pair, expected: Any, found: Any) -> None:
        self.seen += 1
        if expected == found:
            return
        if expected[1] != found[1] or len(expected[2]) != len(found[2]):
            if expected[1] != found[1]:
                self._say(pair, "shape", str(expected[1]), str(found[1]))
                return
            self._say(pair, "dtype", expected[0], found[0])
            return
        if expected[0] != found[0]:
            self._say(pair, "dtype", expected[0], found[0])
            return
        self._items(pair, expected, found, 1)

    def _digest(self, pair: _Pair, expected: Any, found: Any) -> None:
        self.seen += 1
        if expected[:3] == found[:3]:
            return
        if expected[0] != found[0]:
            self._say(pair, "dtype", expected[0], found[0])
        elif expected[1] != found[1]:
            self._say(pair, "shape", str(expected[1]), str(found[1]))
        elif expected[3] == found[3]:
            self.difference = f"{pair.path}: differs somewhere (too large to say where)"
        else:
            sample = (expected[0], expected[1], expected[3])
            self._items(pair, sample, (found[0], found[1], found[3]), expected[4])

    def _say(self, pair: _Pair, what: str, expected: str, found: str) -> None:
        self.difference = f"{pair.path}: {what} {found} instead of {expected}"

    def _items(self, pair: _Pair, expected: Any, found: Any, stride: int) -> None:
        dtype, shape, data = expected
        different = different_places(dtype, data, found[2])
        if not different:
            self.is_rounded = True
            return
        size = item_size(dtype)
        first = different[0]
        texts = [
            item_text(dtype, part[first * size : (first + 1) * size]) for part in (data, found[2])
        ]
        count = f" ({len(different)} of {len(data) // size} differ)" if len(different) > 1 else ""
        place = place_text(first * stride, shape, is_row=pair.is_row)
        self.difference = f"{pair.path}{place}: {texts[1]} instead of {texts[0]}{count}"


def _member(path: str, name: str) -> str:
    return f"{path}.{name}" if name.isidentifier() else f"{path}[{name}]"


def _is_unfilled(pair: _Pair) -> bool:
    name = pair.path.rpartition(".")[2]
    is_identity = name.endswith("_id") and type(pair.expected) is type(pair.found) is int
    is_filled_once = (pair.expected is None) != (pair.found is None)
    return name.startswith("_") and (is_filled_once or is_identity)


def _is_same_type(expected: str, found: str) -> bool:
    if expected == found:
        return True
    one, other = expected.partition(":"), found.partition(":")
    return one[2] == other[2] and not (one[0] and other[0])


def _type_of(child: Any, nodes: Sequence[Any]) -> str:
    if type(child) is not tuple:
        return type(child).__name__
    return str(nodes[child[0]][1]).replace(":", ".").lstrip(".")


def _key(child: Any, nodes: Sequence[Any], depth: int = 0) -> Any:
    """Give something hashable that is equal for equal content, in any order of sets and dicts."""
    if type(child) is not tuple:
        return (type(child).__name__, "nan" if child != child else child)  # noqa: PLR0124 - NaN
    if depth > _MAX_KEY_DEPTH:
        return ("deep",)
    kind, type_name, payload, attributes = nodes[child[0]]
    members = tuple((name, _key(part, nodes, depth + 1)) for name, part in attributes)
    head = (kind, type_name.rpartition(":")[2], members)
    if kind == "seq":
        return (*head, tuple(_key(part, nodes, depth + 1) for part in payload))
    if kind == "bag":
        return (*head, frozenset(_key(part, nodes, depth + 1) for part in payload))
    if kind == "map":
        parts = ((_key(k, nodes, depth + 1), _key(v, nodes, depth + 1)) for k, v in payload)
        return (*head, frozenset(parts))
    return (*head, payload if kind in {"text", "array"} else str(payload))
