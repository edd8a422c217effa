"""What the values of a table's columns look like: missing, distinct, the commonest, smallest and greatest, how they spread.

Made from the Parquet file when a version is built, and kept beside it as profile.json; not part of the content hash, since
it follows from the rows. Read column by column and group by group, so memory is bounded by one column of one group.

    {"format": "dulieumo-profile/1", "tables": {table: {"rows": n, "columns": {column: {
        "rows": n, "missing": n, "distinct": n | "distinctAtLeast": n, "min": x, "max": x,
        "top": [[value, count], …], "bins": {"low": x, "high": x, "counts": [n, …]}}}}}}
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dulieumo import cells, parquetfile
from dulieumo.model import Column, Resource

FORMAT = "dulieumo-profile/1"
FILE = "profile.json"
BINS = 16
COMMONEST = 4
DISTINCT_LIMIT = 100_000
"""Distinct values counted exactly. Beyond, a column identifies rather than classifies, and the count says "at least"."""
FEW_ROWS = 20_000
"""Below, one thread is quicker than several."""
LETTERS = 60
COUNTED = ("string", "boolean", "integer", "year", "yearmonth")
SPREAD = ("integer", "number", "date", "datetime", "year")


def table(resource: Resource, paths: Sequence[Path]) -> dict[str, Any]:
    """The profile of one table, from its Parquet files. Columns are looked at side by side: Arrow releases Python's lock."""
    assert resource.schema is not None
    with parquetfile.TableReader(paths) as first:
        rows, names = first.num_rows, first.schema_arrow.names
    columns = [column for column in resource.schema.columns if column.name in names]

    def one(column: Column) -> dict[str, Any]:
        with parquetfile.TableReader(paths) as file:
            return _column(column, file)

    if rows < FEW_ROWS:
        found = [one(column) for column in columns]
    else:
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            found = list(pool.map(one, columns))
    return {
        "rows": rows,
        "columns": {column.name: item for column, item in zip(columns, found, strict=True)},
    }


def _column(column: Column, file: parquetfile.TableReader) -> dict[str, Any]:
    rows = file.num_rows
    profile: dict[str, Any] = {"rows": rows}
    counts = _Counts()
    ends = _ends(column, file)
    bins = _Bins.between(column, *ends) if ends is not None and column.type in SPREAD else None
    missing = 0
    for values in _groups(column, file):
        missing += values.null_count
        if column.type in COUNTED or column.type in SPREAD:
            present = values.drop_null()
            counts.add(present)
            if bins is not None:
                bins.add(present)
    if missing:
        profile["missing"] = missing
    if missing == rows or column.type not in {*COUNTED, *SPREAD}:
        return profile
    profile["distinct" if counts.is_exact else "distinctAtLeast"] = counts.distinct
    if ends is not None:
        profile["min"], profile["max"] = _shown(column, ends[0]), _shown(column, ends[1])
    is_code = bool(column.categories or column.code_list or "dulieumo:identifier" in column.descriptor)
    if bins is not None and not is_code and counts.distinct > COMMONEST:
        profile["bins"] = bins.shown(column)
    elif column.type in COUNTED and counts.is_exact and (counts.distinct < rows - missing or column.categories):
        profile["top"] = counts.top()
    return profile


def _groups(column: Column, file: parquetfile.TableReader) -> Iterator[pa.Array]:
    for number in range(file.num_row_groups):
        chunks = file.read_row_group(number, columns=[column.name]).column(0)
        yield pa.concat_arrays(chunks.chunks) if chunks.num_chunks != 1 else chunks.chunk(0)


def _ends(column: Column, file: parquetfile.TableReader) -> tuple[Any, Any] | None:
    """The smallest and the greatest value, from the file's statistics; None where there is none or no order is meant."""
    if column.type not in SPREAD and column.type != "yearmonth":
        return None
    ends = [(found.min, found.max) for found in file.statistics(column.name) if found.has_min_max]
    if not ends:
        return None
    return min(low for low, _high in ends), max(high for _low, high in ends)


class _Counts:
    """How often each value occurs, as long as there are at most `DISTINCT_LIMIT` of them."""

    def __init__(self) -> None:
        self._known: pa.Table | None = None
        self.distinct = 0
        self.is_exact = True

    def add(self, values: pa.Array) -> None:
        if not self.is_exact or not len(values):
            return
        found = pc.value_counts(values)
        part = pa.table({"value": found.field(0), "count": found.field(1)})
        if self._known is not None:
            both = pa.concat_tables([self._known, part])
            part = both.group_by("value", use_threads=False).aggregate([("count", "sum")])
            part = part.rename_columns(["value", "count"])
        self._known, self.distinct = part, part.num_rows
        if self.distinct > DISTINCT_LIMIT:
            self._known, self.is_exact = None, False

    def top(self) -> list[list[Any]]:
        if self._known is None:
            return []
        pairs = zip(self._known.column("value").to_pylist(), self._known.column("count").to_pylist(), strict=True)
        ordered = sorted(pairs, key=lambda pair: (-pair[1], str(pair[0])))
        return [[_short(value), count] for value, count in ordered[:COMMONEST]]


def _short(value: Any) -> Any:
    return value[:LETTERS] + "…" if isinstance(value, str) and len(value) > LETTERS else value


@dataclass(slots=True)
class _Bins:
    """Counts in equal steps between the smallest and the greatest value; at most one step per whole number."""

    ends: tuple[Any, Any]
    low: float
    high: float
    counts: np.ndarray[Any, np.dtype[np.int64]]

    @classmethod
    def between(cls, column: Column, smallest: Any, greatest: Any) -> _Bins | None:
        """Empty bins; None where the ends are too near each other to have steps between them."""
        kind = cells.arrow_type(column)
        ends = [float(value) for value in _numbers(pa.array([smallest, greatest], kind))]
        low, high, steps = ends[0], ends[1], BINS
        if column.type in ("integer", "year") and high - low < BINS:
            steps = int(high - low) + 1
            high += 1
        edges = np.linspace(low, high, steps + 1)
        return cls((smallest, greatest), low, high, np.zeros(steps, np.int64)) if (np.diff(edges) > 0).all() else None

    def add(self, values: pa.Array) -> None:
        found, _edges = np.histogram(_numbers(values), bins=len(self.counts), range=(self.low, self.high))
        self.counts += found

    def shown(self, column: Column) -> dict[str, Any]:
        low, high = (_shown(column, value) for value in self.ends)
        return {"low": low, "high": high, "counts": [int(count) for count in self.counts]}


def _numbers(values: pa.Array) -> np.ndarray[Any, np.dtype[np.float64]]:
    if pa.types.is_date(values.type) or pa.types.is_timestamp(values.type):
        values = pc.cast(pc.cast(values, pa.timestamp("us")), pa.int64())
    numbers: np.ndarray[Any, np.dtype[np.float64]] = pc.cast(values, pa.float64(), safe=False).to_numpy(
        zero_copy_only=False
    )
    return numbers


def _shown(column: Column, value: Any) -> Any:
    if column.type in ("date", "datetime"):
        return value.isoformat()[:10]
    if column.type in ("year", "yearmonth"):
        return str(value)
    return int(value) if column.type == "integer" else float(value)
