"""A workbook to fill in, made from a table's schema: headers, drop-downs, input checks, notes, and a sheet that explains it.

In Vietnamese, since its readers are the owners. The header is the columns' titles, by which `update` knows them again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

from dulieumo.model import Column, Dataset, Resource
from dulieumo.owner.conform import LABEL_SEPARATOR
from dulieumo.owner.source import DATA_SHEET
from dulieumo.spreadsheets.problems import is_code

LISTS_SHEET = "Danh mục"
GUIDE_SHEET = "Hướng dẫn"
FILLABLE_ROWS = 20_000
"""Rows with drop-downs and checks below the header; more slow Excel down."""

KINDS = {
    "string": "Chữ",
    "integer": "Số nguyên",
    "number": "Số",
    "boolean": "Có hoặc Không",
    "date": "Ngày (ví dụ 31/07/2025)",
    "datetime": "Ngày và giờ",
    "year": "Năm (4 chữ số)",
    "yearmonth": "Tháng (ví dụ 07/2025)",
}
_LOWEST, _HIGHEST = -(10**15), 10**15

Choices = Mapping[str, Sequence[tuple[str, str]]]
"""By column: the codes of its code list, each with its name."""


def write(
    path: Path, dataset: Dataset, resource: Resource, choices: Choices, rows: Sequence[Mapping[str, str]] = ()
) -> None:
    """Write the template. `rows` are put into it as they stand in the table, canonical texts by column name."""
    assert resource.schema is not None
    columns = resource.schema.columns
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(str(path), options) as book:
        book.set_properties(
            {"title": f"{dataset.title.default}: {resource.title.default}", "created": dt.datetime(2000, 1, 1)}
        )
        formats = _formats(book)
        data = book.add_worksheet(DATA_SHEET)
        guide = book.add_worksheet(GUIDE_SHEET)
        ranges = _lists(book, columns, choices, formats)
        last = max(FILLABLE_ROWS, len(rows) + 1000)
        _headers(data, columns, formats)
        for position, column in enumerate(columns):
            _checks(data, position, column, ranges.get(column.name), last)
        _fill(data, columns, choices, rows, formats)
        _explain(guide, dataset, resource, columns, choices, formats)


def _formats(book: Any) -> dict[str, Any]:
    base = {"border": 1, "text_wrap": True, "valign": "top"}
    return {
        "required": book.add_format({**base, "bold": True, "bg_color": "#F8CBAD"}),
        "optional": book.add_format({**base, "bold": True, "bg_color": "#DCE6F1"}),
        "wrapped": book.add_format({"text_wrap": True, "valign": "top"}),
        "strong": book.add_format({"bold": True, "text_wrap": True, "valign": "top"}),
        "text": book.add_format({"num_format": "@"}),
        "date": book.add_format({"num_format": "dd/mm/yyyy"}),
        "integer": book.add_format({"num_format": "0"}),
        "number": book.add_format({"num_format": "General"}),
    }


def _format_of(column: Column, formats: Mapping[str, Any]) -> Any:
    if column.type == "date":
        return formats["date"]
    if column.type in ("integer", "year"):
        return formats["integer"]
    return formats["number"] if column.type == "number" else formats["text"]


def _headers(sheet: Any, columns: Sequence[Column], formats: Mapping[str, Any]) -> None:
    sheet.freeze_panes(1, 0)
    sheet.set_row(0, 45)
    for position, column in enumerate(columns):
        width = min(40, max(14, len(column.title.default) + 2))
        sheet.set_column(position, position, width, _format_of(column, formats))
        sheet.write_string(0, position, column.title.default, formats["required" if column.is_required else "optional"])
        sheet.write_comment(0, position, _hint(column), {"x_scale": 2, "y_scale": 1.6, "author": "dulieumo"})


def _hint(column: Column) -> str:
    parts = [column.description.default, f"Kiểu: {KINDS.get(column.type, column.type)}."]
    if column.unit:
        parts.append(f"Đơn vị: {column.unit.default}.")
    parts.append("Bắt buộc." if column.is_required else "Để trống nếu không có.")
    if is_code(column):
        parts.append("Mã nhập dạng chữ, giữ số 0 ở đầu.")
    return "\n".join(part for part in parts if part)


def _lists(book: Any, columns: Sequence[Column], choices: Choices, formats: Mapping[str, Any]) -> dict[str, str]:
    """The sheet of drop-down lists; returns the range of each column that has one."""
    listed = {column.name: _entries(column, choices) for column in columns}
    listed = {name: entries for name, entries in listed.items() if entries}
    if not listed:
        return {}
    sheet = book.add_worksheet(LISTS_SHEET)
    ranges = {}
    titles = {column.name: column.title.default for column in columns}
    for position, (name, entries) in enumerate(listed.items()):
        sheet.set_column(position, position, 36)
        sheet.write_string(0, position, titles[name], formats["optional"])
        for row, text in enumerate(entries, start=1):
            sheet.write_string(row, position, text)
        letter = xl_col_to_name(position)
        ranges[name] = f"='{LISTS_SHEET}'!${letter}$2:${letter}${len(entries) + 1}"
    return ranges


def _entries(column: Column, choices: Choices) -> list[str]:
    """What the drop-down of a column offers: names of categories, codes with their names, allowed values."""
    if column.type == "boolean":
        return ["Có", "Không"]
    if column.categories:
        return [item.label.default or str(item.value) for item in column.categories]
    if column.name in choices:
        return [_choice(code, name) for code, name in choices[column.name]]
    return [str(value) for value in column.constraints.get("enum", ())]


def _choice(code: str, name: str) -> str:
    return f"{code}{LABEL_SEPARATOR}{name}" if name else code


def _checks(sheet: Any, position: int, column: Column, choices: str | None, last: int) -> None:
    rule: dict[str, Any] = {"validate": "any"}
    least, most = _bound(column, "minimum"), _bound(column, "maximum")
    if choices is not None:
        rule = {"validate": "list", "source": choices}
    elif column.type in ("integer", "number", "year"):
        low, high = (1800, 2200) if column.type == "year" else (_LOWEST, _HIGHEST)
        kind = "decimal" if column.type == "number" else "integer"
        rule = {
            "validate": kind,
            "criteria": "between",
            "minimum": low if least is None else least,
            "maximum": high if most is None else most,
        }
    elif column.type == "date":
        rule = {
            "validate": "date",
            "criteria": "between",
            "minimum": dt.date(1900, 1, 1),
            "maximum": dt.date(2200, 12, 31),
        }
    elif column.type == "string" and "maxLength" in column.constraints:
        rule = {"validate": "length", "criteria": "<=", "value": int(column.constraints["maxLength"])}
    rule["input_title"] = column.title.default[:32]
    rule["input_message"] = _hint(column)[:255]
    rule["error_title"] = "Giá trị chưa đúng"
    rule["error_message"] = f"Cột “{column.title.default[:60]}”: {_expected(column, choices, least, most)}"[:255]
    sheet.data_validation(1, position, last, position, rule)


def _bound(column: Column, name: str) -> float | int | None:
    value = column.constraints.get(name)
    try:
        number = Decimal(str(value)) if value is not None else None
    except InvalidOperation:
        return None
    if number is None:
        return None
    return int(number) if number == number.to_integral_value() else float(number)


def _expected(column: Column, choices: str | None, least: float | None, most: float | None) -> str:
    if choices is not None:
        return f"chọn một giá trị trong danh sách (xem trang “{LISTS_SHEET}”)."
    limits = [f"từ {least}" if least is not None else "", f"đến {most}" if most is not None else ""]
    return (
        f"cần {KINDS.get(column.type, column.type).lower()} {' '.join(part for part in limits if part)}".strip() + "."
    )


def _fill(
    sheet: Any,
    columns: Sequence[Column],
    choices: Choices,
    rows: Sequence[Mapping[str, str]],
    formats: Mapping[str, Any],
) -> None:
    names = {column.name: _shown(column, choices) for column in columns}
    for number, row in enumerate(rows, start=1):
        for position, column in enumerate(columns):
            text = row.get(column.name, "")
            if text:
                _write(sheet, number, position, column, names[column.name].get(text, text), formats)


def _shown(column: Column, choices: Choices) -> Mapping[str, str]:
    """A value as the drop-down shows it."""
    if column.type == "boolean":
        return {"true": "Có", "false": "Không"}
    if column.categories:
        return {str(item.value): item.label.default or str(item.value) for item in column.categories}
    return {code: _choice(code, name) for code, name in choices.get(column.name, ())}


def _write(sheet: Any, row: int, position: int, column: Column, text: str, formats: Mapping[str, Any]) -> None:
    """Numbers of up to 15 digits and days since 1900 as Excel knows them, all else as the text it is."""
    try:
        if column.type == "date" and text[:4] >= "1901":
            sheet.write_datetime(row, position, dt.datetime.fromisoformat(text), formats["date"])
            return
        if column.type in ("integer", "number", "year") and len(text.replace(".", "").lstrip("-")) <= 15:
            sheet.write_number(row, position, float(text))
            return
    except ValueError:
        pass  # not of the declared form: the owner sees what stands in the table
    sheet.write_string(row, position, text, formats["text"])


def _explain(
    sheet: Any,
    dataset: Dataset,
    resource: Resource,
    columns: Sequence[Column],
    choices: Choices,
    formats: Mapping[str, Any],
) -> None:
    sheet.set_column(0, 0, 28)
    sheet.set_column(1, 1, 60)
    sheet.set_column(2, 5, 22)
    lines = (
        (dataset.title.default, resource.title.default),
        ("Cách điền", f"Điền vào trang “{DATA_SHEET}”, mỗi dòng một mục. Không đổi tên cột, không chèn dòng tiêu đề, không gộp ô."),
        ("Ô màu cam", "Cột bắt buộc. Cột màu xanh có thể để trống; để trống nghĩa là không có số liệu, đừng ghi “-” hay “0”."),
        ("Danh sách chọn", f"Cột có mũi tên chỉ nhận giá trị trong trang “{LISTS_SHEET}”."),
        ("Mã số", "Cột mã đã đặt dạng chữ (Text) để giữ số 0 ở đầu; khi dán, chọn Paste Values."),
        ("Dòng tổng", "Không thêm dòng tổng cộng, ghi chú hay chữ ký ở cuối bảng."),
        ("Dữ liệu cá nhân", "Không nhập số CCCD, ngày sinh, số điện thoại hay địa chỉ nhà của cá nhân."),
        ("Gửi lại", f"Người phụ trách chạy: dulieumo update {dataset.name} TÊN-TỆP.xlsx"),
    )  # fmt: skip
    for row, (name, text) in enumerate(lines):
        sheet.write_string(row, 0, name, formats["strong"])
        sheet.write_string(row, 1, text, formats["wrapped"])
    start = len(lines) + 1
    for position, title in enumerate(("Cột", "Ý nghĩa", "Kiểu", "Đơn vị", "Bắt buộc", "Giá trị cho phép")):
        sheet.write_string(start, position, title, formats["optional"])
    for row, column in enumerate(columns, start=start + 1):
        entries = _entries(column, choices)
        allowed = "; ".join(entries[:8]) + (f"; … ({len(entries)} giá trị)" if len(entries) > 8 else "")
        facts = (
            column.title.default,
            column.description.default,
            KINDS.get(column.type, column.type),
            column.unit.default if column.unit else "",
            "có" if column.is_required else "",
            allowed,
        )
        for position, text in enumerate(facts):
            sheet.write_string(row, position, text, formats["wrapped"])
