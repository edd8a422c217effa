"""`dulieumo diff`: what the working copy changes, and which version number it asks for."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from dulieumo.cli import run
from dulieumo.store import FolderStore
from tests import catalogues as made
from tests.build.making import make
from tests.build.test_releasing import dataset, written
from tests.catalogues import field


class World:
    """Two released versions of `bo`, one of `hai`, and a working copy that can be changed."""

    def __init__(self, folder: Path) -> None:
        self.store = FolderStore(folder / "dist" / "store")
        hai = dataset("1.0.0", name="hai")
        make(written(folder / "1", "ma,so\na,1\n", dataset("1.0.0"), hai), self.store)
        self.root = written(folder / "2", "ma,so\na,1\nb,2\nc,3\n", dataset("1.1.0", ("1.0.0",)), hai)
        make(self.root, self.store)
        self.csv = self.root / "linh-vuc/bo/data/bang.csv"
        self.descriptor = self.root / "linh-vuc/bo/datapackage.yaml"
        self.folders = ["--datasets", str(self.root), "--dist", str(folder / "dist")]


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def diff(world: World, capsys: pytest.CaptureFixture[str], *words: str, code: int = 0) -> list[dict[str, Any]]:
    capsys.readouterr()
    assert run(["diff", *words, "--format", "json", *world.folders]) == code
    found: list[dict[str, Any]] = json.loads(capsys.readouterr().out)["datasets"]
    return found


def test_nothing_changed_is_nothing(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    assert diff(world, capsys) == []
    assert diff(world, capsys, "bo", "--exit-code") == []
    assert run(["--lang", "en", "diff", *world.folders]) == 0
    assert capsys.readouterr().out.strip() == "Nothing changed."


def test_changed_rows_are_counted_shown_and_ask_for_a_number(
    world: World, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    world.csv.write_text("ma,so\na,9\nc,3\nd,4\n")
    (found,) = diff(world, capsys, "--rows", "5", "--exit-code", code=5)
    (table,) = found["tables"]
    assert (table["added"], table["removed"], table["changed"], table["drift"]) == (1, 1, 1, {"so": 1})
    assert sorted((row["_operation"], row["ma"]) for row in table["rows"]) == [
        ("delete", "b"),
        ("insert", "d"),
        ("update", "a"),
    ]
    assert (found["before"], found["after"], found["wanted"], found["numbered"]) == ("1.1.0", "1.1.0", "1.2.0", False)
    assert run(["diff", "bo", "--rows", "9", "--deltas", str(tmp_path / "deltas"), *world.folders]) == 0
    printed = capsys.readouterr().out
    assert "1.2.0" in printed
    assert "− bang: ma=b, so=2" in printed
    assert pq.read_table(tmp_path / "deltas/bo/bang.parquet").num_rows == 3
    assert world.store.folders("data/bo") == ("1.0.0", "1.1.0")


def test_a_raised_number_is_enough_and_a_removed_column_asks_for_more(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    world.csv.write_text("ma,so\na,9\n")
    made.put(world.descriptor, dataset("1.2.0", ("1.0.0", "1.1.0")))
    (found,) = diff(world, capsys, "bo")
    assert (found["wanted"], found["numbered"]) == ("1.2.0", True)
    package = dataset("1.2.0", ("1.0.0", "1.1.0"))
    package["resources"] = [made.resource("bang", [field("ma")], ["ma"])]
    made.put(world.descriptor, package)
    world.csv.write_text("ma\na\n")
    (found,) = diff(world, capsys, "bo")
    assert (found["level"], found["wanted"], found["numbered"]) == ("major", "2.0.0", False)
    assert [(item["what"], item["column"]) for item in found["schema"]] == [("column-removed", "so")]


def test_two_stored_versions_are_compared(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    (found,) = diff(world, capsys, "bo", "--from", "1.0.0", "--to", "1.1.0")
    assert found["tables"][0]["added"] == 2
    assert diff(world, capsys, "bo", "--from", "1.0.0", "--to", "1.0.0") == []
    (found,) = diff(world, capsys, "bo", "--from", "1.0.0")
    assert (found["before"], found["after"]) == ("1.0.0", "1.1.0")


def test_new_and_departed_datasets_are_told(world: World, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    other = written(
        tmp_path / "3", "ma,so\na,1\nb,2\nc,3\n", dataset("1.1.0", ("1.0.0",)), dataset("1.0.0", name="moi")
    )
    world.folders[1] = str(other)
    found = {item["name"]: (item["before"], item["after"]) for item in diff(world, capsys)}
    assert found == {"moi": (None, "1.0.0"), "hai": ("1.0.0", None)}
    assert run(["diff", "--format", "markdown", *world.folders]) == 0
    assert "### moi ∅ → 1.0.0" in capsys.readouterr().out


@pytest.mark.parametrize(
    "words",
    [["la"], ["bo", "--from", "9.9.9"], ["--from", "1.0.0"], ["bo", "--to", "1.0.0"], ["bo", "hai", "--from", "1.0.0"]],
)
def test_what_cannot_be_compared_is_refused(world: World, words: list[str]) -> None:
    assert run(["diff", *words, *world.folders]) == 2


def test_before_the_first_release_everything_is_new(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = written(tmp_path, "ma,so\n", dataset("1.0.0"))
    assert run(["diff", "--format", "json", "--datasets", str(root), "--dist", str(tmp_path / "dist")]) == 0
    (found,) = json.loads(capsys.readouterr().out)["datasets"]
    assert (found["before"], found["after"], found["wanted"]) == (None, "1.0.0", None)
