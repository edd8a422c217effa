"""Descriptors are changed where asked, and nowhere else."""

from __future__ import annotations

import difflib
from pathlib import Path

import pytest

from dulieumo.descriptors import yamlfile
from dulieumo.owner import yamledit

TEXT = """# đầu tệp
version: 1.0.0   # số phiên bản
dulieumo:dataAsOf: '2025'
dulieumo:changelog:
  - version: 1.0.0
    date: "2025-01-01"
    description: >-
      Bản đầu
      tiên.
    # chú thích của chủ tệp

# phần cuối
name: thu   # tên
"""
ENTRY = {"version": "1.1.0", "date": "2026-01-01", "description": "Thêm: 3 dòng."}


def test_comments_blank_lines_and_quotes_stay_as_they_were() -> None:
    new = yamledit.edited(
        TEXT, {("version",): "1.1.0", ("dulieumo:dataAsOf",): "2026"}, {("dulieumo:changelog",): ENTRY}
    )
    expected = (
        TEXT.replace("1.0.0   #", "1.1.0   #")
        .replace("'2025'", "'2026'")
        .replace(
            "      tiên.\n",
            '      tiên.\n  - version: 1.1.0\n    date: "2026-01-01"\n    description: "Thêm: 3 dòng."\n',
        )
    )
    assert new == expected


def test_lists_in_flow_style_stay_in_flow_style() -> None:
    new = yamledit.edited("a: [{ version: 1.0.0 }]\n", {}, {("a",): {"version": "1.1.0"}})
    assert new == "a: [{ version: 1.0.0 }, { version: 1.1.0 }]\n"


def test_a_key_that_is_not_there_is_put_behind_the_last_one() -> None:
    assert yamledit.edited("a: { x: 1 }\n", {("a", "y"): 2}) == "a: { x: 1, y: 2 }\n"
    assert yamledit.edited("a:\n  x: 1\nb: 2\n", {("a", "y"): 2}) == "a:\n  x: 1\n  y: 2\nb: 2\n"


@pytest.mark.parametrize("path", [("b", "c"), ("a",), ("a", "x", "y")])
def test_what_cannot_be_edited_safely_is_refused(path: tuple[str, ...]) -> None:
    with pytest.raises(yamledit.CannotEdit):
        yamledit.edited("a:\n  x: 1\n", {path: 2})


def test_every_descriptor_of_the_catalogue_changes_only_in_the_lines_asked_for(repository: Path) -> None:
    paths = sorted(repository.glob("datasets/*/*/datapackage.yaml"))
    assert len(paths) > 90
    for path in paths:
        text = path.read_text(encoding="utf-8")
        before = yamlfile.parse(text.encode(), path.name)[0].value
        new = yamledit.edited(
            text, {("version",): "99.1.0", ("dulieumo:dataAsOf",): "2099-01-31"}, {("dulieumo:changelog",): ENTRY}
        )
        changed = [line for line in difflib.ndiff(text.splitlines(), new.splitlines()) if line[:1] in "+-"]
        assert len(changed) == 7, path
        after = yamlfile.parse(new.encode(), path.name)[0].value
        assert after["dulieumo:changelog"] == [*before["dulieumo:changelog"], ENTRY]
        assert {**after, "version": 0, "dulieumo:dataAsOf": 0, "dulieumo:changelog": 0} == {
            **before,
            "version": 0,
            "dulieumo:dataAsOf": 0,
            "dulieumo:changelog": 0,
        }
