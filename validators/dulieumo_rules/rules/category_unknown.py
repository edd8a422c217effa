"""A value is one of the `categories` that its column declares.

Data Package v2 has `categories`; Frictionless 5.21 accepts the key and does not check it. A value that is missing by
declaration needs no category.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping

import pyarrow as pa
import pyarrow.compute as pc

from dulieumo_rules import masks
from dulieumo_rules.findings import Severity
from dulieumo_rules.masks import Mask
from dulieumo_rules.shape import Field, Table

from . import Values

CODE = "category-unknown"
SEVERITY = Severity.ERROR
LISTED = 12


def applies(field: Field, _table: Table) -> bool:
    return "categories" in field.descriptor


def allowed(field: Field) -> list[str]:
    """The declared values as they stand in the file."""
    entries = field.descriptor.get("categories", ())
    return [str(entry["value"] if isinstance(entry, Mapping) else entry) for entry in entries]


def suspects(cells: pa.Array, field: Field, _table: Table) -> Mask:
    known = pa.array([*allowed(field), None], pa.string())
    return masks.by_distinct(cells, lambda texts: masks.or_none(pc.invert(pc.is_in(texts, value_set=known))))


def explain(text: str, field: Field, _table: Table) -> Values | None:
    known = allowed(field)
    if text in known:
        return None
    nearest = next(iter(difflib.get_close_matches(text, known, n=1)), "")
    return {"value": text, "nearest": nearest, "allowed": _listed(known)}


def _listed(known: list[str]) -> str:
    """The values, as far as a reader takes them in."""
    return ", ".join(known) if len(known) <= LISTED else ", ".join([*known[:LISTED], "…"])
