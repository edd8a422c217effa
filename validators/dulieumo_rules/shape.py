"""What the rules know of a table: its fields as the descriptor states them, and the facts around it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

_NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One column. `descriptor` is the Data Package field, all keys included; `position` counts from 1 in the file."""

    name: str
    type: str
    format: str = "default"
    position: int = 0
    missing_values: tuple[str, ...] = ("",)
    descriptor: Mapping[str, Any] = field(default_factory=lambda: _NOTHING)

    def is_missing(self, text: str | None) -> bool:
        return text is None or text == "" or text in self.missing_values

    @property
    def title(self) -> str:
        return str(self.descriptor.get("title", ""))


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table and what is said around it.

    `schema` is the Table Schema, all keys included. `sources` are the ids that rows may name. `as_of` is the date of the
    data (YYYY, YYYY-MM or YYYY-MM-DD), `bounds` its box in WGS 84 (west, south, east, north). What is unknown is None,
    and a rule that needs it then finds nothing.
    """

    name: str
    fields: tuple[Field, ...]
    schema: Mapping[str, Any] = field(default_factory=lambda: _NOTHING)
    is_sample: bool = False
    sources: tuple[str, ...] | None = None
    as_of: str | None = None
    bounds: tuple[float, float, float, float] | None = None
    crs: int | None = None
    checks: tuple[Mapping[str, Any], ...] = ()
    """The entries of `dulieumo:checks`: each names a rule and gives what it asks for."""

    def asked(self, rule: str) -> tuple[Mapping[str, Any], ...]:
        """What the descriptor asks of a rule, one entry per time."""
        return tuple(entry for entry in self.checks if entry.get("rule") == rule)

    def field(self, name: str) -> Field | None:
        return next((item for item in self.fields if item.name == name), None)


def fields_of(schema: Mapping[str, Any]) -> tuple[Field, ...]:
    """The fields of a Table Schema descriptor, in order, the table's missing values given to those without their own."""
    shared = _missing(schema.get("missingValues"))
    return tuple(
        Field(
            name=str(entry["name"]),
            type=str(entry.get("type", "any")),
            format=str(entry.get("format", "default")),
            position=position,
            missing_values=_missing(entry["missingValues"]) if "missingValues" in entry else shared,
            descriptor=entry,
        )
        for position, entry in enumerate(schema["fields"], start=1)
    )


def _missing(entries: Any) -> tuple[str, ...]:
    if entries is None:
        return ("",)
    return tuple(str(entry["value"]) if isinstance(entry, Mapping) else str(entry) for entry in entries)
