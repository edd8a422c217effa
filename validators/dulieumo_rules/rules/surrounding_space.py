"""A text does not start or end with a space.

Nobody sees it, and `"Bến Thành "` is not `"Bến Thành"` when tables are joined. A warning; `dulieumo fix` removes it.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from dulieumo_rules import bytewise, masks
from dulieumo_rules.findings import Severity
from dulieumo_rules.masks import Mask
from dulieumo_rules.shape import Field, Table

from . import Values

CODE = "surrounding-space"
SEVERITY = Severity.WARNING

_SPACES = np.isin(np.arange(256), list(b" \n\r"))


def applies(field: Field, _table: Table) -> bool:
    return field.type == "string"


def suspects(cells: pa.Array, _field: Field, _table: Table) -> Mask:
    if bytewise.is_without_spaces(cells):
        return None
    marked = _SPACES[masks.first_bytes(cells)] | _SPACES[masks.last_bytes(cells)]
    return masks.of(marked) if marked.any() else None


def explain(text: str, _field: Field, _table: Table) -> Values | None:
    return {"value": text if len(text) <= 80 else text[:79] + "…"} if text.strip(" \n\r") != text else None
