"""A column is not emptier than declared, nor much emptier than in the release before.

Declared: `{rule: null-share, columns: [ma_xa], maximum: 5}` in `dulieumo:checks` (percent; without `columns`: all). Without
that, a rise of more than 20 percentage points against the release before is a warning: something was lost on the way.
"""

from __future__ import annotations

from collections.abc import Mapping

from dulieumo_rules.findings import Severity
from dulieumo_rules.shape import Field, Table

from . import Values

CODE = "null-share"
SEVERITY = Severity.ERROR
RISE = 20.0


def bound(field: Field, table: Table) -> float | None:
    """The greatest share of missing values declared for a column, in percent; None where none is."""
    limits = [
        float(entry.get("maximum", 100))
        for entry in table.asked(CODE)
        if not entry.get("columns") or field.name in entry["columns"]
    ]
    return min(limits, default=None)


def conclude(missing: int, rows: int, field: Field, table: Table) -> Values | None:
    """Against the declared bound."""
    limit, share = bound(field, table), 100 * missing / rows if rows else 0.0
    if limit is None or share <= limit:
        return None
    return {"share": f"{share:.1f}", "limit": f"{limit:g}"}


def compared(missing: int, rows: int, before: Mapping[str, float], field: Field) -> Values | None:
    """Against the release before: `before` has the shares, in percent, by column."""
    share = 100 * missing / rows if rows else 0.0
    if field.name not in before or share - before[field.name] <= RISE:
        return None
    return {"share": f"{share:.1f}", "limit": f"{before[field.name]:.1f} + {RISE:g}", "basis": "previous"}
