"""What the values of a table's columns look like: how many are missing, the commonest, how numbers and dates spread.

Read from Parquet once per version; the result is kept beside the site, by content, so an unchanged table is not read again.
"""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from dulieumo.model import Column, DatasetVersion, Resource
from dulieumo.store import FolderStore

BINS = 16
COMMONEST = 4
ROWS_READ = 1_000_000  # of a bigger table the first million rows are described
LETTERS = 60
COUNTED = ("string", "boolean", "integer", "year", "yearmonth")
SPREAD = ("integer", "number", "date", "datetime", "year")


def profiles(version: DatasetVersion, store: FolderStore) -> dict[str, Any]:
    """Per table of the version that has Parquet and rows: {"rows": n, "columns": {column: description}}."""
    found = {}
    for resource in version.dataset.resources:
        parquet = version.artifact(resource.name, "parquet")
        if parquet is None or resource.schema is None or not parquet.rows:
            continue
        with store.open(f"{version.folder}/{parquet.path}") as file:
            found[resource.name] = table_profile(resource, pq.ParquetFile(file))
    return found


def table_profile(resource: Resource, file: pq.ParquetFile) -> dict[str, Any]:
    assert resource.schema is not None
    columns = {}
    for column in resource.schema.columns:
        if column.name in file.schema_arrow.names:
            columns[column.name] = column_profile(column, _values(file, column.name))
    return {"rows": file.metadata.num_rows, "columns": columns}


def _values(file: pq.ParquetFile, name: str) -> pa.ChunkedArray:
    chunks: list[pa.Array] = []
    seen = 0
    for batch in file.iter_batches(batch_size=131_072, columns=[name]):
        chunks.append(batch.column(0))
        seen += len(chunks[-1])
        if seen >= ROWS_READ:
            break
    return pa.chunked_array(chunks, file.schema_arrow.field(name).type)


def column_profile(column: Column, values: pa.ChunkedArray) -> dict[str, Any]:
    """`bins` for what has an order, `top` for what repeats; `missing` and `distinct` are counts."""
    profile: dict[str, Any] = {"rows": len(values)}
    if values.null_count:
        profile["missing"] = values.null_count
    present = values.drop_null()
    if not len(present) or column.type not in {*COUNTED, *SPREAD}:
        return profile
    distinct = pc.count_distinct(present).as_py()
    profile["distinct"] = distinct
    is_code = bool(column.categories or column.code_list or "dulieumo:identifier" in column.descriptor)
    if column.type in SPREAD and not is_code and distinct > COMMONEST:
        profile["bins"] = _bins(column, present)
    elif column.type in COUNTED and (distinct < len(present) or column.categories):
        profile["top"] = _top(present)
    return profile


def _top(values: pa.ChunkedArray) -> list[list[Any]]:
    counts = sorted(
        ((item["values"], item["counts"]) for item in pc.value_counts(values).to_pylist()),
        key=lambda pair: (-pair[1], str(pair[0])),
    )
    return [[_short(value), count] for value, count in counts[:COMMONEST]]


def _short(value: Any) -> Any:
    if isinstance(value, str) and len(value) > LETTERS:
        return value[:LETTERS] + "…"
    return value


def _bins(column: Column, values: pa.ChunkedArray) -> dict[str, Any]:
    """Equal steps between the smallest and the greatest value; at most one per distinct step of whole numbers."""
    import numpy as np

    if column.type in ("date", "datetime"):
        numbers = pc.cast(pc.cast(values, pa.timestamp("us")), pa.int64())
    else:
        numbers = values
    ends = pc.min_max(values).as_py()
    array = pc.cast(numbers, pa.float64()).to_numpy()
    low, high = float(array.min()), float(array.max())
    steps = BINS
    if column.type in ("integer", "year") and high - low < BINS:
        steps = int(high - low) + 1
        high += 1
    counts, _edges = np.histogram(array, bins=steps, range=(low, high))
    return {
        "low": _end(ends["min"], column),
        "high": _end(ends["max"], column),
        "counts": [int(count) for count in counts],
    }


def _end(value: Any, column: Column) -> Any:
    if column.type in ("date", "datetime"):
        return value.isoformat()[:10]
    if column.type == "year":
        return str(value)
    return int(value) if column.type == "integer" else float(value)
