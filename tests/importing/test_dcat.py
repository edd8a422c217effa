"""A DCAT catalogue with the defects that real portals have: every one is told, none stops the import."""

from __future__ import annotations

import json
import subprocess
import sys
import unicodedata
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from dulieumo import descriptors
from dulieumo.importing import dcat, drafts, write
from dulieumo.importing.draft import Draft
from dulieumo.importing.drafts import Drafts
from dulieumo_rules.texts import codes, render

FILE = Path(__file__).with_name("lang-mau.xml")
TODAY = date(2026, 11, 22)
DULIEUMO = str(Path(sys.executable).with_name("dulieumo"))


@pytest.fixture(scope="module")
def made() -> Drafts:
    return drafts.make(dcat.read(str(FILE)), TODAY)


def draft(made: Drafts, name: str) -> Draft:
    return next(item for item in made.drafts if item.name == name)


def codes_of(made: Drafts, name: str) -> set[str]:
    return {found.code for found in draft(made, name).findings}


def test_every_record_becomes_a_draft_but_for_the_duplicate(made: Drafts) -> None:
    assert made.records == 7
    assert {item.folder for item in made.drafts} == {
        "kinh-te/cho-phien-trong-lang",
        "moi-truong/gieng-nuoc-cong-cong",
        "chua-phan-loai/cay-co-thu",
        "kinh-te/cay-co-thu-2",
        "van-hoa/nha-van-hoa-thon-va-diem-doc-sach-cong-dong",
        "chua-phan-loai/khong-ten",
    }


def test_a_record_without_defects_keeps_everything_and_only_lacks_what_no_portal_states(made: Drafts) -> None:
    good = draft(made, "cho-phien-trong-lang")
    assert {found.code for found in good.findings} == {"import-columns-unknown"}
    assert good.missing == (
        "dulieumo:purpose",
        "dulieumo:scope",
        "dulieumo:collectionMethod",
        "dulieumo:dataAsOf",
        "dulieumo:personalData",
    )
    descriptor = good.descriptor
    assert descriptor["title"] == "Chợ phiên trong làng"
    assert descriptor["dulieumo:frequency"] == "ANNUAL"
    assert descriptor["licenses"][0]["name"] == "CC-BY-4.0"
    assert descriptor["dulieumo:publisher"] == "ban-quan-ly-cho"
    assert descriptor["keywords"] == ["chợ phiên", "gian hàng", "thương mại"]
    (portal,) = descriptor["dulieumo:portal"]
    assert portal == {
        "id": "cho-phien-1",
        "slug": "cho-phien",
        "url": "https://mo.langmau.example/dataset/cho-phien",
        "title": "Chợ phiên trong làng",
        "issued": "2024-10-03",
        "modified": "2025-11-14",
    }
    (resource,) = descriptor["resources"]
    assert (resource["name"], resource["path"], resource["format"]) == (
        "cho-phien-2025",
        "data/cho-phien-2025.csv",
        "csv",
    )
    assert resource["sources"][0]["path"] == "https://mo.langmau.example/tep/cho-phien.csv"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "gieng-nuoc-cong-cong",
            {
                "import-not-nfc",
                "import-invisible-letters",
                "import-markup",
                "import-placeholder",
                "import-license-missing",
                "import-date-rewritten",
                "import-date-unreadable",
                "import-contact-left-out",
                "import-keyword-dropped",
                "import-format-wrong",
                "import-address-mended",
                "import-file-twice",
                "import-file-not-described",
                "import-columns-unknown",
            },
        ),
        (
            "cay-co-thu",
            {
                "import-publisher-missing",
                "import-theme-missing",
                "import-description-missing",
                "import-license-missing",
                "import-frequency-missing",
                "import-keywords-few",
                "import-format-missing",
                "import-not-machine-readable",
            },
        ),
        (
            "cay-co-thu-2",
            {
                "import-theme-several",
                "import-license-not-open",
                "import-frequency-unknown",
                "import-period-reversed",
                "import-keywords-few",
                "import-format-missing",
                "import-format-unknown",
                "import-file-without-address",
                "import-columns-unknown",
            },
        ),
        (
            "nha-van-hoa-thon-va-diem-doc-sach-cong-dong",
            {
                "import-legacy-font",
                "import-no-files",
                "import-license-unknown",
                "import-description-short",
                "import-values-several",
                "import-frequency-missing",
                "import-keywords-few",
            },
        ),
        (
            "khong-ten",
            {
                "import-title-missing",
                "import-theme-missing",
                "import-no-files",
                "import-license-missing",
                "import-frequency-missing",
                "import-keywords-few",
            },
        ),
    ],
)
def test_each_defect_of_a_record_is_told_and_nothing_else(made: Drafts, name: str, expected: set[str]) -> None:
    assert codes_of(made, name) == expected


def test_defects_of_the_catalogue_are_told_too(made: Drafts) -> None:
    own = [item for one in made.drafts for item in one.findings]
    found = {item.code: item.values for item in made.findings if item not in own}
    assert set(found) == {
        "import-duplicate-record",
        "import-same-title",
        "import-publisher-spelling",
        "import-theme-assumed",
        "import-catalog-publisher",
        "import-catalog-address",
    }
    assert found["import-publisher-spelling"]["others"] == "“BAN QUẢN LÝ CHỢ”"
    assert found["import-duplicate-record"]["kept"] == "https://mo.langmau.example/dataset/cho-phien"


def test_texts_are_composed_without_markup_and_without_what_only_holds_the_place(made: Drafts) -> None:
    descriptor = draft(made, "gieng-nuoc-cong-cong").descriptor
    assert descriptor["title"] == "Giếng nước công cộng"
    assert descriptor["description"] == (
        "Vị trí và độ sâu của các giếng nước công cộng trong Làng Mẫu & vùng lân cận.\n\n- Tên giếng\n- Độ sâu"
    )
    assert descriptor["keywords"] == ["giếng", "nước ngầm", "độ sâu"]
    everything = json.dumps([dict(item.descriptor) for item in made.drafts], ensure_ascii=False)
    assert everything == unicodedata.normalize("NFC", everything)
    assert "alert(1)" not in everything


def test_a_title_in_an_old_font_is_read_as_it_was_meant(made: Drafts) -> None:
    descriptor = draft(made, "nha-van-hoa-thon-va-diem-doc-sach-cong-dong").descriptor
    assert descriptor["title"] == "Nhà văn hoá thôn và điểm đọc sách cộng đồng"


def test_the_ending_of_a_file_rules_over_its_declared_format(made: Drafts) -> None:
    (resource,) = draft(made, "gieng-nuoc-cong-cong").descriptor["resources"]
    assert resource["format"] == "xlsx"
    assert resource["sources"][0]["path"] == "https://mo.langmau.example/tep/gieng%20nuoc.xlsx"


def test_no_person_is_imported(made: Drafts) -> None:
    everything = json.dumps(write.to_json(made), ensure_ascii=False) + "".join(write.texts(made, "vi").values())
    assert "Nguyễn Văn Mẫu" not in everything
    assert "mau@" not in everything


def test_spellings_of_one_publisher_are_one_and_an_address_becomes_a_name(made: Drafts) -> None:
    assert {item["name"]: item["title"] for item in made.publishers} == {
        "ban-quan-ly-cho": "Ban quản lý chợ",
        "doi-kiem-lam": "doi kiem lam",
    }
    assert made.catalog["publisher"] == "ban-quan-ly-cho", "DKAN is a program, not a publisher"


def test_what_is_not_known_is_left_out_and_never_invented(made: Drafts) -> None:
    poor = draft(made, "cay-co-thu").descriptor
    for key in ("description", "licenses", "dulieumo:publisher", "dulieumo:dataAsOf", "dulieumo:temporal", "keywords"):
        assert key not in poor
    assert poor["dulieumo:frequency"] == "UNKNOWN"


def test_every_finding_has_a_text_in_both_languages(made: Drafts) -> None:
    known = set(codes())
    for found in made.findings:
        assert found.code in known
        for language in ("vi", "en"):
            text = render(found, language)
            assert text.title
            assert text.message
            assert text.fix
            assert "{" not in text.message


def test_every_import_code_of_the_texts_is_used_in_the_code(repository: Path) -> None:
    source = "".join(
        path.read_text(encoding="utf-8") for path in (repository / "publish/dulieumo/importing").glob("*.py")
    )
    assert [code for code in codes() if code.startswith("import-") and f'"{code}"' not in source] == []


def test_the_drafts_are_a_catalogue_that_check_reads(made: Drafts, tmp_path: Path) -> None:
    out = tmp_path / "nhap"
    write.write(made, out, "vi")
    reading = descriptors.read(out)
    assert reading.catalog is not None
    found = {item.code for item in reading.findings}
    # Only keys that nobody stated are missing; what the import wrote is in the right form.
    assert found <= {"descriptor-missing-key", "descriptor-out-of-bounds"}, found
    missing = {item.place.file for item in reading.findings if item.code == "descriptor-missing-key"}
    assert missing == {f"{item.folder}/datapackage.yaml" for item in made.drafts}
    report = json.loads((out / "import-report.json").read_text(encoding="utf-8"))
    schema = json.loads((Path(write.__file__).parents[1] / "schemas" / "import.json").read_text(encoding="utf-8"))
    jsonschema.validate(report, schema)
    assert report["summary"] == {
        "records": 7,
        "drafts": 6,
        "publishers": 2,
        "domains": 4,
        "errors": 4,
        "warnings": len(made.findings) - 4,
    }


def test_a_draft_tells_in_comments_what_is_wrong_and_what_is_missing(made: Drafts) -> None:
    text = write.texts(made, "vi")["moi-truong/gieng-nuoc-cong-cong/datapackage.yaml"]
    comments = [line for line in text.splitlines() if line.startswith("# ")]
    assert any("khai là csv" in line for line in comments)
    assert any("dulieumo:purpose" in line for line in comments)
    assert any("data/gieng-nuoc.xlsx" in line for line in comments)
    assert yaml.safe_load(text) == draft(made, "gieng-nuoc-cong-cong").descriptor


def test_a_draft_that_an_owner_completes_passes_the_check(made: Drafts, tmp_path: Path) -> None:
    from dulieumo.cli import check
    from dulieumo.config import load

    root = tmp_path / "datasets"
    write.write(made, root, "vi")
    for other in made.drafts:
        if other.name != "cho-phien-trong-lang":
            (root / other.folder / "datapackage.yaml").unlink()
            (root / other.folder).rmdir()
    path = root / "kinh-te/cho-phien-trong-lang/datapackage.yaml"
    descriptor = yaml.safe_load(path.read_text(encoding="utf-8"))
    descriptor |= {
        "dulieumo:purpose": "Cho người đi chợ.",
        "dulieumo:scope": "Các chợ trong làng.",
        "dulieumo:collectionMethod": "Ban quản lý ghi.",
        "dulieumo:dataAsOf": "2025",
        "dulieumo:personalData": {"contains": False},
    }
    field: dict[str, Any] = {"name": "ten", "title": "Tên", "description": "Tên chợ.", "type": "string"}
    descriptor["resources"][0] |= {
        "schema": {"missingValues": [""], "primaryKey": ["ten"], "fields": [field]},
        "dulieumo:completeness": {"statement": "Đủ các chợ."},
    }
    path.write_text(yaml.safe_dump(descriptor, allow_unicode=True, sort_keys=False), encoding="utf-8")
    (path.parent / "data").mkdir()
    (path.parent / "data/cho-phien-2025.csv").write_text("ten\nChợ Bến\nChợ Đình\n", encoding="utf-8")
    report = check.run(load(tmp_path))
    assert report.is_valid, report.findings


def run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([DULIEUMO, *words], cwd=folder, capture_output=True, text=True, check=False, timeout=60)


def test_the_command_writes_the_drafts_and_tells_each_kind_of_defect_once(tmp_path: Path) -> None:
    done = run(tmp_path, "--lang", "en", "import", "dcat", str(FILE), "--output", "nhap", "--today", "2026-11-22")
    assert done.returncode == 0, done.stderr
    assert "[error: import-publisher-missing]" in done.stdout
    assert done.stdout.count("import-format-missing") == 1
    assert "7 records, 6 drafts in nhap" in done.stdout
    assert (tmp_path / "nhap/kinh-te/cho-phien-trong-lang/datapackage.yaml").is_file()
    before = {path: path.read_bytes() for path in (tmp_path / "nhap").rglob("*") if path.is_file()}
    again = run(tmp_path, "import", "dcat", str(FILE), "--output", "nhap")
    assert again.returncode == 2
    assert {path: path.read_bytes() for path in (tmp_path / "nhap").rglob("*") if path.is_file()} == before
    assert [path.name for path in tmp_path.iterdir()] == ["nhap"], "nothing half made is left"


def test_the_same_file_gives_the_same_drafts(made: Drafts) -> None:
    again = drafts.make(dcat.read(str(FILE)), TODAY)
    assert write.texts(again, "vi") == write.texts(made, "vi")
    assert write.to_json(again) == write.to_json(made)


def test_the_same_catalogue_in_turtle_gives_the_same_drafts(made: Drafts, tmp_path: Path) -> None:
    from rdflib import Graph

    turtle = tmp_path / "lang-mau.ttl"
    graph = Graph()
    graph.parse(FILE, format="xml")
    turtle.write_text(graph.serialize(format="turtle"), encoding="utf-8")
    again = drafts.make(dcat.read(str(turtle)), TODAY)
    assert {item.folder: item.missing for item in again.drafts} == {item.folder: item.missing for item in made.drafts}
    assert draft(again, "cay-co-thu-2").descriptor == draft(made, "cay-co-thu-2").descriptor
