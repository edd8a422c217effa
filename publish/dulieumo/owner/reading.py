"""A whole column of cells read as dates or as numbers: one decision for the column, from all of its cells. Pure."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from dulieumo.owner import values
from dulieumo.owner.values import Locale, Written
from dulieumo.spreadsheets import Value
from dulieumo.spreadsheets.celltext import number_text

Example = tuple[str, str]
"""A cell before and after, or two cells that contradict each other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """`texts` are canonical, "" where empty, None where a cell cannot be read. `changed` is an example of a text that is read
    as another one; `mixed` are two cells that contradict each other, and then nothing is read."""

    texts: tuple[str | None, ...]
    changed: Example | None = None
    mixed: Example | None = None

    @property
    def is_whole(self) -> bool:
        """Whether every cell was read."""
        return self.mixed is None and all(text is not None for text in self.texts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dates(Read):
    """`has_times`: texts are then YYYY-MM-DDThh:mm:ss. `swapped`: a text and a real date that hint at exchanged months."""

    has_times: bool = False
    swapped: Example | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers(Read):
    """`assumed` is an example that could be read in two ways, `locale` the one taken. `unit` stood behind every text."""

    locale: Locale = values.VIETNAMESE
    assumed: Example | None = None
    unit: str | None = None
    scale: int = 0
    digits: int = 1
    """Digits before the decimal point, at most."""


def is_empty(value: Value) -> bool:
    return isinstance(value, str) and values.is_missing(value)


def dates(cells: Sequence[Value]) -> Dates:
    """Read cells as days, or as moments where one of them has a time. Texts such as 5/6/2024 are day first, unless the column
    proves otherwise."""
    split = [_split(cell) for cell in cells]
    parts = {
        at: found
        for at, (text, _time) in enumerate(split)
        if isinstance(text, str)
        if (found := values.day_parts(text))
    }
    day_first = next((at for at, found in parts.items() if found[0] > 12), None)
    month_first = next((at for at, found in parts.items() if found[1] > 12), None)
    if day_first is not None and month_first is not None:
        return Dates(texts=(), mixed=(str(cells[day_first]), str(cells[month_first])))
    days = [_day(text, parts.get(at), month_first is not None) for at, (text, _time) in enumerate(split)]
    has_times = any(time is not None and time != dt.time() for _text, time in split)
    texts: list[str | None] = []
    for cell, day, (_text, time) in zip(cells, days, split, strict=True):
        if is_empty(cell):
            texts.append("")
        elif day is None:
            texts.append(None)
        elif has_times:
            texts.append(dt.datetime.combine(day, time or dt.time()).isoformat())
        else:
            texts.append(day.isoformat())
    changed = next(
        (
            (cell, text)
            for cell, text in zip(cells, texts, strict=True)
            if isinstance(cell, str) and text and cell != text
        ),
        None,
    )
    return Dates(texts=tuple(texts), changed=changed, has_times=has_times, swapped=_swapped(cells, parts))


def _split(cell: Value) -> tuple[Value, dt.time | None]:
    """The day and the time of a cell."""
    if isinstance(cell, dt.datetime):
        return cell.date(), cell.time().replace(microsecond=0)
    if isinstance(cell, str) and (found := values.moment_parts(cell)):
        return found
    return cell, None


def _day(cell: Value, parts: tuple[int, int, int] | None, is_month_first: bool) -> dt.date | None:
    if isinstance(cell, dt.date):
        return cell
    if parts is not None:
        first, second, year = parts
        return values.day(year, first, second) if is_month_first else values.day(year, second, first)
    return values.certain_day(cell) if isinstance(cell, str) else None


def _swapped(cells: Sequence[Value], parts: dict[int, tuple[int, int, int]]) -> Example | None:
    """Excel set to English turns 5/6/2024 into 6 May and leaves 25/6/2024 as text. The trace: every text has a day above 12,
    and no real date has."""
    real = [cell for cell in cells if isinstance(cell, dt.date)]
    if (
        len(real) < 2
        or not parts
        or any(found[0] <= 12 for found in parts.values())
        or any(day.day > 12 for day in real)
    ):
        return None
    return str(cells[next(iter(parts))]), real[0].strftime("%Y-%m-%d")


def numbers(cells: Sequence[Value], otherwise: Locale = values.VIETNAMESE, is_given: bool = False) -> Numbers:
    """Read cells as numbers. Texts such as 1.234 are read as the rest of the column shows, else as `otherwise` says.

    `is_given`: somebody said so, and it is no assumption."""
    parts = {at: values.written(cell) for at, cell in enumerate(cells) if isinstance(cell, str) and not is_empty(cell)}
    found = {at: one for at, one in parts.items() if one is not None}
    proof = values.evidence([one.digits for one in found.values()])
    if proof.is_mixed:
        return Numbers(texts=(), mixed=(proof.points["."], proof.points[","]))
    locale = proof.locale(otherwise)
    units = {one.unit for one in found.values()}
    unit = next(iter(units)) if len(units) == 1 else ""
    amounts = [_amount(cell, found.get(at), locale, unit) for at, cell in enumerate(cells)]
    texts = tuple(
        "" if is_empty(cell) else None if amount is None else plain(amount)
        for cell, amount in zip(cells, amounts, strict=True)
    )
    changed = next(
        (
            (cell, text)
            for cell, text in zip(cells, texts, strict=True)
            if isinstance(cell, str) and text and cell != text
        ),
        None,
    )
    assumed = None
    if locale.is_assumed and proof.unsure is not None and not is_given:
        at = next(at for at, one in found.items() if one.digits == proof.unsure)
        assumed = (str(cells[at]), texts[at] or "")
    present = [text for text in texts if text]
    return Numbers(
        texts=texts,
        changed=changed,
        locale=locale,
        assumed=assumed,
        unit=unit or None,
        scale=max((len(text.partition(".")[2]) for text in present), default=0),
        digits=max((len(text.partition(".")[0].lstrip("-")) for text in present), default=1),
    )


def _amount(cell: Value, parts: Written | None, locale: Locale, unit: str) -> Decimal | None:
    if isinstance(cell, bool):
        return None
    if isinstance(cell, (int, float)):
        return Decimal(number_text(cell)) if math.isfinite(cell) else None
    if parts is None or parts.unit not in ("", unit):
        return None
    return values.number(parts, locale)


def plain(amount: Decimal) -> str:
    """The canonical text of a number as it was written: no exponent, no sign on zero; trailing zeros are kept."""
    text = f"{amount:f}"
    return text.lstrip("-") if not amount else text
