"""A workbook (.xlsx, .xls, .ods) as a table of text under the declared schema, and what is wrong with it as findings.

    grid.py      the cells of a sheet as values (python-calamine)
    facts.py     what a sheet says beside its values: formulas, comments, hidden rows, number formats (openpyxl; .xlsx only)
    celltext.py  a cell's value → the text that the declared column reads

The sheet is `dialect.sheetName`, else the first visible one; the header row is the last of `dialect.headerRows`, else row 1.
A header may be the column's name or its title. Rows are numbered as the spreadsheet numbers them.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa

from dulieumo.model import Column, Resource
from dulieumo.spreadsheets import celltext, grid
from dulieumo.spreadsheets.facts import Facts, facts_of
from dulieumo.spreadsheets.grid import Refused, Sheet, Value
from dulieumo.spreadsheets.problems import problems
from dulieumo.unreadable import RaggedRow
from dulieumo_rules.findings import Finding, Place

__all__ = ["FORMATS", "Facts", "Refused", "Row", "Sheet", "Value", "findings", "label", "read_strings", "records"]

FORMATS = ("xlsx", "xlsm", "xls", "ods")
BATCH_ROWS = 16_384


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a sheet. `row` counts from 1, as the spreadsheet shows; `cells` are as many as the header has, or more
    where a cell beyond it is filled."""

    row: int
    cells: list[str]


def records(path: Path, resource: Resource) -> Iterator[Row]:
    """Every row from row 1: those above the header as they are, the header, the records under the declared types.

    Header cells that show a column's title are given its name. Empty rows after the last filled one are left out. Raises
    Refused (an UnreadableTable)."""
    sheet = _sheet(path, resource)
    columns, header_row = resource.schema.columns if resource.schema else (), header_row_of(resource)
    names = _names(sheet, header_row, columns)
    for at in range(header_row - 1):
        values = sheet.rows[at]
        yield Row(at + 1, [celltext.text(value, None, "") for value in values[: _filled(values)]])
    if header_row:
        yield Row(header_row, list(names))
    by_name = {column.name: column for column in columns}
    declared = [by_name.get(name) for name in names]
    formats = facts_of(path, sheet.name).formats if _has_numbers_to_format(path, declared) else {}
    for at in range(header_row, sheet.height):
        values = sheet.rows[at]
        width = max(len(names), _filled(values))
        yield Row(
            at + 1,
            [
                celltext.text(
                    values[position] if position < len(values) else "",
                    declared[position] if position < len(declared) else None,
                    formats.get((at + 1, position + 1), ""),
                )
                for position in range(width)
            ],
        )


def read_strings(path: Path, resource: Resource, ragged: list[RaggedRow]) -> Iterator[pa.RecordBatch]:
    """As `tables.read_strings`, for a workbook. Raises Refused."""
    rows = records(path, resource)
    labels = [column.name for column in resource.schema.columns] if resource.schema else []
    for row in islice(rows, header_row_of(resource)):
        labels = row.cells
    schema = pa.schema([pa.field(name, pa.string()) for name in labels])
    part: list[list[str]] = []
    sent = False
    for row in rows:
        if len(row.cells) > len(labels):
            ragged.append(RaggedRow(row.row, len(labels), len(row.cells), ",".join(row.cells)[:200]))
            continue
        part.append(row.cells)
        if len(part) == BATCH_ROWS:
            yield _batch(part, schema)
            part, sent = [], True
    if part or not sent:
        yield _batch(part, schema)


def findings(path: Path, resource: Resource, place: Place) -> Iterator[Finding]:
    """What a workbook hides from the eye that reads only values: see `problems.py`. Never raises for what the file says."""
    try:
        sheet = _sheet(path, resource)
    except Refused as refused:
        yield Finding(code=refused.reason, place=place, values=refused.values)
        return
    columns, header_row = resource.schema.columns if resource.schema else (), header_row_of(resource)
    named = [
        next((column for column in columns if column.name == name), None) for name in _names(sheet, header_row, columns)
    ]
    yield from problems(path, sheet, header_row, named, place)


def header_row_of(resource: Resource) -> int:
    """The number of the header row, 0 where there is none."""
    dialect: Mapping[str, Any] = resource.descriptor.get("dialect", {})
    return max(dialect.get("headerRows", [1]), default=0) if dialect.get("header", True) else 0


def label(text: str) -> str:
    """A header as it is compared: composed, lower case, spaces and line breaks as one space."""
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())


def _sheet(path: Path, resource: Resource) -> Sheet:
    return grid.read(path, resource.descriptor.get("dialect", {}).get("sheetName"))


def _names(sheet: Sheet, header_row: int, columns: tuple[Column, ...]) -> list[str]:
    """The header's cells, titles turned into names; empty cells at the end left out."""
    if header_row == 0:
        return [column.name for column in columns]
    if header_row > len(sheet.rows):
        raise Refused("source-error", note="no header")
    titles = {label(column.title.default): column.name for column in reversed(columns) if column.title}
    known = {column.name for column in columns}
    values = sheet.rows[header_row - 1]
    texts = [celltext.text(value, None, "") for value in values[: _filled(values)]]
    return [text if text in known else titles.get(label(text), text) for text in texts]


def _filled(values: list[Value]) -> int:
    """How many cells there are up to the last filled one."""
    return max((position for position, value in enumerate(values, start=1) if value != ""), default=0)


def _has_numbers_to_format(path: Path, declared: list[Column | None]) -> bool:
    """Whether a number's format can change its text: 0050 shown for 50 in a text column, 50% for 0.5 in a column of %."""
    return path.suffix.lower() in (".xlsx", ".xlsm") and any(
        column is not None and (column.type == "string" or celltext.is_percent(column)) for column in declared
    )


def _batch(rows: list[list[str]], schema: pa.Schema) -> pa.RecordBatch:
    columns = zip(*rows, strict=True) if rows else ([] for _ in schema)
    return pa.RecordBatch.from_arrays([pa.array(cells, pa.string()) for cells in columns], schema=schema)
