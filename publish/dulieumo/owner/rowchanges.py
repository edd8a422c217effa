"""What differs between two states of a table, row by row, in numbers and examples that an owner reads. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa

from dulieumo import cells, diff
from dulieumo.model import Column, Resource

EXAMPLES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class RowChange:
    """One row that differs: its key (or all its cells, where there is no key), and the cells that changed: column, before, after."""

    key: str
    cells: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RowChanges:
    """Counts are of all rows; the examples are the first few of each kind."""

    added: int
    removed: int
    changed: int
    kept: int
    added_rows: tuple[RowChange, ...] = ()
    removed_rows: tuple[RowChange, ...] = ()
    changed_rows: tuple[RowChange, ...] = ()

    @property
    def is_none(self) -> bool:
        return not (self.added or self.removed or self.changed)


def compare(
    resource: Resource, old: Sequence[Sequence[str]], new: Sequence[Sequence[str]], examples: int = EXAMPLES
) -> RowChanges:
    """What differs between two states of a table, by its key; by whole rows where it has none, or where a key stands twice."""
    schema = resource.schema
    assert schema is not None
    columns = schema.columns
    before, after = _typed(columns, old), _typed(columns, new)
    key = schema.primary_key
    positions = [at for at, column in enumerate(columns) if column.name in key]
    is_keyed = bool(key) and all(
        len({tuple(row[at] for at in positions) for row in rows}) == len(rows) for rows in (old, new)
    )
    delta = diff.rows(schema, before, after) if is_keyed else None
    if delta is None:
        return _by_whole_rows(old, new, examples)
    added, removed, changed, was = (
        [list(row) for row in _records(columns, table)]
        for table in (delta.added, delta.removed, delta.changed, delta.before)
    )

    def key_of(row: Sequence[str]) -> str:
        return ", ".join(row[at] for at in positions)

    return RowChanges(
        added=len(added),
        removed=len(removed),
        changed=len(changed),
        kept=len(new) - len(added) - len(changed),
        added_rows=tuple(RowChange(key=key_of(row)) for row in added[:examples]),
        removed_rows=tuple(RowChange(key=key_of(row)) for row in removed[:examples]),
        changed_rows=tuple(
            RowChange(
                key=key_of(row),
                cells=tuple(
                    (columns[at].title.default, past[at], row[at]) for at in range(len(columns)) if past[at] != row[at]
                ),
            )
            for row, past in list(zip(changed, was, strict=True))[:examples]
        ),
    )


def _typed(columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> pa.Table:
    """Canonical texts, so that 1.0 and 1.00 are the same. What cannot be read stays as it is: the check names it."""
    arrays = {}
    for at, column in enumerate(columns):
        text = pa.array([row[at] for row in rows], pa.string())
        parsed = cells.parse(column, text)
        values_ = parsed.values
        if parsed.suspects is not None:
            shown = cells.to_text(column, values_).to_pylist()
            own = text.to_pylist()
            bad = parsed.suspects.to_pylist()
            arrays[column.name] = pa.array([own[i] if bad[i] else shown[i] for i in range(len(own))], pa.string())
        else:
            arrays[column.name] = cells.to_text(column, values_)
    return pa.table(arrays)


def _records(columns: Sequence[Column], table: pa.Table) -> list[tuple[str, ...]]:
    lists = [[text or "" for text in table.column(column.name).to_pylist()] for column in columns]
    return list(zip(*lists, strict=True))


def _by_whole_rows(old: Sequence[Sequence[str]], new: Sequence[Sequence[str]], examples: int) -> RowChanges:
    before, after = Counter(map(tuple, old)), Counter(map(tuple, new))
    added, removed = list((after - before).elements()), list((before - after).elements())
    return RowChanges(
        added=len(added),
        removed=len(removed),
        changed=0,
        kept=len(new) - len(added),
        added_rows=tuple(RowChange(key=", ".join(row)) for row in added[:examples]),
        removed_rows=tuple(RowChange(key=", ".join(row)) for row in removed[:examples]),
    )


def sentence(resource: Resource, rows: RowChanges, has_more: bool) -> tuple[str, str]:
    """The line of the changelog, in Vietnamese and in English. `has_more`: the dataset has other tables too."""
    if rows.is_none:
        return "Cập nhật thời điểm số liệu; các dòng không đổi.", "New date of the data; the rows are the same."
    parts = [("thêm", "added", rows.added), ("bỏ", "removed", rows.removed), ("sửa", "changed", rows.changed)]
    vi = ", ".join(f"{word} {count} dòng" for word, _en, count in parts if count)
    en = ", ".join(f"{count} {'row' if count == 1 else 'rows'} {word}" for _vi, word, count in parts if count)
    if has_more:
        vi, en = f"bảng {resource.title.default}: {vi}", f"table {resource.name}: {en}"
    return vi[0].upper() + vi[1:] + ".", en[0].upper() + en[1:] + "."
