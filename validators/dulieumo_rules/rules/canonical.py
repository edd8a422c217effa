"""The one way to write a value of each type: what `not-canonical` and `not-representable` compare with. Not a rule.

A text that Frictionless reads and that is not written this way is refused, since readers differ on it: `1_000`, ` 5`,
fullwidth digits, `2025-7-1`. `read` gives the value as Frictionless 5.21 reads it, by the same calls.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from dulieumo_rules.shape import Field

MAX_INTEGER_DIGITS = 18
"""All integers of 18 digits fit int64; some of 19 do not."""

TRUE_VALUES = ("true", "True", "TRUE", "1")
FALSE_VALUES = ("false", "False", "FALSE", "0")
INTEGER = rf"-?(0|[1-9][0-9]{{0,{MAX_INTEGER_DIGITS - 1}}})"
FLOAT = r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]{1,3})?"
SURE_FLOAT = r"-?(0|[1-9][0-9]{0,99})(\.[0-9]{1,99})?([eE][-+]?[0-9]{1,2})?"
"""Canonical, and certainly within what a double holds; longer ones are looked at one by one."""
DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
DATETIME = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})?"
TIME = r"[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?"
YEAR = r"[0-9]{4}"
YEARMONTH = r"[0-9]{4}-(0[1-9]|1[0-2])"
DURATION = r"-?P([0-9]+Y)?([0-9]+M)?([0-9]+W)?([0-9]+D)?(T([0-9]+H)?([0-9]+M)?([0-9]+(\.[0-9]+)?S)?)?"


def pattern(field: Field) -> str | None:
    """A regular expression (the whole text must match) of the canonical texts; None where every text is."""
    match field.type:
        case "integer":
            return INTEGER
        case "number":
            return _number(field)
        case "date" if field.format in ("default", "any"):
            return DATE
        case "datetime" if field.format in ("default", "any"):
            return DATETIME
        case "time" if field.format in ("default", "any"):
            return TIME
        case "year":
            return YEAR
        case "yearmonth":
            return YEARMONTH
        case "duration":
            return DURATION
    return None


def _number(field: Field) -> str:
    size = field.descriptor.get("dulieumo:decimal")
    if not size:
        return FLOAT
    whole, scale = size["precision"] - size["scale"], size["scale"]
    digits = rf"(0|[1-9][0-9]{{0,{whole - 1}}})" if whole > 0 else "0"
    return rf"-?{digits}" + (rf"(\.[0-9]{{1,{scale}}})?" if scale else "")


def plain(text: str, field: Field) -> str:
    """A number without its declared grouping, decimal sign and words around it; other types as they are."""
    if field.type not in ("integer", "number"):
        return text
    if field.descriptor.get("bareNumber") is False:
        text = re.sub(r"((^[^-\d]*)|(\D*$))", "", text)
    if field.type == "integer":
        return text
    group, point = str(field.descriptor.get("groupChar", "")), str(field.descriptor.get("decimalChar", "."))
    if group:
        if re.fullmatch(rf"-?[0-9]{{1,3}}({re.escape(group)}[0-9]{{3}})+({re.escape(point)}[0-9]+)?", text):
            text = text.replace(group, "")
        elif group in text:
            return text + "?"  # groups that are not of three digits: cannot be trusted
    if point != ".":
        return text + "?" if "." in text else text.replace(point, ".")
    return text


def is_readable(field: Field) -> bool:
    """Whether `read` knows the type; of others, only texts can be compared."""
    return field.type in _READERS


def read(text: str, field: Field) -> Any:
    """The value as Frictionless reads it, None where it does not (or where this module does not know)."""
    reader = _READERS.get(field.type)
    try:
        return reader(text, field) if reader else None
    except (ValueError, InvalidOperation, OverflowError, AssertionError, TypeError, IndexError):
        return None


def _read_integer(text: str, field: Field) -> int:
    return int(plain(text.strip(), field))


def _read_number(text: str, field: Field) -> Decimal | None:
    text = text.strip()
    group, point = str(field.descriptor.get("groupChar", "")), str(field.descriptor.get("decimalChar", "."))
    if field.descriptor.get("bareNumber") is False:
        text = re.sub(r"((^[^-\d]*)|(\D*$))", "", text)
    if group:
        text = text.replace(group, "")
    if point != ".":
        if "." in text:
            return None
        text = text.replace(point, ".")
    return Decimal(text)


def _read_date(text: str, field: Field) -> Any:
    if field.format == "any":
        return _dateutil().parse(text).date()
    return datetime.strptime(text, "%Y-%m-%d" if field.format == "default" else field.format).date()


def _read_year(text: str, _field: Field) -> str | None:
    return f"{int(text):04}" if len(text) == 4 and int(text) >= 0 else None


def _read_yearmonth(text: str, _field: Field) -> str | None:
    year, month = text.split("-")
    return f"{int(year):04}-{int(month):02}" if 1 <= int(month) <= 12 and int(year) <= 9999 else None


def _read_datetime(text: str, field: Field) -> Any:
    if field.format == "any":
        return _dateutil().parse(text)
    if field.format != "default":
        return datetime.strptime(text, field.format)
    return _dateutil().isoparse(text) if len(text) >= 19 and text[16] == ":" else None


def _read_time(text: str, field: Field) -> Any:
    if field.format == "any":
        return _dateutil().parse(text).timetz()
    if field.format != "default":
        return datetime.strptime(text, field.format).timetz()
    return _dateutil().isoparse(f"2000-01-01T{text}").timetz() if len(text) >= 8 and text[5] == ":" else None


def _read_boolean(text: str, field: Field) -> bool | None:
    if text in field.descriptor.get("falseValues", FALSE_VALUES):
        return False
    return True if text in field.descriptor.get("trueValues", TRUE_VALUES) else None


def _read_duration(text: str, _field: Field) -> str | None:
    import isodate  # type: ignore[import-untyped]

    isodate.parse_duration(text)
    return text


def _dateutil() -> Any:
    """The library that Frictionless reads dates and times with; it takes 20 ms to import."""
    from dateutil import parser  # type: ignore[import-untyped]

    return parser


_READERS: dict[str, Callable[[str, Field], Any]] = {
    "integer": _read_integer,
    "number": _read_number,
    "date": _read_date,
    "year": _read_year,
    "yearmonth": _read_yearmonth,
    "datetime": _read_datetime,
    "time": _read_time,
    "duration": _read_duration,
    "boolean": _read_boolean,
}


def nearest(text: str, field: Field) -> str:
    """The canonical text of the value that Frictionless reads, "" where there is none."""
    value = read(text, field)
    if value is None or isinstance(value, bool):
        return ""
    if isinstance(value, Decimal):
        if not value.is_finite():
            return ""
        size = field.descriptor.get("dulieumo:decimal")
        shown = format(round(value, size["scale"]) if size and problem(text, field) is None else value, "f")
        return shown.replace(".", str(field.descriptor.get("decimalChar", ".")))
    return str(value) if isinstance(value, int | str | date) and not isinstance(value, datetime) else ""


def problem(text: str, field: Field) -> str | None:
    """Why the column's typed file cannot hold the value, as a key of the texts' variants; None where it can."""
    value = read(text, field)
    if isinstance(value, int) and not isinstance(value, bool) and len(str(abs(value))) > MAX_INTEGER_DIGITS:
        return "too-many-digits"
    if not isinstance(value, Decimal):
        return None
    if not value.is_finite():
        return "not-a-number"
    size = field.descriptor.get("dulieumo:decimal")
    if not size:
        return "not-a-number" if math.isinf(float(value)) else None
    if value != 0 and value.adjusted() >= size["precision"] - size["scale"]:
        return "too-many-digits"
    exponent = value.normalize().as_tuple().exponent
    return "too-many-decimals" if isinstance(exponent, int) and -exponent > size["scale"] else None
