"""Text is in composed Unicode (NFC, "dựng sẵn").

`Giáo` can be written with 4 characters or with 5 (`a` and a separate accent). They look the same, and neither search,
nor sorting, nor a join finds one by the other; CKAN refuses tags in the second form. TCVN 6909 asks for Unicode; this
rule asks for its composed form.
"""

from __future__ import annotations

import unicodedata

import pyarrow as pa
import pyarrow.compute as pc

from dulieumo_rules import masks
from dulieumo_rules.findings import Severity
from dulieumo_rules.masks import Mask
from dulieumo_rules.shape import Field, Table

from . import Values

CODE = "not-nfc"
SEVERITY = Severity.ERROR
PATTERN = (
    r"[\p{M}\x{0374}\x{037e}\x{0387}\x{0958}-\x{0fff}\x{1161}-\x{11ff}\x{1f71}-\x{1fff}\x{2000}\x{2001}\x{2126}"
    r"\x{212a}\x{212b}\x{2329}\x{232a}\x{2adc}\x{f900}-\x{faff}\x{fb1d}-\x{fb4e}\x{1d15e}-\x{1d1c0}\x{2f800}-\x{2fa1f}]"
)
"""Every character that can make a text not NFC, and some that cannot."""


def applies(field: Field, _table: Table) -> bool:
    return field.type in ("string", "list", "object", "array")


def suspects(cells: pa.Array, _field: Field, _table: Table) -> Mask:
    return masks.or_none(pc.match_substring_regex(cells, PATTERN))


def explain(text: str, _field: Field, _table: Table) -> Values | None:
    if unicodedata.is_normalized("NFC", text):
        return None
    return {"value": text, "nearest": unicodedata.normalize("NFC", text)}
