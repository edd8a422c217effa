"""DCAT-AP 3.0.1: valid by shapes written from its specification, the same graph in three forms, true dates, paged."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from types import MappingProxyType

import pyshacl
import pytest
from rdflib import RDF, Graph, Literal, Namespace, URIRef
from rdflib.compare import isomorphic
from rdflib.namespace import DCTERMS, XSD

from dulieumo.catalog import dcat
from dulieumo.model import Kind, Release, Status
from tests.site.conftest import Served

DCAT = Namespace("http://www.w3.org/ns/dcat#")
HYDRA = Namespace("http://www.w3.org/ns/hydra/core#")
SHAPES = Path(__file__).with_name("shapes.ttl")


def problems(graph: Graph) -> str:
    conforms, _graph, text = pyshacl.validate(graph, shacl_graph=str(SHAPES), advanced=True)
    return "" if conforms else str(text)


def parsed(served: Served, name: str) -> Graph:
    return Graph().parse(served.world.out / name)


def test_the_three_forms_say_the_same(songmay: Served) -> None:
    turtle, json_ld, xml = (parsed(songmay, f"catalog.{ending}") for ending in ("ttl", "jsonld", "rdf"))
    assert len(turtle) > 300
    assert isomorphic(turtle, json_ld)
    assert isomorphic(turtle, xml)


@pytest.mark.parametrize("ending", ["ttl", "jsonld", "rdf"])
def test_the_catalogue_conforms(songmay: Served, ending: str) -> None:
    assert problems(parsed(songmay, f"catalog.{ending}")) == ""


def test_a_dataset_by_itself_conforms(songmay: Served) -> None:
    for version in songmay.world.release.versions:
        graph = parsed(songmay, f"datasets/{version.name}/dcat.jsonld")
        assert problems(graph) == "", version.name
        assert len(list(graph.subjects(RDF.type, DCAT.Distribution))) == len(version.artifacts)


def test_the_shapes_refuse_what_is_wrong(songmay: Served) -> None:
    node = URIRef(f"{songmay.address}/id/ben-xe")
    for name in (DCTERMS.title, DCTERMS.publisher, DCAT.version):
        graph = parsed(songmay, "catalog.ttl")
        graph.remove((node, name, None))
        assert str(name).rsplit("/", 1)[-1].rsplit("#", 1)[-1] in problems(graph)
    graph = parsed(songmay, "catalog.ttl")
    graph.add((node, DCTERMS.issued, Literal("hôm qua")))
    assert "issued" in problems(graph)


def test_dates_are_typed_as_exactly_as_they_are_known(songmay: Served) -> None:
    graph = parsed(songmay, "catalog.ttl")
    node = URIRef(f"{songmay.address}/id/ben-xe")
    assert graph.value(node, DCTERMS.issued) == Literal("2025-01-05", datatype=XSD.date)
    assert graph.value(node, DCTERMS.modified) == Literal("2025-02-01", datatype=XSD.date)
    for text, kind in (("2025", XSD.gYear), ("2025-02", XSD.gYearMonth), ("2025-02-03", XSD.date)):
        assert dcat._date(text).datatype == kind
        assert str(dcat._date(text)) == text


def test_titles_are_in_both_languages(songmay: Served) -> None:
    graph = parsed(songmay, "catalog.ttl")
    titles = set(graph.objects(URIRef(f"{songmay.address}/id/ben-xe"), DCTERMS.title))
    assert titles == {Literal("Bến xe và chuyến xe", lang="vi"), Literal("Bus stations and departures", lang="en")}


def test_samples_say_so_in_every_description(songmay: Served) -> None:
    graph = parsed(songmay, "catalog.ttl")
    for version in songmay.world.release.versions:
        node = URIRef(f"{songmay.address}/id/{version.name}")
        descriptions = [str(text) for text in graph.objects(node, DCTERMS.description)]
        is_sample = Kind.SAMPLE in version.dataset.kinds
        assert all(("SAMPLE DATA" in text or "DỮ LIỆU MẪU" in text) is is_sample for text in descriptions)


def changed(release: Release, name: str, **values: object) -> Release:
    versions = tuple(
        replace(version, dataset=replace(version.dataset, **values)) if version.name == name else version  # type: ignore[arg-type]
        for version in release.versions
    )
    return replace(release, versions=versions)


def test_a_superseded_dataset_names_its_successor(songmay: Served) -> None:
    release = changed(songmay.world.release, "le-hoi", status=Status.SUPERSEDED, superseded_by="ben-xe")
    graph = dcat.catalogue(release, release.versions)
    expected = (URIRef(f"{songmay.address}/id/le-hoi"), DCTERMS.isReplacedBy, URIRef(f"{songmay.address}/id/ben-xe"))
    assert expected in graph
    assert problems(graph) == ""


def test_contact_and_portal_are_told_where_they_are_known(songmay: Served) -> None:
    catalog = songmay.world.release.catalog
    contact = {
        "title": "Bộ phận dữ liệu",
        "email": "dulieu@songmay.example",
        "url": "https://songmay.example/lien-he?a=ô b",
    }
    release = replace(
        songmay.world.release,
        catalog=replace(catalog, settings=MappingProxyType({**catalog.settings, "contact": contact})),
    )
    graph = dcat.catalogue(release, release.versions, "https://ckan.songmay.example")
    assert problems(graph) == ""
    text = dcat.serialise(graph, "turtle").decode()
    assert "mailto:dulieu@songmay.example" in text
    assert "%C3%B4%20b" in text
    assert "https://ckan.songmay.example/api/3" in text
    assert isomorphic(Graph().parse(data=text, format="turtle"), graph)


def test_a_big_catalogue_is_paged_and_the_pages_lead_on(songmay: Served) -> None:
    release = songmay.world.release
    many = []
    for number in range(2 * dcat.PER_PAGE + 1):
        version = release.versions[number % len(release.versions)]
        many.append(replace(version, dataset=replace(version.dataset, name=f"{version.name}-{number}")))
    files = dcat.files(replace(release, versions=tuple(many)))
    assert {name for name in files if name.endswith(".ttl")} == {"catalog.ttl", "catalog-2.ttl", "catalog-3.ttl"}
    seen, name = set(), "catalog.ttl"
    while name:
        graph = Graph().parse(data=files[name], format="turtle")
        assert problems(graph) == ""
        seen |= set(graph.subjects(RDF.type, DCAT.Dataset))
        following = list(graph.objects(None, HYDRA.next))
        name = str(following[0]).rsplit("/", 1)[-1] if following else ""
    assert len(seen) == len(many)


def test_no_date_is_that_of_the_build(songmay: Served) -> None:
    assert date.today().isoformat() not in (songmay.world.out / "catalog.ttl").read_text(encoding="utf-8")
