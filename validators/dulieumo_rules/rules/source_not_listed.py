"""A row's source is one of the dataset's `sources`.

In the column with `dulieumo:role: source` each value is the `dulieumo:id` of an entry of `sources` (of the table or of
its dataset), so that every figure can be traced. Several ids are separated by `;`.
"""

from __future__ import annotations

import difflib

import pyarrow as pa
import pyarrow.compute as pc

from dulieumo_rules import masks
from dulieumo_rules.findings import Severity
from dulieumo_rules.masks import Mask
from dulieumo_rules.shape import Field, Table

from . import Values

CODE = "source-not-listed"
SEVERITY = Severity.ERROR


def applies(field: Field, table: Table) -> bool:
    return field.descriptor.get("dulieumo:role") == "source" and table.sources is not None


def suspects(cells: pa.Array, _field: Field, table: Table) -> Mask:
    known = pa.array([*(table.sources or ()), None], pa.string())
    return masks.by_distinct(cells, lambda texts: masks.or_none(pc.invert(pc.is_in(texts, value_set=known))))


def explain(text: str, _field: Field, table: Table) -> Values | None:
    known = table.sources or ()
    for source in text.split(";"):
        if source.strip() not in known:
            return {"value": source.strip(), "nearest": next(iter(difflib.get_close_matches(source, known, n=1)), "")}
    return None
