"""The one comparison of two tables or two declarations: changelog, deltas, DataStore loads and the version gate all use it.

Rows are compared by primary key, on their canonical text, so a difference is what a reader of the CSV would see. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum

import pyarrow as pa
import pyarrow.compute as pc

from dulieumo import cells, sorting
from dulieumo.model import Column, Dataset, Resource, Schema


class Level(IntEnum):
    """What a change asks of the version number (semantic versions, read for data as Croissant 1.1 does).

    PATCH: words only. MINOR: rows, or something new beside what was there. MAJOR: what a program relies on is gone or means
    something else: a table, a column, a type, a unit, a key, a code."""

    NONE = 0
    PATCH = 1
    MINOR = 2
    MAJOR = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemaChange:
    """One change of a declaration. `what` is a kebab-case code; `before` and `after` are texts, empty where there is none."""

    level: Level
    what: str
    resource: str
    column: str = ""
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RowDelta:
    """Rows by primary key: `added` and `changed` as they are now, `removed` and `before` as they were.

    `changed` and `before` have the same keys in the same order; `drift` counts the changed cells of each column."""

    added: pa.Table
    removed: pa.Table
    changed: pa.Table
    before: pa.Table
    drift: dict[str, int]

    @property
    def is_empty(self) -> bool:
        return not (self.added.num_rows or self.removed.num_rows or self.changed.num_rows)


def rows(schema: Schema, old: pa.Table, new: pa.Table) -> RowDelta | None:
    """Compare two states of a table. None where there is no primary key, or where it differs between the two.

    Columns that only one side has do not make a row changed: that is a change of the schema."""
    key = schema.primary_key
    if not key or any(name not in old.column_names or name not in new.column_names for name in key):
        return None
    old, new = old.combine_chunks(), new.combine_chunks()
    old_keys, new_keys = _lines(schema, old, key), _lines(schema, new, key)
    where = pc.index_in(new_keys, value_set=old_keys)
    is_added = pc.is_null(where)
    is_removed = pc.invert(pc.is_in(old_keys, value_set=new_keys))
    common_new = new.filter(pc.invert(is_added))
    common_old = old.take(pc.drop_null(where))
    shared = [name for name in new.column_names if name in old.column_names and name not in key]
    differs = pa.repeat(pa.scalar(False), common_new.num_rows)
    drift = {}
    for name in shared:
        is_other = pc.not_equal(_lines(schema, common_old, (name,)), _lines(schema, common_new, (name,)))
        count = pc.sum(is_other).as_py() or 0
        if count:
            drift[name] = count
            differs = pc.or_(differs, is_other)
    return RowDelta(
        added=new.filter(is_added),
        removed=old.filter(is_removed),
        changed=common_new.filter(differs),
        before=common_old.filter(differs),
        drift=drift,
    )


def ordered_rows(
    schema: Schema, key: Sequence[str], old: Iterable[pa.RecordBatch], new: Iterable[pa.RecordBatch]
) -> Iterator[RowDelta]:
    """Compare two states of a table of any size, both ordered by `key`, which is the whole primary key: parts of the delta.

    Memory is bounded by the batches. Parts without a difference are left out."""
    sides = (_Side(key, iter(old)), _Side(key, iter(new)))
    while True:
        lasts = [last for side in sides if (last := side.last_key()) is not None]
        if not lasts:
            return
        bound = lasts[0]
        if len(lasts) == 2 and sorting.up_to(lasts[1], pa.Table.from_batches([lasts[0]]), inclusive=False):
            bound = lasts[1]
        before, after = (side.take(bound) for side in sides)
        if before.equals(after):
            continue
        part = rows(schema, before, after)
        assert part is not None
        if not part.is_empty:
            yield part


class _Side:
    """One of two ordered tables, taken up to a key at a time."""

    def __init__(self, key: Sequence[str], batches: Iterator[pa.RecordBatch]) -> None:
        self._key, self._batches = list(key), batches
        self._batch: pa.RecordBatch | None = None
        self._empty: pa.RecordBatch | None = None
        self._advance()

    def _advance(self) -> None:
        """The next batch that has rows; None after the last one."""
        self._batch = None
        for batch in self._batches:
            self._empty = batch.slice(0, 0)
            if batch.num_rows:
                self._batch = batch
                return

    def last_key(self) -> pa.RecordBatch | None:
        return self._batch.slice(self._batch.num_rows - 1).select(self._key) if self._batch is not None else None

    def take(self, bound: pa.RecordBatch) -> pa.Table:
        """The rows up to `bound`: none of a later batch is among them, or it would have been the smaller last key."""
        if self._batch is None:
            assert self._empty is not None
            return pa.Table.from_batches([self._empty])
        count = sorting.up_to(self._batch.select(self._key), pa.Table.from_batches([bound]), inclusive=True)
        part = self._batch.slice(0, count)
        if count == self._batch.num_rows:
            self._advance()
        else:
            self._batch = self._batch.slice(count)
        return pa.Table.from_batches([part])


def _lines(schema: Schema, table: pa.Table, names: Sequence[str]) -> pa.Array:
    """The canonical text of some columns, as one array; null is told from empty text."""
    large = pa.large_string()
    texts = []
    for name in names:
        column = schema.column(name)
        values = table.column(name).combine_chunks()
        if isinstance(values, pa.ChunkedArray):  # a table of no rows has no chunk to combine
            values = pa.concat_arrays(values.chunks) if values.num_chunks else pa.nulls(0, values.type)
        text = (cells.to_text(column, values) if column is not None else values.cast(pa.string())).cast(large)
        length = pc.utf8_length(text).cast(large)  # so that no text can run over into its neighbour
        texts.append(pc.fill_null(pc.binary_join_element_wise(length, text, pa.scalar(":", large)), "-"))
    return pc.binary_join_element_wise(*texts, pa.scalar(" ", large))


def schema_changes(old: Dataset, new: Dataset) -> tuple[SchemaChange, ...]:
    """Every change of the declared tables, the most serious first."""
    changes = list(_resources(old, new))
    return tuple(sorted(changes, key=lambda change: (-change.level, change.resource, change.column, change.what)))


def _resources(old: Dataset, new: Dataset) -> Iterator[SchemaChange]:
    before = {resource.name: resource for resource in old.resources}
    after = {resource.name: resource for resource in new.resources}
    for name in before.keys() - after.keys():
        yield SchemaChange(level=Level.MAJOR, what="resource-removed", resource=name)
    for name in after.keys() - before.keys():
        yield SchemaChange(level=Level.MINOR, what="resource-added", resource=name)
    for name in before.keys() & after.keys():
        yield from _tables(before[name], after[name])
    if _words(old) != _words(new):
        yield SchemaChange(level=Level.PATCH, what="description-changed", resource="")


def _tables(old: Resource, new: Resource) -> Iterator[SchemaChange]:
    name = new.name
    if old.schema is None or new.schema is None:
        if (old.schema is None) != (new.schema is None):
            yield SchemaChange(level=Level.MAJOR, what="resource-became-other", resource=name)
        return
    if old.schema.primary_key != new.schema.primary_key:
        yield SchemaChange(
            level=Level.MAJOR,
            what="primary-key-changed",
            resource=name,
            before=", ".join(old.schema.primary_key),
            after=", ".join(new.schema.primary_key),
        )
    if old.kind != new.kind:
        yield SchemaChange(level=Level.MAJOR, what="kind-changed", resource=name, before=old.kind, after=new.kind)
    before = {column.name: column for column in old.schema.columns}
    after = {column.name: column for column in new.schema.columns}
    for column in before.keys() - after.keys():
        yield SchemaChange(level=Level.MAJOR, what="column-removed", resource=name, column=column)
    for column in after.keys() - before.keys():
        yield SchemaChange(level=Level.MINOR, what="column-added", resource=name, column=column)
    for column in before.keys() & after.keys():
        yield from _columns(name, before[column], after[column])
    shared = [column for column in before if column in after]
    if shared != [column for column in after if column in before]:
        yield SchemaChange(level=Level.MINOR, what="columns-reordered", resource=name)


def _columns(resource: str, old: Column, new: Column) -> Iterator[SchemaChange]:
    def change(level: Level, what: str, before: object = "", after: object = "") -> SchemaChange:
        return SchemaChange(
            level=level, what=what, resource=resource, column=new.name, before=str(before), after=str(after)
        )

    old_type, new_type = cells.arrow_type(old), cells.arrow_type(new)
    if (old.type, old_type) != (new.type, new_type):
        wider = old.type == new.type == "number" and _is_wider(old_type, new_type)
        yield change(
            Level.MINOR if wider else Level.MAJOR,
            "type-changed",
            f"{old.type} ({old_type})",
            f"{new.type} ({new_type})",
        )
    if (old.unit.default if old.unit else "") != (new.unit.default if new.unit else ""):
        yield change(Level.MAJOR, "unit-changed", old.unit or "", new.unit or "")
    before, after = {str(item.value) for item in old.categories}, {str(item.value) for item in new.categories}
    if before and before - after:
        yield change(Level.MAJOR, "codes-removed", ", ".join(sorted(before - after)))
    if before and after - before:
        yield change(Level.MINOR, "codes-added", "", ", ".join(sorted(after - before)))
    if old.is_required and not new.is_required:
        yield change(Level.MAJOR, "may-now-be-missing")
    if (old.title, old.description) != (new.title, new.description):
        yield change(Level.PATCH, "column-description-changed")


def _is_wider(old: pa.DataType, new: pa.DataType) -> bool:
    """A decimal that holds all that the old one held, with the same scale."""
    both = pa.types.is_decimal(old) and pa.types.is_decimal(new)
    return bool(both and old.scale == new.scale and new.precision > old.precision)


def _words(dataset: Dataset) -> object:
    return (
        dataset.title,
        dataset.description,
        dataset.purpose,
        dataset.scope,
        dataset.collection_method,
        dataset.licenses,
    )
