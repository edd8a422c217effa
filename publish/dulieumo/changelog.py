"""The changes of a release written down: changes.json for programs, CHANGES.md for people. Pure.

CHANGES.md speaks the catalogue's first language, whoever builds: a release has the same bytes everywhere.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from dulieumo import i18n
from dulieumo.changes import DatasetChange, TableChange
from dulieumo.diff import Level, SchemaChange
from dulieumo.i18n import _
from dulieumo.model import Release

FORMAT = "dulieumo-changes/1"


def to_json(changes: Iterable[DatasetChange], current: Release) -> dict[str, Any]:
    """changes.json of a release."""
    return {
        "format": FORMAT,
        "release": current.name,
        "previous": current.previous,
        "datasets": [dataset_json(change) for change in changes],
    }


def dataset_json(change: DatasetChange) -> dict[str, Any]:
    """One dataset's changes, for programs."""
    return {
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
                "drift": dict(sorted(table.drift.items())),
                "delta": f"delta/{change.name}/{table.resource}.parquet" if table.delta is not None else None,
            }
            for table in change.tables
        ],
    }


def to_markdown(changes: Iterable[DatasetChange], current: Release) -> str:
    """CHANGES.md of a release."""
    with i18n.speaking(current.catalog.languages[0]):
        lines = [f"# {_('Release')} {current.name}", ""]
        changes = tuple(changes)
        if not changes:
            lines.append(_("Nothing changed.") if current.previous else _("The first release."))
        for change in changes:
            lines += [f"## {change.name} {change.before or '∅'} → {change.after or '∅'}", ""]
            version = current.version(change.name)
            if version is not None:
                lines += [version.dataset.changelog[-1].description.default, ""]
            lines += [*dataset_lines(change), ""]
        return "\n".join(lines).rstrip() + "\n"


def dataset_lines(change: DatasetChange) -> list[str]:
    """One dataset's changes as a Markdown list, in the language in use."""
    if change.after is None:
        return [f"- **{_level(change.level)}** " + _("the dataset left the catalogue")]
    if change.before is None:
        return ["- " + _("a new dataset")]
    return [*map(_schema_line, change.schema), *map(_table_line, change.tables)]


def _schema_line(change: SchemaChange) -> str:
    place = ".".join(part for part in (change.resource, change.column) if part)
    values = f": {change.before} → {change.after}" if change.before or change.after else ""
    return f"- **{_level(change.level)}** {what(change.what)}" + (f" `{place}`" if place else "") + values


def _table_line(table: TableChange) -> str:
    if not table.is_compared:
        return f"- `{table.resource}`: " + _("rows not compared, the table has no key in common")
    counts = _("{added} rows added, {removed} removed, {changed} changed")
    text = counts.format(added=table.added, removed=table.removed, changed=table.changed)
    columns = ", ".join(f"`{name}` {count}" for name, count in sorted(table.drift.items()))
    return f"- `{table.resource}`: {text}" + (f" ({columns})" if columns else "")


def _level(level: Level) -> str:
    match level:
        case Level.MAJOR:
            return _("major")
        case Level.MINOR:
            return _("minor")
        case _:
            return _("patch")


def what(code: str) -> str:
    """The kind of a schema change in words."""
    words = {
        "resource-removed": _("table removed"),
        "resource-added": _("table added"),
        "resource-became-other": _("table became a file, or a file a table"),
        "description-changed": _("descriptions changed"),
        "primary-key-changed": _("primary key changed"),
        "kind-changed": _("real or sample changed"),
        "column-removed": _("column removed"),
        "column-added": _("column added"),
        "columns-reordered": _("columns reordered"),
        "type-changed": _("type changed"),
        "unit-changed": _("unit changed"),
        "codes-removed": _("codes removed"),
        "codes-added": _("codes added"),
        "may-now-be-missing": _("values may now be missing"),
        "column-description-changed": _("column described otherwise"),
    }
    return words.get(code, code)
