"""What was built from what, so that unchanged datasets are neither read nor written again. Light: it imports no Arrow.

The key of a dataset covers all that its version follows from: the resolved descriptor with what the catalogue adds to it,
the bytes of its files, our version, that of the Parquet writer and its settings. An entry says which content hash that gave;
it counts only if the store still has the version with this hash. Deleting the cache changes nothing but the time taken.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from dulieumo import __version__, canonical, package, release
from dulieumo.filehashes import FileHashes
from dulieumo.model import Catalog, Dataset
from dulieumo.store import write_whole

FORMAT = "dulieumo-build-cache/2"
FILE = "build.json"


def input_hash(folder: Path, dataset: Dataset, digest: Callable[[Path], str] = canonical.sha256_of_file) -> str:
    """ "sha256:…" of all that the verdict on a dataset rests on: resolved descriptor, bytes of its files, our version."""
    total = hashlib.sha256()
    total.update(canonical.hash_of(dict(dataset.descriptor)).encode())
    total.update(f"\ndulieumo {__version__}\n".encode())
    root = folder.resolve()
    for resource in dataset.resources:
        relative = f"{dataset.folder}/{resource.path}"
        path = folder / relative
        is_plain = path.is_file() and path.resolve() == root / relative  # no link on the way to it
        content = digest(path) if is_plain else "absent"
        total.update(f"{resource.path}\0{content}\n".encode())
    return "sha256:" + total.hexdigest()


def key(catalog: Catalog, dataset: Dataset, inputs: str) -> str:
    """ "sha256:…" of all that a version follows from. `inputs` is the dataset's `input_hash`."""
    return canonical.hash_of(
        {"inputs": inputs, "descriptor": package.skeleton(catalog, dataset), "tool": release.tool(), "format": FORMAT}
    )


class Cache:
    """The memory of earlier builds, in one file under `folder`, and beside it that of the hashes of big files."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE
        self._before = _read(self._path)
        self._versions: dict[str, Any] = dict(self._before.get("versions", {}))
        self.files = FileHashes(folder)

    def content_hash(self, dataset: Dataset, key: str) -> str | None:
        """What building `dataset` from `key` gave; None where that is not known."""
        entry = self._versions.get(dataset.name, {})
        return entry.get("contentHash") if entry.get("key") == key else None

    def remember(self, dataset: Dataset, key: str, content_hash: str) -> None:
        self._versions[dataset.name] = {"key": key, "contentHash": content_hash}

    def save(self) -> None:
        """Write the memory down, if it changed."""
        self.files.save()
        value = {"format": FORMAT, "versions": self._versions}
        if value != self._before:
            write_whole(self._path, canonical.dumps(value))


def _read(path: Path) -> dict[str, Any]:
    """What is no cache of this format is no cache."""
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return value if isinstance(value, dict) and value.get("format") == FORMAT else {}
