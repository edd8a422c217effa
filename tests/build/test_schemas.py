"""What the build writes is what its JSON Schemas promise, for a first release, a later one, and a withdrawn version."""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from dulieumo.store import FolderStore
from tests import catalogues as made
from tests.build.making import make
from tests.build.test_build import EVERY_ROW, EVERY_TYPE
from tests.catalogues import field


def validator(kind: str) -> Any:
    text = resources.files("dulieumo").joinpath("schemas", f"{kind}.json").read_text(encoding="utf-8")
    schema: dict[str, Any] = json.loads(text)
    assert jsonschema_rs.meta.is_valid(schema)
    return jsonschema_rs.validator_for(schema)


def two_releases(folder: Path) -> FolderStore:
    """Version 1.0.0 with every type, then 1.1.0 with a row and a column more, and a dataset that is new."""
    store = FolderStore(folder / "store")
    table = made.resource("bang", EVERY_TYPE, ["ma"])
    document = {
        "name": "huong-dan",
        "title": "Hướng dẫn",
        "description": "Một tệp.",
        "path": "data/huong-dan.pdf",
        "format": "pdf",
        "mediatype": "application/pdf",
    }
    files: dict[str, str | bytes] = {"bo/bang.csv": EVERY_ROW, "bo/huong-dan.pdf": b"%PDF-1.7"}
    make(made.write(folder / "1", [made.package("bo", [table, document])], files), store)
    log = [
        {"version": "1.0.0", "date": "2025-01-01", "description": "Bản đầu."},
        {"version": "1.1.0", "date": "2025-02-01", "description": "Thêm dòng và cột."},
    ]
    later = made.package(
        "bo",
        [made.resource("bang", [*EVERY_TYPE, field("them")], ["ma"]), document],
        version="1.1.0",
        **{"dulieumo:changelog": log},
    )
    head, *rows = EVERY_ROW.splitlines()
    text = "\n".join([head + ",them", *(row + "," for row in rows), "C3,5,,,,,,,,,,x"]) + "\n"
    new = made.package("moi", [made.resource("bang", [field("ma")], ["ma"])])
    files = {"bo/bang.csv": text, "bo/huong-dan.pdf": b"%PDF-1.7", "moi/bang.csv": "ma\n"}
    make(made.write(folder / "2", [later, new], files), store)
    return store


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    return two_releases(tmp_path)


@pytest.mark.parametrize(
    ("kind", "pattern", "count"),
    [
        ("latest", "latest.json", 1),
        ("release", "releases/*/release.json", 2),
        ("changes", "releases/*/changes.json", 2),
        ("version", "data/*/*/datapackage.json", 3),
        ("profile", "data/*/*/profile.json", 3),
    ],
)
def test_what_is_written_is_what_the_schema_promises(store: FolderStore, kind: str, pattern: str, count: int) -> None:
    paths = sorted(store.root.glob(pattern))
    assert len(paths) == count
    for path in paths:
        value = json.loads(path.read_text(encoding="utf-8"))
        assert list(validator(kind).iter_errors(value)) == []


@pytest.mark.parametrize("kind", ["latest", "release", "changes", "profile"])
def test_a_schema_refuses_what_it_does_not_know(store: FolderStore, kind: str) -> None:
    patterns = {"latest": "latest.json", "profile": "data/bo/1.0.0/profile.json"}
    path = next(store.root.glob(patterns.get(kind, f"releases/*/{kind}.json")))
    value = json.loads(path.read_text(encoding="utf-8"))
    assert list(validator(kind).iter_errors({**value, "la": 1}))
    assert list(validator(kind).iter_errors({**value, "format": "dulieumo-other/1"}))


def test_the_manifest_tells_how_parquet_was_written(store: FolderStore) -> None:
    latest = store.read_json("latest.json")["release"]
    writer = store.read_json(f"releases/{latest}/release.json")["writer"]["parquet"]
    assert writer["compression"] == "zstd"
    assert writer["row_group_rows"] == 65_536
