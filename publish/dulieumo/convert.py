"""One table → its canonical CSV and its Parquet, from one stream of typed batches, so that they cannot disagree.

    source ─► tables: text, typed ─┬─► CSV lane: canonical text, hash      (two threads beside the reader)
                                   └─► Parquet lane

Where a batch stands in the source as it would in the CSV, its bytes are copied: most committed tables are canonical, and
making text from values is the dearest step. A source that is not in the order of its key is read once more, through
`sorting`.
"""

from __future__ import annotations

import hashlib
import shutil
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

import pyarrow as pa
import pyarrow.compute as pc

from dulieumo import canonical, csvfile, parquetfile, sorting, tables
from dulieumo.errors import ReleaseError
from dulieumo.i18n import _
from dulieumo.model import Artifact, Column, Dataset, Resource, Schema

CSV_TYPE = "text/csv"
PARQUET_TYPE = "application/vnd.apache.parquet"
SORTABLE = ("string", "integer", "number", "date", "datetime", "time", "year", "yearmonth", "boolean", "duration")


class NotAsChecked(ReleaseError):
    """The table is not what `check` approved: it changed since, or it was never checked."""


class OutOfOrder(Exception):
    """The source is not in the order of its primary key."""


@dataclass(frozen=True, slots=True)
class Part:
    """Some records. `source_bytes`: how many bytes of the source they are, where these are canonical; None where unknown."""

    batch: pa.RecordBatch
    source_bytes: int | None


def convert(dataset: Dataset, resource: Resource, source: Path, folder: Path) -> tuple[Artifact, ...]:
    """Write `<resource>.csv`, and `<resource>.parquet` or the parts of it, into `folder`. Raises NotAsChecked."""
    try:
        with Conversion(dataset, resource, folder, source) as conversion:
            for part in _parts(conversion, source):
                conversion.write(part)
        return conversion.artifacts()
    except OutOfOrder:
        with Conversion(dataset, resource, folder, None) as conversion:
            batches = (part.batch for part in _parts(conversion, source))
            for batch in sorting.sort(batches, conversion.key, folder):
                conversion.write(Part(batch, None))
        return conversion.artifacts()


def _parts(conversion: Conversion, source: Path) -> Iterator[Part]:
    resource = conversion.resource
    ragged: list[tables.RaggedRow] = []
    try:
        for strings in tables.read_strings(source, resource, ragged):
            yield conversion.typed(strings)
    except tables.UnreadableTable as error:
        raise _not_as_checked(resource, error.detail) from error
    if ragged:
        raise _not_as_checked(resource, f"{len(ragged)} ragged rows")


def sort_key(schema: Schema) -> tuple[str, ...]:
    """The columns of the primary key that have an order: CSV, Parquet and DataStore hold the rows in it."""
    return tuple(name for name in schema.primary_key if (column := schema.column(name)) and column.type in SORTABLE)


def _is_plain(resource: Resource, schema: Schema, source: Path) -> bool:
    """Whether the source begins as a canonical CSV: the default dialect, and exactly our header."""
    dialect: Mapping[str, object] = resource.descriptor.get("dialect", {})
    usual = {"delimiter": ",", "lineTerminator": "\n", "quoteChar": '"', "doubleQuote": True, "header": True}
    if resource.format != "csv" or len(schema.columns) < 2 or dialect.get("headerRows", [1]) != [1]:
        return False
    if any(name in dialect and dialect[name] != value for name, value in usual.items() if name != "lineTerminator"):
        return False
    header = csvfile.header(schema.columns)
    with source.open("rb") as file:
        return file.read(len(header)) == header


def _source_bytes(strings: pa.RecordBatch) -> int:
    """The bytes of the records as plain CSV: the cells, and one delimiter or line end after each."""
    size: int = strings.num_rows * strings.num_columns
    for column in strings.columns:
        size += pc.sum(pc.binary_length(column)).as_py() or 0
    return size


def _not_as_checked(resource: Resource, detail: str) -> NotAsChecked:
    return NotAsChecked(
        _("The table {table} cannot be built: {detail}.").format(table=resource.name, detail=detail),
        hint=_("Run `dulieumo check` and mend what it finds."),
    )


class Conversion:
    """The CSV and the Parquet of one table, being written from batches of text. Use it as a context; then ask for the artifacts."""

    def __init__(self, dataset: Dataset, resource: Resource, folder: Path, source: Path | None) -> None:
        """`source` where its bytes may be copied: its records are those that will be written, in the same order."""
        assert resource.schema is not None
        self.resource = resource
        self.key = sort_key(resource.schema)
        self._schema = resource.schema
        self._arrow = tables.arrow_schema(dataset, resource)
        self._folder = folder
        self._source = source if source is not None and _is_plain(resource, resource.schema, source) else None
        self._order = _Order(self.key)

    def __enter__(self) -> Conversion:
        name = self.resource.name
        shutil.rmtree(self._folder / name, ignore_errors=True)  # parts of an attempt that found no order
        with ExitStack() as stack:
            open_ = stack.enter_context
            file = open_((self._folder / f"{name}.csv").open("wb"))
            self._parquet = open_(
                parquetfile.TableWriter(
                    self._folder,
                    name,
                    self._arrow,
                    sorted_by=self.key,
                    coded=_coded(self._schema),
                    part_rows=self.resource.descriptor.get("dulieumo:partRows", parquetfile.PART_ROWS),
                )
            )
            self._csv = _CsvWriter(file, self._schema.columns, open_(_Lines(self._source)))
            self._csv_lane = open_(_Lane())  # the lanes end before what they write to and read from is closed
            self._parquet_lane = open_(_Lane())
            self._opened = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._opened.__exit__(kind, error, trace)

    def typed(self, strings: pa.RecordBatch) -> Part:
        """A batch of the source under the schema. Depends on nothing but the batch, so threads may share it. Raises NotAsChecked."""
        typed = tables.typed(self._schema, strings, self._arrow)
        if typed.suspects:
            raise _not_as_checked(self.resource, ", ".join(typed.suspects))
        return Part(typed.batch, _source_bytes(strings) if typed.is_canonical else None)

    def write(self, part: Part) -> None:
        """The next records. Raises OutOfOrder."""
        if not self._order.follow(part.batch):
            raise OutOfOrder
        self._csv_lane.run(self._csv.write, part)
        self._parquet_lane.run(lambda part: self._parquet.write(part.batch), part)

    def artifacts(self) -> tuple[Artifact, ...]:
        """What was written, the CSV first, once the context has ended well."""
        csv, files = self._folder / f"{self.resource.name}.csv", self._parquet.paths
        kind = "parquet" if len(files) == 1 else "parquet-part"
        return (
            self._artifact(csv, "csv", CSV_TYPE, self._csv.digest.hexdigest(), self._csv.rows),
            *(self._artifact(path, kind, PARQUET_TYPE, canonical.sha256_of_file(path), rows) for path, rows in files),
        )

    def _artifact(self, path: Path, kind: str, media_type: str, sha256: str, rows: int) -> Artifact:
        return Artifact(
            path=path.relative_to(self._folder).as_posix(),
            kind=kind,
            media_type=media_type,
            bytes=path.stat().st_size,
            sha256=sha256,
            resource=self.resource.name,
            rows=rows,
        )


@dataclass(slots=True)
class _Order:
    """Whether batches come in the order of the key, seen batch by batch."""

    key: tuple[str, ...]
    last: pa.RecordBatch | None = None

    def follow(self, batch: pa.RecordBatch) -> bool:
        if not self.key or batch.num_rows == 0:
            return True
        keys = batch.select(list(self.key))
        if self.last is not None:
            seam = pa.Table.from_batches([self.last, keys.slice(0, 1)]).combine_chunks()
            if not sorting.is_ascending(seam):
                return False
        self.last = keys.slice(keys.num_rows - 1)
        return sorting.is_ascending(pa.Table.from_batches([keys]))


def _coded(schema: Schema) -> list[str]:
    """The columns of few distinct values, as declared."""
    return [
        column.name
        for column in schema.columns
        if column.categories or column.code_list or "enum" in column.constraints or column.is_source_reference
    ]


class _Lane:
    """Runs calls one after the other beside the reader; at most `AHEAD` wait, so memory stays bounded.

    Arrow releases Python's lock while it converts and writes, so two lanes and the reader use all cores."""

    AHEAD = 4

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(max_workers=1)
        self._waiting: deque[Future[None]] = deque()

    def run(self, call: Callable[[Part], None], part: Part) -> None:
        while len(self._waiting) >= self.AHEAD:
            self._waiting.popleft().result()
        self._waiting.append(self._pool.submit(call, part))

    def __enter__(self) -> _Lane:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_rest: object) -> None:
        self._pool.shutdown(wait=True, cancel_futures=kind is not None)
        if kind is None:
            for call in self._waiting:
                call.result()


class _Lines:
    """The bytes of the source's records, as long as they are plain: no quotes, lines ended by \\n, nothing unexpected."""

    def __init__(self, source: Path | None) -> None:
        self._file = source.open("rb") if source is not None else None
        self._is_at_start = True

    def take(self, rows: int, size: int, header: bytes) -> bytes | None:
        """The bytes of the next `rows` records, if they are plain and `size` long; else None, then and ever after."""
        if self._file is None:
            return None
        if self._is_at_start:
            self._file.seek(len(header))
            self._is_at_start = False
        data = self._file.read(size)
        if (
            len(data) == size
            and data.count(b"\n") == rows
            and b'"' not in data
            and b"\r" not in data
            and data.endswith(b"\n")
        ):
            return data
        self.stop()
        return None

    def stop(self) -> None:
        if self._file is not None:
            self._file.close()
        self._file = None

    def __enter__(self) -> _Lines:
        return self

    def __exit__(self, *_rest: object) -> None:
        self.stop()


class _CsvWriter:
    """Writes the canonical CSV, hashes it and counts its records on the way."""

    def __init__(self, file: BinaryIO, columns: Sequence[Column], lines: _Lines) -> None:
        self.digest = hashlib.sha256()
        self.rows = 0
        self._file, self._columns, self._lines = file, columns, lines
        self._header = csvfile.header(columns)
        self._put(self._header)

    def write(self, part: Part) -> None:
        data = None
        if part.source_bytes is None:
            self._lines.stop()
        elif part.batch.num_rows:
            data = self._lines.take(part.batch.num_rows, part.source_bytes, self._header)
        self._put(csvfile.records(self._columns, part.batch) if data is None else data)
        self.rows += part.batch.num_rows

    def _put(self, data: bytes) -> None:
        self._file.write(data)
        self.digest.update(data)
