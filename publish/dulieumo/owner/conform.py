"""An owner's cells → the texts that a declared column holds, and what could not be read. Pure.

What the declaration settles is read by it: codes get their zeros back, labels become values, 1.234,5 becomes 1234.5, dates
as people write them become ISO (or the declared format). What stays unclear is left as it is, for the check to name.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from dulieumo.model import Column
from dulieumo.owner import codes, reading, values
from dulieumo.owner.notes import Note, Weight, note
from dulieumo.owner.values import Locale
from dulieumo.spreadsheets import Value, label
from dulieumo.spreadsheets.celltext import is_percent, number_text

LABEL_SEPARATOR = " · "
"""Between a code and its name in the drop-downs of our templates."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conformed:
    """`texts` as the column declares them; `unread` are the indexes of cells that stayed as they were."""

    texts: tuple[str, ...]
    notes: tuple[Note, ...]
    unread: tuple[int, ...]


def conform(
    column: Column,
    cells: Sequence[Value],
    formats: Sequence[str] = (),
    known: Collection[str] = (),
    given: Locale | None = None,
) -> Conformed:
    """Read cells under a declared column. `known`: the codes of its code list; `given`: how the owner says numbers are written."""
    formats = formats or [""] * len(cells)
    read = _READERS.get(column.type, _text)
    return read(column, [_blank(column, cell) for cell in cells], formats, known, given)


def _blank(column: Column, cell: Value) -> Value:
    if not isinstance(cell, str) or cell == "":
        return cell
    declared = cell in column.missing_values
    return "" if declared or (column.type != "string" and values.is_missing(cell)) else cell


def _title(column: Column) -> str:
    return column.title.default or column.name


def _text(
    column: Column, cells: Sequence[Value], formats: Sequence[str], known: Collection[str], _given: Locale | None
) -> Conformed:
    words: Mapping[str, str] = {
        label(item.label.default): str(item.value) for item in column.categories if item.label.default
    }
    allowed = {str(item.value) for item in column.categories}
    plain = [
        codes.text(cell, shown) if not isinstance(cell, str) else cell
        for cell, shown in zip(cells, formats, strict=True)
    ]
    width = _width(column, known)
    texts, restored = [], []
    for cell, text in zip(cells, plain, strict=True):
        code = text.partition(LABEL_SEPARATOR)[0]
        if text not in known and code in known:
            text = code
        if text not in allowed and label(text) in words:
            text = words[label(text)]
        is_number = isinstance(cell, (int, float)) and not isinstance(cell, bool)
        if is_number and width and text.isdigit() and len(text) < width and (not known or text.zfill(width) in known):
            restored.append((text, text.zfill(width)))
            text = text.zfill(width)
        texts.append(text)
    notes: list[Note] = []
    if restored:
        before, after = restored[0]
        notes.append(
            note("zeros-restored", Weight.LOOK, title=_title(column), count=len(restored), before=before, after=after)
        )
    return Conformed(texts=tuple(texts), notes=tuple(notes), unread=())


_WIDTHS = {"tax-code": 10, "commune-code": 5, "province-code": 2, "district-code": 3}


def _width(column: Column, known: Collection[str]) -> int:
    """How many digits a code of the column has, where its declaration settles that; else 0."""
    widths = {len(code) for code in known}
    if len(widths) == 1:
        return widths.pop()
    least, most = column.constraints.get("minLength"), column.constraints.get("maxLength")
    if least is not None and least == most:
        return int(least)
    return _WIDTHS.get(str(column.descriptor.get("dulieumo:identifier")), 0)


def _number(
    column: Column, cells: Sequence[Value], formats: Sequence[str], _known: Collection[str], given: Locale | None
) -> Conformed:
    shown = [_percent(column, cell, form) for cell, form in zip(cells, formats, strict=True)]
    declared = (
        Locale(column.descriptor.get("decimalChar", "."), column.descriptor.get("groupChar", ""))
        if _is_locale(column)
        else None
    )
    scale = column.decimal.scale if column.decimal else 0 if column.type == "integer" else None
    read = reading.numbers(shown, declared or given or values.VIETNAMESE, is_given=bool(declared or given))
    if read.assumed and scale is not None and read.scale > scale and read.locale.point == ",":
        # "1,234" where the declaration has no room for three decimals: the comma stands between thousands
        read = reading.numbers(shown, values.ENGLISH, is_given=True)
    notes: list[Note] = []
    if read.mixed:
        first, second = read.mixed
        notes.append(note("numbers-mixed", Weight.STOP, title=_title(column), first=first, second=second))
        return Conformed(
            texts=tuple(_as_is(cell) for cell in cells), notes=tuple(notes), unread=tuple(range(len(cells)))
        )
    if read.assumed and scale is not None and scale >= 3:
        # 1.234 in a column with three decimals may be either; guessing would be a thousandfold error
        before, after = read.assumed
        notes.append(
            note(
                "numbers-unclear",
                Weight.STOP,
                title=_title(column),
                before=before,
                after=after,
                other=before.replace(",", "."),
            )
        )
    elif read.changed:
        notes.append(note("numbers-read", title=_title(column), before=read.changed[0], after=read.changed[1]))
    point = column.descriptor.get("decimalChar", ".") if column.type == "number" else "."
    texts = tuple(
        _as_is(cell) if text is None else text.replace(".", point) for cell, text in zip(cells, read.texts, strict=True)
    )
    return Conformed(
        texts=texts, notes=tuple(notes), unread=tuple(at for at, text in enumerate(read.texts) if text is None)
    )


def _is_locale(column: Column) -> bool:
    return "decimalChar" in column.descriptor or "groupChar" in column.descriptor


def _percent(column: Column, cell: Value, shown: str) -> Value:
    """0.5 shown as 50% is 50 where the unit is %."""
    is_number = isinstance(cell, (int, float)) and not isinstance(cell, bool)
    if is_number and "%" in shown and is_percent(column):
        return float(number_text(float(number_text(cell)) * 100))  # type: ignore[arg-type]
    return cell


def _dates(
    column: Column, cells: Sequence[Value], _formats: Sequence[str], _known: Collection[str], _given: Locale | None
) -> Conformed:
    title = _title(column)
    pattern = column.format if column.format not in ("default", "any") else None
    ready = [_declared_day(cell, pattern) for cell in cells] if pattern else list(cells)
    read = reading.dates(ready)
    if read.mixed:
        first, second = read.mixed
        found = (note("dates-mixed", Weight.STOP, title=title, first=first, second=second),)
        return Conformed(texts=tuple(_as_is(cell) for cell in cells), notes=found, unread=tuple(range(len(cells))))
    notes: list[Note] = []
    if read.swapped:
        notes.append(note("dates-swapped", Weight.LOOK, title=title, text=read.swapped[0], date=read.swapped[1]))
    if read.changed and pattern is None:
        notes.append(note("dates-read", title=title, before=read.changed[0], after=read.changed[1]))
    texts = []
    for cell, text in zip(cells, read.texts, strict=True):
        if text and pattern:
            text = dt.datetime.fromisoformat(text).strftime(pattern)
        elif text and column.type == "datetime" and "T" not in text:
            text = f"{text}T00:00:00"
        texts.append(_as_is(cell) if text is None else text)
    return Conformed(
        texts=tuple(texts), notes=tuple(notes), unread=tuple(at for at, text in enumerate(read.texts) if text is None)
    )


def _declared_day(cell: Value, pattern: str) -> Value:
    if not isinstance(cell, str):
        return cell
    try:
        return dt.datetime.strptime(cell.strip(), pattern)
    except ValueError:
        return cell


def _boolean(
    column: Column, cells: Sequence[Value], _formats: Sequence[str], _known: Collection[str], _given: Locale | None
) -> Conformed:
    true = [str(word) for word in column.descriptor.get("trueValues", ("true",))]
    false = [str(word) for word in column.descriptor.get("falseValues", ("false",))]
    texts, unread = [], []
    for at, cell in enumerate(cells):
        word = str(cell).casefold().strip()
        if reading.is_empty(cell):
            texts.append("")
        elif str(cell) in (*true, *false):
            texts.append(str(cell))
        elif word in values.TRUE_WORDS or word == "1":
            texts.append(true[0])
        elif word in values.FALSE_WORDS or word == "0":
            texts.append(false[0])
        else:
            texts.append(_as_is(cell))
            unread.append(at)
    return Conformed(texts=tuple(texts), notes=(), unread=tuple(unread))


def _one_by_one(read: Callable[[Value], str | None]) -> Callable[..., Conformed]:
    def reader(_column: Column, cells: Sequence[Value], *_more: object) -> Conformed:
        found = ["" if reading.is_empty(cell) else read(cell) for cell in cells]
        texts = tuple(_as_is(cell) if text is None else text for cell, text in zip(cells, found, strict=True))
        return Conformed(texts=texts, notes=(), unread=tuple(at for at, text in enumerate(found) if text is None))

    return reader


def _year(cell: Value) -> str | None:
    text = number_text(cell) if isinstance(cell, (int, float)) and not isinstance(cell, bool) else str(cell).strip()
    return text if len(text) == 4 and text.isdigit() else None


def _month(cell: Value) -> str | None:
    if isinstance(cell, dt.date):
        return cell.strftime("%Y-%m") if cell.day == 1 else None
    return values.month(cell) if isinstance(cell, str) else None


def _as_is(cell: Value) -> str:
    return codes.text(cell, "")


_READERS: Mapping[str, Callable[..., Conformed]] = {
    "string": _text,
    "integer": _number,
    "number": _number,
    "date": _dates,
    "datetime": _dates,
    "boolean": _boolean,
    "year": _one_by_one(_year),
    "yearmonth": _one_by_one(_month),
}
