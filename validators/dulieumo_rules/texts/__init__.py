"""What a reader sees of a finding: its title, message and fix by code, in Vietnamese and English.

A template names what `finding.values` holds: `{value}`. `{type!t}` is put into words of the language (TERMS); a part in
`[[…]]` is left out when one of its values is empty. An unknown code is shown as itself: a new code never hides a finding.
"""

from __future__ import annotations

import re
import string
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from dulieumo_rules.findings import Finding

from .terms import TERMS
from .wording import FILES, Unit, Wording, read

__all__ = ["Rendered", "Unit", "Wording", "codes", "render", "unit_of", "wording"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """`title` says what is wrong with many places at once, `message` with this one, `fix` what to do."""

    title: str
    message: str
    fix: str


def render(found: Finding, language: str) -> Rendered:
    """The texts of a finding. `language` is "vi" or "en"; another one is shown in English."""
    entry = wording(found.code)
    if entry is None:
        detail = ", ".join(f"{key}: {value}" for key, value in found.values.items())
        return Rendered(title=found.code, message=detail or found.code, fix="")
    variant = entry.variants.get(str(found.values.get(entry.by, ""))) if entry.by else None
    title, message, fix = (variant or entry).in_(language)
    fill = _Filler(language)
    return Rendered(title=fill(title, found.values), message=fill(message, found.values), fix=fill(fix, found.values))


def codes() -> tuple[str, ...]:
    """Every code that has a text."""
    return tuple(sorted(_all()))


def wording(code: str) -> Wording | None:
    """The texts of a code, None where it has none."""
    return _all().get(code)


def unit_of(code: str) -> Unit:
    """What a finding of the code is about."""
    entry = wording(code)
    return entry.unit if entry else Unit.PLACE


@cache
def _all() -> Mapping[str, Wording]:
    return {code: entry for name in FILES for code, entry in read(name).items()}


_OPTIONAL = re.compile(r"\[\[(.*?)\]\]", re.DOTALL)


class _Filler(string.Formatter):
    """Fills templates; only plain names are looked up, so a template can reach no attribute and no index."""

    def __init__(self, language: str) -> None:
        self.terms = TERMS["vi" if language == "vi" else "en"]

    def __call__(self, template: str, values: Mapping[str, Any]) -> str:
        parts = _OPTIONAL.split(template)  # plain, optional, plain, optional, …; values are filled in only once
        return "".join(
            self.vformat(part, (), values) if position % 2 == 0 or self._has_all(part, values) else ""
            for position, part in enumerate(parts)
        )

    def _has_all(self, part: str, values: Mapping[str, Any]) -> bool:
        return all(values.get(name) not in (None, "") for _, name, _, _ in self.parse(part) if name)

    def get_field(self, field_name: str, args: Any, kwargs: Any) -> tuple[Any, str]:
        return kwargs.get(field_name, ""), field_name

    def convert_field(self, value: Any, conversion: Any) -> Any:
        return self.terms.get(str(value), str(value)) if conversion == "t" else super().convert_field(value, conversion)
