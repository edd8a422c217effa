"""The parts of a row add up to its total.

Declared: `{rule: sum-not-total, total: tong_so, parts: [nam, nu], tolerance: 0}` in `dulieumo:checks`. Exact decimal
arithmetic; a row with a part or the total missing is passed over; `tolerance` allows for rounding, in the unit of the column.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from dulieumo_rules import masks
from dulieumo_rules.findings import Severity
from dulieumo_rules.masks import Mask
from dulieumo_rules.shape import Table

from . import Values, canonical

CODE = "sum-not-total"
SEVERITY = Severity.ERROR


def applies(table: Table) -> bool:
    return bool(table.asked(CODE))


def suspects(columns: Mapping[str, pa.Array], table: Table) -> Mask:
    """Rows in which the sums differ as floating-point numbers by more than they can through rounding; else all of them."""
    found: Mask = None
    for entry in table.asked(CODE):
        names = [str(entry.get("total", "")), *(str(name) for name in entry.get("parts", ()))]
        if any(name not in columns for name in names):
            continue
        try:
            numbers = [columns[name].cast(pa.float64()) for name in names]
        except pa.ArrowInvalid:
            return pc.is_valid(columns[names[0]])
        total, difference = numbers[0], numbers[0]
        for part in numbers[1:]:
            difference = pc.subtract(difference, part)
        room = pc.add(pc.multiply(pc.abs(total), 1e-9), 1e-9)
        off = pc.greater(pc.abs(difference), room)
        found = masks.either(found, masks.or_none(off))
    return found


def explain(cells: Sequence[str | None], table: Table) -> tuple[str | None, Values] | None:
    texts = {field.name: text for field, text in zip(table.fields, cells, strict=True)}
    for entry in table.asked(CODE):
        wrong = _wrong(entry, texts, table)
        if wrong is not None:
            return wrong
    return None


def _wrong(entry: Mapping[str, Any], texts: Mapping[str, str | None], table: Table) -> tuple[str, Values] | None:
    name, parts = str(entry.get("total", "")), [str(part) for part in entry.get("parts", ())]
    numbers = [_number(table, column, texts.get(column)) for column in (name, *parts)]
    if any(number is None for number in numbers):
        return None
    total, *values = [number for number in numbers if number is not None]
    added = sum(values, Decimal(0))
    if abs(total - added) <= Decimal(str(entry.get("tolerance", 0))):
        return None
    return name, {"total_column": name, "total": str(texts[name]), "sum": f"{added:f}"}


def _number(table: Table, name: str, text: str | None) -> Decimal | None:
    field = table.field(name)
    value = canonical.read(text, field) if text is not None and field is not None else None
    try:
        number = Decimal(str(value)) if value is not None else None
    except InvalidOperation:
        return None
    return number if number is not None and number.is_finite() else None
