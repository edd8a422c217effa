"""The keys of a table: which rows must differ, as texts that are equal where Frictionless's values are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Context, Decimal
from typing import Protocol

import pyarrow as pa
import pyarrow.compute as pc

from dulieumo import cells
from dulieumo.check.references import joined
from dulieumo.model import Column, Resource
from dulieumo_rules import masks, rules
from dulieumo_rules.masks import Mask
from dulieumo_rules.rules import canonical, duplicate_row, unique_key
from dulieumo_rules.shape import Field, Table

COMPARABLE = frozenset({"string", "integer", "number", "boolean", "date", "datetime", "time", "year", "yearmonth"})
"""Types whose canonical texts are equal if and only if Frictionless's values are (or oftener, which is safe)."""


_EXACT = Context(prec=200)


class NotComparable(Exception):
    """Some text of a key could be equal to another one in a way that only Frictionless knows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """`columns` name a row. `code` is Frictionless's for what it judges, else of our rule."""

    code: str
    columns: tuple[str, ...]

    @property
    def is_frictionless(self) -> bool:
        return self.code in ("primary-key", "unique-error")


def of(resource: Resource) -> tuple[Key, ...]:
    """The keys that a table declares; without any, whole rows must differ."""
    schema = resource.schema
    assert schema is not None
    found = []
    if schema.primary_key:
        found.append(Key(code="primary-key", columns=schema.primary_key))
    for column in schema.columns:
        if column.constraints.get("unique"):
            found.append(Key(code="unique-error", columns=(column.name,)))
    found.extend(Key(code=unique_key.CODE, columns=key) for key in schema.unique_keys)
    if not schema.primary_key and not schema.unique_keys:
        found.append(Key(code=duplicate_row.CODE, columns=tuple(column.name for column in schema.columns)))
    return tuple(found)


def is_comparable(key: Key, resource: Resource) -> bool:
    """Whether equal values have equal texts in all the key's columns; if not, Frictionless gets every row."""
    assert resource.schema is not None
    columns = [column for name in key.columns if (column := resource.schema.column(name))]
    return all(column.type in COMPARABLE and column.format == "default" for column in columns)


def texts(
    key: Key,
    resource: Resource,
    fields: Mapping[str, Field],
    raw: Mapping[str, pa.Array],
    present: Mapping[str, pa.Array],
    doubts: Mapping[str, Mask],
) -> pa.Array | None:
    """The key of each record as one text, null where it is missing in all columns. None: the file lacks a column.

    `raw`: utf8 arrays by name; `present`: the same, null where missing; `doubts`: what the screen could not prove of them. What cannot be
    read, for Frictionless, is missing. Raises NotComparable."""
    if any(name not in present for name in key.columns):
        return None
    if key.code == duplicate_row.CODE:
        return joined([present[name] for name in key.columns])
    assert resource.schema is not None
    parts = []
    for name in key.columns:
        column = resource.schema.column(name)
        assert column is not None
        text = _normal(column, fields[name], present[name], doubts.get(name))
        if key.is_frictionless and column.type == "string" and "" not in fields[name].missing_values:
            text = pc.if_else(pc.fill_null(pc.equal(raw[name], ""), False), "", text)  # a value like any other
        parts.append(text)
    return joined(parts)


def _normal(column: Column, field_: Field, present: pa.Array, doubts: Mask) -> pa.Array:
    if column.type == "string":
        return present
    parsed = cells.parse(column, present)
    values = parsed.values
    if pa.types.is_floating(values.type):
        values = pc.add(values, 0.0)  # -0.0 equals 0.0
    texts_ = cells.to_text(column, values)
    unsure = masks.either(parsed.suspects, masks.without(doubts, masks.or_none(pc.is_null(present))))
    if unsure is None:
        return texts_
    if column.type in ("datetime", "time"):
        raise NotComparable  # no standard text to compare with
    read = [_of_value(canonical.read(text, field_), values.type) for text in present.filter(unsure).to_pylist()]
    return pc.replace_with_mask(texts_, unsure, pa.array(read, pa.string()))


def _of_value(value: object, kind: pa.DataType) -> str | None:
    """The text that `to_text` gives equal values, for one that Frictionless read; None where it read none."""
    if isinstance(value, Decimal) and pa.types.is_floating(kind):
        number = float(value) + 0.0
        text: str = pa.array([number]).cast(pa.string())[0].as_py()
        return text
    if isinstance(value, Decimal) and value.is_finite():
        value = value.normalize(_EXACT).copy_abs() if value == 0 else value.normalize(_EXACT)
        _, digits, exponent = value.as_tuple()
        fits = isinstance(exponent, int) and -exponent <= kind.scale and len(digits) + exponent + kind.scale <= 38
        return f"{value:.{kind.scale}f}" if fits else f"{value}"
    if isinstance(value, bool):
        return str(value).lower()
    return None if value is None else str(value)


class Seen(Protocol):
    """A rule's memory of the rows that it was shown."""

    def follow(self, table: Table, row: int, cells: Mapping[str, str | None], /) -> rules.Values | None: ...


def seen(key: Key) -> Seen:
    """The rule that compares, for a key of our own, the rows that may repeat."""
    return duplicate_row.Seen(key.columns) if key.code == duplicate_row.CODE else unique_key.Seen(key.columns)
