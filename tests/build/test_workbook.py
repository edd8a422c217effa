"""The XLSX for people: opened with another library, as a spreadsheet program would."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from dulieumo import workbook
from dulieumo.store import FolderStore
from tests import catalogues as made
from tests.build.making import make, only
from tests.build.test_build import EVERY_ROW, EVERY_TYPE
from tests.catalogues import field


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    return FolderStore(tmp_path / "store")


def test_the_rows_keep_their_types(tmp_path: Path, store: FolderStore) -> None:
    version = only(make(made.one(tmp_path, EVERY_TYPE, EVERY_ROW, ["ma"]), store))
    book = openpyxl.load_workbook(store.local_path(f"{version.folder}/bang.xlsx"))
    head, empty, full = list(book["Dữ liệu"].iter_rows(values_only=True))
    assert head[:3] == ("ma", "so", "gia")
    assert empty[0] == "A1"
    assert set(empty[1:]) == {None}
    assert full[1:5] == (1234, 1234.5, 0.1, True)
    assert str(full[5].date()) == "2025-07-01"
    assert full[10] == "106.7,10.77"


def test_codes_keep_their_zeros_and_formulas_stay_text(tmp_path: Path, store: FolderStore) -> None:
    root = made.one(tmp_path, [field("ma"), field("chu")], 'ma,chu\n00123,"=HYPERLINK(""http://x"")"\n', ["ma"])
    version = only(make(root, store))
    sheet = openpyxl.load_workbook(store.local_path(f"{version.folder}/bang.xlsx"))["Dữ liệu"]
    assert sheet["A2"].value == "00123"
    assert sheet["B2"].value == '=HYPERLINK("http://x")'
    assert sheet["B2"].data_type == "s"


def test_long_numbers_are_not_rounded(tmp_path: Path, store: FolderStore) -> None:
    root = made.one(
        tmp_path, [field("ma"), field("so", "integer")], "ma,so\na,123456789012345678\nb,364893000000000\n", ["ma"]
    )
    version = only(make(root, store))
    sheet = openpyxl.load_workbook(store.local_path(f"{version.folder}/bang.xlsx"))["Dữ liệu"]
    assert sheet["B2"].value == "123456789012345678"
    assert sheet["B3"].value == 364893000000000


def test_the_dictionary_and_the_origin_are_inside(tmp_path: Path, store: FolderStore) -> None:
    fields = [
        field("ma", categories=[{"value": "a", "label": "Loại A"}]),
        field("so", "integer", **{"dulieumo:unit": "đồng"}),
    ]
    version = only(make(made.one(tmp_path, fields, "ma,so\na,1\n", ["ma"]), store))
    book = openpyxl.load_workbook(store.local_path(f"{version.folder}/bang.xlsx"))
    dictionary = [row[0].value for row in book["Từ điển dữ liệu"].iter_rows(min_row=2)]
    assert dictionary == ["ma", "so"]
    assert "a: Loại A" in book["Từ điển dữ liệu"]["I2"].value
    about = {row[0].value: row[1].value for row in book["Giới thiệu"].iter_rows()}
    assert about["Phiên bản"] == "1.0.0"
    assert any("Nguồn A" in (text or "") for text in about.values())


def test_a_table_that_does_not_fit_says_why(tmp_path: Path, store: FolderStore) -> None:
    root = made.one(tmp_path, [field("ma"), field("chu")], f"ma,chu\na,{'x' * 32_768}\n", ["ma"])
    version = only(make(root, store))
    assert version.absent == {"bang": {"xlsx": "text-too-long"}}
    assert version.artifact("bang", "xlsx") is None


@pytest.mark.parametrize(
    ("columns", "rows", "text", "reason"),
    [
        (3, 10, 5, None),
        (1, 1_048_576, 5, "too-many-rows"),
        (16_385, 1, 5, "too-many-columns"),
        (10, 200_001, 5, "too-many-cells"),
        (1, 1, 32_768, "text-too-long"),
    ],
)
def test_the_limits_of_a_sheet(columns: int, rows: int, text: int, reason: str | None) -> None:
    assert workbook.why_not(columns, rows, text) == reason


@pytest.mark.parametrize("kind", ["real", "sample"])
def test_the_rows_can_be_filtered_and_a_sample_says_so_on_the_sheet_and_on_paper(
    tmp_path: Path, store: FolderStore, kind: str
) -> None:
    table = made.resource("bang", [field("ma"), field("chu")], ["ma"], **{"dulieumo:kind": kind})
    root = made.write(tmp_path, [made.package("bo", [table])], {"bo/bang.csv": "ma,chu\na,mẫu 1\nb,mẫu 2\n"})
    version = only(make(root, store))
    sheet = openpyxl.load_workbook(store.local_path(f"{version.folder}/bang.xlsx"))["Dữ liệu"]
    assert sheet.auto_filter.ref == "A1:B3"
    assert sheet.freeze_panes == "A2"
    is_sample = kind == "sample"
    assert (sheet.oddHeader.center.text == workbook.SAMPLE_NOTICE) == is_sample
    assert (sheet.sheet_properties.tabColor is not None) == is_sample
