"""The days on which data is due, as a calendar to subscribe to (.ics, RFC 5545)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from dulieumo import __version__
from dulieumo.governance.digest import Digest, Item
from dulieumo.governance.digest_formats import rhythm
from dulieumo.i18n import _, language
from dulieumo.model import Catalog

LINE_OCTETS = 75


def to_ics(digests: Iterable[Digest], catalog: Catalog) -> str:
    """One all-day event per dataset on its next due day; what is late stands on `today` and moves with it (same UID)."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:-//dulieumo//{__version__}//EN",
        "CALSCALE:GREGORIAN",
        f"X-WR-CALNAME:{_text(_('Data due: {catalog}').format(catalog=catalog.title.in_(language())))}",
    ]
    for digest in digests:
        for item in (*digest.overdue, *digest.due, *digest.soon, *digest.later):
            lines += _event(item, digest, catalog)
    lines.append("END:VCALENDAR")
    return "".join(f"{part}\r\n" for line in lines for part in _folded(line))


def _event(item: Item, digest: Digest, catalog: Catalog) -> Iterator[str]:
    due = item.freshness.due
    if due is None:
        return
    day = max(due, digest.today)
    title = item.dataset.title.in_(language())
    summary = _("Overdue: {title}") if item in digest.overdue else _("Data due: {title}")
    described = _("{publisher}. Updated: {frequency}. Data as of {as_of}.").format(
        publisher=digest.publisher.title.in_(language()),
        frequency=rhythm(item.dataset.frequency).lower(),
        as_of=item.dataset.data_as_of,
    )
    yield "BEGIN:VEVENT"
    yield f"UID:{item.dataset.name}-{due.isoformat()}@{catalog.name}"
    yield f"DTSTAMP:{_date(digest.today)}T000000Z"
    yield f"DTSTART;VALUE=DATE:{_date(day)}"
    yield f"DTEND;VALUE=DATE:{_date(day + timedelta(days=1))}"
    yield f"SUMMARY:{_text(summary.format(title=title))}"
    yield f"DESCRIPTION:{_text(described)}"
    yield f"URL:{catalog.base_url}/datasets/{item.dataset.name}/"
    yield f"CATEGORIES:{_text(digest.publisher.name)}"
    yield "TRANSP:TRANSPARENT"
    yield "END:VEVENT"


def _date(day: date) -> str:
    return day.strftime("%Y%m%d")


def _text(value: str) -> str:
    """A TEXT value: its separators escaped, no control character."""
    clean = "".join(letter if letter >= " " else " " for letter in value)
    return clean.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")


def _folded(line: str) -> Iterator[str]:
    """The line in pieces of at most 75 octets, never inside a letter; a piece after the first begins with a space."""
    piece = ""
    for letter in line:
        if len((piece + letter).encode()) > LINE_OCTETS:
            yield piece
            piece = " "
        piece += letter
    yield piece
