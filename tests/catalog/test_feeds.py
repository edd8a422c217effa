"""Feeds, sitemap and catalog.csv: well-formed, dated by the changelog, complete."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from dulieumo import descriptors
from dulieumo.catalog import feed, sitemap, tabular
from dulieumo.model import KnownIssue, Text
from tests.ckan.world import SONGMAY
from tests.site.conftest import Served

ATOM = "{http://www.w3.org/2005/Atom}"
SITE = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


@pytest.mark.parametrize("path", ["feed", "domains/giao-thong/feed", "datasets/ben-xe/feed"])
def test_atom_and_json_feed_tell_the_same(songmay: Served, path: str) -> None:
    root = ElementTree.parse(songmay.world.out / f"{path}.xml").getroot()
    document = json.loads((songmay.world.out / f"{path}.json").read_text(encoding="utf-8"))
    assert document["version"] == "https://jsonfeed.org/version/1.1"
    entries = root.findall(f"{ATOM}entry")
    assert entries
    assert [entry.findtext(f"{ATOM}id") for entry in entries] == [item["id"] for item in document["items"]]
    assert [entry.findtext(f"{ATOM}updated") for entry in entries] == [
        item["date_published"] for item in document["items"]
    ]
    for name in ("id", "title", "updated"):
        assert root.findtext(f"{ATOM}{name}")
    assert root.find(f"{ATOM}author/{ATOM}name") is not None
    own = next(link.get("href") for link in root.findall(f"{ATOM}link") if link.get("rel") == "self")
    assert own == f"{songmay.address}/{path}.xml"


def test_a_version_is_an_entry_dated_by_its_changelog(songmay: Served) -> None:
    document = json.loads((songmay.world.out / "datasets/ben-xe/feed.json").read_text(encoding="utf-8"))
    assert [(item["title"], item["date_published"][:10]) for item in document["items"]] == [
        ("Bến xe và chuyến xe 1.1.0", "2025-02-01"),
        ("Bến xe và chuyến xe ⚠", "2025-01-10"),
        ("Bến xe và chuyến xe 1.0.0", "2025-01-05"),
    ]
    assert document["items"][0]["content_text"] == "Thêm một bến."
    samples = json.loads((songmay.world.out / "datasets/le-hoi/feed.json").read_text(encoding="utf-8"))
    assert samples["items"][0]["content_text"].startswith("DỮ LIỆU MẪU")


def test_a_known_issue_is_told_when_it_was_found_and_when_it_ended() -> None:
    catalog = descriptors.read(SONGMAY).catalog
    assert catalog is not None
    (dataset,) = (item for item in catalog.datasets if item.name == "ben-xe")
    issue = KnownIssue(
        id="thieu-ben",
        description=Text(default="Thiếu một bến."),
        since="2025-03-01",
        until=None,
        columns=(),
        severity="",
    )
    told = feed.entries([replace(dataset, issues=(issue,))])
    assert (told[0].date, told[0].path, told[0].summary("vi")) == ("2025-03-01", "issues/thieu-ben", "Thiếu một bến.")
    assert told[0].version is None
    ended = feed.entries([replace(dataset, issues=(replace(issue, until="2025-04-01"),))])
    assert [entry.path for entry in ended[:2]] == ["issues/thieu-ben/until", "issues/thieu-ben"]
    assert len({entry.path for entry in ended}) == len(ended)


def test_the_newest_change_of_the_catalogue_comes_first(songmay: Served) -> None:
    root = ElementTree.parse(songmay.world.out / "feed.xml").getroot()
    dates = [entry.findtext(f"{ATOM}updated") for entry in root.findall(f"{ATOM}entry")]
    assert dates == sorted(dates, reverse=True)  # type: ignore[type-var]
    assert root.findtext(f"{ATOM}updated") == dates[0]


def test_the_sitemap_has_every_page_once_with_its_true_date(songmay: Served) -> None:
    root = ElementTree.parse(songmay.world.out / "sitemap.xml").getroot()
    found = {url.findtext(f"{SITE}loc"): url.findtext(f"{SITE}lastmod") for url in root.findall(f"{SITE}url")}
    base = songmay.address
    assert found[f"{base}/datasets/ben-xe/"] == "2025-02-01"
    assert found[f"{base}/datasets/le-hoi/"] == "2025-01-05"
    assert found[f"{base}/en/domains/van-hoa/"] == "2025-01-05"
    assert found[f"{base}/guides/bat-dau/"] is None
    pages = {path.parent.relative_to(songmay.world.out).as_posix() for path in songmay.world.out.rglob("index.html")}
    ours = {page for page in pages if not page.startswith("id/")}
    assert {address.removeprefix(base).strip("/") or "." for address in found if address} == ours


def test_a_sitemap_too_long_for_one_file_is_an_index_of_several() -> None:
    pages = {f"p{number:06d}/": "2025-01-01" if number < 50_000 else None for number in range(60_000)}
    files = sitemap.sitemaps("https://a.example", pages)
    assert set(files) == {"sitemap.xml", "sitemap-1.xml", "sitemap-2.xml"}
    index = ElementTree.fromstring(files["sitemap.xml"])
    assert [entry.findtext(f"{SITE}loc") for entry in index] == [
        "https://a.example/sitemap-1.xml",
        "https://a.example/sitemap-2.xml",
    ]
    assert [entry.findtext(f"{SITE}lastmod") for entry in index] == ["2025-01-01", None]
    assert len(ElementTree.fromstring(files["sitemap-2.xml"])) == 10_000


def test_catalog_csv_has_one_line_per_dataset(songmay: Served) -> None:
    data = (songmay.world.out / "catalog.csv").read_bytes()
    assert not data.startswith(b"\xef\xbb\xbf")
    lines = list(csv.DictReader(io.StringIO(data.decode(), newline="")))
    assert [line["name"] for line in lines] == [version.name for version in songmay.world.release.versions]
    ben_xe = next(line for line in lines if line["name"] == "ben-xe")
    assert ben_xe["title_vi"] == "Bến xe và chuyến xe"
    assert ben_xe["title_en"] == "Bus stations and departures"
    assert (ben_xe["tables"], ben_xe["real_tables"], ben_xe["sample_tables"]) == ("2", "2", "0")
    assert ben_xe["files"].count(f"{songmay.address}/data/ben-xe/1.1.0/") == len(ben_xe["files"].split())


def test_a_cell_never_starts_a_formula_and_is_never_too_long() -> None:
    assert tabular._cell("=cmd()") == "'=cmd()"
    assert tabular._cell("@x") == "'@x"
    assert tabular._cell("a\nb") == "a b"
    assert tabular._cell(7) == 7
    assert len(str(tabular._cell("x" * 200_000))) == tabular.CELL_LETTERS


def test_robots_know_the_sitemap(songmay: Served) -> None:
    assert f"Sitemap: {songmay.address}/sitemap.xml" in (songmay.world.out / "robots.txt").read_text(encoding="utf-8")
