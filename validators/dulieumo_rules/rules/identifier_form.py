"""A code of a known kind has its number of digits.

`dulieumo:identifier` names the kind: commune-code five digits, district-code three, province-code two, industry-code one
letter or two to five digits. A code that is too short has usually lost its leading zeros in a spreadsheet. Whether the code
exists is asked by `code-unknown`, where the column names its code list.
"""

from __future__ import annotations

import re

import pyarrow as pa

from dulieumo_rules import masks
from dulieumo_rules.findings import Severity
from dulieumo_rules.masks import Mask
from dulieumo_rules.shape import Field, Table

from . import Values

CODE = "identifier-form"
SEVERITY = Severity.ERROR

FORMS = {
    "commune-code": (r"[0-9]{5}", 5),
    "district-code": (r"[0-9]{3}", 3),
    "province-code": (r"[0-9]{2}", 2),
    "industry-code": (r"[A-Z]|[0-9]{2,5}", 0),
}
"""Pattern, and the digits to which a shorter number is filled up with zeros in the suggestion."""


def applies(field: Field, _table: Table) -> bool:
    return field.descriptor.get("dulieumo:identifier") in FORMS and field.type == "string"


def suspects(cells: pa.Array, field: Field, _table: Table) -> Mask:
    pattern = FORMS[field.descriptor["dulieumo:identifier"]][0]
    return masks.by_distinct(cells, lambda texts: masks.not_matching(texts, pattern))


def explain(text: str, field: Field, _table: Table) -> Values | None:
    kind = str(field.descriptor["dulieumo:identifier"])
    pattern, digits = FORMS[kind]
    if re.fullmatch(pattern, text):
        return None
    padded = text.zfill(digits) if digits and text.isascii() and text.isdigit() and len(text) < digits else ""
    return {"value": text, "kind": kind, "nearest": padded}
