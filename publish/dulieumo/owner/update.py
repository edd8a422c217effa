"""A new file for a table that is there: what would change in its rows, the next version, and the files to write."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from dulieumo import tables
from dulieumo.errors import ReleaseError, UsageError
from dulieumo.i18n import _
from dulieumo.model import Catalog, Column, Dataset, Resource
from dulieumo.owner import conform, intake, layout, matching, values, yamledit
from dulieumo.owner.notes import Note
from dulieumo.owner.rowchanges import EXAMPLES, RowChanges, compare, sentence
from dulieumo.owner.source import Raw


class ExtraColumns(ReleaseError):
    """The file has columns that the table does not declare: `titles`."""

    def __init__(self, message: str, titles: tuple[str, ...], *, hint: str) -> None:
        super().__init__(message, hint=hint)
        self.titles = titles


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """An update as it would be made. `files` by path relative to the catalogue's folder; empty where nothing changes.

    `order` has, for each row of the new table, its number among the rows of the owner's file, from 0."""

    dataset: Dataset
    resource: Resource
    notes: tuple[Note, ...]
    rows: RowChanges
    version: str
    as_of: str
    summary: tuple[str, str]
    reminders: tuple[str, ...]
    files: Mapping[str, bytes]
    order: tuple[int, ...]


def choose_table(dataset: Dataset, name: str | None, found: Sequence[layout.Column]) -> Resource:
    """The table that a file is for: the named one, else the one whose columns it has most of. Raises UsageError."""
    tables_ = [resource for resource in dataset.resources if resource.schema is not None]
    if name is not None:
        chosen = next((resource for resource in tables_ if resource.name == name), None)
        if chosen is None:
            known = ", ".join(resource.name for resource in tables_)
            raise UsageError(
                _("{dataset} has no table {name}.").format(dataset=dataset.name, name=name),
                hint=_("It has: {names}.").format(names=known),
            )
        return chosen
    if not tables_:
        raise UsageError(_("{dataset} has no table.").format(dataset=dataset.name))
    shares = [matching.match(item.schema.columns, found).share if item.schema else 0.0 for item in tables_]
    best = [item for item, share in zip(tables_, shares, strict=True) if share == max(shares)]
    if len(best) > 1:
        raise UsageError(
            _("{dataset} has several tables that the file fits equally well: {names}.").format(
                dataset=dataset.name, names=", ".join(item.name for item in best)
            ),
            hint=_("Say which one with --table."),
        )
    return best[0]


def texts_of(
    catalog: Catalog,
    folder: Path,
    dataset: Dataset,
    resource: Resource,
    raw: Raw,
    found: layout.Layout,
    *,
    ignore: Sequence[str] = (),
    decimal: str | None = None,
) -> tuple[dict[str, tuple[str, ...]], tuple[Note, ...]]:
    """The declared columns' texts out of an owner's table, and what was done. Raises ReleaseError for a file that is of
    another table, that lacks a column, or that has one more."""
    assert resource.schema is not None
    columns = resource.schema.columns
    matched = matching.match(columns, found.columns)
    _refuse_other_table(catalog, dataset, resource, matched, found)
    _refuse_missing(resource, matched)
    extra = [one for one in matched.extra if one.title not in ignore and one.position]
    if extra:
        raise ExtraColumns(
            _("The file has columns that the table {table} does not have: {titles}.").format(
                table=resource.name, titles=", ".join(f"“{one.title}”" for one in extra)
            ),
            tuple(one.title for one in extra),
            hint=_("To leave them out, add {flags}. To publish them, describe them in datapackage.yaml first.").format(
                flags=" ".join(f"--ignore “{one.title}”" for one in extra).replace("“", '"').replace("”", '"')
            ),
        )
    given = {",": values.VIETNAMESE, ".": values.ENGLISH}.get(decimal or "")
    known = {(one.dataset, one.resource, one.column): one.codes for one in intake.known_codes(folder, catalog)}
    texts: dict[str, tuple[str, ...]] = {}
    notes = list(found.notes)
    for column in columns:
        own = matched.pairs[column.name]
        formats = [raw.facts.formats.get((row, own.position), "") for row in found.rows]
        listed = column.code_list
        codes = known.get((listed.dataset, listed.resource, listed.column), frozenset()) if listed else frozenset()
        read = conform.conform(column, own.values, formats, codes, given)
        texts[column.name] = read.texts
        notes += read.notes
    return texts, tuple(notes)


def _refuse_other_table(
    catalog: Catalog, dataset: Dataset, resource: Resource, matched: matching.Match, found: layout.Layout
) -> None:
    if not matched.missing:
        return
    better = matching.best_table(catalog, found.columns)
    is_of_other = better is not None and better[2] > matched.share and better[1] is not resource
    if matched.share >= 0.5 and not is_of_other:
        return
    seems = (
        _("It looks like the table {table} of {dataset}.").format(table=better[1].name, dataset=better[0].name)
        if better is not None and is_of_other
        else _("The file has: {titles}.").format(titles=", ".join(one.title for one in found.columns[:12]))
    )
    raise ReleaseError(
        _("This file is not of the table {table}: it has {have} of its {all} columns.").format(
            table=resource.name, have=len(matched.pairs), all=len(matched.pairs) + len(matched.missing)
        ),
        hint=seems,
    )


def _refuse_missing(resource: Resource, matched: matching.Match) -> None:
    if not matched.missing:
        return
    lines = []
    for column, near in matched.missing:
        line = f"  {column.title.default} ({column.name})"
        lines.append(line + (" — " + _("is it “{title}”?").format(title=near) if near else ""))
    raise ReleaseError(
        _("The file lacks columns of the table {table}:").format(table=resource.name) + "\n" + "\n".join(lines),
        hint=_(
            "Nothing was changed. Programs rely on these columns: put them back under their titles. An emptied column keeps its"
            " header. To really remove one, edit datapackage.yaml, raise the first number of the version and announce it."
        ),
    )


def propose(
    folder: Path,
    dataset: Dataset,
    resource: Resource,
    texts: Mapping[str, Sequence[str]],
    notes: Sequence[Note],
    *,
    as_of: str | None,
    today: str,
    note: tuple[str, str] | None = None,
    examples: int = EXAMPLES,
) -> Update:
    """What an update would change. `as_of` None keeps the date of the data; `note` replaces the changelog's sentence.

    Raises ReleaseError where no key of the old table is in the new one."""
    assert resource.schema is not None
    columns = resource.schema.columns
    path = folder / dataset.folder / resource.path
    given = [list(row) for row in zip(*(texts[column.name] for column in columns), strict=True)]
    order = _order(resource, given)
    new = [given[at] for at in order]
    old = _old(path, resource)
    rows = compare(resource, old, new, examples)
    if old and rows.kept == 0 and rows.changed == 0 and len(old) > 1 and resource.schema.primary_key:
        raise ReleaseError(
            _("No row of the table {table} is in this file: none of its {count} keys is found again.").format(
                table=resource.name, count=len(old)
            ),
            hint=_("Is it the file of another table, or of another area? Look at the column {key}.").format(
                key=", ".join(resource.schema.primary_key)
            ),
        )
    date = as_of or dataset.data_as_of
    if rows.is_none and date == dataset.data_as_of:
        return Update(
            dataset=dataset, resource=resource, notes=tuple(notes), rows=rows, version=dataset.version, as_of=date,
            summary=("", ""), reminders=(), files={}, order=order,
        )  # fmt: skip
    major, minor, patch = (int(part) for part in dataset.version.split("."))
    version = f"{major}.{minor}.{patch + 1}" if rows.is_none else f"{major}.{minor + 1}.0"
    summary = note or sentence(resource, rows, len(dataset.resources) > 1)
    descriptor_path = f"{dataset.folder}/datapackage.yaml"
    text = (folder / descriptor_path).read_text(encoding="utf-8")
    edited, reminders = _descriptor(text, dataset, resource, version, date, today, summary, len(old), len(new))
    files = {descriptor_path: edited.encode()}
    if not rows.is_none:
        files[f"{dataset.folder}/{resource.path}"] = _csv(resource, new)
    return Update(
        dataset=dataset,
        resource=resource,
        notes=tuple(notes),
        rows=rows,
        version=version,
        as_of=date,
        summary=summary,
        reminders=reminders,
        files=files,
        order=order,
    )


def _old(path: Path, resource: Resource) -> list[list[str]]:
    assert resource.schema is not None
    if not path.is_file():
        return []
    try:
        batches = list(tables.read_strings(path, resource, []))
    except tables.UnreadableTable:
        return []
    rows: list[list[str]] = []
    for batch in batches:
        present = set(batch.schema.names)
        lists = [
            batch.column(column.name).to_pylist() if column.name in present else [""] * batch.num_rows
            for column in resource.schema.columns
        ]
        rows += [[text or "" for text in row] for row in zip(*lists, strict=True)]
    return rows


def _order(resource: Resource, rows: Sequence[Sequence[str]]) -> tuple[int, ...]:
    """The rows' numbers by key, as the catalogue keeps its tables; in the file's order where there is no key."""
    assert resource.schema is not None
    positions = [
        at
        for name in resource.schema.primary_key
        for at, column in enumerate(resource.schema.columns)
        if column.name == name
    ]

    columns = resource.schema.columns

    def key(number: int) -> list[tuple[float, str]]:
        return [_sortable(columns[at], rows[number][at]) for at in positions]

    return tuple(sorted(range(len(rows)), key=key) if positions else range(len(rows)))


def _sortable(column: Column, text: str) -> tuple[float, str]:
    if column.type in ("integer", "number", "year"):
        try:
            return float(text), ""
        except ValueError:
            return 0.0, text
    return 0.0, text


def _descriptor(
    text: str,
    dataset: Dataset,
    resource: Resource,
    version: str,
    date: str,
    today: str,
    summary: tuple[str, str],
    rows_before: int,
    rows_after: int,
) -> tuple[str, tuple[str, ...]]:
    """The descriptor with version, date and changelog line, and the row count where it was stated; and what to look at."""
    position = next(at for at, item in enumerate(dataset.resources) if item.name == resource.name)
    replacing: dict[yamledit.Path, object] = {("version",): version, ("dulieumo:dataAsOf",): date}
    if dataset.temporal_end == dataset.data_as_of:
        replacing["dulieumo:temporal", "end"] = date
    reminders = []
    complete = resource.completeness
    if complete is not None and complete.listed == rows_before and rows_before != rows_after:
        replacing["resources", position, "dulieumo:completeness", "listed"] = rows_after
        if re.search(rf"(?<!\d){rows_before}(?!\d)", complete.statement.default):
            reminders.append(
                _("The sentence on completeness still says {count}: “{text}”. Correct it in datapackage.yaml.").format(
                    count=rows_before, text=complete.statement.default
                )
            )
    entry = {"version": version, "date": today, "description": summary[0]}
    if "en" in dataset.languages:
        entry["description@en"] = summary[1]
    try:
        return yamledit.edited(text, replacing, {("dulieumo:changelog",): entry}), tuple(reminders)
    except yamledit.CannotEdit as error:
        raise UsageError(
            _("datapackage.yaml cannot be changed safely at: {place}").format(place=error),
            hint=_(
                "Change version, dulieumo:dataAsOf and dulieumo:changelog there by hand, then run the command again."
            ),
        ) from error


def _csv(resource: Resource, rows: Sequence[Sequence[str]]) -> bytes:
    assert resource.schema is not None
    dialect = resource.descriptor.get("dialect", {})
    return intake.records_bytes(
        [column.name for column in resource.schema.columns], rows, delimiter=dialect.get("delimiter", ",")
    )
