"""A few rows of a DataStore table beside those of the release, value by value: cheap enough for every night."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from dulieumo import parquetfile
from dulieumo.store import FolderStore

from . import rows
from .client import Client
from .model import DesiredResource, DesiredTable

SAMPLE_ROWS = 20


def is_equal(client: Client, store: FolderStore, resource: DesiredResource, table: DesiredTable) -> bool:
    """Whether some rows of the DataStore equal ours: by key the first, middle and last ones; without key the first ones."""
    with parquetfile.open_table(store, table.parquet) as parquet:
        if parquet.num_rows == 0:
            return True
        sample = _sample(parquet)
    if table.primary_key:
        keys = rows.key_values(table.schema, sample, table.primary_key)
        filters = {name: list(dict.fromkeys(key[name] for key in keys)) for name in table.primary_key}
        found: list[Any] = []
        while True:
            answer = client.read_exact(
                "datastore_search",
                resource_id=resource.id,
                filters=filters,
                limit=1000,
                offset=len(found),
                sort="_id",
                include_total=False,
            )
            found += answer["records"]
            if len(answer["records"]) < min(1000, int(answer["limit"])):
                break
    else:
        sample = sample.slice(0, min(SAMPLE_ROWS, sample.num_rows))
        answer = client.read_exact(
            "datastore_search", resource_id=resource.id, limit=sample.num_rows, sort="_id", include_total=False
        )
        found = answer["records"]
    theirs = {_line(table, rows.table_of(table.schema, [record])) for record in found}
    return all(_line(table, sample.slice(position, 1)) in theirs for position in range(sample.num_rows))


def _sample(parquet: parquetfile.TableReader) -> pa.Table:
    """First, middle and last rows: of the first, the middle and the last row group, so that little is read."""
    groups = sorted({0, parquet.num_row_groups // 2, parquet.num_row_groups - 1})
    parts = []
    for group in groups:
        part = parquet.read_row_group(group)
        third = max(1, SAMPLE_ROWS // 3)
        starts = sorted({0, max(0, part.num_rows // 2), max(0, part.num_rows - third)})
        parts += [part.slice(start, third) for start in (starts if len(groups) == 1 else starts[:1])]
    return pa.concat_tables(parts)


def _line(table: DesiredTable, row: pa.Table) -> str:
    batch = row.select([column.name for column in table.schema.columns]).combine_chunks().to_batches()[0]
    line: str = rows.records(table.schema, batch)[0].as_py()
    return line
