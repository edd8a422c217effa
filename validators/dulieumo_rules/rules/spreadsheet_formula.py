"""A text does not start like a spreadsheet formula.

A cell that starts with `=`, `+`, `-`, `@`, a tab or a carriage return may be run as a formula when someone opens the CSV
in a spreadsheet program ("CSV injection"). It is reported and never changed: the data stays what the owner wrote.
A warning, since `-` and `+` also start ordinary text; phone numbers with `+84` are left alone.
"""

from __future__ import annotations

import re

import numpy as np
import pyarrow as pa

from dulieumo_rules import masks
from dulieumo_rules.findings import Severity
from dulieumo_rules.masks import Mask
from dulieumo_rules.shape import Field, Table

from . import Values

CODE = "spreadsheet-formula"
SEVERITY = Severity.WARNING

_START = r"^[=+\-@\t\r]"
_HARMLESS = re.compile(r"[+-]?[0-9][0-9 .,]*%?|[-–—]+|[+-] .*|-[^=+\-@(|!]*", re.DOTALL)
"""A signed number or phone number, a dash, a list item after "- " and a dash before plain words run nothing."""

_STARTS = np.isin(np.arange(256), list(b"=+-@\t\r"))


def applies(field: Field, _table: Table) -> bool:
    return field.type in ("string", "list", "object", "array")


def suspects(cells: pa.Array, _field: Field, _table: Table) -> Mask:
    marked = _STARTS[masks.first_bytes(cells)]
    return masks.of(marked) if marked.any() else None


def explain(text: str, _field: Field, _table: Table) -> Values | None:
    if not re.match(_START, text) or _HARMLESS.fullmatch(text):
        return None
    return {"value": text, "sign": text[0] if text[0] not in "\t\r" else "TAB"}
