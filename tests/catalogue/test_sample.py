"""Sample tables: the same rows every time, inside their constraints, with keys that do not repeat, and saying mẫu."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from dulieumo import check, descriptors, errors, sample
from dulieumo.model import Dataset, Resource
from tests import catalogues

CODES = {("bo", "bang", "ma"): ["01", "02"]}


def table(
    folder: Path, fields: list[dict[str, Any]], key: list[str] | None = None, wanted: int = 10
) -> list[list[str]]:
    """The rows of a sample table of these fields."""
    dataset, resource = read(folder, fields, key, wanted)
    return sample.rows(dataset, resource, CODES)


def read(
    folder: Path, fields: list[dict[str, Any]], key: list[str] | None, wanted: int = 10
) -> tuple[Dataset, Resource]:
    described = catalogues.resource("bang", fields, key, **{"dulieumo:kind": "sample", "dulieumo:sampleRows": wanted})
    del described["dulieumo:completeness"]
    root = catalogues.write(folder, [catalogues.package("bo", [described])], {})
    catalog = descriptors.read(root).catalog
    assert catalog is not None
    (dataset,) = catalog.datasets
    return dataset, dataset.resources[0]


def write(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run `dulieumo sample` on the catalogue in `folder`."""
    command = [str(Path(sys.executable).with_name("dulieumo")), "sample", "--datasets", str(folder / "datasets")]
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("DULIEUMO", "LC_", "LANG"))}
    return subprocess.run(command, cwd=folder, env=clean, capture_output=True, text=True, check=False, timeout=120)


def test_the_same_schema_gives_the_same_rows(tmp_path: Path) -> None:
    fields = [
        catalogues.field("ten"),
        catalogues.field("so", "integer"),
        catalogues.field("tien", "number"),
        catalogues.field("ngay", "date"),
        catalogues.field("co", "boolean"),
    ]
    first = table(tmp_path / "a", fields)
    assert first == table(tmp_path / "b", fields)
    assert len(first) == 10


def test_a_column_keeps_its_values_when_another_one_is_added(tmp_path: Path) -> None:
    amounts = [row[1] for row in table(tmp_path / "a", [catalogues.field("ten"), catalogues.field("so", "integer")])]
    more = [catalogues.field("ten"), catalogues.field("so", "integer"), catalogues.field("khac", "integer")]
    assert amounts == [row[1] for row in table(tmp_path / "b", more)]


def test_values_stay_inside_their_constraints(tmp_path: Path) -> None:
    fields = [
        catalogues.field("so", "integer", constraints={"minimum": 5, "maximum": 7}),
        catalogues.field("tien", "number", constraints={"minimum": 2, "maximum": 3}),
        catalogues.field("loai", constraints={"enum": ["a", "b"]}),
    ]
    for whole, amount, kind in table(tmp_path, fields, wanted=60):
        assert 5 <= int(whole) <= 7
        assert 2 <= float(amount) <= 3
        assert kind in ("a", "b")


@pytest.mark.parametrize("type_", ["string", "integer", "number", "date", "year", "yearmonth"])
def test_a_key_is_never_given_twice(tmp_path: Path, type_: str) -> None:
    keys = [row[0] for row in table(tmp_path, [catalogues.field("khoa", type_)], ["khoa"])]
    assert keys
    assert len(keys) == len(set(keys))


def test_a_column_that_must_be_unique_is_so_outside_the_key_too(tmp_path: Path) -> None:
    fields = [catalogues.field("ten"), catalogues.field("so", "integer", constraints={"unique": True, "maximum": 4})]
    rows = table(tmp_path, fields, ["ten"])
    assert [row[1] for row in rows] == ["1", "2", "3", "4"]


def test_a_key_of_several_choices_goes_through_their_combinations(tmp_path: Path) -> None:
    kinds = [{"value": value, "label": value.upper()} for value in ("a", "b")]
    fields = [
        catalogues.field("loai", categories=kinds),
        catalogues.field("hang", constraints={"enum": ["x", "y", "z"]}),
    ]
    rows = table(tmp_path, fields, ["loai", "hang"])
    assert rows == [[kind, rank] for kind in "ab" for rank in "xyz"]


def test_a_schema_with_few_keys_gives_few_rows_rather_than_a_key_twice(tmp_path: Path) -> None:
    fields = [catalogues.field("loai", constraints={"enum": ["x", "y"]}), catalogues.field("ten")]
    assert [row[0] for row in table(tmp_path, fields, ["loai"])] == ["x", "y"]


def test_rows_are_ordered_by_the_key_numbers_as_numbers(tmp_path: Path) -> None:
    fields = [catalogues.field("so", "integer", constraints={"minimum": 8})]
    assert [row[0] for row in table(tmp_path, fields, ["so"])] == [str(number) for number in range(8, 18)]


def test_text_without_a_template_says_mau(tmp_path: Path) -> None:
    assert all("mẫu" in row[0] for row in table(tmp_path, [catalogues.field("ten")]))


def test_a_template_is_filled_with_the_number_of_the_row(tmp_path: Path) -> None:
    fields = [catalogues.field("ten", **{"dulieumo:sample": "Cơ sở mẫu {n:03} ({n})"})]
    assert table(tmp_path, fields)[0] == ["Cơ sở mẫu 001 (1)"]


@pytest.mark.parametrize(
    "template",
    ["{x}", "{}", "{0}", "{n.real}", "{n[0]}", "{n!r}", "{n:{n}}", "{n:999999999}", "{n:s}", "{n", "n}", "{n:03.2f}"],
)
def test_a_bad_template_is_refused(tmp_path: Path, template: str) -> None:
    with pytest.raises(sample.BadTemplate):
        table(tmp_path, [catalogues.field("ten", **{"dulieumo:sample": template})])


def test_the_command_names_the_dataset_of_a_bad_template_and_writes_nothing(tmp_path: Path) -> None:
    read(tmp_path, [catalogues.field("ten", **{"dulieumo:sample": "{x}"})], None)
    finished = write(tmp_path)
    assert finished.returncode == errors.USAGE
    assert "bo" in finished.stderr
    assert "{x}" in finished.stderr
    assert not list(tmp_path.rglob("*.csv"))


def test_what_the_command_writes_passes_the_check(tmp_path: Path) -> None:
    fields = [
        catalogues.field("ten", constraints={"required": True}),
        catalogues.field("loai", constraints={"enum": ["a", "b"]}),
        catalogues.field("so", "integer", constraints={"minimum": 1, "maximum": 9}),
        catalogues.field("ngay", "date"),
        catalogues.field("tien", "number"),
    ]
    read(tmp_path, fields, ["ten", "loai"])
    assert write(tmp_path).returncode == errors.DONE
    report = check.check(descriptors.read(tmp_path / "datasets"))
    assert [found.code for found in report.findings] == []
    assert [table.resource for table in report.tables] == ["bang"]
