"""A table has about as many rows as it should.

Declared: `{rule: row-count, minimum: 100, maximum: 5000}` in `dulieumo:checks`. Without that, losing more than half of the
rows against the release before is a warning: usually a file that was cut off, or replaced by its newest part.
"""

from __future__ import annotations

from dulieumo_rules.findings import Severity
from dulieumo_rules.shape import Table

from . import Values

CODE = "row-count"
SEVERITY = Severity.ERROR
LOST = 0.5


def conclude(rows: int, table: Table) -> Values | None:
    """Against the declared bounds."""
    for entry in table.asked(CODE):
        minimum, maximum = entry.get("minimum"), entry.get("maximum")
        if minimum is not None and rows < minimum:
            return {"rows": rows, "minimum": int(minimum)}
        if maximum is not None and rows > maximum:
            return {"rows": rows, "maximum": int(maximum)}
    return None


def compared(rows: int, before: int) -> Values | None:
    """Against the release before."""
    return {"rows": rows, "previous": before} if rows < before * (1 - LOST) else None
