"""What the working copy would change against the latest release, or one stored version against another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from dulieumo import build, changes, gate, incremental, release
from dulieumo.changes import DatasetChange
from dulieumo.descriptors import Reading
from dulieumo.diff import Level
from dulieumo.errors import ConfigError
from dulieumo.i18n import _
from dulieumo.model import Dataset, DatasetVersion
from dulieumo.store import FolderStore


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """`change` and what it asks for: `wanted` is the version number that is due, None where nothing was released before.

    `is_numbered` says that the descriptor's version is at least that step above the released one."""

    change: DatasetChange
    wanted: str | None
    is_numbered: bool


def stored(
    store: FolderStore, name: str, before: str, after: str, *, deltas: Path | None = None
) -> tuple[Difference, ...]:
    """Two versions of a dataset in the store; empty where they are equal. Raises ConfigError where one is not there."""
    old, new = (_stored(store, name, version) for version in (before, after))
    return (
        () if old.content_hash == new.content_hash else (_difference(changes.compare(store, old, new, deltas=deltas)),)
    )


def working(
    reading: Reading,
    store: FolderStore,
    cache: incremental.Cache,
    names: Iterable[str] = (),
    *,
    before: str | None = None,
    deltas: Path | None = None,
) -> Iterator[Difference]:
    """The datasets of the working copy that differ from the latest release, or from the version `before`.

    What has left the catalogue comes last. Raises ConfigError for names that nobody has, NotAsChecked for tables that cannot
    be built."""
    catalog = reading.catalog
    assert catalog is not None
    released = (
        {entry["name"]: entry for entry in release.read_manifest(store)["datasets"]} if release.latest(store) else {}
    )
    wanted = tuple(names)
    for name in wanted:
        if catalog.dataset(name) is None and name not in released:
            raise ConfigError(
                _("There is no dataset {name}.").format(name=name), hint=_("List them with: dulieumo list")
            )
    for dataset in catalog.datasets:
        if wanted and dataset.name not in wanted:
            continue
        entry = released.get(dataset.name)
        key = incremental.key(catalog, dataset, incremental.input_hash(reading.folder, dataset, cache.files.sha256))
        if before is None and entry is not None and cache.content_hash(dataset, key) == entry["contentHash"]:
            continue
        version = before or (entry["version"] if entry else None)
        found = _working(reading, dataset, store, version, deltas)
        if found is not None:
            yield found
    for name, entry in released.items():
        if catalog.dataset(name) is None and (not wanted or name in wanted):
            gone = DatasetChange(
                name=name, before=entry["version"], after=None, level=Level.MAJOR, schema=(), tables=()
            )
            yield Difference(change=gone, wanted=None, is_numbered=True)


def _working(
    reading: Reading, dataset: Dataset, store: FolderStore, before: str | None, deltas: Path | None
) -> Difference | None:
    assert reading.catalog is not None
    if before is None:
        new = DatasetChange(
            name=dataset.name, before=None, after=dataset.version, level=Level.MINOR, schema=(), tables=()
        )
        return Difference(change=new, wanted=None, is_numbered=True)
    old = _stored(store, dataset.name, before)
    with store.scratch() as scratch:
        draft = FolderStore(scratch)
        version = build.build(reading.catalog, dataset, reading.folder, draft)
        if version.content_hash == old.content_hash:
            return None
        return _difference(changes.compare(store, old, version, into=draft, deltas=deltas))


def _difference(change: DatasetChange) -> Difference:
    assert change.before is not None
    assert change.after is not None
    level = max(change.level, Level.PATCH)
    step = gate.bump(change.before, change.after)
    return Difference(
        change=change, wanted=gate.raised(change.before, level), is_numbered=step is not None and step >= level
    )


def _stored(store: FolderStore, name: str, version: str) -> DatasetVersion:
    found = release.find_version(store, name, version)
    if found is None:
        known = release.history(store).get(name, ())
        raise ConfigError(
            _("The store has no {dataset} {version}.").format(dataset=name, version=version),
            hint=_("Released: {versions}").format(versions=", ".join(known)) if known else None,
        )
    return found
