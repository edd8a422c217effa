"""A table as a workbook for people: the rows, a data dictionary, and what the table is and where it comes from.

Texts are written as texts (a cell that begins with = stays a text, a code keeps its zeros), numbers as numbers up to the 15
digits that Excel keeps exactly, beyond that as text. The same table gives the same bytes: no clock, no author.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pyarrow as pa
import xlsxwriter

from dulieumo import cells
from dulieumo.model import Catalog, Column, Dataset, Kind, Resource

MAX_ROWS = 1_048_575  # a sheet has 1,048,576, one of them the header
MAX_COLUMNS = 16_384
MAX_TEXT = 32_767
# Beyond this the file is slow to open and to write (about 1 s per million cells written); CSV and Parquet serve better.
MAX_CELLS = 2_000_000
CELLS_IN_MEMORY = 100_000  # about 50 MB; below it no temporary files are needed, which halves the time
EXACT_DIGITS = 15
SAMPLE_NOTICE = "DỮ LIỆU MẪU, không phải số liệu thực"
_NO_CLOCK = dt.datetime(2000, 1, 1)


def why_not(columns: int, rows: int, longest_text: int) -> str | None:
    """The code of the reason why a table does not become a workbook; None where it does."""
    if rows > MAX_ROWS:
        return "too-many-rows"
    if columns > MAX_COLUMNS:
        return "too-many-columns"
    if rows * columns > MAX_CELLS:
        return "too-many-cells"
    if longest_text > MAX_TEXT:
        return "text-too-long"
    return None


def write(
    path: Path, catalog: Catalog, dataset: Dataset, resource: Resource, rows: int, batches: Iterable[pa.RecordBatch]
) -> None:
    """Write the workbook. `batches` are typed, in the schema's column order, `rows` rows in all."""
    schema = resource.schema
    assert schema is not None
    is_small = rows * len(schema.columns) <= CELLS_IN_MEMORY
    options = {
        "constant_memory": not is_small,
        "in_memory": is_small,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(str(path), options) as book:
        book.set_properties({"created": _NO_CLOCK, "title": dataset.title.default, "subject": resource.title.default})
        heading = book.add_format(
            {"bold": True, "bg_color": "#DCE6F1", "border": 1, "text_wrap": True, "valign": "top"}
        )
        wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet = book.add_worksheet("Dữ liệu")
        _rows(sheet, schema.columns, batches, heading, day)
        if rows:
            sheet.autofilter(0, 0, rows, len(schema.columns) - 1)
        if resource.kind is Kind.SAMPLE:  # on the tab and on every printed page, so that no sheet is taken for real
            sheet.set_tab_color("#C00000")
            sheet.set_header(f"&C{SAMPLE_NOTICE}")
        _dictionary(book.add_worksheet("Từ điển dữ liệu"), schema.columns, heading, wrapped)
        _about(book.add_worksheet("Giới thiệu"), catalog, dataset, resource, heading, wrapped)


def _rows(sheet: Any, columns: tuple[Column, ...], batches: Iterable[pa.RecordBatch], heading: Any, day: Any) -> None:
    for position, column in enumerate(columns):
        sheet.set_column(position, position, min(40, max(12, len(column.title.default) + 2)))
    sheet.freeze_panes(1, 0)
    sheet.write_row(0, 0, [column.name for column in columns], heading)
    row = 1
    for batch in batches:
        values = [_plain(column, batch.column(position)) for position, column in enumerate(columns)]
        for record in zip(*values, strict=True):
            for position, value in enumerate(record):
                if value is None:
                    continue
                if isinstance(value, bool):
                    sheet.write_boolean(row, position, value)
                elif isinstance(value, dt.date):
                    sheet.write_datetime(row, position, value, day)
                elif isinstance(value, str):
                    sheet.write_string(row, position, value)
                else:
                    sheet.write_number(row, position, value)
            row += 1


def _plain(column: Column, values: pa.Array) -> list[Any]:
    """Values as a sheet holds them: dates after 1900, short numbers and booleans as themselves, all else as canonical text."""
    kind = values.type
    if pa.types.is_date32(kind):
        return [value if value is None or value.year >= 1901 else value.isoformat() for value in values.to_pylist()]
    if pa.types.is_integer(kind):
        limit = 10**EXACT_DIGITS
        return [value if value is None or abs(value) < limit else str(value) for value in values.to_pylist()]
    if pa.types.is_decimal(kind) and kind.precision <= EXACT_DIGITS:
        return [None if value is None else float(value) for value in values.to_pylist()]
    if pa.types.is_boolean(kind) or pa.types.is_floating(kind):
        plain: list[Any] = values.to_pylist()
        return plain
    texts: list[Any] = cells.to_text(column, values).to_pylist()
    return texts


def _dictionary(sheet: Any, columns: tuple[Column, ...], heading: Any, wrapped: Any) -> None:
    titles = ("Cột", "Tên", "Title", "Kiểu", "Đơn vị", "Bắt buộc", "Mô tả", "Description", "Giá trị cho phép")
    for position, width in enumerate((18, 24, 24, 10, 10, 9, 50, 50, 40)):
        sheet.set_column(position, position, width)
    sheet.freeze_panes(1, 1)
    sheet.write_row(0, 0, titles, heading)
    for row, column in enumerate(columns, start=1):
        codes = "\n".join(f"{item.value}: {item.label.default}" for item in column.categories)
        if column.code_list is not None:
            codes = f"Mã của {column.code_list.dataset}"
        facts = (
            column.name,
            column.title.default,
            column.title.in_("en"),
            column.type,
            column.unit.default if column.unit else "",
            "có" if column.is_required else "",
            column.description.default,
            column.description.in_("en"),
            codes,
        )
        for position, text in enumerate(facts):
            sheet.write_string(row, position, text[:MAX_TEXT], wrapped)


def _about(sheet: Any, catalog: Catalog, dataset: Dataset, resource: Resource, heading: Any, wrapped: Any) -> None:
    publisher = catalog.find_publisher(dataset.publisher)
    facts = [
        ("Bộ dữ liệu", dataset.title.default),
        ("Bảng", resource.title.default),
        ("Mô tả", resource.description.default),
        (
            "Loại dữ liệu",
            SAMPLE_NOTICE if resource.kind is Kind.SAMPLE else "Số liệu thực, có nguồn",
        ),
        ("Mức đầy đủ", resource.completeness.statement.default if resource.completeness else ""),
        ("Cơ quan công bố", publisher.title.default if publisher else dataset.publisher),
        ("Phiên bản", dataset.version),
        ("Số liệu tính đến", dataset.data_as_of),
        ("Giấy phép", ", ".join(item.title for item in dataset.licenses)),
        ("Địa chỉ", f"{catalog.base_url}/datasets/{dataset.name}/"),
    ]
    for source in resource.sources or dataset.sources:
        parts = (source.title, source.publisher, source.path, source.published or source.accessed)
        facts.append((f"Nguồn {source.id or ''}".strip(), " · ".join(part for part in parts if part)))
    sheet.set_column(0, 0, 28)
    sheet.set_column(1, 1, 100)
    for row, (name, text) in enumerate(facts):
        sheet.write_string(row, 0, name, heading)
        sheet.write_string(row, 1, text[:MAX_TEXT], wrapped)
