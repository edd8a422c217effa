"""A store in an object store (`s3://bucket/prefix`, or whatever else fsspec knows), seen through a folder that mirrors it.

Versions and releases never change, so what the mirror once has is not fetched again; descriptors, checksums and latest.json
are looked up each time, since a withdrawal rewrites them. An object store has no rename: a folder counts from the moment its
last object is there, datapackage.json of a version or release.json of a release, and latest.json comes after all of them.

Credentials and endpoint come from the environment, as the fsspec implementation reads them (AWS_ACCESS_KEY_ID,
AWS_ENDPOINT_URL_S3, …), never from an address. Servers other than Amazon's may need AWS_REQUEST_CHECKSUM_CALCULATION set to
when_required. Two machines that release at the same time: the second one to finish sees
that latest.json moved, and stops; a lock that would also close the last instant between look and write, S3 has not.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO
from urllib.parse import urlsplit

from dulieumo.errors import ConfigError, ReleaseError, Unreachable
from dulieumo.i18n import _
from dulieumo.store import LATEST, FolderStore, write_whole

MARKERS = ("datapackage.json", "release.json")
"""The last object of a folder that is written, and the first that is removed."""
REWRITTEN = ("datapackage.json", "SHA256SUMS", LATEST)
"""What a withdrawal or a release writes anew: the mirror is not trusted for it."""
PACKAGES = {"s3": "s3fs", "gs": "gcsfs", "az": "adlfs", "abfs": "adlfs"}


class ObjectStore(FolderStore):
    """`root` is the mirror. Raises Unreachable where the object store does not answer, ConfigError for a bad address."""

    def __init__(self, url: str, mirror: Path) -> None:
        super().__init__(mirror)
        address = urlsplit(url)
        if address.username or address.password:
            raise ConfigError(
                _("The address of the store holds a password; take it out."),
                hint=_("Put the key into the environment: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY."),
            )
        needed = PACKAGES.get(address.scheme)
        if find_spec("fsspec") is None or (needed and find_spec(needed) is None):
            raise ConfigError(
                _("A store at {url} needs one more package.").format(url=url),
                hint="pip install 'dulieumo[s3]'" if address.scheme == "s3" else f"pip install {needed or 'fsspec'}",
            )
        import fsspec

        try:
            # listings are never kept: what another machine writes shall be seen
            fs, self._prefix = fsspec.url_to_fs(
                url, **({"use_listings_cache": False} if address.scheme == "s3" else {})
            )
        except ValueError as error:
            raise ConfigError(_("{url} is no address of a store.").format(url=url)) from error
        self._fs: Any = fs
        self._seen: bytes | None = None
        self._fresh: set[str] = set()

    def local_path(self, path: str) -> Path:
        """The file, or folder, in the mirror, fetched if need be. What the object store has not is not there."""
        local = super().local_path(path)
        if local.is_file() and (path in self._fresh or PurePosixPath(path).name not in REWRITTEN):
            return local
        with _reaching():
            if self._fs.isfile(self._key(path)):
                self._fetch(path, local)
            elif found := self._find(path):
                for name in found:
                    self.local_path(f"{path}/{name}")
                self._drop(local, found)
            elif local.is_file():
                local.unlink()
            elif local.is_dir() and not path.startswith("."):
                self._drop(local, ())
        return local

    def _drop(self, folder: Path, known: tuple[str, ...]) -> None:
        """Forget what the object store no longer has: a withdrawn version leaves nothing in the mirror."""
        for file in [entry for entry in folder.rglob("*") if entry.is_file()]:
            if file.relative_to(folder).as_posix() not in known:
                file.unlink()

    def _fetch(self, path: str, local: Path) -> None:
        local.parent.mkdir(parents=True, exist_ok=True)
        with self.scratch() as folder:
            self._fs.get_file(self._key(path), str(folder / "file"))
            (folder / "file").replace(local)

    def prefetch(self, paths: Iterable[str]) -> None:
        """Bring many small files at once. What is not there is left out; this process looks at them no more."""
        keys = {self._key(path): path for path in paths if path not in self._fresh}
        if not keys:
            return
        with _reaching():
            found = self._fs.cat(list(keys), on_error="omit")
        for key, data in found.items():
            path = keys[key.removeprefix("/") if key not in keys else key]
            local = super().local_path(path)
            if not local.is_file() or local.read_bytes() != data:
                write_whole(local, data)
            self._fresh.add(path)

    def _key(self, path: str) -> str:
        return f"{self._prefix}/{path}"

    def _find(self, path: str) -> tuple[str, ...]:
        """The objects under a folder, relative to it."""
        prefix = self._key(path).rstrip("/") + "/"
        return tuple(sorted(key.removeprefix(prefix) for key in self._fs.find(prefix) if key.startswith(prefix)))

    def exists(self, path: str) -> bool:
        super().local_path(path)
        with _reaching():
            return bool(self._fs.exists(self._key(path)))

    def open(self, path: str) -> BinaryIO:
        local = self.local_path(path)
        if not local.is_file():
            raise FileNotFoundError(path)
        return local.open("rb")

    def folders(self, path: str) -> tuple[str, ...]:
        """Only folders whose last object is there count."""
        super().local_path(path)
        with _reaching():
            found = self._find(path)
        whole = {name.split("/", 1)[0] for name in found if name.count("/") == 1 and name.split("/")[1] in MARKERS}
        deeper = {name.split("/", 1)[0] for name in found if name.count("/") > 1 and name.split("/")[-1] in MARKERS}
        return tuple(sorted(whole | deeper))

    def files(self, path: str) -> tuple[str, ...]:
        super().local_path(path)
        with _reaching():
            return self._find(path)

    @contextmanager
    def writing(self) -> Iterator[None]:
        with super().writing():
            self._seen = self._latest()
            yield

    def _latest(self) -> bytes:
        with _reaching():
            try:
                found: bytes = self._fs.cat_file(self._key(LATEST))
            except FileNotFoundError:
                return b""
        return found

    def adopt(self, folder: Path, path: str) -> None:
        if any(self.exists(f"{path}/{marker}") for marker in MARKERS):
            raise FileExistsError(path)
        self.remove(path)  # what a killed upload left
        names = sorted(
            (file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file()),
            key=lambda name: (name in MARKERS, name),
        )
        with _reaching():
            for name in names:
                self._fs.put_file(str(folder / name), self._key(f"{path}/{name}"))
        target = super().local_path(path)
        shutil.rmtree(target, ignore_errors=True)
        self._name(folder, target)
        self._fresh.update(f"{path}/{name}" for name in names)

    def write_file(self, path: str, data: bytes) -> None:
        local = super().local_path(path)
        self._fresh.add(path)
        if path == LATEST and self._seen is not None and self._latest() != self._seen:
            raise ReleaseError(
                _("Another machine has released into this store meanwhile; latest.json was left as it is."),
                hint=_("Build again: the release will be held against the new one."),
            )
        with _reaching():
            self._fs.pipe_file(self._key(path), data)
        write_whole(local, data)

    def put(self, source: Path, path: str) -> None:
        super().local_path(path)
        with _reaching():
            self._fs.put_file(str(source), self._key(path))

    def remove(self, path: str) -> None:
        local = super().local_path(path)
        self._fresh = {known for known in self._fresh if known != path and not known.startswith(f"{path}/")}
        with _reaching():
            if self._fs.isfile(self._key(path)):
                self._fs.rm_file(self._key(path))
            for name in sorted(self._find(path), key=lambda name: (name not in MARKERS, name)):
                self._fs.rm_file(self._key(f"{path}/{name}"))
        if local.is_dir():
            shutil.rmtree(local, ignore_errors=True)
        else:
            local.unlink(missing_ok=True)


@contextmanager
def _reaching() -> Iterator[None]:
    """Turn what the object store or the way to it says into one error; a file that is not there stays FileNotFoundError."""
    try:
        yield
    except FileNotFoundError:
        raise
    except PermissionError as error:
        raise Unreachable(
            _("The store refuses us: {reason}").format(reason=error),
            hint=_("Look at the credentials in the environment, and at the rights of their user."),
        ) from error
    except _failures() as error:
        raise Unreachable(
            _("The store does not do what we asked: {reason}").format(reason=error),
            hint=_("Look at its address, at the credentials in the environment, and at the network."),
        ) from error


def _failures() -> tuple[type[Exception], ...]:
    """What object stores raise. Errors of botocore are no OSError; it is there if s3fs is in use."""
    botocore = sys.modules.get("botocore.exceptions")
    return (OSError, botocore.BotoCoreError, botocore.ClientError) if botocore is not None else (OSError,)
