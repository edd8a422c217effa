"""A new file for a table tried without writing anything: read, compared, checked. What `update` and the web page both do.

lay_out ─ the table in the file ─► read ─ under the declared columns ─► update.propose ─► rehearsal.rehearse
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from dulieumo.check.report import CheckReport
from dulieumo.errors import ConfigError, UsageError
from dulieumo.i18n import _
from dulieumo.model import Catalog, Dataset, Resource
from dulieumo.owner import create, intake, layout, matching, rehearsal, rowchanges, scaffold, update
from dulieumo.owner.notes import Note, has_stops
from dulieumo.owner.source import Raw

_DATE = re.compile(r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What the owner says of the file and the update. `decimal` is "," or "."; `ignore` are titles of columns to leave out.

    `as_of` None takes the date that the file says, else keeps the old one; `note` is the changelog's sentence in the two languages."""

    table: str | None = None
    sheet: str | None = None
    header_row: int | None = None
    decimal: str | None = None
    ignore: tuple[str, ...] = ()
    as_of: str | None = None
    note: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """The owner's table under the declared columns. `positions`: the file's column of each declared one, from 1.

    `as_of` is the date of the data to propose."""

    catalog: Catalog
    dataset: Dataset
    resource: Resource
    raw: Raw
    found: layout.Layout
    texts: Mapping[str, tuple[str, ...]]
    notes: tuple[Note, ...]
    positions: Mapping[str, int]
    as_of: str

    @property
    def is_stopped(self) -> bool:
        """Whether a note must be answered before anything can be compared."""
        return has_stops(self.notes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What would be written, and what the check says of it. `report` is None where nothing changes."""

    made: update.Update
    report: CheckReport | None
    is_personal: bool = field(default=False)

    @property
    def may_be_written(self) -> bool:
        return self.report is not None and self.report.is_valid


def dataset_of(datasets: Path, name: str) -> tuple[Catalog, Dataset]:
    """The catalogue and a dataset of it. Raises ConfigError, UsageError."""
    catalog = create.catalogue_of(datasets).catalog
    assert catalog is not None
    dataset = catalog.dataset(name)
    if dataset is None:
        raise ConfigError(
            _("There is no readable dataset {name}.").format(name=name), hint=_("List them with: dulieumo list")
        )
    return catalog, dataset


def check_date(text: str | None) -> None:
    """Raises UsageError for a date of the data that is none."""
    if text is not None and not _DATE.fullmatch(text):
        raise UsageError(_("Write the date as 2025, 2025-06 or 2025-06-30."))


def read(datasets: Path, name: str, file: Path, said: Said) -> Reading:
    """The file as the dataset's table. Raises UsageError, ConfigError and ReleaseError with what the owner can do."""
    catalog, dataset = dataset_of(datasets, name)
    check_date(said.as_of)
    options = intake.Options(sheet=said.sheet, header_row=said.header_row, keep_all=True)
    raw, found = intake.lay_out(file, options)
    resource = update.choose_table(dataset, said.table, found.columns)
    if resource.format != "csv":
        raise UsageError(
            _("The table {table} is kept as a {format} file.").format(table=resource.name, format=resource.format),
            hint=_("Replace {path} by the new file, then run: dulieumo check {name}").format(
                path=resource.path, name=name
            ),
        )
    texts, notes = update.texts_of(
        catalog, datasets, dataset, resource, raw, found, ignore=said.ignore, decimal=said.decimal
    )
    assert resource.schema is not None
    pairs = matching.match(resource.schema.columns, found.columns).pairs
    proposed = scaffold.as_of(found.above)
    return Reading(
        catalog=catalog,
        dataset=dataset,
        resource=resource,
        raw=raw,
        found=found,
        texts=texts,
        notes=notes,
        positions={name: column.position for name, column in pairs.items()},
        as_of=proposed if proposed and proposed > dataset.data_as_of else dataset.data_as_of,
    )


def run(datasets: Path, reading: Reading, said: Said, *, today: dt.date, examples: int = rowchanges.EXAMPLES) -> Trial:
    """The update that the reading asks for, and its check. Writes nothing to the catalogue. Raises ReleaseError, UsageError."""
    made = update.propose(
        datasets,
        reading.dataset,
        reading.resource,
        reading.texts,
        reading.notes,
        as_of=said.as_of or reading.as_of,
        today=today.isoformat(),
        note=said.note,
        examples=examples,
    )
    if not made.files:
        return Trial(made=made, report=None)
    report = rehearsal.rehearse(datasets, made.files, reading.dataset.name)
    return Trial(made=made, report=report, is_personal=bool(rehearsal.personal(report)))
