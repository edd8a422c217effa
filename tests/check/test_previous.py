"""A check against the release before: rows that went missing, and columns that became empty, are warnings."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dulieumo import check, descriptors
from dulieumo.check import previous
from dulieumo.check.previous import Previous
from dulieumo.check.report import CheckReport
from tests import catalogues as c

FIELDS = [c.field("ma"), c.field("ten")]


def run(root: Path, before: Previous, cache: Path | None = None) -> CheckReport:
    return check.check(descriptors.read(root), previous={("bo", "bang"): before}, cache_folder=cache)


def rows(count: int, filled: int) -> str:
    return "ma,ten\n" + "".join(f"m{number},{'tên' if number < filled else ''}\n" for number in range(count))


def test_losing_more_than_half_of_the_rows_is_a_warning(tmp_path: Path) -> None:
    report = run(c.one(tmp_path, FIELDS, rows(4, 4), ["ma"]), Previous(rows=10, missing={}))
    assert [(item.code, item.is_error) for item in report.findings] == [("row-count", False)]
    assert report.is_valid


def test_a_column_that_became_empty_is_a_warning(tmp_path: Path) -> None:
    report = run(c.one(tmp_path, FIELDS, rows(10, 2), ["ma"]), Previous(rows=10, missing={"ten": 10.0}))
    assert [(item.code, item.place.column) for item in report.findings] == [("null-share", "ten")]


def test_what_stayed_alike_is_no_finding(tmp_path: Path) -> None:
    report = run(c.one(tmp_path, FIELDS, rows(10, 9), ["ma"]), Previous(rows=12, missing={"ten": 10.0}))
    assert report.findings == ()


def test_the_cache_knows_what_was_compared_with(tmp_path: Path) -> None:
    root = c.one(tmp_path, FIELDS, rows(4, 4), ["ma"])
    assert run(root, Previous(rows=4, missing={}), tmp_path / "cache").findings == ()
    assert len(run(root, Previous(rows=10, missing={}), tmp_path / "cache").findings) == 1


def test_the_latest_release_of_a_store_is_read(tmp_path: Path) -> None:
    _put(tmp_path / "latest.json", {"release": "r2"})
    _put(tmp_path / "releases/r2/release.json", {"datasets": [{"name": "bo", "folder": "data/bo/1.0.0"}]})
    table = {"rows": 4, "columns": {"ma": {"rows": 4}, "ten": {"rows": 4, "missing": 1}}}
    _put(tmp_path / "data/bo/1.0.0/profile.json", {"tables": {"bang": table}})
    found = previous.read(tmp_path)
    assert found == {("bo", "bang"): Previous(rows=4, missing={"ma": 0.0, "ten": 25.0})}


@pytest.mark.parametrize("latest", [None, b"{", b"[]", b'{"release": "../x"}', b'{"release": 3}'])
def test_a_store_without_a_readable_release_compares_with_nothing(tmp_path: Path, latest: bytes | None) -> None:
    if latest is not None:
        (tmp_path / "latest.json").write_bytes(latest)
    assert previous.read(tmp_path) == {}


def _put(path: Path, value: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value), encoding="utf-8")
