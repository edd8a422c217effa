"""A build that is killed leaves the previous release as it was, and the next run completes it; a power cut does no more.

Killed from outside at random moments, and from inside at chosen steps: right before the n-th change that the process makes
to the file system. `--prove` runs 50 of each, else a seeded few.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from dulieumo import release
from dulieumo.cli import run
from dulieumo.store import FolderStore
from tests import catalogues as made
from tests.build.making import make
from tests.catalogues import field

pytestmark = pytest.mark.slow

DATASETS = 5
ROWS = 2000
# Counts what the process does under the store, and dies at the given count, without a word and without cleaning up.
DIES_AT = """
import os, signal, sys
at, store, seen = int(sys.argv[1]), sys.argv[2], 0
def hook(event, arguments):
    global seen
    is_write = event == "open" and isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR)
    if (is_write or event in ("os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.chmod")) and store in str(arguments[0]):
        seen += 1
        if seen == at:
            os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(hook)
from dulieumo.cli import run
code = run(sys.argv[3:])
print("STEPS", seen)
sys.exit(code)
"""


@dataclass(frozen=True)
class World:
    """A store with one release, a checked catalogue that makes the next one, and what that must be in the end."""

    root: Path
    dist: Path
    first: str
    second: str
    files: dict[str, str]
    steps: int
    seconds: float


def catalogue(folder: Path, version: str) -> Path:
    log = [{"version": "1.0.0", "date": "2025-01-01", "description": "Bản đầu."}]
    if version != "1.0.0":
        log.append({"version": version, "date": "2025-02-01", "description": "Thêm dòng."})
    fields = [field("ma"), field("so", "integer"), field("chu")]
    packages = [
        made.package(
            f"bo-{at}", [made.resource("bang", fields, ["ma"])], version=version, **{"dulieumo:changelog": log}
        )
        for at in range(DATASETS)
    ]
    extra = "" if version == "1.0.0" else "X1,7,mới\n"
    text = "ma,so,chu\n" + "".join(f"M{n:05},{n},chữ {n}\n" for n in range(ROWS)) + extra
    return made.write(folder, packages, {f"bo-{at}/bang.csv": text for at in range(DATASETS)})


def contents(folder: Path) -> dict[str, str]:
    """The hash of every file of a store, by path; its lock is no content."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != ".lock"
    }


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    folder = tmp_path_factory.mktemp("killed")
    dist = folder / "dist"
    first = make(catalogue(folder / "first", "1.0.0"), FolderStore(dist / "store"))
    root = catalogue(folder / "second", "1.1.0")
    assert run(["check", "--datasets", str(root), "--dist", str(dist)]) == 0
    after = folder / "after"
    shutil.copytree(dist, after)
    start = time.monotonic()
    code, printed = attempt(root, after, dies_at=0)
    seconds = time.monotonic() - start
    assert code == 0
    store = FolderStore(after / "store")
    second = release.latest(store)
    assert second is not None
    steps = int(printed.split("STEPS")[1])
    return World(root, dist, first.name, second, contents(store.root), steps, seconds)


def command(root: Path, dist: Path) -> list[str]:
    shutil.rmtree(root.parent / ".cache", ignore_errors=True)
    return ["build", "--datasets", str(root), "--dist", str(dist)]


def attempt(root: Path, dist: Path, dies_at: int) -> tuple[int, str]:
    words = [sys.executable, "-c", DIES_AT, str(dies_at), str(dist / "store"), *command(root, dist)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout


def is_whole(store: FolderStore, name: str) -> bool:
    """Whether every file that a release's SHA256SUMS lists is there with these bytes."""
    return all(
        hashlib.sha256(store.local_path(path).read_bytes()).hexdigest() == digest
        for path, digest in release.read_sums(store, f"releases/{name}").items()
    )


def judge(world: World, dist: Path) -> None:
    """After a kill: the current release is one of the two, whole, and the first one stands in any case."""
    store = FolderStore(dist / "store")
    current = release.read(store)
    assert current.name in (world.first, world.second)
    assert release.names(store)[0] == world.first
    for name in release.names(store):
        assert is_whole(store, name)
    assert {len(release.read(store, name).versions) for name in release.names(store)} == {DATASETS}
    assert run(command(world.root, dist)) == 0
    assert contents(store.root) == world.files


def test_killed_before_a_step_the_release_before_stands_and_the_next_run_completes(
    world: World, tmp_path: Path, is_proof: bool
) -> None:
    chance = random.Random(6)
    last = world.steps
    always = [1, last - 2, last - 1, last]  # before anything, and around the writing of latest.json
    steps = always[: 4 if is_proof else 2] + [chance.randint(1, last) for _ in range(46 if is_proof else 2)]
    for number, step in enumerate(steps):
        dist = tmp_path / str(number)
        shutil.copytree(world.dist, dist)
        code, _printed = attempt(world.root, dist, dies_at=step)
        assert code == -signal.SIGKILL, f"step {step} was not reached"
        judge(world, dist)
        shutil.rmtree(dist)


def test_killed_at_any_moment_the_release_before_stands_and_the_next_run_completes(
    world: World, tmp_path: Path, is_proof: bool
) -> None:
    chance = random.Random(66)
    for number in range(50 if is_proof else 2):
        dist = tmp_path / str(number)
        shutil.copytree(world.dist, dist)
        words = [sys.executable, "-c", "import sys; from dulieumo.cli import run; sys.exit(run(sys.argv[1:]))"]
        process = subprocess.Popen([*words, *command(world.root, dist)], stdout=subprocess.DEVNULL)
        time.sleep(chance.uniform(0.2, 1.0) * world.seconds)
        process.kill()
        process.wait()
        judge(world, dist)
        shutil.rmtree(dist)


def test_killed_again_and_again_it_still_arrives(world: World, tmp_path: Path) -> None:
    dist = tmp_path / "dist"
    shutil.copytree(world.dist, dist)
    for step in (world.steps // 3, world.steps // 3, world.steps // 4):
        attempt(world.root, dist, dies_at=step)
    judge(world, dist)


class Disk:
    """What would survive a power cut: a file's bytes once it was flushed, a name once its folder was."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, root: Path) -> None:
        self.root, self.is_watching = root, True
        self.flushed: dict[int, tuple[int, int]] = {}
        self.unsafe: list[str] = []
        self.unflushed: set[str] = set()
        real = os.fsync

        def fsync(handle: int) -> None:
            real(handle)
            facts = os.fstat(handle)
            self.flushed[facts.st_ino] = (facts.st_mtime_ns, facts.st_size)
            self.unflushed.discard(str(Path(f"/proc/self/fd/{handle}").readlink()))

        monkeypatch.setattr(os, "fsync", fsync)
        sys.addaudithook(self.hear)

    def hear(self, event: str, arguments: tuple[object, ...]) -> None:
        if not self.is_watching or event != "os.rename":
            return
        source, target = Path(str(arguments[0])), Path(str(arguments[1]))
        if not target.is_relative_to(self.root) or ".scratch" in target.parts:
            return
        files = [source, *source.rglob("*")] if source.is_dir() else [source]
        for path in files:
            facts = path.stat()
            if self.flushed.get(facts.st_ino) != (facts.st_mtime_ns, facts.st_size):
                self.unsafe.append(f"{target}: {path.name} may still be in memory")
        if target.name == "latest.json":
            self.unsafe += [f"latest.json before {folder}" for folder in sorted(self.unflushed)]
        self.unflushed.add(str(target.parent))


def test_a_name_reaches_the_disk_after_what_it_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = FolderStore(tmp_path / "store")
    make(catalogue(tmp_path / "first", "1.0.0"), store)
    disk = Disk(monkeypatch, store.root)
    made_now = make(catalogue(tmp_path / "second", "1.1.0"), store)
    disk.is_watching = False
    assert disk.unsafe == []
    assert disk.unflushed == set()
    assert store.read_json("latest.json")["release"] == made_now.name
    assert json.loads((store.root / "latest.json").read_text())["releases"][-1] == made_now.name
