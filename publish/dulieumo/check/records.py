"""The records of a table one by one: of a workbook, and of a CSV file that Arrow cannot take as a whole.

A CSV file is read as Frictionless reads it: declared dialect, strict UTF-8, nothing sniffed. A record is a list of cells, however many; its row number counts records
from 1, header rows included, as a spreadsheet shows them.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dulieumo.model import Resource

MAX_CELL = 2_000_000_000
"""Python's csv module stops at 131,072 characters by default; the rule cell-too-long speaks of length, not we."""


@dataclass(frozen=True, slots=True)
class Record:
    row: int
    cells: list[str]


@dataclass(frozen=True, slots=True)
class NotText(Exception):
    """The file is not UTF-8. `byte` counts from 1, `line` from 1."""

    byte: int
    line: int
    reason: str


class NotCsv(Exception):
    """The csv module gave up."""


def header_row(resource: Resource) -> int:
    """The number of the header row, 0 where there is none. Of several header rows the last one has the names."""
    dialect = dialect_of(resource)
    return max(dialect.get("headerRows", [1]), default=0) if dialect.get("header", True) else 0


def dialect_of(resource: Resource) -> Mapping[str, Any]:
    found: Mapping[str, Any] = resource.descriptor.get("dialect", {})
    return found


def records(path: Path, resource: Resource) -> Iterator[Record]:
    """Every record, header included. Raises NotText, NotCsv and UnreadableTable, possibly after some records."""
    if resource.format != "csv":
        from dulieumo import spreadsheets

        for found in spreadsheets.records(path, resource):
            yield Record(found.row, found.cells)
        return
    dialect = dialect_of(resource)
    csv.field_size_limit(MAX_CELL)
    with path.open(encoding="utf-8-sig", errors="strict", newline="") as file:
        reader = csv.reader(
            file,
            delimiter=dialect.get("delimiter", ","),
            quotechar=dialect.get("quoteChar", '"'),
            doublequote=True,
            skipinitialspace=False,
        )
        try:
            for row, cells in enumerate(reader, start=1):
                yield Record(row, cells)
        except UnicodeDecodeError as error:
            raise not_text(path, str(error.reason)) from error
        except csv.Error as error:
            raise NotCsv(str(error)) from error


def not_text(path: Path, reason: str) -> NotText:
    """Where the file stops being UTF-8: found by decoding it again, line by line."""
    position, line = 0, 1
    with path.open("rb") as file:
        for raw in file:
            try:
                raw.decode("utf-8")
            except UnicodeDecodeError as error:
                return NotText(byte=position + error.start + 1, line=line, reason=error.reason)
            position, line = position + len(raw), line + 1
    return NotText(byte=position, line=line, reason=reason)
