"""Building the site: whole or not at all, only when something changed, with every link leading somewhere."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import time
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from dulieumo import site
from dulieumo.errors import DulieumoError
from dulieumo.site import links
from dulieumo.store import FolderStore
from tests.site import world
from tests.site.conftest import Served


@pytest.fixture
def copy(songmay: Served, tmp_path: Path) -> Served:
    """The same site, to be changed."""
    out = tmp_path / "site"
    shutil.copytree(songmay.world.out, out)
    return Served(replace(songmay.world, out=out), songmay.address)


def again(served: Served, **changed: object) -> site.SiteReport:
    made = served.world
    options = {"status": made.status, "docs": made.docs, "portal": world.PORTAL, "pictures": made.pictures, **changed}
    return site.build(made.release, made.store, made.out, **options)  # type: ignore[arg-type]


def test_an_unchanged_site_is_left_alone(copy: Served) -> None:
    before = {path: path.stat().st_mtime_ns for path in copy.world.out.rglob("*")}
    began = time.monotonic()
    report = again(copy)
    assert report.is_unchanged
    assert report.pages == copy.world.report.pages
    assert time.monotonic() - began < 3
    assert {path: path.stat().st_mtime_ns for path in copy.world.out.rglob("*")} == before


def test_what_the_site_shows_makes_it_anew(copy: Served) -> None:
    assert not again(copy, portal=None).is_unchanged
    assert again(copy, portal=None).is_unchanged
    (copy.world.docs / "guides" / "them.md").write_text("# Thêm\n\nMột trang nữa.\n", encoding="utf-8")
    try:
        assert not again(copy, portal=None).is_unchanged
        assert (copy.world.out / "guides" / "them" / "index.html").is_file()
    finally:
        (copy.world.docs / "guides" / "them.md").unlink()


def test_pictures_stand_where_there_are_some_and_nothing_where_there_are_none(copy: Served) -> None:
    out = copy.world.out
    drawing, logo = "pictures/giao-thong.svg", "pictures/phong-giao-thong.png"
    assert {path.relative_to(out).as_posix() for path in (out / "pictures").iterdir()} == {drawing, logo}
    for page, up, picture in (
        ("", "./", drawing),
        ("en/", "../", drawing),
        ("datasets/", "../", drawing),
        ("domains/", "../", drawing),
        ("domains/giao-thong/", "../../", drawing),
        ("en/domains/giao-thong/", "../../../", drawing),
        ("publishers/phong-giao-thong/", "../../", logo),
    ):
        (tag,) = re.findall(r"<img[^>]*>", (out / page / "index.html").read_text(encoding="utf-8"))
        assert f'src="{up}{picture}" alt=""' in tag, page
    assert "<img" not in (out / "domains/moi-truong/index.html").read_text(encoding="utf-8")
    assert "<title>Giao thông – " in (out / "domains/giao-thong/index.html").read_text(encoding="utf-8")
    strange = {**copy.world.pictures, "khong-co": copy.world.pictures["giao-thong"]}
    assert again(copy, pictures=strange).is_unchanged
    assert not again(copy, pictures={}).is_unchanged
    assert not (out / "pictures").exists()
    assert not any("pictogram" in page.read_text(encoding="utf-8") for page in out.rglob("*.html"))


def test_the_same_inputs_give_the_same_bytes(copy: Served, tmp_path: Path) -> None:
    other = tmp_path / "other"
    again(Served(replace(copy.world, out=other), copy.address))

    def bytes_of(folder: Path) -> dict[str, str]:
        return {
            path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in folder.rglob("*")
            if path.is_file()
        }

    assert bytes_of(other) == bytes_of(copy.world.out)


def test_a_link_that_leads_nowhere_stops_the_build_and_leaves_the_old_site(copy: Served) -> None:
    page = copy.world.docs / "guides" / "hong.md"
    page.write_text('# Hỏng\n\n<a href="../khong-co/">x</a>, <a href="../../#khong-co">y</a>\n', encoding="utf-8")
    before = (copy.world.out / "index.html").read_bytes()
    try:
        with pytest.raises(DulieumoError) as caught:
            again(copy)
        assert "guides/hong/index.html: ../khong-co/" in str(caught.value)
        assert "guides/hong/index.html: ../../#khong-co" in str(caught.value)
        page.write_text("# Hỏng\n\n[x](khong-co.md)\n", encoding="utf-8")
        with pytest.raises(DulieumoError, match=r"khong-co\.md"):
            again(copy)
    finally:
        page.unlink()
    assert (copy.world.out / "index.html").read_bytes() == before
    assert not [entry for entry in copy.world.out.parent.iterdir() if entry.name.startswith(".site-")]


def test_the_data_of_every_version_lies_in_the_site_and_latest_is_the_released_one(songmay: Served) -> None:
    data = songmay.world.out / "data" / "ben-xe"
    assert {entry.name for entry in data.iterdir()} == {"1.0.0", "1.1.0", "latest"}
    for file in (data / "latest").iterdir():
        assert file.read_bytes() == (data / "1.1.0" / file.name).read_bytes()
        assert file.read_bytes() == songmay.world.store.local_path(f"data/ben-xe/1.1.0/{file.name}").read_bytes()
    assert (data / "1.0.0" / "ben.csv").read_bytes() != (data / "1.1.0" / "ben.csv").read_bytes()


def test_data_is_linked_or_copied_where_links_are_not_possible(
    songmay: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = songmay.world

    def refuse(*_paths: object) -> None:
        raise OSError("another file system")

    linked = made.out / "data/ben-xe/latest/ben.parquet"
    assert linked.stat().st_nlink > 1
    monkeypatch.setattr(os, "link", refuse)
    out = tmp_path / "copied"
    site.build(made.release, made.store, out)
    copied = out / "data/ben-xe/latest/ben.parquet"
    assert copied.stat().st_nlink == 1
    assert copied.read_bytes() == linked.read_bytes()


def test_the_archive_holds_everything_and_its_sums_hold(songmay: Served) -> None:
    path = songmay.world.out / "zip" / "ben-xe-1.1.0.zip"
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        assert "ben-xe-1.1.0/ben.csv" in names
        assert "ben-xe-1.1.0/datapackage.json" in names
        sums = archive.read("ben-xe-1.1.0/SHA256SUMS").decode().splitlines()
        for line in sums:
            digest, name = line.split("  ")
            assert hashlib.sha256(archive.read(f"ben-xe-1.1.0/{name}")).hexdigest() == digest


def test_a_release_without_datasets_is_a_site_too(songmay: Served, tmp_path: Path) -> None:
    nothing = replace(songmay.world.release, versions=(), catalog=replace(songmay.world.release.catalog, datasets=()))
    report = site.build(nothing, FolderStore(tmp_path / "store"), tmp_path / "site")
    assert report.pages > 0
    assert json.loads((tmp_path / "site" / "datapackages.json").read_text())["packages"] == []


def test_a_catalogue_of_one_language_has_one_edition(tmp_path: Path) -> None:
    from tests import catalogues as made

    made.one(tmp_path, [made.field("ma")], "ma\nA1\n", ["ma"])
    composed = world.release_of(tmp_path)
    site.build(composed, FolderStore(tmp_path / "dist" / "store"), tmp_path / "site")
    assert not (tmp_path / "site" / "en").exists()
    assert 'hreflang="en"' not in (tmp_path / "site" / "index.html").read_text(encoding="utf-8")


def test_a_large_catalogue_is_told_in_pages(tmp_path: Path) -> None:
    world.large(tmp_path, 230)
    composed = world.release_of(tmp_path)
    site.build(composed, FolderStore(tmp_path / "dist" / "store"), tmp_path / "site")
    out = tmp_path / "site"
    assert (out / "domains/linh-vuc/2/index.html").is_file()
    assert "bo-00229" in (out / "domains/linh-vuc/2/index.html").read_text(encoding="utf-8")
    assert "bo-00229" not in (out / "datasets/index.html").read_text(encoding="utf-8")
    assert (out / "catalog-2.ttl").is_file()


def test_links_are_found_in_every_kind_of_element(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a/index.html").write_text('<p id="x"></p><img src="b.png"><a href="#x">.</a><a href="#y">.</a>')
    (tmp_path / "index.html").write_text(
        '<a href="a/">1</a> <a href="a/#x">2</a> <a href="a/#z">3</a> <script src="s.js"></script> <link href="/t.css">'
        ' <form action="a/"></form> <a href="https://other.example/x">4</a> <a href="https://me.example/u">5</a> <a href="a">6</a>'
    )
    found = {(link.page, link.link) for link in links.broken(tmp_path, "https://me.example")}
    assert found == {
        ("a/index.html", "b.png"),
        ("a/index.html", "#y"),
        ("index.html", "a/#z"),
        ("index.html", "s.js"),
        ("index.html", "/t.css"),
        ("index.html", "https://me.example/u"),
    }
