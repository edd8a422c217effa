"""The canonical CSV: UTF-8 without BOM, \\n, RFC 4180 quoting only where it is needed, header, empty = missing.

Written by Arrow kernels, column by column: a batch becomes one buffer of bytes, with no Python per cell.
"""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from dulieumo import cells
from dulieumo.model import Column


def header(columns: Sequence[Column]) -> bytes:
    return ",".join(column.name for column in columns).encode() + b"\n"


def records(columns: Sequence[Column], batch: pa.RecordBatch) -> bytes:
    """The lines of a typed batch (columns in schema order). No rows: no bytes."""
    if batch.num_rows == 0:
        return b""
    texts = [_quoted(cells.to_text(column, values)) for column, values in zip(columns, batch.columns, strict=True)]
    if len(texts) == 1:  # an empty line is no record for many readers
        texts = [pc.if_else(pc.equal(texts[0], ""), '""', texts[0])]
    lines = pc.binary_join_element_wise(
        *(text.cast(pa.large_string()) for text in texts), pa.scalar(",", pa.large_string())
    )
    lines = pc.binary_join_element_wise(lines, pa.scalar("\n", pa.large_string()), pa.scalar("", pa.large_string()))
    return _bytes_of(lines)


def _quoted(text: pa.Array) -> pa.Array:
    text = pc.fill_null(text, "")
    special = pc.match_substring_regex(text, '[",\r\n]|^\\s|\\s$')
    if not pc.any(special).as_py():
        return text
    quoted = pc.binary_join_element_wise('"', pc.replace_substring(text, '"', '""'), '"', "")
    return pc.if_else(special, quoted, text)


def _bytes_of(lines: pa.Array) -> bytes:
    """The characters of an array of large strings, one after the other."""
    _, offsets, data = lines.buffers()
    first = memoryview(offsets).cast("q")[lines.offset]
    last = memoryview(offsets).cast("q")[lines.offset + len(lines)]
    return bytes(memoryview(data)[first:last])
