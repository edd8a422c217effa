"""Which store an address means: a folder, or an object store."""

from __future__ import annotations

import hashlib
from pathlib import Path
from urllib.parse import unquote, urlsplit

from dulieumo.store import FolderStore


def open_store(folder: Path, url: str = "") -> FolderStore:
    """The store in `folder`; or the one at `url`, such as s3://bucket/prefix, with a mirror of its own beside `folder`."""
    if "://" not in url:
        return FolderStore(Path(url) if url else folder)
    if url.startswith("file://"):
        return FolderStore(Path(unquote(urlsplit(url).path)))
    from dulieumo.objects import ObjectStore

    return ObjectStore(url, folder.with_name(f"mirror-{hashlib.sha256(url.encode()).hexdigest()[:12]}"))
