"""A cell does not hold a word that only holds its place.

"đang cập nhật", "N/A", "-" or "không rõ" are read as text by every program. Leave the cell empty, or list the word in
the column's `missingValues`, with a label that says what it means; then it is a missing value and no longer text.
"""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from dulieumo_rules.findings import Severity
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


def applies(field: Field, _table: Table) -> bool:
    return field.type == "string" and "categories" not in field.descriptor


def suspects(cells: pa.Array, _field: Field, _table: Table) -> pa.Array | None:
    short = pc.less_equal(pc.binary_length(cells), 40)
    if not pc.any(short).as_py():
        return None
    return pc.and_(short, pc.is_in(pc.utf8_lower(pc.utf8_trim_whitespace(cells)), value_set=_SET))


def explain(text: str, field: Field, _table: Table) -> Values | None:
    if text.strip().lower() not in _SET.to_pylist():
        return None
    allowed = field.descriptor.get("constraints", {}).get("enum", ())
    return None if text in allowed else {"value": text}
