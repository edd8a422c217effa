"""The licences of a dataset's sources, held against its own. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from dulieumo.model import Dataset, Source
from dulieumo_rules import licences
from dulieumo_rules.findings import Finding, Severity, finding

from .yamlfile import Document, Path


def check(dataset: Dataset, document: Document) -> Iterator[Finding]:
    """Sources that may not be published again under the dataset's licence, and codes that nobody knows.

    A dataset that explains itself in `dulieumo:licenseNote` has been thought about, and is left alone."""
    if dataset.descriptor.get("dulieumo:licenseNote"):
        return
    for path, source in _sources(dataset):
        if source.license is None:
            continue
        place = document.place((*path, "dulieumo:license"), dataset=dataset.name)
        if source.license not in licences.table():
            near = licences.nearest(source.license)
            yield finding(licences.UNKNOWN, place, severity=Severity.WARNING, value=source.license, nearest=near)
            continue
        for own in dataset.licenses:
            reason = licences.conflict(source.license, own.name)
            if reason is not None:
                yield finding(
                    licences.CODE, place, reason=reason, source=source.title, theirs=source.license, ours=own.name
                )


def _sources(dataset: Dataset) -> Iterator[tuple[Path, Source]]:
    for position, source in enumerate(dataset.sources):
        yield ("sources", position), source
    for number, resource in enumerate(dataset.resources):
        for position, source in enumerate(resource.sources):
            yield ("resources", number, "sources", position), source
