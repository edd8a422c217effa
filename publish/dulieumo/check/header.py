"""Which field each column of a file stands for: as Frictionless pairs labels and fields."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from dulieumo_rules.shape import Field, Table

ANY = "any"
"""The type of a column that no field declares: every text is right in it."""

MOST_EXTRA = 1_000
"""Undeclared columns that are still told one by one; Frictionless needs the square of their number in time."""


def has_far_too_many(labels: Sequence[str], table: Table) -> bool:
    """Whether a file cannot be the declared table: a thousand columns more than it has."""
    return len(labels) > len(table.fields) + MOST_EXTRA


def mode(schema: Mapping[str, Any]) -> str:
    """The schema's `fieldsMatch`; the standard's default is exact."""
    found = schema.get("fieldsMatch", "exact")
    return str(found[0] if isinstance(found, list) else found)


def is_right(labels: Sequence[str], table: Table) -> bool:
    """Whether Frictionless certainly has nothing to say about the header. False means: ask it."""
    names = [field.name for field in table.fields]
    match mode(table.schema):
        case "exact":
            return list(labels) == names
        case "equal":
            return len(labels) == len(names) and set(labels) == set(names)
        case "subset":
            return len(set(labels)) == len(labels) and set(names) <= set(labels)
    return False


def expected(labels: Sequence[str], table: Table, *, has_header: bool) -> tuple[Field, ...]:
    """The field of each column, in the file's order; () where Frictionless would refuse to pair them at all."""
    if not has_header or not labels:  # a blank header leaves Frictionless with the declared order, too
        return tuple(replace(field, position=number) for number, field in enumerate(table.fields, start=1))
    if mode(table.schema) == "exact":
        known = list(table.fields[: len(labels)])
        extra = [Field(name=label, type=ANY) for label in labels[len(known) :]]
        pairs = [*known, *extra]
    else:
        if len(set(labels)) != len(labels):
            return ()
        pairs = [table.field(label) or Field(name=label, type=ANY) for label in labels]
    return tuple(replace(field, position=number) for number, field in enumerate(pairs, start=1))
