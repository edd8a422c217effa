"""The catalogue of Ho Chi Minh City as it lies in datasets/: its 91 datasets, what every table says, and what none may hold.

`expected.csv` holds facts of the city's portal: the dataset, its domain, its title word for word and the id of its record.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import frictionless
import pytest
import yaml

from dulieumo import check, descriptors
from dulieumo.model import Catalog, Column, Dataset, Kind, Resource, Text

DATASETS = Path(__file__).resolve().parents[2] / "datasets"
DOMAINS = {
    "y-te-suc-khoe": 13,
    "nong-nghiep": 13,
    "van-hoa-du-lich": 11,
    "xay-dung": 9,
    "khoa-hoc": 9,
    "kinh-te": 7,
    "cong-nghe-thong-tin-truyen-thong": 7,
    "lao-dong": 6,
    "xa-hoi": 5,
    "tai-chinh": 5,
    "tu-phap": 3,
    "giao-duc": 3,
}
SAYS_SAMPLE = re.compile(r"(?<![^\W\d_])(mẫu|mau)(?![^\W\d_])", re.IGNORECASE)
EMAIL = re.compile(r"[\w.+-]+@[\w-]+(\.[\w-]+)+")
PHONE = re.compile(r"(?<![\w./-])(\+84|\(?0[235789]\d{0,2}\)?)[ .-]?\d{2,4}[ .-]?\d{3}[ .-]?\d{2,4}(?![\w/-])")


@cache
def catalogue() -> Catalog:
    reading = descriptors.read(DATASETS)
    assert reading.catalog is not None
    return reading.catalog


def folders() -> list[str]:
    return sorted(str(path.parent.relative_to(DATASETS)) for path in DATASETS.glob("*/*/datapackage.yaml"))


def tables(kind: Kind) -> Iterator[tuple[Dataset, Resource, tuple[Column, ...]]]:
    for dataset in catalogue().datasets:
        for resource in dataset.resources:
            if resource.schema is not None and resource.kind is kind:
                yield dataset, resource, resource.schema.columns


def records(dataset: Dataset, resource: Resource) -> list[dict[str, str]]:
    with (DATASETS / dataset.folder / resource.path).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def expected() -> list[dict[str, str]]:
    with (Path(__file__).parent / "expected.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def lacks(text: Text | None) -> bool:
    """Whether a text is not there in both languages."""
    return text is None or not text.default.strip() or not text.translations.get("en", "").strip()


def sentences(text: str) -> int:
    return len(re.findall(r"[.!?](?=\s|$)", text))


def test_the_catalogue_passes_its_own_checks_without_a_finding() -> None:
    assert [str(found) for found in check.check(descriptors.read(DATASETS)).findings] == []


def test_the_catalogue_counts_91_datasets_in_twelve_domains() -> None:
    assert Counter(dataset.domain for dataset in catalogue().counted) == DOMAINS
    assert sum(DOMAINS.values()) == len(catalogue().counted) == 91


def test_every_dataset_has_the_title_and_the_record_of_the_portal() -> None:
    found = [
        {
            "dataset": dataset.name,
            "domain": dataset.domain,
            "title": dataset.title.default,
            "portal_id": dataset.descriptor["dulieumo:portal"][0]["id"],
        }
        for dataset in catalogue().counted
    ]
    assert sorted(found, key=lambda row: row["dataset"]) == sorted(expected(), key=lambda row: row["dataset"])


def test_every_dataset_is_described_in_both_languages_by_two_sentences_or_more() -> None:
    for dataset in catalogue().datasets:
        for text in (dataset.title, dataset.description, dataset.purpose, dataset.scope, dataset.collection_method):
            assert not lacks(text), dataset.name
        assert sentences(dataset.description.default) >= 2, dataset.name
        assert sentences(dataset.description.translations["en"]) >= 2, dataset.name


def test_every_table_and_column_has_title_and_description_in_both_languages() -> None:
    for kind in Kind:
        for dataset, resource, columns in tables(kind):
            assert not lacks(resource.title), (dataset.name, resource.name)
            assert not lacks(resource.description), (dataset.name, resource.name)
            for column in columns:
                place = (dataset.name, resource.name, column.name)
                assert not lacks(column.title), place
                assert not lacks(column.description), place


def test_no_description_of_a_column_only_repeats_its_title() -> None:
    for kind in Kind:
        for dataset, resource, columns in tables(kind):
            for column in columns:
                assert column.description is not None
                for title, description in (
                    (column.title.default, column.description.default),
                    (column.title.translations["en"], column.description.translations["en"]),
                ):
                    same = description.strip().rstrip(".").casefold() == title.strip().casefold()
                    assert not same, (dataset.name, resource.name, column.name)


def test_every_category_has_a_label_in_both_languages() -> None:
    for kind in Kind:
        for dataset, resource, columns in tables(kind):
            for column in columns:
                for category in column.categories:
                    assert not lacks(category.label), (dataset.name, resource.name, column.name, category.value)


def test_every_table_has_a_key() -> None:
    for kind in Kind:
        for dataset, resource, _columns in tables(kind):
            assert resource.schema is not None
            assert resource.schema.primary_key, (dataset.name, resource.name)


def test_at_least_60_datasets_hold_a_real_table() -> None:
    holding = {dataset.name for dataset, _resource, _columns in tables(Kind.REAL) if not dataset.is_reference}
    assert len(holding) >= 60


def test_every_real_table_says_how_complete_it_is_and_holds_rows() -> None:
    for dataset, resource, _columns in tables(Kind.REAL):
        completeness = resource.descriptor["dulieumo:completeness"]
        assert completeness["statement"].strip(), (dataset.name, resource.name)
        assert completeness["statement@en"].strip(), (dataset.name, resource.name)
        rows = records(dataset, resource)
        assert rows, (dataset.name, resource.name)
        assert resource.schema is not None
        things = {row[resource.schema.primary_key[0]] for row in rows}
        assert completeness.get("listed", len(rows)) in (len(rows), len(things)), (dataset.name, resource.name)


def test_every_real_row_names_a_declared_source_with_a_publisher_and_an_address() -> None:
    for dataset, resource, columns in tables(Kind.REAL):
        sources = {source.id: source for source in dataset.sources}
        naming = [column.name for column in columns if column.is_source_reference]
        if dataset.is_reference and not naming:
            assert dataset.sources, dataset.name
            continue
        assert naming, (dataset.name, resource.name)
        for number, row in enumerate(records(dataset, resource), start=1):
            assert row[naming[0]], (dataset.name, resource.name, number)
            for name in naming:
                if row[name]:
                    source = sources[row[name]]
                    assert source.title, (dataset.name, source.id)
                    assert source.publisher, (dataset.name, source.id)
                    assert (source.path or "").startswith(("http://", "https://")), (dataset.name, source.id)
                    assert source.published or source.accessed, (dataset.name, source.id)


def test_no_sample_row_can_be_taken_for_real() -> None:
    for dataset, resource, columns in tables(Kind.SAMPLE):
        assert SAYS_SAMPLE.search(resource.title.default), (dataset.name, resource.name)
        texts = [column.name for column in columns if column.type == "string"]
        rows = records(dataset, resource)
        assert rows, (dataset.name, resource.name)
        for number, row in enumerate(rows, start=1):
            said = any(SAYS_SAMPLE.search(row[name].replace("-", " ")) for name in texts)
            assert said, (dataset.name, resource.name, number, row)


def test_no_real_row_says_that_it_is_a_sample() -> None:
    for dataset, resource, _columns in tables(Kind.REAL):
        for row in records(dataset, resource):
            assert not any(re.search(r"\bmẫu [0-9]+|MAU-[0-9]+", value) for value in row.values()), (dataset.name, row)


def test_in_a_sample_nothing_runs_out_before_it_was_issued() -> None:
    compared = 0
    for dataset, resource, columns in tables(Kind.SAMPLE):
        names = [column.name for column in columns if column.type == "date"]
        issued = [name for name in names if name in ("ngay_cap", "ngay_thong_bao", "ngay_bat_dau")]
        ended = [name for name in names if name.startswith(("ngay_het", "hieu_luc", "ngay_ket_thuc"))]
        for row in records(dataset, resource):
            for start in issued:
                for end in ended:
                    if row[start] and row[end]:
                        compared += 1
                        assert row[start] < row[end], (dataset.name, resource.name, row)
    assert compared


def test_the_shared_vocational_table_lies_in_one_dataset_only() -> None:
    sharing = {
        dataset.name: dataset.descriptor["dulieumo:sharesTableWith"]
        for dataset in catalogue().datasets
        if "dulieumo:sharesTableWith" in dataset.descriptor
    }
    assert sharing == {"co-so-giao-duc-nghe-nghiep-lao-dong": "co-so-giao-duc-nghe-nghiep"}
    schools, counts = (catalogue().dataset(name) for name in ("co-so-giao-duc-nghe-nghiep", *sharing))
    assert schools is not None
    assert counts is not None
    assert not {resource.name for resource in schools.resources} & {resource.name for resource in counts.resources}


def test_no_real_table_is_counted_twice() -> None:
    places: dict[bytes, str] = {}
    for dataset, resource, _columns in tables(Kind.REAL):
        content = (DATASETS / dataset.folder / resource.path).read_bytes()
        assert content not in places, (dataset.name, resource.name, places.get(content))
        places[content] = f"{dataset.name}/{resource.name}"


def test_a_museum_named_by_an_object_is_in_the_list_of_museums() -> None:
    museums, objects = catalogue().dataset("bao-tang"), catalogue().dataset("tai-lieu-hien-vat-bao-tang")
    assert museums is not None
    assert objects is not None
    known = {row["ten_bao_tang"] for row in records(museums, museums.resources[0])}
    for resource in objects.resources:
        if resource.kind is Kind.REAL:
            assert {row["bao_tang"] for row in records(objects, resource)} <= known


def test_nothing_in_the_catalogue_looks_like_an_e_mail_address_or_a_telephone_number() -> None:
    for kind in Kind:
        for dataset, resource, columns in tables(kind):
            texts = [column.name for column in columns if column.type == "string"]
            for row in records(dataset, resource):
                for name in texts:
                    assert not EMAIL.search(row[name]), (dataset.name, resource.name, name, row[name])
                    if not row[name].startswith("http"):
                        assert not PHONE.search(row[name]), (dataset.name, resource.name, name, row[name])
    for path in DATASETS.rglob("*.yaml"):
        for line in path.read_text(encoding="utf-8").splitlines():
            assert not EMAIL.search(line), (path, line)
            if "http" not in line and not re.search(r"\bid: |title: ", line):
                assert not PHONE.search(line), (path, line)


@pytest.mark.parametrize("folder", folders())
def test_stock_frictionless_accepts_the_dataset_as_it_lies(folder: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stock: without this project's plugin, where a reader's frictionless has it."""
    stock = {name: plugin for name, plugin in frictionless.system.plugins.items() if name != "dulieumo"}
    monkeypatch.setattr(type(frictionless.system), "plugins", stock)
    monkeypatch.chdir(DATASETS / folder)
    report = frictionless.validate("datapackage.yaml")
    assert len(report.tasks) >= 1
    assert report.valid, report.flatten(["title", "note"])


def test_every_descriptor_is_plain_yaml_that_any_reader_takes() -> None:
    for folder in folders():
        text = (DATASETS / folder / "datapackage.yaml").read_text(encoding="utf-8")
        assert yaml.safe_load(text)["name"] == Path(folder).name
