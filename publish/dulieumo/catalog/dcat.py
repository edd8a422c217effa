"""The catalogue as DCAT-AP 3.0.1: one graph per page of datasets, each in Turtle, JSON-LD and RDF/XML.

https://semiceu.github.io/DCAT-AP/releases/3.0.1/. Every object of a property has its class stated beside it, because a
harvester that validates does not fetch the EU authority tables. Dates are typed as exactly as they are known.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree

from rdflib import RDF, Graph, Literal, Namespace, URIRef
from rdflib.namespace import DCAT, DCTERMS, FOAF, RDFS, SKOS, XSD

from dulieumo.catalog import vocabulary
from dulieumo.catalog.notes import with_sample_note
from dulieumo.catalog.schemaorg import dataset_uri
from dulieumo.catalog.texts import printable
from dulieumo.model import Artifact, Catalog, DatasetVersion, Kind, Release, Status, Text

ADMS = Namespace("http://www.w3.org/ns/adms#")
DCATAP = Namespace("http://data.europa.eu/r5r/")
HYDRA = Namespace("http://www.w3.org/ns/hydra/core#")
SPDX = Namespace("http://spdx.org/rdf/terms#")
VCARD = Namespace("http://www.w3.org/2006/vcard/ns#")
VERSION = URIRef(f"{DCAT}version")  # of DCAT 3; rdflib knows DCAT 2
WKT = URIRef("http://www.opengis.net/ont/geosparql#wktLiteral")
PREFIXES = {
    "dcat": DCAT, "dct": DCTERMS, "foaf": FOAF, "skos": SKOS, "adms": ADMS, "dcatap": DCATAP,
    "hydra": HYDRA, "spdx": SPDX, "vcard": VCARD, "rdfs": RDFS, "xsd": XSD,
}  # fmt: skip
PER_PAGE = 100
FORMATS = {"ttl": "turtle", "jsonld": "json-ld", "rdf": "xml"}


def page_name(number: int, ending: str) -> str:
    return f"catalog.{ending}" if number == 1 else f"catalog-{number}.{ending}"


def files(release: Release, portal: str | None = None) -> dict[str, bytes]:
    """`datasets/<name>/dcat.jsonld` for each dataset, and the whole catalogue as files: `catalog.ttl`, `.jsonld`, `.rdf`, and `catalog-2.…` where the datasets need more pages."""
    graphs = {version.name: dataset_graph(release, version) for version in release.versions}
    written = {f"datasets/{name}/dcat.jsonld": serialise(graph, "json-ld") for name, graph in graphs.items()}
    starts = list(range(0, len(release.versions), PER_PAGE)) or [0]
    for number, start in enumerate(starts, 1):
        graph = catalogue(release, release.versions[start : start + PER_PAGE], portal, graphs)
        for ending, name in FORMATS.items():
            with_pages = graph + _paging(release, number, len(starts), ending) if len(starts) > 1 else graph
            written[page_name(number, ending)] = serialise(with_pages, name)
    return written


def serialise(graph: Graph, name: str) -> bytes:
    for prefix, namespace in PREFIXES.items():
        graph.bind(prefix, namespace, override=True)
    options: dict[str, Any] = {"auto_compact": True} if name == "json-ld" else {}
    written: bytes = graph.serialize(format=name, encoding="utf-8", **options)
    if name == "json-ld":
        return (json.dumps(_ordered(json.loads(written)), ensure_ascii=False, indent=1) + "\n").encode()
    return _ordered_xml(written) if name == "xml" else written


def _ordered_xml(written: bytes) -> bytes:
    """RDF/XML with its descriptions, and the properties of each, in order."""
    root = ElementTree.fromstring(written)  # noqa: S314 - written by rdflib a moment ago
    for prefix, namespace in {**PREFIXES, "rdf": RDF}.items():
        ElementTree.register_namespace(prefix, str(namespace))
    for description in root:
        description[:] = sorted(
            description, key=lambda entry: (entry.tag, entry.text or "", sorted(entry.attrib.items()))
        )
    root[:] = sorted(root, key=lambda entry: sorted(entry.attrib.items()))
    ElementTree.indent(root, " ")
    ordered: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return ordered + b"\n"


def _ordered(value: Any) -> Any:
    """JSON-LD with every list in order: lists mean sets there, and rdflib writes them in the order of hashes."""
    if isinstance(value, dict):
        return {key: _ordered(entry) for key, entry in sorted(value.items())}
    if isinstance(value, list):
        return sorted((_ordered(entry) for entry in value), key=lambda entry: json.dumps(entry, sort_keys=True))
    return value


def catalogue(
    release: Release,
    versions: Iterable[DatasetVersion],
    portal: str | None = None,
    graphs: Mapping[str, Graph] | None = None,
) -> Graph:
    """The catalogue and these of its datasets. `graphs` are the graphs of single datasets where they were made before."""
    catalog, graph = release.catalog, Graph(bind_namespaces="none")
    node = URIRef(f"{catalog.base_url}/#catalog")
    chosen = tuple(versions)
    graph.add((node, RDF.type, DCAT.Catalog))
    _texts(graph, node, DCTERMS.title, catalog.title, catalog)
    _texts(graph, node, DCTERMS.description, catalog.description, catalog)
    graph.add((node, DCTERMS.publisher, _agent(graph, catalog, catalog.publisher)))
    _languages(graph, node, catalog.languages)
    _document(graph, node, FOAF.homepage, f"{catalog.base_url}/")
    graph.add((node, DCAT.themeTaxonomy, _typed(graph, vocabulary.THEMES, SKOS.ConceptScheme)))
    graph.add((URIRef(vocabulary.THEMES), DCTERMS.title, Literal("Data theme", lang="en")))
    dates = [change.date for version in release.versions for change in version.dataset.changelog]
    if dates:
        graph.add((node, DCTERMS.issued, _date(min(dates))))
        graph.add((node, DCTERMS.modified, _date(max(dates))))
    for version in chosen:
        dataset = URIRef(dataset_uri(catalog, version.name))
        graph.add((node, DCAT.dataset, dataset))
        own = graphs.get(version.name) if graphs else None
        graph += own if own is not None else dataset_graph(release, version)
    if portal:
        _service(graph, node, catalog, portal, chosen)
    return graph


def dataset_graph(release: Release, version: DatasetVersion) -> Graph:
    """A dataset with its distributions, by itself."""
    catalog, item, graph = release.catalog, version.dataset, Graph(bind_namespaces="none")
    node = URIRef(dataset_uri(catalog, item.name))
    graph.add((node, RDF.type, DCAT.Dataset))
    _texts(graph, node, DCTERMS.title, item.title, catalog)
    _texts(graph, node, DCTERMS.description, with_sample_note(item), catalog)
    graph.add((node, DCTERMS.identifier, Literal(item.name)))
    graph.add((node, DCTERMS.publisher, _agent(graph, catalog, item.publisher)))
    for keyword in item.keywords:
        graph.add((node, DCAT.keyword, Literal(printable(keyword), lang=catalog.languages[0])))
    _theme(graph, node, catalog, item.domain)
    _contact(graph, node, catalog)
    _typed_link(graph, node, DCTERMS.accrualPeriodicity, vocabulary.frequency(item.frequency), DCTERMS.Frequency)
    _typed_link(graph, node, DCTERMS.accessRights, vocabulary.PUBLIC, DCTERMS.RightsStatement)
    _languages(graph, node, item.languages)
    _document(graph, node, DCAT.landingPage, f"{catalog.base_url}/datasets/{item.name}/")
    graph.add((node, VERSION, Literal(version.version)))
    _dates(graph, node, version, catalog)
    _temporal(graph, node, item.temporal_start, item.temporal_end)
    _spatial(graph, node, version)
    if item.collection_method:
        statement = _part(node, "provenance")
        graph.add((node, DCTERMS.provenance, statement))
        graph.add((statement, RDF.type, DCTERMS.ProvenanceStatement))
        _texts(graph, statement, RDFS.label, item.collection_method, catalog)
    for source in item.sources:
        if source.path:
            graph.add((node, DCTERMS.relation, _link(source.path)))
    if item.status is Status.SUPERSEDED and item.superseded_by:
        graph.add((node, DCTERMS.isReplacedBy, URIRef(dataset_uri(catalog, item.superseded_by))))
    for artifact in version.artifacts:
        if artifact.kind == "parquet-part":  # a distribution is the whole table, a part is not
            continue
        graph.add((node, DCAT.distribution, _distribution(graph, release, version, artifact)))
    return graph


def _distribution(graph: Graph, release: Release, version: DatasetVersion, artifact: Artifact) -> URIRef:
    catalog, item = release.catalog, version.dataset
    file = quote(artifact.path)
    node = URIRef(f"{dataset_uri(catalog, item.name)}/{file}")
    graph.add((node, RDF.type, DCAT.Distribution))
    resource = item.resource(artifact.resource) if artifact.resource else None
    if resource:
        _texts(graph, node, DCTERMS.title, resource.title, catalog, after=f" ({artifact.path})")
        description = resource.description
        if resource.kind is Kind.SAMPLE:
            description = with_sample_note(item, description)
        _texts(graph, node, DCTERMS.description, description, catalog)
    graph.add((node, DCAT.accessURL, URIRef(f"{catalog.base_url}/data/{item.name}/latest/{file}")))
    graph.add((node, DCAT.downloadURL, URIRef(f"{catalog.base_url}/{version.folder}/{file}")))
    _typed_link(graph, node, DCAT.mediaType, vocabulary.media_type(artifact.media_type), DCTERMS.MediaType)
    file_type = vocabulary.file_type(artifact.path.rsplit(".", 1)[-1])
    if file_type:
        _typed_link(graph, node, DCTERMS["format"], file_type, DCTERMS.MediaTypeOrExtent)
    graph.add((node, DCAT.byteSize, Literal(str(artifact.bytes), datatype=XSD.nonNegativeInteger)))
    _typed_link(graph, node, DCATAP.availability, vocabulary.STABLE, SKOS.Concept)
    _label(graph, vocabulary.STABLE, "stable")
    for license_ in item.licenses:
        address = vocabulary.licence(license_.name) or license_.path
        if address:
            _typed_link(graph, node, DCTERMS.license, address, DCTERMS.LicenseDocument)
    _languages(graph, node, item.languages)
    changed = _version_date(version)
    if changed:
        graph.add((node, DCTERMS.modified, _date(changed)))
    checksum = _part(node, "sha256")
    graph.add((node, SPDX.checksum, checksum))
    graph.add((checksum, RDF.type, SPDX.Checksum))
    graph.add((checksum, SPDX.algorithm, _typed(graph, vocabulary.SHA256, SPDX.ChecksumAlgorithm)))
    graph.add((checksum, SPDX.checksumValue, Literal(artifact.sha256, datatype=XSD.hexBinary)))
    return node


def _service(
    graph: Graph, catalogue_node: URIRef, catalog: Catalog, portal: str, versions: Sequence[DatasetVersion]
) -> None:
    """The portal's API, for those who want rows and not files."""
    node = URIRef(f"{portal}/api/3")
    graph.add((catalogue_node, DCAT.service, node))
    graph.add((node, RDF.type, DCAT.DataService))
    graph.add((node, DCTERMS.title, Literal("CKAN Action API", lang="en")))
    graph.add((node, DCTERMS.title, Literal("API của CKAN", lang="vi")))
    graph.add((node, DCAT.endpointURL, node))
    for version in versions:
        graph.add((node, DCAT.servesDataset, URIRef(dataset_uri(catalog, version.name))))


def _paging(release: Release, number: int, last: int, ending: str) -> Graph:
    """The pages as Hydra describes them, so that a harvester finds the rest."""
    graph, base = Graph(bind_namespaces="none"), release.catalog.base_url
    collection, view = URIRef(f"{base}/#catalog"), URIRef(f"{base}/{page_name(number, ending)}")
    graph.add((collection, RDF.type, HYDRA.Collection))
    graph.add((collection, HYDRA.totalItems, Literal(len(release.versions))))
    graph.add((collection, HYDRA.view, view))
    graph.add((view, RDF.type, HYDRA.PartialCollectionView))
    steps = {HYDRA.first: 1, HYDRA.last: last, HYDRA.previous: number - 1, HYDRA.next: number + 1}
    for name, target in steps.items():
        if 1 <= target <= last:
            graph.add((view, name, URIRef(f"{base}/{page_name(target, ending)}")))
    return graph


def _agent(graph: Graph, catalog: Catalog, name: str) -> URIRef:
    node = URIRef(f"{catalog.base_url}/publishers/{name}/#agent")
    publisher = catalog.find_publisher(name)
    graph.add((node, RDF.type, FOAF.Agent))
    _texts(graph, node, FOAF.name, publisher.title if publisher else Text(name), catalog)
    if publisher and publisher.homepage:
        _document(graph, node, FOAF.homepage, publisher.homepage)
    return node


def _contact(graph: Graph, node: URIRef, catalog: Catalog) -> None:
    contact = catalog.settings.get("contact")
    if not contact:
        return
    point = URIRef(f"{catalog.base_url}/#contact")
    graph.add((node, DCAT.contactPoint, point))
    graph.add((point, RDF.type, VCARD.Kind))
    if contact.get("title"):
        graph.add((point, VCARD.fn, Literal(printable(contact["title"]))))
    if contact.get("email"):
        graph.add((point, VCARD.hasEmail, URIRef(f"mailto:{contact['email']}")))
    if contact.get("url"):
        graph.add((point, VCARD.hasURL, _link(contact["url"])))


def _theme(graph: Graph, node: URIRef, catalog: Catalog, name: str) -> None:
    domain = catalog.domain(name)
    if domain is None:
        return
    eu = vocabulary.theme(domain.eu_theme)
    _typed_link(graph, node, DCAT.theme, eu, SKOS.Concept)
    _label(graph, eu, domain.eu_theme)
    own = URIRef(f"{catalog.base_url}/domains/{name}/#theme")
    graph.add((node, DCAT.theme, own))
    graph.add((own, RDF.type, SKOS.Concept))
    _texts(graph, own, SKOS.prefLabel, domain.title, catalog)


def _dates(graph: Graph, node: URIRef, version: DatasetVersion, catalog: Catalog) -> None:
    changelog = version.dataset.changelog
    if changelog:
        graph.add((node, DCTERMS.issued, _date(min(change.date for change in changelog))))
        graph.add((node, DCTERMS.modified, _date(max(change.date for change in changelog))))
    for change in changelog:
        if change.version == version.version:
            _texts(graph, node, ADMS.versionNotes, change.description, catalog)


def _version_date(version: DatasetVersion) -> str | None:
    return next((change.date for change in version.dataset.changelog if change.version == version.version), None)


def _temporal(graph: Graph, node: URIRef, start: str | None, end: str | None) -> None:
    if not (start or end):
        return
    period = _part(node, "period")
    graph.add((node, DCTERMS.temporal, period))
    graph.add((period, RDF.type, DCTERMS.PeriodOfTime))
    if start:
        graph.add((period, DCAT.startDate, _date(start)))
    if end:
        graph.add((period, DCAT.endDate, _date(end)))


def _spatial(graph: Graph, node: URIRef, version: DatasetVersion) -> None:
    spatial = version.dataset.spatial
    if not spatial:
        return
    place = URIRef(spatial["uri"]) if spatial.get("uri") else _part(node, "place")
    graph.add((node, DCTERMS.spatial, place))
    graph.add((place, RDF.type, DCTERMS.Location))
    for key, value in spatial.items():
        if key == "label":
            graph.add((place, SKOS.prefLabel, Literal(printable(value), lang=version.dataset.languages[0])))
        elif key.startswith("label@"):
            graph.add((place, SKOS.prefLabel, Literal(printable(value), lang=key.removeprefix("label@"))))
    if box := spatial.get("bbox"):
        west, south, east, north = box
        ring = f"{west} {south}, {east} {south}, {east} {north}, {west} {north}, {west} {south}"
        graph.add((place, DCAT.bbox, Literal(f"POLYGON(({ring}))", datatype=WKT)))


def _languages(graph: Graph, node: URIRef, codes: Iterable[str]) -> None:
    for code in codes:
        if address := vocabulary.language(code):
            _typed_link(graph, node, DCTERMS.language, address, DCTERMS.LinguisticSystem)


def _document(graph: Graph, node: URIRef, property_: URIRef, address: str) -> None:
    _typed_link(graph, node, property_, address, FOAF.Document)


def _typed_link(graph: Graph, node: URIRef, property_: URIRef, address: str, class_: URIRef) -> None:
    graph.add((node, property_, _typed(graph, address, class_)))


def _typed(graph: Graph, address: str, class_: URIRef) -> URIRef:
    target = _link(address)
    graph.add((target, RDF.type, class_))
    return target


def _part(node: URIRef, name: str) -> URIRef:
    """A node that exists only as part of another. It has a name of its own, so that the same release gives the same bytes."""
    return URIRef(f"{node}#{name}")


def _label(graph: Graph, address: str, text: str) -> None:
    graph.add((URIRef(address), SKOS.prefLabel, Literal(text, lang="en")))


def _link(address: str) -> URIRef:
    """An address of the descriptor as an IRI: the letters that no IRI may hold are percent-encoded."""
    return URIRef(quote(address, safe="%/:=&?~#+!$,;'@()*[]-._"))


def _texts(graph: Graph, node: URIRef, property_: URIRef, text: Text, catalog: Catalog, after: str = "") -> None:
    """The text in the catalogue's first language, and its translations."""
    if not text:
        return
    graph.add((node, property_, Literal(printable(text.default) + after, lang=catalog.languages[0])))
    for language, words in text.translations.items():
        graph.add((node, property_, Literal(printable(words) + after, lang=language)))


@cache
def _date(text: str) -> Literal:
    kinds = {4: XSD.gYear, 7: XSD.gYearMonth, 10: XSD.date}
    return Literal(text, datatype=kinds.get(len(text), XSD.dateTime), normalize=False)
