"""Findings told in the places of the owner's own file: row and column as his spreadsheet shows them. Pure.

The check looks at the table as the catalogue would keep it: rows in the order of the key, columns as declared. The owner
looks at his file.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from dulieumo.check.personal import personal_columns
from dulieumo.check.records import Record
from dulieumo.check.report import CheckReport
from dulieumo.owner.trial import Reading
from dulieumo.owner.update import Update
from dulieumo.spreadsheets import celltext
from dulieumo_rules.findings import Finding

HEADER = 1
"""Rows above the first record in the table as the catalogue keeps it."""
MASK = "***"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """The owner's table as it stands in his file: `header` is the row with the columns' names, above the first record.

    `columns` are (position in the file, title). Cells of other columns are left out. `keys` are the positions of those that
    tell the rows apart, the first column where none is declared to."""

    file: str
    header: int
    columns: tuple[tuple[int, str], ...]
    keys: tuple[int, ...]
    records: tuple[Record, ...]

    def heading(self) -> Record:
        """The header as a record."""
        titles = dict(self.columns)
        return Record(self.header, [titles.get(at, "") for at in range(1, max(titles, default=0) + 1)])


def in_file(report: CheckReport, made: Update, reading: Reading, file: str) -> CheckReport:
    """The report with the findings on the updated table at their places in the owner's file, called `file`."""
    where = f"{made.dataset.folder}/{made.resource.path}"

    def row_of(number: int) -> int:
        at = number - HEADER - 1
        if 0 <= at < len(made.order):
            return reading.found.rows[made.order[at]]
        return max(min(reading.found.rows, default=2) - 1, 1)

    def moved(found: Finding) -> Finding:
        place = found.place
        if place.file != where or place.line is not None:
            return found
        position = reading.positions.get(place.column or "") or None
        values = dict(found.values)
        if isinstance(values.get("first"), int):  # the row that a repeated key is in already
            values["first"] = row_of(int(values["first"]))
        return replace(
            found,
            place=replace(
                place, file=file, row=row_of(place.row) if place.row is not None else None, position=position
            ),
            values=values,
        )

    return replace(
        report,
        findings=tuple(moved(found) for found in report.findings),
        tallies=tuple(replace(tally, first=moved(tally.first)) for tally in report.tallies),
    )


def sheet(reading: Reading, report: CheckReport, file: str) -> Sheet:
    """The owner's table with the columns masked whose values no report may show. `report` as `in_file` gives it."""
    schema = reading.resource.schema
    assert schema is not None
    hidden = {reading.positions.get(name) for name in personal_columns(report.findings)}
    columns = sorted(
        (reading.positions[column.name], column.title.default)
        for column in schema.columns
        if reading.positions[column.name]
    )
    by_position = {one.position: one for one in reading.found.columns}
    width = max((position for position, _title in columns), default=0)
    records = []
    for at, row in enumerate(reading.found.rows):
        cells = [""] * width
        for position, _title in columns:
            text = celltext.text(by_position[position].values[at], None, "")
            cells[position - 1] = MASK if position in hidden and text else text
        records.append(Record(row, cells))
    header = max(min(reading.found.rows, default=2) - 1, 1)
    keys = tuple(reading.positions[name] for name in schema.primary_key) or tuple(at for at, _title in columns[:1])
    return Sheet(file=file, header=header, columns=tuple(columns), keys=keys, records=tuple(records))
