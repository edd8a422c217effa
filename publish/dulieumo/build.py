"""A checked dataset → an immutable version in the store: canonical CSV, Parquet, XLSX, descriptor, profile, checksums.

The content hash is that of the descriptor and of the canonical CSV, which is that of the logical rows, whatever a later
Parquet library makes of them. Building what the store already has keeps the stored bytes.
"""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from dulieumo import canonical, changes, convert, gate, geoparquet, package, pointers, profile, release, workbook
from dulieumo.convert import NotAsChecked
from dulieumo.diff import Level
from dulieumo.drafts import Drafts
from dulieumo.errors import ReleaseError
from dulieumo.i18n import _
from dulieumo.model import Artifact, Catalog, Dataset, DatasetVersion, Resource
from dulieumo.store import FolderStore

__all__ = ["NotAsChecked", "build"]

XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def build(
    catalog: Catalog, dataset: Dataset, folder: Path, store: FolderStore, drafts: Drafts | None = None
) -> DatasetVersion:
    """Build one dataset of the catalogue in `folder`. Returns the stored version if it has the same content. `drafts` are the
    tables that were converted while they were checked.

    Raises ReleaseError where a release has this version number with other content, or where it was withdrawn and the content
    is another now; NotAsChecked where a cell cannot be represented."""
    target = f"data/{dataset.name}/{dataset.version}"
    skeleton = package.skeleton(catalog, dataset)
    with store.scratch() as scratch:
        draft = FolderStore(scratch)
        into = draft.local_path(target)
        into.mkdir(parents=True)
        artifacts = [
            artifact
            for resource in dataset.resources
            for artifact in _resource(dataset, resource, folder, into, drafts)
        ]
        logical = {artifact.path: artifact.sha256 for artifact in artifacts if artifact.kind in ("csv", "file")}
        content_hash = canonical.hash_of({"descriptor": skeleton, "files": logical})
        stored = release.find_version(store, dataset.name, dataset.version)
        if stored is not None and stored.content_hash == content_hash:
            return stored
        if stored is not None and is_released(store, stored):
            made = DatasetVersion(dataset=dataset, content_hash=content_hash, artifacts=tuple(artifacts))
            raise _refusal(stored, changes.compare(store, stored, made, into=draft))
        _finish(catalog, dataset, into, artifacts, skeleton, content_hash)
        store.remove(target)  # made by a build that never became a release
        store.adopt(into, target)
    return release.read_version(store, dataset.name, dataset.version)


def is_released(store: FolderStore, version: DatasetVersion) -> bool:
    """Whether some release names this version. One that was built for a release that was refused, or killed, is nobody's."""
    return version.version in release.history(store).get(version.name, ())


def _refusal(stored: DatasetVersion, change: changes.DatasetChange) -> ReleaseError:
    names = {"dataset": stored.name, "version": stored.version}
    wanted = gate.raised(stored.version, max(change.level, Level.PATCH))
    if stored.withdrawn is not None:
        text = _("{dataset} {version} was withdrawn on {date}; other content under its number cannot take its place.")
        message = text.format(**names, date=stored.withdrawn.date)
    else:
        text = _("{dataset} {version} is already released with other content: {reasons}.")
        message = text.format(**names, reasons=changes.reasons(change))
    return ReleaseError(
        message,
        hint=_(
            "A released version never changes. Raise `version` in datapackage.yaml to {wanted} and add a changelog line."
        ).format(wanted=wanted),
    )


def _resource(
    dataset: Dataset, resource: Resource, folder: Path, into: Path, drafts: Drafts | None
) -> tuple[Artifact, ...]:
    source = folder / dataset.folder / resource.path
    pointers.require(resource, source)
    if resource.is_table:
        drafted = drafts.take(dataset, resource, into) if drafts is not None else None
        return drafted or convert.convert(dataset, resource, source, into)
    shutil.copyfile(source, into / source.name)  # what is not a table is published byte for byte
    return (
        Artifact(
            path=source.name,
            kind="file",
            media_type=resource.media_type,
            bytes=(into / source.name).stat().st_size,
            sha256=canonical.sha256_of_file(into / source.name),
            resource=resource.name,
        ),
    )


def _finish(
    catalog: Catalog,
    dataset: Dataset,
    into: Path,
    artifacts: list[Artifact],
    skeleton: dict[str, object],
    content_hash: str,
) -> None:
    """What follows from the tables: workbooks, profile, descriptor, checksums."""
    absent: dict[str, dict[str, str]] = {}
    profiles = {}
    for resource in dataset.resources:
        if not resource.is_table:
            continue
        path = into / f"{resource.name}.parquet"
        profiles[resource.name] = profile.table(resource, path)
        with pq.ParquetFile(path) as parquet:
            reason = _workbook(catalog, dataset, resource, into, artifacts, parquet)
            absent[resource.name] = {"xlsx": reason} if reason else {}
        reason = _places(resource, into, artifacts)
        if reason:
            absent[resource.name]["geoparquet"] = reason
    own = {
        profile.FILE: canonical.dumps({"format": profile.FORMAT, "tables": profiles}),
        "datapackage.json": canonical.dumps(package.complete(skeleton, content_hash, artifacts, absent)),
    }
    sums = {artifact.path: artifact.sha256 for artifact in artifacts}
    for name, data in own.items():
        (into / name).write_bytes(data)
        sums[name] = hashlib.sha256(data).hexdigest()
    (into / release.SUMS).write_bytes(canonical.sha256sums(sums))


def _places(resource: Resource, into: Path, artifacts: list[Artifact]) -> str | None:
    """Write a table that has places as GeoParquet too; or the code of the reason why not, None also where it has none."""
    where = geoparquet.places(resource)
    if where is None:
        return None
    reason = geoparquet.why_not(resource)
    if reason is None:
        path = into / f"{resource.name}.geo.parquet"
        geoparquet.write(path, resource, where, into / f"{resource.name}.parquet")
        rows = next(item.rows for item in artifacts if item.resource == resource.name)
        _add(artifacts, path, "geoparquet", convert.PARQUET_TYPE, resource, rows)
    return reason


def _add(
    artifacts: list[Artifact], path: Path, kind: str, media_type: str, resource: Resource, rows: int | None
) -> None:
    """Put a file after those that the resource has already."""
    made = Artifact(
        path=path.name,
        kind=kind,
        media_type=media_type,
        bytes=path.stat().st_size,
        sha256=canonical.sha256_of_file(path),
        resource=resource.name,
        rows=rows,
    )
    last = max(index for index, artifact in enumerate(artifacts) if artifact.resource == resource.name)
    artifacts.insert(last + 1, made)


def _workbook(
    catalog: Catalog,
    dataset: Dataset,
    resource: Resource,
    into: Path,
    artifacts: list[Artifact],
    parquet: pq.ParquetFile,
) -> str | None:
    """Write the table as XLSX too, after its other files; or the code of the reason why not."""
    assert resource.schema is not None
    rows, columns = parquet.metadata.num_rows, len(resource.schema.columns)
    reason = workbook.why_not(columns, rows, 0) or workbook.why_not(columns, rows, _longest_text(parquet))
    if reason is not None:
        return reason
    path = into / f"{resource.name}.xlsx"
    workbook.write(path, catalog, dataset, resource, rows, parquet.iter_batches())
    _add(artifacts, path, "xlsx", XLSX_TYPE, resource, rows)
    return None


def _longest_text(parquet: pq.ParquetFile) -> int:
    """The length of the longest text of the table, in characters."""
    longest = 0
    for batch in parquet.iter_batches():
        for values in batch.columns:
            if pa.types.is_string(values.type):
                longest = max(longest, pc.max(pc.utf8_length(values)).as_py() or 0)
    return longest
