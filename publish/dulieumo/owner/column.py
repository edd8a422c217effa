"""A column of an owner's table as it may be declared, and which columns tell the rows apart. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from dulieumo.model import Decimal as Size
from dulieumo.owner import codes
from dulieumo.owner.codes import KnownCodes

_NO_KEY = 4
_PLACES = ("commune-code", "province-code", "district-code")


@dataclass(frozen=True, slots=True, kw_only=True)
class Inferred:
    """A column as it may be declared. `texts` are canonical, one per record; `position` is that in the file, from 1."""

    position: int
    title: str
    name: str
    type: str
    texts: tuple[str, ...]
    size: Size | None = None
    is_float: bool = False
    unit: str | None = None
    role: str | None = None
    identifier: str | None = None
    code_list: KnownCodes | None = None
    categories: tuple[str, ...] = ()

    @property
    def is_complete(self) -> bool:
        """Whether no cell is empty."""
        return bool(self.texts) and "" not in self.texts

    @property
    def is_unique(self) -> bool:
        return self.is_complete and len(set(self.texts)) == len(self.texts)

    @property
    def is_number(self) -> bool:
        return self.type in ("integer", "number")


def keys(columns: Sequence[Inferred]) -> tuple[tuple[str, ...], ...]:
    """The single columns that tell all rows apart, codes and names first; where there is none, the pairs."""
    usable = [column for column in columns if column.is_complete and not column.is_number and column.type != "boolean"]
    ranked = sorted(usable, key=_rank)
    single = tuple((column.name,) for column in ranked if column.is_unique and _rank(column)[0] < _NO_KEY)
    if single:
        return single
    pairs = [
        (first.name, second.name)
        for at, first in enumerate(ranked)
        for second in ranked[at + 1 :]
        if len(set(zip(first.texts, second.texts, strict=True))) == len(first.texts)
    ]
    return tuple(pairs[:3])


def _rank(column: Inferred) -> tuple[int, int]:
    """Its own code first, then other codes, names, then places and times; `_NO_KEY` for what only happens to be distinct."""
    position = column.position
    if column.identifier in _PLACES or column.type in ("year", "yearmonth"):
        return 3, position
    if codes.is_code_title(column.title) and column.identifier != "phone":
        return (0 if column.name.startswith("ma") else 1), position
    if column.type == "string" and re.match(r"(tên|chỉ tiêu|đơn vị|địa bàn|nội dung)", column.title, re.IGNORECASE):
        return 2, position
    return _NO_KEY, position
