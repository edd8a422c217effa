"""Workbooks made for the tests, as Excel would write them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from openpyxl import Workbook


def write(path: Path, rows: Sequence[Sequence[Any]], sheet: str = "Sheet1") -> Workbook:
    """Write rows to `path` as a workbook of one sheet; returns it, to be changed and saved again."""
    book = Workbook()
    page = book.active
    page.title = sheet
    for row in rows:
        page.append(list(row))
    book.save(path)
    return book
