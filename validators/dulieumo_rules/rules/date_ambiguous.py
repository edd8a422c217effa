"""It is known which number of a date is the day.

A column of type date with `format: any` leaves the reading to chance: 03/04/2024 is the third of April in Hà Nội and the
fourth of March in New York. Declare the format (`%d/%m/%Y`) or write 2024-04-03. In a text column of dates with slashes
in which no number is above 12, as a warning.
"""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa
import pyarrow.compute as pc

from dulieumo_rules import bytewise, masks
from dulieumo_rules.findings import Severity
from dulieumo_rules.shape import Field, Table

from . import Values

CODE = "date-ambiguous"
SEVERITY = Severity.WARNING

_SLASHED = r"^(0?[1-9]|[12][0-9]|3[01])[/.-](0?[1-9]|[12][0-9]|3[01])[/.-][0-9]{4}$"
_WITHIN = r"[0-9][/.-][0-9]{1,2}[/.-][0-9]{4}"
_AMBIGUOUS = r"^(0?[1-9]|1[0-2])[/.-](0?[1-9]|1[0-2])[/.-][0-9]{4}$"


def applies(field: Field, _table: Table) -> bool:
    return (field.type in ("date", "datetime") and field.format == "any") or field.type == "string"


def collect(cells: pa.Array, _field: Field) -> Mapping[str, int | str]:
    """Counts over a chunk; `cells` are null where missing."""
    if not any(bytewise.has(cells, sign) for sign in "/.-") or not masks.has_match(cells, _WITHIN):
        return {"filled": len(cells) - cells.null_count}
    slashed = pc.fill_null(pc.match_substring_regex(cells, _SLASHED), False)
    count = pc.sum(slashed).as_py() or 0
    if not count:
        return {"filled": len(cells) - cells.null_count}
    ambiguous = pc.fill_null(pc.match_substring_regex(cells, _AMBIGUOUS), False)
    found = cells.filter(ambiguous)
    example: dict[str, int | str] = {"example": found[0].as_py()} if len(found) else {}
    return {"filled": len(cells) - cells.null_count, "slashed": count, "ambiguous": len(found), **example}


def conclude(total: Mapping[str, int | str], field: Field, _table: Table) -> Values | None:
    slashed, ambiguous = int(total.get("slashed", 0)), int(total.get("ambiguous", 0))
    if field.type == "string" and slashed < 0.8 * int(total.get("filled", 0)):
        return None
    return {"value": str(total["example"])} if slashed and ambiguous == slashed else None
