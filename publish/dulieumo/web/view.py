"""What the templates show, made of an outcome: the groups of findings and the rows with marked cells. Pure."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass

from dulieumo.check.report import CheckReport
from dulieumo.errors import DulieumoError
from dulieumo.i18n import _, language
from dulieumo.owner.places import Sheet
from dulieumo.report import text as text_report
from dulieumo.report import words
from dulieumo.report.groups import Group, groups
from dulieumo_rules.findings import Finding
from dulieumo_rules.texts import render

MOST_ROWS = 100
"""Rows of the table that are shown; the workbook has all."""
PLACES_LISTED = 12
WIDEST = 6
"""Columns of a table that is shown in full; of a wider one only those that matter, so that no mark is out of sight."""
_FLAG = re.compile(r"--([a-z-]+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place of a group: what it is called, and the row to jump to where that is on the page."""

    text: str
    row: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A group as it is told. `severity` is "error" or "warning", `word` how the reader calls it."""

    severity: str
    word: str
    headline: str
    message: str
    fix: str
    code: str
    places: tuple[Place, ...]
    more: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """`place` is the cell, as C17."""

    severity: str
    word: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    text: str
    place: str
    severity: str
    messages: tuple[Message, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """`messages` are those on the row as a whole."""

    number: int
    cells: tuple[Cell, ...]
    messages: tuple[Message, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """The owner's rows that have findings. `heads` are (letter, title) of the columns; unless `is_in_full` those with findings
    and those of the key. `more` rows are not shown."""

    heads: tuple[tuple[str, str], ...]
    rows: tuple[Row, ...]
    more: int
    is_in_full: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """An error as it is told on the page."""

    message: str
    hint: str


def summary(report: CheckReport) -> str:
    """The report's last line: whether the data passes, and the counts."""
    return list(text_report.lines(report))[-1].text


def told(report: CheckReport, grid: Grid) -> tuple[Told, ...]:
    """The groups in the order of the text report."""
    shown = {row.number for row in grid.rows}
    return tuple(_told(group, shown) for group in groups(report))


def _told(group: Group, shown: set[int]) -> Told:
    text = group.text(language())
    listed = [found.place for found in group.findings[:PLACES_LISTED] if words.where(found.place)]
    return Told(
        severity=str(group.severity),
        word=words.title_of(group.first),
        headline=words.headline(group),
        message=text.message,
        fix=text.fix,
        code=group.code,
        places=tuple(Place(text=words.where(one), row=one.row if one.row in shown else None) for one in listed),
        more=group.count - len(listed) if listed else 0,
    )


def grid(report: CheckReport, sheet: Sheet) -> Grid:
    """The rows with findings, each finding in its cell."""
    by_row: dict[int, list[Finding]] = defaultdict(list)
    for found in report.findings:
        if found.place.file == sheet.file and found.place.row is not None and found.place.line is None:
            by_row[found.place.row].append(found)
    records = [record for record in (sheet.heading(), *sheet.records) if record.row in by_row]
    shown = {found.place.position for listed in by_row.values() for found in listed} | set(sheet.keys)
    is_in_full = len(sheet.columns) <= WIDEST
    columns = [(position, title) for position, title in sheet.columns if is_in_full or position in shown]
    known = {position for position, _title in columns}
    rows = []
    for record in records[:MOST_ROWS]:
        by_position: dict[int | None, list[Finding]] = defaultdict(list)
        for found in by_row[record.row]:
            position = found.place.position
            by_position[position if position in known else None].append(found)
        cells = tuple(
            Cell(
                text=record.cells[position - 1],
                place=f"{letter(position)}{record.row}",
                severity=_worst(by_position[position]),
                messages=tuple(_message(found) for found in by_position[position]),
            )
            for position, _title in columns
        )
        rows.append(Row(number=record.row, cells=cells, messages=tuple(map(_message, by_position[None]))))
    heads = tuple((letter(position), title) for position, title in columns)
    return Grid(heads=heads, rows=tuple(rows), more=len(records) - len(rows), is_in_full=is_in_full)


def _worst(found: list[Finding]) -> str:
    if not found:
        return ""
    return "error" if any(one.is_error for one in found) else "warning"


def _message(found: Finding) -> Message:
    return Message(severity=str(found.severity), word=words.title_of(found), text=render(found, language()).message)


def letter(position: int) -> str:
    """The column's letter in a spreadsheet."""
    letters = ""
    while position:
        position, digit = divmod(position - 1, 26)
        letters = chr(ord("A") + digit) + letters
    return letters


def refusal(error: DulieumoError) -> Refusal:
    """An error with the commands' flags called by the names that they have on the page."""
    return Refusal(message=for_page(error.message), hint=for_page(error.hint or ""))


def for_page(text: str) -> str:
    """A sentence of the commands, with the names that their flags have on the page."""
    labels = {
        "table": _("Table"),
        "sheet": _("Sheet"),
        "header-row": _("Header row"),
        "decimal": _("Decimal sign"),
        "ignore": _("Columns to leave out"),
    }
    return _FLAG.sub(lambda match: f"“{labels[match[1]]}”" if match[1] in labels else match[0], text)
