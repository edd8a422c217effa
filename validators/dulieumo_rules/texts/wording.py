"""The texts of one code, and what it counts; read from the .toml files beside this module."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from importlib import resources
from typing import Any

FILES = ("descriptors", "verdict", "tables", "personal", "governance", "importing", "sources", "files")

Texts = tuple[str, str, str]


class Unit(StrEnum):
    """What one finding of a code is about; a group of findings is counted in it."""

    CELL = "cell"
    ROW = "row"
    COLUMN = "column"
    TABLE = "table"
    FILE = "file"
    PLACE = "place"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """`vi` and `en` are title, message, fix. `variants` replace them by the value of `by` (a constraint's name, say)."""

    unit: Unit
    vi: Texts
    en: Texts
    by: str = ""
    variants: Mapping[str, Wording] = field(default_factory=dict)

    def in_(self, language: str) -> Texts:
        return self.vi if language == "vi" else self.en


def read(name: str) -> dict[str, Wording]:
    """The texts of one of `FILES`, by code."""
    text = resources.files(__package__).joinpath(f"{name}.toml").read_text(encoding="utf-8")
    return {code: _wording(entry, Unit(entry["unit"])) for code, entry in tomllib.loads(text).items()}


def _wording(entry: Mapping[str, Any], unit: Unit) -> Wording:
    return Wording(
        unit=unit,
        vi=_texts(entry["vi"]),
        en=_texts(entry["en"]),
        by=entry.get("by", ""),
        variants={name: _wording(variant, unit) for name, variant in entry.get("variants", {}).items()},
    )


def _texts(entry: Mapping[str, str]) -> Texts:
    return entry["title"], entry["message"], entry["fix"]
