"""Datasets and changes as lists show them: the few facts by which a reader chooses."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from dulieumo.model import Dataset, DatasetVersion, Kind

from ..edition import Edition

SUMMARY_LETTERS = 180


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """`kinds` are the kinds' codes with a space between, for the filter; `as_of` is "" where nothing real has a date;
    `sizes` are the rows, real ones and made-up ones apart."""

    name: str
    title: str
    summary: str
    marks: tuple[Kind, ...]
    kinds: str
    publisher: str
    publisher_title: str
    as_of: str
    sizes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeLine:
    date: str
    name: str
    title: str
    version: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeGroup:
    date: str
    version: str
    text: str
    lines: tuple[ChangeLine, ...]


def summary(text: str, letters: int = SUMMARY_LETTERS) -> str:
    """The first sentence, or as many whole words of it as `letters` hold."""
    first = re.split(r"(?<=[.!?])\s+(?=\w)", " ".join(text.split()), maxsplit=1)[0]
    if len(first) <= letters:
        return first
    return first[:letters].rsplit(" ", 1)[0].rstrip(",;:") + "…"


def publisher_title(edition: Edition, name: str) -> str:
    publisher = edition.catalog.find_publisher(name)
    return publisher.title.in_(edition.language) if publisher else name


def rows_by_kind(version: DatasetVersion | None) -> dict[Kind, int]:
    """The records of a version's tables: real ones and made-up ones are never added up."""
    counted: dict[Kind, int] = {}
    if version is None:
        return counted
    for resource in version.dataset.resources:
        counted[resource.kind] = counted.get(resource.kind, 0) + (version.rows(resource.name) or 0)
    return counted


def sizes(edition: Edition, version: DatasetVersion | None) -> tuple[str, ...]:
    counted = rows_by_kind(version)
    return tuple(edition.words(f"rows_{kind.value}", n=counted[kind]) for kind in Kind if counted.get(kind))


def card(edition: Edition, dataset: Dataset) -> Card:
    return Card(
        name=dataset.name,
        title=dataset.title.in_(edition.language),
        summary=summary(dataset.description.in_(edition.language)),
        marks=dataset.kinds,
        kinds=" ".join(kind.value for kind in dataset.kinds),
        publisher=dataset.publisher,
        publisher_title=publisher_title(edition, dataset.publisher),
        as_of=dataset.data_as_of if Kind.REAL in dataset.kinds else "",
        sizes=sizes(edition, edition.release.version(dataset.name)),
    )


def facts_line(edition: Edition, shown: Card) -> str:
    """Publisher, date of the data and rows, as the line under a title."""
    as_of = edition.words("facts.as_of_short", date=edition.words.date(shown.as_of)) if shown.as_of else ""
    return " · ".join(part for part in (shown.publisher_title, as_of, *shown.sizes) if part)


def cards(edition: Edition, datasets: Iterable[Dataset]) -> tuple[Card, ...]:
    return tuple(card(edition, dataset) for dataset in datasets)


def change_lines(edition: Edition, datasets: Iterable[Dataset]) -> tuple[ChangeLine, ...]:
    """Every line of the datasets' changelogs, the newest first; those of one day that say the same are one after another."""
    lines = [
        ChangeLine(
            date=change.date,
            name=dataset.name,
            title=dataset.title.in_(edition.language),
            version=change.version,
            text=change.description.in_(edition.language),
        )
        for dataset in datasets
        for change in dataset.changelog
    ]
    lines.sort(key=lambda line: (line.text, line.version, line.title))
    return tuple(sorted(lines, key=lambda line: line.date, reverse=True))


def change_groups(lines: Iterable[ChangeLine]) -> tuple[ChangeGroup, ...]:
    """Lines that follow one another and say the same, as one entry: a first release of many datasets is one piece of news."""
    grouped = groupby(lines, key=lambda line: (line.date, line.version, line.text))
    return tuple(
        ChangeGroup(date=date, version=version, text=text, lines=tuple(own)) for (date, version, text), own in grouped
    )
