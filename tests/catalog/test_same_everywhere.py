"""One release, told many times: title, version, licence, hash and row count are equal in every form of it."""

from __future__ import annotations

import csv
import io
import json
import re
from html import unescape
from typing import Any
from urllib.parse import unquote

import pyarrow.parquet as pq
import pytest
from rdflib import Graph, Namespace, URIRef
from rdflib.namespace import DCTERMS

import dulieumo
from dulieumo.catalog import vocabulary
from tests.site.conftest import Served

DCAT = Namespace("http://www.w3.org/ns/dcat#")
SPDX = Namespace("http://spdx.org/rdf/terms#")


def json_of(served: Served, path: str) -> Any:
    return json.loads((served.world.out / path).read_text(encoding="utf-8"))


def json_ld(served: Served, name: str) -> Any:
    html = (served.world.out / "datasets" / name / "index.html").read_text(encoding="utf-8")
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', html, re.DOTALL)
    assert found
    return json.loads(found.group(1))


NAMES = ["ben-xe", "le-hoi", "phan-anh-moi-truong", "quan-trac-nuoc-song", "tuyen-xe-buyt"]


@pytest.mark.parametrize("name", NAMES)
def test_every_form_tells_the_same(songmay: Served, name: str) -> None:
    version = songmay.world.release.version(name)
    assert version is not None
    item = version.dataset
    base = songmay.address
    hashes = {f"{version.folder}/{artifact.path}": artifact.sha256 for artifact in version.artifacts}

    graph = Graph().parse(songmay.world.out / "catalog.ttl")
    node = URIRef(f"{base}/id/{name}")
    in_dcat = {
        unquote(str(graph.value(one, DCAT.downloadURL)).removeprefix(f"{base}/")): str(
            graph.value(graph.value(one, SPDX.checksum), SPDX.checksumValue)
        )
        for one in graph.objects(node, DCAT.distribution)
    }
    assert in_dcat == hashes
    assert str(graph.value(node, DCAT.version)) == version.version
    assert {str(title) for title in graph.objects(node, DCTERMS.title)} == {item.title.in_("vi"), item.title.in_("en")}
    licences = {str(graph.value(one, DCTERMS.license)) for one in graph.objects(node, DCAT.distribution)}
    assert licences == {vocabulary.licence(item.licenses[0].name)}

    schema = json_ld(songmay, name)
    assert {
        unquote(one["contentUrl"].removeprefix(f"{base}/")): one["sha256"] for one in schema["distribution"]
    } == hashes
    assert (schema["name"], schema["version"], schema["license"]) == (
        item.title.in_("vi"),
        version.version,
        item.licenses[0].path,
    )

    croissant = json_of(songmay, f"datasets/{name}/croissant.json")
    assert {
        unquote(one["contentUrl"].removeprefix(f"{base}/")): one["sha256"] for one in croissant["distribution"]
    } == hashes
    assert (croissant["alternateName"], croissant["version"], croissant["license"]) == (
        item.title.in_("vi"), version.version, item.licenses[0].path,
    )  # fmt: skip

    package = next(entry for entry in json_of(songmay, "datapackages.json")["packages"] if entry["name"] == name)
    files = [file for resource in package["resources"] for file in resource["files"]]
    assert {file["path"]: file["hash"].removeprefix("sha256:") for file in files} == hashes
    assert (package["title"], package["title@en"], package["version"]) == (
        item.title.in_("vi"),
        item.title.in_("en"),
        version.version,
    )
    assert package["licenses"][0]["path"] == item.licenses[0].path
    rows = {resource["name"]: resource["rows"] for resource in package["resources"]}
    assert rows == {resource.name: version.rows(resource.name) for resource in item.resources}

    descriptor = json_of(songmay, f"data/{name}/latest/datapackage.json")
    assert (descriptor["title"], descriptor["version"]) == (item.title.in_("vi"), version.version)
    listed = [one for resource in descriptor["resources"] for one in resource["dulieumo:distributions"]]
    assert {f"{version.folder}/{one['path']}": one["hash"].removeprefix("sha256:") for one in listed} == hashes

    lines = csv.DictReader(io.StringIO((songmay.world.out / "catalog.csv").read_text(encoding="utf-8"), newline=""))
    line = next(line for line in lines if line["name"] == name)
    assert (line["title_vi"], line["version"], line["license_url"]) == (
        item.title.in_("vi"),
        version.version,
        item.licenses[0].path,
    )
    assert line["content_hash"] == version.content_hash == package["contentHash"] == descriptor["dulieumo:contentHash"]
    assert int(line["rows"]) == sum(count or 0 for count in rows.values())

    html = unescape((songmay.world.out / "datasets" / name / "index.html").read_text(encoding="utf-8"))
    assert item.title.in_("vi") in html
    for digest in hashes.values():
        assert digest in html

    for resource in item.resources:
        if resource.is_table:
            parquet = pq.ParquetFile(songmay.world.out / f"data/{name}/latest/{resource.name}.parquet")
            assert parquet.metadata.num_rows == rows[resource.name]


def test_google_gets_what_it_asks_for(songmay: Served) -> None:
    """https://developers.google.com/search/docs/appearance/structured-data/dataset"""
    for name in NAMES:
        for folder in ("datasets", "en/datasets"):
            html = (songmay.world.out / folder / name / "index.html").read_text(encoding="utf-8")
            found = re.search(r'<script type="application/ld\+json">(.*?)</script>', html, re.DOTALL)
            assert found
            schema = json.loads(found.group(1))
            assert schema["@context"] == "https://schema.org/"
            assert schema["@type"] == "Dataset"
            assert schema["name"]
            assert 50 <= len(schema["description"]) <= 5000
            assert schema["creator"]["@type"] == "Organization"
            assert schema["license"].startswith("https://")
            for download in schema["distribution"]:
                assert download["contentUrl"].startswith(songmay.address)
                assert download["encodingFormat"]


def test_samples_are_called_samples_for_search_engines_too(songmay: Served) -> None:
    assert json_ld(songmay, "le-hoi")["description"].startswith("DỮ LIỆU MẪU")
    assert not json_ld(songmay, "ben-xe")["description"].startswith("DỮ LIỆU MẪU")


def test_our_own_client_reads_the_site(songmay: Served) -> None:
    catalog = dulieumo.open_catalog(songmay.address)
    assert sorted(catalog) == NAMES
    table = catalog["ben-xe"].table("ben")
    assert table.num_rows == songmay.world.release.version("ben-xe").rows("ben")  # type: ignore[union-attr]
    older = catalog["ben-xe@1.0.0"]
    assert older.newer().version == "1.1.0"  # type: ignore[union-attr]
