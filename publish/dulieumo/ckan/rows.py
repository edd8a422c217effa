"""Typed rows ⇄ the JSON records of the DataStore. To JSON column by column, with no Python per cell; exact both ways."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from dulieumo import cells
from dulieumo.model import Column, Schema

BATCH_BYTES = 4_000_000
"""The JSON of one request. Larger ones gain nothing (measured), and meet the limits of proxies."""

_LARGE = pa.large_string()
_NEEDS_ESCAPE = r'["\\\x00-\x1f]'
_CONTROL = r"[\x00-\x1f]"


def batches(
    schema: Schema, table: pa.Table, ids: Sequence[int] | None = None, limit: int = BATCH_BYTES
) -> Iterator[tuple[int, bytes]]:
    """The rows as JSON: (number of rows, "{…},{…}") per request, each of about `limit` bytes and at least one row.

    `ids`: the `_id` of each row, written as its first member."""
    if table.num_rows == 0:
        return
    start = 0
    for batch in table.to_batches(max_chunksize=20_000):
        own = None if ids is None else ids[start : start + batch.num_rows]
        start += batch.num_rows
        lines = records(schema, batch, own)
        sizes = pc.cumulative_sum(pc.add(pc.binary_length(lines), 1)).to_pylist()
        first, sent = 0, 0
        while first < len(lines):
            last = first + 1
            while last < len(lines) and sizes[last] - sent <= limit:
                last += 1
            sent = sizes[last - 1]
            yield last - first, b",".join(value.as_buffer().to_pybytes() for value in lines.slice(first, last - first))
            first = last


def records(schema: Schema, batch: pa.RecordBatch, ids: Sequence[int] | None = None) -> pa.Array:
    """Each row as a JSON object, in a large_string array."""
    parts: list[Any] = []
    if ids is not None:
        parts += [pa.scalar('{"_id":', _LARGE), pa.array(ids, pa.int64()).cast(_LARGE)]
    for column in schema.columns:
        lead = "," if parts else "{"
        parts += [pa.scalar(f"{lead}{json.dumps(column.name)}:", _LARGE), _values(column, batch.column(column.name))]
    return pc.binary_join_element_wise(*parts, pa.scalar("}", _LARGE), pa.scalar("", _LARGE))


def _values(column: Column, values: pa.Array) -> pa.Array:
    """JSON texts, `null` for null."""
    kind = values.type
    if pa.types.is_list(kind):
        texts = [
            None if items is None else json.dumps(_plain(items), ensure_ascii=False) for items in values.to_pylist()
        ]
        return pc.fill_null(pa.array(texts, _LARGE), "null")
    if pa.types.is_boolean(kind) or pa.types.is_integer(kind) or pa.types.is_floating(kind):
        return pc.fill_null(values.cast(pa.string()).cast(_LARGE), "null")
    text = cells.to_text(column, values).cast(_LARGE)
    return pc.fill_null(_quoted(text), "null")


def _plain(items: Sequence[Any]) -> list[Any]:
    return [item if isinstance(item, str | int | float | bool) or item is None else _iso(item) for item in items]


def _iso(value: Any) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return value.isoformat() if isinstance(value, date | time) else str(value)


def _quoted(text: pa.Array) -> pa.Array:
    quote = pa.scalar('"', _LARGE)
    if pc.any(pc.match_substring_regex(text, _NEEDS_ESCAPE)).as_py():
        text = pc.replace_substring(pc.replace_substring(text, "\\", "\\\\"), '"', '\\"')
        for letter, escaped in (("\n", "\\n"), ("\r", "\\r"), ("\t", "\\t")):
            text = pc.replace_substring(text, letter, escaped)
        if pc.any(pc.match_substring_regex(text, _CONTROL)).as_py():
            text = pa.array([None if item is None else _escape_control(item) for item in text.to_pylist()], _LARGE)
    return pc.binary_join_element_wise(quote, text, quote, pa.scalar("", _LARGE))


def _escape_control(text: str) -> str:
    return "".join(f"\\u{ord(letter):04x}" if letter < " " else letter for letter in text)


def table_of(schema: Schema, found: Sequence[Mapping[str, Any]]) -> pa.Table:
    """The records of datastore_search (numbers read as Decimal) as a typed table. Values that do not fit become null."""
    arrays = [
        pa.array([_read(column, record.get(column.name)) for record in found], cells.arrow_type(column))
        for column in schema.columns
    ]
    return pa.table(arrays, names=[column.name for column in schema.columns])


def _read(column: Column, value: Any) -> Any:
    if value is None:
        return None
    if column.type == "list":
        item = str(column.descriptor.get("itemType", "string"))
        return [_read_scalar(item, is_float=True, scale=None, value=part) for part in value]
    if column.type == "geopoint":
        lon, lat = str(value).split(",")
        return {"lon": float(lon), "lat": float(lat)}
    scale = column.decimal.scale if column.decimal else None
    return _read_scalar(column.type, is_float=column.is_float, scale=scale, value=value)


def _read_scalar(kind: str, *, is_float: bool, scale: int | None, value: Any) -> Any:
    try:
        if kind in ("integer", "year"):
            return int(value)
        if kind == "number":
            return float(value) if is_float or scale is None else Decimal(value).quantize(Decimal(1).scaleb(-scale))
        if kind == "date":
            return date.fromisoformat(value)
        if kind == "datetime":
            moment = datetime.fromisoformat(value)
            return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        if kind == "time":
            return time.fromisoformat(value)
        if kind == "boolean":
            return bool(value)
    except (ValueError, TypeError, ArithmeticError):
        return None
    return str(value)


def key_values(schema: Schema, table: pa.Table, names: Sequence[str]) -> list[dict[str, Any]]:
    """The key of each row as JSON values, for `filters`."""
    columns = {name: schema.column(name) for name in names}
    texts: dict[str, list[Any]] = {}
    for name, column in columns.items():
        assert column is not None
        values = table.column(name).combine_chunks()
        values = (
            pa.concat_arrays(values.chunks) if isinstance(values, pa.ChunkedArray) and values.num_chunks else values
        )
        if isinstance(values, pa.ChunkedArray):
            values = pa.nulls(0, values.type)
        is_number = pa.types.is_integer(values.type) or pa.types.is_boolean(values.type)
        texts[name] = values.to_pylist() if is_number else cells.to_text(column, values).to_pylist()
    return [dict(zip(texts, row, strict=True)) for row in zip(*texts.values(), strict=True)]
