"""Reference lists, the changes of the whole catalogue, and the search page."""

from __future__ import annotations

from itertools import groupby

from dulieumo.model import REFERENCE_DOMAIN

from ..edition import Edition, render
from .cards import cards, change_groups, change_lines

CHANGES_SHOWN = 400  # the feeds have them all


def reference_lists(edition: Edition) -> tuple[str, str]:
    t = edition.words
    items = cards(edition, edition.datasets_of(REFERENCE_DOMAIN))
    return render(edition, "lists/", "lists.md", title=t("nav.lists"), description=t("lists.intro"), items=items)


def changes(edition: Edition) -> tuple[str, str]:
    t = edition.words
    lines = change_lines(edition, edition.catalog.datasets)[:CHANGES_SHOWN]
    years = [(year, change_groups(group)) for year, group in groupby(lines, key=lambda line: line.date[:4])]
    return render(
        edition, "changes/", "changes.md", title=t("nav.changes"), description=t("changes.intro"), years=years
    )


def search(edition: Edition) -> tuple[str, str]:
    t = edition.words
    return render(
        edition,
        "search/",
        "search.md",
        title=t("nav.search"),
        description=t("search.placeholder"),
        meta={"kind": "search"},
    )
