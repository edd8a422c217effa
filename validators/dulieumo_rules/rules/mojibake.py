"""A text is not in the wrong letters of a legacy encoding.

`Nguyá»…n` (UTF-8 read as Windows-1252), `Céng hßa` (TCVN3), `Coäng hoøa` (VNI), `Côòng hoÌa` (CP1258 read as Windows-1252).
Recognised by what the words become: a text is reported only if, read another way, its words turn into Vietnamese syllables
that they were not before; foreign names with letters of their own are left alone.
"""

from __future__ import annotations

import re
from functools import lru_cache

import pyarrow as pa
import pyarrow.compute as pc

from dulieumo_rules import legacy, masks
from dulieumo_rules.findings import Severity
from dulieumo_rules.masks import Mask
from dulieumo_rules.shape import Field, Table

from . import Values

CODE = "mojibake"
SEVERITY = Severity.ERROR
PATTERN = (
    r"[\x{a1}-\x{af}\x{b5}-\x{bf}\x{c4}-\x{c7}\x{cb}\x{ce}-\x{d1}\x{d6}-\x{d8}\x{db}\x{dc}\x{de}\x{df}\x{e4}-\x{e7}\x{eb}\x{ee}-\x{f1}"
    r"\x{f6}-\x{f8}\x{fb}\x{fc}\x{fe}\x{ff}\x{152}\x{153}\x{160}\x{161}\x{178}\x{17d}\x{17e}\x{192}]"
    r"|[âêôăơưÂÊÔĂƠƯaeiouy][ÌÒÞìòÃ]"
)
"""Letters that Vietnamese does not have, and vowels after which none of its letters can stand."""

_FORM = re.compile(re.sub(r"\\x\{([0-9a-f]+)\}", lambda code: f"\\u{int(code[1], 16):04x}", PATTERN))
"""The same as Python writes it."""


def applies(field: Field, _table: Table) -> bool:
    return field.type in ("string", "list")


def suspects(cells: pa.Array, _field: Field, _table: Table) -> Mask:
    return masks.or_none(pc.match_substring_regex(cells, PATTERN))


def explain(text: str, _field: Field, _table: Table) -> Values | None:
    return _explain(text)


@lru_cache(maxsize=65_536)
def _explain(text: str) -> Values | None:
    if not _FORM.search(text) or all(len(word) < 2 for word in legacy.accented([text])):
        return None
    mender = legacy.mender([text[:2000]])
    meant = mender.mend(text) if mender else text
    if mender is None or meant == text:
        return None
    return {"value": _short(text), "encoding": mender.encoding, "nearest": _short(meant)}


def _short(text: str) -> str:
    return text if len(text) <= 80 else text[:79] + "…"
