"""The numbers of a column use one decimal sign.

Vietnamese papers write 1.234,5 (Law on Accounting), computers 1234.5. A column with both `1.234.567` or `1,5` and `1234.5`
was put together from several, and `1.234` in it may be either. Publish with a decimal point and no grouping; a source in
Vietnamese form declares `decimalChar: ","` and `groupChar: "."`.
"""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa

from dulieumo_rules import bytewise, masks
from dulieumo_rules.findings import Severity
from dulieumo_rules.shape import Field, Table

from . import Values

CODE = "number-locale-mixed"
SEVERITY = Severity.ERROR

_VIETNAMESE = r"^\s*-?([0-9]{1,3}(\.[0-9]{3}){2,}|[0-9]{1,3}(\.[0-9]{3})*,[0-9]+|[0-9]+,[0-9]{1,2})\s*%?$"
_INTERNATIONAL = (
    r"^\s*-?([0-9]+\.([0-9]{1,2}|[0-9]{4,})|[0-9]{1,3}(,[0-9]{3}){2,}|[0-9]{1,3}(,[0-9]{3})+\.[0-9]+)\s*%?$"
)


def applies(field: Field, _table: Table) -> bool:
    return field.type in ("integer", "number")


def collect(cells: pa.Array, _field: Field) -> Mapping[str, int | str]:
    """An example of each form; `cells` are null where missing."""
    if not bytewise.has(cells, ".") and not bytewise.has(cells, ","):
        return {}
    found: dict[str, int | str] = {}
    for name, sign, pattern in (("vi", r",|\.[0-9]{3}\.[0-9]{3}", _VIETNAMESE), ("en", r"[.,]", _INTERNATIONAL)):
        example = masks.first_match(cells, pattern) if masks.has_match(cells, sign) else None
        if example is not None:
            found[name] = example
    return found


def conclude(total: Mapping[str, int | str], _field: Field, _table: Table) -> Values | None:
    return {"first": str(total["vi"]), "second": str(total["en"])} if "vi" in total and "en" in total else None
