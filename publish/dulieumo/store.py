"""Where versions and releases lie: written whole or not at all, then never changed.

data/<dataset>/<version>/      immutable: files, datapackage.json, SHA256SUMS
releases/<name>/               immutable: release.json, SHA256SUMS
latest.json                    names the current release; written last, so a reader never sees half a release
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

from dulieumo.errors import ConfigError
from dulieumo.i18n import _

LATEST = "latest.json"
_PARTIAL = ".partial-"


class FolderStore:
    """A store in a folder of this machine. Paths given to it are relative, with /."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def local_path(self, path: str) -> Path:
        """The file itself, for readers that need one. Raises ConfigError for a path that leaves the store."""
        parts = PurePosixPath(path).parts
        if not parts or ".." in parts or PurePosixPath(path).is_absolute():
            raise ConfigError(_("The store has no path {path!r}.").format(path=path))
        return self.root.joinpath(*parts)

    def exists(self, path: str) -> bool:
        return self.local_path(path).exists()

    def open(self, path: str) -> BinaryIO:
        """The bytes of a file, seekable. Raises FileNotFoundError."""
        return self.local_path(path).open("rb")

    def read_json(self, path: str) -> Any:
        """Raises FileNotFoundError, and ConfigError where the file is not JSON."""
        try:
            return json.loads(self.local_path(path).read_text(encoding="utf-8"))
        except ValueError as error:
            raise ConfigError(
                _("{path} in the store is damaged: it is not JSON.").format(path=path),
                hint=_("Build the release again, or restore the store from its backup."),
            ) from error

    def folders(self, path: str) -> tuple[str, ...]:
        """The names of the complete folders under `path`, sorted; none where `path` does not exist."""
        folder = self.local_path(path)
        if not folder.is_dir():
            return ()
        return tuple(
            sorted(entry.name for entry in folder.iterdir() if entry.is_dir() and not entry.name.startswith("."))
        )

    @contextmanager
    def new_folder(self, path: str) -> Iterator[Path]:
        """A folder to fill; it appears as `path` only when the block ends well. An existing `path` is replaced whole.

        What a killed run left behind is swept away by the next one."""
        target = self.local_path(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        self._sweep(target.parent)
        partial = Path(tempfile.mkdtemp(prefix=f"{_PARTIAL}{os.getpid()}-", dir=target.parent))
        try:
            yield partial
            partial.chmod(0o755)
            for file in partial.rglob("*"):
                if file.is_file():
                    _flush(file)
            if target.exists():
                old = target.parent / f"{_PARTIAL}{os.getpid()}-old-{target.name}"
                target.rename(old)
                partial.rename(target)
                shutil.rmtree(old)
            else:
                partial.rename(target)
        finally:
            shutil.rmtree(partial, ignore_errors=True)

    def write_file(self, path: str, data: bytes) -> None:
        """Replace one file whole."""
        target = self.local_path(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        write_whole(target, data)

    def remove(self, path: str) -> None:
        """Remove a folder that is no part of a release (scratch space)."""
        shutil.rmtree(self.local_path(path), ignore_errors=True)

    @staticmethod
    def _sweep(folder: Path) -> None:
        for entry in folder.glob(f"{_PARTIAL}*"):
            owner = entry.name.removeprefix(_PARTIAL).split("-")[0]
            if not (owner.isdigit() and _is_running(int(owner))):
                shutil.rmtree(entry, ignore_errors=True)


def write_whole(path: Path, data: bytes) -> None:
    """Write a file so that a reader, or a power cut, finds the old bytes or the new ones and nothing between."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f"{_PARTIAL}{os.getpid()}-", dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(0o644)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def _flush(file: Path) -> None:
    with file.open("rb") as handle:
        os.fsync(handle.fileno())


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
