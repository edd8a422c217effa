"""Where a server has ckanext-fluent: titles and descriptions in each language of the catalogue, in fields of their own.

A schema declares `title_translated` beside CKAN's own `title` (preset `fluent_core_translated`). CKAN then answers `title` in
the language of its site, whatever was written there, so what is translated is compared in `title_translated` alone.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

from dulieumo.model import Text

SUFFIX = "_translated"
T = TypeVar("T")


def place(by_language: Mapping[str, Mapping[str, Any]], declared: Collection[str]) -> dict[str, dict[str, Any]]:
    """The `…_translated` fields that a schema declares, from the same fields in each language: {"vi": {"title": …}, …}."""
    names = {name for values in by_language.values() for name in values if f"{name}{SUFFIX}" in declared}
    return {
        f"{name}{SUFFIX}": {code: values[name] for code, values in by_language.items() if values.get(name)}
        for name in sorted(names)
    }


def is_declared(declared: Collection[str]) -> bool:
    """Whether a schema has any field of this kind."""
    return any(name.endswith(SUFFIX) for name in declared)


def told_in(name: str, wanted: Collection[str]) -> str:
    """The field that tells what one of CKAN's own holds: its translations, where they are wanted, of which fluent makes it."""
    return f"{name}{SUFFIX}" if f"{name}{SUFFIX}" in wanted else name


def in_language(value: T, language: str) -> T:
    """A part of the model that speaks one language only: each text is that of `language`, else of the default one."""
    spoken: Any = value
    if isinstance(value, Text):
        spoken = Text(value.in_(language))
    elif isinstance(value, tuple):
        spoken = tuple(in_language(item, language) for item in value)
    elif is_dataclass(value) and not isinstance(value, type):
        spoken = replace(
            value, **{item.name: in_language(getattr(value, item.name), language) for item in fields(value)}
        )
    return spoken  # type: ignore[no-any-return]
