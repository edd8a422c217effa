"""How good and how fresh the catalogue is: real and sample tables, freshness, quality, what was verified."""

from __future__ import annotations

from ..edition import Edition, render
from ..state import freshness_of, quality_of, verified_of
from .overview import ON_ONE_PAGE, counts


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
                "rows": own.rows,
            }
        )
    shown = catalog.counted if len(catalog.counted) <= 2 * ON_ONE_PAGE else ()
    rows = [
        {
            "name": dataset.name,
            "title": dataset.title.in_(edition.language),
            "marks": dataset.kinds,
            "as_of": dataset.data_as_of,
            "frequency": t(f"frequency.{dataset.frequency}")
            if t.has(f"frequency.{dataset.frequency}")
            else dataset.frequency,
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
        title=t("nav.quality"),
        description=t("quality.page_intro"),
        counts=counts(edition.release, catalog.counted),
        domains=domains,
        rows=rows,
        has_status=bool(edition.extras.status),
        has_quality=any(row["quality"] for row in rows),
        has_verification=any(row["verified"] for row in rows),
    )
