"""What status.json and verification.json say of one dataset, in the few words that a page needs; None where they say nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .words import Words

STATES = ("current", "due", "overdue", "unknown", "exempt")


@dataclass(frozen=True, slots=True, kw_only=True)
class Freshness:
    """`state` is one of STATES; `due` is the day on which the next data is expected; `reason` says why none is."""

    state: str
    due: str | None
    reason: str | None


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
    entry = datasets.get(dataset) if isinstance(datasets, Mapping) else None
    return entry if isinstance(entry, Mapping) else {}


def freshness_of(status: Mapping[str, Any], dataset: str) -> Freshness | None:
    entry = _entry(status, dataset).get("freshness")
    if not entry:
        return None
    state = str(entry.get("state", "unknown"))
    return Freshness(state=state if state in STATES else "unknown", due=entry.get("due"), reason=entry.get("reason"))


def quality_of(status: Mapping[str, Any], dataset: str, t: Words) -> Quality | None:
    """Scores are between 0 and 1. A reason is a text, or texts by language."""
    entry = _entry(status, dataset).get("quality")
    if not entry or entry.get("score") is None:
        return None
    axes = []
    for name, axis in entry.get("axes", {}).items():
        key = f"quality.axis.{name}"
        score = axis["score"] if isinstance(axis, Mapping) else axis
        reasons = axis.get("reasons", ()) if isinstance(axis, Mapping) else ()
        if score is not None:
            texts = tuple(_in_language(reason, t) for reason in reasons)
            axes.append(Axis(title=t(key) if t.has(key) else name, percent=round(100 * score), reasons=texts))
    return Quality(percent=round(100 * entry["score"]), axes=tuple(axes))


def _in_language(reason: Any, t: Words) -> str:
    if isinstance(reason, Mapping):
        return str(reason.get(t.language) or next(iter(reason.values()), ""))
    return str(reason)


def verified_of(
    status: Mapping[str, Any], verification: Mapping[str, Any], release: str, dataset: str
) -> Verified | None:
    """What status.json says; else verification.json, if it speaks of this very release."""
    entry = _entry(status, dataset).get("verified")
    if entry:
        return Verified(ok=bool(entry.get("ok")), at=entry.get("at"))
    if not verification or verification.get("release") != release:
        return None
    problems = verification.get("problems", ())
    return Verified(ok=not any(item.get("dataset") == dataset for item in problems), at=verification.get("at"))
