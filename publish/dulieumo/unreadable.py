"""What in a table's file cannot be read as records: said alike by `tables.py` and by those that it reads workbooks with."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RaggedRow:
    """A record with too many or too few cells: its row as a spreadsheet counts (None if unknown), and its text."""

    row: int | None
    expected: int
    actual: int
    text: str


class UnreadableTable(Exception):
    """The file is not a table of the declared form: not UTF-8, no header, not a workbook. `reason` is a finding code."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail
