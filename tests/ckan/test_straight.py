"""The straight path on the real server: everything is published, verified, and the second plan is empty."""

from __future__ import annotations

import json

import jsonschema_rs
import pytest

from dulieumo.ckan.model import Action
from tests.ckan.world import World
from tests.conftest import REPOSITORY

pytestmark = pytest.mark.ckan


def test_everything_is_published_verified_and_then_nothing_is_left_to_do(world: World) -> None:
    receipt = world.publish()
    assert receipt.done["create"] == 5
    assert world.plan().is_empty
    assert world.plan(is_deep=True).is_empty
    found = world.verify()
    assert found.is_clean, found.problems
    assert found.rows == 21
    assert not world.push().done


def test_a_dataset_of_one_table_takes_five_writes(world: World) -> None:
    world.keep_only("quan-trac-nuoc-song")
    assert world.publish().writes == 5


def test_a_plan_of_what_did_not_change_takes_two_requests(world: World) -> None:
    world.publish()
    receipt = world.push()
    assert receipt.requests == 0
    client = world.client()
    world.push(client=client)
    assert client.requests_sent == 2


def test_without_the_receipt_the_plan_is_just_as_empty(world: World) -> None:
    world.publish()
    (world.root / "dist" / "targets" / "thu" / "receipt.json").unlink()
    assert world.plan().is_empty


@pytest.mark.parametrize("name", ["plan", "receipt", "verification"])
def test_the_files_that_the_stages_write_keep_to_their_schemas(world: World, name: str) -> None:
    world.keep_only("ben-xe", "le-hoi")
    world.publish()
    world.plan(is_deep=True)
    world.verify()
    value = json.loads((world.root / "dist" / f"{name}.json").read_text(encoding="utf-8"))
    schema = json.loads((REPOSITORY / "publish/dulieumo/schemas" / f"{name}.json").read_text(encoding="utf-8"))
    assert jsonschema_rs.is_valid(schema, value)


def test_every_column_type_reads_back_as_it_was(world: World) -> None:
    world.keep_only("quan-trac-nuoc-song")
    world.publish()
    client = world.anonymous()
    resource = next(
        item for item in client.read("package_show", id="quan-trac-nuoc-song")["resources"] if item["format"] == "CSV"
    )
    answer = client.read_exact("datastore_search", resource_id=resource["id"], sort="_id")
    types = {field["id"]: field["type"] for field in answer["fields"]}
    assert types == {
        "_id": "int",
        "tram": "text",
        "ngay": "date",
        "so_mau": "int8",
        "do_ph": "numeric",
        "dan_dien": "float8",
        "dat_chuan": "bool",
        "lay_mau_luc": "timestamptz",
        "gio_do": "time",
        "nam_lap_tram": "int4",
        "ky_bao_cao": "text",
        "thoi_gian_do": "text",
        "chi_tieu": "_text",
        "vi_tri": "text",
        "thiet_bi": "text",
        "do_sau": "text",
        "khu_vuc": "text",
        "ghi_chu": "text",
    }
    first, second, *_others, odd, last = answer["records"]
    assert str(first["do_ph"]) == "7.10"
    assert first["chi_tieu"] == ["pH", "độ đục"]
    assert second["ghi_chu"] == 'Nước đục, có "bọt"; xem ảnh'
    assert odd["so_mau"] == 9007199254740993
    assert odd["ghi_chu"] == "Hai dòng:\ndòng sau"
    assert last["ghi_chu"] == "\\lạ\\t"
    assert last["dat_chuan"] is True


def test_the_dictionary_has_titles_descriptions_and_units_in_both_languages(world: World) -> None:
    world.keep_only("quan-trac-nuoc-song")
    world.publish()
    client = world.anonymous()
    resource = next(
        item for item in client.read("package_show", id="quan-trac-nuoc-song")["resources"] if item["format"] == "CSV"
    )
    fields = {field["id"]: field["info"] for field in client.read("datastore_info", id=resource["id"])["fields"]}
    assert fields["so_mau"]["label"] == "Số mẫu"
    assert fields["so_mau"]["label_en"] == "Samples"
    assert fields["so_mau"]["unit"] == "mẫu"
    assert fields["so_mau"]["unit_en"] == "samples"
    assert "Đơn vị: mẫu." in fields["so_mau"]["notes"]
    assert "EN: Samples." in fields["so_mau"]["notes"]


def test_the_page_says_in_vietnamese_what_the_descriptor_says(world: World) -> None:
    world.keep_only("le-hoi")
    world.publish()
    body = world.anonymous().read("package_show", id="le-hoi")
    extras = {extra["key"]: extra["value"] for extra in body["extras"]}
    assert extras["Tần suất cập nhật"] == "Hằng năm"
    assert extras["Loại dữ liệu"] == "Dữ liệu mẫu"
    assert body["notes"].startswith("**DỮ LIỆU MẪU")
    assert "dữ liệu mẫu" in {tag["name"] for tag in body["tags"]}
    assert body["organization"]["name"] == "uy-ban-song-may"
    assert [group["name"] for group in body["groups"]] == ["van-hoa"]
    technical = [key for key in extras if key.isascii()]
    assert technical == ["dulieumo"]
    assert max(len(word) for word in extras["dulieumo"].split()) < 40, "a long word would widen CKAN's page"


def test_the_plan_names_each_thing_that_it_would_do(world: World) -> None:
    world.keep_only("tuyen-xe-buyt")
    world.release()
    (item,) = world.plan().datasets
    actions = [change.action for change in item.changes]
    assert actions[0] is Action.CREATE
    assert actions.count(Action.UPLOAD) == 4
    assert actions.count(Action.RECORDS) == 1
    assert actions[-1] is Action.PUBLISH
