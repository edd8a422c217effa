"""An owner's file as raw cells: a workbook, or text with columns in whatever encoding and with whatever separator it has."""

from __future__ import annotations

import codecs
import csv
import io
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from dulieumo.errors import UsageError
from dulieumo.i18n import _
from dulieumo.owner.notes import Note, note
from dulieumo.spreadsheets import Refused, Value, grid
from dulieumo.spreadsheets.facts import Facts, facts_of
from dulieumo.spreadsheets.grid import Area

TEXT_SUFFIXES = (".csv", ".tsv", ".txt")
BOOK_SUFFIXES = (".xlsx", ".xlsm", ".xls", ".ods")
DELIMITERS = (",", ";", "\t", "|")
DATA_SHEET = "Dữ liệu"
"""The sheet to fill in of our own templates."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Raw:
    """`rows` start at row 1, column 1. `encoding` and `delimiter` are those of a text file, None for a workbook."""

    name: str
    rows: list[list[Value]]
    merged: tuple[Area, ...]
    facts: Facts
    sheet: str | None
    encoding: str | None
    delimiter: str | None
    notes: tuple[Note, ...]


def read(path: Path, sheet: str | None = None) -> Raw:
    """The cells of the file. Without `sheet`: the sheet of our templates, else the one with the most cells.

    Raises UsageError where the file is not there, or is no table that we can read."""
    if not path.is_file():
        raise UsageError(_("There is no file {file}.").format(file=path), hint=_("Check its name and folder."))
    suffix = path.suffix.lower()
    if suffix in BOOK_SUFFIXES:
        return _read_book(path, sheet)
    if suffix in TEXT_SUFFIXES:
        return _read_text(path)
    raise UsageError(
        _("{file} is not a spreadsheet.").format(file=path.name),
        hint=_("Give a file of one of the kinds {kinds}.").format(kinds=", ".join((*BOOK_SUFFIXES, *TEXT_SUFFIXES))),
    )


def _read_book(path: Path, wanted: str | None) -> Raw:
    try:
        names = grid.sheet_names(path)
        if wanted is not None and wanted not in names:
            raise UsageError(
                _("{file} has no sheet “{sheet}”.").format(file=path.name, sheet=wanted),
                hint=_("It has: {sheets}.").format(sheets=", ".join(names)),
            )
        notes: tuple[Note, ...] = ()
        if wanted is None:
            sheet, others = _fullest(path)
            if others and sheet.name != DATA_SHEET:
                notes = (note("sheet-chosen", sheet=sheet.name, others=", ".join(others)),)
        else:
            sheet = grid.read(path, wanted)
    except Refused as refused:
        raise UsageError(
            _("{file} cannot be read as a spreadsheet: {reason}.").format(file=path.name, reason=_why(refused)),
            hint=_("Open it in Excel, save it as .xlsx without a password, and try again."),
        ) from refused
    return Raw(
        name=path.name,
        rows=sheet.rows[: sheet.height],
        merged=sheet.merged,
        facts=facts_of(path, sheet.name),
        sheet=sheet.name,
        encoding=None,
        delimiter=None,
        notes=notes,
    )


def _fullest(path: Path) -> tuple[grid.Sheet, list[str]]:
    """The sheet to read, and the names of the others that hold something."""
    first = grid.read(path)
    sheets = {first.name: first, **{name: grid.read(path, name) for name in first.other_sheets}}
    counts = {name: sum(value != "" for row in sheet.rows for value in row) for name, sheet in sheets.items()}
    chosen = DATA_SHEET if DATA_SHEET in sheets else max(counts, key=lambda name: counts[name])
    return sheets[chosen], [name for name, count in counts.items() if count and name != chosen]


def _why(refused: Refused) -> str:
    if refused.reason == "excel-too-large":
        return _("it unpacks to {size} MB").format(size=int(refused.values["bytes"]) >> 20)
    if refused.values.get("note") == "password":
        return _("it is protected by a password")
    return str(refused.values.get("note", refused.reason))


def _read_text(path: Path) -> Raw:
    text, encoding = decode(path.read_bytes())
    delimiter = find_delimiter(text)
    csv.field_size_limit(2_000_000_000)
    rows: list[list[Value]] = [list(row) for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)]
    while rows and not any(cell.strip() for cell in rows[-1] if isinstance(cell, str)):
        rows.pop()
    notes = []
    if encoding not in ("utf-8", "utf-8-sig"):
        notes.append(note("file-encoding", encoding=encoding))
    if delimiter != ",":
        notes.append(note("file-delimiter", delimiter="tab" if delimiter == "\t" else delimiter))
    return Raw(
        name=path.name,
        rows=rows,
        merged=(),
        facts=Facts(),
        sheet=None,
        encoding=encoding,
        delimiter=delimiter,
        notes=tuple(notes),
    )


def decode(data: bytes) -> tuple[str, str]:
    """The text of a file and the encoding that it was read in: by its mark, as UTF-8, else as Windows-1252.

    The last reads any bytes; what was Windows-1258, TCVN3 or VNI is put right later, column by column (`legacy.py`)."""
    if data.startswith(codecs.BOM_UTF8):
        return data.decode("utf-8-sig", errors="replace"), "utf-8-sig"
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", errors="replace"), "utf-16"
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        return "".join(_WINDOWS_1252[byte] for byte in data), "windows-1252"


_WINDOWS_1252 = [
    bytes([byte]).decode("cp1252") if byte not in (0x81, 0x8D, 0x8F, 0x90, 0x9D) else chr(byte) for byte in range(256)
]


def find_delimiter(text: str) -> str:
    """The separator with which most of the first 200 records have the same number of columns, more than one; else a comma."""
    head = "".join(text.splitlines(keepends=True)[:200])
    best, best_score = ",", (0, 0)
    for delimiter in DELIMITERS:
        widths = Counter(len(row) for row in csv.reader(io.StringIO(head, newline=""), delimiter=delimiter) if row)
        wide = {width: count for width, count in widths.items() if width > 1}
        if wide:
            width, count = max(wide.items(), key=lambda item: (item[1], item[0]))
            if (count, width) > best_score:
                best, best_score = delimiter, (count, width)
    return best
