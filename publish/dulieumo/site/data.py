"""The data beside the pages: `data/<dataset>/<version>/` and `data/<dataset>/latest/`, and one ZIP per dataset.

Files are hard links to those in the store where the file system allows it, else copies. Nothing here writes to the store.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dulieumo.model import DatasetVersion, Release
from dulieumo.store import FolderStore

EARLIEST = (1980, 1, 1, 0, 0, 0)  # the oldest date that a ZIP can hold: ours have none


def history(release: Release, store: FolderStore) -> dict[str, tuple[str, ...]]:
    """The versions of each dataset that the store holds, newest first."""
    return {
        version.name: tuple(sorted(store.folders(f"data/{version.name}"), key=_number, reverse=True))
        for version in release.versions
    }


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) if part.isdigit() else -1 for part in version.split("."))


def place(release: Release, store: FolderStore, out: Path) -> None:
    """Put every stored version of the release's datasets under `out`/data, the released one also as `latest`; and the releases
    with their manifests and deltas."""
    for version in release.versions:
        folder = out / "data" / version.name
        for number in store.folders(f"data/{version.name}"):
            _tree(store.local_path(f"data/{version.name}/{number}"), folder / number)
        _tree(store.local_path(version.folder), folder / "latest")
    for name in store.folders("releases"):
        _tree(store.local_path(f"releases/{name}"), out / "releases" / name)


def _tree(source: Path, target: Path) -> None:
    target.mkdir(parents=True, exist_ok=True)
    for entry in sorted(source.iterdir()):
        if entry.is_dir():
            _tree(entry, target / entry.name)
        else:
            link(entry, target / entry.name)


def link(source: Path, target: Path) -> None:
    """A hard link, or a copy where source and target lie on different file systems."""
    target.unlink(missing_ok=True)
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


def zips(release: Release, store: FolderStore, out: Path, before: Path | None) -> dict[str, Mapping[str, Any]]:
    """One archive per dataset under `out`/zip. An archive that the site `before` has for the same content is taken over."""
    folder = out / "zip"
    folder.mkdir(parents=True, exist_ok=True)
    made: dict[str, Mapping[str, Any]] = {}
    for version in release.versions:
        digest = version.content_hash.removeprefix("sha256:")[:12]
        name = f"{version.name}-{version.version}.zip"
        old = before / "zip" / name if before else None
        mark = f"zip/.{name}.{digest}"
        target = folder / name
        if before and old and old.is_file() and (before / mark).is_file():
            link(old, target)
            (out / mark).write_text((before / mark).read_text(encoding="ascii"), encoding="ascii")
        else:
            _archive(version, store, target)
            (out / mark).write_text(_sha256(target), encoding="ascii")
        sha256 = (out / mark).read_text(encoding="ascii")
        descriptor = store.local_path(f"{version.folder}/datapackage.json")
        made[version.name] = {
            "path": f"zip/{name}",
            "bytes": target.stat().st_size,
            "sha256": sha256,
            "descriptor": {"bytes": descriptor.stat().st_size, "sha256": _sha256(descriptor)},
        }
    return made


def _archive(version: DatasetVersion, store: FolderStore, target: Path) -> None:
    """The same bytes for the same version: fixed order, no times, no modes."""
    source = store.local_path(version.folder)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for entry in sorted(path for path in source.rglob("*") if path.is_file()):
            inside = f"{version.name}-{version.version}/{entry.relative_to(source).as_posix()}"
            info = zipfile.ZipInfo(inside, EARLIEST)
            info.external_attr = 0o644 << 16
            stored = entry.suffix in (".parquet", ".xlsx", ".zip")
            info.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
            with entry.open("rb") as read, archive.open(info, "w") as write:
                shutil.copyfileobj(read, write, 1 << 20)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
