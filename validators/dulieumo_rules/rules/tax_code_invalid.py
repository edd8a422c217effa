"""A tax code has the right length and check digit.

For columns with `dulieumo:identifier: tax-code`. Ten digits, the last a check digit (Circular 105/2020/TT-BTC), for a
branch followed by three more; or the twelve digits of a citizen number, which persons use since July 2025 (the
personal-data gate has its say on those). Spreadsheets take leading zeros away.
"""

from __future__ import annotations

import re

import pyarrow as pa

from dulieumo_rules import masks
from dulieumo_rules.findings import Severity
from dulieumo_rules.masks import Mask
from dulieumo_rules.shape import Field, Table

from . import Values

CODE = "tax-code-invalid"
SEVERITY = Severity.ERROR

_WEIGHTS = (31, 29, 23, 19, 17, 13, 7, 5, 3)
_FORM = re.compile(r"(\d{10})(?:-?(?!000)\d{3})?")


def applies(field: Field, _table: Table) -> bool:
    return field.descriptor.get("dulieumo:identifier") == "tax-code" and field.type == "string"


def suspects(cells: pa.Array, _field: Field, _table: Table) -> Mask:
    return masks.by_text(cells, lambda text: not is_valid(text))


def is_valid(text: str) -> bool:
    if re.fullmatch(r"0\d{11}", text, re.ASCII):
        return True
    found = _FORM.fullmatch(text)
    if found is None or not text.isascii() or not int(found.group(1)[2:9]):
        return False
    digits = [int(letter) for letter in found.group(1)]
    return digits[9] == 10 - sum(weight * digit for weight, digit in zip(_WEIGHTS, digits, strict=False)) % 11


def explain(text: str, _field: Field, _table: Table) -> Values | None:
    return None if is_valid(text) else {"value": text}
