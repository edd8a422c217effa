"""How a dataset version looks on CKAN, on a plain server and on one with scheming: pure, so asked without a server."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from importlib.resources import files
from typing import Any

import pytest
import yaml

from dulieumo import descriptors
from dulieumo.ckan import fluent, mapping, scheming, wording
from dulieumo.ckan.mapping import Options
from dulieumo.ckan.model import Desired, Policy, Remote, ServerProfile
from dulieumo.ckan.plan import Intent, plan, policy_of
from dulieumo.ckan.words import Words
from dulieumo.localckan.layout import SERVER
from dulieumo.model import Artifact, Catalog, DatasetVersion, Release
from dulieumo_rules import frequencies
from tests.ckan.world import SONGMAY

PLAIN = ServerProfile(url="http://x", version="2.12.0", extensions=(), licenses=("cc-by", "notspecified"))
OWN_LICENSES = ServerProfile(url="http://x", version="2.12.0", extensions=(), licenses=("CC-BY-4.0",))
SCHEMING = ServerProfile(
    url="http://x",
    version="2.12.0",
    extensions=("scheming_datasets",),
    licenses=("CC-BY-4.0",),
    scheming=("title", "notes", "frequency", "language", "theme", "publisher", "temporal_coverage", "spatial_coverage"),
)


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    found = descriptors.read(SONGMAY).catalog
    assert found is not None
    return found


def version(catalog: Catalog, name: str) -> DatasetVersion:
    dataset = catalog.dataset(name)
    assert dataset is not None
    artifacts = []
    for resource in dataset.resources:
        for kind in ("parquet", "xlsx", "csv") if resource.is_table else ("file",):
            path = f"{resource.name}.{resource.format if kind == 'file' else kind}"
            media = "text/csv" if kind == "csv" else "application/octet-stream"
            artifact = Artifact(
                path=path, kind=kind, media_type=media, bytes=10, sha256="ab" * 32, resource=resource.name, rows=3
            )
            artifacts.append(artifact)
    return DatasetVersion(dataset=dataset, content_hash="sha256:" + "0" * 64, artifacts=tuple(artifacts))


def desired(catalog: Catalog, name: str, profile: ServerProfile = PLAIN, options: Options | None = None) -> Desired:
    return mapping.desired(version(catalog, name), catalog, profile, options)


def test_the_csv_comes_first_and_carries_the_table(catalog: Catalog) -> None:
    found = desired(catalog, "ben-xe")
    assert [resource.key for resource in found.resources] == [
        "ben.csv",
        "ben.parquet",
        "ben.xlsx",
        "chuyen.csv",
        "chuyen.parquet",
        "chuyen.xlsx",
    ]
    assert [resource.key for resource in found.resources if resource.table] == ["ben.csv", "chuyen.csv"]
    assert found.resources[0].fields["name"] == "Bến xe (CSV)"
    table = found.resources[3].table
    assert table is not None
    assert (table.primary_key, table.indexes) == (("ma_ben", "nam"), (("ma_ben",),))


def test_the_licence_is_the_servers_own_or_the_nearest_that_it_knows(catalog: Catalog) -> None:
    assert desired(catalog, "ben-xe").fields["license_id"] == "cc-by"
    assert desired(catalog, "ben-xe", OWN_LICENSES).fields["license_id"] == "CC-BY-4.0"


def test_a_server_with_scheming_gets_its_fields_filled(catalog: Catalog) -> None:
    fields = desired(catalog, "quan-trac-nuoc-song", SCHEMING).fields
    assert str(fields["frequency"]).endswith("/frequency/MONTHLY")
    assert str(fields["theme"][0]).endswith("/data-theme/ENVI")
    assert fields["temporal_coverage"] == [{"start": "2025-01-01", "end": "2025-01-04"}]
    assert fields["publisher"][0]["email"] == "moi-truong@songmay.example"
    dataset = catalog.dataset("quan-trac-nuoc-song")
    assert dataset is not None
    place = partial(scheming.place, catalog=catalog, profile=SCHEMING, extras={})
    since, _extras = place(replace(dataset, temporal_end=None))
    assert since["temporal_coverage"] == [{"start": "2025-01-01"}], "CKAN drops an empty date: it would read as an edit"
    never, _extras = place(replace(dataset, temporal_start=None, temporal_end=None))
    assert never["temporal_coverage"] == []
    assert "provenance" not in fields, "a field that the server's schema does not declare is not sent"
    assert "frequency" not in desired(catalog, "quan-trac-nuoc-song").fields


def test_our_own_schema_says_everything_once_and_knows_every_code(catalog: Catalog) -> None:
    schema = yaml.safe_load((SERVER / "scheming.yaml").read_text(encoding="utf-8"))
    declared = {field["field_name"]: field for field in schema["dataset_fields"]}
    profile = replace(SCHEMING, scheming=tuple(declared))
    for name in ("quan-trac-nuoc-song", "tuyen-xe-buyt"):
        fields = desired(catalog, name, profile).fields
        assert not [key for key in fields if key.startswith("extras.")]
        assert mapping._extras(version(catalog, name), Words("vi")).keys() <= {*scheming.OWN, "frequency"}
    choices = {choice["value"].rpartition("/")[2]: choice["label"] for choice in declared["frequency"]["choices"]}
    descriptor = json.loads(files("dulieumo").joinpath("schemas/dataset.json").read_text(encoding="utf-8"))
    known = [frequencies.table()[code] for code in descriptor["$defs"]["frequency"]["enum"]]
    assert choices == {frequency.code: {"vi": frequency.vi, "en": frequency.en} for frequency in known}
    for field in (*schema["dataset_fields"], *schema["resource_fields"]):
        assert field["label"]["vi"]
        assert field["label"]["en"]


def test_linked_files_name_the_immutable_version(catalog: Catalog) -> None:
    found = desired(catalog, "ben-xe", PLAIN, Options(file_base_url="https://kho.example/"))
    assert found.resources[0].is_link
    assert found.resources[0].fields["url"] == "https://kho.example/data/ben-xe/1.0.0/ben.csv"


def test_a_rehearsal_has_names_and_ids_of_its_own(catalog: Catalog) -> None:
    real, staged = (
        desired(catalog, "ben-xe"),
        desired(catalog, "ben-xe", PLAIN, Options(prefix="thu-", title_prefix="[Thử] ")),
    )
    assert staged.name == "thu-ben-xe"
    assert str(staged.fields["title"]).startswith("[Thử] ")
    assert not {item.id for item in real.resources} & {item.id for item in staged.resources}


def test_a_page_address_that_cannot_exist_is_not_published(catalog: Catalog) -> None:
    assert desired(catalog, "ben-xe").fields["url"] == ""


def test_the_same_input_gives_the_same_plan(catalog: Catalog) -> None:
    versions = tuple(version(catalog, dataset.name) for dataset in catalog.datasets)
    release = Release(
        name="r", content_hash="sha256:1", previous=None, catalog=catalog, versions=versions, tool={}, commit=None
    )
    remote, intent = Remote(profile=PLAIN, datasets={}), Intent(target="x")
    assert plan(release, remote, intent) == plan(release, remote, intent)
    assert len(plan(release, remote, intent).datasets) == 5
    assert plan(release, remote, Intent(target="x", publisher="nobody")).is_empty


def test_a_file_that_the_server_does_not_take_is_refused_before_anything_is_sent(catalog: Catalog) -> None:
    versions = (version(catalog, "ben-xe"),)
    release = Release(
        name="r", content_hash="sha256:1", previous=None, catalog=catalog, versions=versions, tool={}, commit=None
    )
    remote = Remote(profile=PLAIN, datasets={})
    (item,) = plan(release, remote, Intent(target="x", max_upload_bytes=9)).datasets
    assert (item.refusal, item.changes) == ("too-large", ())
    assert item.refusal in wording.BLOCKING
    assert item.values["file"] == "ben.csv"
    assert plan(release, remote, Intent(target="x", max_upload_bytes=10)).datasets[0].refusal is None
    linked = Intent(target="x", max_upload_bytes=9, options=Options(file_base_url="https://kho.example"))
    assert plan(release, remote, linked).datasets[0].refusal is None, "a link carries no file"


def test_a_policy_is_looked_up_by_field_then_family_then_all() -> None:
    policies = {"extras": Policy.LEAVE, "*": Policy.ADOPT, "resource.name": Policy.OURS}
    assert policy_of(policies, "extras.Địa bàn", None) is Policy.LEAVE
    assert policy_of(policies, "title", None) is Policy.ADOPT
    assert policy_of(policies, "name", "ben.csv") is Policy.OURS
    assert policy_of({}, "title", None) is Policy.OURS


FLUENT = replace(
    SCHEMING,
    scheming=(*SCHEMING.scheming, "title_translated", "notes_translated"),
    scheming_resource=("url", "name_translated", "description_translated"),
)


def test_a_server_with_fluent_gets_titles_and_descriptions_in_both_languages(catalog: Catalog) -> None:
    found = desired(catalog, "ben-xe", FLUENT)
    assert found.fields["title_translated"] == {"vi": "Bến xe và chuyến xe", "en": "Bus stations and departures"}
    notes = found.fields["notes_translated"]
    assert "**Nguồn số liệu" in notes["vi"]
    assert "In English" not in notes["vi"], "the other language has a field of its own"
    assert "**Sources" in notes["en"]
    names = found.resources[0].fields["name_translated"]
    assert (names["vi"], names["en"]) == ("Bến xe (CSV)", "Stations (CSV)")
    rows = found.resources[0].fields["description_translated"]
    assert rows["vi"].endswith("Số dòng: 3.")
    assert rows["en"].endswith("Rows: 3.")
    assert not any(name.endswith("_translated") for name in desired(catalog, "ben-xe", SCHEMING).fields)


def test_what_fluent_makes_of_the_translations_is_not_compared(catalog: Catalog) -> None:
    wanted = desired(catalog, "ben-xe", FLUENT).fields
    body = {
        "title": wanted["title_translated"]["en"],
        "notes": wanted["notes_translated"]["en"],
        **wanted_translated(wanted),
    }
    theirs = mapping.observed(body)
    assert theirs["title"] != wanted["title"], "CKAN answers it in the language of its site"
    for name in ("title", "notes", "version"):
        told = fluent.told_in(name, wanted)
        assert theirs.get(told) == (wanted[told] if name != "version" else None)


def wanted_translated(wanted: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in wanted.items() if name.endswith(fluent.SUFFIX)}
