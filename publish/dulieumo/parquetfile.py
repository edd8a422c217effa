"""How we write Parquet, in one place: the settings are part of a release's contract and stand in its manifest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType

import pyarrow as pa
import pyarrow.parquet as pq

ROW_GROUP_ROWS = 64 * 1024  # a browser's range read of one column of one group stays well below a megabyte
SETTINGS = {
    "version": "2.6",
    "compression": "zstd",
    "compression_level": 3,  # level 9 takes 3 times as long for 2 % less
    "data_page_version": "1.0",  # what every reader knows
    "write_page_index": True,
    "write_page_checksum": True,
    "write_statistics": True,
    "store_schema": True,  # keeps our metadata and the exact Arrow types
    "use_compliant_nested_type": True,
}
CONTRACT = {**SETTINGS, "row_group_rows": ROW_GROUP_ROWS}
"""What a release's manifest says of it."""


class Writer:
    """Writes typed batches to one Parquet file, in row groups of `ROW_GROUP_ROWS` whatever the size of the batches."""

    def __init__(
        self, path: Path, schema: pa.Schema, *, sorted_by: Sequence[str] = (), coded: Sequence[str] = ()
    ) -> None:
        """`coded` names the columns of few distinct values: they get a dictionary. For others it costs time and bytes."""
        sorting = [pq.SortingColumn(schema.get_field_index(name)) for name in sorted_by]
        self.schema = schema
        self._writer = pq.ParquetWriter(
            path, schema, sorting_columns=sorting or None, use_dictionary=list(coded), **SETTINGS
        )
        self._waiting: list[pa.RecordBatch] = []
        self._rows = 0

    def write(self, batch: pa.RecordBatch) -> None:
        while self._rows + batch.num_rows >= ROW_GROUP_ROWS:
            part = batch.slice(0, ROW_GROUP_ROWS - self._rows)
            self._waiting.append(part)
            self._flush()
            batch = batch.slice(part.num_rows)
        if batch.num_rows:
            self._waiting.append(batch)
            self._rows += batch.num_rows

    def describe(self, metadata: Mapping[str, str]) -> None:
        """Add to the file's metadata what is known only at its end."""
        self._writer.add_key_value_metadata(dict(metadata))

    def _flush(self) -> None:
        table = pa.Table.from_batches(self._waiting, self.schema)
        self._writer.write_table(table, row_group_size=ROW_GROUP_ROWS)
        self._waiting, self._rows = [], 0

    def __enter__(self) -> Writer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.close()
        else:
            self._writer.close()

    def close(self) -> None:
        if self._waiting:
            self._flush()
        self._writer.close()
