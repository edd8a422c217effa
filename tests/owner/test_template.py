"""Templates: what Excel offers and refuses, and that a filled template comes back as the very table."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest
from openpyxl import load_workbook

from dulieumo.cli import template as command
from dulieumo.errors import UsageError
from dulieumo.model import Dataset, Resource
from dulieumo.owner import create, intake, template, update
from tests import catalogues

SAMPLE = 12


def test_every_table_of_the_catalogue_comes_back_without_a_difference(
    repository: Path, tmp_path: Path, is_proof: bool
) -> None:
    folder = repository / "datasets"
    catalog = create.catalogue_of(folder).catalog
    assert catalog is not None
    found = [
        (dataset, resource)
        for dataset in catalog.datasets
        for resource in dataset.resources
        if resource.schema is not None and resource.format == "csv"
        if (folder / dataset.folder / resource.path).stat().st_size < 500_000
    ]
    assert len(found) > 100
    for dataset, resource in found if is_proof else Random(7).sample(found, SAMPLE):
        rows = command._rows(folder / dataset.folder / resource.path, resource)
        template.write(tmp_path / "a.xlsx", dataset, resource, command._choices(folder, catalog, resource), rows)
        raw, laid = intake.lay_out(tmp_path / "a.xlsx", intake.Options(keep_all=True))
        texts, notes = update.texts_of(catalog, folder, dataset, resource, raw, laid)
        made = update.propose(folder, dataset, resource, texts, notes, as_of=None, today="2027-01-01")
        assert made.rows.is_none, (dataset.name, resource.name)
        assert made.files == {}


def made(tmp_path: Path) -> tuple[Dataset, Resource]:
    fields = [
        catalogues.field("ma", constraints={"required": True}, title="Mã"),
        catalogues.field("loai", categories=[{"value": "a", "label": "Loại A"}, {"value": "b", "label": "Loại B"}]),
        catalogues.field("so", "integer", constraints={"minimum": 0, "maximum": 100}),
        catalogues.field("ngay", "date"),
        catalogues.field("con", "boolean"),
    ]
    folder = catalogues.one(tmp_path, fields, "ma,loai,so,ngay,con\n007,a,5,2025-07-01,true\n", ["ma"])
    catalog = create.catalogue_of(folder).catalog
    assert catalog is not None
    return catalog.datasets[0], catalog.datasets[0].resources[0]


def test_drop_downs_limits_and_notes_come_from_the_schema(tmp_path: Path) -> None:
    dataset, resource = made(tmp_path)
    template.write(tmp_path / "a.xlsx", dataset, resource, {})
    book = load_workbook(tmp_path / "a.xlsx")
    assert book.sheetnames == ["Dữ liệu", "Hướng dẫn", "Danh mục"]
    page = book["Dữ liệu"]
    assert [cell.value for cell in page[1]] == ["Mã", "Cột loai", "Cột so", "Cột ngay", "Cột con"]
    rules = {str(rule.sqref).split(":")[0]: rule for rule in page.data_validations.dataValidation}
    assert (rules["B2"].type, rules["B2"].formula1) == ("list", "'Danh mục'!$A$2:$A$3")
    assert (rules["C2"].type, rules["C2"].formula1, rules["C2"].formula2) == ("whole", "0", "100")
    assert rules["D2"].type == "date"
    assert "Bắt buộc" in page["A1"].comment.text
    assert [cell.value for cell in book["Danh mục"]["A"]] == ["Cột loai", "Loại A", "Loại B"]
    assert page.column_dimensions["A"].number_format == "@"


def test_rows_are_shown_as_the_drop_downs_offer_them(tmp_path: Path) -> None:
    dataset, resource = made(tmp_path)
    rows = [{"ma": "007", "loai": "a", "so": "5", "ngay": "2025-07-01", "con": "true"}]
    template.write(tmp_path / "a.xlsx", dataset, resource, {}, rows)
    page = load_workbook(tmp_path / "a.xlsx")["Dữ liệu"]
    assert [cell.value for cell in page[2]][:3] == ["007", "Loại A", 5]
    assert page["D2"].is_date
    assert page["E2"].value == "Có"


def test_codes_are_offered_with_their_names_and_taken_back_as_codes(tmp_path: Path) -> None:
    dataset, resource = made(tmp_path)
    choices = {"ma": [("007", "Bảy"), ("008", "Tám")]}
    template.write(tmp_path / "a.xlsx", dataset, resource, choices, [{"ma": "007"}])
    page = load_workbook(tmp_path / "a.xlsx")["Dữ liệu"]
    assert page["A2"].value == "007 · Bảy"


def test_an_unreadable_table_is_said(tmp_path: Path) -> None:
    dataset, resource = made(tmp_path)
    path = tmp_path / "datasets" / dataset.folder / resource.path
    path.write_bytes(b"")
    with pytest.raises(UsageError):
        command._rows(path, resource)
