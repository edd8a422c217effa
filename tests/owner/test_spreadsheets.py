"""Reading workbooks: cells to the text of their declared type, and what a workbook hides."""

from __future__ import annotations

import datetime as dt
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from openpyxl.comments import Comment

from dulieumo import spreadsheets, tables
from dulieumo.descriptors import resolve
from dulieumo.model import Resource
from dulieumo.spreadsheets import celltext
from dulieumo_rules.findings import Finding, Place
from tests.owner import workbooks

PLACE = Place(file="bang.xlsx")


def table(*fields: dict[str, Any], **dialect: Any) -> Resource:
    entry: dict[str, Any] = {
        "name": "bang",
        "path": "data/bang.xlsx",
        "title": "Bảng",
        "description": "Bảng thử",
        "format": "xlsx",
        "mediatype": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "dialect": dialect,
        "schema": {"fields": list(fields)},
    }
    return resolve.resource(entry)


def field(name: str, kind: str = "string", **more: Any) -> dict[str, Any]:
    return {"name": name, "type": kind, **more}


def read(path: Path, resource: Resource) -> list[dict[str, str]]:
    return [record for batch in tables.read_strings(path, resource, []) for record in batch.to_pylist()]


def cell(tmp_path: Path, value: Any, number_format: str = "General", **declared: Any) -> str:
    """The text of one cell under a declared column."""
    path = tmp_path / "mot-o.xlsx"
    book = workbooks.write(path, [["o"], [value], ["cuoi"]])
    book.active["A2"].number_format = number_format
    book.save(path)
    return read(path, table({"name": "o", **declared}))[0]["o"]


@pytest.mark.parametrize(
    ("value", "number_format", "declared", "expected"),
    [
        ("00123", "General", {"type": "string"}, "00123"),
        (123, "00000", {"type": "string"}, "00123"),
        (123, "General", {"type": "string"}, "123"),
        (123, "00000", {"type": "integer"}, "123"),
        (1500000000000, "#,##0", {"type": "integer"}, "1500000000000"),
        (0.1 + 0.2, "General", {"type": "number"}, "0.3"),
        (1e20, "General", {"type": "number"}, "100000000000000000000"),
        (-0.000001, "General", {"type": "number"}, "-0.000001"),
        (1234.5, "General", {"type": "number", "decimalChar": ","}, "1234,5"),
        ("1.234,5", "General", {"type": "number"}, "1.234,5"),
        (0.5, "0%", {"type": "number", "dulieumo:unit": "%"}, "50"),
        (0.125, "0.0%", {"type": "number", "dulieumo:unit": "%"}, "12.5"),
        (50, "General", {"type": "number", "dulieumo:unit": "%"}, "50"),
        (0.5, "0%", {"type": "number"}, "0.5"),
        (dt.date(2025, 7, 1), "dd/mm/yyyy", {"type": "date"}, "2025-07-01"),
        (dt.date(2025, 7, 1), "dd/mm/yyyy", {"type": "string"}, "2025-07-01"),
        (dt.date(2025, 7, 1), "dd/mm/yyyy", {"type": "date", "format": "%d/%m/%Y"}, "01/07/2025"),
        (dt.date(2025, 7, 1), "mm/yyyy", {"type": "yearmonth"}, "2025-07"),
        (dt.datetime(2025, 7, 1, 8, 30), "dd/mm/yyyy hh:mm", {"type": "datetime"}, "2025-07-01T08:30:00"),
        (dt.datetime(2025, 7, 1, 8, 30), "dd/mm/yyyy hh:mm", {"type": "date"}, "2025-07-01T08:30:00"),
        (dt.time(8, 30), "hh:mm", {"type": "time"}, "08:30:00"),
        (True, "General", {"type": "boolean"}, "true"),
        (False, "General", {"type": "boolean", "trueValues": ["có"], "falseValues": ["không"]}, "không"),
        (None, "General", {"type": "string"}, ""),
    ],
)
def test_a_cell_becomes_the_text_of_its_declared_type(
    tmp_path: Path, value: Any, number_format: str, declared: dict[str, Any], expected: str
) -> None:
    assert cell(tmp_path, value, number_format, **declared) == expected


def test_numbers_keep_the_fifteen_digits_that_excel_keeps() -> None:
    assert celltext.number_text(123456789012345.0) == "123456789012345"
    assert celltext.number_text(1 / 3) == "0.333333333333333"
    assert celltext.number_text(0.0) == "0"
    assert celltext.number_text(-2.50) == "-2.5"


def test_headers_may_be_titles_or_names_below_other_rows(tmp_path: Path) -> None:
    rows: list[list[Any]] = [["DANH SÁCH CƠ SỞ"], [], ["mã  CƠ SỞ", "ten"], ["01", "A"], ["02", None]]
    workbooks.write(tmp_path / "a.xlsx", rows)
    resource = table(field("ma", title="Mã cơ sở"), field("ten", title="Tên"), headerRows=[3])
    assert read(tmp_path / "a.xlsx", resource) == [{"ma": "01", "ten": "A"}, {"ma": "02", "ten": ""}]
    assert [row.row for row in spreadsheets.records(tmp_path / "a.xlsx", resource)] == [1, 2, 3, 4, 5]


def test_a_row_with_a_cell_beyond_the_header_is_ragged_and_not_lost_silently(tmp_path: Path) -> None:
    workbooks.write(tmp_path / "a.xlsx", [["a", "b"], ["1", "2"], ["1", "2", "3"], ["4", "5"]])
    ragged: list[tables.RaggedRow] = []
    batches = list(tables.read_strings(tmp_path / "a.xlsx", table(field("a"), field("b")), ragged))
    assert [row.row for row in ragged] == [3]
    assert sum(batch.num_rows for batch in batches) == 2


def test_empty_rows_at_the_end_are_no_records_and_those_inside_are(tmp_path: Path) -> None:
    book = workbooks.write(tmp_path / "a.xlsx", [["a"], ["1"], [None], ["2"]])
    book.active["A9"].number_format = "0.00"
    book.save(tmp_path / "a.xlsx")
    assert [record["a"] for record in read(tmp_path / "a.xlsx", table(field("a")))] == ["1", "", "2"]


def test_a_table_without_records_is_one_batch_of_no_rows(tmp_path: Path) -> None:
    workbooks.write(tmp_path / "a.xlsx", [["a", "b"]])
    batches = list(tables.read_strings(tmp_path / "a.xlsx", table(field("a"), field("b")), []))
    assert [(batch.num_rows, batch.schema.names) for batch in batches] == [(0, ["a", "b"])]


def test_the_declared_sheet_is_read_and_a_hidden_first_one_is_not(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    book = workbooks.write(path, [["a"], ["ẩn"]], "Nháp")
    book.active.sheet_state = "hidden"
    for name in ("Một", "Hai"):
        page = book.create_sheet(name)
        page.append(["a"])
        page.append([name])
    book.active = 1
    book.save(path)
    assert read(path, table(field("a"))) == [{"a": "Một"}]
    assert read(path, table(field("a"), sheetName="Hai")) == [{"a": "Hai"}]
    with pytest.raises(spreadsheets.Refused) as refused:
        read(path, table(field("a"), sheetName="Ba"))
    assert refused.value.reason == "excel-sheet-unknown"
    assert refused.value.values == {"sheet": "Ba", "sheets": "Một, Hai, Nháp"}


def test_what_is_no_workbook_is_refused_with_a_reason(tmp_path: Path) -> None:
    for content in (b"", b"a,b\n1,2\n", b"PK\x03\x04broken"):
        (tmp_path / "a.xlsx").write_bytes(content)
        with pytest.raises(spreadsheets.Refused) as refused:
            read(tmp_path / "a.xlsx", table(field("a")))
        assert refused.value.reason == "source-error"
        assert codes(tmp_path / "a.xlsx", table(field("a"))) == ["source-error"]


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dulieumo.spreadsheets.grid.MAX_UNPACKED", 1 << 20)
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b" " * (2 << 20))
    with pytest.raises(spreadsheets.Refused) as refused:
        read(tmp_path / "a.xlsx", table(field("a")))
    assert refused.value.reason == "excel-too-large"


def found(path: Path, resource: Resource) -> list[Finding]:
    return list(spreadsheets.findings(path, resource, PLACE))


def codes(path: Path, resource: Resource) -> list[str]:
    return [item.code for item in found(path, resource)]


def test_a_plain_sheet_has_no_findings(tmp_path: Path) -> None:
    workbooks.write(tmp_path / "a.xlsx", [["ma", "so"], ["01", 1], ["02", 2]])
    assert codes(tmp_path / "a.xlsx", table(field("ma"), field("so", "integer"))) == []


def test_formulas_errors_and_formulas_without_a_value_are_told_apart(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    book = workbooks.write(path, [["a", "b"], ["=1+1", 1], ["x", 2]])
    book.active["B3"] = "#REF!"
    book.active["B3"].data_type = "e"
    book.save(path)
    problems = {item.code: item for item in found(path, table(field("a"), field("b")))}
    assert set(problems) == {"excel-formula-error", "excel-formula-without-value", "excel-formula"}
    assert problems["excel-formula-error"].place.cell == "B3"
    assert problems["excel-formula-without-value"].place.cell == "A2"
    assert problems["excel-formula-error"].is_error
    assert not problems["excel-formula"].is_error


def test_hidden_things_comments_and_merged_records_are_found_with_their_place(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    book = workbooks.write(path, [["TIÊU ĐỀ", None, None], ["a", "b", "c"], ["1", "2", "3"], [None, "5", "6"]])
    page = book.active
    page.merge_cells("A1:C1")
    page.merge_cells("A3:A4")
    page.row_dimensions[4].hidden = True
    page.column_dimensions["B"].hidden = True
    page["C3"].comment = Comment("xem lại", "ai đó")
    book.create_sheet("Nháp").sheet_state = "hidden"
    book.save(path)
    resource = table(field("a"), field("b"), field("c"), headerRows=[2])
    problems = found(path, resource)
    assert [item.code for item in problems] == ["excel-merged", *["excel-hidden"] * 3, "excel-comment"]
    assert problems[0].values == {"count": 1, "first": "A3:A4"}
    hidden = [(item.values["what"], item.values["names"]) for item in problems[1:4]]
    assert hidden == [("hidden-row", "4"), ("hidden-column", "B"), ("hidden-sheet", "Nháp")]
    assert problems[4].values == {"count": 1, "first": "C3"}


def test_numbers_in_a_code_column_may_have_lost_their_zeros_unless_the_format_shows_them(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    book = workbooks.write(path, [["ma_xa", "ghi_chu"], ["00123", "a"], [124, 5]])
    resource = table(field("ma_xa"), field("ghi_chu"))
    (problem,) = found(path, resource)
    assert (problem.code, problem.place.column, problem.values["value"]) == ("excel-leading-zero", "ma_xa", "124")
    book.active["A3"].number_format = "00000"
    book.save(path)
    assert found(path, resource) == []


@pytest.mark.parametrize("text", ["Tổng cộng", "TỔNG", "Cộng:", "Tổng số: 12", "Ghi chú: số liệu sơ bộ", "Nguồn: Sở"])
def test_totals_and_notes_are_found(tmp_path: Path, text: str) -> None:
    workbooks.write(tmp_path / "a.xlsx", [["ten", "so"], ["A", 1], [text, 1]])
    (problem,) = found(tmp_path / "a.xlsx", table(field("ten"), field("so", "integer")))
    assert (problem.code, problem.place.row) == ("excel-totals-row", 3)


@pytest.mark.parametrize("text", ["Tổng công ty Cấp nước", "Nguồn vốn vay", "Cộng hòa", "Tổng số hộ nghèo"])
def test_a_record_that_begins_like_a_total_is_none(tmp_path: Path, text: str) -> None:
    workbooks.write(tmp_path / "a.xlsx", [["ten", "so"], ["A", 1], [text, 1]])
    assert found(tmp_path / "a.xlsx", table(field("ten"), field("so", "integer"))) == []


def test_many_rows_come_in_batches_with_nothing_lost(tmp_path: Path) -> None:
    rows: list[Sequence[Any]] = [["a"], *[[number] for number in range(20_000)]]
    workbooks.write(tmp_path / "a.xlsx", rows)
    batches = list(tables.read_strings(tmp_path / "a.xlsx", table(field("a", "integer")), []))
    assert [batch.num_rows for batch in batches] == [spreadsheets.BATCH_ROWS, 20_000 - spreadsheets.BATCH_ROWS]
    assert batches[-1].column("a")[-1].as_py() == "19999"


def test_the_file_is_not_changed_by_reading(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    workbooks.write(path, [["a"], ["1"]])
    before = path.read_bytes()
    found(path, table(field("a")))
    assert path.read_bytes() == before
    assert load_workbook(path).active["A2"].value == "1"
