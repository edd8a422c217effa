"""A store in a real S3 server: the same release as in a folder, whole or absent, seen alike from every machine."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from dulieumo import pointers, release, signing, wholeness, withdrawal
from dulieumo.cli import run
from dulieumo.errors import ConfigError, ReleaseError, Unreachable
from dulieumo.objects import ObjectStore
from dulieumo.store import FolderStore
from dulieumo.stores import open_store
from tests.build import s3proxy
from tests.build.making import make, only
from tests.build.test_killed import contents
from tests.build.test_releasing import dataset, written
from tests.build.test_withdrawal import WHY

pytestmark = pytest.mark.s3

Machine = Callable[[str], ObjectStore]


@pytest.fixture(scope="module")
def server(repository_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[s3proxy.Server]:
    with s3proxy.running(repository_folder, tmp_path_factory.mktemp("s3")) as running:
        yield running


@pytest.fixture(scope="module")
def repository_folder() -> Path:
    return Path(__file__).resolve().parents[2]


@pytest.fixture
def machine(
    server: s3proxy.Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Machine:
    """Makes stores at one address, each as another machine sees it: with a mirror of its own."""
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
    url = server.bucket("thung-" + hashlib.sha256(request.node.name.encode()).hexdigest()[:12])
    return lambda name: ObjectStore(url, tmp_path / name / "mirror")


def two_releases(folder: Path, store: FolderStore) -> list[str]:
    roots = [
        written(folder / "1", "ma,so\na,1\n", dataset("1.0.0")),
        written(folder / "2", "ma,so\na,1\nb,2\n", dataset("1.1.0", ("1.0.0",))),
    ]
    return [make(root, store).name for root in roots]


def test_it_holds_what_a_folder_would_hold(tmp_path: Path, machine: Machine) -> None:
    here, there = machine("here"), FolderStore(tmp_path / "folder" / "store")
    names = two_releases(tmp_path, here)
    assert two_releases(tmp_path, there) == names
    expected = contents(there.root)
    found = {f"{folder}/{path}" for folder in ("data", "releases") for path in here.files(folder)}
    assert found | {"latest.json"} == set(expected)
    seen = machine("elsewhere")
    for path, digest in expected.items():
        with seen.open(path) as file:
            assert hashlib.sha256(file.read()).hexdigest() == digest


def test_another_machine_reads_the_release_and_goes_on_from_it(tmp_path: Path, machine: Machine) -> None:
    names = two_releases(tmp_path, machine("here"))
    other = machine("other")
    assert release.names(other) == tuple(names)
    assert only(release.read(other)).version == "1.1.0"
    assert wholeness.check(other, cells=True).is_whole
    third = written(tmp_path / "3", "ma,so\na,5\n", dataset("1.2.0", ("1.0.0", "1.1.0")))
    made = make(third, other)
    assert made.previous == names[1]
    (change,) = other.read_json(f"releases/{made.name}/changes.json")["datasets"]
    assert (change["tables"][0]["changed"], change["tables"][0]["removed"]) == (1, 1)
    assert release.names(machine("third")) == (*names, made.name)


def test_what_is_not_there_is_not_there(machine: Machine) -> None:
    store = machine("here")
    assert release.latest(store) is None
    assert not store.exists("latest.json")
    assert store.folders("data") == ()
    assert release.find_version(store, "bo", "1.0.0") is None
    with pytest.raises(FileNotFoundError):
        store.open("data/bo/1.0.0/bang.csv")
    with pytest.raises(ConfigError):
        store.local_path("../ngoai")


class Cut(Exception):
    """The line went dead."""


def test_an_upload_that_breaks_off_anywhere_leaves_the_release_before_and_can_be_done_again(
    tmp_path: Path, machine: Machine, server: s3proxy.Server
) -> None:
    machine("settings")
    roots = [
        written(tmp_path / "1", "ma,so\na,1\n", dataset("1.0.0")),
        written(tmp_path / "2", "ma,so\na,1\nb,2\n", dataset("1.1.0", ("1.0.0",))),
    ]
    for allowed in range(40):
        url = server.bucket(f"dut-{allowed}")
        first = make(roots[0], ObjectStore(url, tmp_path / f"{allowed}" / "first"))
        store = ObjectStore(url, tmp_path / f"{allowed}" / "second")
        store._fs = Breaking(store._fs, allowed)
        try:
            make(roots[1], store)
        except Cut:
            seen = ObjectStore(url, tmp_path / f"{allowed}" / "reader")
            assert release.names(seen) == (first.name,)
            assert wholeness.check(seen).is_whole
            again = make(roots[1], ObjectStore(url, tmp_path / f"{allowed}" / "again"))
            last = ObjectStore(url, tmp_path / f"{allowed}" / "last")
            assert release.names(last) == (first.name, again.name)
            assert wholeness.check(last, cells=True).is_whole
        else:
            assert allowed >= 10, "too few uploads to have been cut"
            return
    pytest.fail("it never came through")


class Breaking:
    """A file system whose line goes dead after some uploads."""

    def __init__(self, real: Any, allowed: int) -> None:
        self._real, self._left = real, allowed

    def __getattr__(self, name: str) -> Any:
        if name in ("put_file", "pipe_file"):
            if not self._left:
                raise Cut
            self._left -= 1
        return getattr(self._real, name)


def test_of_two_machines_that_release_at_once_the_second_stops(tmp_path: Path, machine: Machine) -> None:
    one, other = machine("one"), machine("other")
    make(written(tmp_path / "1", "ma,so\na,1\n", dataset("1.0.0")), one)
    rival = written(tmp_path / "2", "ma,so\na,1\nb,2\n", dataset("1.1.0", ("1.0.0",)))
    late = written(tmp_path / "3", "ma,so\na,1\nc,3\n", dataset("1.2.0", ("1.0.0",)))
    from dulieumo import build

    def meanwhile(catalog: Any, item: Any) -> Any:
        made = build.build(catalog, item, late, other)
        make(rival, one)
        return made

    with pytest.raises(ReleaseError):
        make(late, other, build=meanwhile)
    assert only(release.read(machine("reader"))).version == "1.1.0"
    assert make(late, machine("again")).previous == release.names(one)[-1]


def test_a_withdrawal_on_one_machine_empties_the_mirror_of_another(tmp_path: Path, machine: Machine) -> None:
    here, other = machine("here"), machine("other")
    two_releases(tmp_path, here)
    path = other.local_path("data/bo/1.1.0/bang.csv")
    assert path.is_file()
    withdrawal.withdraw(here, [("bo", "1.1.0")], WHY)
    again = machine("other")
    assert only(release.read(again)).withdrawn == WHY
    again.local_path("data/bo/1.1.0")
    assert not path.exists()
    assert again.files("data/bo/1.1.0") == ("SHA256SUMS", "datapackage.json")
    assert wholeness.check(machine("third")).withdrawn == ("bo 1.1.0",)


def test_sources_and_signatures_lie_there_too(tmp_path: Path, machine: Machine) -> None:
    here = machine("here")
    names = two_releases(tmp_path, here)
    (tmp_path / "nguon.csv").write_text("ma\na\n")
    pointer = pointers.put(here, tmp_path / "nguon.csv")
    pointers.fetch(machine("other"), pointer, tmp_path / "lay" / "nguon.csv")
    assert (tmp_path / "lay" / "nguon.csv").read_text() == "ma\na\n"
    public = signing.new_key(tmp_path / "khoa")
    signing.sign(here, names[-1], tmp_path / "khoa")
    assert [item.is_valid for item in signing.verify(machine("reader"), names[-1], [public])] == [True]


def test_a_changed_object_is_found_by_a_machine_without_a_mirror(
    tmp_path: Path, machine: Machine, server: s3proxy.Server
) -> None:
    two_releases(tmp_path, machine("here"))
    store = machine("attacker")
    store._fs.pipe_file(store._key("data/bo/1.1.0/bang.csv"), b"ma,so\na,1\nb,3\n")
    assert wholeness.check(machine("fresh")).changed == ("data/bo/1.1.0/bang.csv",)


def test_wrong_keys_and_a_dead_server_are_told_without_the_secret(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    machine("here")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "sai-hoan-toan")
    import s3fs  # type: ignore[import-untyped,unused-ignore]

    s3fs.S3FileSystem.clear_instance_cache()
    with pytest.raises(Unreachable) as refused:
        make(written(tmp_path, "ma,so\n", dataset("1.0.0")), machine("wrong"))
    assert "sai-hoan-toan" not in refused.value.message
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:9")
    s3fs.S3FileSystem.clear_instance_cache()
    with pytest.raises(Unreachable):
        release.latest(machine("dead"))
    s3fs.S3FileSystem.clear_instance_cache()


def test_addresses_choose_the_store(tmp_path: Path) -> None:
    assert open_store(tmp_path).root == tmp_path
    assert open_store(tmp_path, "/kho").root == Path("/kho")
    assert open_store(tmp_path, "file:///kho%20moi").root == Path("/kho moi")
    with pytest.raises(ConfigError, match=r"AWS_|mật khẩu"):
        open_store(tmp_path, "s3://khoa:mat-khau@thung/kho")
    with pytest.raises(ConfigError):
        open_store(tmp_path, "la-lam://thung")
    one, other = (open_store(tmp_path / "store", f"memory://{name}") for name in ("a", "b"))
    assert one.root != other.root


def test_a_store_in_memory_works_as_well(tmp_path: Path) -> None:
    store = open_store(tmp_path / "store", "memory://kho")
    names = two_releases(tmp_path, store)
    assert json.loads(store.local_path("latest.json").read_text())["releases"] == names
    assert wholeness.check(open_store(tmp_path / "khac" / "store", "memory://kho"), cells=True).is_whole


def test_the_commands_use_the_store_of_the_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DULIEUMO_STORE", "memory://lenh")
    root = written(tmp_path, "ma,so\na,1\n", dataset("1.0.0"))
    folders = ["--datasets", str(root), "--dist", str(tmp_path / "dist")]
    assert run(["check", *folders]) == 0
    assert run(["build", *folders]) == 0
    capsys.readouterr()
    assert run(["build", "--format", "json", *folders]) == 0
    assert json.loads(capsys.readouterr().out)["store"] == "memory://lenh"
    assert not (tmp_path / "dist" / "store").exists()
    assert run(["verify-release", "--cells", *folders]) == 0
    store = ObjectStore("memory://lenh", tmp_path / "other")
    store._fs.pipe_file(store._key("data/bo/1.0.0/bang.csv"), b"ma,so\na,2\n")
    assert run(["verify-release", *folders]) == 5
    monkeypatch.setenv("DULIEUMO_STORE", str(tmp_path / "kho"))
    assert run(["build", *folders]) == 0
    assert (tmp_path / "kho" / "latest.json").is_file()
