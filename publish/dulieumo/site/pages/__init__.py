"""A release → every page of the site, as {file: Markdown}. Pure: the same values give the same pages.

home · datasets/ · datasets/<name>/ · domains/ · domains/<name>/ · publishers/ · publishers/<name>/ · lists/
changes/ · quality/ · search/ · guides/        and the same again under <language>/ for each further language
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dulieumo.model import Release

from .. import words
from ..edition import Edition, Extras
from . import dataset, documents, lists, overview, quality

__all__ = ["editions", "pages"]


def editions(release: Release, extras: Extras) -> tuple[Edition, ...]:
    """One edition per language that both the catalogue and the site speak; the catalogue's first one lies at the root."""
    spoken = words.languages()
    chosen = tuple(language for language in release.catalog.languages if language in spoken) or spoken[:1]
    return tuple(
        Edition(
            release=release,
            extras=extras,
            words=words.words(language),
            folder=f"{language}/" if position else "",
            languages=chosen,
        )
        for position, language in enumerate(chosen)
    )


def pages(release: Release, status: Mapping[str, Any] | None = None, *, extras: Extras | None = None) -> dict[str, str]:
    """Every page, by its file's path with /. `status` is the content of status.json; `extras` has what else is known."""
    known = extras or Extras(status=status or {})
    written: dict[str, str] = {}
    for edition in editions(release, known):
        written |= edition_pages(edition)
    return written


def edition_pages(edition: Edition) -> dict[str, str]:
    written = dict(
        [
            overview.home(edition),
            overview.datasets(edition),
            overview.domains(edition),
            overview.publishers(edition),
            lists.reference_lists(edition),
            lists.changes(edition),
            lists.search(edition),
            quality.quality(edition),
            documents.index(edition),
        ]
    )
    for domain in edition.catalog.domains:
        written.update(overview.domain(edition, domain))
    written.update(overview.publisher(edition, publisher) for publisher in edition.catalog.publishers)
    written.update(dataset.page(edition, version) for version in edition.release.versions)
    written.update(documents.documents(edition))
    return written
