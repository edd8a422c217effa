"""Sources too big for the repository: it holds a pointer, the store holds the bytes.

    dulieumo:pointer: {sha256: <hex>, bytes: <size>, key: sources/<sha256>}      in the resource's descriptor

The file lies at the resource's `path` in the working copy, ignored by Git. Only `dulieumo fetch` brings it there.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from dulieumo import canonical
from dulieumo.errors import ConfigError, ReleaseError
from dulieumo.i18n import _
from dulieumo.model import Catalog, Dataset, Resource
from dulieumo.store import FolderStore

FOLDER = "sources"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pointer:
    """What a source must be: the hex digest and the size of its bytes, and where they lie in the store."""

    sha256: str
    bytes: int
    key: str


def of(resource: Resource) -> Pointer | None:
    """The pointer of a resource; None where its file is in the repository."""
    entry = resource.descriptor.get("dulieumo:pointer")
    return Pointer(sha256=entry["sha256"], bytes=entry["bytes"], key=entry["key"]) if entry else None


def every(catalog: Catalog) -> Iterator[tuple[Dataset, Resource, Pointer]]:
    """All pointers of a catalogue."""
    for dataset in catalog.datasets:
        for resource in dataset.resources:
            pointer = of(resource)
            if pointer is not None:
                yield dataset, resource, pointer


def is_fetched(pointer: Pointer, path: Path) -> bool:
    """Whether the file is there and is what the pointer means, to the byte."""
    if not path.is_file() or path.stat().st_size != pointer.bytes:
        return False
    return canonical.sha256_of_file(path) == pointer.sha256


def require(resource: Resource, path: Path) -> None:
    """Raises ReleaseError where a pointer's file is absent or another one."""
    pointer = of(resource)
    if pointer is not None and not is_fetched(pointer, path):
        raise ReleaseError(
            _("The source of the table {table} is not the one that its pointer means.").format(table=resource.name),
            hint=_("Fetch it from the store: dulieumo fetch"),
        )


def fetch(store: FolderStore, pointer: Pointer, path: Path) -> None:
    """Bring the file from the store, whole, and only if its bytes are those of the pointer. Raises ConfigError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=".fetch-", dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as target, store.open(pointer.key) as source:
            shutil.copyfileobj(source, target, canonical.CHUNK_BYTES)
        if not is_fetched(pointer, temporary):
            raise ConfigError(
                _("{key} in the store is not what the pointer means: size or SHA-256 differ.").format(key=pointer.key),
                hint=_("Put the right file there with: dulieumo fetch --put"),
            )
        temporary.chmod(0o644)
        temporary.replace(path)
    except FileNotFoundError as error:
        raise ConfigError(
            _("The store has no {key}.").format(key=pointer.key),
            hint=_("Put the file there with: dulieumo fetch --put, or name the store that has it."),
        ) from error
    finally:
        temporary.unlink(missing_ok=True)


def put(store: FolderStore, path: Path) -> Pointer:
    """Store a source, and say what its pointer is."""
    digest = canonical.sha256_of_file(path)
    pointer = Pointer(sha256=digest, bytes=path.stat().st_size, key=f"{FOLDER}/{digest}")
    if not store.exists(pointer.key):
        store.put(path, pointer.key)
    return pointer
