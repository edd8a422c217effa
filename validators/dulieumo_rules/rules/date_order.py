"""One date does not come after another that follows it in the course of things.

Declared: `{rule: date-order, columns: [ngay_cap, ngay_het_han]}` in `dulieumo:checks`, in the order in which they happen;
a pair with a missing date is passed over.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

import pyarrow as pa
import pyarrow.compute as pc

from dulieumo_rules import masks
from dulieumo_rules.findings import Severity
from dulieumo_rules.masks import Mask
from dulieumo_rules.shape import Table

from . import Values, canonical

CODE = "date-order"
SEVERITY = Severity.ERROR


def applies(table: Table) -> bool:
    return bool(table.asked(CODE))


def _pairs(table: Table) -> Iterator[tuple[str, str]]:
    for entry in table.asked(CODE):
        names = [str(name) for name in entry.get("columns", ())]
        yield from pairwise(names)


def suspects(columns: Mapping[str, pa.Array], table: Table) -> Mask:
    found: Mask = None
    for first, second in _pairs(table):
        if first in columns and second in columns:
            if _is_plain(table, first) and _is_plain(table, second):
                found = masks.either(found, masks.or_none(pc.greater(columns[first], columns[second])))
            else:
                both = pc.and_(pc.is_valid(columns[first]), pc.is_valid(columns[second]))
                found = masks.either(found, masks.or_none(both))
    return found


def _is_plain(table: Table, name: str) -> bool:
    """Whether texts sort as the dates do."""
    field = table.field(name)
    return field is not None and field.type in ("date", "year", "yearmonth") and field.format == "default"


def explain(cells: Sequence[str | None], table: Table) -> tuple[str | None, Values] | None:
    texts = {field.name: text for field, text in zip(table.fields, cells, strict=True)}
    for first, second in _pairs(table):
        one, two = table.field(first), table.field(second)
        before, after = texts.get(first), texts.get(second)
        if one is None or two is None or before is None or after is None:
            continue
        left, right = canonical.read(before, one), canonical.read(after, two)
        if type(left) is type(right) and left is not None and left > right:
            return first, {
                "first_column": first,
                "first_value": before,
                "second_column": second,
                "second_value": after,
            }
    return None
