"""Identifiers inside longer texts: notes, descriptions, addresses, comments, file names, document properties."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache

import pyarrow as pa
import pyarrow.compute as pc

from dulieumo_rules import bytewise, masks

from . import headers, identifiers, names
from .kinds import Kind

_SEP = r"[\s.\-]?"
_PREFILTER = r"[0-9][0-9 .\-]{7,}[0-9]|@|[A-Z]{2}[1-7][0-9]{12}"
MOST = 2_000
"""Cells of a chunk that are looked at one by one."""

_MOBILE = re.compile(
    rf"(?<![\w.,])(?:\+?84|0){_SEP}(?:3[2-9]|5[25689]|7[06-9]|8[1-9]|9[0-46-9])(?:{_SEP}\d){{7}}(?![\d,]\d|\d)"
)
_TWELVE = re.compile(r"(?<![\w.,/])0\d{2}(?:[ .]?\d){9}(?!\w|[,./]\d)")
_ONE_WORD = 40
_PARTED = re.compile(r"[\s;,/|]")
_PARTING = r"[\x09-\x0d\x1c-\x20;,/|\x{85}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}]"
"""The same as RE2 writes it."""
_NINE = re.compile(r"(?<!\d)\d{9}(?!\d)")
_EMAIL = re.compile(identifiers.EMAIL)
_BHYT = re.compile(rf"\b{identifiers.BHYT_FULL}\b")
_PLATE = re.compile(r"\b(?:1[1-9]|[2-9]\d)[-. ]?[A-HK-NPS-VX-Z]{1,2}\d?[-. ]?(?:\d{3}\.\d{2}|\d{5}|\d{4})\b")
_PASSPORT = re.compile(r"\b[A-Z]\d{7}\b")
_CARD = re.compile(r"(?<!\d)(?:\d[ -]?){13,19}(?!\d)")
_CONTEXT: Mapping[Kind, re.Pattern[str]] = {
    Kind.OLD_ID_CARD: re.compile(r"cmnd|cmt|chung minh|cccd|can cuoc"),
    Kind.PLATE: re.compile(r"bien so|bien kiem soat|bks|bien xe|plate"),
    Kind.PASSPORT: re.compile(r"ho chieu|passport"),
    Kind.BANK: re.compile(r"tai khoan|stk|so the|the ngan hang|card|account"),
}
_AROUND = 40


def may_hold_identifiers(cells: pa.Array, run: int = 9) -> bool:
    """Whether there is an @, or so long a run of digits and what parts them; all forms have one. The bytes tell in one go."""
    if bytewise.has(cells, "@"):
        return True
    return bytewise.longest(cells) >= run and masks.has_match(cells, rf"[0-9][0-9 .\-]{{{run - 1},}}")


def look(cells: pa.Array) -> dict[Kind, tuple[int, str]]:
    """What a column's texts hold besides: per kind the number of cells, and one example. Cells that are nothing but the
    identifier are left to the column's own judgement."""
    if bytewise.longest(cells) < _ONE_WORD and not masks.has_match(cells, _PARTING):
        return {}  # single words: the column's own judgement
    likely = masks.or_none(pc.match_substring_regex(cells, _PREFILTER))
    if likely is None:
        return {}
    texts = cells.filter(likely).unique()
    found: dict[Kind, tuple[int, str]] = {}
    for text in texts.slice(0, MOST).to_pylist():
        if len(text) < _ONE_WORD and not _PARTED.search(text.strip()):
            continue  # one word: the column's own judgement
        for kind, example in set(identifiers_in(text)):
            if len(example) < len(text.strip()) - 1:
                count, first = found.get(kind, (0, example))
                found[kind] = (count + 1, first)
    return found


def identifiers_in(text: str, today: date | None = None) -> Iterator[tuple[Kind, str]]:
    """Every identifier in a text that proves itself, or that a word before it names."""
    spans: list[tuple[int, int]] = []
    for match in _TWELVE.finditer(text):
        digits = re.sub(r"\D", "", match.group())
        if _citizen(today or date.today()).fullmatch(digits):
            spans.append(match.span())
            yield Kind.CITIZEN_ID, match.group()
    for match in _BHYT.finditer(text):
        spans.append(match.span())
        yield Kind.HEALTH_INSURANCE, match.group()
    for match in _EMAIL.finditer(text):
        if identifiers.is_personal_email(match.group()):
            yield Kind.EMAIL, match.group()
    for match in _MOBILE.finditer(text):
        if not _inside(match.span(), spans):
            spans.append(match.span())
            yield Kind.PHONE, match.group()
    for kind, pattern in (
        (Kind.OLD_ID_CARD, _NINE),
        (Kind.PLATE, _PLATE),
        (Kind.PASSPORT, _PASSPORT),
        (Kind.BANK, _CARD),
    ):
        for match in pattern.finditer(text):
            before = headers.normal(text[max(0, match.start() - _AROUND) : match.start()])
            if _CONTEXT[kind].search(before) and not _inside(match.span(), spans):
                if kind is Kind.BANK and not identifiers.luhn(re.sub(r"\D", "", match.group())):
                    continue
                yield kind, match.group()


def names_in(text: str) -> Iterator[str]:
    """Names after "ông", "bà" and the like."""
    for match in re.finditer(r"(?i:\b(?:ông|bà|anh|chị)\b)[:\s]+((?:[^\W\d_a-zà-ỹ]\w*\s?){2,5})", text):
        if names.is_name(match.group(1).strip()):
            yield match.group(1).strip()


def _inside(span: tuple[int, int], others: list[tuple[int, int]]) -> bool:
    return any(begin < span[1] and span[0] < end for begin, end in others)


@cache
def _citizen(today: date) -> re.Pattern[str]:
    return re.compile(identifiers.citizen_pattern(today))
