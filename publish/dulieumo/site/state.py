"""What status.json and verification.json say of one dataset, in the few words that a page needs; None where they say nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .words import Words

AXES = ("dung", "du", "sach", "song", "thong-nhat")
STATES = ("current", "due", "overdue", "unknown")


@dataclass(frozen=True, slots=True, kw_only=True)
class Freshness:
    """`state` is one of STATES; `due` is the day on which the next data is expected."""

    state: str
    due: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    title: str
    percent: int
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    percent: int
    axes: tuple[Axis, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    ok: bool
    at: str | None


def _entry(document: Mapping[str, Any], dataset: str) -> Mapping[str, Any]:
    datasets = document.get("datasets", {})
    if isinstance(datasets, Mapping):
        return datasets.get(dataset) or {}
    return next((entry for entry in datasets if entry.get("name", entry.get("dataset")) == dataset), {})


def freshness_of(status: Mapping[str, Any], dataset: str) -> Freshness | None:
    entry = _entry(status, dataset).get("freshness")
    if not entry:
        return None
    state = str(entry.get("state", "unknown"))
    return Freshness(state=state if state in STATES else "unknown", due=entry.get("due"))


def quality_of(status: Mapping[str, Any], dataset: str, t: Words) -> Quality | None:
    """Scores are between 0 and 1. A reason is a text, or texts by language."""
    entry = _entry(status, dataset).get("quality")
    if not entry or entry.get("score") is None:
        return None
    axes = []
    for name, axis in entry.get("axes", {}).items():
        title = t(f"quality.axis.{name}") if t.has(f"quality.axis.{name}") else name
        score = axis["score"] if isinstance(axis, Mapping) else axis
        reasons = axis.get("reasons", ()) if isinstance(axis, Mapping) else ()
        axes.append(
            Axis(title=title, percent=round(100 * score), reasons=tuple(_in_language(reason, t) for reason in reasons))
        )
    return Quality(percent=round(100 * entry["score"]), axes=tuple(axes))


def _in_language(reason: Any, t: Words) -> str:
    if isinstance(reason, Mapping):
        return str(reason.get(t.language) or next(iter(reason.values()), ""))
    return str(reason)


def verified_of(verification: Mapping[str, Any], dataset: str) -> Verified | None:
    """Whether the last verification of the shown release found the dataset as it was released; None if there was none."""
    if "problems" not in verification:
        return None
    has_problem = any(problem["dataset"] == dataset for problem in verification["problems"])
    return Verified(ok=not has_problem, at=verification.get("at"))
