"""Where versions and releases lie: written whole or not at all, then never changed.

    data/<dataset>/<version>/      immutable: files, datapackage.json, SHA256SUMS; or what `withdraw` left of them
    releases/<name>/               immutable: release.json, changes, SHA256SUMS
    signatures/<name>/             one signature a file, added after the release
    sources/<sha256>               source files too big for the repository, named by pointers
    latest.json                    names the current release; written last, so a reader never sees half a release
    .scratch/                      what is being made; the next writer sweeps what a killed one left
    exchange/                      what travels to and from the workers of a cluster, gone after the build

Order of writes, so that a kill or a power cut at any moment leaves the old state or the new one: the bytes of every file of
a folder reach the disk, then the folder gets its name, then its parent reaches the disk; `latest.json` comes after all that.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

from dulieumo.errors import ConfigError, ReleaseError
from dulieumo.i18n import _

LATEST = "latest.json"
SCRATCH = ".scratch"
_PARTIAL = ".partial-"
_IS_WINDOWS = sys.platform == "win32"


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

    def files(self, path: str) -> tuple[str, ...]:
        """The paths of all files under the folder `path`, relative to it, sorted; none where it does not exist."""
        folder = self.local_path(path)
        return tuple(sorted(file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file()))

    def prefetch(self, paths: Iterable[str]) -> None:
        """Say which small files will be read next; a store on this machine has nothing to do."""

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Be the only writer. Raises ReleaseError where another process writes to this store."""
        self.root.mkdir(parents=True, exist_ok=True)
        path = self.root / ".lock"
        with path.open("a+b") as handle:
            if not _try_lock(handle):
                raise ReleaseError(
                    _("Another dulieumo is writing to this store."), hint=_("Wait until it has ended, then try again.")
                )
            for leftover in self.root.glob(f"{_PARTIAL}*"):
                leftover.unlink()
            yield

    @contextmanager
    def scratch(self) -> Iterator[Path]:
        """An empty folder on the store's disk, gone after the block. Sweeps what killed processes left behind."""
        area = self.root / SCRATCH
        area.mkdir(parents=True, exist_ok=True)
        _sweep(area)
        number, name = tempfile.mkstemp(suffix=".lock", dir=area)
        lock = Path(name)
        folder = lock.with_suffix("")
        try:
            with os.fdopen(number, "r+b") as handle:
                _try_lock(handle)
                folder.mkdir()
                try:
                    yield folder
                finally:
                    shutil.rmtree(folder, ignore_errors=True)
        finally:
            lock.unlink(missing_ok=True)
            with suppress(OSError):  # others are at work in it
                area.rmdir()

    def adopt(self, folder: Path, path: str) -> None:
        """Make a filled scratch folder the folder `path`, whole. Raises FileExistsError where there is one already."""
        if self.local_path(path).exists():
            raise FileExistsError(path)
        self._name(folder, self.local_path(path))

    @staticmethod
    def _name(folder: Path, target: Path) -> None:
        """Give a filled folder its name, once its bytes are on the disk."""
        for below, _folders, names in os.walk(folder):
            for name in names:
                flush(Path(below) / name)
            Path(below).chmod(0o755)
            flush(Path(below))
        _make_folders(target.parent)
        folder.rename(target)
        flush(target.parent)

    @contextmanager
    def new_folder(self, path: str) -> Iterator[Path]:
        """A folder to fill; it appears as `path` only when the block ends well. Raises FileExistsError."""
        with self.scratch() as folder:
            yield folder
            self.adopt(folder, path)

    def write_file(self, path: str, data: bytes) -> None:
        """Replace one file whole."""
        target = self.local_path(path)
        _make_folders(target.parent)
        write_whole(target, data)

    def put(self, source: Path, path: str) -> None:
        """Copy a file of any size into the store, whole; an existing one is replaced."""
        target = self.local_path(path)
        _make_folders(target.parent)
        with self.scratch() as folder:
            copy = folder / "file"
            shutil.copyfile(source, copy)
            flush(copy)
            copy.replace(target)
            flush(target.parent)

    def remove(self, path: str) -> None:
        """Remove a file, or a folder with all that is in it; nothing happens where there is none."""
        target = self.local_path(path)
        if target.is_dir():
            shutil.rmtree(target, ignore_errors=True)
        else:
            target.unlink(missing_ok=True)


def write_whole(path: Path, data: bytes) -> None:
    """Write a file so that a reader, or a power cut, finds the old bytes or the new ones and nothing between."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=_PARTIAL, dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(0o644)
        temporary.replace(path)
        flush(path.parent)
    finally:
        temporary.unlink(missing_ok=True)


def flush(path: Path) -> None:
    """Wait until a file's bytes, or a folder's entries, are on the disk."""
    if _IS_WINDOWS and path.is_dir():  # folders cannot be opened there; NTFS keeps its own journal of names
        return
    handle = os.open(path, os.O_RDWR if _IS_WINDOWS else os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _make_folders(folder: Path) -> None:
    """Like mkdir with parents, each new name on the disk."""
    if not folder.is_dir():
        _make_folders(folder.parent)
        folder.mkdir(exist_ok=True)
        flush(folder.parent)


def _try_lock(handle: BinaryIO | Any) -> bool:
    """Lock an open file for this process, if no other has; the system ends the lock with the process, however it ends."""
    if _IS_WINDOWS:
        import msvcrt

        try:
            msvcrt.locking(handle.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
        except OSError:
            return False
        return True
    import fcntl

    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _sweep(area: Path) -> None:
    for lock in area.glob("*.lock"):
        with suppress(FileNotFoundError):  # its owner has just ended
            with lock.open("r+b") as handle:
                is_abandoned = _try_lock(handle)
                if is_abandoned:
                    shutil.rmtree(lock.with_suffix(""), ignore_errors=True)
            if is_abandoned:
                lock.unlink()
