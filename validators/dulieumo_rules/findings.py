"""A finding: one thing wrong with a descriptor or a table, with its place, as a value.

Codes are kebab-case, ours and Frictionless's alike. The text that a reader sees is chosen by code and language in
`texts.py`; `message` here is only the detail that the text is filled with.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Severity(StrEnum):
    """`error` stops a release, `warning` is shown and does not."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Place:
    """Where: a file (relative to the catalogue's folder, with /), and what is known of line, table, row and column.

    `line` counts from 1 in a text file. `row` is the line of the record in the table as a spreadsheet numbers it: the
    header is row 1, the first record row 2. `position` is the column's number from 1, for the spreadsheet coordinate.
    """

    file: str
    line: int | None = None
    dataset: str | None = None
    table: str | None = None
    row: int | None = None
    column: str | None = None
    position: int | None = None

    @property
    def cell(self) -> str | None:
        """The spreadsheet coordinate, as in C17; None unless both row and position are known."""
        if self.row is None or self.position is None:
            return None
        letters, rest = "", self.position
        while rest:
            rest, digit = divmod(rest - 1, 26)
            letters = chr(ord("A") + digit) + letters
        return f"{letters}{self.row}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """`values` fills the text of `code` (texts.py): strings and numbers only, already masked where they are personal."""

    code: str
    place: Place
    severity: Severity = Severity.ERROR
    values: Mapping[str, str | int | float] = field(default_factory=dict)

    @property
    def is_error(self) -> bool:
        return self.severity is Severity.ERROR


def finding(code: str, place: Place, *, severity: Severity = Severity.ERROR, **values: str | int | float) -> Finding:
    """A Finding, shorter to write."""
    return Finding(code=code, place=place, severity=severity, values=values)


def by_place(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """In the order in which a person would mend them: by file, line, row and column."""

    def key(item: Finding) -> tuple[str, int, str, int, int, str]:
        place = item.place
        return (place.file, place.line or 0, place.table or "", place.row or 0, place.position or 0, item.code)

    return tuple(sorted(findings, key=key))
