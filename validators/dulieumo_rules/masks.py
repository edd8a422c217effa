"""Masks over arrays of text: boolean arrays, or None for "nothing marked", which is the usual case and costs nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dulieumo_rules import bytewise

Mask: TypeAlias = "pa.Array | None"


def or_none(mask: pa.Array) -> Mask:
    """The mask without nulls, None where nothing is marked."""
    return pc.fill_null(mask, False) if pc.any(mask).as_py() else None


def either(first: Mask, second: Mask) -> Mask:
    if first is None or second is None:
        return second if first is None else first
    return pc.or_(first, second)


def without(mask: Mask, excluded: Mask) -> Mask:
    """What `mask` marks and `excluded` does not."""
    if mask is None or excluded is None:
        return mask
    return or_none(pc.and_not(mask, excluded))


def indices(mask: Mask) -> Sequence[int]:
    """The positions that are marked; null marks nothing."""
    if mask is None or not pc.any(mask).as_py():
        return ()
    found: list[int] = pc.indices_nonzero(pc.fill_null(mask, False)).to_pylist()
    return found


def by_distinct(cells: pa.Array, test: Callable[[pa.Array], Mask]) -> Mask:
    """Test each distinct text once."""
    encoded = cells.dictionary_encode()
    mask = test(encoded.dictionary)
    return None if mask is None else or_none(pc.take(mask, encoded.indices))


def by_text(cells: pa.Array, is_bad: Callable[[str], bool]) -> Mask:
    """Test each distinct text once, with a Python function."""
    return by_distinct(cells, lambda texts: or_none(pa.array([is_bad(t) for t in texts.to_pylist()], pa.bool_())))


def not_matching(cells: pa.Array, pattern: str) -> Mask:
    """Cells of which not the whole text matches an RE2 pattern; null is not marked."""
    return or_none(pc.invert(pc.match_substring_regex(cells, rf"\A(?:{pattern})\z")))


def among(cells: pa.Array, texts: Sequence[str]) -> Mask:
    """Cells that are one of `texts`."""
    return or_none(pc.is_in(cells, value_set=pa.array(texts, pa.string())))


def of(marks: np.ndarray[Any, np.dtype[np.bool_]]) -> pa.Array:
    """numpy's marks as Arrow's. (`pa.array` would do the same, and import numpy.ma for it, which takes 25 ms.)"""
    bits = np.packbits(marks, bitorder="little")
    return pa.Array.from_buffers(pa.bool_(), len(marks), [None, pa.py_buffer(bits)])


def nulled(cells: pa.Array, mask: Mask) -> pa.Array:
    """The cells, null where they are marked."""
    return cells if mask is None else pc.if_else(mask, pa.scalar(None, cells.type), cells)


def has_match(cells: pa.Array, pattern: str) -> bool:
    """Whether any cell contains a match of an RE2 pattern without anchors. Scans the cells' bytes as one text."""
    return bool(pc.match_substring_regex(_whole(cells), pattern)[0].as_py()) if len(cells) else False


def first_match(cells: pa.Array, pattern: str) -> str | None:
    """The first cell in which an RE2 pattern matches, looking no farther than needed."""
    at, size = 0, 256
    while at < len(cells):
        part = cells.slice(at, size)
        found: int = pc.index(pc.match_substring_regex(part, pattern), True).as_py()
        if found >= 0:
            text: str = part[found].as_py()
            return text
        at, size = at + size, size * 16
    return None


def first_bytes(cells: pa.Array) -> bytewise.Bytes:
    """The first byte of each cell, 0 where it is empty or null."""
    start, end, data = bytewise.parts(cells)
    return _at(data, start, end > start)


def last_bytes(cells: pa.Array) -> bytewise.Bytes:
    """The last byte of each cell, 0 where it is empty or null."""
    start, end, data = bytewise.parts(cells)
    return _at(data, end - 1, end > start)


def _at(data: bytewise.Bytes, places: bytewise.Numbers, filled: np.ndarray[Any, np.dtype[np.bool_]]) -> bytewise.Bytes:
    if filled.all():
        return data[places]
    found = np.zeros(len(places), np.uint8)
    found[filled] = data[places[filled]]
    return found


def _whole(cells: pa.Array) -> pa.Array:
    """The cells' bytes as an array of one text, without copying."""
    _, _, data = bytewise.parts(cells)
    bounds = np.array([0, len(data)], np.int64)
    return pa.Array.from_buffers(pa.large_string(), 1, [None, pa.py_buffer(bounds.tobytes()), pa.py_buffer(data)])
