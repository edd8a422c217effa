"""What is wrong with a workbook beside the text of its cells, as findings."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from dulieumo.model import Column
from dulieumo.spreadsheets import celltext, facts, grid
from dulieumo.spreadsheets.facts import Facts
from dulieumo.spreadsheets.grid import Area, Sheet, Value
from dulieumo_rules.findings import Finding, Place, Severity, finding

# Compared with the lower-case text of the row's first filled cell. Statistics tables have rows such as "Tổng số hộ nghèo",
# so only the words alone, or with a number of rows, are taken for a total.
TOTALS = re.compile(
    r"(tổng|cộng|tổng cộng|tổng số|tổng số lượng|cộng chung|total|grand total|sum)"
    r"(\s*[:(].*|\s+\d[\d.,]*.*)?"
)
FOOTERS = re.compile(
    r"(ghi chú|chú thích|lưu ý|nguồn|nguồn số liệu|người lập( biểu)?|thủ trưởng|note|notes|source)\s*[:(.].*"
)


def problems(
    path: Path, sheet: Sheet, header_row: int, columns: Sequence[Column | None], place: Place
) -> Iterator[Finding]:
    """Everything, most serious kinds first. `columns`: the declared column of each position, None where there is none."""
    known = facts.facts_of(path, sheet.name)
    size = grid.unpacked_bytes(path)
    if size > facts.MAX_UNPACKED:
        yield finding("excel-too-large", place, severity=Severity.WARNING, bytes=size, limit=facts.MAX_UNPACKED)
    yield from _cells(sheet, header_row, columns, known, place)
    yield from _merged(sheet, header_row, place)
    yield from _leading_zeros(sheet, header_row, columns, known, place)
    yield from _totals(sheet, header_row, columns, place)
    yield from _hidden(sheet, header_row, known, place)
    if known.comments:
        yield _warning("excel-comment", place, count=len(known.comments), first=_name(*min(known.comments)))
    formulas = [at for at in known.formulas if at[0] > header_row]
    if formulas:
        yield _warning("excel-formula", place, count=len(formulas), first=_name(*formulas[0]))


def is_total(values: Sequence[Value]) -> bool:
    """Whether a row looks like a totals row: its first filled cell says so."""
    return TOTALS.fullmatch(_first(values)) is not None


def is_footer(values: Sequence[Value]) -> bool:
    """Whether a row looks like a note under the table."""
    return FOOTERS.fullmatch(_first(values)) is not None


def _first(values: Sequence[Value]) -> str:
    text = next((value for value in values if value != ""), "")
    return " ".join(text.casefold().split()) if isinstance(text, str) else ""


def _cells(
    sheet: Sheet, header_row: int, columns: Sequence[Column | None], known: Facts, place: Place
) -> Iterator[Finding]:
    for (row, position), shown in known.errors.items():
        if row > header_row:
            yield finding("excel-formula-error", _at(place, row, position, columns), value=shown)
    for row, position in known.formulas:
        if row > header_row and _value(sheet, row, position) == "":
            yield finding("excel-formula-without-value", _at(place, row, position, columns))


def _merged(sheet: Sheet, header_row: int, place: Place) -> Iterator[Finding]:
    """Merged cells among the records: only the first one has the value, the others would be published as empty."""
    inside = [area for area in sheet.merged if area.last_row > header_row and _is_of_many(area)]
    if inside:
        first = inside[0]
        shown = f"{_name(first.first_row, first.first_column)}:{_name(first.last_row, first.last_column)}"
        yield finding("excel-merged", place, count=len(inside), first=shown)


def _is_of_many(area: Area) -> bool:
    return (area.first_row, area.first_column) != (area.last_row, area.last_column)


def _leading_zeros(
    sheet: Sheet, header_row: int, columns: Sequence[Column | None], known: Facts, place: Place
) -> Iterator[Finding]:
    for position, column in enumerate(columns, start=1):
        if column is None or not is_code(column):
            continue
        for row in range(header_row + 1, sheet.height + 1):
            value = _value(sheet, row, position)
            is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
            if is_number and celltext.text(value, column, known.formats.get((row, position), "")) == celltext.text(
                value, None, ""
            ):
                where = replace(place, column=column.name, position=position)
                shown = celltext.text(value, None, "")
                yield _warning("excel-leading-zero", where, column=column.name, value=shown)
                break


def is_code(column: Column) -> bool:
    """Whether a text column holds codes, in which a leading zero counts."""
    return column.type == "string" and (
        "dulieumo:identifier" in column.descriptor
        or column.code_list is not None
        or "pattern" in column.constraints
        or column.name.startswith("ma_")
    )


def _totals(sheet: Sheet, header_row: int, columns: Sequence[Column | None], place: Place) -> Iterator[Finding]:
    if any(column is not None and column.descriptor.get("dulieumo:role") == "total" for column in columns):
        return
    for row in range(header_row + 1, sheet.height + 1):
        values = sheet.rows[row - 1]
        if is_total(values) or is_footer(values):
            shown = str(next(value for value in values if value != ""))
            yield _warning("excel-totals-row", replace(place, row=row), value=shown[:60])


def _hidden(sheet: Sheet, header_row: int, known: Facts, place: Place) -> Iterator[Finding]:
    rows = [row for row in known.hidden_rows if row > header_row]
    if rows:
        yield _warning("excel-hidden", place, what="hidden-row", count=len(rows), names=_listed(rows))
    if known.hidden_columns:
        names = [_name(1, position).rstrip("1") for position in known.hidden_columns]
        yield _warning("excel-hidden", place, what="hidden-column", count=len(names), names=_listed(names))
    if sheet.hidden_sheets:
        yield _warning(
            "excel-hidden",
            place,
            what="hidden-sheet",
            count=len(sheet.hidden_sheets),
            names=_listed(sheet.hidden_sheets),
        )


def _listed(items: Sequence[object]) -> str:
    return ", ".join(str(item) for item in items[:5]) + (" …" if len(items) > 5 else "")


def _warning(code: str, place: Place, **values: str | int) -> Finding:
    return finding(code, place, severity=Severity.WARNING, **values)


def _at(place: Place, row: int, position: int, columns: Sequence[Column | None]) -> Place:
    column = columns[position - 1] if position <= len(columns) else None
    return replace(place, row=row, position=position, column=column.name if column else None)


def _value(sheet: Sheet, row: int, position: int) -> Value:
    values = sheet.rows[row - 1] if row <= len(sheet.rows) else []
    return values[position - 1] if position <= len(values) else ""


def _name(row: int, position: int) -> str:
    """The coordinate of a cell, as in C17."""
    return Place(file="", row=row, position=position).cell or ""
