"""Masks over arrays of text: boolean arrays, or None for "nothing marked", which is the usual case and costs nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

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


def has_match(cells: pa.Array, pattern: str) -> bool:
    """Whether any cell contains a match of an RE2 pattern without anchors. Scans the cells' bytes as one text."""
    return bool(pc.match_substring_regex(_whole(cells), pattern)[0].as_py()) if len(cells) else False


def first_bytes(cells: pa.Array) -> np.ndarray[tuple[int], np.dtype[np.uint8]]:
    """The first byte of each cell, 0 where it is empty or null."""
    start, end, data = _parts(cells)
    if not len(data):
        return np.zeros(len(cells), np.uint8)
    found: np.ndarray[tuple[int], np.dtype[np.uint8]] = np.where(
        end > start, data[np.minimum(start, len(data) - 1)], 0
    ).astype(np.uint8)
    return found


def last_bytes(cells: pa.Array) -> np.ndarray[tuple[int], np.dtype[np.uint8]]:
    """The last byte of each cell, 0 where it is empty or null."""
    start, end, data = _parts(cells)
    if not len(data):
        return np.zeros(len(cells), np.uint8)
    found: np.ndarray[tuple[int], np.dtype[np.uint8]] = np.where(end > start, data[np.maximum(end, 1) - 1], 0).astype(
        np.uint8
    )
    return found


def _parts(
    cells: pa.Array,
) -> tuple[
    np.ndarray[tuple[int], np.dtype[np.int32]],
    np.ndarray[tuple[int], np.dtype[np.int32]],
    np.ndarray[tuple[int], np.dtype[np.uint8]],
]:
    """Where each cell starts and ends in the bytes, and the bytes."""
    _, offsets, data = cells.buffers()
    if offsets is None or len(cells) == 0:
        empty = np.zeros(0, np.int32)
        return empty, empty, np.zeros(0, np.uint8)
    bounds = np.frombuffer(offsets, np.int32)[cells.offset : cells.offset + len(cells) + 1]
    return bounds[:-1], bounds[1:], np.frombuffer(data, np.uint8) if data is not None else np.zeros(0, np.uint8)


def _whole(cells: pa.Array) -> pa.Array:
    """The cells' bytes as an array of one text, without copying."""
    start, end, _ = _parts(cells)
    bounds = np.array([start[0], end[-1]], np.int64)
    data = cells.buffers()[2] or pa.py_buffer(b"")
    return pa.Array.from_buffers(pa.large_string(), 1, [None, pa.py_buffer(bounds.tobytes()), data])
