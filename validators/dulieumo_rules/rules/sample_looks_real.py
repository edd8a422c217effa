"""A row of a sample table says that it is one.

A table with `dulieumo:kind: sample` only shows its columns. Somewhere in each of its rows stands the word "mẫu" (or
"MAU" in a code), so that no row can be taken for a fact after it was copied out of its table.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from dulieumo_rules import masks
from dulieumo_rules.findings import Severity
from dulieumo_rules.masks import Mask
from dulieumo_rules.shape import Table

from . import Values

CODE = "sample-looks-real"
SEVERITY = Severity.ERROR

MARKS = ("mẫu", "Mẫu", "MẪU", "MAU", "mau-")


def applies(table: Table) -> bool:
    return table.is_sample


def suspects(columns: Mapping[str, pa.Array], table: Table) -> Mask:
    said: pa.Array | None = None
    for field in table.fields:
        if field.name not in columns:
            continue
        for mark in MARKS:
            here = pc.fill_null(pc.match_substring(columns[field.name], mark), False)
            said = here if said is None else pc.or_(said, here)
    return None if said is None else masks.or_none(pc.invert(said))


def explain(cells: Sequence[str | None], _table: Table) -> tuple[str | None, Values] | None:
    if any(mark in cell for cell in cells if cell for mark in MARKS):
        return None
    return None, {}
