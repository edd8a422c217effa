"""Datasets and changes as lists show them: the few facts by which a reader chooses."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from dulieumo.model import Dataset, DatasetVersion, Kind

from ..edition import Edition

SUMMARY_LETTERS = 180


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """`kinds` are the kinds' codes with a space between, for the filter; `rows` is 0 where nothing has rows."""

    name: str
    title: str
    summary: str
    marks: tuple[Kind, ...]
    kinds: str
    publisher: str
    publisher_title: str
    as_of: str
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeLine:
    date: str
    name: str
    title: str
    version: str
    text: str


def summary(text: str, letters: int = SUMMARY_LETTERS) -> str:
    """The first sentence, or as many whole words of it as `letters` hold."""
    first = re.split(r"(?<=[.!?])\s+(?=\w)", " ".join(text.split()), maxsplit=1)[0]
    if len(first) <= letters:
        return first
    return first[:letters].rsplit(" ", 1)[0].rstrip(",;:") + "…"


def publisher_title(edition: Edition, name: str) -> str:
    publisher = edition.catalog.find_publisher(name)
    return publisher.title.in_(edition.language) if publisher else name


def rows(version: DatasetVersion | None) -> int:
    """The records of all tables of a version together."""
    if version is None:
        return 0
    return sum(version.rows(resource.name) or 0 for resource in version.dataset.resources)


def card(edition: Edition, dataset: Dataset) -> Card:
    return Card(
        name=dataset.name,
        title=dataset.title.in_(edition.language),
        summary=summary(dataset.description.in_(edition.language)),
        marks=dataset.kinds,
        kinds=" ".join(kind.value for kind in dataset.kinds),
        publisher=dataset.publisher,
        publisher_title=publisher_title(edition, dataset.publisher),
        as_of=dataset.data_as_of,
        rows=rows(edition.release.version(dataset.name)),
    )


def cards(edition: Edition, datasets: Iterable[Dataset]) -> tuple[Card, ...]:
    return tuple(card(edition, dataset) for dataset in datasets)


def change_lines(edition: Edition, datasets: Iterable[Dataset]) -> tuple[ChangeLine, ...]:
    """Every line of the datasets' changelogs, the newest first."""
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
    return tuple(sorted(lines, key=lambda line: (line.date, line.name, line.version), reverse=True))
