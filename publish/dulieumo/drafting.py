"""Datasets of the working copy as a release of their own in a scratch store: for a preview, or a plan before anything is merged."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from dulieumo import build, release
from dulieumo.descriptors import Reading
from dulieumo.model import Release
from dulieumo.store import FolderStore

NAME = "xem-truoc"


def draft(reading: Reading, names: Collection[str], store: FolderStore) -> Release:
    """Build the datasets of `names`, which must have passed the check, and release them alone, without a release before."""
    catalog = reading.catalog
    assert catalog is not None, "what cannot be read has not passed the check"
    chosen = tuple(dataset for dataset in catalog.datasets if dataset.name in names)
    versions = [build.build(catalog, dataset, reading.folder, store) for dataset in chosen]
    alone = replace(catalog, datasets=chosen)
    release.write(store, release.compose(alone, versions, name=NAME, previous=None, commit=None))
    return release.read(store)
