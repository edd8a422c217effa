"""Is a release in the store what it was when it was made? Every byte by its hash, every table's CSV against its Parquet."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from dulieumo import canonical, release
from dulieumo.model import DatasetVersion, Release, Resource
from dulieumo.store import FolderStore

_DATA = re.compile(r"data/([^/]+)/([^/]+)/")
_DELTA = re.compile(r"releases/([^/]+)/delta/([^/]+)/")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wholeness:
    """Paths in the store. `withdrawn` names versions, as `bo 1.1.0`, whose files are gone and whose pages say so.

    `extra` lies in a folder of the release and is not listed; `unequal` are tables whose CSV and Parquet differ."""

    name: str
    files: int
    bytes: int
    missing: tuple[str, ...]
    changed: tuple[str, ...]
    extra: tuple[str, ...]
    withdrawn: tuple[str, ...]
    unequal: tuple[str, ...]

    @property
    def is_whole(self) -> bool:
        return not (self.missing or self.changed or self.extra or self.unequal)


def check(
    store: FolderStore,
    name: str | None = None,
    *,
    cells: bool = False,
    step: Callable[[str], None] = lambda _path: None,
) -> Wholeness:
    """Hold a release against its SHA256SUMS; with `cells` also its tables against each other. Raises ConfigError."""
    shown = release.read(store, name)
    listed = dict(release.read_sums(store, f"releases/{shown.name}"))
    gone = {(version.name, version.version) for version in shown.versions if version.withdrawn is not None}
    gone |= _gone_before(store, shown)
    missing, changed = [], []
    size = 0
    for path, digest in sorted(listed.items()):
        if not store.exists(path):
            if not _is_excused(store, path, gone):
                missing.append(path)
        else:
            file = store.local_path(path)
            size += file.stat().st_size
            if canonical.sha256_of_file(file) != digest and not _is_mark(path, gone):
                changed.append(path)
        step(path)
    return Wholeness(
        name=shown.name,
        files=len(listed),
        bytes=size,
        missing=tuple(missing),
        changed=tuple(changed),
        extra=tuple(_extra(store, shown, listed)),
        withdrawn=tuple(f"{dataset} {version}" for dataset, version in sorted(gone)),
        unequal=tuple(_unequal(store, shown)) if cells else (),
    )


def _gone_before(store: FolderStore, shown: Release) -> set[tuple[str, str]]:
    """The withdrawn versions that the release compares with: their rows are gone from its deltas too."""
    found = set()
    for change in store.read_json(f"releases/{shown.name}/changes.json")["datasets"]:
        for number in (change["before"], change["after"]):
            version = release.find_version(store, change["name"], number) if number else None
            if version is not None and version.withdrawn is not None:
                found.add((version.name, version.version))
    return found


def _is_excused(store: FolderStore, path: str, gone: set[tuple[str, str]]) -> bool:
    """Whether a file is absent because a version was withdrawn."""
    data, delta = _DATA.match(path), _DELTA.match(path)
    if data is not None:
        return (data[1], data[2]) in gone
    if delta is None:
        return False
    changes = store.read_json(f"releases/{delta[1]}/changes.json")["datasets"]
    return any(
        change["name"] == delta[2] and {(delta[2], change["before"]), (delta[2], change["after"])} & gone
        for change in changes
    )


def _is_mark(path: str, gone: set[tuple[str, str]]) -> bool:
    """Whether a file is one of the two that a withdrawal writes anew."""
    data = _DATA.match(path)
    return data is not None and (data[1], data[2]) in gone and path.endswith(("/datapackage.json", f"/{release.SUMS}"))


def _extra(store: FolderStore, shown: Release, listed: Mapping[str, str]) -> Iterator[str]:
    folder = f"releases/{shown.name}"
    for place in (folder, *(version.folder for version in shown.versions)):
        for path in store.files(place):
            if f"{place}/{path}" not in listed and path != release.SUMS:
                yield f"{place}/{path}"


def _unequal(store: FolderStore, shown: Release) -> Iterator[str]:
    for version in shown.versions:
        for resource in version.dataset.resources:
            csv, parquet = version.artifact(resource.name, "csv"), version.parquet(resource.name)
            if csv is None or parquet is None:
                continue
            if not _is_equal(version, resource, store.local_path(f"{version.folder}/{csv.path}"), store, parquet):
                yield f"{version.folder}/{resource.name}"


def _is_equal(version: DatasetVersion, resource: Resource, csv: Path, store: FolderStore, parquet: str) -> bool:
    """Whether the CSV, read under the published declaration, has exactly the values of the Parquet, row by row."""
    import pyarrow as pa

    from dulieumo import parquetfile, tables

    assert resource.schema is not None
    arrow = tables.arrow_schema(version.dataset, resource)
    ragged: list[tables.RaggedRow] = []
    with parquetfile.open_table(store, parquet) as file:
        if (file.schema_arrow.names, file.schema_arrow.types) != (arrow.names, arrow.types):
            return False
        batches = file.iter_batches()
        waiting = arrow.empty_table()
        for strings in tables.read_strings(csv, resource, ragged):
            typed = tables.typed(resource.schema, strings, arrow)
            count = typed.batch.num_rows
            while waiting.num_rows < count and (batch := next(batches, None)) is not None:
                waiting = pa.concat_tables([waiting, pa.Table.from_batches([batch]).cast(arrow)])
            if typed.suspects or not pa.Table.from_batches([typed.batch]).equals(waiting.slice(0, count)):
                return False
            waiting = waiting.slice(count)
        return not (ragged or waiting.num_rows or next(batches, None) is not None)
