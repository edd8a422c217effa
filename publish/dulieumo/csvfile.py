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
    """The lines of a typed batch (columns in schema order) whose text is below 2 GB. No rows: no bytes."""
    if batch.num_rows == 0:
        return b""
    texts = [_field(column, values) for column, values in zip(columns, batch.columns, strict=True)]
    if len(texts) == 1:  # an empty line is no record for many readers
        texts = [pc.if_else(pc.equal(texts[0], ""), '""', texts[0])]
    texts[-1] = pc.binary_join_element_wise(texts[-1], "\n", "")
    return _bytes_of(pc.binary_join_element_wise(*texts, ","))


def _field(column: Column, values: pa.Array) -> pa.Array:
    text = pc.fill_null(cells.to_text(column, values), "")
    return _quoted(text) if column.type in _MAY_NEED_QUOTES else text


_MAY_NEED_QUOTES = ("string", "list", "geopoint", "object", "array", "geojson")


def _quoted(text: pa.Array) -> pa.Array:
    special = pc.match_substring_regex(text, '[",\r\n]')
    if not pc.any(special).as_py():
        return text
    quoted = pc.binary_join_element_wise('"', pc.replace_substring(text, '"', '""'), '"', "")
    return pc.if_else(special, quoted, text)


def _bytes_of(lines: pa.Array) -> bytes:
    """The characters of an array of strings, one after the other."""
    _, offsets, data = lines.buffers()
    starts = memoryview(offsets).cast("i")
    return bytes(memoryview(data)[starts[lines.offset] : starts[lines.offset + len(lines)]])
