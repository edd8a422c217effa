"""The cells of one sheet of a workbook, as values. Entry of python-calamine."""

from __future__ import annotations

import datetime as dt
import zipfile
from dataclasses import dataclass
from pathlib import Path

import python_calamine as calamine

from dulieumo.unreadable import UnreadableTable

Value = str | int | float | bool | dt.date | dt.datetime | dt.time | dt.timedelta
"""A cell's value; "" where it is empty."""

MAX_UNPACKED = 512 << 20
"""Bytes that a workbook may unpack to: twenty times what a full sheet of ordinary data needs; a zip bomb needs more."""


class Refused(UnreadableTable):
    """The workbook cannot be read as declared. `reason` is the code of a finding, `values` fills its text."""

    def __init__(self, reason: str, **values: str | int) -> None:
        super().__init__(reason, ", ".join(f"{key} {value}" for key, value in values.items()))
        self.values = values


@dataclass(frozen=True, slots=True)
class Area:
    """Merged cells, rows and columns from 1, both ends included."""

    first_row: int
    first_column: int
    last_row: int
    last_column: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """`rows` start at row 1 and column 1; `height` is the row of the last filled cell."""

    name: str
    rows: list[list[Value]]
    height: int
    merged: tuple[Area, ...]
    hidden_sheets: tuple[str, ...]
    other_sheets: tuple[str, ...]


def sheet_names(path: Path) -> tuple[str, ...]:
    """The worksheets, visible ones first. Raises Refused."""
    with _open(path) as book:
        return (*_visible(book), *_hidden(book))


def read(path: Path, name: str | None = None) -> Sheet:
    """The sheet of that name, else the first visible one. Raises Refused."""
    with _open(path) as book:
        visible, hidden = _visible(book), _hidden(book)
        names = (*visible, *hidden)
        if not names:
            raise Refused("source-error", note="no sheet")
        chosen = names[0] if name is None else name
        if chosen not in names:
            raise Refused("excel-sheet-unknown", sheet=chosen, sheets=", ".join(names))
        try:
            sheet = book.get_sheet_by_name(chosen)
            rows: list[list[Value]] = sheet.to_python(skip_empty_area=False)
        except calamine.CalamineError as error:
            raise Refused("source-error", note=str(error)) from error
        height = max((at for at, row in enumerate(rows, start=1) if any(value != "" for value in row)), default=0)
        return Sheet(
            name=chosen,
            rows=rows,
            height=height,
            merged=tuple(
                Area(top + 1, left + 1, bottom + 1, right + 1)
                for (top, left), (bottom, right) in sheet.merged_cell_ranges or ()
            ),
            hidden_sheets=tuple(item for item in hidden if item != chosen),
            other_sheets=tuple(item for item in visible if item != chosen),
        )


def unpacked_bytes(path: Path) -> int:
    """The size of a zipped workbook when unpacked; the size of the file where it is no zip."""
    if not zipfile.is_zipfile(path):
        return path.stat().st_size
    with zipfile.ZipFile(path) as archive:
        return sum(entry.file_size for entry in archive.infolist())


def _open(path: Path) -> calamine.CalamineWorkbook:
    try:
        size = unpacked_bytes(path)
    except (zipfile.BadZipFile, OSError) as error:
        raise Refused("source-error", note=str(error)) from error
    if size > MAX_UNPACKED:
        raise Refused("excel-too-large", bytes=size, limit=MAX_UNPACKED)
    try:
        return calamine.load_workbook(path)
    except calamine.PasswordError as error:
        raise Refused("source-error", note="password") from error
    except (calamine.CalamineError, OSError) as error:
        raise Refused("source-error", note=str(error)) from error


def _visible(book: calamine.CalamineWorkbook) -> tuple[str, ...]:
    return tuple(item.name for item in book.sheets_metadata if _is_table(item) and _is_visible(item))


def _hidden(book: calamine.CalamineWorkbook) -> tuple[str, ...]:
    return tuple(item.name for item in book.sheets_metadata if _is_table(item) and not _is_visible(item))


def _is_table(item: calamine.SheetMetadata) -> bool:
    return item.typ == calamine.SheetTypeEnum.WorkSheet


def _is_visible(item: calamine.SheetMetadata) -> bool:
    return item.visible == calamine.SheetVisibleEnum.Visible
