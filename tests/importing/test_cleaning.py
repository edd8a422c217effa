"""What the import understands: dates, formats, licences, frequencies, texts, duplicates, themes, columns of a CKAN."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dulieumo.importing import ckan, clean, dcat, drafts, duplicates, files, organise, rdf, vocabulary
from dulieumo.importing.organise import Languages
from dulieumo.importing.record import Agent, File, Record, Source, Theme

VI = Languages(main="vi")


def record(key: str, title: str = "Chợ", **more: Any) -> Record:
    values: dict[str, Any] = {
        "key": key,
        "identifiers": (),
        "page": f"https://x.example/dataset/{key}",
        "names": {"": title},
        "descriptions": {},
        "publisher": None,
        "themes": (),
        "keywords": (),
        "license": "",
        "frequency": "",
        "issued": "",
        "modified": "",
        "start": "",
        "end": "",
        "spatial": {},
        "languages": (),
        "has_contact": False,
        "files": (),
    }
    return Record(**{**values, **more})


def file(url: str, title: str = "Tệp", **more: Any) -> File:
    values: dict[str, Any] = {
        "key": url,
        "names": {"": title} if title else {},
        "descriptions": {},
        "url": url,
        "page": "",
        "format": "",
        "media_type": "",
    }
    return File(**{**values, **more})


def source(*records: Record, **more: Any) -> Source:
    values: dict[str, Any] = {"origin": "a.xml", "names": {}, "descriptions": {}, "homepage": "", "publisher": None}
    return Source(**{**values, **more}, records=records)


@pytest.mark.parametrize(
    ("text", "value", "code"),
    [
        ("2024", "2024", None),
        ("2024-10", "2024-10", None),
        ("2024-10-03", "2024-10-03", None),
        ("2024-10-03T09:13:43+07:00", "2024-10-03", None),
        ("2024-10-03 09:13", "2024-10-03", None),
        ("", "", None),
        ("03/10/2024", "2024-10-03", "import-date-rewritten"),
        ("3.1.2024", "2024-01-03", "import-date-rewritten"),
        ("2024/1/3", "2024-01-03", "import-date-rewritten"),
        ("Thứ ba, 22/08/2023 - 10:12", "2023-08-22", "import-date-rewritten"),
        ("31/02/2024", "", "import-date-unreadable"),
        ("2024-13-01", "", "import-date-unreadable"),
        ("99/99/9999", "", "import-date-unreadable"),
        ("hôm qua", "", "import-date-unreadable"),
        ("20240103", "", "import-date-unreadable"),
    ],
)
def test_a_date_is_read_or_left_out(text: str, value: str, code: str | None) -> None:
    assert clean.day(text) == (value, code)


@given(st.dates(date(1900, 1, 1), date(2200, 1, 1)))
def test_every_day_is_read_back(day: date) -> None:
    assert clean.day(day.isoformat()) == (day.isoformat(), None)
    assert clean.day(day.strftime("%d/%m/%Y")) == (day.isoformat(), "import-date-rewritten")


@given(st.text(max_size=30))
def test_no_text_breaks_the_reading_of_a_date(text: str) -> None:
    value, _code = clean.day(text)
    assert value == "" or len(value) in (4, 7, 10)


@pytest.mark.parametrize(
    ("declared", "media_type", "url", "name", "contradicts"),
    [
        ("csv", "", "https://x.example/a.csv", "csv", False),
        ("CSV", "text/csv", "https://x.example/a", "csv", False),
        ("csv", "", "https://x.example/a.xlsx", "xlsx", True),
        ("", "application/vnd.ms-excel", "https://x.example/a.csv", "csv", True),
        ("XLS (Excel)", "", "https://x.example/a", "xls", False),
        ("Excel", "", "", "xlsx", False),
        ("http://publications.europa.eu/resource/authority/file-type/GEOJSON", "", "", "geojson", False),
        ("", "https://www.iana.org/assignments/media-types/application/json", "", "json", False),
        ("data", "text/csv", "https://x.example/t%E1%BB%87p%20(1).CSV?x=1", "csv", False),
        ("", "", "https://x.example/tep.PDF", "pdf", False),
        ("", "", "https://x.example/api/3", "", False),
        ("csv or xlsx", "", "", "", False),
        ("", "text/csv; charset=utf-8", "", "csv", False),
        ("ESRI Shape", "", "https://x.example/a.zip", "zip", False),
    ],
)
def test_the_format_of_a_file(declared: str, media_type: str, url: str, name: str, contradicts: bool) -> None:
    found = vocabulary.format_of(declared, media_type, url)
    assert (found.name, bool(found.declared)) == (name, contradicts)


@pytest.mark.parametrize(
    ("text", "name", "is_open"),
    [
        ("https://creativecommons.org/licenses/by/4.0/", "CC-BY-4.0", True),
        ("http://publications.europa.eu/resource/authority/licence/CC_BY_4_0", "CC-BY-4.0", True),
        ("CC BY-SA 4.0", "CC-BY-SA-4.0", True),
        ("cc-by-nc-nd-3.0", "CC-BY-NC-ND-3.0", False),
        ("CC BYNC 4.0", "CC-BY-NC-4.0", False),
        ("cc-zero", "CC0-1.0", True),
        ("https://creativecommons.org/publicdomain/zero/1.0/", "CC0-1.0", True),
        ("http://www.opendefinition.org/licenses/odc-odbl", "ODbL-1.0", True),
        ("odc-pddl", "PDDL-1.0", True),
        ("odc-by", "ODC-By-1.0", True),
        ("MIT", "MIT", True),
    ],
)
def test_a_licence_is_recognised(text: str, name: str, is_open: bool) -> None:
    found = vocabulary.license_of(text)
    assert found is not None
    assert (found.name, found.is_open) == (name, is_open)
    assert found.path.startswith("https://")


@pytest.mark.parametrize(
    "text", ["cc-by", "notspecified", "Giấy phép của làng", "MITSUBISHI", "", "all rights reserved"]
)
def test_a_licence_without_a_version_or_name_is_not_guessed(text: str) -> None:
    assert vocabulary.license_of(text) is None


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("http://publications.europa.eu/resource/authority/frequency/MONTHLY", "MONTHLY"),
        ("http://purl.org/cld/freq/quarterly", "QUARTERLY"),
        ("R/P1Y", "ANNUAL"),
        ("R/P1D", "DAILY"),
        ("Hằng năm", "ANNUAL"),
        ("HÀNG QUÝ", "QUARTERLY"),
        ("semiAnnual", "ANNUAL_2"),
        ("Sáu tháng một lần", "ANNUAL_2"),
        ("Không cập nhật nữa", "NEVER"),
        ("as needed", "IRREG"),
        ("khi rảnh", None),
        ("TRIENNIAL", None),
        ("R/P17D", None),
    ],
)
def test_a_frequency_is_understood(text: str, code: str | None) -> None:
    assert vocabulary.frequency_of(text) == code


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("vi", "vi"),
        ("vi-VN", "vi"),
        ("http://publications.europa.eu/resource/authority/language/VIE", "vi"),
        ("Việt", ""),
    ],
)
def test_a_language_is_understood(text: str, language: str) -> None:
    assert vocabulary.language_of(text) == language


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("A & B", "A & B"),
        ("a < b và c > d", "a < b và c > d"),
        ("<p>Một</p><p>Hai</p>", "Một\n\nHai"),
        ("Một<br>Hai", "Một\nHai"),
        ("&lt;p&gt;Hai lần&lt;/p&gt;", "Hai lần"),
        ("<style>p{}</style>Chữ", "Chữ"),
        ("Đang cập nhật", ""),
        ("Danh sách.\n(đang cập nhật dữ liệu…)", "Danh sách."),
        ("Số liệu đang cập nhật hằng quý", "Số liệu đang cập nhật hằng quý"),
        ("  a\u00a0 b\t", "a b"),
    ],
)
def test_a_text_becomes_plain(text: str, plain: str) -> None:
    assert clean.paragraphs(text).text == plain


@given(st.text(max_size=200))
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    once = clean.paragraphs(text).text
    if "import-markup" not in clean.paragraphs(once).codes:
        assert clean.paragraphs(once).text == once


def test_french_is_not_taken_for_an_old_vietnamese_font() -> None:
    titles = ("Éléments du café à Lyon", "Forêts protégées", "Marchés de détail")
    made = drafts.make(source(*(record(str(n), title) for n, title in enumerate(titles))), date(2026, 11, 22))
    assert [item.descriptor["title"] for item in made.drafts] == sorted(
        titles, key=lambda t: t.casefold().replace("é", "e")
    )
    assert made.catalog["languages"] == ["en"], "no language is stated; French is not known to us"


def test_records_of_one_identifier_are_one_and_the_newer_is_kept() -> None:
    old = record("1", "Chợ cũ", identifiers=("a",), modified="2023-01-01")
    new = record("2", "Chợ mới", identifiers=("a",), modified="2024-01-01")
    found = duplicates.sort_out((old, new))
    assert found.kept == (new,)
    assert found.dropped == ((old, new),)


def test_records_of_one_title_and_the_same_files_are_one() -> None:
    first = record("1", "Chợ Bến", files=(file("https://x.example/a.csv"),))
    second = record("2", "CHỢ BẾN ", files=(file("https://x.example/a.csv"),), descriptions={"": "Nói nhiều hơn."})
    assert duplicates.sort_out((first, second)).kept == (second,)


def test_records_of_one_title_and_other_files_are_two() -> None:
    first = record("1", "Chợ", files=(file("https://x.example/a.csv"),), modified="2024")
    second = record("2", "Chợ", files=(file("https://x.example/b.csv"),), modified="2023")
    found = duplicates.sort_out((first, second))
    assert found.kept == (first, second)
    assert found.alike == ((second, first),)


def test_long_titles_that_begin_alike_are_not_one() -> None:
    stem = "Danh sách các cơ sở đủ điều kiện hoạt động trên địa bàn thành phố thuộc lĩnh vực "
    first, second = record("1", stem + "y tế"), record("2", stem + "giáo dục")
    assert duplicates.sort_out((first, second)).alike == ()
    made = drafts.make(source(first, second), date(2026, 11, 22))
    assert len({item.name for item in made.drafts}) == 2
    assert all(len(item.name) <= 60 for item in made.drafts)


def test_a_table_in_several_formats_is_one_resource() -> None:
    told: list[str] = []
    offered = (
        file("https://x.example/cho.xlsx", "Chợ (XLSX)"),
        file("https://x.example/cho.csv", "Chợ (CSV)"),
        file("https://x.example/cho.parquet", "Chợ.parquet"),
        file("https://x.example/ben.csv", "Bến"),
        file("https://x.example/ben-2.csv", "Bến"),
    )
    made = files.resources(record("1", files=offered), VI, "2026-11-22", lambda code, **_: told.append(code))
    assert [(item["name"], item["title"], item["format"]) for item in made] == [
        ("cho", "Chợ", "csv"),
        ("ben", "Bến", "csv"),
        ("ben-2", "Bến", "csv"),
    ]
    assert told.count("import-other-formats") == 1


def test_the_columns_of_a_ckan_become_fields_and_no_type_is_guessed() -> None:
    told: list[tuple[str, Any]] = []
    columns = (
        {"id": "ma_cho", "type": "text", "info": {"label": "Mã chợ", "notes": "Mã do làng đặt."}},
        {"id": "Số gian", "type": "int4", "info": {}},
        {"id": "so_gian", "type": "numeric"},
        {"id": "do_cao", "type": "float8"},
        {"id": "ngay", "type": "timestamp"},
        {"id": "vi_tri", "type": "geometry"},
    )
    offered = file("https://x.example/cho.csv", "Chợ", columns=columns, format="csv")
    (made,) = files.resources(record("1", files=(offered,)), VI, "2026-11-22", lambda code, **v: told.append((code, v)))
    fields = {field["name"]: field for field in made["schema"]["fields"]}
    assert {name: field["type"] for name, field in fields.items()} == {
        "ma_cho": "string",
        "so_gian": "integer",
        "so_gian_2": "number",
        "do_cao": "number",
        "ngay": "datetime",
        "vi_tri": "string",
    }
    assert (fields["ma_cho"]["title"], fields["ma_cho"]["description"]) == ("Mã chợ", "Mã do làng đặt.")
    assert fields["do_cao"]["dulieumo:float"] is True
    assert [code for code, _ in told] == [
        "import-column-renamed",
        "import-column-renamed",
        "import-column-type-unknown",
    ]


@pytest.mark.parametrize(
    ("title", "code"),
    [
        ("Y tế, sức khỏe", "HEAL"),
        ("Giao thông vận tải", "TRAN"),
        ("Housing and planning", "REGI"),
        ("Linh tinh", "GOVE"),
    ],
)
def test_a_theme_without_an_eu_code_gets_a_proposal(title: str, code: str) -> None:
    assert organise.assumed_theme(title) == code


def test_the_theme_of_the_eu_table_is_kept_without_a_guess() -> None:
    theme = Theme(names={"vi": "Sức khỏe"}, uri="http://publications.europa.eu/resource/authority/data-theme/HEAL")
    made = drafts.make(source(record("1", themes=(theme,))), date(2026, 11, 22))
    assert made.domains[0]["dulieumo:euTheme"] == "HEAL"
    assert "import-theme-assumed" not in {found.code for found in made.findings}


def test_texts_in_two_languages_stay_in_both() -> None:
    agent = Agent(names={"vi": "Sở Y", "en": "Department Y"})
    two = [record(str(n), names={"vi": f"Bộ {n}", "en": f"Set {n}"}, publisher=agent) for n in range(3)]
    made = drafts.make(source(*two), date(2026, 11, 22))
    assert made.catalog["languages"] in (["en", "vi"], ["vi", "en"])
    main, other = made.catalog["languages"]
    descriptor = made.drafts[0].descriptor
    assert {descriptor["title"], descriptor[f"title@{other}"]} == {"Bộ 0", "Set 0"}
    asked = drafts.make(source(*two), date(2026, 11, 22), language="vi")
    assert asked.catalog["languages"] == ["vi", "en"]
    assert asked.drafts[0].descriptor["title"] == "Bộ 0"
    assert asked.drafts[0].descriptor["title@en"] == "Set 0"
    assert main != other


def test_a_source_without_publishers_or_themes_still_gives_a_catalogue() -> None:
    made = drafts.make(source(record("1")), date(2026, 11, 22))
    assert "publisher" not in made.catalog
    assert made.catalog["domains"] == ["unsorted"] or made.catalog["domains"] == ["chua-phan-loai"]
    assert made.publishers == ()


def test_values_of_a_graph_do_not_depend_on_its_order() -> None:
    content = Path(__file__).with_name("lang-mau.xml").read_bytes()
    first, _ = rdf.parse(content, "a")
    second, _ = rdf.parse(content, "a")
    assert dcat.records(first, "a") == dcat.records(second, "a")


def test_ckan_names_with_underscores_become_ours() -> None:
    made = drafts.make(source(record("1", "Chợ", name="cho_phien_2025")), date(2026, 11, 22))
    assert made.drafts[0].name == "cho-phien-2025"


@pytest.mark.parametrize(
    ("package", "has"),
    [
        ({}, False),
        ({"author": "Sở Y"}, False),
        ({"author": "Nguyễn Văn Mẫu"}, True),
        ({"maintainer_email": "mau@x.example"}, True),
        ({"author": "", "maintainer": None}, False),
    ],
)
def test_an_author_that_is_the_organisation_is_no_contact(package: dict[str, Any], has: bool) -> None:
    assert ckan._has_contact(package, {"title": "Sở Y", "name": "so-y"}) is has
