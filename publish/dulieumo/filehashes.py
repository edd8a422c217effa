"""The hashes of big files, remembered by size, times and inode, so that check and build read a file once for both.

Light: it imports no Arrow. Deleting the memory changes nothing but the time taken.
"""

from __future__ import annotations

import json
import os
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from dulieumo import canonical
from dulieumo.store import write_whole

FORMAT = "dulieumo-file-hashes/1"
FILE = "hashes.json"
REMEMBERED_BYTES = 64 << 10
"""Files below this size are hashed anew each time: that costs less than a thousandth of a second."""
SETTLED_SECONDS = 2.0
"""A file changed less than this long ago may change again without its times showing it."""


class FileHashes:
    """The memory in one file under `folder`."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE
        self._before = _read(self._path)
        self._files: dict[str, Any] = dict(self._before)

    def sha256(self, path: Path) -> str:
        """The hex digest of a file; of a big one from memory, if size, times and inode are those it had."""
        before = path.stat()
        if before.st_size < REMEMBERED_BYTES:
            return canonical.sha256_of_file(path)
        name, mark = str(path.resolve()), _mark(before)
        entry = self._files.get(name)
        if isinstance(entry, dict) and entry.get("mark") == mark:
            return str(entry["sha256"])
        digest = canonical.sha256_of_file(path)
        is_settled = time.time() - max(before.st_mtime, before.st_ctime) > SETTLED_SECONDS
        if is_settled and _mark(path.stat()) == mark:
            self._files[name] = {"mark": mark, "sha256": digest}
        return digest

    def save(self) -> None:
        """Write the memory down, if it changed. A folder that cannot be written to costs only time."""
        if self._files != self._before:
            with suppress(OSError):
                write_whole(self._path, canonical.dumps({"format": FORMAT, "files": self._files}))
                self._before = dict(self._files)


def _mark(facts: os.stat_result) -> list[int]:
    return [facts.st_size, facts.st_mtime_ns, facts.st_ctime_ns, facts.st_ino]


def _read(path: Path) -> dict[str, Any]:
    """What is no memory of this format is no memory."""
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    files = value.get("files") if isinstance(value, dict) and value.get("format") == FORMAT else None
    return files if isinstance(files, dict) else {}
