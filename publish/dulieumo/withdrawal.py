"""Take a released version back: its files go, its descriptor stays with the reason, so that its page can tell.

In this order, so that a kill leaves nothing that looks sound and is not: the descriptor is marked, the files go, with them
the rows of this version in the deltas of releases. Doing it again completes what was begun. Git, the site and CKAN hold
copies of their own.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from dulieumo import canonical, package, release
from dulieumo.errors import ConfigError
from dulieumo.i18n import _
from dulieumo.model import Withdrawal
from dulieumo.store import FolderStore

DESCRIPTOR = "datapackage.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gone:
    """A version that was withdrawn, and how many files went with it; 0 where that was done before."""

    dataset: str
    version: str
    files: int


def parse(store: FolderStore, words: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """The released versions that words such as `bo@1.1.0`, or `bo` for all of them, name. Raises ConfigError."""
    history = release.history(store)
    found: list[tuple[str, str]] = []
    for word in words:
        name, _at, version = word.partition("@")
        if name not in history:
            raise ConfigError(
                _("No release has a dataset {name}.").format(name=name), hint=_("List them with: dulieumo list")
            )
        if version and version not in history[name]:
            raise ConfigError(
                _("No release has {dataset} {version}.").format(dataset=name, version=version),
                hint=_("Released: {versions}").format(versions=", ".join(history[name])),
            )
        found += [(name, version)] if version else [(name, number) for number in history[name]]
    return tuple(dict.fromkeys(found))


def beyond(store: FolderStore, keep: int, names: Iterable[str] = ()) -> tuple[tuple[str, str], ...]:
    """The versions that are older than the newest `keep` of their dataset, for a rule of retention. Never a current one.

    Those that were withdrawn before are left out."""
    wanted = set(names)
    current = {(item["name"], item["version"]) for item in release.read_manifest(store)["datasets"]}
    return tuple(
        (name, version)
        for name, versions in sorted(release.history(store).items())
        if not wanted or name in wanted
        for version in versions[max(keep, 1) :]
        if (name, version) not in current and release.read_version(store, name, version).withdrawn is None
    )


def withdraw(store: FolderStore, versions: Iterable[tuple[str, str]], why: Withdrawal) -> tuple[Gone, ...]:
    """Withdraw these versions. One that was withdrawn before keeps its reason and its date."""
    wanted = tuple(versions)
    with store.writing():
        gone = tuple(_version(store, name, version, why) for name, version in wanted)
        for path in _deltas(store, set(wanted)):
            store.remove(path)
    return gone


def _version(store: FolderStore, name: str, version: str, why: Withdrawal) -> Gone:
    folder = f"data/{name}/{version}"
    descriptor = store.read_json(f"{folder}/{DESCRIPTOR}")
    data = canonical.dumps(package.withdrawn(descriptor, package.withdrawal_of(descriptor) or why))
    store.write_file(f"{folder}/{DESCRIPTOR}", data)
    files = [path for path in store.files(folder) if path not in (DESCRIPTOR, release.SUMS)]
    for path in files:
        store.remove(f"{folder}/{path}")
    sums = canonical.sha256sums({DESCRIPTOR: hashlib.sha256(data).hexdigest()})
    store.write_file(f"{folder}/{release.SUMS}", sums)
    return Gone(dataset=name, version=version, files=len(files))


def _deltas(store: FolderStore, versions: set[tuple[str, str]]) -> Iterator[str]:
    """The files of changed rows that hold rows of these versions: those that came with them, and those that replaced them."""
    for name in release.names(store):
        for change in store.read_json(f"releases/{name}/changes.json")["datasets"]:
            if {(change["name"], change["before"]), (change["name"], change["after"])} & versions:
                for table in change["tables"]:
                    if table["delta"]:
                        yield f"releases/{name}/{table['delta']}"
