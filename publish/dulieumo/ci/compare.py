"""What a working copy changes against an older one, per dataset: declarations, rows by key, and the version that this asks for."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from dulieumo import diff, gate, tables
from dulieumo.changes import DatasetChange, TableChange
from dulieumo.descriptors import Reading
from dulieumo.diff import Level
from dulieumo.model import Dataset, Resource


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """A dataset that is new, gone or changed. `wanted` is the lowest version that the change asks for, None where the one that
    the descriptor has will do. `needs_notice`: the change breaks programs and was not announced in time."""

    change: DatasetChange
    wanted: str | None
    needs_notice: bool


def compare(before: Reading | None, after: Reading, names: Collection[str]) -> tuple[Comparison, ...]:
    """Compare the datasets of `names`, in their order; those that do not differ are left out."""
    return tuple(_compare(before, after, names))


def _compare(before: Reading | None, after: Reading, names: Collection[str]) -> Iterator[Comparison]:
    for name in names:
        old = before.catalog.dataset(name) if before is not None and before.catalog is not None else None
        new = after.catalog.dataset(name) if after.catalog is not None else None
        if old is None and new is None:
            continue  # it cannot be read on either side: the findings say why
        if old is None or new is None:
            yield Comparison(
                change=DatasetChange(
                    name=name,
                    before=old.version if old else None,
                    after=new.version if new else None,
                    level=Level.MINOR if new else Level.MAJOR,
                    schema=(),
                    tables=(),
                ),
                wanted=None,
                needs_notice=False,
            )
            continue
        assert before is not None
        change = _dataset(before.folder, old, after.folder, new)
        if change.schema or change.tables or change.before != change.after:
            step = gate.bump(old.version, new.version)
            is_enough = change.level is Level.NONE or (step is not None and step >= change.level)
            yield Comparison(
                change=change,
                wanted=None if is_enough else gate.raised(old.version, change.level),
                needs_notice=change.level is Level.MAJOR and not gate.has_notice(new),
            )


def _dataset(old_folder: Path, old: Dataset, new_folder: Path, new: Dataset) -> DatasetChange:
    schema = diff.schema_changes(old, new)
    changed = tuple(_tables(old_folder, old, new_folder, new))
    level = max((item.level for item in schema), default=Level.NONE)
    if changed:
        level = max(level, Level.MINOR)
    return DatasetChange(
        name=new.name, before=old.version, after=new.version, level=level, schema=schema, tables=changed
    )


def _tables(old_folder: Path, old: Dataset, new_folder: Path, new: Dataset) -> Iterator[TableChange]:
    for resource in new.resources:
        former = old.resource(resource.name)
        if former is None or former.schema is None or resource.schema is None:
            continue
        there, here = old_folder / old.folder / former.path, new_folder / new.folder / resource.path
        if not there.is_file() or not here.is_file() or there.read_bytes() == here.read_bytes():
            continue
        before, after = _read(old, former, there), _read(new, resource, here)
        delta = diff.rows(resource.schema, before, after) if before is not None and after is not None else None
        if delta is not None and delta.is_empty:
            continue
        yield TableChange(
            resource=resource.name,
            is_compared=delta is not None,
            added=delta.added.num_rows if delta else 0,
            removed=delta.removed.num_rows if delta else 0,
            changed=delta.changed.num_rows if delta else 0,
            drift=delta.drift if delta else {},
            delta=None,
        )


def _read(dataset: Dataset, resource: Resource, path: Path) -> pa.Table | None:
    """The typed rows; None for a table that cannot be read. Cells of the wrong type are null here, and findings elsewhere."""
    assert resource.schema is not None
    schema = tables.arrow_schema(dataset, resource)
    try:
        batches = [
            tables.typed(resource.schema, batch, schema).batch for batch in tables.read_strings(path, resource, [])
        ]
    except tables.UnreadableTable:
        return None
    return pa.Table.from_batches(batches, schema)
