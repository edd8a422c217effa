"""A workbook for the owner: a summary sheet, and a copy of each table with the bad cells coloured and commented.

Cells are written as text, never as formulas, whatever they begin with. Columns that hold personal data are left out: a
report travels further than its file. Large tables are cut to the rows around their findings, and say so.
"""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from dulieumo.check import records
from dulieumo.check.personal import personal_columns
from dulieumo.check.report import CheckReport
from dulieumo.descriptors import Reading
from dulieumo.i18n import _, language
from dulieumo.model import Resource
from dulieumo.report import words
from dulieumo.report.groups import groups
from dulieumo.tables import UnreadableTable
from dulieumo_rules.findings import Finding
from dulieumo_rules.texts import render

MOST_ROWS = 20_000
"""Rows of a table that are copied; of a longer one only those with findings, and the header."""
LONGEST = 32_000
MOST_SHEETS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """What is copied of a table instead of its file: for an owner's own spreadsheet, whose rows the findings then name.

    `records` has the header too, whose row is `header`; cells stand at their place in the spreadsheet."""

    header: int
    records: tuple[records.Record, ...]


def render_report(report: CheckReport, reading: Reading, copies: Mapping[tuple[str, str], Copy] | None = None) -> bytes:
    """The workbook's bytes. Tables without findings are not copied. `copies` by names of dataset and table."""
    import xlsxwriter

    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(out, options) as book:
        styles = {
            "head": book.add_format({"bold": True, "bottom": 1, "text_wrap": True}),
            "error": book.add_format({"bg_color": "#F8CBC6"}),
            "warning": book.add_format({"bg_color": "#FFE9B8"}),
            "wrap": book.add_format({"text_wrap": True, "valign": "top"}),
            "hidden": book.add_format({"italic": True, "font_color": "#666666"}),
        }
        _summary(book, report, styles)
        tables = _by_table(report.findings)
        for number, ((dataset, table), found) in enumerate(islice(tables.items(), MOST_SHEETS), start=1):
            known = reading.catalog.dataset(dataset) if reading.catalog else None
            resource = known.resource(table) if known else None
            if known is None or resource is None:
                continue
            path = reading.folder / known.folder / resource.path
            copy = (copies or {}).get((dataset, table)) or _of_file(path, resource)
            _table(book, f"{number} {table}"[:31], copy, found, styles)
    return out.getvalue()


def _by_table(findings: Iterable[Finding]) -> Mapping[tuple[str, str], list[Finding]]:
    """The findings on rows and columns of tables, by table."""
    by_table: dict[tuple[str, str], list[Finding]] = defaultdict(list)
    for found in findings:
        place = found.place
        if place.dataset and place.table and place.line is None:
            by_table[place.dataset, place.table].append(found)
    return by_table


def _summary(book: Any, report: CheckReport, styles: Mapping[str, Any]) -> None:
    sheet = book.add_worksheet(_("Summary"))
    heads = (
        _("File"),
        _("Column"),
        _("Severity"),
        _("What is wrong"),
        _("How many"),
        _("First place"),
        _("What to do"),
        _("Rule"),
    )
    for column, (head, width) in enumerate(zip(heads, (40, 18, 10, 50, 10, 12, 50, 22), strict=True)):
        sheet.write_string(0, column, head, styles["head"])
        sheet.set_column(column, column, width)
    sheet.freeze_panes(1, 0)
    for row, group in enumerate(groups(report), start=1):
        text, place = group.text(language()), group.first.place
        texts = (place.file, place.column or "", words.title_of(group.first), text.message)
        for column, value in enumerate(texts):
            sheet.write_string(row, column, _cell(value), styles["wrap"])
        sheet.write_number(row, 4, group.count, styles["wrap"])
        for column, value in enumerate((words.where(place), text.fix, group.code), start=5):
            sheet.write_string(row, column, _cell(value), styles["wrap"])


@dataclass(frozen=True, slots=True)
class _Stream:
    """A table's file, read when it is copied."""

    header: int
    records: Iterator[records.Record]


def _of_file(path: Path, resource: Resource) -> _Stream:
    return _Stream(records.header_row(resource), records.records(path, resource))


def _table(book: Any, name: str, copy: Copy | _Stream, found: list[Finding], styles: Mapping[str, Any]) -> None:
    sheet = book.add_worksheet(_sheet_name(name))
    personal = personal_columns(found)
    hidden = frozenset(item.place.position for item in found if item.place.column in personal and item.place.position)
    by_row: dict[int, list[Finding]] = defaultdict(list)
    for item in found:
        by_row[item.place.row or 0].append(item)
    header, at = copy.header, 0
    try:
        stream = iter(copy.records)
        read = list(islice(stream, MOST_ROWS + 1))
        cut = len(read) > MOST_ROWS
        labels = next((record.cells for record in read if record.row == header), [])
        for record in [*read, *stream]:
            if cut and record.row != header and record.row not in by_row:
                continue
            line = at if cut else record.row - 1
            _row(sheet, line, record.cells, by_row.get(record.row, []), styles, hidden, record.row == header)
            at += 1
    except (records.NotText, records.NotCsv, UnreadableTable, OSError) as error:
        sheet.write_string(at, 0, _cell(str(error)), styles["hidden"])
        return
    for position, label in enumerate(labels):
        sheet.set_column(position, position, max(10, min(40, len(label) + 4)))
    if cut:
        note = _("Only the rows with findings are shown; the table has more.")
        sheet.write_comment(0, 0, note)
    sheet.freeze_panes(header, 0)


def _row(
    sheet: Any,
    line: int,
    cells: list[str],
    found: list[Finding],
    styles: Mapping[str, Any],
    hidden: frozenset[int],
    is_header: bool,
) -> None:
    by_position: dict[int, list[Finding]] = defaultdict(list)
    for item in found:
        by_position[item.place.position or 1].append(item)
    for position in range(1, max(len(cells), *by_position, 1) + 1):
        text = cells[position - 1] if position <= len(cells) else ""
        here = by_position.get(position, [])
        is_hidden = not is_header and position in hidden
        style = styles["head"] if is_header else None
        if here:
            style = styles["error" if any(item.is_error for item in here) else "warning"]
        elif is_hidden:
            style = styles["hidden"]
        sheet.write_string(line, position - 1, "***" if is_hidden else _cell(text), style)
        if here:
            notes = [render(item, language()) for item in here]
            sheet.write_comment(
                line, position - 1, "\n".join(f"{note.message} → {note.fix}" for note in notes)[:LONGEST]
            )


def _cell(text: str) -> str:
    """A text that a cell of a workbook can hold."""
    clean = "".join(letter if letter >= " " or letter in "\n\t" else "\ufffd" for letter in text)
    return clean if len(clean) <= LONGEST else clean[: LONGEST - 1] + "…"


def _sheet_name(name: str) -> str:
    """Without the signs that Excel forbids in names of sheets."""
    return "".join("-" if letter in r"[]:*?/\'" else letter for letter in name)[:31]
