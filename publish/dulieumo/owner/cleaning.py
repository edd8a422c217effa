"""The texts of an owner's cells put right where that is safe: legacy fonts, composition (NFC), spaces. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

from dulieumo.owner import names
from dulieumo.owner.notes import note
from dulieumo.owner.source import Raw
from dulieumo.spreadsheets import Value
from dulieumo_rules import legacy

# Not seen by the eye and different to a program: zero-width space and joiners, word joiner, BOM, soft hyphen.
_INVISIBLE = re.compile("[\u200b\u200c\u200d\u2060\ufeff\u00ad]")
_BLANK = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000\t]")
_BREAK = re.compile(r"\s*(?:\r\n|\r|\n|\u2028|\u2029|_x000[dD]_)\s*")


_LEGACY_FONTS = {".VN": "tcvn3", "VNI": "vni"}


def cleaned(raw: Raw) -> Raw:
    """The same cells with their texts put right, and what was done as notes."""
    width = max((len(row) for row in raw.rows), default=0)
    columns = [[row[at] if at < len(row) else "" for row in raw.rows] for at in range(width)]
    menders = menders_of([[value for value in column if isinstance(value, str)] for column in columns])
    notes = list(raw.notes)
    mended: dict[str, list[_Changed]] = {}
    for at, (column, mender) in enumerate(zip(columns, menders, strict=True)):
        changed = _mend(column, mender, raw, at + 1) if mender else None
        if mender and changed:
            mended.setdefault(mender.encoding, []).append(changed)
            columns[at] = changed.values
    for encoding, changes in mended.items():
        before, after = max((one.example for one in changes), key=lambda pair: len(pair[0]))
        count = sum(one.count for one in changes)
        notes.append(note("mended", count=count, encoding=encoding.upper(), before=before, after=after))
    broken = [
        sum(isinstance(value, str) and bool(_BREAK.search(value.strip())) for value in column) for column in columns
    ]
    for at, count in enumerate(broken):
        if count:
            notes.append(note("lines-joined", title=names.letter(at + 1), count=count))
    tidied = [[tidy(value) if isinstance(value, str) else value for value in column] for column in columns]
    rows: list[list[Value]] = [list(row) for row in zip_longest(*tidied, fillvalue="")]
    return replace(raw, rows=rows, notes=tuple(notes))


def tidy(text: str) -> str:
    """One line, composed, without invisible characters and without spaces at the ends or doubled."""
    text = _BLANK.sub(" ", _BREAK.sub(" ", _INVISIBLE.sub("", text)))
    return re.sub(" {2,}", " ", unicodedata.normalize("NFC", text)).strip()


def tidy_edges(text: str) -> str:
    """Composed, without invisible characters and without spaces at the ends; what stands inside is the owner's."""
    return _BLANK.sub(" ", unicodedata.normalize("NFC", _INVISIBLE.sub("", text))).strip()


def menders_of(columns: Sequence[Sequence[str]]) -> list[legacy.Mender | None]:
    """For each column what puts its texts right, None where nothing has to.

    A column with too few words to be sure by itself follows the table."""
    table = legacy.mender([text for column in columns for text in column])
    found: list[legacy.Mender | None] = []
    for column in columns:
        own = legacy.mender(column)
        words = legacy.accented(column)
        follows = table is not None and words and len(words) < 5 and legacy.share(words) <= 0.8
        found.append(table if follows else own)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class _Changed:
    values: list[Value]
    count: int
    example: tuple[str, str]


def _mend(column: Sequence[Value], mender: legacy.Mender, raw: Raw, position: int) -> _Changed | None:
    values: list[Value] = []
    examples: list[tuple[str, str]] = []
    for row, value in enumerate(column, start=1):
        if not isinstance(value, str):
            values.append(value)
            continue
        font = raw.facts.fonts.get((row, position), "")
        is_sure = (
            _LEGACY_FONTS.get(font[:3].upper()) == mender.encoding
        )  # then a word that could be either is not Unicode
        meant = (replace(mender, is_mixed=False) if is_sure else mender).mend(value)
        if font.startswith(".Vn") and font.endswith("H"):  # the capitals of TCVN3 are a font of their own
            meant = meant.upper()
        values.append(meant)
        if meant != value:
            examples.append((value, meant))
    if not examples:
        return None
    example = max(examples, key=lambda pair: (len(pair[0]) <= 60, len(pair[0])))
    return _Changed(values=values, count=len(examples), example=(example[0][:60], example[1][:60]))
