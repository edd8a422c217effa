"""What a release changes against the one before: per dataset, and whether the version numbers say so.

    releases/<name>/changes.json               every change, for programs
    releases/<name>/CHANGES.md                 the same for people
    releases/<name>/delta/<dataset>/<resource>.parquet    the changed rows, with an operation column

A first release has no predecessor and no changes. Comparing is pure; `write_deltas` is the edge.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from dulieumo import diff, parquetfile
from dulieumo.diff import Level, RowDelta, SchemaChange
from dulieumo.i18n import _
from dulieumo.model import Dataset, DatasetVersion, Release
from dulieumo.store import FolderStore

FORMAT = "dulieumo-changes/1"
NOTICE_DAYS = 30
OPERATION = "_operation"  # a column's name never begins with _, so it cannot clash


@dataclass(frozen=True, slots=True, kw_only=True)
class TableChange:
    """Rows of one table that differ. `is_compared` is False where there is no common primary key to compare by."""

    resource: str
    is_compared: bool
    added: int
    removed: int
    changed: int
    drift: dict[str, int]
    delta: RowDelta | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetChange:
    """One dataset that is new, gone or another version than before."""

    name: str
    before: str | None
    after: str | None
    level: Level
    schema: tuple[SchemaChange, ...]
    tables: tuple[TableChange, ...]


def between(store: FolderStore, previous: Release, current: Release) -> tuple[DatasetChange, ...]:
    """The datasets that differ between two releases of a store, in the order of the newer one; those that left come last."""
    return tuple(_between(store, previous, current))


def _between(store: FolderStore, previous: Release, current: Release) -> Iterator[DatasetChange]:
    for version in current.versions:
        old = previous.version(version.name)
        if old is None:
            yield DatasetChange(
                name=version.name, before=None, after=version.version, level=Level.MINOR, schema=(), tables=()
            )
        elif old.content_hash != version.content_hash:
            yield compare(store, old, version)
    for old in previous.versions:
        if current.version(old.name) is None:
            yield DatasetChange(name=old.name, before=old.version, after=None, level=Level.MAJOR, schema=(), tables=())


def compare(store: FolderStore, old: DatasetVersion, new: DatasetVersion) -> DatasetChange:
    """Two versions of one dataset."""
    schema = diff.schema_changes(old.dataset, new.dataset)
    tables = tuple(_tables(store, old, new))
    level = max((change.level for change in schema), default=Level.PATCH)
    if any(table.added or table.removed or table.changed or not table.is_compared for table in tables):
        level = max(level, Level.MINOR)
    return DatasetChange(
        name=new.name, before=old.version, after=new.version, level=level, schema=schema, tables=tables
    )


def _tables(store: FolderStore, old: DatasetVersion, new: DatasetVersion) -> Iterator[TableChange]:
    for resource in new.dataset.resources:
        before, after = old.artifact(resource.name, "csv"), new.artifact(resource.name, "csv")
        if resource.schema is None or before is None or after is None or before.sha256 == after.sha256:
            continue
        delta = diff.rows(resource.schema, _read(store, old, resource.name), _read(store, new, resource.name))
        if delta is None:
            yield TableChange(
                resource=resource.name, is_compared=False, added=0, removed=0, changed=0, drift={}, delta=None
            )
        elif not delta.is_empty:
            yield TableChange(
                resource=resource.name,
                is_compared=True,
                added=delta.added.num_rows,
                removed=delta.removed.num_rows,
                changed=delta.changed.num_rows,
                drift=delta.drift,
                delta=delta,
            )


def _read(store: FolderStore, version: DatasetVersion, resource: str) -> pa.Table:
    artifact = version.artifact(resource, "parquet")
    assert artifact is not None
    with store.open(f"{version.folder}/{artifact.path}") as file:
        return pq.read_table(file)


def refusals(changes: tuple[DatasetChange, ...], current: Release) -> tuple[str, ...]:
    """Why these changes may not be released as they are numbered, each a sentence with what to do; empty when they may."""
    found = []
    for change in changes:
        version = current.version(change.name)
        if change.before is None or version is None:
            continue
        step = bump(change.before, version.version)
        if step is None:
            text = _("{dataset}: version {after} is not above the released {before}. Take the next number above it.")
            found.append(text.format(dataset=change.name, after=version.version, before=change.before))
        elif step < change.level:
            text = _(
                "{dataset}: {reasons} ask for a {level} step, from {before} to {wanted}; the descriptor says {after}."
            )
            found.append(
                text.format(
                    dataset=change.name,
                    reasons=_reasons(change),
                    level=change.level.name.lower(),
                    before=change.before,
                    wanted=raised(change.before, change.level),
                    after=version.version,
                )
            )
        elif change.level is Level.MAJOR and not has_notice(version.dataset):
            text = _(
                "{dataset}: {reasons} break programs that use the data. Announce it in dulieumo:notices at least {days} days"
                " before the date of version {after}, or pass --allow-breaking."
            )
            found.append(
                text.format(dataset=change.name, reasons=_reasons(change), days=NOTICE_DAYS, after=version.version)
            )
    return tuple(found)


def _reasons(change: DatasetChange) -> str:
    words = [
        f"{item.what} {item.resource}.{item.column}".rstrip(".") for item in change.schema if item.level == change.level
    ]
    words += [f"{item.resource} +{item.added} −{item.removed} ≠{item.changed}" for item in change.tables]
    return ", ".join(words[:5])


def bump(before: str, after: str) -> Level | None:
    """The step from one version number to a higher one; None where it is not higher."""
    old, new = _number(before), _number(after)
    if new <= old:
        return None
    for level, position in ((Level.MAJOR, 0), (Level.MINOR, 1)):
        if new[position] > old[position]:
            return level
    return Level.PATCH


def raised(version: str, level: Level) -> str:
    """The next version number at a level."""
    major, minor, patch = _number(version)
    match level:
        case Level.MAJOR:
            return f"{major + 1}.0.0"
        case Level.MINOR:
            return f"{major}.{minor + 1}.0"
        case _:
            return f"{major}.{minor}.{patch + 1}"


def _number(version: str) -> tuple[int, int, int]:
    major, minor, patch = (int(part) for part in version.split("."))
    return major, minor, patch


def has_notice(dataset: Dataset) -> bool:
    """Whether the latest version was announced in time: by a notice that names it and lies `NOTICE_DAYS` before its date."""
    latest = dataset.changelog[-1]
    due = date.fromisoformat(latest.date)
    return any(
        notice.get("version") == latest.version
        and date.fromisoformat(notice["announced"]) + timedelta(days=NOTICE_DAYS) <= due
        for notice in dataset.descriptor.get("dulieumo:notices", ())
    )


def to_json(changes: tuple[DatasetChange, ...], current: Release) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "release": current.name,
        "previous": current.previous,
        "datasets": [
            {
                "name": change.name,
                "before": change.before,
                "after": change.after,
                "level": change.level.name.lower(),
                "schema": [{**asdict(item), "level": item.level.name.lower()} for item in change.schema],
                "tables": [
                    {
                        "resource": table.resource,
                        "compared": table.is_compared,
                        "added": table.added,
                        "removed": table.removed,
                        "changed": table.changed,
                        "drift": table.drift,
                        "delta": f"delta/{change.name}/{table.resource}.parquet" if table.delta is not None else None,
                    }
                    for table in change.tables
                ],
            }
            for change in changes
        ],
    }


def to_markdown(changes: tuple[DatasetChange, ...], current: Release) -> str:
    """The changelog of a release, for people, in the language in use."""
    lines = [f"# {_('Release')} {current.name}", ""]
    if not changes:
        lines.append(_("Nothing changed.") if current.previous else _("The first release."))
    for change in changes:
        lines += [f"## {change.name} {change.before or '∅'} → {change.after or '∅'}", ""]
        version = current.version(change.name)
        if version is not None:
            lines += [version.dataset.changelog[-1].description.default, ""]
        for item in change.schema:
            place = f"`{item.resource}.{item.column}`" if item.column else f"`{item.resource}`" if item.resource else ""
            values = f": {item.before} → {item.after}" if item.before or item.after else ""
            lines.append(f"- **{item.level.name.lower()}** {item.what} {place}{values}")
        for table in change.tables:
            if not table.is_compared:
                lines.append(f"- `{table.resource}`: " + _("rows not compared, the table has no key"))
                continue
            counts = _("{added} rows added, {removed} removed, {changed} changed")
            text = counts.format(added=table.added, removed=table.removed, changed=table.changed)
            columns = ", ".join(f"`{name}` {count}" for name, count in sorted(table.drift.items()))
            lines.append(f"- `{table.resource}`: {text}" + (f" ({columns})" if columns else ""))
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def write_deltas(changes: tuple[DatasetChange, ...], folder: Path) -> None:
    """Write each table's changed rows under `folder`/delta: `insert`, `update` (as it is now) and `delete` (as it was)."""
    for change in changes:
        for table in change.tables:
            if table.delta is None:
                continue
            path = folder / "delta" / change.name / f"{table.resource}.parquet"
            path.parent.mkdir(parents=True, exist_ok=True)
            parts = (("insert", table.delta.added), ("update", table.delta.changed), ("delete", table.delta.removed))
            rows = pa.concat_tables(
                [part.append_column(OPERATION, pa.array([name] * part.num_rows, pa.string())) for name, part in parts],
                promote_options="permissive",
            )
            with parquetfile.Writer(path, rows.schema) as writer:
                for batch in rows.to_batches():
                    writer.write(batch)
