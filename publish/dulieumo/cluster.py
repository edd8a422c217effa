"""Builds on the workers of a Dask cluster, with the results of a build on this machine. The one door to `distributed`.

    here                                    a worker, anywhere
    declaration + bytes of a source  ──►    distributions.make in a folder of its own
    the files, checked and assembled ◄──    their bytes

What is small travels in the message; what is bigger than `INLINE_BYTES` lies in the store meanwhile, as `exchange/<build>/<sha256>`,
so both sides must see the same store: a shared folder or an object store. A worker writes nothing else there. Versions and
releases are written here only, whole or not at all, so a worker that dies leaves nothing behind: Dask gives its task to another.

The same bytes need the same tools, so a worker with other versions is refused. Whoever reaches a scheduler can run programs on
its workers: it belongs on a trusted network, or behind TLS (`tls://`, with Dask's own settings for certificates).
"""

from __future__ import annotations

import functools
import json
import logging
import re
import shutil
import tempfile
import uuid
import zlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import CancelledError
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version as version_of
from pathlib import Path
from typing import Any

from dulieumo import build, canonical, distributions, i18n, pointers
from dulieumo.descriptors import resolve
from dulieumo.distributions import Made
from dulieumo.errors import ConfigError, DulieumoError, RemoteError, Unreachable, UsageError
from dulieumo.i18n import _
from dulieumo.model import Catalog, Dataset, DatasetVersion, Resource
from dulieumo.release import tool
from dulieumo.store import FolderStore
from dulieumo.stores import open_store

try:
    import distributed
except ModuleNotFoundError as error:
    raise ConfigError(
        _("Building on a cluster needs one more package."), hint="pip install 'dulieumo[cluster]'"
    ) from error

INLINE_BYTES = 1 << 20
"""Sources and results up to this size travel in the message: the scheduler holds each until its task is done."""
AHEAD = 2
"""Tasks given out per thread of the cluster: none waits, and the messages stay few."""
PATIENCE_SECONDS = 10.0
EXCHANGE = "exchange"
MARK = "mark"
"""A file that shows that both sides see the same store."""
_ADDRESS = re.compile(r"(?:(?:tcp|tls)://)?(?:[A-Za-z0-9._-]+|\[[0-9a-fA-F:]+\]):[0-9]{1,5}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """One file on its way: its bytes, or the place in the store where they lie meanwhile."""

    name: str
    sha256: str
    data: bytes | None
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """All that a worker needs to build one resource. `exchange`: the folder of `store` for what is big."""

    versions: Mapping[str, str]
    language: str
    catalog: str
    resource: str
    source: Parcel
    store: tuple[str, str]
    exchange: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What a worker made: `made`, and its files in the same order."""

    made: Made
    parcels: tuple[Parcel, ...]


def versions() -> dict[str, str]:
    """What makes the bytes of the files, by name."""
    return {**tool(), "xlsxwriter": version_of("xlsxwriter"), "zlib": zlib.ZLIB_RUNTIME_VERSION}


@contextmanager
def connect(address: str, store: FolderStore, url: str = "") -> Iterator[Cluster]:
    """The cluster of the scheduler at `address`, for one build into `store`, whose address is `url`.

    Raises UsageError, Unreachable, and ConfigError where a worker has other versions."""
    if not _ADDRESS.fullmatch(address):
        raise UsageError(
            _("{address} is no address of a scheduler.").format(address=address),
            hint=_("Give it as tcp://host:8786, or tls://host:8786."),
        )
    for name in ("distributed", "distributed.core", "distributed.client"):
        logging.getLogger(name).setLevel(logging.CRITICAL)  # what goes wrong is told by our errors
    try:
        client: Any = distributed.Client(address, timeout=PATIENCE_SECONDS, set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, ValueError, TypeError) as error:
        raise _unreachable(address) from error
    try:
        threads = _threads(client, address)
        store.remove(EXCHANGE)  # what a killed build left
        folder = f"{EXCHANGE}/{uuid.uuid4().hex}"
        store.write_file(f"{folder}/{MARK}", b"")
        try:
            yield Cluster(client, address, store, url, folder, threads)
        finally:
            store.remove(folder)
    finally:
        client.close()


def _unreachable(address: str) -> Unreachable:
    return Unreachable(
        _("The scheduler at {address} cannot be reached.").format(address=address),
        hint=_("Look whether it runs there, and at the network: dask scheduler, dask worker {address}").format(
            address=address
        ),
    )


def _threads(client: Any, address: str) -> int:
    """How many threads the workers have in all, each with our versions."""
    try:
        client.wait_for_workers(1, timeout=PATIENCE_SECONDS)
        found = client.run(versions, on_error="return")
        threads = sum(client.nthreads().values())
    except TimeoutError as error:
        raise Unreachable(
            _("The scheduler at {address} has no workers.").format(address=address),
            hint=_("Start some: dask worker {address}").format(address=address),
        ) from error
    except OSError as error:
        raise _unreachable(address) from error
    for worker, theirs in found.items():
        _require_same(worker, theirs if isinstance(theirs, dict) else {}, versions())
    return max(1, int(threads))


def _require_same(worker: str, theirs: Mapping[str, str], ours: Mapping[str, str]) -> None:
    for name, version in ours.items():
        if theirs.get(name) != version:
            raise ConfigError(
                _(
                    "The worker {worker} has {name} {theirs}, this machine has {ours}: the same bytes need the same versions."
                ).format(worker=worker, name=name, theirs=theirs.get(name) or _("not installed"), ours=version),
                hint=_("Install the same packages on all machines of the cluster."),
            )


class Cluster:
    """Builds the datasets of one catalogue; `expect` says which ones will be asked for, so that all workers are busy."""

    def __init__(self, client: Any, address: str, store: FolderStore, url: str, exchange: str, threads: int) -> None:
        self._client, self._address, self._store = client, address, store
        self._exchange = _Exchange(lambda: store, exchange)
        self._place = ("", url) if "://" in url else (str(store.root.resolve()), "")
        self._limit = AHEAD * threads
        self._coming: deque[tuple[Catalog, Dataset, Resource, Path]] = deque()
        self._given: dict[tuple[str, str], Any] = {}

    def expect(self, catalog: Catalog, datasets: Iterable[Dataset], folder: Path) -> None:
        """Give out the resources of these datasets, as many at a time as keep the workers busy, in this order."""
        for dataset in datasets:
            for resource in dataset.resources:
                self._coming.append((catalog, dataset, resource, folder / dataset.folder / resource.path))
        self._give()

    def _give(self) -> None:
        while self._coming and len(self._given) < self._limit:
            catalog, dataset, resource, source = self._coming.popleft()
            order = Order(
                versions=versions(),
                language=i18n.language(),
                catalog=_declaration(catalog, dataset),
                resource=resource.name,
                source=self._sent(resource, source),
                store=self._place,
                exchange=self._exchange.folder,
            )
            with _reaching(self._address, f"{dataset.name}/{resource.name}"):
                self._given[dataset.name, resource.name] = self._client.submit(
                    work, order, key=f"{dataset.name}/{resource.name}-{uuid.uuid4().hex}", pure=False
                )

    def _sent(self, resource: Resource, source: Path) -> Parcel:
        pointers.require(resource, source)
        pointer = pointers.of(resource)
        if pointer is not None and self._store.exists(pointer.key):
            return Parcel(name=source.name, sha256=pointer.sha256, data=None, key=pointer.key)
        return self._exchange.pack(source.parent, source.name)

    def build(self, catalog: Catalog, dataset: Dataset, folder: Path) -> DatasetVersion:
        """As `build.build`, with the files made by the workers. Raises what that raises, and RemoteError."""

        def make(resource: Resource, into: Path) -> Made:
            future = self._given.get((dataset.name, resource.name))
            if future is None:  # nobody said that it would come
                self._coming.appendleft((catalog, dataset, resource, folder / dataset.folder / resource.path))
                self._limit += 1
                self._give()
                future = self._given[dataset.name, resource.name]
            with _reaching(self._address, f"{dataset.name}/{resource.name}"):
                delivery: Delivery = future.result()
            del self._given[dataset.name, resource.name]
            self._give()
            for parcel in delivery.parcels:
                self._exchange.unpack(parcel, into)
                if parcel.key:
                    self._store.remove(parcel.key)
            return delivery.made

        return build.build(catalog, dataset, folder, self._store, make=make)


@contextmanager
def _reaching(address: str, name: str) -> Iterator[None]:
    """Turn what Dask says into our errors; what a worker raised of ours passes."""
    try:
        yield
    except DulieumoError:
        raise
    except distributed.KilledWorker as error:
        raise RemoteError(
            _("Workers died again and again while they built {name}.").format(name=name),
            hint=_("Look at their logs; most often it was too little memory for one worker."),
        ) from error
    except (OSError, CancelledError) as error:
        raise _unreachable(address) from error


def _declaration(catalog: Catalog, dataset: Dataset) -> str:
    """The catalogue with this one dataset in it, as JSON."""
    domain = catalog.domain(dataset.domain)
    publisher = catalog.find_publisher(dataset.publisher)
    return json.dumps(
        {
            "catalog": {key: value for key, value in catalog.settings.items() if key != "defaults"},
            "domains": [dict(domain.descriptor)] if domain else [],
            "publishers": [dict(publisher.descriptor)] if publisher else [],
            "dataset": dict(dataset.descriptor),
            "domain": dataset.domain,
        },
        ensure_ascii=False,
    )


def work(order: Order) -> Delivery:
    """What a worker does: build one resource in a folder of its own. Raises ConfigError, NotAsChecked."""
    i18n.use(order.language)
    _require_same(distributed.get_worker().address, versions(), order.versions)
    entry = json.loads(order.catalog)
    dataset = resolve.dataset(
        entry["dataset"], domain=entry["domain"], folder=f"{entry['domain']}/{entry['dataset']['name']}"
    )
    catalog = resolve.catalog(
        entry["catalog"],
        (resolve.domain(item) for item in entry["domains"]),
        (resolve.publisher(item) for item in entry["publishers"]),
        (dataset,),
    )
    resource = dataset.resource(order.resource)
    assert resource is not None
    with tempfile.TemporaryDirectory(dir=distributed.get_worker().local_directory) as name:
        source, into = Path(name, "source"), Path(name, "made")
        source.mkdir()
        into.mkdir()
        store = _Exchange(lambda: _same_store(order, Path(name)), order.exchange)
        store.unpack(order.source, source)
        made = distributions.make(catalog, dataset, resource, source / order.source.name, into)
        return Delivery(made=made, parcels=tuple(store.pack(into, item.path) for item in made.artifacts))


def _same_store(order: Order, folder: Path) -> FolderStore:
    """The store as this worker reaches it. Raises ConfigError where it is not the one that the order came from."""
    own, url = order.store
    store = open_store(Path(own) if own else folder / "store", url)
    if not store.exists(f"{order.exchange}/{MARK}"):
        raise ConfigError(
            _("The worker {worker} does not see the store {store}.").format(
                worker=distributed.get_worker().address, store=url or own
            ),
            hint=_(
                "Files beyond {size} travel through the store: put it into an object store, or into a folder that all"
                " machines have under the same path."
            ).format(size=f"{INLINE_BYTES >> 20} MB"),
        )
    return store


class _Exchange:
    """Packs and unpacks what travels between two machines. The store is opened only where something needs it."""

    def __init__(self, open_: Callable[[], FolderStore], folder: str) -> None:
        self.folder = folder
        self._open = functools.cache(open_)

    def pack(self, folder: Path, name: str) -> Parcel:
        path = folder / name
        digest = canonical.sha256_of_file(path)
        if path.stat().st_size <= INLINE_BYTES:
            return Parcel(name=name, sha256=digest, data=path.read_bytes(), key="")
        parcel = Parcel(name=name, sha256=digest, data=None, key=f"{self.folder}/{digest}")
        self._open().put(path, parcel.key)  # the same bytes under the same name: a second attempt changes nothing
        return parcel

    def unpack(self, parcel: Parcel, folder: Path) -> None:
        """Write the file into `folder`. Raises RemoteError where its bytes are not those that were sent."""
        path = folder / parcel.name
        path.parent.mkdir(parents=True, exist_ok=True)
        if parcel.data is not None:
            path.write_bytes(parcel.data)
        else:
            try:
                with self._open().open(parcel.key) as there, path.open("wb") as here:
                    shutil.copyfileobj(there, here, canonical.CHUNK_BYTES)
            except FileNotFoundError as error:
                raise RemoteError(_("The store has no {key}.").format(key=parcel.key)) from error
        if canonical.sha256_of_file(path) != parcel.sha256:
            raise RemoteError(
                _("{name} did not arrive as it was sent.").format(name=parcel.name), hint=_("Build again.")
            )
