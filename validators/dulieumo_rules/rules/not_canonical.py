"""A value is written in the one standard way of its type.

`1_000`, ` 5`, `+3`, `007`, `１２` (fullwidth digits) and `2025-7-1` are read by some programs, refused or misread by others.
Frictionless lets them pass; this rule does not. A number may use the `groupChar` and `decimalChar` that its column
declares. Leading zeros mean that the column holds codes: declare it as `string`.
"""

from __future__ import annotations

import re

import pyarrow as pa

from dulieumo_rules import masks
from dulieumo_rules.findings import Severity
from dulieumo_rules.masks import Mask
from dulieumo_rules.shape import Field, Table

from . import Values, canonical

CODE = "not-canonical"
SEVERITY = Severity.ERROR


def applies(field: Field, _table: Table) -> bool:
    return canonical.pattern(field) is not None


def suspects(cells: pa.Array, field: Field, _table: Table) -> Mask:
    """Cells that do not match; where the column declares number signs of its own, each distinct text is looked at."""
    expected = canonical.pattern(field)
    assert expected is not None, "applies() said so"
    if not {"groupChar", "decimalChar", "bareNumber"} & field.descriptor.keys():
        return masks.not_matching(cells, expected)
    return masks.by_text(cells, lambda text: re.fullmatch(expected, canonical.plain(text, field)) is None)


def explain(text: str, field: Field, _table: Table) -> Values | None:
    expected = canonical.pattern(field)
    if expected is None or re.fullmatch(expected, canonical.plain(text, field)):
        return None
    if canonical.read(text, field) is None or canonical.problem(text, field):
        return None  # type-error, or not-representable, says more
    return {"value": text, "type": field.type, "nearest": canonical.nearest(text, field)}
