"""The corpus: hostile and broken cells, files and descriptors, each with the findings expected. Never a traceback, never a hang."""

from __future__ import annotations

import copy
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml
from openpyxl import Workbook

from dulieumo import check, descriptors
from dulieumo.check.report import CheckReport
from dulieumo.report import json as json_report
from dulieumo.report import text as text_report
from tests import catalogues as c

CASES = Path(__file__).parents[1] / "cases"
SECONDS = 20


def _read(name: str) -> Any:
    return yaml.safe_load((CASES / name).read_text(encoding="utf-8"))


CELLS = [(kind, case) for kind, cases in _read("cells.yaml").items() for case in cases]
FILES = _read("files.yaml")
DESCRIPTORS = _read("descriptors.yaml")


def test_the_corpus_is_as_large_as_promised() -> None:
    assert len(CELLS) + len(FILES) + len(DESCRIPTORS) >= 200


def run(root: Path) -> CheckReport:
    """Check, and show the result in two ways: a renderer may not stumble over it either."""
    report = check.check(descriptors.read(root))
    assert text_report.render_report(report)
    assert json_report.render_report(report)
    return report


@pytest.mark.parametrize(("kind", "case"), CELLS, ids=[f"{kind} {case['cell']!r:.30}" for kind, case in CELLS])
def test_cells(tmp_path: Path, kind: str, case: dict[str, Any]) -> None:
    one = {**c.field("a", kind), **case.get("field", {})}
    one = {key: value for key, value in one.items() if value is not None}
    quoted = case["cell"].replace('"', '""')
    report = run(c.one(tmp_path, [one, c.field("k", "integer")], f'a,k\n"{quoted}",1\n', ["k"]))
    assert {item.code for item in report.findings} == set(case["codes"])
    if case["codes"] and not case["codes"][0].startswith(("field-", "constraint-unreadable", "pattern-")):
        assert {item.place.cell for item in report.findings} == {"A2"}


@pytest.mark.parametrize("case", FILES, ids=[case["name"] for case in FILES])
def test_files(tmp_path: Path, case: dict[str, Any]) -> None:
    content = bytes.fromhex(case["hex"]) if "hex" in case else case["text"].encode()
    report = run(c.one(tmp_path, [c.field("a"), c.field("b", "integer")], content))
    assert Counter(item.code for item in report.findings) == Counter(case["codes"])


@pytest.mark.parametrize("case", DESCRIPTORS, ids=[case["name"] for case in DESCRIPTORS])
def test_descriptors(tmp_path: Path, case: dict[str, Any]) -> None:
    root = c.one(tmp_path, [c.field("a"), c.field("b", "integer")], "a,b\nt,1\n")
    path = root / "linh-vuc" / "bo" / "datapackage.yaml"
    if "set" in case:
        c.put(path, _changed(yaml.safe_load(path.read_text(encoding="utf-8")), case["set"]))
    elif "hex" in case:
        path.write_bytes(bytes.fromhex(case["hex"]))
    elif "repeat" in case:
        path.write_text(case["repeat"]["text"] * case["repeat"]["times"], encoding="utf-8")
    else:
        path.write_text(case["raw"], encoding="utf-8")
    found = {item.code for item in run(root).findings}
    assert set(case["codes"]) <= found, found
    assert bool(case["codes"]) == bool(found), found


def _changed(descriptor: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """The descriptor with values put at dotted paths; DELETE takes a key away."""
    result: dict[str, Any] = copy.deepcopy(descriptor)
    for path, value in changes.items():
        *parts, last = [int(part) if part.isdigit() else part for part in path.split(".")]
        node: Any = result
        for part in parts:
            node = node[part]
        if value == "DELETE":
            del node[last]
        else:
            node[last] = value
    return result


def test_a_cell_of_twenty_megabytes(tmp_path: Path) -> None:
    report = run(c.one(tmp_path, [c.field("a"), c.field("b", "integer")], "a,b\n" + "x" * 20_000_000 + ",1\n"))
    assert {item.code for item in report.findings} == {"cell-too-long"}
    assert report.is_valid


def test_ten_thousand_columns(tmp_path: Path) -> None:
    names = ",".join(f"c{number}" for number in range(10_000))
    report = run(c.one(tmp_path, [c.field("c0")], f"{names}\n{',' * 9_999}\n"))
    assert {item.code for item in report.findings} == {"too-many-columns"}


def test_a_workbook_that_is_none_and_one_without_the_sheet(tmp_path: Path) -> None:
    resource = c.resource("bang", [c.field("a")])
    resource |= {
        "path": "data/bang.xlsx",
        "format": "xlsx",
        "mediatype": "application/x",
        "dialect": {"sheetName": "Số liệu"},
    }
    book = Workbook()
    book.active.append(["a"])
    real = tmp_path / "real.xlsx"
    book.save(real)
    contents = {"none": b"PK\x03\x04 nothing", "text": b"a\n1\n", "empty": b"", "sheet": real.read_bytes()}
    codes = {}
    for name, content in contents.items():
        report = run(c.write(tmp_path / name, [c.package("bo", [resource])], {"bo/bang.xlsx": content}))
        codes[name] = {item.code for item in report.findings}
    assert codes["sheet"] == {"excel-sheet-unknown"}
    assert all(found for found in codes.values())
