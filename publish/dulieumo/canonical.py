"""JSON and hashes that are the same on every machine: sorted keys, no clock, no path, no host."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

CHUNK_BYTES = 1 << 20


def dumps(value: Any) -> bytes:
    """For people to read and Git to compare: indented, keys in the order given, a final newline."""
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()


def hash_of(value: Any) -> str:
    """ "sha256:…" of a JSON value, whatever the order of its keys."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def sha256_of_file(path: Path) -> str:
    """The hex digest of a file's bytes, read in chunks."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()


def sha256sums(entries: dict[str, str]) -> bytes:
    """The text that `sha256sum --check` reads: hex digest by relative path."""
    return "".join(f"{digest}  {path}\n" for path, digest in sorted(entries.items())).encode()
