"""Whether a dataset is as new as it promises: its frequency and data-as-of against a day. Pure.

A period ends, and the next data is *due*; half a period later it is *overdue*: a monthly table on the 45th day. Data that is
published "when something changes" is to be looked at again after three months. The figures are house rules: the decree that set
them was repealed in 2025, and the figure of its successor is not known. A catalogue sets its own in catalog.yaml:
`settings: {freshness: {grace: 1.5, irregularDays: 92}}`.
"""

from __future__ import annotations

import calendar
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from dulieumo.model import Catalog, Dataset, Kind, Status
from dulieumo_rules import frequencies

GRACE = 1.5
IRREGULAR_DAYS = 92


class State(StrEnum):
    """`exempt`: no newer data is expected, see `Freshness.reason`. `unknown`: the frequency is not known."""

    CURRENT = "current"
    DUE = "due"
    OVERDUE = "overdue"
    UNKNOWN = "unknown"
    EXEMPT = "exempt"


class Reason(StrEnum):
    """Why a dataset is exempt."""

    NEVER = "never"
    RETIRED = "retired"
    SUPERSEDED = "superseded"
    SAMPLE = "sample"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """`grace`: overdue after this many periods. `irregular_days`: the period of data without a rhythm, without any grace."""

    grace: float = GRACE
    irregular_days: int = IRREGULAR_DAYS


@dataclass(frozen=True, slots=True, kw_only=True)
class Freshness:
    """`as_of` is the last day that the data covers; `due` the day on which the next data is expected, `overdue` the first
    day on which it is too late. Both None where nothing is expected. `days_late` counts from `due`, 0 before it."""

    state: State
    as_of: date
    due: date | None = None
    overdue: date | None = None
    days_late: int = 0
    reason: Reason | None = None


def rule(catalog: Catalog) -> Rule:
    """The catalogue's own figures, else ours."""
    own: Mapping[str, Any] = catalog.settings.get("settings", {}).get("freshness", {})
    return Rule(grace=float(own.get("grace", GRACE)), irregular_days=int(own.get("irregularDays", IRREGULAR_DAYS)))


def freshness(dataset: Dataset, today: date, rule: Rule = Rule()) -> Freshness:
    """How fresh `dataset` is on the day `today`."""
    as_of = last_day(dataset.data_as_of)
    reason = _exemption(dataset)
    if reason is not None:
        return Freshness(state=State.EXEMPT, as_of=as_of, reason=reason)
    frequency = frequencies.find(dataset.frequency)
    if frequency is None or frequency.code in ("UNKNOWN", "OTHER"):
        return Freshness(state=State.UNKNOWN, as_of=as_of)
    if frequency.days is None:
        due = overdue = as_of + timedelta(days=rule.irregular_days)
    else:
        due = _add_months(as_of, frequency.months) if frequency.months else as_of + timedelta(days=frequency.days)
        overdue = max(due + timedelta(days=1), as_of + timedelta(days=math.ceil(frequency.days * rule.grace)))
    state = State.CURRENT if today < due else State.DUE if today < overdue else State.OVERDUE
    return Freshness(state=state, as_of=as_of, due=due, overdue=overdue, days_late=max(0, (today - due).days))


def last_day(partial: str) -> date:
    """The last day of a date as exact as its source gives it: 2025 → 2025-12-31, 2026-02 → 2026-02-28.

    A day that its month does not have (2026-02-30) is the month's last one: the profile lets it pass."""
    numbers = [int(part) for part in partial.split("-")]
    year, month, day = [*numbers, *(12, 31)[len(numbers) - 1 :]]
    return date(year, month, min(day, calendar.monthrange(year, month)[1]))


def _exemption(dataset: Dataset) -> Reason | None:
    if dataset.status is Status.RETIRED:
        return Reason.RETIRED
    if dataset.status is Status.SUPERSEDED:
        return Reason.SUPERSEDED
    if Kind.REAL not in dataset.kinds:
        return Reason.SAMPLE
    return Reason.NEVER if dataset.frequency in ("NEVER", "NOT_PLANNED") else None


def _add_months(day: date, months: int) -> date:
    """The same day of the month, or its last one; the last day of a month stays the last one."""
    count = day.year * 12 + day.month - 1 + months
    year, month = count // 12, count % 12 + 1
    length = calendar.monthrange(year, month)[1]
    is_last = day.day == calendar.monthrange(day.year, day.month)[1]
    return date(year, month, length if is_last else min(day.day, length))
