"""What a column of an owner's table is: its type from all of its cells, its canonical texts, and what may be proposed. Pure.

A code stays text, whatever it looks like. A number needs every cell to be one. Nothing is declared that the cells only
suggest: key, categories, code list and identifier are proposals, which the descriptor shows as comments.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from dulieumo.model import Decimal as Size
from dulieumo.owner import codes, layout, names, reading, values
from dulieumo.owner.codes import KnownCodes
from dulieumo.owner.column import Inferred, keys
from dulieumo.owner.header import title_text
from dulieumo.owner.notes import Note, Weight, note
from dulieumo.owner.values import Locale
from dulieumo.spreadsheets import Value
from dulieumo.spreadsheets.celltext import number_text
from dulieumo.spreadsheets.facts import Facts

MAX_CATEGORIES = 12
FLOAT_SCALE = 6
"""More decimals than this come from a calculation; they are kept as a floating number rather than as an exact one."""
MAX_DIGITS = 38


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """The columns of a table, what is to be said of them, and the sets of columns that tell all rows apart, best first."""

    columns: tuple[Inferred, ...]
    notes: tuple[Note, ...]
    keys: tuple[tuple[str, ...], ...]

    @property
    def height(self) -> int:
        return len(self.columns[0].texts)


def table(found: layout.Layout, facts: Facts, known: Sequence[KnownCodes] = (), given: Locale | None = None) -> Table:
    """Infer every column. `known`: the code lists of the catalogue; `given`: how numbers are written, if somebody said so."""
    otherwise = given or _locale_of(found)
    columns: list[Inferred] = []
    notes = list(found.notes)
    taken: set[str] = set()
    for column in found.columns:
        name = names.unique(names.column_name(column.title) or f"cot_{column.position}", taken)
        taken.add(name)
        formats = [facts.formats.get((row, column.position), "") for row in found.rows]
        columns.append(_column(column, name, formats, found.unit, known, otherwise, given is not None, notes))
    return Table(columns=tuple(columns), notes=tuple(notes), keys=keys(columns))


def _locale_of(found: layout.Layout) -> Locale:
    """What the numbers of the whole table prove, for the columns that prove nothing by themselves."""
    digits = [
        one.digits
        for column in found.columns
        if not codes.is_code_title(column.title)
        for cell in column.values
        if isinstance(cell, str) and (one := values.written(cell))
    ]
    proof = values.evidence(digits)
    return values.VIETNAMESE if proof.is_mixed or not proof.points else proof.locale()


def _column(
    column: layout.Column,
    name: str,
    formats: Sequence[str],
    table_unit: str | None,
    known: Sequence[KnownCodes],
    otherwise: Locale,
    is_given: bool,
    notes: list[Note],
) -> Inferred:
    cells, title = column.values, column.title
    _say_missing(cells, title, notes)
    base = Inferred(position=column.position, title=title, name=name, type="string", texts=())
    present = [cell for cell in cells if not reading.is_empty(cell)]
    if codes.is_code_title(title) or codes.are_codes(present):
        return _code(base, cells, formats, known, notes)
    for attempt in (_dates, _months, _years, _booleans):
        made = attempt(base, cells, notes)
        if made is not None:
            return made
    made = _numbers(base, cells, formats, table_unit, otherwise, is_given, notes)
    if made is not None:
        return made
    return _text(base, cells, formats, known)


def _say_missing(cells: Sequence[Value], title: str, notes: list[Note]) -> None:
    marks = Counter(cell for cell in cells if isinstance(cell, str) and cell and values.is_missing(cell))
    for text, count in marks.items():
        notes.append(note("missing-marks", title=title, count=count, text=text))


def _code(
    base: Inferred, cells: Sequence[Value], formats: Sequence[str], known: Sequence[KnownCodes], notes: list[Note]
) -> Inferred:
    read = codes.texts(base.title, cells, formats, known)
    if read.restored:
        before, after = read.restored
        notes.append(
            note("zeros-restored", Weight.LOOK, title=base.title, count=read.count, before=before, after=after)
        )
    elif read.lost:
        notes.append(note("zeros-lost", Weight.LOOK, title=base.title, text=read.lost))
    return _with(
        base,
        texts=read.texts,
        code_list=codes.code_list(base.title, read.texts, known),
        identifier=codes.identifier(base.title),
    )


def _dates(base: Inferred, cells: Sequence[Value], notes: list[Note]) -> Inferred | None:
    title = base.title
    if re.match(r"(ngày|thời (điểm|gian|hạn)|hạn)\b", title, re.IGNORECASE):
        cells = _serials(cells, title, notes)
    read = reading.dates(cells)
    if read.mixed:
        first, second = read.mixed
        notes.append(note("dates-mixed", Weight.LOOK, title=title, first=first, second=second))
        return None
    if not read.is_whole or not any(read.texts):
        return None
    if read.swapped:
        text, real = read.swapped
        notes.append(note("dates-swapped", Weight.LOOK, title=title, text=text, date=real))
    if read.changed:
        notes.append(note("dates-read", title=title, before=read.changed[0], after=read.changed[1]))
    texts = tuple(text or "" for text in read.texts)
    return _with(base, type="datetime" if read.has_times else "date", texts=texts)


def _serials(cells: Sequence[Value], title: str, notes: list[Note]) -> Sequence[Value]:
    """Numbers under a title that speaks of days: Excel's count of days, where all numbers can be that."""
    numbers = [cell for cell in cells if isinstance(cell, (int, float)) and not isinstance(cell, bool)]
    days = {number: values.serial_day(number) for number in numbers}
    if not numbers or None in days.values():
        return cells
    first = numbers[0]
    notes.append(note("dates-serial", Weight.LOOK, title=title, before=number_text(first), after=str(days[first])))
    made: list[Value] = []
    for cell in cells:
        day = days.get(cell) if isinstance(cell, (int, float)) and not isinstance(cell, bool) else None
        made.append(day if day is not None else cell)
    return made


def _months(base: Inferred, cells: Sequence[Value], notes: list[Note]) -> Inferred | None:
    texts = ["" if reading.is_empty(cell) else values.month(cell) if isinstance(cell, str) else None for cell in cells]
    if None in texts or not any(texts):
        return None
    changed = next(((cell, text) for cell, text in zip(cells, texts, strict=True) if text and cell != text), None)
    if changed:
        notes.append(note("dates-read", title=base.title, before=str(changed[0]), after=str(changed[1])))
    return _with(base, type="yearmonth", texts=tuple(text or "" for text in texts))


def _years(base: Inferred, cells: Sequence[Value], _notes: list[Note]) -> Inferred | None:
    if not re.search(r"\bnăm\b", base.title, re.IGNORECASE) or names.unit_of(base.title):
        return None
    texts = ["" if reading.is_empty(cell) else title_text(cell) for cell in cells]
    if not any(texts) or not all(not text or re.fullmatch(r"(18|19|20)\d\d", text) for text in texts):
        return None
    return _with(base, type="year", texts=tuple(texts))


def _booleans(base: Inferred, cells: Sequence[Value], _notes: list[Note]) -> Inferred | None:
    answers = {"" if reading.is_empty(cell) else str(cell).casefold().strip() for cell in cells} - {""}
    if not answers or not (answers <= {"có", "không"} or answers <= {"true", "false"}):
        return None
    texts = tuple(
        "" if reading.is_empty(cell) else "true" if str(cell).casefold().strip() in values.TRUE_WORDS else "false"
        for cell in cells
    )
    return _with(base, type="boolean", texts=texts)


def _numbers(
    base: Inferred,
    cells: Sequence[Value],
    formats: Sequence[str],
    table_unit: str | None,
    otherwise: Locale,
    is_given: bool,
    notes: list[Note],
) -> Inferred | None:
    title = base.title
    read = reading.numbers(cells, otherwise, is_given)
    if read.mixed:
        first, second = read.mixed
        notes.append(note("numbers-mixed", Weight.LOOK, title=title, first=first, second=second))
        return None
    present = [cell for cell in cells if not reading.is_empty(cell)]
    if not read.is_whole or not present:
        return None
    texts = tuple(text or "" for text in read.texts)
    is_percent = (
        read.unit is None
        and all("%" in shown for cell, shown in zip(cells, formats, strict=True) if isinstance(cell, (int, float)))
        and any(isinstance(cell, (int, float)) for cell in cells)
    )
    if is_percent:
        return _with(_percent(base, cells), unit="%")
    if read.assumed:
        before, after = read.assumed
        values_ = {"title": title, "before": before, "after": after, "other": _other(read.locale)}
        notes.append(Note(code="numbers-assumed", weight=Weight.LOOK, values=values_))
    elif read.changed:
        notes.append(note("numbers-read", title=title, before=read.changed[0], after=read.changed[1]))
    role = _coordinate(title)
    unit = read.unit or names.unit_of(title) or ("độ" if role else None) or table_unit or names.counted(title)
    made = _with(base, texts=texts, unit=unit, role=role)
    if read.scale > FLOAT_SCALE and not role:
        return _with(made, type="number", is_float=True)
    if read.scale:
        size = Size(precision=min(MAX_DIGITS, read.digits + read.scale + 2), scale=read.scale)
        return _with(made, type="number", size=size)
    return _with(made, type="integer") if read.digits <= 18 else _with(made, type="string", unit=None)


def _percent(base: Inferred, cells: Sequence[Value]) -> Inferred:
    """Cells that Excel shows as 50 % and keeps as 0.5."""
    texts = tuple(
        ""
        if reading.is_empty(cell)
        else number_text(float(number_text(cell)) * 100)
        if isinstance(cell, (int, float))
        else str(cell)
        for cell in cells
    )
    scale = max((len(text.partition(".")[2]) for text in texts), default=0)
    digits = max((len(text.partition(".")[0].lstrip("-")) for text in texts), default=1)
    return _with(base, type="number", texts=texts, size=Size(precision=max(3, digits) + scale, scale=scale))


def _other(locale: Locale) -> str:
    return "." if locale.point == "," else ","


def _coordinate(title: str) -> str | None:
    plain = names.plain(title)
    if re.search(r"\bkinh do\b|longitude|\blon\b|\blng\b", plain):
        return "longitude"
    return "latitude" if re.search(r"\bvi do\b|latitude|\blat\b", plain) else None


def _text(base: Inferred, cells: Sequence[Value], formats: Sequence[str], known: Sequence[KnownCodes]) -> Inferred:
    texts = tuple(codes.text(cell, shown) for cell, shown in zip(cells, formats, strict=True))
    distinct = Counter(text for text in texts if text)
    is_closed = 2 <= len(distinct) <= MAX_CATEGORIES and sum(distinct.values()) >= 5 * len(distinct)
    short = all(len(text) <= 60 for text in distinct)
    return _with(
        base,
        texts=texts,
        categories=tuple(sorted(distinct)) if is_closed and short else (),
        code_list=codes.code_list(base.title, texts, known),
    )


def _with(base: Inferred, **changes: object) -> Inferred:
    return replace(base, **changes)  # type: ignore[arg-type]


def last_day(column: Inferred) -> dt.date | None:
    """The latest day of a column of dates; None for other columns."""
    days = [text for text in column.texts if text] if column.type == "date" else []
    return dt.date.fromisoformat(max(days)) if days else None


def from_titles(titles: Sequence[str]) -> Table:
    """A table without rows yet: types by what the titles say, text where they say nothing."""
    columns: list[Inferred] = []
    taken: set[str] = set()
    for position, title in enumerate(titles, start=1):
        name = names.unique(names.column_name(title) or f"cot_{position}", taken)
        taken.add(name)
        base = Inferred(position=position, title=title, name=name, type="string", texts=())
        unit = names.unit_of(title) or names.counted(title)
        if codes.is_code_title(title):
            columns.append(_with(base, identifier=codes.identifier(title)))
        elif re.match(r"ngày\b", title, re.IGNORECASE):
            columns.append(_with(base, type="date"))
        elif re.match(r"năm\b", title, re.IGNORECASE) and unit is None:
            columns.append(_with(base, type="year"))
        elif unit is not None and names.counted(title):
            columns.append(_with(base, type="integer", unit=unit))
        elif unit is not None:
            columns.append(_with(base, type="number", unit=unit, size=Size(precision=18, scale=2)))
        else:
            columns.append(base)
    return Table(columns=tuple(columns), notes=(), keys=())
