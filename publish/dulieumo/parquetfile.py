"""How we write Parquet, in one place: the settings are part of a release's contract and stand in its manifest.

A table of more rows than one part holds lies in a folder: `bang/part-00000.parquet`, `bang/part-00001.parquet`, … Each part is
a whole file with schema, metadata and statistics, and the parts follow one another in the order of the key. So every reader
that takes a list of files or a folder has the table, and one that looks for a key opens only the part that has it. Folders
named by a column's values (`nam=2024/`) would take that column and its declared type out of the files, and the order with it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from dulieumo.store import FolderStore

ROW_GROUP_ROWS = 64 * 1024  # a browser's range read of one column of one group stays well below a megabyte
PART_ROWS = 64 * ROW_GROUP_ROWS
"""Rows of one file, unless the descriptor says `dulieumo:partRows`: 4,194,304, some 100 to 500 MB of an everyday table."""
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
CONTRACT = {**SETTINGS, "row_group_rows": ROW_GROUP_ROWS, "part_rows": PART_ROWS}
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


class TableWriter:
    """Writes a table to `<folder>/<name>.parquet`, or, when it has more than `part_rows` rows, to parts in `<folder>/<name>/`.

    `paths` are the files, in order, each with its number of rows; complete once it is closed."""

    def __init__(
        self,
        folder: Path,
        name: str,
        schema: pa.Schema,
        *,
        sorted_by: Sequence[str] = (),
        coded: Sequence[str] = (),
        part_rows: int = PART_ROWS,
    ) -> None:
        self.paths: list[tuple[Path, int]] = []
        self._folder, self._name, self._limit = folder, name, part_rows
        self._schema, self._sorted_by, self._coded = schema, sorted_by, coded
        self._file = folder / f"{name}.parquet"
        self._writer = self._open()
        self._rows = 0

    def _open(self) -> Writer:
        return Writer(self._file, self._schema, sorted_by=self._sorted_by, coded=self._coded)

    def write(self, batch: pa.RecordBatch) -> None:
        while self._rows + batch.num_rows > self._limit:
            part = batch.slice(0, self._limit - self._rows)
            self._writer.write(part)
            self._rows += part.num_rows
            self._next()
            batch = batch.slice(part.num_rows)
        self._writer.write(batch)
        self._rows += batch.num_rows

    def _next(self) -> None:
        """End this file, which is a part now, and begin the next one."""
        self._end()
        if len(self.paths) == 1:  # the first one was written as if it were the whole table
            (self._folder / self._name).mkdir()
            first, rows = self.paths[0]
            self.paths[0] = (first.rename(self._part(0)), rows)
        self._file = self._part(len(self.paths))
        self._writer = self._open()
        self._rows = 0

    def _part(self, number: int) -> Path:
        return self._folder / self._name / f"part-{number:05}.parquet"

    def _end(self) -> None:
        self._writer.close()
        self.paths.append((self._file, self._rows))

    def __enter__(self) -> TableWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self._end()
        else:
            self._writer.__exit__(kind, error, trace)


class TableReader:
    """The rows of a table, in one file or in parts, as `pq.ParquetFile` gives those of a file."""

    def __init__(self, files: Sequence[Path | BinaryIO]) -> None:
        self._files = [pq.ParquetFile(file) for file in files]
        self._groups = [(file, number) for file in self._files for number in range(file.num_row_groups)]

    @property
    def schema_arrow(self) -> pa.Schema:
        return self._files[0].schema_arrow

    @property
    def num_rows(self) -> int:
        return sum(file.metadata.num_rows for file in self._files)

    @property
    def num_row_groups(self) -> int:
        return len(self._groups)

    def read_row_group(self, number: int, columns: Sequence[str] | None = None) -> pa.Table:
        file, at = self._groups[number]
        return file.read_row_group(at, columns=columns)

    def statistics(self, column: str) -> Iterator[pq.Statistics]:
        """Those of each row group that has some for this column."""
        leaf = next(at for at in range(len(self._files[0].schema)) if self._files[0].schema.column(at).path == column)
        for file, at in self._groups:
            found = file.metadata.row_group(at).column(leaf).statistics
            if found is not None:
                yield found

    def iter_batches(self, batch_size: int = ROW_GROUP_ROWS) -> Iterator[pa.RecordBatch]:
        for file in self._files:
            yield from file.iter_batches(batch_size=batch_size)

    def read(self) -> pa.Table:
        return pa.concat_tables([file.read() for file in self._files])

    def __enter__(self) -> TableReader:
        return self

    def __exit__(self, *_error: object) -> None:
        for file in self._files:
            file.close(force=True)


def open_table(store: FolderStore, path: str) -> TableReader:
    """The table at a path of the store: a file, or the folder of its parts. Raises FileNotFoundError."""
    if path.endswith(".parquet"):
        return TableReader([store.open(path)])
    names = store.files(path)
    if not names:
        raise FileNotFoundError(path)
    return TableReader([store.open(f"{path}/{name}") for name in names])
