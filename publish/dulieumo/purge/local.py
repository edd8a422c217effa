"""The places of this machine: working tree, store, what the stages wrote, the site, caches."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

from dulieumo import canonical, release, withdrawal
from dulieumo.config import Settings
from dulieumo.governance import audit
from dulieumo.model import Text, Withdrawal
from dulieumo.store import FolderStore

from .places import Place, Step, Where
from .value import NotSearched, Value

_IN_STORE = ("data", "releases", "sources", "signatures", ".scratch")
_TEXTS = (".json", ".md", ".csv", ".xml", ".txt", ".jsonl", ".html", ".geojson")


def find(settings: Settings, store: FolderStore, value: Value) -> Iterator[Place]:
    """Every file that holds the value."""
    yield from _folder(settings.datasets, settings.root, Where.WORKING_TREE, Step.BY_HAND, value)
    yield from _store(store, value)
    kept = settings.dist / "store"
    for entry in sorted(settings.dist.iterdir()) if settings.dist.is_dir() else ():
        if entry != kept:
            yield from _folder(entry, settings.root, Where.DIST, Step.REMOVE, value)
    if (kept / audit.FILE).is_file():
        yield from _folder(kept / audit.FILE, settings.root, Where.DIST, Step.BY_HAND, value)
    yield from _folder(settings.root / ".cache", settings.root, Where.CACHE, Step.REMOVE, value)


def _folder(folder: Path, root: Path, where: Where, step: Step, value: Value) -> Iterator[Place]:
    paths = [folder] if folder.is_file() else sorted(folder.rglob("*")) if folder.is_dir() else []
    for path in paths:
        if not path.is_file() or path.is_symlink():
            continue
        name = path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)
        try:
            if value.is_in_path(path):
                yield Place(where=where, name=name, step=step)
        except NotSearched:
            yield Place(where=where, name=name, step=Step.NOT_SEARCHED)


def _store(store: FolderStore, value: Value) -> Iterator[Place]:
    """Versions are withdrawn whole; what tells of them in words has the value hidden."""
    told: set[str] = set()
    for area in _IN_STORE:
        for path in store.files(area):
            name = f"{area}/{path}"
            try:
                with store.open(name) as file:
                    if not value.is_in_file(file):
                        continue
            except NotSearched:
                yield Place(where=Where.STORE, name=name, step=Step.NOT_SEARCHED)
                continue
            parts = path.split("/")
            if area == "data" and len(parts) > 2 and parts[2] != withdrawal.DESCRIPTOR:
                version = f"{parts[0]}@{parts[1]}"
                if version not in told:
                    told.add(version)
                    yield Place(where=Where.STORE, name=version, step=Step.WITHDRAW, dataset=parts[0])
            elif name.endswith(_TEXTS):
                yield Place(where=Where.STORE, name=name, step=Step.HIDE)
            else:
                yield Place(where=Where.STORE, name=name, step=Step.REMOVE)


def apply(settings: Settings, store: FolderStore, value: Value, places: Iterable[Place], reason: str) -> None:
    """Withdraw, hide and remove, as the places say; then whatever a withdrawal left is hidden as well."""
    wanted = tuple(places)
    versions = withdrawal.parse(store, [place.name for place in wanted if place.step is Step.WITHDRAW])
    if versions:
        withdrawal.withdraw(store, versions, Withdrawal(reason=Text(reason, {}), date=date.today().isoformat()))
    with store.writing():
        for place in tuple(_store(store, value)):
            if place.step is Step.HIDE:
                _hide(store, place.name, value)
            elif place.step is Step.REMOVE:
                store.remove(place.name)
    for place in wanted:
        path = settings.root / place.name
        if place.where in (Where.DIST, Where.CACHE) and place.step is Step.REMOVE:
            path.unlink(missing_ok=True)
    in_site = settings.site.relative_to(settings.root) if settings.site.is_relative_to(settings.root) else settings.site
    if any(place.where is Where.DIST and Path(place.name).is_relative_to(in_site) for place in wanted):
        shutil.rmtree(settings.site, ignore_errors=True)  # it is built whole, and its index holds texts of its pages
    shutil.rmtree(settings.root / ".cache", ignore_errors=True)  # it remembers versions that are gone


def _hide(store: FolderStore, name: str, value: Value) -> None:
    """Hide the value in a text, and set its folder's sums right. A signature of that release holds no more."""
    with store.open(name) as file:
        data = value.without(file.read())
    store.write_file(name, data)
    area, first, *rest = name.split("/")
    folder = "/".join((area, first, rest[0]) if area == "data" else (area, first))
    if not store.exists(f"{folder}/{release.SUMS}"):
        return
    hashes = {}
    for path in store.files(folder):
        if path != release.SUMS:
            with store.open(f"{folder}/{path}") as file:
                hashes[path] = hashlib.sha256(file.read()).hexdigest()
    store.write_file(f"{folder}/{release.SUMS}", canonical.sha256sums(hashes))
