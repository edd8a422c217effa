"""A text has no character that nobody sees, or that only looks like another.

Control characters, non-breaking and zero-width spaces, byte order marks inside a text, marks that turn the direction of
writing, private-use and replacement characters, fullwidth forms; `Ð` (Icelandic) where `Đ` is meant; Cyrillic or Greek
letters inside a Latin word. They come with copying from PDF and web pages, and break search, joins and keys.
"""

from __future__ import annotations

import re
import unicodedata

import pyarrow as pa
import pyarrow.compute as pc

from dulieumo_rules import masks
from dulieumo_rules.findings import Severity
from dulieumo_rules.masks import Mask
from dulieumo_rules.shape import Field, Table

from . import Values

CODE = "suspect-character"
SEVERITY = Severity.ERROR
PATTERN = (
    r"[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x{a0}\x{ad}\x{d0}\x{180e}\x{2000}-\x{200f}\x{2028}-\x{202f}\x{205f}-\x{206f}\x{3000}\x{feff}"
    r"\x{fff9}-\x{fffd}\x{ff01}-\x{ff5e}\x{e000}-\x{f8ff}\x{370}-\x{3ff}\x{400}-\x{4ff}]"
)

_ALWAYS = re.compile(
    "[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\xa0\xad\xd0\u180e\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff\ufff9-\ufffd\uff01-\uff5e\ue000-\uf8ff]"
)
_FOREIGN = re.compile(
    "(?<=[A-Za-z\u00c0-\u024f\u1ea0-\u1ef9])[\u0370-\u04ff]|[\u0370-\u04ff](?=[A-Za-z\u00c0-\u024f\u1ea0-\u1ef9])"
)
_INSTEAD = {"\u00d0": "Đ", "\u00a0": " ", "\u3000": " ", "\t": " ", "\u202f": " "}


def applies(field: Field, _table: Table) -> bool:
    return field.type in ("string", "list", "object", "array")


def suspects(cells: pa.Array, _field: Field, _table: Table) -> Mask:
    return masks.or_none(pc.match_substring_regex(cells, PATTERN))


def explain(text: str, _field: Field, _table: Table) -> Values | None:
    found = _ALWAYS.search(text) or _FOREIGN.search(text)
    if found is None:
        return None
    letter = found.group()
    shown = _ALWAYS.sub("␣", text)
    return {
        "value": shown if len(shown) <= 80 else shown[:79] + "…",
        "name": unicodedata.name(letter, "CONTROL CHARACTER").lower(),
        "code": f"{ord(letter):04X}",
        "nearest": _INSTEAD.get(letter, ""),
    }
