"""Numbers, dates and missing marks as people write them in Vietnam → plain values. Pure, one text at a time."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

MISSING = frozenset(
    {"", "-", "--", "–", "—", "…", "...", "..", "n/a", "#n/a", "na", "null", "none", "nan", "không có số liệu"}
)
"""Lower-case texts that stand for an empty cell. "0" is none of them, and "không" is an answer."""


def is_missing(text: str) -> bool:
    return text.casefold() in MISSING


@dataclass(frozen=True, slots=True)
class Locale:
    """`point` before the decimals, `group` between thousands. `is_assumed`: no number of the column proves it."""

    point: str
    group: str
    is_assumed: bool = False


VIETNAMESE = Locale(",", ".")
ENGLISH = Locale(".", ",")

_BODY = re.compile(r"[-+−]?[\d.,\u0020\u00a0\u202f']*\d")
_NUMBER = re.compile(
    r"(?P<open>\()?\s*(?P<sign>[-+−]?)\s*(?P<digits>\d[\d., \u00a0\u202f']*)(?(open)\s*\))\s*(?P<unit>[^\d\s().,][^\d]{0,20}|m2|m3|km2)?"
)


@dataclass(frozen=True, slots=True)
class Written:
    """A number as written: its sign, its digits with their separators, and what stands behind it ("%", "ha")."""

    is_negative: bool
    digits: str
    unit: str


def written(text: str) -> Written | None:
    """The parts of a text that is one number with at most a unit behind it; None for any other text."""
    match = _NUMBER.fullmatch(text.strip())
    if match is None:
        return None
    digits = re.sub(r"(?<=\d)[ \u00a0\u202f'](?=\d{3}(?!\d))", "", match["digits"].rstrip())
    if not re.fullmatch(r"\d[\d.,]*", digits) or digits.endswith((".", ",")):
        return None
    return Written(bool(match["open"]) or match["sign"] in ("-", "−"), digits, (match["unit"] or "").strip())


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """The separators that the numbers of a column prove, with a number as witness of each; and the first that proves nothing."""

    points: dict[str, str]
    unsure: str | None

    @property
    def is_mixed(self) -> bool:
        return len(self.points) > 1

    def locale(self, otherwise: Locale = VIETNAMESE) -> Locale:
        """The locale that is proven, else `otherwise`, marked as assumed where a number could be read in two ways."""
        if "," in self.points:
            return VIETNAMESE
        if "." in self.points:
            return ENGLISH
        return Locale(otherwise.point, otherwise.group, is_assumed=self.unsure is not None)


def evidence(numbers: Iterable[str]) -> Evidence:
    """What numbers (the `digits` of `written`) prove: 1.234,5 has a decimal comma, 12.5 a decimal point, 1.234 neither."""
    points: dict[str, str] = {}
    unsure: str | None = None
    for digits in numbers:
        last = max(digits.rfind("."), digits.rfind(","))
        if last < 0:
            continue
        sign, other = digits[last], "," if digits[last] == "." else "."
        if other in digits:
            points.setdefault(sign, digits)
        elif digits.count(sign) > 1:
            points.setdefault(other, digits)
        elif len(digits) - last != 4 or last > 3 or digits.startswith("0"):
            points.setdefault(sign, digits)
        elif unsure is None:
            unsure = digits
    return Evidence(points=points, unsure=unsure)


def number(one: Written, locale: Locale) -> Decimal | None:
    """The value under a locale; None where it is not written that way."""
    point, group = re.escape(locale.point), re.escape(locale.group)
    if not re.fullmatch(rf"(\d+|\d{{1,3}}({group}\d{{3}})+)({point}\d+)?", one.digits):
        return None
    try:
        value = Decimal(one.digits.replace(locale.group, "").replace(locale.point, "."))
    except InvalidOperation:
        return None
    return -value if one.is_negative else value


_DAY = re.compile(r"(?:ngày\s+)?(\d{1,2})\s*[/.\-]\s*(\d{1,2})\s*[/.\-]\s*(\d{4})", re.IGNORECASE)
_DAY_IN_WORDS = re.compile(r"(?:ngày\s+)?(\d{1,2})\s+tháng\s+(\d{1,2}),?\s+năm\s+(\d{4})", re.IGNORECASE)
_ISO_DAY = re.compile(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?:[T ]00:00(?::00)?)?")
_MOMENT = re.compile(r"(.*\S)[\sT]+(\d{1,2}):(\d{2})(?::(\d{2}))?")
_MONTH = re.compile(r"(?:tháng\s*|t)?(\d{1,2})\s*[/\-]\s*((?:19|20)\d{2})", re.IGNORECASE)
_MONTH_IN_WORDS = re.compile(r"tháng\s+(\d{1,2}),?\s+năm\s+((?:19|20)\d{2})", re.IGNORECASE)
_ISO_MONTH = re.compile(r"((?:19|20)\d{2})-(\d{2})")


def day_parts(text: str) -> tuple[int, int, int] | None:
    """First number, second number and year of a date such as 5/6/2024, unread: which one is the month, the column decides.

    None for other texts. Dates that say themselves (2024-06-05, 5 tháng 6 năm 2024) are read by `certain_day`."""
    match = _DAY.fullmatch(text.strip())
    return (int(match[1]), int(match[2]), int(match[3])) if match else None


def certain_day(text: str) -> dt.date | None:
    """The day of a text that can be read in one way only."""
    iso, words = _ISO_DAY.fullmatch(text.strip()), _DAY_IN_WORDS.fullmatch(text.strip())
    if iso:
        return day(int(iso[1]), int(iso[2]), int(iso[3]))
    if words:
        return day(int(words[3]), int(words[2]), int(words[1]))
    return None


def day(year: int, month: int, number: int) -> dt.date | None:
    """A day, None where there is no such one."""
    try:
        return dt.date(year, month, number)
    except ValueError:
        return None


def moment_parts(text: str) -> tuple[str, dt.time] | None:
    """The date's text and the time of a text such as 5/6/2024 08:30; None for other texts."""
    match = _MOMENT.fullmatch(text.strip())
    if match is None:
        return None
    try:
        return match[1], dt.time(int(match[2]), int(match[3]), int(match[4] or 0))
    except ValueError:
        return None


def month(text: str) -> str | None:
    """YYYY-MM of texts such as 3/2024, T3/2024, tháng 3 năm 2024 and 2024-03; None for other texts."""
    stripped = text.strip()
    iso = _ISO_MONTH.fullmatch(stripped)
    match = _MONTH.fullmatch(stripped) or _MONTH_IN_WORDS.fullmatch(stripped)
    number, year = (int(iso[2]), iso[1]) if iso else (int(match[1]), match[2]) if match else (0, "")
    return f"{year}-{number:02}" if 1 <= number <= 12 else None


SERIAL_EPOCH = dt.date(1899, 12, 30)
"""Day 0 of Excel's count as it is for all days since March 1900."""


def serial_day(value: float) -> dt.date | None:
    """The day that Excel counts by a whole number, for 1954 to 2064; None for others, which are rather amounts."""
    return SERIAL_EPOCH + dt.timedelta(days=int(value)) if 20_000 <= value <= 60_000 and value == int(value) else None


TRUE_WORDS = frozenset({"có", "đúng", "true", "yes", "x", "v"})
FALSE_WORDS = frozenset({"không", "sai", "false", "no"})
