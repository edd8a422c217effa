"""A text is no longer than what common programs read.

Excel cuts cells at 32,767 characters, silently. Geometry columns are meant for other programs and are not asked.
"""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from dulieumo_rules import bytewise, masks
from dulieumo_rules.findings import Severity
from dulieumo_rules.masks import Mask
from dulieumo_rules.shape import Field, Table

from . import Values

CODE = "cell-too-long"
SEVERITY = Severity.WARNING
LIMIT = 32_767


def applies(field: Field, _table: Table) -> bool:
    return field.type in ("string", "list", "object", "array") and field.format != "wkt"


def suspects(cells: pa.Array, _field: Field, _table: Table) -> Mask:
    return masks.or_none(pc.greater(pc.binary_length(cells), LIMIT)) if bytewise.longest(cells) > LIMIT else None


def explain(text: str, _field: Field, _table: Table) -> Values | None:
    return {"length": len(text), "limit": LIMIT} if len(text) > LIMIT else None
