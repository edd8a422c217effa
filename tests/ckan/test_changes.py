"""What changed in the repository is what is sent, and nothing else; ids, rows that stayed and dictionaries survive."""

from __future__ import annotations

from typing import Any

import pytest

from dulieumo.ckan.model import Action, Plan
from tests.ckan import look
from tests.ckan.faultproxy import FaultProxy
from tests.ckan.world import World

pytestmark = pytest.mark.ckan


def actions(plan: Plan) -> list[tuple[str, str | None, str]]:
    return [(change.action.value, change.resource, change.reason) for item in plan.datasets for change in item.changes]


def test_one_changed_cell_takes_three_writes_and_leaves_the_other_table_alone(world: World, proxy: FaultProxy) -> None:
    world.keep_only("ben-xe")
    world.publish()
    before = look.show(world.anonymous(), "ben-xe")
    world.rewrite("ben-xe", "ben", world.read_csv("ben-xe", "ben").replace("800.0", "801.5"), "1.0.1")
    world.release()
    plan = world.plan()
    assert ("records", "ben.csv", "rows-changed") in actions(plan)
    assert ("upload", "ben.csv", "file-changed") in actions(plan)
    assert not [item for item in actions(plan) if item[1] == "chuyen.csv"]
    receipt = world.push()
    assert receipt.writes == 3
    after = look.show(world.anonymous(), "ben-xe")
    assert [item["id"] for item in after["resources"]] == [item["id"] for item in before["resources"]]
    assert [str(row["dien_tich"]) for row in look.rows(world.anonymous(), "ben-xe", "ben.csv")] == ["12500.5", "801.5"]
    world.assert_converged()


def test_rows_come_go_and_change_by_a_key_of_two_columns(world: World) -> None:
    world.keep_only("ben-xe")
    world.publish()
    world.rewrite("ben-xe", "chuyen", "ma_ben,nam,so_chuyen\nB1,2024,1311\nB2,2023,90\nB2,2025,7\n", "1.0.1")
    world.publish()
    found = {
        (row["ma_ben"], row["nam"]): row["so_chuyen"] for row in look.rows(world.anonymous(), "ben-xe", "chuyen.csv")
    }
    assert found == {("B1", 2024): 1311, ("B2", 2023): 90, ("B2", 2025): 7}
    world.assert_converged()


def test_a_table_without_a_key_keeps_its_order(world: World) -> None:
    world.keep_only("phan-anh-moi-truong")
    world.publish()
    text = "phuong,noi_dung,so_lan\nPhường Mây Mới,Đèn hỏng,1\nPhường Mây Hồng,Rác ở bờ sông,2\nPhường Mây Hồng,Rác ở bờ sông,3\n"
    for version, csv in (
        ("1.0.1", text),
        ("1.0.2", text + "Phường Mây Xanh,Khói,4\nPhường Mây Xanh,Bụi,\n"),
        ("1.0.3", text),
    ):
        world.rewrite("phan-anh-moi-truong", "phan-anh", csv, version)
        world.publish()
        found = [
            {name: "" if value is None else str(value) for name, value in row.items()}
            for row in look.rows(world.anonymous(), "phan-anh-moi-truong", "phan-anh.csv")
        ]
        assert found == look.csv_rows(csv)
        world.assert_converged()


def test_an_empty_table_is_published_and_filled_later(world: World) -> None:
    world.keep_only("ben-xe")
    full = world.read_csv("ben-xe", "chuyen")
    (world.folder("ben-xe") / "data" / "chuyen.csv").write_text(full.split("\n")[0] + "\n", encoding="utf-8")
    world.publish()
    assert look.rows(world.anonymous(), "ben-xe", "chuyen.csv") == []
    world.assert_converged()
    world.rewrite("ben-xe", "chuyen", full, "1.0.1")
    world.publish()
    assert len(look.rows(world.anonymous(), "ben-xe", "chuyen.csv")) == 4
    world.assert_converged()


def test_a_release_that_was_skipped_does_no_harm_and_a_rollback_brings_the_old_rows_back(world: World) -> None:
    world.keep_only("ben-xe")
    world.release("r1")
    world.push(release_name="r1")
    world.rewrite("ben-xe", "chuyen", "ma_ben,nam,so_chuyen\nB1,2024,1\n", "1.0.1")
    world.release("r2")
    world.rewrite("ben-xe", "chuyen", "ma_ben,nam,so_chuyen\nB1,2024,2\nB2,2023,91\n", "1.0.2")
    world.release("r3")
    world.push(release_name="r3")
    assert len(look.rows(world.anonymous(), "ben-xe", "chuyen.csv")) == 2
    world.assert_converged()
    world.push(release_name="r1")
    assert len(look.rows(world.anonymous(), "ben-xe", "chuyen.csv")) == 4
    assert world.verify(release_name="r1").is_clean
    assert world.plan(release_name="r1", is_deep=True).is_empty


def test_words_alone_touch_neither_rows_nor_csv(world: World) -> None:
    world.keep_only("ben-xe")
    world.publish()

    def reword(value: dict[str, Any]) -> None:
        value["title"] = "Bến xe và số chuyến"

    world.describe("ben-xe", reword, "1.0.1")
    world.release()
    assert not [item for item in actions(world.plan()) if item[0] == "records" or item[:2] == ("upload", "ben.csv")]
    world.push()
    assert look.show(world.anonymous(), "ben-xe")["title"] == "Bến xe và số chuyến"
    world.assert_converged()


def test_the_dictionary_follows_the_descriptor_and_the_rows_stay(world: World) -> None:
    world.keep_only("ben-xe")
    world.publish()
    world.describe("ben-xe", lambda value: _field(value, 0, 1).update(title="Tên gọi của bến"), "1.0.1")
    receipt = world.publish()
    assert receipt.done["dictionary"] == 1
    assert "records" not in receipt.done
    labels = {
        field["id"]: field["info"]["label"] for field in look.info(world.anonymous(), "ben-xe", "ben.csv")["fields"]
    }
    assert labels["ten_ben"] == "Tên gọi của bến"
    assert len(look.rows(world.anonymous(), "ben-xe", "ben.csv")) == 2
    world.assert_converged()


def _field(value: dict[str, Any], resource: int, field: int) -> dict[str, Any]:
    found: dict[str, Any] = value["resources"][resource]["schema"]["fields"][field]
    return found


def test_columns_are_added_removed_retyped_and_moved_with_the_table_in_place(world: World) -> None:
    world.keep_only("ben-xe")
    world.publish()
    table = look.info(world.anonymous(), "ben-xe", "ben.csv")["meta"]["id"]

    def add(value: dict[str, Any]) -> None:
        fields = value["resources"][0]["schema"]["fields"]
        new = {**fields[1], "name": "dia_chi", "title": "Địa chỉ"}
        fields.insert(1, new)

    world.describe("ben-xe", add, "1.1.0")
    world.rewrite(
        "ben-xe",
        "ben",
        "ma_ben,dia_chi,ten_ben,dien_tich\nB1,Đường Đông,Bến Mây Đông,12500.5\nB2,Đường Tây,Bến Mây Tây,800.0\n",
        "1.1.1",
    )
    world.publish()
    assert [field["id"] for field in look.info(world.anonymous(), "ben-xe", "ben.csv")["fields"]] == [
        "ma_ben",
        "dia_chi",
        "ten_ben",
        "dien_tich",
    ]
    assert look.rows(world.anonymous(), "ben-xe", "ben.csv")[1]["dia_chi"] == "Đường Tây"
    world.assert_converged()

    def retype(value: dict[str, Any]) -> None:
        fields = value["resources"][0]["schema"]["fields"]
        fields[3] = {**fields[1], "name": "dien_tich", "title": "Diện tích"}
        del fields[2]

    world.describe("ben-xe", retype, "2.0.0")
    world.rewrite("ben-xe", "ben", "ma_ben,dia_chi,dien_tich\nB1,Đường Đông,rộng\nB2,Đường Nam,hẹp\n", "2.0.1")
    world.publish()
    found = look.info(world.anonymous(), "ben-xe", "ben.csv")
    assert [(field["id"], field["type"]) for field in found["fields"]] == [
        ("ma_ben", "text"),
        ("dia_chi", "text"),
        ("dien_tich", "text"),
    ]
    assert found["meta"]["id"] == table
    assert [row["dien_tich"] for row in look.rows(world.anonymous(), "ben-xe", "ben.csv")] == ["rộng", "hẹp"]
    world.assert_converged()


def test_another_key_column_first_is_another_table_all_the_same(world: World) -> None:
    world.keep_only("ben-xe")
    world.publish()

    def rekey(value: dict[str, Any]) -> None:
        schema = value["resources"][1]["schema"]
        schema["fields"] = [schema["fields"][1], schema["fields"][0], schema["fields"][2]]
        schema["primaryKey"] = ["nam", "ma_ben"]

    world.describe("ben-xe", rekey, "2.0.0")
    world.rewrite(
        "ben-xe", "chuyen", "nam,ma_ben,so_chuyen\n2023,B1,1200\n2024,B1,1\n2024,B2,5\n2025,B1,6\n2025,B2,\n", "2.0.1"
    )
    world.publish()
    assert [row["nam"] for row in look.rows(world.anonymous(), "ben-xe", "chuyen.csv")] == [
        2023,
        2024,
        2024,
        2025,
        2025,
    ]
    world.assert_converged()


def test_resources_come_go_and_change_places_and_links_stay(world: World) -> None:
    world.keep_only("ben-xe")
    world.publish()
    first = look.resource(world.anonymous(), "ben-xe", "chuyen.csv")

    def swap(value: dict[str, Any]) -> None:
        value["resources"].reverse()

    world.describe("ben-xe", swap, "1.0.1")
    world.publish()
    assert look.keys(world.anonymous(), "ben-xe")[0] == "chuyen.csv"
    assert look.resource(world.anonymous(), "ben-xe", "chuyen.csv")["id"] == first["id"]
    world.assert_converged()

    def drop(value: dict[str, Any]) -> None:
        value["resources"] = [item for item in value["resources"] if item["name"] == "ben"]

    kept = (world.folder("ben-xe") / "datapackage.yaml").read_text(encoding="utf-8")
    world.describe("ben-xe", drop, "2.0.0")
    world.publish()
    assert look.keys(world.anonymous(), "ben-xe") == ["ben.csv", "ben.parquet", "ben.xlsx"]
    assert world.anonymous().find("datastore_info", id=first["id"]) is None
    world.assert_converged()
    (world.folder("ben-xe") / "datapackage.yaml").write_text(kept, encoding="utf-8")
    world.describe("ben-xe", lambda _value: None, "2.1.0")
    world.publish()
    assert look.resource(world.anonymous(), "ben-xe", "chuyen.csv")["id"] == first["id"]
    world.assert_converged()


def test_a_retired_dataset_stays_and_says_so(world: World) -> None:
    world.keep_only("ben-xe")
    world.publish()
    world.describe("ben-xe", lambda value: value.update({"dulieumo:status": "retired"}), "1.0.1")
    world.publish()
    body = look.show(world.anonymous(), "ben-xe")
    assert {extra["key"]: extra["value"] for extra in body["extras"]}["Tình trạng"] == "Ngừng cập nhật"
    assert "ngừng cập nhật" in {tag["name"] for tag in body["tags"]}
    world.assert_converged()


def test_what_left_the_repository_is_named_and_goes_only_when_asked(world: World) -> None:
    world.keep_only("ben-xe", "le-hoi")
    world.publish()
    world.keep_only("ben-xe")
    world.publish()
    (item,) = world.plan().datasets
    assert (item.name, item.refusal, item.changes) == ("le-hoi", "left-repository", ())
    assert look.show(world.anonymous(), "le-hoi")["state"] == "active"
    assert world.push(prune=True).done == {"prune": 1}
    assert world.anonymous().read("package_search", fq="name:le-hoi")["count"] == 0
    assert world.plan(prune=True).is_empty


def test_a_dataset_that_comes_back_is_revived_with_its_links(world: World, tmp_path: Any) -> None:
    world.keep_only("ben-xe", "le-hoi")
    world.publish()
    before = look.resource(world.anonymous(), "le-hoi", "le-hoi.csv")
    other = World(root=tmp_path / "kho-2", url=world.url, token_file=world.token_file).keep_only("ben-xe")
    other.publish(prune=True)
    plan = world.plan()
    assert (item := plan.datasets[0]).name == "le-hoi"
    assert item.has(Action.REVIVE)
    assert not world.push().failures
    assert look.resource(world.anonymous(), "le-hoi", "le-hoi.csv")["id"] == before["id"]
    world.assert_converged()


def test_a_publisher_alone_can_be_published(world: World) -> None:
    world.release()
    receipt = world.push(publisher="phong-giao-thong")
    assert receipt.done["create"] == 2
    assert world.plan(publisher="phong-giao-thong").is_empty
    assert world.verify(publisher="phong-giao-thong").datasets == 2
    assert {item.name for item in world.plan().datasets} == {"quan-trac-nuoc-song", "phan-anh-moi-truong", "le-hoi"}
