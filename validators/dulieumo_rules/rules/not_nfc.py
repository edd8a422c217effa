"""Text is in composed Unicode (NFC, "dựng sẵn").

`Giáo` can be written with 4 characters or with 5 (`a` and a separate accent). They look the same, and neither search,
nor sorting, nor a join finds one by the other; CKAN refuses tags in the second form. TCVN 6909 asks for Unicode; this
rule asks for its composed form.
"""

from __future__ import annotations

import unicodedata

import pyarrow as pa
import pyarrow.compute as pc

from dulieumo_rules.findings import Severity
from dulieumo_rules.shape import Field, Table

from . import Values

CODE = "not-nfc"
SEVERITY = Severity.ERROR


def applies(field: Field, _table: Table) -> bool:
    return field.type in ("string", "list", "object", "array")


def suspects(cells: pa.Array, _field: Field, _table: Table) -> pa.Array | None:
    if not pc.any(pc.invert(pc.string_is_ascii(cells))).as_py():
        return None
    return pc.not_equal(cells, pc.utf8_normalize(cells, form="NFC"))


def explain(text: str, _field: Field, _table: Table) -> Values | None:
    if unicodedata.is_normalized("NFC", text):
        return None
    return {"value": text, "nearest": unicodedata.normalize("NFC", text)}
