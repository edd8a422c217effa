"""What one release or version changes against another: declarations, and rows by primary key.

    gate.py         whether the version numbers say so
    changelog.py    changes.json and CHANGES.md
    releases/<name>/delta/<dataset>/<resource>.parquet    the changed rows, with an operation column

A first release has no predecessor and no changes. Tables are compared in bounded memory where both are ordered by their
whole key, as all that we write are; the changed rows go to a file as they are found.
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from dulieumo import cells, diff, parquetfile
from dulieumo.convert import sort_key
from dulieumo.diff import Level, RowDelta, SchemaChange
from dulieumo.model import DatasetVersion, Release, Schema
from dulieumo.store import FolderStore

OPERATION = "_operation"  # a column's name never begins with _, so it cannot clash


@dataclass(frozen=True, slots=True, kw_only=True)
class TableChange:
    """Rows of one table that differ. `is_compared` is False where there is no common primary key to compare by.

    `delta` is the file with the rows, where one was asked for."""

    resource: str
    is_compared: bool
    added: int
    removed: int
    changed: int
    drift: dict[str, int]
    delta: Path | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetChange:
    """One dataset that is new, gone or another version than before."""

    name: str
    before: str | None
    after: str | None
    level: Level
    schema: tuple[SchemaChange, ...]
    tables: tuple[TableChange, ...]


def between(
    store: FolderStore, previous: Release, current: Release, *, deltas: Path | None = None
) -> tuple[DatasetChange, ...]:
    """The datasets that differ between two releases of a store, in the order of the newer one; those that left come last.

    The changed rows are written under the folder `deltas`, where one is given."""
    return tuple(_between(store, previous, current, deltas))


def _between(store: FolderStore, previous: Release, current: Release, deltas: Path | None) -> Iterator[DatasetChange]:
    for version in current.versions:
        old = previous.version(version.name)
        if old is None:
            yield DatasetChange(
                name=version.name, before=None, after=version.version, level=Level.MINOR, schema=(), tables=()
            )
        elif old.content_hash != version.content_hash:
            yield compare(store, old, version, deltas=deltas)
    for old in previous.versions:
        if current.version(old.name) is None:
            yield DatasetChange(name=old.name, before=old.version, after=None, level=Level.MAJOR, schema=(), tables=())


def compare(
    store: FolderStore,
    old: DatasetVersion,
    new: DatasetVersion,
    *,
    into: FolderStore | None = None,
    deltas: Path | None = None,
) -> DatasetChange:
    """Two versions of one dataset. `into`: the store that has the newer one, where it is another."""
    schema = diff.schema_changes(old.dataset, new.dataset)
    tables = tuple(_tables(store, old, into or store, new, deltas))
    level = max((change.level for change in schema), default=Level.PATCH)
    if any(table.added or table.removed or table.changed or not table.is_compared for table in tables):
        level = max(level, Level.MINOR)
    return DatasetChange(
        name=new.name, before=old.version, after=new.version, level=level, schema=schema, tables=tables
    )


def _tables(
    store: FolderStore, old: DatasetVersion, into: FolderStore, new: DatasetVersion, deltas: Path | None
) -> Iterator[TableChange]:
    for resource in new.dataset.resources:
        before, after = old.artifact(resource.name, "csv"), new.artifact(resource.name, "csv")
        if resource.schema is None or before is None or after is None or before.sha256 == after.sha256:
            continue
        earlier = old.dataset.resource(resource.name)
        assert earlier is not None
        assert earlier.schema is not None
        path = deltas / new.name / f"{resource.name}.parquet" if deltas is not None else None
        with _open(store, old, resource.name) as old_file, _open(into, new, resource.name) as new_file:
            parts = _parts(earlier.schema, old_file, resource.schema, new_file)
            if parts is None:
                yield TableChange(
                    resource=resource.name, is_compared=False, added=0, removed=0, changed=0, drift={}, delta=None
                )
                continue
            delta = _Delta(path, earlier.schema, resource.schema, old_file.schema_arrow, new_file.schema_arrow)
            change = _count(resource.name, parts, delta)
        if change.added or change.removed or change.changed:
            yield change


def _open(store: FolderStore, version: DatasetVersion, resource: str) -> parquetfile.TableReader:
    path = version.parquet(resource)
    assert path is not None
    return parquetfile.open_table(store, path)


def _parts(
    old_schema: Schema, old: parquetfile.TableReader, new_schema: Schema, new: parquetfile.TableReader
) -> Iterator[RowDelta] | None:
    """The differences of two tables; None where they have no common key.

    In memory where the key has a column without an order, or of another type than before."""
    key = new_schema.primary_key
    if not key or key != old_schema.primary_key:
        return None
    kinds = [[file.schema_arrow.field(name).type for name in key] for file in (old, new)]
    if sort_key(old_schema) == sort_key(new_schema) == key and kinds[0] == kinds[1]:
        return diff.ordered_rows(new_schema, key, _batches(old), _batches(new))
    whole = diff.rows(new_schema, old.read(), new.read())
    assert whole is not None
    return iter((whole,))


def _batches(file: parquetfile.TableReader) -> Iterator[pa.RecordBatch]:
    yield pa.RecordBatch.from_pylist([], schema=file.schema_arrow)
    yield from file.iter_batches(batch_size=parquetfile.ROW_GROUP_ROWS)


def _count(resource: str, parts: Iterator[RowDelta], delta: _Delta) -> TableChange:
    """Count the differences, and write them on the way."""
    counts: Counter[str] = Counter()
    drift: Counter[str] = Counter()
    with delta:
        for part in parts:
            counts.update(added=part.added.num_rows, removed=part.removed.num_rows, changed=part.changed.num_rows)
            drift.update(part.drift)
            delta.write(part)
    return TableChange(
        resource=resource,
        is_compared=True,
        added=counts["added"],
        removed=counts["removed"],
        changed=counts["changed"],
        drift=dict(drift),
        delta=delta.written,
    )


class _Delta:
    """The file of a table's changed rows: the columns as they are now, those that are gone, and the operation.

    A column whose type changed is text. No file is made where `path` is None or nothing changed."""

    def __init__(self, path: Path | None, old: Schema, new: Schema, old_arrow: pa.Schema, new_arrow: pa.Schema) -> None:
        self._path = path
        self._schemas = {"insert": new, "update": new, "delete": old}
        fields = [
            field.with_type(pa.string())
            if field.name in old_arrow.names and old_arrow.field(field.name).type != field.type
            else field
            for field in new_arrow
        ]
        fields += [field for field in old_arrow if field.name not in new_arrow.names]
        self._arrow = pa.schema([*fields, pa.field(OPERATION, pa.string())])
        self._writer: parquetfile.Writer | None = None

    @property
    def written(self) -> Path | None:
        return self._path if self._writer is not None else None

    def write(self, part: RowDelta) -> None:
        """`insert` and `update` rows as they are now, `delete` rows as they were."""
        if self._path is None or part.is_empty:
            return
        if self._writer is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._writer = parquetfile.Writer(self._path, self._arrow)
        for operation, rows in (("insert", part.added), ("update", part.changed), ("delete", part.removed)):
            columns = [self._column(field, rows, self._schemas[operation]) for field in list(self._arrow)[:-1]]
            table = pa.table([*columns, pa.array([operation] * rows.num_rows, pa.string())], schema=self._arrow)
            for batch in table.combine_chunks().to_batches():
                self._writer.write(batch)

    @staticmethod
    def _column(field: pa.Field, rows: pa.Table, schema: Schema) -> pa.ChunkedArray | pa.Array:
        if field.name not in rows.column_names:
            return pa.nulls(rows.num_rows, field.type)
        values = rows.column(field.name)
        column = schema.column(field.name)
        if values.type == field.type or column is None:
            return values
        return pa.chunked_array([cells.to_text(column, chunk) for chunk in values.chunks], pa.string())

    def __enter__(self) -> _Delta:
        return self

    def __exit__(self, *_rest: object) -> None:
        if self._writer is not None:
            self._writer.close()


def reasons(change: DatasetChange) -> str:
    """What changed, in short: the declarations of the level that the change has, then the tables."""
    words = [
        f"{item.what} {item.resource}.{item.column}".rstrip(".") for item in change.schema if item.level == change.level
    ]
    words += [f"{item.resource} +{item.added} −{item.removed} ≠{item.changed}" for item in change.tables]
    return ", ".join(words[:5])


def write_deltas(changes: tuple[DatasetChange, ...], folder: Path) -> None:
    """Put the files with the changed rows under `folder`/delta."""
    for change in changes:
        for table in change.tables:
            if table.delta is not None:
                target = folder / "delta" / change.name / f"{table.resource}.parquet"
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.move(table.delta, target)
