"""Where the table is in an owner's sheet: title rows, header rows, records, totals and notes below. Pure.

A sheet as people make it: a title over merged cells, a line "Đơn vị tính: …", a header of one or more rows, a row that numbers
the columns, records with headings between them ("I. Quận 1"), a total, a signature. What is left out is said in notes.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from dulieumo.owner import header, names
from dulieumo.owner.header import title_text
from dulieumo.owner.notes import Note, Weight, note
from dulieumo.owner.source import Raw
from dulieumo.spreadsheets import Value
from dulieumo.spreadsheets.grid import Area
from dulieumo.spreadsheets.problems import is_footer, is_total

GROUP_TITLE = "Nhóm"
_SIGNATURE = re.compile(
    r"(người lập|lập biểu|lập bảng|thủ trưởng|giám đốc|chủ tịch|trưởng phòng|kế toán|nơi nhận|tm\.|kt\.|[^,]{0,40}, ngày .* tháng .* năm)",
    re.IGNORECASE,
)
_UNIT_LINE = re.compile(r"^\(?\s*(?:đơn vị(?: tính)?|đvt)\s*[:.]\s*([^()]{1,40}?)\s*\)?$", re.IGNORECASE)
_ORDINAL = re.compile(r"(stt|tt|số tt|số thứ tự|thứ tự|no\.?|#)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column as it stands in the file. `position` counts from 1; 0 for the column made of headings.

    `values` has one cell per record, "" where it is empty."""

    position: int
    title: str
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """`above` are the texts above the table, `unit` what "Đơn vị tính: …" says there; `rows` the records' row numbers."""

    above: tuple[str, ...]
    unit: str | None
    columns: tuple[Column, ...]
    rows: tuple[int, ...]
    notes: tuple[Note, ...]


def find(raw: Raw, header_row: int | None = None, *, keep_all: bool = False) -> Layout | None:
    """The table in the sheet; None where there is none. `header_row`: the (first) header row, where the owner names it.

    `keep_all`: keep columns that only count the rows, and those that have a title and no value."""
    notes = [*raw.notes, *_errors(raw)]
    rows, filled = _unmerged(raw)
    start = header_row - 1 if header_row else header.find(rows)
    if start is None or start >= len(rows):
        return None
    end = header.end(raw, rows, start)
    titles = header.titles(rows[start:end])
    above = tuple(text for row in raw.rows[:start] if (text := _line(row)))
    if above:
        notes.append(note("title-rows", last=start, text=_short(" / ".join(above))))
    if end - start > 1:
        notes.append(note("header-rows", first=start + 1, last=end))
    elif start:
        notes.append(note("header-row", row=start + 1))
    if end < len(rows) and header.is_numbering(rows[end]):
        notes.append(note("numbering-row", row=end + 1))
        end += 1
    merged_below = sum(area.last_row > end and area.last_row > area.first_row for area in filled)
    if merged_below:
        notes.append(note("merged-filled", count=merged_below))
    kept, groups = _records(rows, end, len(titles), notes)
    columns = _columns(rows, kept, titles, notes, keep_all=keep_all)
    if groups:
        columns.insert(0, Column(position=0, title=_group_title(columns), values=tuple(groups)))
    if not columns:
        return None
    return Layout(
        above=above,
        unit=next(
            (match[1] for row in raw.rows[:end] for text in _texts(row) if (match := _UNIT_LINE.match(text))), None
        ),
        columns=tuple(columns),
        rows=tuple(at + 1 for at in kept),
        notes=tuple(notes),
    )


def _errors(raw: Raw) -> list[Note]:
    """What Excel shows as an error or has not calculated: values that are not there."""
    found = []
    for (row, position), text in raw.facts.errors.items():
        found.append(note("cell-error", Weight.STOP, cell=f"{names.letter(position)}{row}", text=text))
    for row, position in raw.facts.formulas:
        if _at(raw.rows, row, position) == "" and (row, position) not in raw.facts.errors:
            found.append(note("cell-without-value", Weight.STOP, cell=f"{names.letter(position)}{row}"))
    hidden = [str(row) for row in raw.facts.hidden_rows] + [names.letter(at) for at in raw.facts.hidden_columns]
    if hidden:
        found.append(note("hidden", Weight.LOOK, names=_short(", ".join(hidden))))
    return found


def _at(rows: Sequence[Sequence[Value]], row: int, position: int) -> Value:
    values = rows[row - 1] if row <= len(rows) else ()
    return values[position - 1] if position <= len(values) else ""


def _unmerged(raw: Raw) -> tuple[list[list[Value]], list[Area]]:
    """The rows, each merged area holding its value in every cell; those that run over whole rows stay a single text."""
    width = max((len(row) for row in raw.rows), default=0)
    rows = [[_tidy(value) for value in row] + [""] * (width - len(row)) for row in raw.rows]
    filled: list[Area] = []
    for area in raw.merged:
        value = _at(rows, area.first_row, area.first_column)
        wide = area.last_column - area.first_column + 1
        if (
            value == ""
            or area.first_row > len(rows)
            or (wide > 2 and wide >= 0.6 * width and area.first_row == area.last_row)
        ):
            continue
        for row in rows[area.first_row - 1 : area.last_row]:
            row[area.first_column - 1 : area.last_column] = [value] * wide
        filled.append(area)
    return rows, filled


def _tidy(value: Value) -> Value:
    """A text of blanks is an empty cell."""
    return "" if isinstance(value, str) and not value.strip() else value


def _records(
    rows: Sequence[Sequence[Value]], start: int, width: int, notes: list[Note]
) -> tuple[list[int], list[Value]]:
    """The indexes of the rows that are records, and the heading above each of them where there are headings."""
    body = [at for at in range(start, len(rows)) if header.count(rows[at])]
    counts = [header.count(rows[at]) for at in body]
    fullest = max(counts, default=0)
    usual = median([count for count in counts if count >= 0.5 * fullest]) if counts else 0
    sparse = [at for at in body if header.count(rows[at]) <= max(1, 0.34 * usual) and usual >= 3]
    last_full = max((at for at in body if at not in sparse and not is_total(rows[at])), default=start - 1)
    kept: list[int] = []
    heading: Value = ""
    headings: list[Value] = []
    first_heading: tuple[int, str] | None = None
    count = 0
    for at in body:
        row, text = rows[at], _short(_line(rows[at]))
        if is_total(row) or _is_total_further_on(row):
            notes.append(note("total-row", row=at + 1, text=text))
        elif is_footer(row) or (at > last_full and (at in sparse or _SIGNATURE.match(text))):
            notes.append(note("footer-row", row=at + 1, text=text))
        elif at in sparse and _is_heading(row):
            heading, count = _heading(row), count + 1
            first_heading = first_heading or (at + 1, text)
        else:
            kept.append(at)
            headings.append(heading)
    if first_heading is None:
        return kept, []
    row_number, text = first_heading
    notes.append(note("group-rows", Weight.LOOK, count=count, row=row_number, text=text, column=GROUP_TITLE))
    return kept, headings


def _is_total_further_on(row: Sequence[Value]) -> bool:
    """ "Tổng cộng" in the second or third column, the ones before it being empty or an ordinal."""
    values = [value for value in row[:3] if value != ""]
    return len(values) > 1 and is_total(values[1:]) and not isinstance(values[0], str)


def _is_heading(row: Sequence[Value]) -> bool:
    return any(isinstance(value, str) and re.search(r"[^\W\d_]", value) for value in row)


def _heading(row: Sequence[Value]) -> str:
    """The words of a heading, without the number before them ("II", "A.")."""
    texts = [title_text(value) for value in row if value != ""]
    if len(texts) > 1 and re.fullmatch(r"([ivxlc]+|\d{1,3}|[a-z])[.)]?", texts[0], re.IGNORECASE):
        texts = texts[1:]
    return re.sub(r"^([IVX]+|[A-Z]|\d{1,2})[.)/]\s+", "", " ".join(texts))


def _group_title(columns: Sequence[Column]) -> str:
    taken = {column.title for column in columns}
    return GROUP_TITLE if GROUP_TITLE not in taken else f"{GROUP_TITLE} (tiêu đề trong bảng)"


def _columns(
    rows: Sequence[Sequence[Value]], kept: Sequence[int], titles: list[str], notes: list[Note], *, keep_all: bool
) -> list[Column]:
    counts = Counter(title for title in titles if title)
    columns: list[Column] = []
    seen: Counter[str] = Counter()
    for at, title in enumerate(titles):
        values = tuple(rows[row][at] for row in kept)
        is_empty = all(value == "" for value in values)
        if is_empty and (not title or (kept and not keep_all)):
            if title:
                notes.append(note("column-empty", Weight.LOOK, letter=names.letter(at + 1), title=title))
            continue
        if not title:
            title = f"Cột {names.letter(at + 1)}"
            notes.append(note("header-missing", Weight.LOOK, letter=names.letter(at + 1), name=title))
        elif counts[title] > 1:
            seen[title] += 1
            if seen[title] > 1:
                twice, title = title, f"{title} {seen[title]}"
                notes.append(note("header-twice", Weight.LOOK, title=twice, name=title))
        if not keep_all and is_ordinal(title, values):
            notes.append(note("ordinal-dropped", title=title))
            continue
        columns.append(Column(position=at + 1, title=title, values=values))
    return columns


def is_ordinal(title: str, values: Sequence[Value]) -> bool:
    """Whether a column only counts the rows: called STT or the like, and numbers that go up by one (a new start is allowed)."""
    if not _ORDINAL.fullmatch(title.strip()):
        return False
    numbers = []
    for value in values:
        text = title_text(value).rstrip(".")
        if not text:
            continue
        if not text.isdigit():
            return False
        numbers.append(int(text))
    return all(after in (before + 1, 1) for before, after in pairwise(numbers))


def _texts(row: Sequence[Value]) -> list[str]:
    return [title_text(value) for value in row if isinstance(value, str) and value.strip()]


def _line(row: Sequence[Value]) -> str:
    parts: list[str] = []
    for value in row:
        text = value.isoformat() if isinstance(value, (dt.date, dt.datetime)) else title_text(value)
        if text and (not parts or parts[-1] != text):
            parts.append(text)
    return " ".join(parts)


def _short(text: str, limit: int = 80) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"
