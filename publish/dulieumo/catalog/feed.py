"""Changes of the data as Atom (RFC 4287) and JSON Feed 1.1: of the catalogue, of a domain, of a dataset.

An entry is a version of a dataset, as its changelog tells it, or a known issue of its data, told when it was found and once more when
it ended; its date is that of the descriptor, never the time of the build.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from xml.etree import ElementTree

from dulieumo.catalog.notes import sample_note
from dulieumo.catalog.texts import printable
from dulieumo.model import Catalog, Dataset, Text

ENTRIES = 200
ATOM = "http://www.w3.org/2005/Atom"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One item. `path` tells it apart within its dataset, for ever; `version` is None for an issue."""

    dataset: Dataset
    path: str
    date: str
    label: str
    text: Text
    version: str | None = None

    def title(self, language: str) -> str:
        return f"{self.dataset.title.in_(language)} {self.label}"

    def summary(self, language: str) -> str:
        return f"{sample_note(self.dataset, language)} {self.text.in_(language)}".strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """`path` is where the feed lies, without its ending; `page` the page that it belongs to. Both relative to the site."""

    title: str
    path: str
    page: str
    entries: tuple[Entry, ...]


def feeds(catalog: Catalog) -> tuple[Feed, ...]:
    """Every feed of the catalogue, in its first language."""
    language = catalog.languages[0]
    found = [Feed(title=catalog.title.in_(language), path="feed", page="", entries=entries(catalog.datasets))]
    for domain in catalog.domains:
        own = [dataset for dataset in catalog.datasets if dataset.domain == domain.name]
        page = f"domains/{domain.name}/"
        found.append(Feed(title=domain.title.in_(language), path=f"{page}feed", page=page, entries=entries(own)))
    for dataset in catalog.datasets:
        page = f"datasets/{dataset.name}/"
        found.append(Feed(title=dataset.title.in_(language), path=f"{page}feed", page=page, entries=entries([dataset])))
    return tuple(found)


def entries(datasets: Iterable[Dataset]) -> tuple[Entry, ...]:
    """The changes and issues of these datasets, newest first."""
    every = [entry for dataset in datasets for entry in _entries(dataset)]
    every.sort(key=lambda entry: (entry.date, entry.dataset.name, entry.path), reverse=True)
    return tuple(every[:ENTRIES])


def _entries(dataset: Dataset) -> Iterator[Entry]:
    for change in dataset.changelog:
        yield Entry(
            dataset=dataset,
            path=change.version,
            date=change.date,
            label=change.version,
            text=change.description,
            version=change.version,
        )
    for issue in dataset.issues:
        yield Entry(dataset=dataset, path=f"issues/{issue.id}", date=issue.since, label="⚠", text=issue.description)
        if issue.until is not None:
            path = f"issues/{issue.id}/until"
            yield Entry(dataset=dataset, path=path, date=issue.until, label="⚠ → ✓", text=issue.description)


def _address(catalog: Catalog, dataset: Dataset) -> str:
    return f"{catalog.base_url}/datasets/{dataset.name}/"


def _identifier(catalog: Catalog, entry: Entry) -> str:
    return f"{catalog.base_url}/id/{entry.dataset.name}/{entry.path}"


def atom(catalog: Catalog, feed: Feed) -> bytes:
    language = catalog.languages[0]
    ElementTree.register_namespace("", ATOM)
    root = ElementTree.Element(f"{{{ATOM}}}feed", {"{http://www.w3.org/XML/1998/namespace}lang": language})
    own = f"{catalog.base_url}/{feed.path}.xml"
    _element(root, "id", own)
    _element(root, "title", feed.title)
    _element(root, "updated", _moment(max((entry.date for entry in feed.entries), default="1970-01-01")))
    _element(root, "link", rel="self", type="application/atom+xml", href=own)
    _element(root, "link", rel="alternate", type="text/html", href=f"{catalog.base_url}/{feed.page}")
    publisher = catalog.find_publisher(catalog.publisher)
    author = _element(root, "author")
    _element(author, "name", publisher.title.in_(language) if publisher else catalog.publisher)
    for item in feed.entries:
        entry = _element(root, "entry")
        _element(entry, "id", _identifier(catalog, item))
        _element(entry, "title", item.title(language))
        _element(entry, "updated", _moment(item.date))
        _element(entry, "link", rel="alternate", type="text/html", href=_address(catalog, item.dataset))
        _element(entry, "summary", item.summary(language))
        _element(entry, "category", term=item.dataset.domain)
    ElementTree.indent(root)
    written: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return written + b"\n"


def _element(parent: ElementTree.Element, name: str, text: str | None = None, **attributes: str) -> ElementTree.Element:
    child = ElementTree.SubElement(parent, f"{{{ATOM}}}{name}", attributes)
    if text is not None:
        child.text = printable(text)
    return child


def _moment(date: str) -> str:
    """Atom wants a time; the changelog states a day."""
    return f"{date}T00:00:00Z"


def json_feed(catalog: Catalog, feed: Feed) -> bytes:
    language = catalog.languages[0]
    document = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "language": language,
        "home_page_url": f"{catalog.base_url}/{feed.page}",
        "feed_url": f"{catalog.base_url}/{feed.path}.json",
        "items": [
            {
                "id": _identifier(catalog, entry),
                "url": _address(catalog, entry.dataset),
                "title": entry.title(language),
                "content_text": entry.summary(language),
                "date_published": _moment(entry.date),
                "tags": [entry.dataset.domain, *entry.dataset.keywords],
                "_dulieumo": {"dataset": entry.dataset.name, "version": entry.version},
            }
            for entry in feed.entries
        ],
    }
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()
