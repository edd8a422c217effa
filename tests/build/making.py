"""A release of a small catalogue, without the check: what `dulieumo build` does once a report approved everything."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from dulieumo import build, descriptors, incremental, releasing
from dulieumo.descriptors import Reading
from dulieumo.model import DatasetVersion, Release
from dulieumo.store import FolderStore


def read(root: Path) -> Reading:
    reading = descriptors.read(root)
    assert not reading.has_errors, reading.findings
    assert reading.catalog is not None
    return reading


def approved(reading: Reading) -> dict[str, str]:
    """As if every dataset had been checked and passed."""
    assert reading.catalog is not None
    return {dataset.name: incremental.input_hash(reading.folder, dataset) for dataset in reading.catalog.datasets}


def make(root: Path, store: FolderStore, **more: Any) -> Release:
    """Release the catalogue in `root` into `store`."""
    reading = read(root)
    cache = more.pop("cache", None) or incremental.Cache(store.root.parent / "build-cache")
    return releasing.make(
        reading,
        approved(reading),
        store,
        cache,
        build=more.pop("build", lambda catalog, dataset: build.build(catalog, dataset, root, store)),
        **more,
    )


def only(release: Release) -> DatasetVersion:
    (version,) = release.versions
    return version
