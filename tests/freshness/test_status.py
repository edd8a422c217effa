"""status.json: what depends on the clock, from the release or the working copy, with what other stages found out."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from dulieumo import config, descriptors, status
from dulieumo.cli import status as command
from dulieumo.errors import ConfigError
from dulieumo.model import Catalog
from dulieumo.status import Known
from tests import catalogues as made
from tests.catalogues import field

TODAY = date(2026, 11, 22)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    tables = [made.resource("bang", [field("ma")], ["ma"])]
    issues = [
        {"id": "con", "description": "Còn thiếu.", "since": "2026-01-01"},
        {"id": "het-hom-qua", "description": "Đã sửa.", "since": "2026-01-01", "until": "2026-11-21"},
        {"id": "het-hom-nay", "description": "Sửa hôm nay.", "since": "2026-01-01", "until": "2026-11-22"},
    ]
    packages = [
        made.package("hai", tables, **{"dulieumo:frequency": "MONTHLY", "dulieumo:dataAsOf": "2026-01"}),
        made.package("mot", tables, **{"dulieumo:issues": issues}),
    ]
    return made.write(tmp_path, packages, {"mot/bang.csv": "ma\na\n", "hai/bang.csv": "ma\na\n"})


@pytest.fixture
def catalog(root: Path) -> Catalog:
    found = descriptors.read(root).catalog
    assert found is not None
    return found


@pytest.fixture
def schema(repository: Path) -> Any:
    return json.loads((repository / "publish/dulieumo/schemas/status.json").read_text(encoding="utf-8"))


def test_the_status_follows_its_schema(catalog: Catalog, schema: Any) -> None:
    quality = {"datasets": {"mot": {"score": 0.9, "axes": {}}}}
    verification = {
        "target": "local",
        "url": "http://127.0.0.1:5000",
        "release": "r1",
        "at": "2026-11-22T02:00:00Z",
        "problems": [{"dataset": "hai"}],
        "datasets": 2,
    }
    made_status = status.compute(catalog, TODAY, release="r1", known=Known(quality=quality, verification=verification))
    jsonschema.validate(made_status, schema)
    assert made_status["summary"]["freshness"] == {"current": 1, "due": 0, "overdue": 1, "unknown": 0, "exempt": 0}
    assert made_status["summary"]["verification"]["problems"] == 1
    mot, hai = made_status["datasets"]["mot"], made_status["datasets"]["hai"]
    assert mot["quality"] == {"score": 0.9, "axes": {}}
    assert mot["verified"] == {"at": "2026-11-22T02:00:00Z", "ok": True, "problems": 0}
    assert hai["verified"]["ok"] is False
    assert "quality" not in hai


def test_only_the_issues_that_still_hold_are_named(catalog: Catalog) -> None:
    made_status = status.compute(catalog, TODAY)
    assert made_status["datasets"]["mot"]["issues"] == ["con", "het-hom-nay"]
    assert "issues" not in made_status["datasets"]["hai"]


def test_a_verification_of_another_release_or_of_a_part_says_nothing_of_the_rest(catalog: Catalog) -> None:
    seen = {"at": "2026-11-22T02:00:00Z", "release": "r1", "datasets": 2, "problems": []}

    def verified(release: str | None, **more: Any) -> list[str]:
        known = Known(verification={**seen, **more})
        made_status = status.compute(catalog, TODAY, release=release, known=known)
        return [name for name, entry in made_status["datasets"].items() if "verified" in entry]

    assert verified("r1") == ["hai", "mot"]
    assert verified("r2") == []
    assert verified(None) == []
    assert verified("r1", datasets=1) == []
    assert verified("r1", datasets=1, problems=[{"dataset": "mot"}]) == ["mot"]


def test_it_is_written_for_the_working_copy_where_nothing_was_released(root: Path, schema: Any) -> None:
    settings = config.load(root.parent)
    made_status = command.run(settings, "2026-11-22")
    written = json.loads((settings.dist / "status.json").read_text(encoding="utf-8"))
    assert written == made_status
    assert written["release"] is None
    jsonschema.validate(written, schema)
    before = (settings.dist / "status.json").read_bytes()
    command.run(settings, "2026-11-22")
    assert (settings.dist / "status.json").read_bytes() == before


def test_it_speaks_of_the_release_once_there_is_one(root: Path) -> None:
    from dulieumo.cli import build, check

    settings = config.load(root.parent)
    assert check.run(settings).is_valid
    name = build.run(settings).name
    (root / "linh-vuc/mot/datapackage.yaml").unlink()
    made_status = command.run(settings, "2026-11-22")
    assert made_status["release"] == name
    assert set(made_status["datasets"]) == {"mot", "hai"}


def test_a_damaged_file_of_another_stage_is_named(root: Path) -> None:
    settings = config.load(root.parent)
    settings.dist.mkdir()
    (settings.dist / "verification.json").write_text("{", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"verification\.json"):
        command.run(settings, "2026-11-22")
