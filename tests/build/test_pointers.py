"""Sources that lie in the store: fetched to where they belong, and only if they are what the pointer means."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from dulieumo import build, descriptors, pointers
from dulieumo.cli import run
from dulieumo.errors import ConfigError, ReleaseError
from dulieumo.store import FolderStore
from dulieumo_rules.texts import render
from tests import catalogues as made
from tests.build.making import make, only
from tests.catalogues import field

TEXT = "ma,so\na,1\nb,2\n"


class World:
    """A catalogue whose one source lies in the store of its dist folder."""

    def __init__(self, folder: Path, **change: Any) -> None:
        self.dist = folder / "dist"
        self.store = FolderStore(self.dist / "store")
        source = folder / "nguon.csv"
        source.write_text(TEXT)
        self.pointer = pointers.put(self.store, source)
        entry = {"sha256": self.pointer.sha256, "bytes": self.pointer.bytes, "key": self.pointer.key, **change}
        table = made.resource("bang", [field("ma"), field("so", "integer")], ["ma"], **{"dulieumo:pointer": entry})
        self.root = made.write(folder, [made.package("bo", [table])], {})
        self.path = self.root / "linh-vuc/bo/data/bang.csv"

    def run(self, *words: str) -> int:
        return run([*words, "--datasets", str(self.root), "--dist", str(self.dist)])


def test_a_source_is_stored_under_its_hash_once(tmp_path: Path) -> None:
    store = FolderStore(tmp_path / "store")
    (tmp_path / "a.csv").write_text(TEXT)
    (tmp_path / "b.csv").write_text(TEXT)
    first, second = (pointers.put(store, tmp_path / name) for name in ("a.csv", "b.csv"))
    assert first == second
    assert store.files("sources") == (first.sha256,)
    assert first.bytes == len(TEXT)


def test_fetch_brings_what_is_missing_and_nothing_else(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    world = World(tmp_path)
    assert world.run("fetch", "--format", "json") == 0
    assert world.path.read_text() == TEXT
    assert json.loads(capsys.readouterr().out) == ["datasets/linh-vuc/bo/data/bang.csv"]
    before = world.path.stat().st_mtime_ns
    assert world.run("fetch", "--format", "json") == 0
    assert json.loads(capsys.readouterr().out) == []
    assert world.path.stat().st_mtime_ns == before
    world.path.write_text("khác\n")
    assert world.run("fetch", "bo") == 0
    assert world.path.read_text() == TEXT


def test_an_unfetched_or_other_source_is_not_built(tmp_path: Path) -> None:
    world = World(tmp_path)
    for text in (None, TEXT.replace("2", "3"), TEXT + "c,3\n"):
        if text is not None:
            world.path.parent.mkdir(exist_ok=True)
            world.path.write_text(text)
        reading = descriptors.read(world.root)
        assert reading.catalog is not None
        codes = [item.code for item in reading.findings]
        assert codes == ([] if text is not None and len(text) == len(TEXT) else ["source-not-fetched"])
        (dataset,) = reading.catalog.datasets
        with pytest.raises(ReleaseError) as refused:
            build.build(reading.catalog, dataset, world.root, world.store)
        assert "dulieumo fetch" in str(refused.value.hint)
    world.run("fetch")
    version = only(make(world.root, world.store))
    assert version.rows("bang") == 2
    assert "pointer" not in world.store.local_path(f"{version.folder}/datapackage.json").read_text()


@pytest.mark.parametrize(
    "change", [{"sha256": "0" * 64}, {"bytes": 3}, {"key": "sources/khong-co"}, {"key": "../ngoai"}]
)
def test_what_is_not_the_source_is_refused_and_leaves_nothing(tmp_path: Path, change: dict[str, Any]) -> None:
    world = World(tmp_path, **change)
    (tmp_path / "dist" / "ngoai").write_text(TEXT)
    with pytest.raises(ConfigError):
        pointers.fetch(world.store, pointers.Pointer(**{**_fields(world.pointer), **change}), world.path)
    assert world.run("fetch") == 2
    assert not world.path.exists()
    assert list(world.path.parent.glob(".fetch-*")) == []


def _fields(pointer: pointers.Pointer) -> dict[str, Any]:
    return {"sha256": pointer.sha256, "bytes": pointer.bytes, "key": pointer.key}


def test_the_command_stores_a_file_and_prints_its_pointer(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    world = World(tmp_path)
    other = tmp_path / "khac.csv"
    other.write_text("ma\n")
    assert world.run("fetch", "--put", str(other), "--format", "json") == 0
    pointer = json.loads(capsys.readouterr().out)
    assert world.store.local_path(pointer["key"]).read_text() == "ma\n"
    assert world.run("fetch", "bo", "--put", str(other)) == 2
    assert world.run("fetch", "la") == 2


def test_a_source_too_big_for_git_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(descriptors, "BIG_BYTES", 1_000_000)
    root = made.one(tmp_path, [field("ma")], "ma\n" + "a" * 2_500_000 + "\n", ["ma"])
    (item,) = descriptors.read(root).findings
    assert (item.code, item.is_error, item.values["megabytes"]) == ("source-too-big", False, 2)
    assert "dulieumo fetch --put" in render(item, "vi").fix
