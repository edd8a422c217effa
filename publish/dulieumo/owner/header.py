"""The header of a table in an owner's sheet: where it begins and ends, and the title of each column. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from dulieumo.owner.source import Raw
from dulieumo.spreadsheets import Value

WITHIN = 40
"""Rows from the top in which a header is looked for."""

_NUMBERING = re.compile(r"\(?\s*(\d{1,2}|[a-zA-Z])\s*\)?|\(?\d{1,2}\)?\s*=.*")


def find(rows: Sequence[Sequence[Value]]) -> int | None:
    """The first row that has a text in most of the columns which the rows below it fill."""
    counts = [count(row) for row in rows]
    for at, row in enumerate(rows[:WITHIN]):
        below = [count for count in counts[at + 1 :] if count > 1] or [0]
        wanted = max(1, 0.6 * median(below))
        if counts[at] and counts[at] >= wanted and _is_wordy(row) and (at + 1 < len(rows) or counts[at] > 1):
            return at
    return None


def _is_wordy(row: Sequence[Value]) -> bool:
    """Whether it names things: texts, of which few are numbers; years are allowed, as in "2023 | 2024"."""
    values = [value for value in row if value != ""]
    words = [value for value in values if isinstance(value, str) and re.search(r"[^\W\d_]", value)]
    years = [value for value in values if re.fullmatch(r"(19|20)\d\d(\.0)?", str(value))]
    return bool(words) and len(words) + len(years) == len(values)


def end(raw: Raw, rows: Sequence[Sequence[Value]], start: int) -> int:
    """One past the last header row: as far as its merged cells reach, and over rows that only name what it left open."""
    end = start + 1
    grown = True
    while grown:
        grown = False
        for area in raw.merged:
            is_in_header = start < area.first_row <= end
            reach = area.last_row
            if is_in_header and area.first_row == area.last_row and area.last_column > area.first_column:
                spans_all = area.last_column - area.first_column + 1 >= 0.9 * len(rows[start])
                reach = area.last_row + (0 if spans_all else 1)  # a title over several columns has names below it
            if is_in_header and end < reach <= len(rows) and _is_wordy(rows[reach - 1]):
                end, grown = reach, True
    following = rows[end] if end < len(rows) else []
    gaps = [at for at, value in enumerate(rows[start]) if value == ""]
    named = [at for at, value in enumerate(following) if value != ""]
    if end == start + 1 and named and gaps and set(gaps) & set(named) and _is_wordy(following):
        only_under_gaps = all(at in gaps or (at + 1 in gaps and at + 1 in named) for at in named)
        if only_under_gaps:
            return end + 1
    return end


def titles(header: Sequence[Sequence[Value]]) -> list[str]:
    """One title per column: its parts from top to bottom, each once. A part that stands only once above several columns
    (without being merged) is given to those that follow it."""
    rows = [list(row) for row in header]
    for upper, lower in pairwise(rows):
        for at in range(1, len(upper)):
            if upper[at] == "" and lower[at] != "" and lower[at - 1] != "" and upper[at - 1] != lower[at - 1]:
                upper[at] = upper[at - 1]
    titles = []
    for position in range(len(rows[0])):
        parts: list[str] = []
        for row in rows:
            part = title_text(row[position])
            if part and part not in parts:
                parts.append(part)
        titles.append(" - ".join(parts))
    return titles


def title_text(value: Value) -> str:
    """A header's text on one line."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return " ".join(str(value).replace("\u00a0", " ").split())


def is_numbering(row: Sequence[Value]) -> bool:
    texts = [title_text(value) for value in row if value != ""]
    numbers = [text.strip("()") for text in texts if text.strip("()").isdigit()]
    in_order = [int(number) for number in numbers] == sorted({int(number) for number in numbers})
    return len(texts) > 1 and len(numbers) >= 2 and in_order and all(_NUMBERING.fullmatch(text) for text in texts)


def count(row: Sequence[Value]) -> int:
    """How many cells are filled."""
    return sum(value != "" for value in row)
