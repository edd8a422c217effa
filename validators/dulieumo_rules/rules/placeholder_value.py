"""A cell does not hold a word that only holds its place.

"đang cập nhật", "N/A", "-" or "không rõ" are read as text by every program. Leave the cell empty, or list the word in
the column's `missingValues`, with a label that says what it means; then it is a missing value and no longer text.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dulieumo_rules import bytewise, masks
from dulieumo_rules.findings import Severity
from dulieumo_rules.masks import Mask
from dulieumo_rules.shape import Field, Table

from . import Values

CODE = "placeholder-value"
SEVERITY = Severity.ERROR

WORDS = frozenset(
    """- -- --- – — . .. ... … / \\ _ * ? ?? ??? x xx xxx n/a #n/a na n.a n.a. nan null none nil undefined unknown tbd
    tba #ref! #value! #name? #div/0! #num! #null! chưa_có chưa_rõ chưa_biết chưa_cập_nhật chưa_xác_định chưa_có_số_liệu
    chưa_có_thông_tin không_có không_rõ không_có_thông_tin không_có_số_liệu không_có_dữ_liệu không_xác_định
    đang_cập_nhật đang_cập_nhật... đang_bổ_sung cập_nhật_sau sẽ_cập_nhật (trống) (blank) trống
    to_be_updated updating no_data not_available""".replace("\n", " ").split(" ")
) - {""}
"""Compared in lower case, `_` standing for a space. `không` and `0` are answers, not placeholders."""

_SET = pa.array(sorted(word.replace("_", " ") if word != "_" else word for word in WORDS), pa.string())

_STARTS = np.zeros(256, np.bool_)
_STARTS[[ord(" "), *(variant.encode()[0] for word in _SET.to_pylist() for variant in (word, word.upper()))]] = True
_LONGEST = max(len(word.encode()) + word.count("i") + 2 * word.count("k") for word in _SET.to_pylist())
"""Of their bytes in any case: `İ` takes one more than `i`, the kelvin sign two more than `k`."""
_ENDS = np.zeros(256, np.bool_)
_ENDS[[*b" \t\n\v\f\r\x1c\x1d\x1e\x1f", *range(0x80, 0xC0)]] = True
"""Last bytes that white space has; a longer cell that ends otherwise, and does not begin with a space, is none of the words."""


def applies(field: Field, _table: Table) -> bool:
    return field.type == "string" and "categories" not in field.descriptor


def suspects(cells: pa.Array, _field: Field, _table: Table) -> Mask:
    """Only the few cells that start like one of the words, in either case, are compared with them."""
    starts = _STARTS[masks.first_bytes(cells)]
    if not starts.any():
        return None
    start, end, data = bytewise.parts(cells)
    long = np.flatnonzero(end - start > _LONGEST)
    if len(long):
        starts[long] &= (data[start[long]] == ord(" ")) | _ENDS[data[end[long] - 1]]
        if not starts.any():
            return None
    marked = masks.of(starts)
    likely = cells.filter(marked)
    found = pc.is_in(pc.utf8_lower(pc.utf8_trim_whitespace(likely)), value_set=_SET)
    if not pc.any(found).as_py():
        return None
    return pc.replace_with_mask(masks.of(np.zeros(len(cells), np.bool_)), marked, found)


def explain(text: str, field: Field, _table: Table) -> Values | None:
    if text.strip().lower() not in _SET.to_pylist():
        return None
    allowed = field.descriptor.get("constraints", {}).get("enum", ())
    return None if text in allowed else {"value": text}
