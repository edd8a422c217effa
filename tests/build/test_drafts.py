"""What is converted while it is checked is what the build makes of the source, to the byte; and it changes no verdict."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dulieumo import canonical, check, convert, drafts
from dulieumo.cli import run
from dulieumo.drafts import Drafts
from dulieumo.report import json as json_report
from dulieumo.store import FolderStore
from tests import catalogues as made
from tests.build.making import read
from tests.catalogues import field

FIELDS = [
    field("ma", constraints={"required": True}),
    field("so", "integer", constraints={"minimum": 0}),
    field("gia", "number", **{"dulieumo:decimal": {"precision": 9, "scale": 2}}),
    field("ngay", "date"),
    field("ghi_chu"),
]
HEADER = "ma,so,gia,ngay,ghi_chu\n"
ROWS = 120_000


@pytest.fixture(scope="module")
def lines() -> list[str]:
    """Records of some 5 MB, more than one batch."""
    return [f"A{n:06},{n},{n / 4:.2f},2025-07-{n % 28 + 1:02},đường Mẫu {n % 97}\n" for n in range(ROWS)]


def catalogue(folder: Path, lines: list[str], header: str = HEADER, **more: Any) -> Path:
    table = made.resource("bang", FIELDS, ["ma"], **more)
    return made.write(folder, [made.package("bo", [table])], {"bo/bang.csv": header + "".join(lines)})


def checked(root: Path, made_: Drafts, into: Path) -> tuple[check.CheckReport, Any]:
    """The report, and what the drafts have of the table."""
    reading = read(root)
    assert reading.catalog is not None
    report = check.check(reading, listen=made_.listen)
    (dataset,) = reading.catalog.datasets
    into.mkdir()
    return report, made_.take(dataset, dataset.resources[0], into)


WAYS: dict[str, Callable[[list[str]], list[str]]] = {
    "canonical": lambda lines: lines,
    "with quotes and other numbers": lambda lines: [*lines[:-1], 'A999999,-0,1.5,2025-07-01,"a ""b"", c"\n'],
    "the last line is not ended": lambda lines: [*lines[:-1], lines[-1].rstrip("\n")],
}


@pytest.mark.parametrize("way", WAYS)
def test_a_draft_is_what_the_build_would_make(way: str, lines: list[str], tmp_path: Path) -> None:
    root = catalogue(tmp_path, WAYS[way](lines))
    with Drafts(FolderStore(tmp_path / "store")) as kept:
        report, artifacts = checked(root, kept, tmp_path / "drafted")
    assert not [tally.first.code for tally in report.tallies if tally.first.is_error]
    (tmp_path / "built").mkdir()
    (dataset,) = read(root).catalog.datasets  # type: ignore[union-attr]
    source = root / dataset.folder / "data/bang.csv"
    assert artifacts == convert.convert(dataset, dataset.resources[0], source, tmp_path / "built")
    for artifact in artifacts:
        assert canonical.sha256_of_file(tmp_path / "drafted" / artifact.path) == artifact.sha256
    assert not list(FolderStore(tmp_path / "store").root.iterdir())


SPOILT: dict[str, Callable[[list[str]], list[str]]] = {
    "out of order": lambda lines: [*lines[1:], lines[0]],
    "a cell that no type holds": lambda lines: [*lines[:-1], "A999999,x,1.50,2025-07-01,\n"],
    "a ragged record at the end": lambda lines: [*lines[:-1], "A999999,1\n"],
    "an empty line at the end": lambda lines: [*lines, "\n"],
}


@pytest.mark.parametrize("way", SPOILT)
def test_where_a_draft_comes_to_nothing_the_verdict_is_the_same(way: str, lines: list[str], tmp_path: Path) -> None:
    root = catalogue(tmp_path, SPOILT[way](lines))
    with Drafts(FolderStore(tmp_path / "store")) as kept:
        report, artifacts = checked(root, kept, tmp_path / "drafted")
    assert artifacts is None
    alone = check.check(read(root))
    assert json_report.render_report(report) == json_report.render_report(alone)
    assert report.is_valid == (way == "out of order")
    assert not list((tmp_path / "drafted").iterdir())


def test_a_source_that_changes_while_it_is_read_gives_no_draft(lines: list[str], tmp_path: Path) -> None:
    root = catalogue(tmp_path, lines)
    (dataset,) = read(root).catalog.datasets  # type: ignore[union-attr]
    source = root / dataset.folder / "data/bang.csv"
    with Drafts(FolderStore(tmp_path / "store")) as kept:
        with kept.listen(dataset, dataset.resources[0], source) as draft:
            assert draft is not None
            draft.end()
            assert draft.artifacts is not None
            source.write_text(HEADER + "".join(lines[:-1]), encoding="utf-8")
        assert kept.take(dataset, dataset.resources[0], tmp_path) is None


def test_a_small_table_and_a_version_that_exists_are_not_drafted(lines: list[str], tmp_path: Path) -> None:
    small = catalogue(tmp_path / "small", lines[:9])
    with Drafts(FolderStore(tmp_path / "store")) as kept:
        _report, artifacts = checked(small, kept, tmp_path / "nothing")
    assert artifacts is None
    assert len("".join(lines).encode()) > drafts.LARGE_BYTES

    root = catalogue(tmp_path / "large", lines)
    store = tmp_path / "large/dist/store"
    assert run(["build", "--check", "--datasets", str(root), "--dist", str(store.parent)]) == 0
    with Drafts(FolderStore(store)) as kept:
        _report, artifacts = checked(root, kept, tmp_path / "again")
    assert artifacts is None


def test_checking_and_building_at_once_gives_the_release_of_one_after_the_other(
    lines: list[str], tmp_path: Path
) -> None:
    root = catalogue(tmp_path, lines)
    found = []
    for name, commands in (("once", (["build", "--check"],)), ("apart", (["check"], ["build"]))):
        dist = tmp_path / name
        for command in commands:
            assert run([*command, "--datasets", str(root), "--dist", str(dist)]) == 0
        found.append({str(file.relative_to(dist)): file.read_bytes() for file in dist.rglob("*") if file.is_file()})
        shutil.rmtree(tmp_path / ".cache")
    assert found[0] == found[1]
    assert "store/data/bo/1.0.0/bang.parquet" in found[0]


def test_data_that_does_not_pass_leaves_no_file_but_the_report(lines: list[str], tmp_path: Path) -> None:
    root = catalogue(tmp_path, [*lines, lines[0]])
    dist = tmp_path / "dist"
    assert run(["build", "--check", "--datasets", str(root), "--dist", str(dist)]) == 1
    assert sorted(path.relative_to(dist).as_posix() for path in dist.rglob("*") if path.is_file()) == [
        "quality.json",
        "report.json",
    ]
