"""The columns of a `uniqueKeys` entry differ in every row.

Data Package v2 has `uniqueKeys`; Frictionless 5.21 accepts the key and does not check it. Texts are compared as values
(`1.0` equals `1.00`); a row in which all columns of the key are missing has no key.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from dulieumo_rules.findings import Severity
from dulieumo_rules.shape import Table

from . import Values, canonical

CODE = "unique-key"
SEVERITY = Severity.ERROR


@dataclass(slots=True)
class Seen:
    """The rows seen so far, by their key."""

    columns: tuple[str, ...]
    rows: dict[tuple[object, ...], int] = field(default_factory=dict)

    def follow(self, table: Table, row: int, cells: Mapping[str, str | None]) -> Values | None:
        """Look at the next row; the finding's values where its key was seen before."""
        if any(name not in cells for name in self.columns):
            return None
        key = tuple(_value(table, name, cells[name]) for name in self.columns)
        if all(part is None for part in key):
            return None
        first = self.rows.setdefault(key, row)
        if first == row:
            return None
        return {
            "columns": ", ".join(self.columns),
            "value": ", ".join(str(cells[name] or "") for name in self.columns),
            "first": first,
        }


def _value(table: Table, name: str, text: str | None) -> object:
    """A value to compare: what cannot be read counts as missing."""
    declared = table.field(name)
    if text is None or declared is None or not canonical.is_readable(declared):
        return text
    value = canonical.read(text, declared)
    return value.normalize() if isinstance(value, Decimal) and value.is_finite() else value
