"""A folder of descriptors: defaults inherited, every finding at once, each with its file and line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from dulieumo import descriptors
from dulieumo.descriptors import Reading, profile
from tests import catalogues as made
from tests.catalogues import field


def found(root: Path) -> list[tuple[str, str, int | None]]:
    return [(item.code, item.place.file, item.place.line) for item in descriptors.read(root).findings]


def good(folder: Path, **more: Any) -> Path:
    return made.write(
        folder, [made.package("bo", [made.resource("bang", [field("ma")], ["ma"])], **more)], {"bo/bang.csv": "ma\na\n"}
    )


def read(root: Path) -> Reading:
    reading = descriptors.read(root)
    assert reading.catalog is not None
    return reading


def test_a_good_catalogue_has_no_findings(tmp_path: Path) -> None:
    assert found(good(tmp_path)) == []


def test_defaults_come_from_the_catalogue_and_the_nearest_wins(tmp_path: Path) -> None:
    root = good(tmp_path)
    made.put(root / "linh-vuc/domain.yaml", {**made.DOMAIN, "defaults": {"languages": ["vi", "en"]}})
    (dataset,) = read(root).catalog.datasets  # type: ignore[union-attr]
    assert dataset.licenses[0].name == "CC-BY-4.0"
    assert dataset.languages == ("vi", "en")
    root = good(tmp_path, languages=["en"])
    (dataset,) = read(root).catalog.datasets  # type: ignore[union-attr]
    assert dataset.languages == ("en",)


def test_an_empty_catalogue_is_a_catalogue(tmp_path: Path) -> None:
    reading = read(made.write(tmp_path, [], {}))
    assert reading.findings == ()
    assert reading.catalog is not None
    assert reading.catalog.datasets == ()


def test_every_broken_descriptor_is_reported_and_the_others_are_read(tmp_path: Path) -> None:
    table = [made.resource("bang", [field("ma")], ["ma"])]
    names = ("mot", "hai", "ba")
    root = made.write(
        tmp_path, [made.package(name, table) for name in names], {f"{name}/bang.csv": "ma\na\n" for name in names}
    )
    (root / "linh-vuc/mot/datapackage.yaml").write_text("name: [")
    broken = made.package("hai", table)
    del broken["title"]
    broken["dulieumo:frequncy"] = broken.pop("dulieumo:frequency")
    made.put(root / "linh-vuc/hai/datapackage.yaml", broken)
    reading = read(root)
    assert {item.code for item in reading.findings} == {
        "yaml-syntax",
        "descriptor-missing-key",
        "descriptor-unknown-key",
    }
    assert reading.catalog is not None
    assert [dataset.name for dataset in reading.catalog.datasets] == ["ba"]
    (typo,) = [item for item in reading.findings if item.code == "descriptor-unknown-key"]
    assert typo.values["nearest"] == "dulieumo:frequency"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"dulieumo:publisher": "ban-quan-li"}, "publisher-unknown"),
        ({"version": "1.1.0"}, "changelog-not-latest"),
        ({"version": "1.1"}, "descriptor-bad-form"),
        ({"dulieumo:frequency": "SOMETIMES"}, "descriptor-not-allowed"),
        ({"keywords": "một, hai, ba"}, "descriptor-wrong-type"),
        ({"keywords": ["một"]}, "descriptor-out-of-bounds"),
        ({"sources": [{"title": "Nguồn không ngày"}]}, "descriptor-source-undated"),
        ({"name": "khac"}, "name-not-folder"),
        ({"dulieumo:temporal": {"start": "2025", "end": "2020"}}, "temporal-reversed"),
        ({"dulieumo:status": "superseded"}, "superseded-by-nothing"),
        ({"title": ""}, "descriptor-out-of-bounds"),
    ],
)
def test_a_wrong_value_has_its_own_finding(tmp_path: Path, change: dict[str, Any], code: str) -> None:
    root = good(tmp_path)
    path = root / "linh-vuc/bo/datapackage.yaml"
    made.put(path, {**yaml.safe_load(path.read_text()), **change})
    assert code in {item[0] for item in found(root)}
    assert all(item[2] for item in found(root))


@pytest.mark.parametrize(
    ("fields", "schema", "code"),
    [
        ([field("ma"), field("ma")], {}, "column-twice"),
        ([field("ma")], {"primaryKey": ["mã"]}, "key-column-unknown"),
        ([field("gia", "number", **{"dulieumo:decimal": {"precision": 2, "scale": 3}})], {}, "number-size-impossible"),
        ([{**field("gia", "number"), "dulieumo:decimal": None}], {}, "descriptor-wrong-type"),
        ([field("ma", **{"dulieumo:codeList": {"dataset": "khong-co", "column": "ma"}})], {}, "reference-unknown"),
        (
            [field("ma")],
            {"foreignKeys": [{"fields": ["ma"], "reference": {"resource": "x", "fields": ["ma"]}}]},
            "reference-unknown",
        ),
        ([field("Mã")], {}, "descriptor-bad-form"),
        ([{**field("ma"), "type": "any"}], {}, "descriptor-not-allowed"),
        ([field("so", "integer", **{"dulieumo:unit": ""})], {}, "descriptor-out-of-bounds"),
    ],
)
def test_a_schema_that_contradicts_itself_is_found(
    tmp_path: Path, fields: list[dict[str, Any]], schema: dict[str, Any], code: str
) -> None:
    table = made.resource("bang", fields)
    table["schema"].update(schema)
    root = made.write(tmp_path, [made.package("bo", [table])], {"bo/bang.csv": "ma\na\n"})
    assert code in {item[0] for item in found(root)}


def test_every_text_stands_in_every_language_of_the_catalogue(tmp_path: Path) -> None:
    root = good(tmp_path)
    made.put(root / "catalog.yaml", {**made.CATALOG, "languages": ["vi", "en"]})
    missing = [item for item in descriptors.read(root).findings if item.code == "translation-missing"]
    assert {item.values["key"] for item in missing} >= {"title", "description", "dulieumo:purpose", "statement"}


@pytest.mark.parametrize(
    "path", ["../x.csv", "/etc/passwd", "http://example.org/x.csv", ".hidden/x.csv", "data/../../x.csv", "data\\x.csv"]
)
def test_a_path_that_leaves_the_folder_is_refused(tmp_path: Path, path: str) -> None:
    table = made.resource("bang", [field("ma")], path=path)
    root = made.write(tmp_path, [made.package("bo", [table])], {})
    assert ("descriptor-bad-form") in {item[0] for item in found(root)}


@pytest.mark.parametrize(
    "link", ["linh-vuc/bo/data/bang.csv", "linh-vuc/bo/data", "linh-vuc/bo", "linh-vuc/bo/datapackage.yaml"]
)
def test_links_are_never_followed(tmp_path: Path, link: str) -> None:
    root = good(tmp_path)
    target = tmp_path / "elsewhere"
    (root / link).rename(target)
    (root / link).symlink_to(target)
    assert "path-is-link" in {item[0] for item in found(root)}


def test_an_absent_table_says_how_to_make_it(tmp_path: Path) -> None:
    root = good(tmp_path)
    (root / "linh-vuc/bo/data/bang.csv").unlink()
    assert [item[0] for item in found(root)] == ["file-absent"]


def test_a_dataset_in_two_domains_is_found(tmp_path: Path) -> None:
    root = good(tmp_path)
    made.put(root / "catalog.yaml", {**made.CATALOG, "domains": ["linh-vuc", "khac"]})
    made.put(root / "khac/domain.yaml", {**made.DOMAIN, "name": "khac"})
    made.put(root / "khac/bo/datapackage.yaml", yaml.safe_load((root / "linh-vuc/bo/datapackage.yaml").read_text()))
    (root / "khac/bo/data").mkdir()
    (root / "khac/bo/data/bang.csv").write_text("ma\na\n")
    assert [item[0] for item in found(root)] == ["dataset-twice"]


def test_a_folder_that_no_domain_claims_is_found(tmp_path: Path) -> None:
    root = good(tmp_path)
    (root / "quen").mkdir()
    assert found(root) == [("domain-not-listed", "quen", None)]


@pytest.mark.parametrize("name", ["catalog.yaml", "publishers.yaml", "linh-vuc/domain.yaml"])
def test_a_missing_or_broken_frame_is_a_finding(tmp_path: Path, name: str) -> None:
    root = good(tmp_path)
    (root / name).unlink()
    assert "descriptor-absent" in {item[0] for item in found(root)}
    (root / name).write_text("- 1\n")
    assert "descriptor-not-mapping" in {item[0] for item in found(root)}
    (root / name).write_bytes(b"\xff\xfe")
    assert "descriptor-not-utf8" in {item[0] for item in found(root)}


def test_a_key_that_is_right_elsewhere_is_not_proposed_for_itself() -> None:
    assert profile.nearest("title", ("title", "titel")) == "titel"
    assert profile.nearest("title", ("title",)) == ""
