"""Constraints that cannot be used: a bound that is no value of its column, a pattern that is none.

Frictionless would stop with an exception on them, in the middle of a table; here they are findings, before it is read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from dulieumo.check import plain
from dulieumo_rules.findings import Finding, Place, finding
from dulieumo_rules.shape import Field, Table

if TYPE_CHECKING:
    from frictionless import Schema

BOUNDS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")
UNHASHABLE = ("list", "object", "array", "geojson")


def problems(table: Table, schema: Schema | None, place_of: Callable[[Field], Place]) -> Iterator[Finding]:
    """Every constraint that cannot be used. `schema` is Frictionless's, None where the declaration is plain."""
    key = set(table.schema.get("primaryKey", ()))
    for field in table.fields:
        constraints = field.descriptor.get("constraints", {})
        place = place_of(field)
        if "pattern" in constraints:
            yield from _pattern(str(constraints["pattern"]), field, place)
        if field.type in UNHASHABLE and (field.name in key or constraints.get("unique")):
            yield _unreadable("primaryKey" if field.name in key else "unique", field.name, field, place)
        if schema is None or plain.is_plain_field(field):
            continue
        reader: Any = schema.get_field(field.name).create_value_reader()
        for name in BOUNDS:
            if name in constraints and reader(constraints[name]) is None:
                yield _unreadable(name, constraints[name], field, place)


def _pattern(pattern: str, field: Field, place: Place) -> Iterator[Finding]:
    try:
        re.compile(f"^{pattern}$")
    except (re.error, RecursionError, OverflowError) as error:
        yield _unreadable("pattern", pattern, field, place, str(error))


def _unreadable(constraint: str, limit: Any, field: Field, place: Place, reason: str = "") -> Finding:
    return finding(
        "constraint-unreadable", place, constraint=constraint, limit=str(limit)[:80], type=field.type, reason=reason
    )
