"""Texts and dates of another catalogue put right where that is safe, and what was wrong with them as finding codes. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from html.parser import HTMLParser

from dulieumo.owner import cleaning
from dulieumo_rules import legacy

# "The data is being updated" in place of a description: it says nothing of the data.
_PLACEHOLDER = re.compile(
    r"\s*(?:\(?\s*(?:dữ liệu\s+)?đang cập nhật(?: dữ liệu)?|(?:to be|being) updated|n/?a|tbd|lorem ipsum.*)[\s.…)]*$",
    re.IGNORECASE,
)
_MARKUP = re.compile(r"<\s*/?\s*[a-zA-Z][^<>]*>|&(?:[a-zA-Z]{2,8}|#\d{2,5}|#x[0-9a-fA-F]{2,5});")
_BLOCKS = ("p", "div", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "table")
_LINES = ("br", "li", "tr")
_INVISIBLE = re.compile("[\u200b\u200c\u200d\u2060\ufeff\u00ad]")
_HIDDEN = ("script", "style", "template")
_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?(?:$|[T ]\d{2}:?\d{2})")
_DAY_FIRST = re.compile(r"(?:^|\D)(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})(?:\D|$)")
_YEAR_FIRST = re.compile(r"(\d{4})[/.](\d{1,2})[/.](\d{1,2})(?:\D|$)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleaned:
    """`text` is ready to be written; `codes` say what was wrong, each once, with an example of it."""

    text: str
    codes: Mapping[str, str]


def line(text: str, *, is_vietnamese: bool = False) -> Cleaned:
    """A text of one line, such as a title."""
    cleaned = paragraphs(text, is_vietnamese=is_vietnamese)
    return Cleaned(text=" ".join(cleaned.text.split()), codes=cleaned.codes)


def paragraphs(text: str, *, is_vietnamese: bool = False) -> Cleaned:
    """A text whose paragraphs are kept. Markup goes, letters that nobody sees go, marks are composed (NFC).

    Old fonts and wrong encodings are mended in a Vietnamese catalogue only: in French, é may well be an é."""
    codes: dict[str, str] = {}
    markup = _MARKUP.search(text)
    if markup is not None:
        codes["import-markup"] = _shown(markup[0])
        text = _without_markup(text)
    composed = unicodedata.normalize("NFC", text)
    if composed != text:
        codes["import-not-nfc"] = _first_word(text, composed)
    mender = legacy.mender([composed]) if is_vietnamese else None
    if mender is not None:
        mended = mender.mend(composed)
        if mended != composed:
            codes["import-legacy-font"] = _first_word(composed, mended)
            composed = mended
    kept, example = _without_placeholders(_tidied(composed))
    if _INVISIBLE.search(text):
        codes["import-invisible-letters"] = ""
    if example:
        codes["import-placeholder"] = _shown(example)
    return Cleaned(text=kept, codes=codes)


def day(text: str) -> tuple[str, str | None]:
    """A date as YYYY, YYYY-MM or YYYY-MM-DD and a finding code: None when it was written so (a time after it is no defect).

    ("", "import-date-unreadable") where no date can be read. A date with the day first is read as such: 03/04/2025 is 3 April."""
    value = text.strip()
    if not value:
        return "", None
    match = _DATE.match(value)
    if match:
        year, month, number = match.groups()
        return (
            (value[: match.end(3 if number else 2 if month else 1)], None)
            if _exists(year, month, number)
            else _UNREADABLE
        )
    for pattern, order in ((_DAY_FIRST, (3, 2, 1)), (_YEAR_FIRST, (1, 2, 3))):
        found = pattern.search(value)
        if found:
            year, month, number = (found[position] for position in order)
            if _exists(year, month, number):
                return f"{year}-{int(month):02}-{int(number):02}", "import-date-rewritten"
    return _UNREADABLE


_UNREADABLE = ("", "import-date-unreadable")


def _exists(year: str, month: str | None, number: str | None) -> bool:
    try:
        date(int(year), int(month or 1), int(number or 1))
    except ValueError:
        return False
    return 1900 <= int(year) <= 2200


class _Stripper(HTMLParser):
    """The text of an HTML fragment; a block element ends a line, a script's content goes."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _HIDDEN:
            self.hidden += 1
        elif tag in _LINES:
            self.parts.append("\n- " if tag == "li" else "\n")
        elif tag in _BLOCKS:
            self.parts.append("\n\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in _HIDDEN:
            self.hidden = max(0, self.hidden - 1)
        elif tag in _BLOCKS:
            self.parts.append("\n\n")

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.parts.append(re.sub(r"\s+", " ", data))


def _without_markup(text: str) -> str:
    stripper = _Stripper()
    stripper.feed(text)
    stripper.close()
    plain = "".join(stripper.parts)
    is_escaped_twice = plain != text and _MARKUP.search(plain) is not None  # as some portals do
    return _without_markup(plain) if is_escaped_twice else plain


def _tidied(text: str) -> str:
    """Lines without spaces at their ends; paragraphs parted by one empty line."""
    paragraphs_ = re.split(r"\n\s*\n", text.replace("\r\n", "\n").replace("\r", "\n"))
    tidied = ("\n".join(filter(None, map(cleaning.tidy, part.split("\n")))) for part in paragraphs_)
    return "\n\n".join(filter(None, tidied))


def _without_placeholders(text: str) -> tuple[str, str]:
    """The text without the lines that only hold its place, and one of these."""
    lines = text.split("\n")
    dropped = [line for line in lines if _PLACEHOLDER.fullmatch(line)]
    kept = _tidied("\n".join(line for line in lines if line not in dropped))
    return kept, dropped[0] if dropped else ""


def _first_word(before: str, after: str) -> str:
    """The first word that differs, as it is after."""
    words = zip(before.split(), after.split(), strict=False)
    return next((_shown(new) for old, new in words if old != new), "")


def _shown(text: str) -> str:
    return text if len(text) <= 60 else text[:59] + "…"
