"""What a release changes: counted, written down, numbered, and refused where the number hides it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from dulieumo import build, changes, descriptors, gate, i18n, release
from dulieumo.cli import run
from dulieumo.diff import Level
from dulieumo.model import Release
from dulieumo.store import FolderStore
from tests import catalogues as made
from tests.catalogues import field

FIELDS = [field("ma"), field("so", "integer")]


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    return FolderStore(tmp_path / "store")


def publish(
    folder: Path, store: FolderStore, version: str, csv: str, fields: list[dict[str, Any]] = FIELDS, **more: Any
) -> tuple[Release, tuple[changes.DatasetChange, ...]]:
    history = [
        {"version": v, "date": f"2025-0{n}-01", "description": f"Bản {v}."} for n, v in enumerate(["1.0.0", version], 1)
    ]
    log = history[:1] if version == "1.0.0" else history
    package = made.package(
        "bo", [made.resource("bang", fields, ["ma"])], **{"version": version, "dulieumo:changelog": log, **more}
    )
    root = made.write(folder / version, [package], {"bo/bang.csv": csv})
    reading = descriptors.read(root)
    assert reading.catalog is not None
    assert not reading.has_errors, reading.findings
    versions = [build.build(reading.catalog, dataset, root, store) for dataset in reading.catalog.datasets]
    previous = release.latest(store)
    current = release.compose(reading.catalog, versions, name=None, previous=previous, commit=None)
    found = (
        changes.between(store, release.read(store, previous), current, deltas=folder / f"deltas-{version}")
        if previous
        else ()
    )
    release.write(store, current, found)
    return current, found


def test_a_first_release_has_no_changes(tmp_path: Path, store: FolderStore) -> None:
    current, found = publish(tmp_path, store, "1.0.0", "ma,so\na,1\n")
    assert found == ()
    assert store.read_json(f"releases/{current.name}/changes.json")["datasets"] == []
    assert current.previous is None


def test_changed_rows_are_counted_and_offered_as_a_delta(tmp_path: Path, store: FolderStore) -> None:
    publish(tmp_path, store, "1.0.0", "ma,so\na,1\nb,2\nc,3\n")
    current, (change,) = publish(tmp_path, store, "1.1.0", "ma,so\na,1\nb,9\nd,4\n")
    assert change.level is Level.MINOR
    assert gate.refusals((change,), current) == ()
    facts = store.read_json(f"releases/{current.name}/changes.json")["datasets"][0]["tables"][0]
    assert (facts["added"], facts["removed"], facts["changed"], facts["drift"]) == (1, 1, 1, {"so": 1})
    delta = pq.read_table(store.local_path(f"releases/{current.name}/{facts['delta']}")).to_pylist()
    assert sorted(delta, key=lambda row: row["ma"]) == [
        {"ma": "b", "so": 9, "_operation": "update"},
        {"ma": "c", "so": 3, "_operation": "delete"},
        {"ma": "d", "so": 4, "_operation": "insert"},
    ]
    text = store.local_path(f"releases/{current.name}/CHANGES.md").read_text(encoding="utf-8")
    assert "bo 1.0.0 → 1.1.0" in text
    assert "Bản 1.1.0." in text


@pytest.mark.parametrize(
    ("version", "fields", "csv", "refused"),
    [
        ("1.0.1", FIELDS, "ma,so\na,2\n", "1.1.0"),
        ("1.1.0", FIELDS[:1], "ma\na\n", "2.0.0"),
        ("2.0.0", FIELDS[:1], "ma\na\n", "30"),
        ("1.1.0", [*FIELDS, field("them")], "ma,so,them\na,1,x\n", ""),
        ("0.9.0", FIELDS, "ma,so\na,2\n", "0.9.0"),
    ],
)
def test_the_version_number_must_say_what_changed(
    tmp_path: Path, store: FolderStore, version: str, fields: list[dict[str, Any]], csv: str, refused: str
) -> None:
    publish(tmp_path, store, "1.0.0", "ma,so\na,1\n")
    if version == "0.9.0":
        more: dict[str, Any] = {
            "dulieumo:changelog": [{"version": version, "date": "2025-01-01", "description": "Cũ."}]
        }
    else:
        more = {}
    current, found = publish(tmp_path, store, version, csv, fields, **more)
    reasons = gate.refusals(found, current)
    assert len(reasons) == bool(refused)
    assert not refused or refused in reasons[0]


def test_a_breaking_change_with_its_notice_passes(tmp_path: Path, store: FolderStore) -> None:
    publish(tmp_path, store, "1.0.0", "ma,so\na,1\n")
    notice = {"version": "2.0.0", "announced": "2024-12-31", "effective": "2025-02-01", "description": "Bỏ cột so."}
    current, found = publish(tmp_path, store, "2.0.0", "ma\na\n", FIELDS[:1], **{"dulieumo:notices": [notice]})
    assert gate.refusals(found, current) == ()
    late = {**notice, "announced": "2025-01-20"}
    dataset = current.versions[0].dataset
    descriptor = json.loads(json.dumps(dict(dataset.descriptor)))
    assert gate.has_notice(dataset)
    descriptor["dulieumo:notices"] = [late]
    from dulieumo.descriptors import resolve

    assert not gate.has_notice(resolve.dataset(descriptor, domain="linh-vuc", folder="x"))


def test_words_alone_ask_for_a_patch(tmp_path: Path, store: FolderStore) -> None:
    publish(tmp_path, store, "1.0.0", "ma,so\na,1\n")
    current, (change,) = publish(
        tmp_path, store, "1.0.1", "ma,so\na,1\n", FIELDS, **{"dulieumo:scope": "Phạm vi khác."}
    )
    assert change.level is Level.PATCH
    assert gate.refusals((change,), current) == ()


@pytest.mark.parametrize(
    ("before", "after", "step"),
    [
        ("1.0.0", "1.0.1", Level.PATCH),
        ("1.0.9", "1.1.0", Level.MINOR),
        ("1.9.9", "2.0.0", Level.MAJOR),
        ("1.1.0", "1.0.9", None),
        ("1.0.0", "1.0.0", None),
    ],
)
def test_steps_between_version_numbers(before: str, after: str, step: Level | None) -> None:
    assert gate.bump(before, after) is step


def test_columns_that_came_went_and_changed_their_type_stand_in_the_delta(tmp_path: Path, store: FolderStore) -> None:
    before = [*FIELDS, field("cu"), field("nhan", "list", delimiter=";")]
    after = [*FIELDS, field("nhan"), field("moi")]
    publish(tmp_path, store, "1.0.0", "ma,so,cu,nhan\na,1,x,p;q\nb,2,y,r\n", before)
    current, (change,) = publish(tmp_path, store, "2.0.0", "ma,so,nhan,moi\na,9,p;q,z\nc,3,s,\n", after)
    assert change.level is Level.MAJOR
    path = store.local_path(f"releases/{current.name}/delta/bo/bang.parquet")
    rows = sorted(pq.read_table(path).to_pylist(), key=lambda row: row["ma"])
    assert rows == [
        {"ma": "a", "so": 9, "nhan": "p;q", "moi": "z", "cu": None, "_operation": "update"},
        {"ma": "b", "so": 2, "nhan": "r", "moi": None, "cu": "y", "_operation": "delete"},
        {"ma": "c", "so": 3, "nhan": "s", "moi": None, "cu": None, "_operation": "insert"},
    ]


def test_a_key_of_another_type_is_compared_by_its_text(tmp_path: Path, store: FolderStore) -> None:
    publish(tmp_path, store, "1.0.0", "ma,so\n10,1\n9,2\n", [field("ma", "integer"), field("so", "integer")])
    _current, (change,) = publish(tmp_path, store, "2.0.0", "ma,so\n10,1\n9,3\n", FIELDS)
    (table,) = change.tables
    assert (table.added, table.removed, table.changed) == (0, 0, 1)


def test_the_changelog_speaks_the_catalogues_language(tmp_path: Path, store: FolderStore) -> None:
    publish(tmp_path, store, "1.0.0", "ma,so\na,1\n")
    i18n.use("en")
    current, _found = publish(tmp_path, store, "1.1.0", "ma,so\na,1\nb,2\n")
    text = store.local_path(f"releases/{current.name}/CHANGES.md").read_text(encoding="utf-8")
    assert "1 dòng thêm" in text or "thêm 1 dòng" in text
    assert i18n.language() == "en"


def test_bounds_that_the_owner_declared_stop_the_release(tmp_path: Path) -> None:
    checks = [{"rule": "row-count", "minimum": 2}]
    table = made.resource("bang", FIELDS, ["ma"], **{"dulieumo:checks": checks})
    root = made.write(tmp_path, [made.package("bo", [table])], {"bo/bang.csv": "ma,so\na,1\n"})
    folders = ["--datasets", str(root), "--dist", str(tmp_path / "dist")]
    assert run(["check", *folders]) == 1
    assert run(["build", *folders]) == 4
    assert not (tmp_path / "dist" / "store").exists()
    (root / "linh-vuc/bo/data/bang.csv").write_text("ma,so\na,1\nb,2\n")
    assert run(["check", *folders]) == 0
    assert run(["build", *folders]) == 0
