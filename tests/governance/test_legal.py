"""The legal basis of a decision: known, in force on its day, article by article."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from dulieumo import descriptors
from dulieumo.governance import legal
from dulieumo.governance.legal import Basis
from dulieumo_rules.findings import Finding
from dulieumo_rules.texts import render
from tests import catalogues as made
from tests.catalogues import field

TEXTS = """ma_van_ban,pham_vi,hieu_luc_tu,hieu_luc_den,da_xac_nhan
L-20-2023,toan-van,2024-07-01,,true
ND-47-2020,dieu-17-21,2020-05-25,2025-08-18,true
ND-47-2020,phan-con-lai,2020-05-25,2025-10-22,false
QD-1-2019,toan-van,,,true
TT-1-2020,toan-van,2020-01-01,,false
"""


def write(
    folder: Path, citations: list[str], *, decided: str | None = None, settings: dict[str, Any] | None = None
) -> Path:
    more: dict[str, Any] = {"dulieumo:legalBasis": citations}
    if decided:
        more["dulieumo:decision"] = {"number": "1/QĐ-X", "date": decided, "issuer": "Ban quản lý"}
    package = made.package("bo", [made.resource("bang", [field("ma")], ["ma"])], **more)
    root = made.write(folder, [package], {"bo/bang.csv": "ma\na\n"}, catalog={"settings": settings or {}})
    columns = [field("ma_van_ban"), field("pham_vi"), field("hieu_luc_tu", "date"), field("hieu_luc_den", "date")]
    name = (settings or {}).get("legalBasis", {}).get("dataset", "can-cu-phap-ly")
    listed = made.package(
        name, [made.resource("van-ban", [*columns, field("da_xac_nhan", "boolean")], ["ma_van_ban", "pham_vi"])]
    )
    made.put(root / "_reference" / name / "datapackage.yaml", listed)
    table = root / "_reference" / name / "data" / "van-ban.csv"
    table.parent.mkdir()
    table.write_text(TEXTS, encoding="utf-8")
    return root


def found(root: Path) -> tuple[Finding, ...]:
    reading = descriptors.read(root)
    assert not reading.has_errors, reading.findings
    return legal.check(reading)


@pytest.mark.parametrize(
    ("citation", "decided", "code"),
    [
        ("L-20-2023#43", "2026-01-10", None),
        ("L-20-2023#43", "2024-06-30", "legal-basis-not-in-force"),
        ("L-20-2023", "2024-07-01", None),
        ("ND-47-2020#17", "2024-01-10", None),
        ("ND-47-2020#21", "2025-08-18", None),
        ("ND-47-2020#17", "2026-01-10", "legal-basis-not-in-force"),
        ("ND-47-2020#17", "2025-09-01", "legal-basis-not-in-force"),
        ("ND-47-2020#22", "2025-09-01", "legal-basis-unconfirmed"),
        ("ND-47-2020", "2025-01-01", None),
        ("ND-47-2020", "2026-01-10", "legal-basis-not-in-force"),
        ("TT-1-2020", "2026-01-10", "legal-basis-unconfirmed"),
        ("QD-1-2019", "2026-01-10", "legal-basis-undated"),
        ("L-20-2024", "2026-01-10", "legal-basis-unknown"),
    ],
)
def test_a_citation_is_judged_on_the_day_of_the_decision(
    tmp_path: Path, citation: str, decided: str, code: str | None
) -> None:
    assert [item.code for item in found(write(tmp_path, [citation], decided=decided))] == ([code] if code else [])


def test_without_a_decision_the_day_of_the_latest_version_counts(tmp_path: Path) -> None:
    root = write(tmp_path, ["ND-47-2020#17", "L-20-2023"])  # version 1.0.0 is of 2025-01-01: both were in force
    assert found(root) == ()
    descriptor = root / "linh-vuc/bo/datapackage.yaml"
    descriptor.write_text(descriptor.read_text(encoding="utf-8").replace("2025-01-01", "2025-09-01"), encoding="utf-8")
    (item,) = found(root)
    assert (item.code, item.values["citation"], item.values["day"]) == (
        "legal-basis-not-in-force",
        "ND-47-2020#17",
        "2025-09-01",
    )


def test_a_finding_names_the_line_the_periods_and_the_nearest_text(tmp_path: Path) -> None:
    root = write(tmp_path, ["L-20-2024", "ND-47-2020#18"], decided="2026-01-10")
    unknown, expired = sorted(found(root), key=lambda item: item.code, reverse=True)
    lines = (root / "linh-vuc/bo/datapackage.yaml").read_text(encoding="utf-8").splitlines()
    assert unknown.place.line is not None
    assert "L-20-2024" in lines[unknown.place.line - 1]
    assert unknown.values["nearest"] == "L-20-2023"
    assert (expired.values["from"], expired.values["until"]) == ("2020-05-25", "2025-08-18")
    for language in ("vi", "en"):
        assert "2025-08-18" in render(expired, language).message
        assert render(expired, language).fix


def test_a_catalogue_without_the_list_says_so_once(tmp_path: Path) -> None:
    more: dict[str, Any] = {"dulieumo:legalBasis": ["L-20-2023", "L-60-2024"]}
    package = made.package("bo", [made.resource("bang", [field("ma")], ["ma"])], **more)
    assert [item.code for item in found(made.write(tmp_path, [package], {"bo/bang.csv": "ma\na\n"}))] == [
        "legal-basis-no-list"
    ]


def test_nothing_cited_nothing_read(tmp_path: Path) -> None:
    root = write(tmp_path, [])
    (root / "_reference/can-cu-phap-ly/data/van-ban.csv").write_text("hỏng", encoding="utf-8")
    assert found(root) == ()


def test_another_catalogue_names_its_list_by_another_name(tmp_path: Path) -> None:
    root = write(
        tmp_path, ["ND-47-2020#17"], decided="2026-01-10", settings={"legalBasis": {"dataset": "van-ban-luat"}}
    )
    assert [item.code for item in found(root)] == ["legal-basis-not-in-force"]


def test_a_text_in_parts_without_the_cited_article_is_judged_by_all_of_them() -> None:
    parts = tuple(
        Basis(code="X-1", articles=articles, start=start, end=None, is_confirmed=True)
        for articles, start in (((1, 2), "2020-01-01"), ((3, 4), "2030-01-01"))
    )
    assert list(legal.judge("X-1#9", "2026-01-01", parts)) == []
    assert [code for code, _, _ in legal.judge("X-1#3", "2026-01-01", parts)] == ["legal-basis-not-in-force"]


def test_the_citations_of_this_repository_hold(repository: Path) -> None:
    reading = descriptors.read(repository / "datasets")
    assert legal.check(reading) == ()


def test_the_check_reports_it_with_everything_else(tmp_path: Path) -> None:
    from dulieumo.check import check

    root = write(tmp_path, ["ND-47-2020#17"], decided="2026-01-10")
    report = check(descriptors.read(root))
    assert not report.is_valid
    assert "legal-basis-not-in-force" in {item.code for item in report.findings}
    assert check(descriptors.read(root), only=["can-cu-phap-ly"]).is_valid
