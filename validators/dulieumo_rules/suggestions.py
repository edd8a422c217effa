"""What somebody most likely meant by a cell that is not of its column's type: the text to type instead, or nothing.

Only what can be read in one way is suggested, and nothing is ever changed: "6.642.000" in a column of integers is 6642000,
"19/07/2021" in a column of dates the 19th of July, "1000 giường" a thousand. "1.234" in a column of numbers may be either.
"""

from __future__ import annotations

import re
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

LONGEST = 60
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:([.,   ])\d{3})(?:\1\d{3})*")
_WITH_UNIT = re.compile(r"([+-]?\d[\d.,   ]*)\s*[^\d\s.,+-][^\d]*")
_COMMA = re.compile(r"[+-]?\d{1,3}(?:\.\d{3})*,\d+|[+-]?\d+,\d+")
_DAY_FIRST = re.compile(r"(?:ngày\s*)?(\d{1,2})[/.\-\s](\d{1,2})[/.\-\s](\d{4})", re.IGNORECASE)
_YEAR_FIRST = re.compile(r"(\d{4})[/.\-](\d{1,2})[/.\-](\d{1,2})(?:[T ]00:00(?::00)?)?")
_YEAR = re.compile(r"(?:năm\s*)?(\d{4})(?:\.0)?", re.IGNORECASE)


def for_type(text: str, type_: str) -> str:
    """The text of the type that is meant; empty where that is not plain."""
    text = text.strip()
    if len(text) > LONGEST:
        return ""
    found = {"integer": _integer, "number": _number, "date": _date, "year": _year}.get(type_, _nothing)(text)
    return found if found != text else ""


def for_pattern(text: str, pattern: str) -> str:
    """A date or a number, written so that a pattern takes it; empty where it does not. RE2: no pattern makes us wait."""
    for kind in ("date", "integer"):
        found = for_type(text, kind)
        try:
            if found and pc.match_substring_regex(pa.scalar(found), rf"\A(?:{pattern})\z").as_py():
                return found
        except pa.ArrowInvalid:
            return ""
    return ""


def _nothing(_text: str) -> str:
    return ""


def _integer(text: str) -> str:
    unit = _WITH_UNIT.fullmatch(text)
    text = unit.group(1).strip() if unit else text
    if _GROUPED.fullmatch(text):
        return re.sub(r"[.,   ]", "", text)
    if re.fullmatch(r"[+-]?\d+\.0+", text):
        return text.partition(".")[0]
    return text if unit and re.fullmatch(r"[+-]?\d+", text) else ""


def _number(text: str) -> str:
    unit = _WITH_UNIT.fullmatch(text)
    text = unit.group(1).strip() if unit else text
    if _COMMA.fullmatch(text) and not re.fullmatch(r"[+-]?[1-9]\d{0,2},\d{3}", text):
        return text.replace(".", "").replace(",", ".")
    if text.count(".") > 1 and _GROUPED.fullmatch(text):
        return text.replace(".", "")
    return text if unit and re.fullmatch(r"[+-]?\d+(?:\.\d{1,2})?", text) else ""


def _date(text: str) -> str:
    match = _DAY_FIRST.fullmatch(text)
    day, month, year = match.groups() if match else ("", "", "")
    match = _YEAR_FIRST.fullmatch(text)
    year, month, day = match.groups() if match else (year, month, day)
    try:
        return date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        return ""


def _year(text: str) -> str:
    match = _YEAR.fullmatch(text)
    return match.group(1) if match else ""
