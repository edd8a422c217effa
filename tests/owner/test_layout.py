"""Sheets as people make them: where the table is, what its columns are, and what is said of it."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from dulieumo.errors import UsageError
from dulieumo.owner import intake
from dulieumo.owner.column import Inferred
from dulieumo.owner.intake import Intake, Options
from tests.owner import workbooks


def take(path: Path, **options: Any) -> Intake:
    return intake.take(path, Options(**options))


def sheet(
    tmp_path: Path, rows: Sequence[Sequence[Any]], merged: Sequence[str] = (), formats: str | None = None
) -> Intake:
    book = workbooks.write(tmp_path / "a.xlsx", rows)
    for area in merged:
        book.active.merge_cells(area)
    if formats:
        for row in book.active.iter_rows(min_row=2, min_col=2, max_col=2):
            row[0].number_format = formats
    book.save(tmp_path / "a.xlsx")
    return take(tmp_path / "a.xlsx")


def columns(taken: Intake) -> dict[str, Inferred]:
    return {column.name: column for column in taken.table.columns}


def codes(taken: Intake) -> set[str]:
    return {one.code for one in taken.table.notes}


def cp1258(text: str) -> bytes:
    """As Excel saves "CSV (ANSI)" on a Vietnamese Windows: the letter, then its tone as a character of its own."""
    out = b""
    for letter in text:
        parts = unicodedata.normalize("NFD", letter)
        tones = [part for part in parts if part in "\u0300\u0301\u0303\u0309\u0323"]
        base = unicodedata.normalize("NFC", "".join(part for part in parts if part not in tones))
        try:
            out += letter.encode("cp1258")
        except UnicodeEncodeError:
            out += (base + "".join(tones)).encode("cp1258")
    return out


TEXT = "STT;Tên đơn vị;Số tiền (triệu đồng)\r\n1;Phường Bến Nghé;1.250,5\r\n2;Phường Đa Kao;980\r\n;Tổng số;2.230,5\r\n"


@pytest.mark.parametrize(
    "data",
    [TEXT.encode(), b"\xef\xbb\xbf" + TEXT.encode(), TEXT.replace(";", "\t").encode("utf-16"), cp1258(TEXT)],
    ids=["utf-8", "utf-8 with BOM", "utf-16 with tabs", "windows-1258"],
)
def test_a_text_file_is_read_whatever_its_encoding_and_separator(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a.csv").write_bytes(data)
    found = columns(take(tmp_path / "a.csv"))
    assert found["ten_don_vi"].texts == ("Phường Bến Nghé", "Phường Đa Kao")
    assert found["so_tien"].texts == ("1250.5", "980")
    assert found["so_tien"].unit == "triệu đồng"


def test_years_side_by_side_are_columns_with_the_unit_above_the_table(tmp_path: Path) -> None:
    rows = [
        ["Dân số"],
        ["Đơn vị tính: nghìn người"],
        ["Địa bàn", 2022, 2023],
        ["Quận 1", 140.5, 141],
        ["Quận 3", 190, 191.2],
        ["Tổng", 330.5, 332.2],
    ]
    found = columns(sheet(tmp_path, rows))
    assert list(found) == ["dia_ban", "cot_2022", "cot_2023"]
    assert found["cot_2022"].unit == "nghìn người"
    assert found["dia_ban"].texts == ("Quận 1", "Quận 3")


def test_a_header_of_two_rows_needs_no_merged_cells(tmp_path: Path) -> None:
    rows = [
        ["Tên", "Số lớp", None, "Ghi chú"],
        [None, "Nhà trẻ", "Mẫu giáo", None],
        ["A", 3, 5, None],
        ["B", 2, 6, "x"],
    ]
    assert [column.title for column in sheet(tmp_path, rows).table.columns] == [
        "Tên", "Số lớp - Nhà trẻ", "Số lớp - Mẫu giáo", "Ghi chú",
    ]  # fmt: skip


def test_merged_records_are_filled_and_said(tmp_path: Path) -> None:
    rows = [["Quận", "Phường"], ["Quận 1", "Bến Nghé"], [None, "Đa Kao"], ["Quận 3", "Võ Thị Sáu"]]
    taken = sheet(tmp_path, rows, ["A2:A3"])
    assert columns(taken)["quan"].texts == ("Quận 1", "Quận 1", "Quận 3")
    assert "merged-filled" in codes(taken)


def test_what_excel_made_of_dates_codes_and_percentages_is_undone(tmp_path: Path) -> None:
    rows = [
        ["Mã", "Ngày cấp", "Số điện thoại", "Mã số thuế"],
        ["A1", 45000, 901234567, 312345678],
        ["A2", 45010, 912345678, "0312345679"],
    ]
    found = columns(sheet(tmp_path, rows))
    assert found["ngay_cap"].texts == ("2023-03-15", "2023-03-25")
    assert found["so_dien_thoai"].texts == ("0901234567", "0912345678")
    assert found["ma_so_thue"].texts == ("0312345678", "0312345679")
    percent = columns(sheet(tmp_path, [["Tên", "Tỷ lệ"], ["A", 0.5], ["B", 0.255]], formats="0.0%"))["ty_le"]
    assert (percent.texts, percent.unit) == (("50", "25.5"), "%")


def test_what_needs_a_look_is_said_and_never_decided_silently(tmp_path: Path) -> None:
    swapped = [["Tên", "Ngày cấp"], ["a", dt.date(2024, 6, 5)], ["b", dt.date(2024, 1, 12)], ["c", "25/06/2024"]]
    assert "dates-swapped" in codes(sheet(tmp_path, swapped))
    assert "numbers-assumed" in codes(sheet(tmp_path, [["Tên", "Giá (đồng)"], ["a", "1.500"], ["b", "2.250"]]))
    assert "zeros-lost" in codes(sheet(tmp_path, [["Mã hồ sơ", "Tên"], [12, "a"], [345, "b"]]))
    assert "numbers-mixed" in codes(sheet(tmp_path, [["Tên", "Giá"], ["a", "1.500,5"], ["b", "1,500.5"]]))
    nameless = sheet(tmp_path, [["Tên", "Tên", None, "Rỗng"], ["a", "b", "c", None], ["d", "e", "f", None]])
    assert {"header-twice", "header-missing", "column-empty"} <= codes(nameless)
    assert list(columns(nameless)) == ["ten", "ten_2", "cot_c"]


def test_a_formula_without_its_value_stops(tmp_path: Path) -> None:
    taken = sheet(tmp_path, [["Tên", "Số"], ["a", "=1+1"], ["b", 2]])
    stops = [one for one in taken.table.notes if one.weight == "stop"]
    assert [(one.code, one.values["cell"]) for one in stops] == [("cell-without-value", "B2")]


def test_keys_categories_and_answers_are_proposed_from_all_rows(tmp_path: Path) -> None:
    rows: list[list[Any]] = [["Mã cơ sở", "Loại hình", "Còn hoạt động"]]
    rows += [[f"CS{n:02}", "Công lập" if n % 2 else "Tư thục", "Có" if n % 3 else "Không"] for n in range(30)]
    taken = sheet(tmp_path, rows)
    assert taken.table.keys == (("ma_co_so",),)
    found = columns(taken)
    assert found["loai_hinh"].categories == ("Công lập", "Tư thục")
    assert (found["con_hoat_dong"].type, found["con_hoat_dong"].texts[:2]) == ("boolean", ("false", "true"))
    again = sheet(tmp_path, [*rows, ["CS01", "Công lập", "Có"]])
    assert again.table.keys == ()


@pytest.mark.parametrize("rows", [[], [["Chỉ có chữ"]], [[None], [None]]])
def test_a_file_without_a_table_is_refused_with_the_next_step(tmp_path: Path, rows: list[list[Any]]) -> None:
    with pytest.raises(UsageError) as refused:
        sheet(tmp_path, rows)
    assert "--header-row" in (refused.value.hint or "")


def test_a_large_sheet_is_read_in_time_that_grows_with_its_rows(tmp_path: Path) -> None:
    rows = [["Mã", "Số"], *([f"M{n:06}", n] for n in range(20_000))]
    found = columns(sheet(tmp_path, rows))
    assert len(found["ma"].texts) == 20_000
    assert found["so"].texts[-1] == "19999"
