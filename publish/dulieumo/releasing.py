"""A checked catalogue → a release in the store: build what changed, hold it against the release before, then point to it.

    1 versions   one per dataset, each whole or absent; unchanged ones are taken from the store unread
    2 gate       changes, version numbers and notices; a refusal leaves the previous release as it was
    3 manifest   releases/<name>/, then latest.json

Killed at any moment, it leaves the previous release; the next run finds the versions that were made and goes on from there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from dulieumo import canonical, incremental, release
from dulieumo.descriptors import Reading
from dulieumo.errors import ReleaseError
from dulieumo.i18n import _
from dulieumo.model import Catalog, Dataset, DatasetVersion, Release
from dulieumo.store import FolderStore


def make(
    reading: Reading,
    approved: Mapping[str, str],
    store: FolderStore,
    cache: incremental.Cache,
    *,
    build: Callable[[Catalog, Dataset], DatasetVersion],
    name: str | None = None,
    commit: str | None = None,
    allow_breaking: bool = False,
    step: Callable[[str], None] = lambda _name: None,
    expect: Callable[[Catalog, Sequence[Dataset]], None] = lambda _catalog, _datasets: None,
) -> Release:
    """The release of the whole catalogue; the latest one where nothing changed.

    `approved`: the input hash of every dataset that `check` passed. `build` builds one dataset into the store; `expect` hears
    first for which ones it will be asked. Raises ReleaseError for what was changed since the check, and for what the gate
    refuses."""
    catalog = reading.catalog
    assert catalog is not None
    inputs = {dataset.name: _approved(reading, dataset, approved, cache) for dataset in catalog.datasets}
    with store.writing():
        store.prefetch(f"data/{dataset.name}/{dataset.version}/datapackage.json" for dataset in catalog.datasets)
        keys = {item.name: incremental.key(catalog, item, inputs[item.name]) for item in catalog.datasets}
        known = {item.name: _known(store, cache, item, keys[item.name]) for item in catalog.datasets}
        expect(catalog, [dataset for dataset in catalog.datasets if known[dataset.name] is None])
        versions = []
        built = set()
        for dataset in catalog.datasets:
            version = known[dataset.name]
            if version is None:
                version = build(catalog, dataset)
                built.add(dataset.name)
                cache.remember(dataset, keys[dataset.name], version.content_hash)
            versions.append(version)
            step(dataset.name)
        made = _release(catalog, versions, store, name=name, commit=commit, allow_breaking=allow_breaking)
        _tidy(store, built)
    cache.save()
    return made


def _approved(reading: Reading, dataset: Dataset, approved: Mapping[str, str], cache: incremental.Cache) -> str:
    found = incremental.input_hash(reading.folder, dataset, cache.files.sha256)
    if approved.get(dataset.name) != found:
        raise ReleaseError(
            _("{dataset} was changed after it was checked.").format(dataset=dataset.name),
            hint=_("Run `dulieumo check` again, then build."),
        )
    return found


def _known(store: FolderStore, cache: incremental.Cache, dataset: Dataset, key: str) -> DatasetVersion | None:
    """The version that an earlier run built from the same, if the store has it."""
    content_hash = cache.content_hash(dataset, key)
    if content_hash is None:
        return None
    version = release.find_version(store, dataset.name, dataset.version)
    return version if version is not None and version.content_hash == content_hash else None


def _release(
    catalog: Catalog,
    versions: list[DatasetVersion],
    store: FolderStore,
    *,
    name: str | None,
    commit: str | None,
    allow_breaking: bool,
) -> Release:
    previous = release.latest(store)
    made = release.compose(catalog, versions, name=name, previous=previous, commit=commit)
    if previous is None:
        release.write(store, made)
        return made
    manifest = release.read_manifest(store, previous)
    if name in (None, previous) and manifest["contentHash"] == made.content_hash:
        return replace(
            made,
            name=previous,
            previous=manifest["previous"],
            tool=manifest["tool"],
            commit=manifest["commit"],
        )
    if name is None and made.name in release.names(store):  # the content of an earlier release has come back
        made = replace(made, name=canonical.hash_of([made.content_hash, previous]).removeprefix("sha256:")[:12])
    from dulieumo import changes, gate

    before = release.read(store, previous)
    with store.scratch() as deltas:
        changed = changes.between(store, before, made, deltas=deltas)
        refused = gate.refusals(changed, made, before)
        if refused and not allow_breaking:
            raise ReleaseError("\n".join([_("The release is refused:"), *(f"  • {reason}" for reason in refused)]))
        release.write(store, made, changed)
    return made


def _tidy(store: FolderStore, built: set[str]) -> None:
    """Remove the versions of these datasets that no release names: made for a release that was refused or killed."""
    if not built:
        return
    released = release.history(store)
    for dataset in sorted(built):
        for version in store.folders(f"data/{dataset}"):
            if version not in released.get(dataset, ()):
                store.remove(f"data/{dataset}/{version}")
