"""What the pages say: every fact of a descriptor that a reader needs, in both languages, and never more than is true."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from html import unescape

import pytest

from dulieumo import site
from dulieumo.model import Kind, Text, Withdrawal
from dulieumo.site.pages import pages
from dulieumo.site.pages.cards import ChangeLine, change_groups
from tests.site.conftest import Served
from tests.site.world import PORTAL


def read(served: Served, path: str) -> str:
    return (served.world.out / path / "index.html").read_text(encoding="utf-8")


def text(served: Served, path: str) -> str:
    """The words of a page's content."""
    html = re.sub(r"<(script|style)\b.*?</\1>", " ", read(served, path), flags=re.DOTALL)
    main = html[html.index("<main") : html.index("</main>")]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", main)).split())


KINDS = [
    "", "datasets/", "datasets/ben-xe/", "domains/", "domains/giao-thong/", "publishers/", "publishers/phong-giao-thong/",
    "lists/", "changes/", "quality/", "search/", "guides/", "guides/bat-dau/", "concepts/tong-quan/",
]  # fmt: skip


@pytest.mark.parametrize("path", KINDS)
def test_each_kind_of_page_is_there_in_both_languages_and_leads_to_the_other(songmay: Served, path: str) -> None:
    vi, en = read(songmay, path), read(songmay, f"en/{path}")
    assert '<html lang="vi"' in vi
    assert '<html lang="en"' in en
    up = path.count("/")
    assert f'hreflang="en" href="{"../" * up or "./"}en/{path}"' in vi.replace('href="en/', 'href="./en/')
    assert f'<link rel="alternate" hreflang="vi" href="{songmay.address}/{path}">' in en
    assert vi.count("<h1") == en.count("<h1") == 1


def test_pages_are_pure(songmay: Served) -> None:
    world = songmay.world
    extras = site.Extras(status=world.status)
    assert pages(world.release, extras=extras) == pages(world.release, extras=extras)
    assert pages(world.release, world.status) == pages(world.release, extras=extras)


def test_the_home_page_counts_what_there_is(songmay: Served) -> None:
    words = text(songmay, "")
    assert "Dữ liệu mở Sông Mây" in words
    for domain in songmay.world.release.catalog.domains:
        assert domain.title.default in words
    assert re.search(r"bộ dữ liệu 5 lĩnh vực 3 bảng 6 bảng số liệu thực 5", words)
    assert "Thêm một bến." in words


def test_a_dataset_page_says_whether_to_trust_it(songmay: Served) -> None:
    words = text(songmay, "datasets/ben-xe/")
    assert "Số liệu thực" in words
    assert "Đủ hai bến." in words
    assert "Phòng Giao thông Sông Mây" in words or "phong-giao-thong" not in words
    assert "Số liệu tính đến 2025" in words
    assert "Hằng năm" in words
    assert "Khớp với bản phát hành 02/02/2025" in words
    assert "1.1.0 01/02/2025" in words
    assert "Creative Commons Attribution 4.0" in words


def test_the_columns_come_with_titles_types_units_and_codes_in_both_languages(songmay: Served) -> None:
    words = text(songmay, "datasets/tuyen-xe-buyt/")
    assert "so_tuyen khóa Số tuyến Line Số nguyên Đơn vị: tuyến" in words
    assert "thuong Vé thường Ordinary thang Vé tháng Monthly" in words
    english = text(songmay, "en/datasets/tuyen-xe-buyt/")
    assert "so_tuyen key Line Số tuyến Whole number Unit: line" in english
    every = text(songmay, "datasets/quan-trac-nuoc-song/")
    for type_ in ("Số thập phân, 2 chữ số lẻ", "Đúng/sai", "Ngày giờ", "Khoảng thời gian", "Điểm tọa độ", "GeoJSON"):
        assert type_ in every, type_


def test_a_sample_says_so_before_anything_else(songmay: Served) -> None:
    words = text(songmay, "datasets/le-hoi/")
    assert words.index("Đây là dữ liệu mẫu, không phải số liệu thực.") < words.index("Lễ hội của một thành phố")
    assert "Số liệu thực" not in words
    assert "Dữ liệu mẫu" in text(songmay, "domains/van-hoa/")


def test_every_file_has_its_size_rows_hash_and_two_addresses(songmay: Served) -> None:
    html = read(songmay, "datasets/ben-xe/")
    version = songmay.world.release.version("ben-xe")
    assert version is not None
    for artifact in version.artifacts:
        assert artifact.sha256 in html
        assert f'href="../../data/ben-xe/latest/{artifact.path}"' in html
        assert f'href="../../data/ben-xe/1.1.0/{artifact.path}"' in html
    assert f"{PORTAL}/dataset/ben-xe" in html
    assert 'href="../../zip/ben-xe-1.1.0.zip"' in html


def test_the_descriptor_and_the_archive_come_with_size_and_hash(songmay: Served) -> None:
    html = read(songmay, "datasets/ben-xe/")
    folder = songmay.world.out
    for path in ("data/ben-xe/1.1.0/datapackage.json", "zip/ben-xe-1.1.0.zip"):
        content = (folder / path).read_bytes()
        assert hashlib.sha256(content).hexdigest() in html
        assert f'href="../../{path}"' in html


def test_a_dataset_page_answers_in_the_order_in_which_readers_ask(songmay: Served) -> None:
    html = read(songmay, "datasets/ben-xe/")
    asked = [
        'class="facts"', "data-preview=", 'id="table-ben-columns"', 'id="downloads"', 'id="use"',
        'id="cite"', 'id="license"', 'id="history"', 'id="issues"', 'id="sources"', "qr.svg",
    ]  # fmt: skip
    places = [html.index(mark) for mark in asked]
    assert places == sorted(places), dict(zip(asked, places, strict=True))


def test_real_and_made_up_rows_are_never_added_up(songmay: Served) -> None:
    release = songmay.world.release
    real = sum(
        version.rows(resource.name) or 0
        for dataset in release.catalog.counted
        for resource in dataset.resources
        if resource.kind is Kind.REAL and (version := release.version(dataset.name))
    )
    assert f"dòng số liệu thực {real}" in text(songmay, "")
    assert re.search(r"Số dòng \d+ dòng mẫu", text(songmay, "datasets/le-hoi/"))
    assert "số liệu đến" not in text(songmay, "domains/van-hoa/")  # there is only a sample, which is of no date


def test_the_same_news_of_many_datasets_is_told_once(songmay: Served) -> None:
    words = text(songmay, "changes/")
    assert re.search(r"\d+ bộ dữ liệu, phiên bản 1\.0\.0\.", words) or words.count("Bản đầu tiên") <= 1
    lines = [
        ChangeLine(date=date, name=name, title=name, version="1.0.0", text="Đầu")
        for date, name in (("2025-02-01", "a"), ("2025-02-01", "b"), ("2025-01-01", "c"))
    ]
    assert [(group.date, len(group.lines)) for group in change_groups(lines)] == [("2025-02-01", 2), ("2025-01-01", 1)]


def test_a_withdrawn_version_says_why_and_offers_no_file(songmay: Served) -> None:
    release = songmay.world.release
    gone = Withdrawal(reason=Text("Có tên người.", {"en": "Names of persons."}), date="2025-02-03")
    versions = tuple(
        replace(version, artifacts=(), withdrawn=gone) if version.name == "ben-xe" else version
        for version in release.versions
    )
    page = pages(replace(release, versions=versions))["datasets/ben-xe/index.md"]
    assert "Tệp của phiên bản 1.1.0 đã được rút ngày 03/02/2025." in page
    assert "Có tên người." in page
    assert "Không xem thử được vì tệp của phiên bản này đã được rút." in page
    assert "ben.csv" not in page


def test_the_dashboard_sums_up_freshness_and_quality(songmay: Served) -> None:
    words = text(songmay, "quality/")
    states = [
        songmay.world.status["datasets"][dataset.name]["freshness"]["state"]
        for dataset in songmay.world.release.catalog.counted
    ]
    assert f"{states.count('overdue')} Quá hạn" in words
    assert "Tình trạng tính ngày 01/03/2025." in words


def test_withheld_columns_and_issues_are_told(songmay: Served) -> None:
    words = text(songmay, "en/datasets/ben-xe/")
    assert "Phone ( dien_thoai ): Personal." in words
    assert "Temporary stations are missing." in words
    assert "None recorded so far." in text(songmay, "en/datasets/le-hoi/")


def test_the_history_tells_what_a_version_changed(songmay: Served) -> None:
    words = text(songmay, "datasets/ben-xe/")
    assert "1.1.0 01/02/2025 hiện hành Thêm một bến. " in words
    assert "Bến xe: thêm 1 dòng, bớt 0, sửa 0" in words
    delta = re.search(r'href="\.\./\.\./(releases/[^"]+\.parquet)"', read(songmay, "datasets/ben-xe/"))
    assert delta
    assert (songmay.world.out / delta.group(1)).is_file()


def test_a_file_that_is_no_table_is_offered_and_nothing_is_said_of_rows(songmay: Served) -> None:
    words = text(songmay, "datasets/tuyen-xe-buyt/")
    assert "GEOJSON Bản đồ tuyến" in words


def test_freshness_is_that_of_the_status(songmay: Served) -> None:
    assert "Quá hạn" in text(songmay, "datasets/quan-trac-nuoc-song/")
    assert "Quá hạn" in text(songmay, "quality/")


def test_the_citation_names_the_version(songmay: Served) -> None:
    words = text(songmay, "datasets/ben-xe/")
    assert "Bến xe và chuyến xe (phiên bản 1.1.0) [Bộ dữ liệu]. Dữ liệu mở Sông Mây." in words
    assert "(2025)" in words


def test_guides_are_found_by_those_they_are_for(songmay: Served) -> None:
    extras = site.Extras(
        documents={f"guides/{name}.md": f"# {name}\n" for name in ("ci", "owners", "users", "deployment", "other")}
    )
    index = pages(songmay.world.release, extras=extras)["guides/index.md"]
    order = [
        "Dành cho người dùng dữ liệu", "users/", "Dành cho cơ quan có dữ liệu", "owners/", "Dành cho người vận hành",
        "deployment/", "ci/", "Hướng dẫn khác", "other/",
    ]  # fmt: skip
    places = [index.index(words) for words in order]
    assert places == sorted(places)


def test_a_document_is_shown_in_the_readers_language_or_in_the_other(songmay: Served) -> None:
    assert "Getting started" in text(songmay, "en/guides/bat-dau/")
    assert "Bắt đầu" in text(songmay, "guides/bat-dau/")
    fallback = read(songmay, "en/concepts/tong-quan/")
    assert '<article lang="vi">' in fallback
    assert "in Vietnamese" in text(songmay, "en/guides/")


def test_the_report_link_carries_dataset_and_version(songmay: Served) -> None:
    from dataclasses import replace
    from types import MappingProxyType

    world = songmay.world
    settings = {
        **world.release.catalog.settings,
        "reportUrl": "https://f.example/new?title={subject}&body={dataset}@{version}",
    }
    catalog = replace(world.release.catalog, settings=MappingProxyType(settings))
    page = pages(replace(world.release, catalog=catalog))["datasets/ben-xe/index.md"]
    assert "body=ben-xe@1.1.0" in page
    assert "B%C3%A1o%20l%E1%BB%97i" in page


def test_markdown_stays_plain(songmay: Served) -> None:
    """Nothing in a page is the language of one renderer: no macro, no include, no snippet."""
    for path, page in pages(songmay.world.release).items():
        assert not re.search(r"\{%|\{\{|^--8<--|^:::", page, re.MULTILINE), path
        assert page.startswith("---\ntitle: ")
