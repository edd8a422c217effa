"""How many rows share each combination of a table's quasi-identifiers: its k, in bounded memory.

Columns are marked with `dulieumo:quasiIdentifier: true`. What is asked of the table stands in its `dulieumo:checks`:
`{rule: reidentification-risk, minimum: 5}`, and where a sensitive column must not be the same for a whole group,
`sensitive: ket_qua, minimum-different: 2` (l-diversity). A missing value is a value like any other.

The counts are Arrow's `group_by`; beyond `MEMORY_GROUPS` combinations they lie in temporary files, parted by fingerprint.
Nothing here shows a value: a group is named by its size and the first of its rows.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dulieumo.check import fingerprints
from dulieumo_rules.findings import Finding, Place, Severity, finding
from dulieumo_rules.rules import reidentification_risk as rule
from dulieumo_rules.shape import Table

MEMORY_GROUPS = 500_000
_PARTS = 32
_COUNT, _ROW = "#count", "#row"


@dataclass(frozen=True, slots=True, kw_only=True)
class Anonymity:
    """What the groups amount to. `smallest` is k; `below` and `rows_below` count the groups under the minimum and their rows.

    `first_row` is a row of the smallest group. `uniform` counts the groups whose sensitive values are too few, and
    `coarser` gives, per column, how many rows would stay below without it (empty where there were too many groups)."""

    columns: tuple[str, ...]
    minimum: int
    rows: int
    groups: int
    smallest: int
    below: int
    rows_below: int
    first_row: int
    uniform: int
    coarser: Mapping[str, int]


def quasi_identifiers(table: Table) -> tuple[str, ...]:
    """The columns that the descriptor marks."""
    return tuple(item.name for item in table.fields if item.descriptor.get("dulieumo:quasiIdentifier") is True)


def _sensitive(table: Table) -> tuple[str, ...]:
    names = {item.name for item in table.fields}
    return tuple({str(entry["sensitive"]) for entry in table.asked(rule.CODE) if entry.get("sensitive") in names})[:1]


def count(table: Table, columns: Mapping[str, pa.Array], rows: Sequence[int]) -> pa.Table | None:
    """One chunk's groups; None where the table declares none. `columns`: utf8 arrays by name, null where missing."""
    keys = quasi_identifiers(table)
    names = (*keys, *(name for name in _sensitive(table) if name not in keys))
    if not keys or not len(rows) or any(name not in columns for name in names):
        return None
    parts = {name: columns[name] for name in names}
    parts[_COUNT] = pa.array(np.ones(len(rows), np.int64))
    parts[_ROW] = pa.array(np.asarray(rows, np.int64))
    return _merged(pa.table(parts), names)


def _merged(table: pa.Table, names: Sequence[str]) -> pa.Table:
    """Rows of equal `names` as one: counts summed, the first row kept."""
    merged = table.group_by(list(names)).aggregate([(_COUNT, "sum"), (_ROW, "min")])
    return merged.rename_columns(
        [name.removesuffix("_sum").removesuffix("_min") if name[0] == "#" else name for name in merged.column_names]
    )


class Groups:
    """Adds up the groups of a table's chunks. Close it after use."""

    def __init__(self, table: Table, memory_groups: int = MEMORY_GROUPS) -> None:
        self.table = table
        self.memory_groups = memory_groups
        self._held: list[pa.Table] = []
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._written = 0

    def add(self, part: pa.Table | None) -> None:
        if part is None:
            return
        self._held.append(part)
        if sum(map(len, self._held)) >= 2 * self.memory_groups:
            self._held = [self._all_held()]
            if len(self._held[0]) >= self.memory_groups:
                self._spill()

    def close(self) -> None:
        self._held.clear()
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None

    def result(self) -> Anonymity | None:
        """The table's k; None where it declares no quasi-identifier, or has no row."""
        keys = quasi_identifiers(self.table)
        minimum = rule.minimum(self.table)
        parts = [_of_persons(part, keys) for part in self._parts()]
        sizes = [part.column(_COUNT).to_numpy() for part in parts]
        if not sum(map(len, sizes)):
            return None
        below = [size < minimum for size in sizes]
        k = min(int(size.min()) for size in sizes if len(size))
        different = rule.minimum_different(self.table)
        return Anonymity(
            columns=keys,
            minimum=minimum,
            rows=sum(int(size.sum()) for size in sizes),
            groups=sum(map(len, sizes)),
            smallest=k,
            below=sum(int(mask.sum()) for mask in below),
            rows_below=sum(int(size[mask].sum()) for size, mask in zip(sizes, below, strict=True)),
            first_row=min(
                int(part.column(_ROW).to_numpy()[size == k].min())
                for part, size in zip(parts, sizes, strict=True)
                if (size == k).any()
            ),
            uniform=sum(int((part.column("#different").to_numpy() < different).sum()) for part in parts)
            if _sensitive(self.table)
            else 0,
            coarser=_coarser(parts[0], keys, minimum) if len(parts) == 1 and len(keys) > 1 else {},
        )

    def _names(self) -> list[str]:
        keys = quasi_identifiers(self.table)
        return [*keys, *(name for name in _sensitive(self.table) if name not in keys)]

    def _all_held(self) -> pa.Table:
        return _merged(pa.concat_tables(self._held), self._names())

    def _spill(self) -> None:
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="dulieumo-groups-")
        held = self._all_held()
        texts = [pc.fill_null(held.column(name), "\x00") for name in quasi_identifiers(self.table)]
        joined = pc.binary_join_element_wise(*texts, "\x1f").combine_chunks()
        part_of = fingerprints.of(joined) % np.uint64(_PARTS)
        for number in range(_PARTS):
            with pa.OSFile(str(self._file(number, self._written)), "wb") as sink:
                mine = held.filter(pa.array(part_of == number))
                with pa.ipc.new_stream(sink, mine.schema) as writer:
                    writer.write_table(mine)
        self._written += 1
        self._held = []

    def _file(self, part: int, run: int) -> Path:
        assert self._folder is not None
        return Path(self._folder.name) / f"{part}-{run}.arrow"

    def _parts(self) -> Iterator[pa.Table]:
        """The groups, each once; those of equal keys in the same table."""
        if self._folder is None:
            if self._held:
                yield self._all_held()
            return
        if self._held:
            self._spill()
        for number in range(_PARTS):
            pieces = []
            for run in range(self._written):
                with pa.OSFile(str(self._file(number, run)), "rb") as source:
                    pieces.append(pa.ipc.open_stream(source).read_all())
            yield _merged(pa.concat_tables(pieces), self._names())


def _of_persons(part: pa.Table, keys: Sequence[str]) -> pa.Table:
    """By the quasi-identifiers alone; `#different` counts the values of the sensitive column in each group."""
    ones = part.append_column("#different", pa.array(np.ones(len(part), np.int64)))
    merged = ones.group_by(list(keys)).aggregate([(_COUNT, "sum"), (_ROW, "min"), ("#different", "sum")])
    return merged.rename_columns([*merged.column_names[:-3], _COUNT, _ROW, "#different"]) if keys else merged


def _coarser(part: pa.Table, keys: Sequence[str], minimum: int) -> dict[str, int]:
    """How many rows would be in groups below the minimum if one column were left out."""
    found = {}
    for left_out in keys:
        sizes = _merged(part, [name for name in keys if name != left_out]).column(_COUNT).to_numpy()
        found[left_out] = int(sizes[sizes < minimum].sum())
    return found


def findings(found: Anonymity, table: Table, place: Place) -> Iterator[Finding]:
    """Whether the table keeps what it declares; without a declaration, small groups are a warning."""
    is_declared = any("minimum" in entry for entry in table.asked(rule.CODE))
    if found.smallest < found.minimum:
        best = min(found.coarser, key=lambda name: found.coarser[name], default="")
        yield finding(
            rule.CODE,
            place,
            severity=Severity.ERROR if is_declared else Severity.WARNING,
            groups=found.below,
            limit=found.minimum,
            columns=", ".join(found.columns),
            smallest=found.smallest,
            rows=found.rows_below,
            all_rows=found.rows,
            first_row=found.first_row,
            coarser=best,
            rows_without=found.coarser.get(best, 0),
        )
    if found.uniform:
        yield finding(
            "sensitive-value-revealed",
            place,
            groups=found.uniform,
            columns=", ".join(found.columns),
            sensitive=_sensitive(table)[0],
            different=rule.minimum_different(table),
        )
