"""Items of an array, from its raw bytes."""

import math
import struct
from collections.abc import Callable
from functools import partial
from typing import Any, TypeAlias

Closeness: TypeAlias = Callable[[float, float], bool]

RELATIVE_TOLERANCE = 1e-9
# Of the largest number in the array: what rounding leaves of numbers that cancel out.
_TOLERANCE_OF_LARGEST = 1e-12
_MAX_TEXT = 80
_BLOCK_ITEMS = 1024
# struct's letter and the relative tolerance for each kind of number in an array
_NUMBERS = {
    "f2": ("e", 2e-3),
    "f4": ("f", 1e-5),
    "f8": ("d", RELATIVE_TOLERANCE),
    "c8": ("f", 1e-5),
    "c16": ("d", RELATIVE_TOLERANCE),
    **{f"i{n}": (letter, 0.0) for n, letter in ((1, "b"), (2, "h"), (4, "i"), (8, "q"))},
    **{f"u{n}": (letter, 0.0) for n, letter in ((1, "B"), (2, "H"), (4, "I"), (8, "Q"))},
    "b1": ("?", 0.0),
    "M8": ("q", 0.0),
    "m8": ("q", 0.0),
}


def different_places(dtype: str, expected: bytes, found: bytes) -> list[int]:
    """Give the places of the items that differ, those apart that are equal within rounding.

    NaN equals NaN.
    """
    size = item_size(dtype)
    block = size * _BLOCK_ITEMS
    is_close = _closeness(dtype, expected)
    return [
        (start + at) // size
        for start in range(0, len(expected), block)
        if not _is_block_close(
            is_close, dtype, expected[start : start + block], found[start : start + block]
        )
        for at in range(0, min(block, len(expected) - start), size)
        if not _is_item_close(
            is_close,
            dtype,
            expected[start + at : start + at + size],
            found[start + at : start + at + size],
        )
    ]


def _closeness(dtype: str, data: bytes) -> Closeness | None:
    """Give the test for two numbers of this array, None where only the same bytes are equal."""
    kind = number_kind(dtype)
    tolerance = _NUMBERS[kind][1] if kind else 0.0
    if not tolerance:
        return None
    largest = max(map(abs, filter(math.isfinite, numbers_of(dtype, data))), default=0.0)
    return partial(math.isclose, rel_tol=tolerance, abs_tol=largest * _TOLERANCE_OF_LARGEST)


def _is_block_close(is_close: Closeness | None, dtype: str, expected: bytes, found: bytes) -> bool:
    if expected == found:
        return True
    if is_close is None:
        return False
    return all(map(is_close, numbers_of(dtype, expected), numbers_of(dtype, found)))


def _is_item_close(is_close: Closeness | None, dtype: str, expected: bytes, found: bytes) -> bool:
    if is_close is None or expected == found:
        return expected == found
    pairs = zip(numbers_of(dtype, expected), numbers_of(dtype, found), strict=True)
    return all(
        is_close(one, other) or (math.isnan(one) and math.isnan(other)) for one, other in pairs
    )


def number_kind(dtype: str) -> str:
    """Give the dtype without byte order and unit, "" where it is no kind of number."""
    kind = dtype[1:].partition("[")[0]
    return kind if kind in _NUMBERS else ""


def item_size(dtype: str) -> int:
    """Give the bytes that one item takes."""
    digits = "".join(c for c in dtype[2:].partition("[")[0] if c.isdigit())
    size = int(digits or 1)
    return max(1, size * 4 if dtype[1:2] == "U" else size)


def numbers_of(dtype: str, item: bytes) -> tuple[Any, ...]:
    """Give the numbers in an item: two for a complex one."""
    letter = _NUMBERS[number_kind(dtype)][0]
    order = ">" if dtype.startswith(">") else "<"
    count = len(item) // struct.calcsize(letter)
    return struct.unpack(f"{order}{count}{letter}", item)


def item_text(dtype: str, item: bytes) -> str:
    """Write an item as a person would."""
    if dtype[1:2] == "U":
        order = "be" if dtype.startswith(">") else "le"
        return repr(item.decode(f"utf-32-{order}", "replace").rstrip("\0"))
    if not number_kind(dtype):
        return short_text(repr(item))
    numbers = numbers_of(dtype, item)
    if dtype[1:2] == "c":
        return str(complex(*numbers))
    unit = dtype.partition("[")[2]
    return f"{numbers[0]} [{unit}" if unit else str(numbers[0])


def place_text(place: int, shape: tuple[int, ...], *, is_row: bool) -> str:
    """Write where an item stands: as a row, or by its indexes."""
    if not shape:
        return ""
    if is_row and len(shape) == 1:
        return f" row {place}"
    indexes = []
    for size in reversed(shape):
        place, index = divmod(place, size)
        indexes.append(str(index))
    return f"[{', '.join(reversed(indexes))}]"


def short_text(text: str) -> str:
    """Cut off what is too long for one line."""
    return text if len(text) <= _MAX_TEXT else text[: _MAX_TEXT - 3] + "..."
