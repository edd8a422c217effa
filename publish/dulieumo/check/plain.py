"""Which declarations Frictionless certainly accepts. Whatever is not plain here is put to Frictionless itself."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from dulieumo_rules.shape import Field, Table

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_BOUNDS = frozenset({"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"})
_ORDERED = frozenset({"required", "unique", "enum", *_BOUNDS})
CONSTRAINTS: Mapping[str, frozenset[str]] = {
    "string": frozenset({"required", "unique", "enum", "minLength", "maxLength", "pattern"}),
    "integer": _ORDERED,
    "number": _ORDERED,
    "date": _ORDERED,
    "year": _ORDERED,
    "yearmonth": frozenset({"required", "unique"}),
    "datetime": frozenset({"required", "unique"}),
    "time": frozenset({"required", "unique"}),
    "boolean": frozenset({"required", "unique"}),
}
"""Types that the screen knows, and the constraints that it knows of them."""

Bound = int | Decimal | float | date


def is_plain(table: Table) -> bool:
    """Whether the whole schema is: every field, the keys, the missing values."""
    names = [field.name for field in table.fields]
    if len(set(names)) != len(names) or not set(table.schema.get("primaryKey", ())) <= set(names):
        return False
    if not _plain_missing(table.schema.get("missingValues", [""])):
        return False
    return all(is_plain_field(field) for field in table.fields)


def is_plain_field(field: Field) -> bool:
    """Whether Frictionless accepts the declaration, and the screen can judge its cells."""
    known = CONSTRAINTS.get(field.type)
    constraints = field.descriptor.get("constraints", {})
    if known is None or not constraints.keys() <= known or field.format != "default":
        return False
    if not _plain_missing(field.descriptor.get("missingValues", [""])):
        return False
    if {"groupChar", "decimalChar", "bareNumber"} & field.descriptor.keys():
        return False
    if field.type == "number" and not ({"dulieumo:decimal", "dulieumo:float"} & field.descriptor.keys()):
        return False
    for name, value in constraints.items():
        match name:
            case "required" | "unique":
                if not isinstance(value, bool):
                    return False
            case "minLength" | "maxLength":
                if not isinstance(value, int) or isinstance(value, bool):
                    return False
            case "pattern":
                if not isinstance(value, str):
                    return False
            case "enum":
                if not isinstance(value, list) or field.type != "string" or not all(isinstance(v, str) for v in value):
                    return False
            case _:
                if bound(value, field) is None:
                    return False
    return True


def bound(value: Any, field: Field) -> Bound | None:
    """A bound of a constraint as a value of the field's type; None where only Frictionless can read it."""
    if isinstance(value, bool):
        return None
    text = value if isinstance(value, str) else None
    try:
        match field.type:
            case "integer":
                return int(text) if text is not None else value if isinstance(value, int) else None
            case "number" if not field.descriptor.get("dulieumo:float"):
                found = (
                    Decimal(text)
                    if text is not None
                    else Decimal(str(value))
                    if isinstance(value, int | float)
                    else None
                )
                return found if found is not None and found.is_finite() else None
            case "year":
                year = int(text) if text is not None and len(text) == 4 else value if isinstance(value, int) else -1
                return year if 0 <= year <= 9999 else None
            case "number" if field.descriptor.get("dulieumo:float"):
                return float(value)
            case "date":
                return date.fromisoformat(text) if text is not None and _DATE.fullmatch(text) else None
    except (ValueError, ArithmeticError):
        return None
    return None


def _plain_missing(entries: Any) -> bool:
    """Strings; or objects without a value or label twice."""
    if not isinstance(entries, list):
        return False
    if all(isinstance(entry, str) for entry in entries):
        return True
    if not all(isinstance(entry, Mapping) for entry in entries):
        return False
    values = [entry["value"] for entry in entries]
    labels = [entry["label"] for entry in entries if entry.get("label") is not None]
    return len(set(values)) == len(values) and len(set(labels)) == len(labels)
