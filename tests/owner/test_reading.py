"""Cells as people write them: numbers, dates, codes, titles."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from dulieumo.owner import codes, names, reading, scaffold, values
from dulieumo.owner.codes import KnownCodes


@pytest.mark.parametrize(
    ("cells", "texts"),
    [
        (["1.234,5", "12", "1.234"], ("1234.5", "12", "1234")),
        (["1,234.5", "12", "1,234"], ("1234.5", "12", "1234")),
        (["0,5", "12,25", "-"], ("0.5", "12.25", "")),
        (["1 234 567", "12"], ("1234567", "12")),
        (["(1.234)", "−5"], ("-1234", "-5")),
        (["12,5%", "7%"], ("12.5", "7")),
        ([1234.5, "1.234,5", 10], ("1234.5", "1234.5", "10")),
        (["", "…", "N/A"], ("", "", "")),
    ],
)
def test_numbers_are_read_as_the_column_shows(cells: list[Any], texts: tuple[str, ...]) -> None:
    assert reading.numbers(cells).texts == texts


def test_a_number_that_may_be_either_is_read_the_vietnamese_way_and_said() -> None:
    read = reading.numbers(["1.234", "5.678"])
    assert read.texts == ("1234", "5678")
    assert read.assumed == ("1.234", "1234")
    given = reading.numbers(["1.234"], values.ENGLISH, is_given=True)
    assert (given.texts, given.assumed) == (("1.234",), None)


def test_numbers_that_contradict_each_other_are_not_read() -> None:
    read = reading.numbers(["1.234,5", "1,234.5"])
    assert read.mixed == ("1,234.5", "1.234,5")
    assert not read.is_whole


@pytest.mark.parametrize("cell", ["12 Lê Lợi", "1.2.3", "12,", "abc", True, "1.23.456"])
def test_what_is_no_number_is_not_made_one(cell: Any) -> None:
    assert not reading.numbers([cell, "1"]).is_whole


@pytest.mark.parametrize(
    ("cells", "texts"),
    [
        (["15/08/2001", "1/2/2003"], ("2001-08-15", "2003-02-01")),
        (["08/15/2001", "1/2/2003"], ("2001-08-15", "2003-01-02")),
        (["2001-08-15", dt.date(2003, 2, 1), ""], ("2001-08-15", "2003-02-01", "")),
        (["ngày 5 tháng 6 năm 2024"], ("2024-06-05",)),
        (["15.08.2001", "15-08-2001"], ("2001-08-15", "2001-08-15")),
        (["15/08/2001 08:30", "16/08/2001"], ("2001-08-15T08:30:00", "2001-08-16T00:00:00")),
        (["30/02/2020"], (None,)),
    ],
)
def test_dates_are_read_day_first_unless_the_column_proves_otherwise(
    cells: list[Any], texts: tuple[str | None, ...]
) -> None:
    assert reading.dates(cells).texts == texts


def test_dates_that_contradict_each_other_are_not_read() -> None:
    assert reading.dates(["15/08/2001", "08/15/2001"]).mixed == ("15/08/2001", "08/15/2001")


def test_the_trace_of_months_swapped_by_excel_is_seen() -> None:
    cells = [dt.date(2024, 6, 5), dt.date(2024, 1, 12), "25/06/2024"]
    assert reading.dates(cells).swapped == ("25/06/2024", "2024-06-05")
    assert reading.dates([dt.date(2024, 6, 25), dt.date(2024, 6, 5), "25/06/2024"]).swapped is None


@pytest.mark.parametrize(
    "title",
    ["Mã xã", "Mã số thuế", "MST", "Số giấy phép", "Số quyết định", "Điện thoại", "Số nhà", "Số chứng chỉ hành nghề"],
)
def test_titles_of_codes(title: str) -> None:
    assert codes.is_code_title(title)


@pytest.mark.parametrize(
    "title",
    [
        "Số lượng",
        "Số học sinh",
        "Số giấy phép đã cấp",
        "Số hồ sơ tiếp nhận",
        "Số chung cư",
        "Tên cơ sở",
        "Máy móc",
        "Số tổ dân phố",
    ],
)
def test_titles_of_amounts_and_names_are_none_of_codes(title: str) -> None:
    assert not codes.is_code_title(title)


def test_lost_zeros_come_back_only_where_something_proves_the_length() -> None:
    plain = [""] * 3
    assert codes.texts("Mã hồ sơ", ["00123", 124, 5], plain, ()).texts == ("00123", "00124", "00005")
    assert codes.texts("Mã xã", [4, 26734, 31], plain, ()).texts == ("00004", "26734", "00031")
    unknown = codes.texts("Mã hồ sơ", [4, 26734, 31], plain, ())
    assert (unknown.texts, unknown.lost) == (("4", "26734", "31"), "4")
    listed = KnownCodes(dataset="ho-so", resource="ho-so", column="ma", label=None, codes=frozenset({"0004", "0031"}))
    assert codes.texts("Mã hồ sơ", [4, 31], ["", ""], [listed]).texts == ("0004", "0031")


@pytest.mark.parametrize(
    ("title", "name", "unit"),
    [
        ("Mã số thuế", "ma_so_thue", None),
        ("Diện tích (ha)", "dien_tich", "ha"),
        ("Đơn giá (ĐVT: nghìn đồng)", "don_gia", "nghìn đồng"),
        ("Ghi chú (nếu có)", "ghi_chu", None),
        ("2023", "cot_2023", None),
        ("%", "", None),
    ],
)
def test_a_title_gives_the_name_and_the_unit(title: str, name: str, unit: str | None) -> None:
    assert names.column_name(title) == name
    assert names.unit_of(title) == unit


@pytest.mark.parametrize(
    ("above", "expected"),
    [
        (["(Số liệu tính đến ngày 30/6/2025)"], "2025-06-30"),
        (["Hà Nội, ngày 5 tháng 1 năm 2024"], "2024-01-05"),
        (["BÁO CÁO tháng 3 năm 2025"], "2025-03"),
        (["Năm 2023 và năm 2024"], "2024"),
        (["Danh sách"], None),
        ([], None),
    ],
)
def test_the_date_of_the_data_is_read_above_the_table(above: list[str], expected: str | None) -> None:
    assert scaffold.as_of(above) == expected
