"""How good and how fresh the catalogue is: real and sample tables, freshness, quality, what was verified."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ..edition import Edition, render
from ..state import STATES, freshness_of, quality_of, verified_of
from .overview import ON_ONE_PAGE, counts


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """The datasets of one state of freshness; `start` and `width` are per cent of all that have a state."""

    state: str
    count: int
    start: float
    width: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Average:
    percent: int
    count: int


def _shares(rows: Iterable[Mapping[str, Any]]) -> tuple[Share, ...]:
    states = [row["freshness"].state for row in rows if row["freshness"]]
    shares, start = [], 0.0
    for state in STATES:
        if count := states.count(state):
            width = 100 * count / len(states)
            shares.append(Share(state=state, count=count, start=round(start, 2), width=round(width, 2)))
            start += width
    return tuple(shares)


def _average(rows: Iterable[Mapping[str, Any]]) -> Average | None:
    scores = [row["quality"].percent for row in rows if row["quality"]]
    return Average(percent=round(sum(scores) / len(scores)), count=len(scores)) if scores else None


def quality(edition: Edition) -> tuple[str, str]:
    t, catalog = edition.words, edition.catalog
    domains = []
    for domain in catalog.domains:
        own = counts(edition.release, edition.datasets_of(domain.name))
        domains.append(
            {
                "name": domain.name,
                "title": domain.title.in_(edition.language),
                "datasets": own.datasets,
                "tables": own.tables,
                "real": own.real_tables,
                "sample": own.sample_tables,
                "rows": own.real_rows,
            }
        )
    shown = catalog.counted if len(catalog.counted) <= 2 * ON_ONE_PAGE else ()
    rows = [
        {
            "name": dataset.name,
            "title": dataset.title.in_(edition.language),
            "marks": dataset.kinds,
            "as_of": dataset.data_as_of,
            "frequency": t.frequency(dataset.frequency),
            "freshness": freshness_of(edition.extras.status, dataset.name),
            "quality": quality_of(edition.extras.status, dataset.name, t),
            "verified": verified_of(
                edition.extras.status, edition.extras.verification, edition.release.name, dataset.name
            ),
        }
        for dataset in shown
    ]
    return render(
        edition,
        "quality/",
        "quality.md",
        title=t("quality.page_title"),
        description=t("quality.page_intro"),
        counts=counts(edition.release, catalog.counted),
        domains=domains,
        rows=rows,
        shares=_shares(rows),
        as_of=str(edition.extras.status.get("today", "")),
        average=_average(rows),
        has_status=bool(edition.extras.status),
        has_quality=any(row["quality"] for row in rows),
        has_verification=any(row["verified"] for row in rows),
    )
