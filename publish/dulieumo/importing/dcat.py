"""A DCAT graph → Records. Reads what DKAN and CKAN really serve: literals for publishers and themes, dates of the wrong type,
distributions that are named and nowhere described, organisations as addresses, labels in several languages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urljoin, urlsplit

from dulieumo.errors import ConfigError
from dulieumo.i18n import _
from dulieumo.importing import fetch, rdf
from dulieumo.importing.record import Agent, File, Record, Source, Texts, Theme

if TYPE_CHECKING:
    from rdflib import Graph
    from rdflib.term import Node

MAX_PAGES = 500
DCAT = "http://www.w3.org/ns/dcat#"
DCT = "http://purl.org/dc/terms/"
DC = "http://purl.org/dc/elements/1.1/"
FOAF = "http://xmlns.com/foaf/0.1/"
SKOS = "http://www.w3.org/2004/02/skos/core#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
SCHEMA = ("http://schema.org/", "https://schema.org/")
VCARD = "http://www.w3.org/2006/vcard/ns#"
HYDRA = "http://www.w3.org/ns/hydra/core#"
LABELS = tuple(
    f"{space}{name}"
    for space, name in (
        (FOAF, "name"),
        (SKOS, "prefLabel"),
        (RDFS, "label"),
        (DCT, "title"),
        (RDF, "value"),
        (VCARD, "fn"),
    )
)


def read(source: str, *, max_bytes: int = fetch.MAX_BYTES, timeout_seconds: float = fetch.TIMEOUT_SECONDS) -> Source:
    """The records of a DCAT file or address; further pages of the same server are read too (hydra). Raises ConfigError,
    UsageError, Unreachable."""
    fetched = fetch.read(source, max_bytes=max_bytes, timeout_seconds=timeout_seconds)
    graph, repairs = rdf.parse(fetched.data, fetched.origin)
    seen = {source}
    following = _next_page(graph, fetched.origin)
    size = len(fetched.data)
    while following and following not in seen and len(seen) < MAX_PAGES:
        seen.add(following)
        page = fetch.read(following, max_bytes=max_bytes - size, timeout_seconds=timeout_seconds)
        size += len(page.data)
        more, found = rdf.parse(page.data, page.origin)
        repairs += found
        following = _next_page(more, page.origin)
        graph += more
    return records(graph, fetched.origin, repairs)


def records(graph: Graph, origin: str, repairs: Mapping[str, int] | None = None) -> Source:
    """Everything that the graph says of its datasets, in the order of their addresses. Raises ConfigError where it has none."""
    view = _View(graph)
    nodes = sorted(view.instances("Dataset"), key=str)
    if not nodes:
        raise ConfigError(
            _("{origin} describes no dataset (dcat:Dataset).").format(origin=origin),
            hint=_("Is it the catalogue of the portal, and not the page of one dataset or a feed?"),
        )
    catalogs = sorted(view.instances("Catalog"), key=str)
    catalog = catalogs[0] if catalogs else None
    return Source(
        origin=origin,
        names=view.texts(catalog, DCT + "title") if catalog is not None else {},
        descriptions=view.texts(catalog, DCT + "description") if catalog is not None else {},
        homepage=view.one(catalog, FOAF + "homepage") if catalog is not None else "",
        publisher=view.agent(catalog) if catalog is not None else None,
        records=tuple(view.record(node) for node in nodes),
        repairs=dict(repairs or Counter()),
    )


def _next_page(graph: Graph, origin: str) -> str | None:
    """The address of the next page, where the source is an address and the page lies on the same server."""
    from rdflib import URIRef

    if "://" not in origin:
        return None
    for name in ("next", "nextPage"):
        for value in graph.objects(None, URIRef(HYDRA + name)):
            address = urljoin(origin, str(value))
            if urlsplit(address)[:2] == urlsplit(origin)[:2]:
                return address
    return None


@dataclass(slots=True)
class _View:
    """A graph, asked in the terms of DCAT. Values come sorted, so that the same graph always gives the same records."""

    graph: Graph
    repeated: set[str] = field(default_factory=set)

    def instances(self, name: str) -> Iterator[Node]:
        from rdflib import URIRef

        yield from self.graph.subjects(URIRef(RDF + "type"), URIRef(DCAT + name), unique=True)

    def values(self, node: Node | None, *properties: str) -> list[Node]:
        """The values of the first of `properties` that has any."""
        from rdflib import URIRef

        if node is None:
            return []
        for name in properties:
            found = sorted(self.graph.objects(node, URIRef(name)), key=lambda value: (str(value), repr(value)))
            if found:
                return found
        return []

    def one(self, node: Node | None, *properties: str) -> str:
        """One value as it is written, "" for none. Where there are several, the last one, and it is remembered."""
        found = list(dict.fromkeys(str(value) for value in self.values(node, *properties)))
        if len(found) > 1:
            self.repeated.add(properties[0].rsplit("/", 1)[-1].rsplit("#", 1)[-1])
        return found[-1] if found else ""

    def texts(self, node: Node | None, *properties: str) -> Texts:
        """The text in each language. Where a language has several, the longest, and it is remembered."""
        found: dict[str, str] = {}
        for value in self.values(node, *properties):
            language = (getattr(value, "language", None) or "").split("-")[0].lower()
            text = str(value)
            if language in found and found[language] != text:
                self.repeated.add(properties[0].rsplit("/", 1)[-1].rsplit("#", 1)[-1])
                text = max(found[language], text, key=lambda item: (len(item), item))
            found[language] = text
        return found

    def labels(self, value: Node) -> Texts:
        """What a value is called: a literal is its own name; a node has a label; an address without one has none."""
        from rdflib import Literal

        if isinstance(value, Literal):
            return {(value.language or "").split("-")[0].lower(): str(value)}
        return self.texts(value, *LABELS)

    def agent(self, node: Node | None) -> Agent | None:
        from rdflib import URIRef

        for value in self.values(node, DCT + "publisher", DCT + "creator", DC + "publisher", DC + "creator"):
            names = {language: text for language, text in self.labels(value).items() if text.strip()}
            if names:
                return Agent(names=names, homepage=self.one(value, FOAF + "homepage"))
            if isinstance(value, URIRef) and (last := unquote(str(value).rstrip("/#").rsplit("/", 1)[-1])):
                return Agent(names={"": last.replace("-", " ")}, homepage="")
        return None

    def record(self, node: Node) -> Record:
        self.repeated = set()
        files = tuple(self.file(value) for value in self.values(node, DCAT + "distribution"))
        start, end = self.period(node)
        page = self.one(node, DCAT + "landingPage", FOAF + "page") or self._address(node)
        return Record(
            key=str(node),
            identifiers=tuple(str(value) for value in self.values(node, DCT + "identifier", DC + "identifier")),
            page=page,
            names=self.texts(node, DCT + "title", DC + "title"),
            descriptions=self.texts(node, DCT + "description", DC + "description"),
            publisher=self.agent(node),
            themes=tuple(
                Theme(names=self.labels(value), uri=self._address(value)) for value in self.values(node, DCAT + "theme")
            ),
            keywords=tuple(str(value) for value in self.values(node, DCAT + "keyword")),
            license=self._license(node),
            frequency=self._word(node, DCT + "accrualPeriodicity"),
            issued=self.one(node, DCT + "issued"),
            modified=self.one(node, DCT + "modified"),
            start=start,
            end=end,
            spatial=next((self.labels(value) for value in self.values(node, DCT + "spatial")), {}),
            languages=tuple(str(value) for value in self.values(node, DCT + "language", DC + "language")),
            has_contact=self._has_contact(node),
            files=files,
            repeated=tuple(sorted(self.repeated)),
        )

    def file(self, node: Node) -> File:
        return File(
            key=str(node),
            names=self.texts(node, DCT + "title", DC + "title"),
            descriptions=self.texts(node, DCT + "description", DC + "description"),
            url=self.one(node, DCAT + "downloadURL"),
            page=self.one(node, DCAT + "accessURL", FOAF + "page"),
            format=self._word(node, DCT + "format", DC + "format"),
            media_type=self._word(node, DCAT + "mediaType"),
            is_described=any(True for _ in self.graph.predicate_objects(node)),
        )

    def period(self, node: Node) -> tuple[str, str]:
        for value in self.values(node, DCT + "temporal"):
            start = self.one(value, DCAT + "startDate", *(f"{space}startDate" for space in SCHEMA))
            end = self.one(value, DCAT + "endDate", *(f"{space}endDate" for space in SCHEMA))
            if start or end:
                return start, end
        return "", ""

    def _license(self, node: Node) -> str:
        """The licence of the dataset, else of its files, where they agree."""
        own = self._word(node, DCT + "license")
        if own:
            return own
        of_files = {self._word(value, DCT + "license") for value in self.values(node, DCAT + "distribution")} - {""}
        return of_files.pop() if len(of_files) == 1 else ""

    def _word(self, node: Node, *properties: str) -> str:
        """A value that is a literal, an address, or a node with a label."""
        from rdflib import BNode

        for value in self.values(node, *properties):
            if not isinstance(value, BNode):
                return str(value)
            labels = self.labels(value)
            if labels:
                return next(iter(labels.values()))
        return ""

    def _has_contact(self, node: Node) -> bool:
        names: Iterable[str] = (f"{VCARD}{name}" for name in ("fn", "hasEmail", "hasTelephone", "hasFN", "email"))
        wanted = set(names)
        return any(
            str(name) in wanted and str(text).strip()
            for contact in self.values(node, DCAT + "contactPoint")
            for name, text in self.graph.predicate_objects(contact)
        )

    def _address(self, node: Any) -> str:
        from rdflib import URIRef

        return str(node) if isinstance(node, URIRef) and str(node).startswith(("http://", "https://")) else ""
