"""For public developers: the tables of a published catalogue, with their declared types, checked and cached.

    catalog = dulieumo.open_catalog("https://data.example.org")     # a site of any release, or a folder that holds one
    dataset = catalog["co-so-y-te@1.2.0"]                           # pinned; without @ the latest
    dataset.table()                                                 # pyarrow.Table
    dataset.table().to_pandas()                                     # or: dataset.pandas()
    dataset.newer()                                                 # is there a later version, does it break programs

Needs no CKAN and no account: it reads `datapackages.json` and the files beside it. Each file is compared with the SHA-256 of
its descriptor before anyone sees it, and kept under that hash, so a second call needs no network for the data.
"""

from __future__ import annotations

import difflib
import hashlib
import json
import os
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO
from urllib.parse import quote, urlsplit

from dulieumo.errors import ConfigError, Rejected, Unreachable, UsageError
from dulieumo.i18n import _

if TYPE_CHECKING:
    import pandas
    import pyarrow

FORMAT = "dulieumo-packages/1"
TIMEOUT_SECONDS = 60
MAX_INDEX_BYTES = 200_000_000
_CHUNK = 1 << 20


class Damaged(Rejected):
    """The bytes that arrived are not those that the descriptor names."""


class Absent(Unreachable):
    """The site answers, and has no such file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Newer:
    """A later version than the one in hand. `is_breaking`: its major number is higher."""

    version: str
    is_breaking: bool


def open_catalog(address: str, *, cache: Path | None = None) -> OpenCatalog:
    """The catalogue of a site: its address (https://…), or the folder of a built one.

    `cache` is a folder for the files (by default ~/.cache/dulieumo/files). Raises Unreachable, and ConfigError where no
    catalogue lies there or this program is too old to read it."""
    site = _Site(address, cache or _default_cache())
    index = site.json("datapackages.json", MAX_INDEX_BYTES)
    if index.get("format") != FORMAT:
        raise ConfigError(
            _("{address} holds the format {format}, which this dulieumo does not read.").format(
                address=address, format=index.get("format")
            ),
            hint=_("Update dulieumo: pip install --upgrade dulieumo"),
        )
    return OpenCatalog(site, index)


def _default_cache() -> Path:
    home = os.environ.get("XDG_CACHE_HOME")
    return (Path(home) if home else Path.home() / ".cache") / "dulieumo" / "files"


class OpenCatalog(Mapping[str, "OpenDataset"]):
    """The datasets of one release, by name. `catalog["name@1.0.0"]` is a fixed version, whatever the release holds."""

    def __init__(self, site: _Site, index: Mapping[str, Any]) -> None:
        self._site = site
        self._packages = {entry["name"]: entry for entry in index["packages"]}
        self.title: str = index["title"]
        self.release: str = index["release"]["name"]

    def __iter__(self) -> Iterator[str]:
        return iter(self._packages)

    def __len__(self) -> int:
        return len(self._packages)

    def __getitem__(self, key: str) -> OpenDataset:
        name, _at, version = key.partition("@")
        entry = self._packages.get(name)
        if entry is None:
            raise KeyError(f"{name} (like it: {', '.join(self.like(name)) or 'nothing'})")
        wanted = version or entry["version"]
        try:
            descriptor = self._site.json(f"data/{quote(name)}/{quote(wanted)}/datapackage.json", MAX_INDEX_BYTES)
        except Absent as error:
            if not version:
                raise
            raise UsageError(
                _("{dataset} has no version {version} on this site.").format(dataset=name, version=version),
                hint=_("Its latest version is {latest}.").format(latest=entry["version"]),
            ) from error
        if not version and descriptor.get("dulieumo:contentHash") != entry["contentHash"]:
            raise Damaged(
                _("The descriptor of {dataset} is not the one that the catalogue names.").format(dataset=name),
                hint=_("The site may be in the middle of an update: try again in a minute."),
            )
        return OpenDataset(self._site, descriptor, latest=entry["version"])

    def like(self, name: str, count: int = 3) -> tuple[str, ...]:
        """The names of datasets that are spelt nearly like `name`, or have it in them."""
        close = difflib.get_close_matches(name, self._packages, n=count)
        return tuple(dict.fromkeys([*close, *(known for known in self._packages if name and name in known)]))[:count]

    def __repr__(self) -> str:
        return f"<catalog {self.title!r}, release {self.release}, {len(self)} datasets>"


class OpenDataset:
    """One version of a dataset."""

    def __init__(self, site: _Site, descriptor: Mapping[str, Any], *, latest: str) -> None:
        self._site = site
        self.descriptor = descriptor
        self.name: str = descriptor["name"]
        self.title: str = descriptor["title"]
        self.version: str = descriptor["version"]
        self._latest = latest

    @property
    def tables(self) -> tuple[str, ...]:
        """The names of its tables."""
        return tuple(entry["name"] for entry in self.descriptor["resources"] if "schema" in entry)

    def newer(self) -> Newer | None:
        """The later version that the site holds; None where this is the latest."""
        here, there = _number(self.version), _number(self._latest)
        return Newer(version=self._latest, is_breaking=there[0] > here[0]) if there > here else None

    def file(self, resource: str | None = None, format_: str = "parquet") -> Path:
        """A file of a resource (the first table by default), downloaded and checked; a path in the cache.

        Raises UsageError where there is no such resource or format, Unreachable, Damaged."""
        entry = self._resource(resource)
        formats = [item["format"] for item in entry["dulieumo:distributions"]]
        for item in entry["dulieumo:distributions"]:
            if item["format"] == format_:
                return self._fetch(item)
        if f"{format_}-part" in formats:
            raise UsageError(
                _("{resource} lies in {count} files.").format(
                    resource=entry["name"], count=formats.count(f"{format_}-part")
                ),
                hint=_("Ask for all of them: files() in Python, a folder as --out on the command line."),
            )
        known = ", ".join(dict.fromkeys(formats))
        raise UsageError(
            _("{resource} is not offered as {format}.").format(resource=entry["name"], format=format_),
            hint=_("It is offered as: {known}.").format(known=known),
        )

    def _fetch(self, item: Mapping[str, Any]) -> Path:
        path = f"data/{quote(self.name)}/{quote(self.version)}/{quote(item['path'])}"
        return self._site.file(path, item["hash"].removeprefix("sha256:"), item["bytes"])

    def files(self, resource: str | None = None, format_: str = "parquet") -> tuple[Path, ...]:
        """As `file`, for a big table that lies in several Parquet files too: all of them, in the order of its rows."""
        entry = self._resource(resource)
        parts = [item for item in entry["dulieumo:distributions"] if item["format"] == f"{format_}-part"]
        return tuple(self._fetch(item) for item in parts) or (self.file(resource, format_),)

    def table(self, resource: str | None = None) -> pyarrow.Table:
        """A table with its declared types and descriptions (the first by default)."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        return pa.concat_tables([pq.read_table(path) for path in self.files(resource)])

    def pandas(self, resource: str | None = None) -> pandas.DataFrame:
        """The same as a DataFrame whose columns keep the declared types: integers with gaps, dates, exact decimals."""
        import pandas as pd

        frame: pd.DataFrame = self.table(resource).to_pandas(types_mapper=pd.ArrowDtype)
        return frame

    def _resource(self, name: str | None) -> Mapping[str, Any]:
        for entry in self.descriptor["resources"]:
            if entry["name"] == name or (name is None and "schema" in entry):
                found: Mapping[str, Any] = entry
                return found
        raise UsageError(
            _("{dataset} has no table {table}.").format(dataset=self.name, table=name or ""),
            hint=_("It has: {known}.").format(known=", ".join(entry["name"] for entry in self.descriptor["resources"])),
        )

    def __repr__(self) -> str:
        newer = self.newer()
        later = f", newer: {newer.version}{' (breaking)' if newer.is_breaking else ''}" if newer else ""
        return f"<dataset {self.name}@{self.version}, tables: {', '.join(self.tables)}{later}>"


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


class _Site:
    """Reads files of a site, over HTTP or from a folder, into a cache that is keyed by their hash."""

    def __init__(self, address: str, cache: Path) -> None:
        self.address = address.rstrip("/")
        self._cache = cache
        scheme = urlsplit(self.address).scheme
        self._is_remote = scheme in ("http", "https")
        if not self._is_remote and not Path(self.address).is_dir():
            raise ConfigError(
                _("{address} is neither a web address nor a folder.").format(address=address),
                hint=_("Give the address of the site, such as https://data.example.org"),
            )

    def json(self, path: str, limit: int) -> Any:
        with self._open(path) as file:
            data = file.read(limit + 1)
        try:
            if len(data) > limit:
                raise ValueError
            return json.loads(data)
        except ValueError as error:
            raise ConfigError(
                _("{address} is no catalogue: {path} is not the JSON that was expected.").format(
                    address=self.address, path=path
                )
            ) from error

    def file(self, path: str, sha256: str, size: int) -> Path:
        """The file with this hash: from the cache, else downloaded, checked and then put there."""
        target = self._cache / sha256[:2] / f"{sha256}{Path(path).suffix}"
        if target.is_file() and target.stat().st_size == size:
            return target
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=".partial-")
        partial = Path(name)
        try:
            digest, received = hashlib.sha256(), 0
            with os.fdopen(handle, "wb") as out, self._open(path) as file:
                while received <= size and (chunk := file.read(_CHUNK)):
                    out.write(chunk)
                    digest.update(chunk)
                    received += len(chunk)
            if received != size or digest.hexdigest() != sha256:
                raise Damaged(
                    _("{path} did not arrive as its descriptor says (size or SHA-256 differ).").format(path=path),
                    hint=_("Try again; if it happens again, report it to the publisher."),
                )
            partial.replace(target)
        finally:
            partial.unlink(missing_ok=True)
        return target

    def _open(self, path: str) -> BinaryIO:
        if not self._is_remote:
            try:
                return (Path(self.address) / path).open("rb")
            except OSError as error:
                raise Absent(_("{address} has no {path}.").format(address=self.address, path=path)) from error
        request = urllib.request.Request(f"{self.address}/{path}", headers={"User-Agent": "dulieumo"})  # noqa: S310 http(s) only
        try:
            response: BinaryIO = urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS)  # noqa: S310
        except urllib.error.HTTPError as error:
            failure = Absent if error.code in (404, 410) else Unreachable
            raise failure(
                _("{address} answers {status} for {path}.").format(address=self.address, status=error.code, path=path),
                hint=_("Check the address, the dataset's name and the version."),
            ) from error
        except OSError as error:
            raise Unreachable(
                _("{address} cannot be reached.").format(address=self.address),
                hint=_("Check the address and the network."),
            ) from error
        return response
