"""The cache of a check never changes a verdict: whatever a verdict rests on makes another key."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from dulieumo import check, descriptors
from dulieumo.check import cache, table
from dulieumo.check.report import CheckReport
from tests import catalogues as c

TODAY = date(2026, 11, 22)


def run(root: Path, folder: Path, today: date = TODAY) -> CheckReport:
    return check.check(descriptors.read(root), cache_folder=folder, today=today)


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The tables that are really read."""
    read: list[str] = []
    original = table.check

    def counting(subject: table.Subject, out: Any) -> int:
        read.append(subject.resource.name)
        return original(subject, out)

    monkeypatch.setattr(table, "check", counting)
    return read


def test_what_did_not_change_is_not_read_again_and_says_the_same(tmp_path: Path, reads: list[str]) -> None:
    root = c.one(tmp_path, [c.field("so", "integer")], "so\n" + "".join(f"x{n}\n" for n in range(1500)))
    first, second = run(root, tmp_path / "cache"), run(root, tmp_path / "cache")
    assert reads == ["bang"]
    assert first == second
    assert second.errors == 1500


@pytest.mark.parametrize("what", ["table", "descriptor", "reference", "day", "code"])
def test_whatever_a_verdict_rests_on_is_looked_at_again(
    tmp_path: Path, reads: list[str], monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    link: dict[str, Any] = {"dulieumo:codeList": {"dataset": "ma", "resource": "ma", "column": "ma"}}
    codes = c.package("ma", [c.resource("ma", [c.field("ma")], ["ma"])])
    users = c.package("bo", [c.resource("bang", [c.field("ma", **link)])])
    tables = {"ma/ma.csv": "ma\na\n", "bo/bang.csv": "ma\na\n"}
    root = c.write(tmp_path, [codes, users], tables)
    assert run(root, tmp_path / "cache").is_valid
    reads.clear()
    day = TODAY
    match what:
        case "table":
            (root / "linh-vuc/bo/data/bang.csv").write_text("ma\nb\n", encoding="utf-8")
        case "reference":
            (root / "linh-vuc/ma/data/ma.csv").write_text("ma\nb\n", encoding="utf-8")
        case "descriptor":
            users["resources"][0]["schema"]["fields"][0]["constraints"] = {"minLength": 2}
            c.put(root / "linh-vuc/bo/datapackage.yaml", users)
        case "day":
            day = date(2026, 11, 23)
        case "code":
            monkeypatch.setattr(cache, "code_hash", lambda: "another")
    report = run(root, tmp_path / "cache", day)
    assert "bang" in reads
    assert report.is_valid is (what in ("day", "code"))


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"format": "dulieumo-check-cache/1"}', b"\xff"])
def test_a_damaged_entry_is_as_good_as_none(tmp_path: Path, reads: list[str], content: bytes) -> None:
    root = c.one(tmp_path, [c.field("so", "integer")], "so\nx\n")
    first = run(root, tmp_path / "cache")
    for path in (tmp_path / "cache").rglob("*.json"):
        path.write_bytes(content)
    assert run(root, tmp_path / "cache") == first
    assert reads == ["bang", "bang"]


def test_a_folder_that_cannot_be_written_to_costs_only_time(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file", encoding="utf-8")
    report = run(c.one(tmp_path, [c.field("a")], "a\n1\n"), tmp_path / "cache")
    assert report.is_valid
