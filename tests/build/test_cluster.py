"""A build on a real Dask cluster of processes on this machine: the same bytes, whole or not at all, whatever dies.

One scheduler and two workers for all tests here; nothing stands in for them.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import distributed
import pytest

from dulieumo import cluster, release
from dulieumo.build import NotAsChecked
from dulieumo.cli import run
from dulieumo.errors import ConfigError, RemoteError, Unreachable, UsageError
from dulieumo.model import Release
from dulieumo.store import FolderStore
from tests import catalogues as made
from tests.bench import bigtable
from tests.build.making import make
from tests.build.test_killed import contents
from tests.catalogues import field

pytestmark = pytest.mark.slow

BIG_ROWS = 12_000  # its source and its files are beyond what travels in a message
SLOW_ROWS = 60_000  # long enough at work to be met there


@pytest.fixture(scope="module")
def dask_cluster() -> Iterator[distributed.LocalCluster]:
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, host="127.0.0.1", dashboard_address=None, memory_limit=0
    ) as running:
        yield running


def small(folder: Path) -> Path:
    """Two datasets: tables in and out of order, one with places, one file that is no table."""

    def table(name: str, *key: str) -> dict[str, Any]:
        return made.resource(name, [field("ma"), field("so", "integer"), field("noi", "geopoint")], list(key))

    text = "ma,so,noi\n" + "".join(f'M{9 - n},{n},"106.{n},10.{n}"\n' for n in range(9))
    note = {**made.resource("ghi-chu", []), "path": "data/ghi-chu.txt", "format": "txt", "mediatype": "text/plain"}
    del note["schema"], note["type"], note["dialect"]
    packages = [
        made.package("bo", [table("bang", "ma"), table("khac"), note]),
        made.package("hai", [table("bang", "ma")]),
    ]
    tables = {"bo/bang.csv": text, "bo/khac.csv": text, "hai/bang.csv": text, "bo/ghi-chu.txt": "một ghi chú\n"}
    return made.write(folder, packages, tables)


def slow(folder: Path) -> Path:
    """A table that takes a while, though not for its workbook: one text is too long for a sheet."""
    root = bigtable.write(folder, SLOW_ROWS)
    with (root / "linh-vuc/bo/data/bang.csv").open("a", encoding="utf-8") as file:
        file.write(f"ZZ999999999,{'x' * 40_000},26000,1,1,0.5,2025-01-01,2025,true,cong-lap\n")
    return root


def elsewhere(root: Path, store: FolderStore, address: str) -> Release:
    with cluster.connect(address, store) as workers:
        return make(
            root,
            store,
            build=lambda catalog, dataset: workers.build(catalog, dataset, root),
            expect=lambda catalog, datasets: workers.expect(catalog, datasets, root),
        )


def test_the_workers_make_the_same_bytes(tmp_path: Path, dask_cluster: distributed.LocalCluster) -> None:
    root = small(tmp_path)
    here, there = FolderStore(tmp_path / "here"), FolderStore(tmp_path / "there")
    make(root, here)
    elsewhere(root, there, dask_cluster.scheduler_address)
    assert {"data/bo/1.0.0/bang.xlsx", "data/bo/1.0.0/bang.geo.parquet"} <= set(contents(here.root))
    assert contents(there.root) == contents(here.root)


def test_the_command_builds_on_a_cluster(tmp_path: Path, dask_cluster: distributed.LocalCluster) -> None:
    root = small(tmp_path)
    words = ["--datasets", str(root), "--dist"]
    for dist in ("dist", "here"):
        assert run(["check", *words, str(tmp_path / dist)]) == 0
    assert run(["build", *words, str(tmp_path / "dist"), "--scheduler", dask_cluster.scheduler_address]) == 0
    shutil.rmtree(tmp_path / ".cache")
    assert run(["build", *words, str(tmp_path / "here")]) == 0
    assert contents(tmp_path / "dist" / "store") == contents(tmp_path / "here" / "store")
    assert (
        run(["build", *words, str(tmp_path / "here"), "--scheduler", "tcp://127.0.0.1:1"]) == 0
    )  # nothing to build: nobody is asked


def test_what_does_not_fit_a_message_travels_through_the_store(
    tmp_path: Path, dask_cluster: distributed.LocalCluster
) -> None:
    root = bigtable.write(tmp_path, BIG_ROWS)
    assert (root / "linh-vuc/bo/data/bang.csv").stat().st_size > cluster.INLINE_BYTES
    descriptor = root / "linh-vuc/bo/datapackage.yaml"
    text = descriptor.read_text().replace("- name: bang\n", "- name: bang\n  dulieumo:partRows: 5000\n")
    descriptor.write_text(text)
    here, there = FolderStore(tmp_path / "here"), FolderStore(tmp_path / "there")
    make(root, here)
    elsewhere(root, there, dask_cluster.scheduler_address)
    assert "data/bo/1.0.0/bang/part-00002.parquet" in contents(here.root)
    assert contents(there.root) == contents(here.root)


def test_a_worker_with_other_versions_is_refused(
    tmp_path: Path, dask_cluster: distributed.LocalCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "tool", lambda: {"dulieumo": "9.9.9", "pyarrow": "9.9.9"})
    with pytest.raises(ConfigError, match=r"9\.9\.9") as caught:
        elsewhere(small(tmp_path), FolderStore(tmp_path / "store"), dask_cluster.scheduler_address)
    assert "dulieumo" in caught.value.message
    assert not (tmp_path / "store" / "latest.json").exists()


def test_a_worker_that_joins_later_with_other_versions_is_refused(dask_cluster: distributed.LocalCluster) -> None:
    order = cluster.Order(
        versions={**cluster.versions(), "pyarrow": "1.0"},
        language="vi",
        catalog="{}",
        resource="bang",
        source=cluster.Parcel(name="bang.csv", sha256="", data=b"", key=""),
        store=("", ""),
        exchange="",
    )
    with distributed.Client(dask_cluster.scheduler_address, set_as_default=False) as client:  # type: ignore[no-untyped-call]
        with pytest.raises(ConfigError, match="pyarrow"):
            client.submit(cluster.work, order).result()
        wrong = replace(order, versions=cluster.versions())
        with pytest.raises(KeyError):
            client.submit(cluster.work, wrong).result()


def test_a_cell_that_was_never_checked_is_told_as_here(tmp_path: Path, dask_cluster: distributed.LocalCluster) -> None:
    root = made.one(tmp_path, [field("ma"), field("so", "integer")], "ma,so\na,mười\n", ["ma"])
    with pytest.raises(NotAsChecked) as here:
        make(root, FolderStore(tmp_path / "here"))
    with pytest.raises(NotAsChecked) as there:
        elsewhere(root, FolderStore(tmp_path / "there"), dask_cluster.scheduler_address)
    assert (there.value.message, there.value.hint) == (here.value.message, here.value.hint)


def test_what_is_no_scheduler_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "PATIENCE_SECONDS", 1.0)
    store = FolderStore(tmp_path)
    with pytest.raises(UsageError), cluster.connect("http://127.0.0.1:80/x?token=secret", store):
        pass
    with pytest.raises(Unreachable) as caught, cluster.connect("tcp://127.0.0.1:1", store):
        pass
    assert caught.value.exit_code == 3


def test_without_the_package_one_line_says_what_to_install(tmp_path: Path) -> None:
    root = small(tmp_path)
    words = ["--datasets", str(root), "--dist", str(tmp_path / "dist")]
    assert run(["check", *words]) == 0
    code = "import sys; sys.modules['distributed'] = None\nfrom dulieumo.cli import run; sys.exit(run(sys.argv[1:]))"
    build = [sys.executable, "-c", code, "build", *words, "--scheduler", "tcp://127.0.0.1:1"]
    done = subprocess.run(build, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "pip install 'dulieumo[cluster]'" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 2


def kill_who_works(looking: distributed.Client, store: FolderStore) -> int:
    """Kill the process of the first worker that has begun to write the files of a table; returns its number."""
    processes = looking.run(os.getpid)
    folders = looking.run(lambda dask_worker: dask_worker.local_directory)
    end = time.monotonic() + 60
    while time.monotonic() < end:
        for worker, folder in folders.items():
            if any(path.stat().st_size > 1000 for path in Path(folder).glob("*/made/*.csv")):
                os.kill(processes[worker], signal.SIGKILL)
                return int(processes[worker])
        time.sleep(0.01)
    raise AssertionError("no worker wrote a table")


# Those that kill come last: a worker takes a while to start anew.


def test_a_worker_that_is_killed_in_the_middle_is_replaced(
    tmp_path: Path, dask_cluster: distributed.LocalCluster
) -> None:
    root = slow(tmp_path)
    here, there = FolderStore(tmp_path / "here"), FolderStore(tmp_path / "there")
    make(root, here)
    with distributed.Client(dask_cluster.scheduler_address, set_as_default=False) as looking:  # type: ignore[no-untyped-call]
        killed: list[int] = []
        thread = threading.Thread(target=lambda: killed.append(kill_who_works(looking, there)))
        thread.start()
        elsewhere(root, there, dask_cluster.scheduler_address)
        thread.join()
        assert killed
        assert killed[0] not in looking.run(os.getpid).values()
    assert contents(there.root) == contents(here.root)


def test_where_workers_die_again_and_again_the_store_stays_as_it_was(
    tmp_path: Path, dask_cluster: distributed.LocalCluster
) -> None:
    root = slow(tmp_path)
    store = FolderStore(tmp_path / "there")
    before = make(small(tmp_path / "before"), store)
    was = contents(store.root)
    scheduler: Any = dask_cluster.scheduler
    allowed, scheduler.allowed_failures = scheduler.allowed_failures, 0
    try:
        with distributed.Client(dask_cluster.scheduler_address, set_as_default=False) as looking:  # type: ignore[no-untyped-call]
            thread = threading.Thread(target=kill_who_works, args=(looking, store))
            thread.start()
            with pytest.raises(RemoteError, match="bo/bang") as caught:
                elsewhere(root, store, dask_cluster.scheduler_address)
            thread.join()
    finally:
        scheduler.allowed_failures = allowed
    assert caught.value.exit_code == 3
    assert contents(store.root) == was
    assert release.read(store).name == before.name
