"""A phone number is one that Vietnam's numbering plan has.

For columns with `dulieumo:identifier: phone`. Several numbers in a cell are parted by `;`, `/` or `,`. The plan is that of
the phonenumbers library (Google's libphonenumber); short service numbers (113, 1022, 1900…) are allowed.
"""

from __future__ import annotations

import re
from functools import lru_cache

import pyarrow as pa

from dulieumo_rules import masks
from dulieumo_rules.findings import Severity
from dulieumo_rules.masks import Mask
from dulieumo_rules.personal_data import identifiers
from dulieumo_rules.shape import Field, Table

from . import Values

CODE = "phone-invalid"
SEVERITY = Severity.ERROR

_FIXED = identifiers.FIXED.replace(")?2(?:", ")2(?:", 1)  # with its area code, so with a leading 0 or +84
_PLAIN = re.compile(rf"(?:{identifiers.MOBILE}|{_FIXED}|{identifiers.SERVICE}|1[0-9]{{2,3}})")


def applies(field: Field, _table: Table) -> bool:
    return field.descriptor.get("dulieumo:identifier") == "phone"


def suspects(cells: pa.Array, _field: Field, _table: Table) -> Mask:
    return masks.by_text(cells, lambda text: not is_valid(text))


def explain(text: str, _field: Field, _table: Table) -> Values | None:
    return None if is_valid(text) else {"value": text}


@lru_cache(maxsize=65_536)
def is_valid(text: str) -> bool:
    """Whether every number in the text is one."""
    parts = [part for part in re.split(r"[;/,]|\s-\s", text) if part.strip()]
    return bool(parts) and all(_one(part) for part in parts)


def _one(text: str) -> bool:
    compact = re.sub(r"[\s.\-()]", "", text)
    if _PLAIN.fullmatch(compact):
        return True
    if not re.fullmatch(r"\+?[0-9]+", compact, re.ASCII):
        return False
    import phonenumbers  # 0.1 s to import, and seldom needed

    try:
        number = phonenumbers.parse(compact, "VN")
    except phonenumbers.NumberParseException:
        return False
    return phonenumbers.is_valid_number(number) and (compact.startswith(("0", "+", "84", "1")))
