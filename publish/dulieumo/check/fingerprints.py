"""Which rows may share a key: 64-bit fingerprints of all rows, in bounded memory.

Equal keys have equal fingerprints. Rows with a fingerprint of their own have a key of their own; the few others are
read again and compared exactly. Beyond `MEMORY_ROWS` the fingerprints lie sorted in temporary files.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dulieumo_rules import bytewise

Hashes = np.ndarray[Any, np.dtype[np.uint64]]

MEMORY_ROWS = 8_000_000
_PARTS = 64
_NARROW = 64
"""Bytes of a text up to which `_sums_of_equal_length` is the quicker way."""
_ALL_BYTES: bytewise.Bytes = np.arange(256, dtype=np.uint8)
_MIX = np.uint64(0x9E3779B97F4A7C15)
with np.errstate(over="ignore"):
    _WEIGHTS: Hashes = (np.arange(1, 4097, dtype=np.uint64) * _MIX) | np.uint64(1)
    _WEIGHTS ^= _WEIGHTS >> np.uint64(27)
    _WEIGHTS = (_WEIGHTS * np.uint64(0x94D049BB133111EB)) | np.uint64(1)
"""One odd number per position in a text, well mixed (as splitmix64 does it); not numpy.random, which takes 20 ms to import."""


def of(keys: pa.Array) -> Hashes:
    """The fingerprints of the texts that are not null, in order."""
    keys = keys.drop_null() if keys.null_count else keys
    if len(keys) == 0:
        return np.empty(0, np.uint64)
    start, end, content = bytewise.parts(keys)
    lengths = end - start
    width = int(lengths[0])
    if 0 < width <= _NARROW and (lengths == width).all():
        sums = _sums_of_equal_length(content.reshape(-1, width))
    else:
        sums = _sums(start, lengths, content)
    mixed = (sums + lengths.astype(np.uint64)) * _MIX
    return mixed ^ (mixed >> np.uint64(32))


def _sums(start: bytewise.Numbers, lengths: bytewise.Numbers, content: bytewise.Bytes) -> Hashes:
    """Per text, the sum of its bytes, each weighted by its position and mixed."""
    sums = np.zeros(len(lengths), np.uint64)
    filled = lengths > 0
    if filled.any():
        within = np.arange(len(content), dtype=np.int64) - np.repeat(start, lengths)
        sums[filled] = np.add.reduceat(_weighted(content, _WEIGHTS[within % len(_WEIGHTS)]), start[filled])
    return sums


def _sums_of_equal_length(texts: bytewise.Bytes) -> Hashes:
    """The same for texts of equal length, one a row: what each byte adds at each position is worked out once."""
    sums = np.zeros(len(texts), np.uint64)
    for position in range(texts.shape[1]):
        sums += _weighted(_ALL_BYTES, _WEIGHTS[position])[texts[:, position]]
    return sums


def _weighted(content: bytewise.Bytes, weights: Any) -> Hashes:
    with np.errstate(over="ignore"):
        weighted: Hashes = (content.astype(np.uint64) + np.uint64(1)) * weights
    weighted ^= weighted >> np.uint64(29)
    return weighted


class Fingerprints:
    """Gathers the fingerprints of a key over a table, then tells which occur more than once. Close it after use."""

    def __init__(self, memory_rows: int = MEMORY_ROWS) -> None:
        self.memory_rows = memory_rows
        self._held: list[Hashes] = []
        self._rows = 0
        self._runs: list[Path] = []
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    def add(self, hashes: Hashes) -> None:
        self._held.append(hashes)
        self._rows += len(hashes)
        if self._rows >= self.memory_rows:
            self._spill()

    def repeated(self) -> Hashes:
        """The fingerprints that occur more than once, each once, sorted."""
        if not self._runs:
            return _repeated(np.concatenate(self._held) if self._held else np.empty(0, np.uint64))
        self._spill()
        found = [_repeated(part) for part in self._parts()]
        return np.concatenate(found)

    def close(self) -> None:
        self._held.clear()
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None

    def _spill(self) -> None:
        if not self._held:
            return
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="dulieumo-keys-")
        path = Path(self._folder.name) / f"{len(self._runs)}.npy"
        np.save(path, np.sort(np.concatenate(self._held)))
        self._runs.append(path)
        self._held, self._rows = [], 0

    def _parts(self) -> Iterator[Hashes]:
        """The fingerprints of all runs, by ranges of their values, so that equal ones come together."""
        runs = [np.load(path, mmap_mode="r") for path in self._runs]
        step = 2**64 // _PARTS
        for number in range(_PARTS):
            low = np.uint64(number * step)
            pieces = []
            for run in runs:
                begin = np.searchsorted(run, low)
                end = len(run) if number == _PARTS - 1 else np.searchsorted(run, np.uint64((number + 1) * step))
                pieces.append(np.asarray(run[begin:end]))
            yield np.concatenate(pieces)


def _repeated(hashes: Hashes) -> Hashes:
    ordered = np.sort(hashes)
    again = ordered[1:][ordered[1:] == ordered[:-1]]
    first = np.ones(len(again), np.bool_)  # not np.unique, which would import numpy.ma
    first[1:] = again[1:] != again[:-1]
    found: Hashes = again[first]
    return found


def marked(keys: pa.Array, repeated: Hashes) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Which of `keys` have one of the repeated fingerprints; null has none."""
    present = np.asarray(pc.is_valid(keys))
    found = np.zeros(len(keys), np.bool_)
    found[present] = np.isin(of(keys), repeated)
    return found
