"""Legacy Vietnamese encodings: recognised, put right, and never seen where there are none."""

from __future__ import annotations

import csv
from pathlib import Path

import openpyxl
import pytest
from openpyxl.styles import Font

from dulieumo.owner import cleaning, source
from dulieumo_rules import legacy

PROPER = "Cộng hòa xã hội chủ nghĩa Việt Nam"


@pytest.mark.parametrize(
    ("spoiled", "encoding"),
    [
        ("Céng hßa x· héi chñ nghÜa ViÖt Nam", "tcvn3"),
        ("Coäng hoøa xaõ hoäi chuû nghóa Vieät Nam", "vni"),
        ("Côòng hoÌa xaÞ hôòi chuÒ nghiÞa Viêòt Nam", "cp1258"),
        (PROPER.encode().decode("latin-1"), "utf-8"),
    ],
)
def test_each_encoding_is_recognised_and_put_right(spoiled: str, encoding: str) -> None:
    mender = legacy.mender([spoiled])
    assert mender is not None
    assert mender.encoding == encoding
    assert mender.mend(spoiled) == PROPER


@pytest.mark.parametrize(
    "texts", [[PROPER], ["QĐ-UBND", "NĐ-CP"], ["Café José", "Zürich"], ["abc", "123"], [], ["", "Đắk Lắk"], ["m²", "–"]]
)
def test_what_reads_well_is_left_alone(texts: list[str]) -> None:
    assert legacy.mender(texts) is None


def test_a_column_that_mixes_old_and_new_keeps_the_new_cells() -> None:
    texts = ["Cộng hòa", "Cộng đồng", "Tr\u00adêng mÇm non", "hßa", "hòa"]
    mender = legacy.mender(texts)
    assert mender is not None
    assert [mender.mend(text) for text in texts] == ["Cộng hòa", "Cộng đồng", "Trường mầm non", "hòa", "hòa"]


def test_a_heading_in_capitals_stays_in_capitals() -> None:
    tcvn3, vni = (
        legacy.mender(["ñy ban nh©n d©n", "uû ban"]),
        legacy.mender(["THAØNH PHOÁ HOÀ CHÍ MINH", "Quaän Bình Thaïnh"]),
    )
    assert tcvn3 is not None
    assert vni is not None
    assert tcvn3.mend("DANH S¸CH C¬ Së MÇM NON") == "DANH SÁCH CƠ SỞ MẦM NON"
    assert vni.mend("THAØNH PHOÁ HOÀ CHÍ MINH") == "THÀNH PHỐ HỒ CHÍ MINH"


def test_a_short_column_follows_the_table() -> None:
    table = [["Tr\u00adêng mÇm non Hoa Hång", "MÉu gi¸o S¬n Ca", "Líp 5 tuæi"], ["Q§"], ["2025"]]
    menders = cleaning.menders_of(table)
    assert [mender.mend(column[0]) if mender else None for mender, column in zip(menders, table, strict=True)] == [
        "Trường mầm non Hoa Hồng",
        "QĐ",
        None,
    ]


def test_no_column_of_the_catalogue_is_taken_for_a_legacy_encoding(repository: Path) -> None:
    suspected = []
    for path in sorted(repository.glob("datasets/*/*/data/*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            suspected += [
                (path.name, column[0]) for column in zip(*csv.reader(file), strict=False) if legacy.mender(column)
            ]
    assert suspected == []


def test_a_word_that_could_be_either_is_read_by_its_font(tmp_path: Path) -> None:
    """“Quèc lé cò” is made of syllables, and means “Quốc lộ cũ” in .VnTime; a Unicode cell in the same column hides that."""
    book = openpyxl.Workbook()
    assert book.active is not None
    for text, font in (
        ("Địa chỉ", "Arial"),
        ("Đường Hoa Hồng", "Arial"),
        ("§\xadêng Ruéng", ".VnTime"),
        ("Quèc lé cò", ".VnTime"),
    ):
        book.active.append([text])
        book.active.cell(book.active.max_row, 1).font = Font(name=font)
    book.save(tmp_path / "cho.xlsx")
    rows = cleaning.cleaned(source.read(tmp_path / "cho.xlsx", None)).rows
    assert [row[0] for row in rows] == ["Địa chỉ", "Đường Hoa Hồng", "Đường Ruộng", "Quốc lộ cũ"]
