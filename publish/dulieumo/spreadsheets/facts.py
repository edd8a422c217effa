"""What a sheet says beside its values: formulas, errors, comments, hidden rows and columns, number formats. Entry of openpyxl.

Only for .xlsx and .xlsm up to a size, since openpyxl holds some 50 times the file in memory; elsewhere nothing is known.
"""

from __future__ import annotations

import warnings
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dulieumo.spreadsheets import grid

MAX_UNPACKED = 64 << 20

Cell = tuple[int, int]
"""Row and column, from 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """`is_known` is False where the workbook could not be looked at this way; all else is then empty.

    `formulas` holds the cells, `errors` what Excel shows there (#REF!), `formats` the number formats that are not General,
    `fonts` the cells in a font of before Unicode (.VnTime, VNI-Times), `comments` the text of the cells' notes."""

    is_known: bool = False
    formulas: tuple[Cell, ...] = ()
    errors: Mapping[Cell, str] = field(default_factory=dict)
    comments: Mapping[Cell, str] = field(default_factory=dict)
    formats: Mapping[Cell, str] = field(default_factory=dict)
    fonts: Mapping[Cell, str] = field(default_factory=dict)
    hidden_rows: tuple[int, ...] = ()
    hidden_columns: tuple[int, ...] = ()
    properties: Mapping[str, str] = field(default_factory=dict)


def facts_of(path: Path, sheet: str) -> Facts:
    """The facts of one sheet; unknown ones where the file is not of this kind, too large, or odd."""
    if path.suffix.lower() not in (".xlsx", ".xlsm") or grid.unpacked_bytes(path) > MAX_UNPACKED:
        return Facts()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # "Data Validation extension is not supported": nothing to do with values
        try:
            import openpyxl  # 0.15 s, and seldom needed

            book = openpyxl.load_workbook(path, data_only=False)
        except (KeyError, ValueError, TypeError, AttributeError, IndexError, zipfile.BadZipFile, OSError):
            return Facts()  # what calamine reads and openpyxl does not: a styles part out of order, mostly
    try:
        return _facts(book, book[sheet]) if sheet in book.sheetnames else Facts()
    finally:
        book.close()


def _facts(book: Any, sheet: Any) -> Facts:
    formulas: list[Cell] = []
    errors: dict[Cell, str] = {}
    comments: dict[Cell, str] = {}
    formats: dict[Cell, str] = {}
    fonts: dict[Cell, str] = {}
    for row in sheet.iter_rows():
        for cell in row:
            at = (cell.row, cell.column)
            if getattr(cell, "comment", None) is not None:
                comments[at] = str(cell.comment.text)
            if cell.value is None:
                continue
            if cell.data_type == "f":
                formulas.append(at)
            elif cell.data_type == "e":
                errors[at] = str(cell.value)
            if cell.data_type == "n" and cell.number_format != "General":
                formats[at] = str(cell.number_format)
            elif cell.data_type == "s" and (font := str(cell.font.name or "")).startswith((".Vn", "VNI")):
                fonts[at] = font
    columns = sorted(
        {
            position
            for dimension in sheet.column_dimensions.values()
            if dimension.hidden
            for position in range(dimension.min, min(dimension.max, sheet.max_column) + 1)
        }
    )
    return Facts(
        is_known=True,
        formulas=tuple(formulas),
        errors=errors,
        comments=comments,
        formats=formats,
        fonts=fonts,
        hidden_rows=tuple(
            sorted(
                number
                for number, dimension in sheet.row_dimensions.items()
                if dimension.hidden and number <= sheet.max_row
            )
        ),
        hidden_columns=tuple(columns),
        properties={
            name: str(value)
            for name in ("creator", "lastModifiedBy", "title", "subject", "description", "keywords", "category")
            if (value := getattr(book.properties, name, None))
        },
    )
