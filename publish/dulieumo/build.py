"""A checked dataset → an immutable version in the store: canonical CSV, Parquet, descriptor, checksums.

The rows are read once. CSV and Parquet are written from the same typed batches, so they cannot disagree; the hash of the
canonical CSV is the hash of the logical rows, whatever a later Parquet library makes of them.
"""

from __future__ import annotations

import hashlib
import shutil
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from dulieumo import canonical, csvfile, package, parquetfile, release, tables, workbook
from dulieumo.errors import ReleaseError
from dulieumo.i18n import _
from dulieumo.model import Artifact, Catalog, Column, Dataset, DatasetVersion, Resource, Schema
from dulieumo.store import FolderStore

CSV_TYPE = "text/csv"
PARQUET_TYPE = "application/vnd.apache.parquet"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SORTABLE = ("string", "integer", "number", "date", "datetime", "time", "year", "yearmonth", "boolean", "duration")


class NotAsChecked(ReleaseError):
    """The table is not what `check` approved: it changed since, or it was never checked."""


def build(catalog: Catalog, dataset: Dataset, folder: Path, store: FolderStore) -> DatasetVersion:
    """Build one dataset of the catalogue in `folder`. Returns the stored version if it has the same content.

    Raises ReleaseError where the store holds this version number with other content, NotAsChecked where a cell cannot be
    represented."""
    target = f"data/{dataset.name}/{dataset.version}"
    skeleton = package.skeleton(catalog, dataset)
    with store.new_folder(f".scratch/{dataset.name}") as scratch:
        artifacts: list[Artifact] = []
        absent: dict[str, dict[str, str]] = {}
        for resource in dataset.resources:
            source = folder / dataset.folder / resource.path
            made = _table(dataset, resource, source, scratch) if resource.is_table else _file(resource, source, scratch)
            artifacts.extend(made)
        logical = {artifact.path: artifact.sha256 for artifact in artifacts if artifact.kind in ("csv", "file")}
        content_hash = canonical.hash_of({"descriptor": skeleton, "files": logical})
        stored = _stored(store, target, content_hash)
        if stored is not None:
            return stored
        for resource in dataset.resources:
            if resource.is_table:
                reason = _workbook(catalog, dataset, resource, scratch, artifacts)
                absent[resource.name] = {"xlsx": reason} if reason else {}
        descriptor = canonical.dumps(package.complete(skeleton, content_hash, artifacts, absent))
        (scratch / "datapackage.json").write_bytes(descriptor)
        sums = {artifact.path: artifact.sha256 for artifact in artifacts}
        sums["datapackage.json"] = hashlib.sha256(descriptor).hexdigest()
        (scratch / "SHA256SUMS").write_bytes(canonical.sha256sums(sums))
        with store.new_folder(target) as final:
            for file in scratch.iterdir():
                file.rename(final / file.name)
    store.remove(f".scratch/{dataset.name}")
    return release.read_version(store, dataset.name, dataset.version)


def _stored(store: FolderStore, target: str, content_hash: str) -> DatasetVersion | None:
    if not store.exists(f"{target}/datapackage.json"):
        return None
    _data, name, version = target.split("/")
    stored = release.read_version(store, name, version)
    if stored.content_hash == content_hash:
        return stored
    raise ReleaseError(
        _("{dataset} {version} is already released with other content.").format(dataset=name, version=version),
        hint=_("A released version never changes. Raise `version` in datapackage.yaml and add a changelog line."),
    )


def _file(resource: Resource, source: Path, scratch: Path) -> list[Artifact]:
    """A resource that is not a table is published byte for byte."""
    name = source.name
    shutil.copyfile(source, scratch / name)
    size, digest = source.stat().st_size, canonical.sha256_of_file(scratch / name)
    return [
        Artifact(
            path=name, kind="file", media_type=resource.media_type, bytes=size, sha256=digest, resource=resource.name
        )
    ]


def _table(dataset: Dataset, resource: Resource, source: Path, scratch: Path) -> list[Artifact]:
    schema = resource.schema
    assert schema is not None
    arrow = tables.arrow_schema(dataset, resource)
    key = tuple(name for name in schema.primary_key if (column := schema.column(name)) and column.type in SORTABLE)
    try:
        written = _write(resource, schema, arrow, key, _typed(resource, schema, arrow, source), scratch)
    except _OutOfOrder:
        rows = pa.Table.from_batches(_typed(resource, schema, arrow, source), arrow)
        ordered = rows.sort_by([(name, "ascending") for name in key])
        written = _write(resource, schema, arrow, key, iter(ordered.to_batches()), scratch)
    return written


class _OutOfOrder(Exception):
    """The source is not in the order of its primary key."""


def _typed(resource: Resource, schema: Schema, arrow: pa.Schema, source: Path) -> Iterator[pa.RecordBatch]:
    ragged: list[tables.RaggedRow] = []
    try:
        for batch in tables.read_strings(source, resource, ragged):
            typed = tables.typed(schema, batch, arrow)
            if typed.suspects:
                raise _not_as_checked(resource, ", ".join(typed.suspects))
            yield typed.batch
    except tables.UnreadableTable as error:
        raise _not_as_checked(resource, error.detail) from error
    if ragged:
        raise _not_as_checked(resource, f"{len(ragged)} ragged rows")


def _not_as_checked(resource: Resource, detail: str) -> NotAsChecked:
    return NotAsChecked(
        _("The table {table} cannot be built: {detail}.").format(table=resource.name, detail=detail),
        hint=_("Run `dulieumo check` and mend what it finds."),
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
        if self.last is not None and not _ascending(
            pa.Table.from_batches([self.last, keys.slice(0, 1)]).combine_chunks()
        ):
            return False
        self.last = keys.slice(keys.num_rows - 1)
        return _ascending(pa.Table.from_batches([keys]))


def _ascending(keys: pa.Table) -> bool:
    """Whether each row's key is not smaller than the one before it; null counts as greater than everything."""
    undecided = pa.repeat(pa.scalar(True), keys.num_rows - 1) if keys.num_rows > 1 else None
    if undecided is None:
        return True
    for column in keys.columns:
        values = column.combine_chunks()
        before, after = values.slice(0, len(values) - 1), values.slice(1)
        smaller = pc.fill_null(pc.less(after, before), pc.and_(pc.is_null(before), pc.is_valid(after)))
        if pc.any(pc.and_(undecided, smaller)).as_py():
            return False
        equal = pc.fill_null(pc.equal(after, before), pc.and_(pc.is_null(before), pc.is_null(after)))
        undecided = pc.and_(undecided, equal)
    return True


def _workbook(
    catalog: Catalog, dataset: Dataset, resource: Resource, scratch: Path, artifacts: list[Artifact]
) -> str | None:
    """Write the table as XLSX too, after its other files; or the code of the reason why not."""
    assert resource.schema is not None
    parquet = pq.ParquetFile(scratch / f"{resource.name}.parquet")
    rows, columns = parquet.metadata.num_rows, len(resource.schema.columns)
    reason = workbook.why_not(columns, rows, 0) or workbook.why_not(columns, rows, _longest_text(parquet))
    if reason is not None:
        return reason
    path = scratch / f"{resource.name}.xlsx"
    workbook.write(path, catalog, dataset, resource, parquet.iter_batches())
    made = Artifact(
        path=path.name,
        kind="xlsx",
        media_type=XLSX_TYPE,
        bytes=path.stat().st_size,
        sha256=canonical.sha256_of_file(path),
        resource=resource.name,
        rows=rows,
    )
    last = max(index for index, artifact in enumerate(artifacts) if artifact.resource == resource.name)
    artifacts.insert(last + 1, made)
    return None


def _longest_text(parquet: pq.ParquetFile) -> int:
    """The length of the longest text of the table, in characters."""
    longest = 0
    for batch in parquet.iter_batches():
        for values in batch.columns:
            if pa.types.is_string(values.type):
                longest = max(longest, pc.max(pc.utf8_length(values)).as_py() or 0)
    return longest


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

    def run(self, call: Callable[[pa.RecordBatch], None], batch: pa.RecordBatch) -> None:
        while len(self._waiting) >= self.AHEAD:
            self._waiting.popleft().result()
        self._waiting.append(self._pool.submit(call, batch))

    def __enter__(self) -> _Lane:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_rest: object) -> None:
        self._pool.shutdown(wait=True, cancel_futures=kind is not None)
        if kind is None:
            for call in self._waiting:
                call.result()


class _CsvWriter:
    """Writes the canonical CSV, hashes it and counts its records on the way."""

    def __init__(self, file: BinaryIO, columns: Sequence[Column]) -> None:
        self.digest = hashlib.sha256()
        self.rows = 0
        self._file, self._columns = file, columns
        self._put(csvfile.header(columns))

    def write(self, batch: pa.RecordBatch) -> None:
        self._put(csvfile.records(self._columns, batch))
        self.rows += batch.num_rows

    def _put(self, data: bytes) -> None:
        self._file.write(data)
        self.digest.update(data)


def _write(
    resource: Resource,
    schema: Schema,
    arrow: pa.Schema,
    key: tuple[str, ...],
    batches: Iterator[pa.RecordBatch],
    scratch: Path,
) -> list[Artifact]:
    csv_path, parquet_path = scratch / f"{resource.name}.csv", scratch / f"{resource.name}.parquet"
    order = _Order(key)
    with (
        csv_path.open("wb") as file,
        parquetfile.Writer(parquet_path, arrow, sorted_by=key, coded=_coded(schema)) as parquet,
        _Lane() as csv_lane,
        _Lane() as parquet_lane,
    ):
        csv = _CsvWriter(file, schema.columns)
        for batch in batches:
            if not order.follow(batch):
                raise _OutOfOrder
            csv_lane.run(csv.write, batch)
            parquet_lane.run(parquet.write, batch)
    return [
        Artifact(
            path=csv_path.name,
            kind="csv",
            media_type=CSV_TYPE,
            bytes=csv_path.stat().st_size,
            sha256=csv.digest.hexdigest(),
            resource=resource.name,
            rows=csv.rows,
        ),
        Artifact(
            path=parquet_path.name,
            kind="parquet",
            media_type=PARQUET_TYPE,
            bytes=parquet_path.stat().st_size,
            sha256=canonical.sha256_of_file(parquet_path),
            resource=resource.name,
            rows=csv.rows,
        ),
    ]
