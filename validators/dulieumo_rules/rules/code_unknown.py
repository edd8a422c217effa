"""A code is in its code list, and was valid on the date of the data.

A column with `dulieumo:codeList` holds codes of a reference table. Where that table has the columns `hieu_luc_tu` and
`hieu_luc_den` (first and last day), the code must have been valid on the dataset's `dulieumo:dataAsOf`: `VSIC 2018` codes
in data of 2026 are wrong even if they exist. The finding suggests the nearest valid code and says what it stands for.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from dulieumo_rules.findings import Severity

from . import Values

CODE = "code-unknown"
SEVERITY = Severity.ERROR
VALID_FROM, VALID_TO = "hieu_luc_tu", "hieu_luc_den"
MOST_COMPARED = 20_000
"""In longer lists nothing near is looked for: comparing takes a second per 100,000 codes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeList:
    """`valid` are the distinct codes valid on `date` (all, where `date` is None); `known` those of any time."""

    target: str
    valid: pa.Array
    known: frozenset[str]
    labels: Mapping[str, str]
    date: str | None


def code_list(target: str, table: pa.Table, column: str, label_column: str | None, as_of: str | None) -> CodeList:
    """The code list in `column` of a reference table whose columns are canonical text."""
    codes = table.column(column).combine_chunks()
    names = table.column_names
    label = label_column if label_column in names else next((name for name in names if name.startswith("ten")), None)
    labels = dict(zip(codes.to_pylist(), table.column(label).to_pylist(), strict=True)) if label else {}
    now = codes
    if as_of and VALID_FROM in names and VALID_TO in names:
        first, last = f"{as_of}-01-01"[:10], f"{as_of}-12-31"[:10]  # 2025 → its first and last day; a full date stays
        begun = pc.fill_null(pc.less_equal(table.column(VALID_FROM).combine_chunks(), last), True)
        lasts = pc.fill_null(pc.greater_equal(table.column(VALID_TO).combine_chunks(), first), True)
        now = codes.filter(pc.and_(begun, lasts))
    return CodeList(
        target=target,
        valid=now.drop_null().unique(),
        known=frozenset(code for code in codes.to_pylist() if code is not None),
        labels={code: text for code, text in labels.items() if code is not None and text},
        date=as_of if now is not codes else None,
    )


def suspects(cells: pa.Array, codes: CodeList) -> pa.Array:
    """Present, and not a valid code."""
    return pc.and_(pc.is_valid(cells), pc.invert(pc.is_in(cells, value_set=codes.valid)))


def explain(text: str, codes: CodeList) -> Values:
    """The values for a code that is not valid: the nearest that is, its label, and the date if the code once was."""
    near: list[str] = []
    if len(codes.valid) <= MOST_COMPARED:
        valid = codes.valid.to_pylist()
        padded = [code for code in valid if code.lstrip("0") == text.lstrip("0")]
        near = padded or difflib.get_close_matches(text, valid, n=1, cutoff=0.75 if text.isdigit() else 0.6)
    nearest = near[0] if near else ""
    label = codes.labels.get(nearest, "")
    return {
        "value": text,
        "target": codes.target,
        "nearest": f"{nearest} ({label})" if label and label != nearest else nearest,
        "date": codes.date or "" if text in codes.known else "",
    }
