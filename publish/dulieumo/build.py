"""A checked dataset → an immutable version in the store: canonical CSV, Parquet, XLSX, descriptor, profile, checksums.

The content hash is that of the descriptor and of the canonical CSV, which is that of the logical rows, whatever a later
Parquet library makes of them. Building what the store already has keeps the stored bytes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

from dulieumo import canonical, changes, distributions, gate, package, profile, release
from dulieumo.convert import NotAsChecked
from dulieumo.diff import Level
from dulieumo.distributions import Made
from dulieumo.drafts import Drafts
from dulieumo.errors import ReleaseError
from dulieumo.i18n import _
from dulieumo.model import Catalog, Dataset, DatasetVersion, Resource
from dulieumo.store import FolderStore

__all__ = ["Maker", "NotAsChecked", "build"]

Maker = Callable[[Resource, Path], Made]
"""Writes the files of one resource into a folder: here, or on another machine."""


def build(
    catalog: Catalog,
    dataset: Dataset,
    folder: Path,
    store: FolderStore,
    *,
    make: Maker | None = None,
    drafts: Drafts | None = None,
) -> DatasetVersion:
    """Build one dataset of the catalogue in `folder`. Returns the stored version if it has the same content. `drafts` are the
    tables that were converted while they were checked.

    Raises ReleaseError where a release has this version number with other content, or where it was withdrawn and the content
    is another now; NotAsChecked where a cell cannot be represented; what `make` raises."""

    def here(resource: Resource, into: Path) -> Made:
        source = folder / dataset.folder / resource.path
        return distributions.make(catalog, dataset, resource, source, into, drafts)

    target = f"data/{dataset.name}/{dataset.version}"
    skeleton = package.skeleton(catalog, dataset)
    with store.scratch() as scratch:
        draft = FolderStore(scratch)
        into = draft.local_path(target)
        into.mkdir(parents=True)
        made = {resource.name: (make or here)(resource, into) for resource in dataset.resources}
        logical = {path: digest for item in made.values() for path, digest in item.logical.items()}
        content_hash = canonical.hash_of({"descriptor": skeleton, "files": logical})
        stored = release.find_version(store, dataset.name, dataset.version)
        if stored is not None and stored.content_hash == content_hash:
            return stored
        if stored is not None and is_released(store, stored):
            artifacts = tuple(artifact for item in made.values() for artifact in item.artifacts)
            now = DatasetVersion(dataset=dataset, content_hash=content_hash, artifacts=artifacts)
            raise _refusal(stored, changes.compare(store, stored, now, into=draft))
        _finish(into, made, skeleton, content_hash)
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


def _finish(into: Path, made: dict[str, Made], skeleton: dict[str, object], content_hash: str) -> None:
    """What follows from the files: profile, descriptor, checksums."""
    profiles = {name: item.profile for name, item in made.items() if item.profile is not None}
    absent = {name: item.absent for name, item in made.items()}
    artifacts = [artifact for item in made.values() for artifact in item.artifacts]
    own = {
        profile.FILE: canonical.dumps({"format": profile.FORMAT, "tables": profiles}),
        "datapackage.json": canonical.dumps(package.complete(skeleton, content_hash, artifacts, absent)),
    }
    sums = {artifact.path: artifact.sha256 for artifact in artifacts}
    for name, data in own.items():
        (into / name).write_bytes(data)
        sums[name] = hashlib.sha256(data).hexdigest()
    (into / release.SUMS).write_bytes(canonical.sha256sums(sums))
