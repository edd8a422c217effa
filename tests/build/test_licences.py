"""Licences of sources against the dataset's own: what conflicts is told with the reason, in both languages."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from dulieumo import descriptors
from dulieumo_rules import licences
from dulieumo_rules.findings import Finding, Severity
from dulieumo_rules.texts import render
from tests import catalogues as made
from tests.catalogues import field


@pytest.mark.parametrize(
    ("source", "dataset", "reason"),
    [
        ("CC0-1.0", "CC-BY-4.0", None),
        ("CC-BY-4.0", "CC-BY-4.0", None),
        ("CC-BY-4.0", "CC0-1.0", "by"),
        ("MIT", "CC-BY-4.0", None),
        ("CC-BY-SA-4.0", "CC-BY-4.0", "alike"),
        ("CC-BY-SA-4.0", "CC-BY-SA-4.0", None),
        ("CC-BY-SA-3.0", "CC-BY-SA-4.0", None),
        ("CC-BY-SA-4.0", "CC-BY-SA-3.0", "alike"),
        ("CC-BY-SA-4.0", "ODbL-1.0", "alike"),
        ("ODbL-1.0", "CC-BY-SA-4.0", "alike"),
        ("ODbL-1.0", "ODbL-1.0", None),
        ("GPL-3.0-or-later", "MIT", "alike"),
        ("GPL-3.0-or-later", "GPL-3.0-only", None),
        ("CC-BY-NC-4.0", "CC-BY-4.0", "nc"),
        ("CC-BY-NC-4.0", "CC-BY-NC-4.0", None),
        ("CC-BY-NC-SA-4.0", "CC-BY-NC-4.0", "alike"),
        ("CC-BY-ND-4.0", "CC-BY-ND-4.0", "nd"),
        ("LA-1.0", "CC-BY-4.0", None),
    ],
)
def test_what_may_be_made_of_what(source: str, dataset: str, reason: str | None) -> None:
    assert licences.conflict(source, dataset) == reason


def test_the_table_is_consistent() -> None:
    known = licences.table()
    for licence in known.values():
        assert licence.asks <= {"by", "alike", "nc", "nd"}
        assert set(licence.onward) <= set(known)
        assert "alike" in licence.asks or not licence.onward
        assert licence.path.startswith("https://")


@pytest.mark.parametrize(
    ("word", "known"), [("CC BY-SA 4.0", "CC-BY-SA-4.0"), ("odbl", "ODbL-1.0"), ("của tôi", ""), ("", "")]
)
def test_the_code_that_was_meant_is_suggested(word: str, known: str) -> None:
    assert licences.nearest(word) == known


def found(folder: Path, *licences_: str, **more: Any) -> list[Finding]:
    sources = [
        {"title": f"Nguồn {at}", "dulieumo:published": "2025", "dulieumo:license": name}
        for at, name in enumerate(licences_)
    ]
    root = made.one(
        folder,
        [field("ma")],
        "ma\na\n",
        ["ma"],
        sources=sources or [{"title": "N", "dulieumo:published": "2025"}],
        **more,
    )
    return [item for item in descriptors.read(root).findings if item.code.startswith("licence")]


def test_a_conflict_is_an_error_at_its_line(tmp_path: Path) -> None:
    (item,) = found(tmp_path, "CC-BY-4.0", "ODbL-1.0")
    assert (item.code, item.severity, item.values["reason"]) == ("licence-incompatible", Severity.ERROR, "alike")
    line = (
        (tmp_path / "datasets" / item.place.file).read_text(encoding="utf-8").splitlines()[(item.place.line or 0) - 1]
    )
    assert "ODbL-1.0" in line
    texts = {language: render(item, language) for language in ("vi", "en")}
    assert "phải cùng giấy phép" in texts["vi"].message
    assert "same licence" in texts["en"].message
    assert "dulieumo:licenseNote" in texts["vi"].fix


@pytest.mark.parametrize("name", ["CC-BY-NC-4.0", "CC-BY-ND-4.0", "CC-BY-SA-4.0"])
def test_each_reason_has_its_own_words(tmp_path: Path, name: str) -> None:
    (item,) = found(tmp_path, name)
    plain = Finding(code=item.code, place=item.place, values={**item.values, "reason": ""})
    for language in ("vi", "en"):
        assert render(item, language).message != render(plain, language).message
        assert name in render(item, language).message


def test_a_note_that_explains_settles_it(tmp_path: Path) -> None:
    note = {"dulieumo:licenseNote": "Chỉ đối chiếu với nguồn, không lấy dữ liệu."}
    assert found(tmp_path, "ODbL-1.0", "lạ", **note) == []


def test_an_unknown_code_is_a_warning_and_no_licence_is_nothing(tmp_path: Path) -> None:
    (item,) = found(tmp_path / "1", "CC BY-SA 4.0")
    assert (item.code, item.severity, item.values["nearest"]) == ("licence-unknown", Severity.WARNING, "CC-BY-SA-4.0")
    assert found(tmp_path / "2") == []


def test_the_citys_own_catalogue_has_no_conflict(repository: Path) -> None:
    reading = descriptors.read(repository / "datasets")
    assert [item for item in reading.findings if item.code.startswith("licence")] == []
