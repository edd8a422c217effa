"""The pages that lead to datasets: home, all datasets, domains, publishers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from dulieumo.catalog import schemaorg
from dulieumo.model import Catalog, Dataset, Domain, Kind, Publisher, Release

from ..edition import Crumb, Edition, render
from .cards import cards, change_groups, change_lines, rows_by_kind

ON_ONE_PAGE = 200  # dataset cards: some 60 kB of HTML, 10 kB compressed
RECENT = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What a group of datasets holds. `real_tables` and `sample_tables` add up to `tables`."""

    datasets: int
    domains: int
    tables: int
    real_tables: int
    sample_tables: int
    real_rows: int


def counts(release: Release, datasets: Iterable[Dataset]) -> Counts:
    group = tuple(datasets)
    tables = [resource for dataset in group for resource in dataset.resources if resource.is_table]
    real = sum(table.kind is Kind.REAL for table in tables)
    return Counts(
        datasets=len(group),
        domains=len({dataset.domain for dataset in group}),
        tables=len(tables),
        real_tables=real,
        sample_tables=len(tables) - real,
        real_rows=sum(rows_by_kind(release.version(dataset.name)).get(Kind.REAL, 0) for dataset in group),
    )


def home(edition: Edition) -> tuple[str, str]:
    catalog, language = edition.catalog, edition.language
    cards_ = []
    for domain in catalog.domains:
        own = edition.datasets_of(domain.name)
        real = sum(Kind.REAL in dataset.kinds for dataset in own)
        cards_.append({"domain": domain, "count": len(own), "real": real})
    return render(
        edition,
        "",
        "home.md",
        title=catalog.title.in_(language),
        description=catalog.description.in_(language),
        meta={"kind": "home"},
        counts=counts(edition.release, catalog.counted),
        cards=cards_,
        changes=change_groups(change_lines(edition, catalog.datasets))[:RECENT],
        jsonld=schemaorg.catalog(edition.release, language),
    )


def datasets(edition: Edition) -> tuple[str, str]:
    """All datasets by domain; a catalogue too big for one page gets the domains with their counts."""
    catalog = edition.catalog
    fits = len(catalog.counted) <= ON_ONE_PAGE
    groups = []
    for domain in catalog.domains:
        own = edition.datasets_of(domain.name)
        entry = {"name": domain.name, "title": domain.title.in_(edition.language), "count": len(own)}
        groups.append({**entry, "cards": cards(edition, own) if fits else ()})
    title = edition.words("nav.datasets")
    total = len(catalog.counted)
    description = edition.words("datasets.intro", n=total)
    return render(
        edition, "datasets/", "datasets.md", title=title, description=description, groups=groups, total=total, fits=fits
    )


def domains(edition: Edition) -> tuple[str, str]:
    t = edition.words
    entries = [(domain, len(edition.datasets_of(domain.name))) for domain in edition.catalog.domains]
    return render(
        edition, "domains/", "domains.md", title=t("nav.domains"), description=t("domains.intro"), items=entries
    )


def domain(edition: Edition, domain: Domain) -> Iterator[tuple[str, str]]:
    """The pages of a domain: one, or as many as its datasets need."""
    own = edition.datasets_of(domain.name)
    title = domain.title.in_(edition.language)
    description = domain.description.in_(edition.language)
    base = f"domains/{domain.name}/"
    starts = range(0, len(own), ON_ONE_PAGE) or range(1)
    for number, start in enumerate(starts, 1):
        up = "" if number == 1 else "../"
        pages = [
            {"number": other, "href": f"{up}{'' if other == 1 else f'{other}/'}" or "./", "is_current": other == number}
            for other in range(1, len(starts) + 1)
        ]
        yield render(
            edition,
            base if number == 1 else f"{base}{number}/",
            "domain.md",
            title=title if number == 1 else f"{title} ({number})",
            description=description,
            crumbs=(Crumb(title=edition.words("nav.domains"), path="domains/"),),
            name=domain.name,
            count=len(own),
            items=cards(edition, own[start : start + ON_ONE_PAGE]),
            pages=pages,
        )


def publishers(edition: Edition) -> tuple[str, str]:
    t = edition.words
    held = _held(edition.catalog)
    items = [{"publisher": publisher, "count": held.get(publisher.name, 0)} for publisher in edition.catalog.publishers]
    items.sort(key=lambda item: -int(item["count"]))  # type: ignore[call-overload]
    return render(
        edition,
        "publishers/",
        "publishers.md",
        title=t("nav.publishers"),
        description=t("publishers.intro"),
        items=items,
    )


def publisher(edition: Edition, publisher: Publisher) -> tuple[str, str]:
    own = [dataset for dataset in edition.catalog.datasets if dataset.publisher == publisher.name]
    successors = [found for name in publisher.successors if (found := edition.catalog.find_publisher(name))]
    return render(
        edition,
        f"publishers/{publisher.name}/",
        "publisher.md",
        title=publisher.title.in_(edition.language),
        description=publisher.description.in_(edition.language),
        crumbs=(Crumb(title=edition.words("nav.publishers"), path="publishers/"),),
        publisher=publisher,
        successors=successors,
        items=cards(edition, own[:ON_ONE_PAGE]),
    )


def _held(catalog: Catalog) -> dict[str, int]:
    held: dict[str, int] = {}
    for dataset in catalog.datasets:
        held[dataset.publisher] = held.get(dataset.publisher, 0) + 1
    return held
