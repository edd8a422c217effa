"""A row does not repeat another one as a whole.

Asked of tables that declare neither a primary key nor unique keys: there, the row itself is the key. Two facts that are
truly alike need a column that tells them apart. Texts are compared as they stand.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from dulieumo_rules.findings import Severity
from dulieumo_rules.shape import Table

from . import Values

CODE = "duplicate-row"
SEVERITY = Severity.ERROR


@dataclass(slots=True)
class Seen:
    """The rows seen so far."""

    columns: tuple[str, ...]
    rows: dict[tuple[str | None, ...], int] = field(default_factory=dict)

    def follow(self, _table: Table, row: int, cells: Mapping[str, str | None]) -> Values | None:
        """Look at the next row; the finding's values where it was seen before. A blank row is another code's matter."""
        key = tuple(cells.get(name) for name in self.columns)
        if all(part is None for part in key):
            return None
        first = self.rows.setdefault(key, row)
        return None if first == row else {"first": first}
