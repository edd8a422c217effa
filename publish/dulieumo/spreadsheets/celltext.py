"""A cell's value → the text that its declared column reads. Pure."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal

from dulieumo.cells import FALSE_VALUES, TRUE_VALUES
from dulieumo.model import Column
from dulieumo.spreadsheets.grid import Value

EXACT_DIGITS = 15
"""What Excel keeps of a number: 0.1+0.2 is 0.30000000000000004 in the file and 0.3 on the screen and for its owner."""

_ZEROS = re.compile(r"0{2,}")


def text(value: Value, column: Column | None, number_format: str) -> str:
    """The text of a cell; "" where it is empty. A text stays as it was typed; dates become ISO, or the declared format.

    `number_format` is the cell's, where it is known: under a text column, 50 shown as 0050 becomes "0050"; under a column
    whose unit is %, 0.5 shown as 50% becomes 50."""
    match value:
        case str():
            return value
        case bool():
            return _boolean(value, column)
        case int() | float():
            return _number(value, column, number_format)
        case dt.datetime():
            return _moment(value, column)
        case dt.date():
            return _day(value, column)
        case dt.time():
            return _time(value, column)
        case dt.timedelta():
            return _duration(value)


def number_text(value: int | float) -> str:
    """A number without exponent, grouping or trailing zeros, to the 15 digits that Excel keeps."""
    exact = Decimal(f"{value:.{EXACT_DIGITS}g}") if isinstance(value, float) else Decimal(value)
    if exact == exact.to_integral_value():
        return f"{exact.quantize(Decimal(1)):f}" if abs(exact) < 10**27 else f"{exact:f}"
    return f"{exact.normalize():f}"


def is_percent(column: Column) -> bool:
    return column.unit is not None and column.unit.default == "%"


def _boolean(value: bool, column: Column | None) -> str:
    declared = column.descriptor if column is not None else {}
    words = declared.get("trueValues", TRUE_VALUES) if value else declared.get("falseValues", FALSE_VALUES)
    plain = "true" if value else "false"
    return plain if plain in words or not words else str(words[0])


def _number(value: int | float, column: Column | None, number_format: str) -> str:
    if column is None:
        return number_text(value)
    if column.type == "string" and _ZEROS.fullmatch(number_format) and value >= 0 and float(value).is_integer():
        return number_text(value).zfill(len(number_format))
    if column.type in ("number", "integer") and is_percent(column) and "%" in number_format:
        value = float(Decimal(number_text(value)) * 100)
    plain = number_text(value)
    point = column.descriptor.get("decimalChar", ".") if column.type == "number" else "."
    return plain.replace(".", point)


def _moment(value: dt.datetime, column: Column | None) -> str:
    second = value.replace(microsecond=0)
    if value.microsecond > 999_000:  # 08:29:59.999999 is how 08:30:00 comes back from a fraction of a day
        second += dt.timedelta(seconds=1)
    elif value.microsecond >= 1_000:
        second = value
    if column is not None and column.type != "datetime" and second.time() == dt.time():
        return _day(second.date(), column)
    if column is not None and column.type == "datetime" and column.format not in ("default", "any"):
        return second.strftime(column.format)
    return second.isoformat()


def _day(value: dt.date, column: Column | None) -> str:
    kind = column.type if column is not None else "date"
    if kind == "date" and column is not None and column.format not in ("default", "any"):
        return value.strftime(column.format)
    if kind == "datetime":
        return _moment(dt.datetime.combine(value, dt.time()), column)
    if kind == "yearmonth" and value.day == 1:
        return value.strftime("%Y-%m")
    return value.isoformat()


def _time(value: dt.time, column: Column | None) -> str:
    if column is not None and column.type == "time" and column.format not in ("default", "any"):
        return value.strftime(column.format)
    return value.replace(microsecond=0).isoformat()


def _duration(value: dt.timedelta) -> str:
    seconds = round(value.total_seconds())
    sign, seconds = ("-", -seconds) if seconds < 0 else ("", seconds)
    hours, rest = divmod(seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    return f"{sign}PT{hours}H{minutes}M{seconds}S"
