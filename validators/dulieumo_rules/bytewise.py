"""What a column's bytes prove of its cells, in a few passes of numpy; a regular expression looks at each cell and takes
ten times as long.

A proof is sound, not complete: True means that it is so, False that a regular expression must look. Empty cells are passed
over, and so is null where it has no bytes, as in arrays that Arrow's kernels made.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

Bytes = np.ndarray[Any, np.dtype[np.uint8]]
Numbers = np.ndarray[Any, np.dtype[np.int32]]

_ZERO, _HYPHEN, _POINT = ord("0"), ord("-"), ord(".")


def parts(cells: pa.Array) -> tuple[Numbers, Numbers, Bytes]:
    """Where each cell starts and ends in the bytes, and the bytes from the first cell's start to the last one's end."""
    _, offsets, data = cells.buffers()
    if offsets is None or len(cells) == 0:
        return np.zeros(0, np.int32), np.zeros(0, np.int32), np.zeros(0, np.uint8)
    bounds: Numbers = np.frombuffer(offsets, np.int32)[cells.offset : cells.offset + len(cells) + 1]
    content = np.frombuffer(data, np.uint8)[bounds[0] : bounds[-1]] if data is not None else np.zeros(0, np.uint8)
    if bounds[0]:
        bounds = bounds - bounds[0]
    return bounds[:-1], bounds[1:], content


def longest(cells: pa.Array) -> int:
    """The bytes of the longest cell."""
    start, end, _ = parts(cells)
    return int((end - start).max(initial=0))


def has_empty(cells: pa.Array) -> bool:
    """Whether any cell has no bytes."""
    start, end, _ = parts(cells)
    return bool((start == end).any())


def has(cells: pa.Array, byte: str) -> bool:
    """Whether any cell has this ASCII character."""
    return bool((parts(cells)[2] == ord(byte)).any())


def is_printable_ascii(cells: pa.Array) -> bool:
    """Whether all characters are from the space to the tilde."""
    data = parts(cells)[2]
    return len(data) == 0 or bool(data.min() >= 0x20 and data.max() <= 0x7E)


def is_without_spaces(cells: pa.Array) -> bool:
    """Whether no cell has a space or a control character of ASCII."""
    data = parts(cells)[2]
    return len(data) == 0 or bool(data.min() > 0x20)


def is_of_words(cells: pa.Array) -> bool:
    """Whether all characters are ASCII, none a space or one of !"#$%&'()*+,-./_"""
    data = parts(cells)[2]
    return len(data) == 0 or bool(data.min() >= _ZERO and data.max() <= 0x7E and not (data == ord("_")).any())


def are_integers(cells: pa.Array, digits: int) -> bool:
    """Whether each cell is a whole number without a sign, without a leading zero, of at most so many digits."""
    start, end, data = parts(cells)
    if not _is_digits(data):
        return False
    size = end - start
    if not len(data) or size.max() > digits:
        return not len(data)
    if size.min() == 0:
        start, size = start[size > 0], size[size > 0]
    return not ((data[start] == _ZERO) & (size > 1)).any()


def are_digits(cells: pa.Array, digits: int) -> bool:
    """Whether each cell is so many digits."""
    return _is_digits(parts(cells)[2]) and _are_long(cells, digits)


def are_dates(cells: pa.Array) -> bool:
    """Whether each cell is of the form 2025-07-01."""
    data = parts(cells)[2]
    if not _are_long(cells, 10):
        return False
    rows = data.reshape(-1, 10)
    return bool(
        (rows[:, 4] == _HYPHEN).all()
        and (rows[:, 7] == _HYPHEN).all()
        and np.count_nonzero((data - np.uint8(_ZERO)) < 10) == 8 * len(rows)
    )


def are_decimals(cells: pa.Array, whole: int, scale: int) -> bool:
    """Whether each cell has 1 to `whole` digits without a leading zero, a point, and exactly `scale` > 0 digits after it."""
    start, end, data = parts(cells)
    size = end - start
    if not len(data):
        return True
    if size.min() == 0:
        start, end, size = start[size > 0], end[size > 0], size[size > 0]
    before = size - (scale + 1)
    if whole < 1 or before.min() < 1 or before.max() > whole:
        return False
    return bool(
        (data[end - (scale + 1)] == _POINT).all()
        and np.count_nonzero((data - np.uint8(_ZERO)) < 10) == len(data) - len(size)
        and not ((data[start] == _ZERO) & (before > 1)).any()
    )


def _is_digits(data: Bytes) -> bool:
    return len(data) == 0 or bool(data.min() >= _ZERO and data.max() <= _ZERO + 9)


def _are_long(cells: pa.Array, length: int) -> bool:
    """Whether each cell that is not empty has so many bytes."""
    start, end, data = parts(cells)
    size = end - start
    return bool(
        len(data) == 0 or (size.max() == length and (size.min() == length or ((size == 0) | (size == length)).all()))
    )
