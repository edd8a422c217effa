"""The records of a source → a whole draft catalogue, and every finding about it. Pure; `write.py` writes it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from dulieumo.importing import clean, draft, duplicates, organise
from dulieumo.importing.draft import Context, Draft
from dulieumo.importing.organise import Party
from dulieumo.importing.record import Source
from dulieumo.owner import names
from dulieumo_rules.findings import Finding, Place, Severity, by_place, finding


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafts:
    """A whole draft catalogue. `catalog`, `domains` and `publishers` are the values of its YAML files."""

    origin: str
    records: int
    catalog: Mapping[str, Any]
    publishers: tuple[Mapping[str, Any], ...]
    domains: tuple[Mapping[str, Any], ...]
    drafts: tuple[Draft, ...]
    findings: tuple[Finding, ...]


def make(source: Source, today: date, *, language: str | None = None) -> Drafts:
    """The drafts of a source's records, on the day `today`; `language` overrides the one that the source seems to speak."""
    spoken = organise.languages(source, language)
    sorted_out = duplicates.sort_out(source.records)
    publishers, found_publishers = organise.publishers(source, spoken)
    domains, found_domains = organise.domains(source, spoken)
    context = Context(source=source, spoken=spoken, today=today, publishers=publishers, domains=domains)
    drafts = [draft.of(record, context) for record in sorted_out.kept]
    found = [*_repairs(source), *found_publishers, *found_domains, *_same(sorted_out, context)]
    used = {item.folder.split("/", 1)[0] for item in drafts}
    unsorted = organise.unsorted_domain(spoken)
    all_domains = tuple(party for party in (*domains, unsorted) if party.name in used)
    catalog, about_catalog = _catalog(context, all_domains, drafts)
    return Drafts(
        origin=source.origin,
        records=len(source.records),
        catalog=catalog,
        publishers=tuple(_publisher(party, context) for party in publishers),
        domains=tuple(_domain(party, context) for party in all_domains),
        drafts=tuple(sorted(drafts, key=lambda item: item.folder)),
        findings=by_place((*found, *about_catalog, *(found_one for item in drafts for found_one in item.findings))),
    )


def _repairs(source: Source) -> list[Finding]:
    place = Place(file=source.origin)
    return [finding(code, place, severity=Severity.WARNING, count=count) for code, count in source.repairs.items()]


def _same(sorted_out: duplicates.Sorted, context: Context) -> list[Finding]:
    """Records that were dropped as duplicates, and drafts that only share their title."""
    by_key = {key: name for name, key in context.taken.items()}
    place = Place(file=context.source.origin)
    found = [
        finding(
            "import-duplicate-record",
            place,
            severity=Severity.WARNING,
            title=organise.about(record, context.spoken),
            record=record.page or record.key,
            kept=same.page or same.key,
        )
        for record, same in sorted_out.dropped
    ]
    for record, same in sorted_out.alike:
        found.append(
            finding(
                "import-same-title",
                Place(file=context.source.origin, dataset=by_key[record.key]),
                severity=Severity.WARNING,
                title=organise.about(record, context.spoken),
                name=by_key[record.key],
                other=by_key[same.key],
            )
        )
    return found


def _catalog(
    context: Context, domains: tuple[Party, ...], drafts: list[Draft]
) -> tuple[Mapping[str, Any], tuple[Finding, ...]]:
    source, spoken = context.source, context.spoken
    place = Place(file="catalog.yaml")
    found = []
    agent = organise.catalog_publisher(source, spoken)
    own = organise.party_of(spoken.pick(agent.names), context.publishers) if agent else None
    if own is None and context.publishers:
        counts = Counter(draft.descriptor.get("dulieumo:publisher", "") for draft in drafts)
        own = max(context.publishers, key=lambda party: (counts[party.name], party.name))
        found.append(finding("import-catalog-publisher", place, severity=Severity.WARNING, publisher=own.title))
    description = clean.paragraphs(spoken.pick(source.descriptions)).text
    if len(description) < 20:
        text = (
            "{count} bộ dữ liệu nhập từ {title} ngày {day}."
            if context.is_vietnamese
            else "{count} datasets imported from {title} on {day}."
        )
        description = text.format(count=len(drafts), title=context.title, day=context.today.isoformat())
    base = "/".join(organise.address(source.homepage).split("/")[:3])
    found.append(
        finding("import-catalog-address", place, severity=Severity.WARNING, address=base or "https://example.org")
    )
    catalog = {
        "name": names.slug(context.title) or "danh-muc",
        "title": context.title,
        "description": description,
        "languages": list(spoken.all),
        "publisher": own.name if own else "",
        "baseUrl": base or "https://example.org",
        "domains": [party.name for party in domains],
    }
    return {key: value for key, value in catalog.items() if value}, tuple(found)


def _publisher(party: Party, context: Context) -> Mapping[str, Any]:
    text = "Cơ quan công bố dữ liệu trên {title}." if context.is_vietnamese else "Publishes data on {title}."
    made = {
        "name": party.name,
        "title": party.title,
        "description": party.description or text.format(title=context.title),
    }
    return {**made, "homepage": party.homepage} if party.homepage else made


def _domain(party: Party, context: Context) -> Mapping[str, Any]:
    text = (
        "Các bộ dữ liệu thuộc lĩnh vực {name} của {title}."
        if context.is_vietnamese
        else "The datasets of {title} under the theme {name}."
    )
    return {
        "name": party.name,
        "title": party.title,
        "description": text.format(name=party.title, title=context.title),
        "dulieumo:euTheme": party.eu_theme,
    }
