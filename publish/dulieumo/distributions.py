"""One resource → all the files in which it is offered. A function of the declaration and the bytes of the source alone.

So it may run on any machine (`cluster.py`): the same declaration, bytes and versions of our tools give the same files.
"""

from __future__ import annotations

import codecs
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from dulieumo import canonical, convert, geoparquet, parquetfile, pointers, profile, workbook
from dulieumo.drafts import Drafts
from dulieumo.model import Artifact, Catalog, Dataset, Resource

XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """The files of one resource, the one that stands for it first. `absent`: the code of the reason, by format that was not
    made. `profile` is that of the table; None where the resource is none."""

    artifacts: tuple[Artifact, ...]
    absent: Mapping[str, str]
    profile: Mapping[str, Any] | None

    @property
    def logical(self) -> dict[str, str]:
        """The hex digest of what the others follow from, by path: the canonical CSV, or the file itself."""
        return {item.path: item.sha256 for item in self.artifacts if item.kind in ("csv", "file")}


def make(
    catalog: Catalog, dataset: Dataset, resource: Resource, source: Path, into: Path, drafts: Drafts | None = None
) -> Made:
    """Write the files of `resource`, whose bytes are those of `source`, into the folder `into`; CSV and Parquet are taken from
    `drafts` where they were made during the check.

    Raises NotAsChecked, and ReleaseError where the source is not the one that its pointer means."""
    pointers.require(resource, source)
    if not resource.is_table:
        shutil.copyfile(source, into / source.name)  # what is not a table is published byte for byte
        file = _artifact(into / source.name, "file", resource.media_type, resource, None)
        return Made(artifacts=(file,), absent={}, profile=None)
    drafted = drafts.take(dataset, resource, into) if drafts is not None else None
    made = list(drafted or convert.convert(dataset, resource, source, into))
    rows = made[0].rows
    absent: dict[str, str] = {}
    paths = [into / item.path for item in made if item.kind != "csv"]
    with parquetfile.TableReader(paths) as parquet:
        reason = _workbook(catalog, dataset, resource, into, parquet)
    if resource.descriptor.get("dulieumo:csvForExcel"):
        copy = into / f"{resource.name}.excel.csv"
        with (into / f"{resource.name}.csv").open("rb") as plain, copy.open("wb") as marked:
            marked.write(codecs.BOM_UTF8)  # without it Excel takes UTF-8 for the code page of the machine
            shutil.copyfileobj(plain, marked, canonical.CHUNK_BYTES)
        made.append(_artifact(copy, "csv-excel", convert.CSV_TYPE, resource, rows))
    if reason is None:
        made.append(_artifact(into / f"{resource.name}.xlsx", "xlsx", XLSX_TYPE, resource, rows))
    else:
        absent["xlsx"] = reason
    where = geoparquet.places(resource)
    if where is not None:
        reason = geoparquet.why_not(resource)
        if reason is None:
            target = into / f"{resource.name}.geo.parquet"
            geoparquet.write(target, resource, where, paths)
            made.append(_artifact(target, "geoparquet", convert.PARQUET_TYPE, resource, rows))
        else:
            absent["geoparquet"] = reason
    return Made(artifacts=tuple(made), absent=absent, profile=profile.table(resource, paths))


def _artifact(path: Path, kind: str, media_type: str, resource: Resource, rows: int | None) -> Artifact:
    return Artifact(
        path=path.name,
        kind=kind,
        media_type=media_type,
        bytes=path.stat().st_size,
        sha256=canonical.sha256_of_file(path),
        resource=resource.name,
        rows=rows,
    )


def _workbook(
    catalog: Catalog, dataset: Dataset, resource: Resource, into: Path, parquet: parquetfile.TableReader
) -> str | None:
    """Write the table as XLSX too; or the code of the reason why not."""
    assert resource.schema is not None
    rows, columns = parquet.num_rows, len(resource.schema.columns)
    reason = workbook.why_not(columns, rows, 0) or workbook.why_not(columns, rows, _longest_text(parquet))
    if reason is None:
        path = into / f"{resource.name}.xlsx"
        workbook.write(path, catalog, dataset, resource, rows, parquet.iter_batches())
    return reason


def _longest_text(parquet: parquetfile.TableReader) -> int:
    """The length of the longest text of the table, in characters."""
    longest = 0
    for batch in parquet.iter_batches():
        for values in batch.columns:
            if pa.types.is_string(values.type):
                longest = max(longest, pc.max(pc.utf8_length(values)).as_py() or 0)
    return longest
