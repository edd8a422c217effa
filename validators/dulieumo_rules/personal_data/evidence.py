"""The facts of one column, gathered chunk by chunk: a sample of its distinct texts, and every sight of an identifier."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from dulieumo_rules import masks

from . import freetext, identifiers
from .kinds import Kind

SAMPLED_PER_CHUNK = 3_000
SAMPLE = 50_000
_UNSEEN = 2_000
_LONGEST = 200

_SIGHT = rf"\A[\s']*(?:{identifiers.TWELVE_DIGITS}|(?:\+?84|0)[35789][0-9 .\-]{{8,12}}|[^@\s]+@[^@\s]+\.[A-Za-z]{{2,}}|[A-Z]{{2}}[1-7][0-9]{{12}})\s*\z"
"""The loosest form of the identifiers that prove themselves: looked for in every cell of every column of text."""
_NOTHING = r"(?i)\A[\s\pP]*(?:(?:không|chưa)(?: có| rõ| biết| cập nhật)?|đang cập nhật|n/?a|null|none|x)?[\s\pP]*\z"
"""What people write into a cell that has no value: it says nothing of what the column holds."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What one chunk shows of a column."""

    rows: int
    sample: pa.Array
    sampled: int
    sights: pa.Array
    inside: Mapping[Kind, tuple[int, str]]


@dataclass(slots=True)
class Column:
    """A column of a table (or a property of GeoJSON objects). `headers` are its name and titles."""

    name: str
    headers: tuple[str, ...]
    type: str
    position: int = 0
    is_coded: bool = False
    """Its values are those of a code list or of declared categories: whatever they look like, they are not of persons."""
    rows: int = 0
    sampled: int = 0
    sights: int = 0
    _samples: list[pa.Array] = field(default_factory=list)
    _sights: list[pa.Array] = field(default_factory=list)
    inside: dict[Kind, tuple[int, str]] = field(default_factory=dict)

    def add(self, seen: Seen) -> None:
        self.rows += seen.rows
        if sum(map(len, self._samples)) < SAMPLE:
            self._samples.append(seen.sample)
            self.sampled += seen.sampled
        self.sights += len(seen.sights)
        if sum(map(len, self._sights)) < _UNSEEN:
            self._sights.append(seen.sights)
        for kind, (count, example) in seen.inside.items():
            known = self.inside.get(kind, (0, example))
            self.inside[kind] = (known[0] + count, known[1])

    @property
    def sample(self) -> pa.Array:
        """Distinct texts, none missing; at most about `SAMPLE`."""
        return pa.chunked_array(self._samples, pa.string()).unique() if self._samples else pa.array([], pa.string())

    @property
    def seen_anywhere(self) -> pa.Array:
        """Distinct texts that have the form of an identifier, from the whole column."""
        return pa.chunked_array(self._sights, pa.string()).unique() if self._sights else pa.array([], pa.string())


def look(cells: pa.Array, kind: str) -> Seen:
    """One chunk of a column. `cells`: utf8, null where missing. Columns of dates, booleans and the like show a sample only."""
    count = len(cells) - cells.null_count
    part = cells.slice(0, SAMPLED_PER_CHUNK).drop_null()
    part = part.filter(pc.invert(pc.match_substring_regex(part, _NOTHING)))
    sample = part.unique()
    none = pa.array([], pa.string())
    if kind not in ("string", "list", "object", "array", "geojson", "any") or not count:
        return Seen(count, sample, len(part), none, {})
    if not freetext.may_hold_identifiers(cells):
        return Seen(count, sample, len(part), none, {})
    seen = masks.or_none(pc.match_substring_regex(cells, _SIGHT)) if freetext.may_hold_identifiers(cells, 10) else None
    sights = none if seen is None else cells.filter(seen).unique()
    return Seen(count, sample, len(part), sights, freetext.look(cells))
