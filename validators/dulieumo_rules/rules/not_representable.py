"""A value fits the type that its column is published in.

`NaN` and infinities are no numbers that can be added up; integers beyond 18 digits do not fit the 64 bits of a Parquet
or DataStore column; an exact number has no more digits than `dulieumo:decimal` declares. Frictionless lets them pass.
A long number that nobody adds up is a code: declare the column as `string`.
"""

from __future__ import annotations

import pyarrow as pa

from dulieumo_rules import masks
from dulieumo_rules.findings import Severity
from dulieumo_rules.masks import Mask
from dulieumo_rules.shape import Field, Table

from . import Values, canonical, not_canonical

CODE = "not-representable"
SEVERITY = Severity.ERROR


def applies(field: Field, _table: Table) -> bool:
    return field.type in ("integer", "number")


def suspects(cells: pa.Array, field: Field, table: Table) -> Mask:
    odd = not_canonical.suspects(cells, field, table)  # what is canonical has few enough digits, but for floats:
    if field.type == "number" and not field.descriptor.get("dulieumo:decimal"):
        odd = masks.either(odd, masks.not_matching(cells, canonical.SURE_FLOAT))
    return odd


def explain(text: str, field: Field, _table: Table) -> Values | None:
    reason = canonical.problem(text, field)
    return None if reason is None else {"value": text, "type": field.type, "reason": reason}
