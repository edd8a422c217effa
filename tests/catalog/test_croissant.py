"""Croissant 1.1: mlcroissant accepts it and loads the rows, from the site, with the hashes checked."""

from __future__ import annotations

import json
from pathlib import Path

import mlcroissant
import pytest

from tests.site.conftest import Served


def loaded(served: Served, name: str) -> mlcroissant.Dataset:
    return mlcroissant.Dataset(jsonld=str(served.world.out / "datasets" / name / "croissant.json"))


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CROISSANT_CACHE", str(tmp_path))


def test_every_dataset_is_accepted_without_a_complaint(songmay: Served) -> None:
    for version in songmay.world.release.versions:
        dataset = loaded(songmay, version.name)
        assert not dataset.metadata.ctx.issues.errors, version.name
        assert not dataset.metadata.ctx.issues.warnings, dataset.metadata.ctx.issues.warnings


def test_the_rows_are_loaded_with_their_types(songmay: Served) -> None:
    records = list(loaded(songmay, "ben-xe").records("table/ben"))
    version = songmay.world.release.version("ben-xe")
    assert version is not None
    assert len(records) == version.rows("ben")
    by_code = {record["table/ben/ma_ben"]: record for record in records}
    assert by_code[b"BX-99"]["table/ben/ten_ben"].decode() == "Bến Đò Mới"
    assert float(by_code[b"BX-99"]["table/ben/dien_tich"]) == 123.4


def test_a_changed_file_is_noticed(songmay: Served, tmp_path: Path) -> None:
    document = json.loads((songmay.world.out / "datasets/ben-xe/croissant.json").read_text(encoding="utf-8"))
    for entry in document["distribution"]:
        entry["sha256"] = "0" * 64
    with pytest.raises(mlcroissant.GenerationError) as caught:
        list(mlcroissant.Dataset(jsonld=document).records("table/ben"))
    assert "hash" in str(caught.value.__cause__).lower()


def test_what_the_specification_requires_is_there(songmay: Served) -> None:
    document = json.loads((songmay.world.out / "datasets/le-hoi/croissant.json").read_text(encoding="utf-8"))
    for key in (
        "@context",
        "conformsTo",
        "description",
        "license",
        "name",
        "url",
        "creator",
        "datePublished",
        "version",
    ):
        assert document[key], key
    assert document["@type"] == "sc:Dataset"
    assert document["conformsTo"] == "http://mlcommons.org/croissant/1.1"
    assert document["description"].startswith("DỮ LIỆU MẪU")
    assert all(len(entry["sha256"]) == 64 for entry in document["distribution"])
