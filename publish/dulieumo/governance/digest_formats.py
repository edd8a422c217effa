"""A publisher's digest as text, Markdown (issue, mail) and JSON (webhook), in the language in use. `calendar.py` has the .ics."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dulieumo.governance.digest import Digest, Item
from dulieumo.i18n import _, language, ngettext
from dulieumo.model import Catalog
from dulieumo_rules import frequencies

FORMAT = "dulieumo-due/1"


def to_json(digests: tuple[Digest, ...]) -> dict[str, Any]:
    """All digests as JSON values; schemas/due.json says what they are."""
    return {
        "format": FORMAT,
        "today": digests[0].today.isoformat() if digests else None,
        "summary": {
            "overdue": sum(len(digest.overdue) for digest in digests),
            "due": sum(len(digest.due) for digest in digests),
            "soon": sum(len(digest.soon) for digest in digests),
        },
        "publishers": [_publisher(digest) for digest in digests],
    }


def _publisher(digest: Digest) -> dict[str, Any]:
    publisher = digest.publisher
    return {
        "name": publisher.name,
        "title": publisher.title.default,
        "email": publisher.email,
        "reviewers": list(publisher.descriptor.get("reviewers", ())),
        "overdue": [_item(item) for item in digest.overdue],
        "due": [_item(item) for item in digest.due],
        "soon": [_item(item) for item in digest.soon],
        "unknown": [_item(item) for item in digest.unknown],
    }


def _item(item: Item) -> dict[str, Any]:
    fresh = item.freshness
    return {
        "dataset": item.dataset.name,
        "title": item.dataset.title.default,
        "frequency": item.dataset.frequency,
        "dataAsOf": item.dataset.data_as_of,
        "due": fresh.due.isoformat() if fresh.due else None,
        "overdue": fresh.overdue.isoformat() if fresh.overdue else None,
        "daysLate": fresh.days_late,
        "publisherNamed": item.named.name if item.named else None,
    }


def to_text(digests: tuple[Digest, ...]) -> str:
    """For a terminal: per publisher what is late and what comes, quiet publishers left out."""
    lines: list[str] = []
    for digest in digests:
        if digest.is_quiet:
            continue
        lines.append(f"{digest.publisher.title.in_(language())} ({digest.publisher.name})")
        for word, items in _sections(digest):
            lines += [f"  {word}: {_sentence(item)}" for item in items]
        lines.append("")
    lines.append(summary(digests))
    return "\n".join(lines) + "\n"


def summary(digests: tuple[Digest, ...]) -> str:
    """One line: how many datasets are overdue, due and due soon."""
    overdue, due = sum(len(digest.overdue) for digest in digests), sum(len(digest.due) for digest in digests)
    soon = sum(len(digest.soon) for digest in digests)
    if not overdue + due + soon:
        return _("Every dataset is as new as it promises.")
    return ", ".join(
        (
            ngettext("{count} dataset overdue", "{count} datasets overdue", overdue).format(count=overdue),
            ngettext("{count} due", "{count} due", due).format(count=due),
            ngettext("{count} due soon", "{count} due soon", soon).format(count=soon),
        )
    )


def to_markdown(digest: Digest, catalog: Catalog) -> str:
    """The digest of one publisher, to be sent as it is: what is late, what comes, and what to do."""
    lines = [f"# {_title(digest)}", ""]
    if digest.is_quiet:
        return "\n".join([*lines, _("Every dataset is as new as it promises."), ""])
    lines += [_greeting(digest), ""]
    for word, items in _sections(digest):
        if not items:
            continue
        lines += [f"## {word} ({len(items)})", ""]
        heads = (_("Dataset"), _("Updated"), _("Data as of"), _("Due on"), _("Days late"))
        lines += ["| " + " | ".join(heads) + " |", "|---|---|---|---|---:|"]
        lines += [_row(item, catalog) for item in items]
        lines.append("")
    lines += [
        f"**{_('What to do')}**",
        "",
        _("1. New data: `dulieumo update DATASET FILE` replaces the table and raises version and data-as-of."),
        _("2. Nothing has changed since: raise `dulieumo:dataAsOf` to the day on which you looked."),
        _("3. The data will not be updated again: `dulieumo:status: retired`, or another `dulieumo:frequency`."),
        "",
    ]
    return "\n".join(lines)


def _title(digest: Digest) -> str:
    title = digest.publisher.title.in_(language())
    return _("{publisher}: data to update, {day}").format(publisher=title, day=day(digest.today.isoformat()))


def _greeting(digest: Digest) -> str:
    text = ngettext(
        "{count} dataset of {publisher} waits for newer data.",
        "{count} datasets of {publisher} wait for newer data.",
        digest.owed,
    )
    return text.format(count=digest.owed, publisher=digest.publisher.title.in_(language()))


def _row(item: Item, catalog: Catalog) -> str:
    dataset, fresh = item.dataset, item.freshness
    title = cell(dataset.title.in_(language()))
    link = f"[{title}]({catalog.base_url}/datasets/{dataset.name}/)"
    if item.named is not None:
        link += " (" + cell(_("published by {publisher}").format(publisher=item.named.title.in_(language()))) + ")"
    late = str(fresh.days_late) if fresh.days_late else ""
    columns = (
        link,
        rhythm(dataset.frequency),
        day(dataset.data_as_of),
        day(fresh.due.isoformat()) if fresh.due else "",
        late,
    )
    return "| " + " | ".join(columns) + " |"


def _sections(digest: Digest) -> Iterator[tuple[str, tuple[Item, ...]]]:
    yield _("Overdue"), digest.overdue
    yield _("Due"), digest.due
    yield (
        ngettext("Due within {count} day", "Due within {count} days", digest.ahead_days).format(
            count=digest.ahead_days
        ),
        digest.soon,
    )


def _sentence(item: Item) -> str:
    fresh = item.freshness
    text = _("{dataset}: {frequency}, data as of {as_of}, due on {due}").format(
        dataset=item.dataset.name,
        frequency=rhythm(item.dataset.frequency).lower(),
        as_of=day(item.dataset.data_as_of),
        due=day(fresh.due.isoformat()) if fresh.due else "",
    )
    if fresh.days_late:
        text += ngettext(" ({count} day late)", " ({count} days late)", fresh.days_late).format(count=fresh.days_late)
    return text


def rhythm(code: str) -> str:
    """The word for a frequency."""
    frequency = frequencies.find(code)
    return frequency.in_(language()) if frequency else code


def day(iso: str) -> str:
    """A date as the reader writes it: 31/12/2026 in Vietnamese, 2026-12-31 elsewhere; as exact as it is given."""
    return "/".join(reversed(iso.split("-"))) if language() == "vi" else iso


def cell(text: str) -> str:
    """Text of a descriptor inside a Markdown table: it can neither end the cell nor make markup."""
    flat = " ".join(text.split())
    return "".join(f"\\{letter}" if letter in "\\|[]<>*_`#" else letter for letter in flat)
