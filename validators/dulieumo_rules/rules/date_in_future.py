"""A date of something that has happened is not after the date of the data.

Asked of date and year columns that are named after the past (issued, founded, signed, born), as a warning against
`dulieumo:dataAsOf`. Columns of plans and expiry dates are not asked. An entry `{rule: date-in-future, columns: […]}` in
`dulieumo:checks` asks it of further columns, `{rule: date-in-future, except: […]}` spares some.
"""

from __future__ import annotations

import re

import pyarrow as pa
import pyarrow.compute as pc

from dulieumo_rules import masks
from dulieumo_rules.findings import Severity
from dulieumo_rules.masks import Mask
from dulieumo_rules.shape import Field, Table

from . import Values

CODE = "date-in-future"
SEVERITY = Severity.WARNING

_PAST = re.compile(
    r"(ngay|nam|thang)_(cap|thanh_lap|ban_hanh|ky|sinh|cong_nhan|khanh_thanh|dang_ky|xay_dung|phat_hien|tiep_nhan)|issued|founded|signed"
)


def applies(field: Field, table: Table) -> bool:
    if field.type not in ("date", "year", "yearmonth") or field.format != "default" or not table.as_of:
        return False
    asked = table.asked(CODE)
    if any(field.name in entry.get("except", ()) for entry in asked):
        return False
    return any(field.name in entry.get("columns", ()) for entry in asked) or bool(_PAST.search(field.name))


def limit(table: Table, field: Field) -> str:
    """The last date that is not in the future: the end of the period that the data is of, as exact as the column."""
    as_of = table.as_of or ""
    last = f"{as_of}-12-31"[:10] if len(as_of) == 4 else f"{as_of}-31"[:10] if len(as_of) == 7 else as_of
    return last[: {"year": 4, "yearmonth": 7}.get(field.type, 10)]


def suspects(cells: pa.Array, field: Field, table: Table) -> Mask:
    return masks.or_none(pc.greater(cells, limit(table, field)))  # texts of one form sort as the dates do


def explain(text: str, field: Field, table: Table) -> Values | None:
    last = limit(table, field)
    if len(text) != len(last) or not text[0].isdigit() or text <= last:
        return None
    return {"value": text, "limit": table.as_of or ""}
