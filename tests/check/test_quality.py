"""The quality score: five axes, a reason behind every lost point, and no score for what is only a sample."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest

from dulieumo import check, descriptors, quality
from tests import catalogues as c

TODAY = date(2026, 2, 1)
SCHEMA = json.loads(Path(quality.__file__).parent.joinpath("schemas", "quality.json").read_text(encoding="utf-8"))


def scores(root: Path, today: date = TODAY) -> dict[str, Any]:
    reading = descriptors.read(root)
    assert reading.catalog is not None
    found = quality.compute(reading.catalog, check.check(reading, today=today), today)
    jsonschema.validate(found, SCHEMA)
    return found


def axes(root: Path, today: date = TODAY) -> dict[str, float | None]:
    entry: dict[str, Any] = scores(root, today)["datasets"]["bo"]
    return {name: axis["score"] for name, axis in entry["axes"].items()}


FIELDS = [c.field("ma"), c.field("so", "integer", constraints={"minimum": 0})]


def test_a_clean_and_current_dataset_loses_nothing(tmp_path: Path) -> None:
    entry = scores(c.one(tmp_path, FIELDS, "ma,so\na,1\n", ["ma"]))["datasets"]["bo"]
    assert entry["score"] == 1.0
    assert all(axis == {"score": 1.0, "reasons": []} for axis in entry["axes"].values())


@pytest.mark.parametrize(
    ("rows", "axis"),
    [("a,-1\n", "dung"), ("N/A,1\n", "du"), ("a,1\na,2\n", "sach")],
    ids=["out of bounds", "placeholder", "repeated key"],
)
def test_each_kind_of_fault_costs_its_own_axis_and_says_why(tmp_path: Path, rows: str, axis: str) -> None:
    entry = scores(c.one(tmp_path, FIELDS, f"ma,so\n{rows}", ["ma"]))["datasets"]["bo"]
    lost = {name for name, found in entry["axes"].items() if found["score"] < 1}
    assert lost == {axis}
    assert entry["axes"][axis]["reasons"]
    assert entry["score"] < 1


def test_a_fault_in_a_long_table_does_not_disappear(tmp_path: Path) -> None:
    rows = "".join(f"m{number},1\n" for number in range(2000)) + "z,-1\n"
    assert axes(c.one(tmp_path, FIELDS, f"ma,so\n{rows}", ["ma"]))["dung"] == 0.95


def test_life_ebbs_with_the_days_after_the_due_date(tmp_path: Path) -> None:
    root = c.one(tmp_path, FIELDS, "ma,so\na,1\n", ["ma"])  # yearly, as of 2025
    life = [axes(root, date(year, 6, 1))["song"] for year in (2026, 2027, 2028, 2030)]
    assert life[0] == 1.0
    numbers = [value for value in life if value is not None]
    assert numbers == sorted(numbers, reverse=True)
    assert numbers[-1] < 0.5


def test_the_declared_part_of_the_whole_counts(tmp_path: Path) -> None:
    table = c.resource("bang", FIELDS, ["ma"])
    table["dulieumo:completeness"] = {"statement": "1 trong 4", "listed": 1, "total": 4}
    root = c.write(tmp_path, [c.package("bo", [table])], {"bo/bang.csv": "ma,so\na,1\n"})
    assert axes(root)["du"] == 0.25


def test_samples_are_not_scored(tmp_path: Path) -> None:
    table = c.resource("bang", FIELDS, ["ma"], **{"dulieumo:kind": "sample"})
    del table["dulieumo:completeness"]
    found = scores(c.write(tmp_path, [c.package("bo", [table])], {"bo/bang.csv": "ma,so\nmẫu,1\n"}))
    assert found["datasets"]["bo"]["score"] is None
    assert found["summary"] == {"datasets": 1, "scored": 0, "score": None}
