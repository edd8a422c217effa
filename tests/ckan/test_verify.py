"""The verification finds what is wrong, each thing under its name, and one deep push puts it right."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest

from dulieumo.ckan.client import Client, Upload
from dulieumo.localckan import LocalCkan
from tests.ckan import look
from tests.ckan.faultproxy import FaultProxy, Seen
from tests.ckan.world import World, sysadmin

pytestmark = pytest.mark.ckan
Damage = Callable[[Client, str], object]


@pytest.fixture
def admin(ckan: LocalCkan) -> Client:
    return sysadmin(ckan)


@pytest.fixture
def published(world: World) -> World:
    world.keep_only("ben-xe")
    world.publish()
    return world


def told(world: World) -> set[tuple[str | None, str | None]]:
    return {(probe.resource, probe.problem) for probe in world.verify().problems}


def served_by(world: World, proxy: FaultProxy) -> Callable[[Seen, bytes], bytes]:
    """CKAN's answers as if the proxy were its public address."""
    return lambda _seen, answer: answer.replace(world.url.encode(), proxy.url.encode())


def _put_another_file(admin: Client, id_: str) -> None:
    upload = Upload(field="upload", file_name="ben.csv", media_type="text/csv", open=lambda: io.BytesIO(b"ma_ben\n"))
    admin.write("resource_patch", {"id": id_}, uploads=[upload])


def _add_a_column(admin: Client, id_: str) -> None:
    fields = [field for field in admin.read("datastore_info", id=id_)["fields"] if field["id"] != "_id"]
    named = [{"id": field["id"], "type": field["type"], "info": field["info"]} for field in fields]
    admin.write(
        "datastore_create", {"resource_id": id_, "force": True, "fields": [*named, {"id": "them", "type": "text"}]}
    )


def _rename_a_column(admin: Client, id_: str) -> None:
    fields = [{"id": "ma_ben", "type": "text", "info": {"label": "Sai"}}]
    admin.write("datastore_create", {"resource_id": id_, "force": True, "fields": fields})


def _delete_the_views(admin: Client, id_: str) -> None:
    for view in admin.read("resource_view_list", id=id_):
        admin.write("resource_view_delete", {"id": view["id"]})


@pytest.mark.parametrize(
    ("problem", "damage"),
    [
        ("field-differs", lambda admin, _id: admin.write("package_patch", {"id": "ben-xe", "title": "Sửa tay"})),
        ("dataset-missing", lambda admin, _id: admin.write("package_patch", {"id": "ben-xe", "private": True})),
        ("dataset-missing", lambda admin, _id: admin.write("package_delete", {"id": "ben-xe"})),
        ("resource-missing", lambda admin, id_: admin.write("resource_delete", {"id": id_})),
        ("hash-differs", _put_another_file),
        ("table-missing", lambda admin, id_: admin.write("datastore_delete", {"resource_id": id_, "force": True})),
        ("columns-differ", _add_a_column),
        ("dictionary-differs", _rename_a_column),
        (
            "rows-differ",
            lambda admin, id_: admin.write(
                "datastore_records_delete", {"resource_id": id_, "force": True, "filters": {"ma_ben": "B2"}}
            ),
        ),
        (
            "sample-differs",
            lambda admin, id_: admin.write(
                "datastore_upsert",
                {"resource_id": id_, "force": True, "records": [{"ma_ben": "B1", "ten_ben": "Sai"}]},
            ),
        ),
        ("view-missing", _delete_the_views),
    ],
)
def test_what_was_damaged_on_ckan_is_found_and_mended(
    published: World, admin: Client, problem: str, damage: Damage
) -> None:
    assert told(published) == set()
    damage(admin, look.resource(admin, "ben-xe", "ben.csv")["id"])
    whole = problem in ("field-differs", "dataset-missing")
    assert (None if whole else "ben.csv", problem) in told(published)
    assert {resource for resource, _problem in told(published)} == {None if whole else "ben.csv"}, "and nothing else"
    assert not published.push(is_deep=True).failures
    published.assert_converged()


@pytest.mark.parametrize("is_there", [False, True])
def test_a_file_that_the_servers_disk_lost_or_mixed_up_is_found_and_uploaded_again(
    published: World, ckan: LocalCkan, is_there: bool
) -> None:
    """CKAN's database knows nothing of it: the plain plan is empty, the deep one reads the files."""
    resource = look.resource(published.anonymous(), "ben-xe", "ben.csv")
    data = look.file(resource["url"])
    (file,) = [path for path in _stored(ckan) if path.read_bytes() == data]
    file.unlink()
    if is_there:
        file.write_bytes(data.replace(b"800.0", b"900.0"))
    assert told(published) == {("ben.csv", "hash-differs" if is_there else "not-downloadable")}
    assert published.plan().is_empty
    (item,) = published.plan(is_deep=True).datasets
    assert [(change.resource, change.reason) for change in item.changes] == [
        ("ben.csv", "file-edited" if is_there else "file-lost")
    ]
    assert not published.push(is_deep=True).failures
    published.assert_converged()


def _stored(ckan: LocalCkan) -> list[Path]:
    return [path for path in (ckan.folder / "storage" / "resources").rglob("*") if path.is_file()]


@pytest.mark.parametrize(
    ("problem", "old", "new"),
    [
        ("media-type-differs", b"Content-Type: text/csv", b"Content-Type: text/xml"),
        ("no-cors", b"Access-Control-Allow-Origin", b"X-Ccess-Control-Allow-Origin"),
        ("no-range", b"HTTP/1.1 206 PARTIAL CONTENT", b"HTTP/1.1 200 OK"),
    ],
)
def test_how_the_server_hands_out_files_is_looked_at(
    published: World, proxy: FaultProxy, problem: str, old: bytes, new: bytes
) -> None:
    """What a web server in front of CKAN may do to an answer. Missing Range and CORS are told, and are no failure."""
    published.at(url=proxy.url)
    home = served_by(published, proxy)
    proxy.alter = home
    assert published.verify().is_clean
    assert not published.verify().notes
    proxy.alter = lambda seen, answer: home(seen, answer).replace(old, new)
    found = published.verify()
    assert problem in {probe.problem for probe in (*found.problems, *found.notes)}
    assert found.is_clean is (problem in ("no-cors", "no-range"))


def test_a_download_that_is_said_to_be_elsewhere_is_told_with_what_to_do(published: World, proxy: FaultProxy) -> None:
    """CKAN's search index goes on naming the address of before, when `ckan.site_url` has changed."""
    published.at(url=proxy.url)
    old, new = f"{published.url}/dataset/".encode(), b"http://127.0.0.1:9/dataset/"
    proxy.alter = lambda _seen, answer: answer.replace(old, new)
    assert {problem for _resource, problem in told(published)} == {"other-address"}


def test_a_download_behind_a_login_is_told(published: World, proxy: FaultProxy) -> None:
    published.at(url=proxy.url)
    home = served_by(published, proxy)
    away = f"HTTP/1.1 302 FOUND\r\nLocation: {published.url}/user/login\r\n\r\n".encode()
    proxy.alter = lambda seen, answer: away if seen.path.endswith("/ben.csv") else home(seen, answer)
    assert ("ben.csv", "needs-login") in told(published)


def test_a_dataset_that_ckan_cannot_show_is_told_and_the_others_are_looked_at(world: World, proxy: FaultProxy) -> None:
    world.keep_only("ben-xe", "le-hoi")
    world.publish()
    world.at(url=proxy.url)

    def alter(_seen: Seen, answer: bytes) -> bytes:
        return b"HTTP/1.1 200 OK\r\n\r\n[]" if b'"title": "B\\u1ebfn xe v' in answer else answer

    proxy.alter = alter
    found = world.verify()
    assert {(probe.dataset, probe.problem) for probe in found.problems} == {("ben-xe", "not-readable")}
    assert found.datasets == 2
