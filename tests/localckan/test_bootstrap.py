"""Setting up a server: everything once, nothing twice, a token that only its owner can read."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from dulieumo import descriptors
from dulieumo.ckan.bootstrap import Unit, bootstrap, wanted
from dulieumo.ckan.client import Client, Patience
from dulieumo.descriptors import pictures
from dulieumo.errors import ConfigError, NotAuthorized, Unreachable
from dulieumo.localckan import LocalCkan
from dulieumo.model import Catalog
from tests.conftest import REPOSITORY
from tests.localckan.seen import call

pytestmark = pytest.mark.ckan


def organization(name: str, title: str = "Sở", picture: Path | None = None) -> Unit:
    return Unit(name=name, title=title, description="Mô tả", is_organization=True, picture=picture)


def group(name: str, title: str = "Lĩnh vực") -> Unit:
    return Unit(name=name, title=title, description="Mô tả", is_organization=False)


UNITS = (organization("so-mot"), organization("so-hai", "Sở Hai"), group("linh-vuc"))


def png(path: Path, gray: int) -> Path:
    """A picture of one pixel."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    pixels = zlib.compress(bytes((0, gray)))
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b""))
    return path


@pytest.fixture
def sysadmin(ckan: LocalCkan) -> Iterator[Client]:
    ckan.reset_data()
    client = Client(ckan.url, ckan.sysadmin_token())
    yield client
    client.close()
    ckan.reset_data()


@pytest.fixture
def token_file(tmp_path: Path) -> Path:
    return tmp_path / "secret" / "token"


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    reading = descriptors.read(REPOSITORY / "datasets")
    assert reading.catalog is not None
    return reading.catalog


def test_the_whole_repository_gets_its_organisations_groups_and_editor(
    sysadmin: Client, token_file: Path, catalog: Catalog
) -> None:
    units = wanted(catalog)
    done: list[str] = []
    result = bootstrap(sysadmin, units, token_file=token_file, done=done.append)
    assert (result.is_new_user, result.is_new_token) == (True, True)
    assert result.created == tuple(unit.name for unit in units)
    assert sorted(done) == sorted(result.created)
    assert set(sysadmin.read("organization_list")) == {publisher.name for publisher in catalog.publishers}
    assert set(sysadmin.read("group_list")) == {domain.name for domain in catalog.domains}
    assert len(catalog.domains) == 12
    shown = sysadmin.read("organization_show", id="so-y-te", include_users=True)
    assert shown["title"] == "Sở Y tế Thành phố Hồ Chí Minh"
    assert {(user["name"], user["capacity"]) for user in shown["users"]} >= {("dulieumo", "editor")}


def test_the_second_time_nothing_is_sent(sysadmin: Client, token_file: Path, catalog: Catalog) -> None:
    bootstrap(sysadmin, wanted(catalog), token_file=token_file)
    token = token_file.read_text()
    sent = sysadmin.writes_sent
    result = bootstrap(sysadmin, wanted(catalog), token_file=token_file)
    assert sysadmin.writes_sent == sent
    assert (result.created, result.updated, result.is_new_user, result.is_new_token) == ((), (), False, False)
    assert len(result.unchanged) == len(wanted(catalog))
    assert token_file.read_text() == token


def test_the_editor_publishes_into_each_and_may_no_more(sysadmin: Client, token_file: Path) -> None:
    bootstrap(sysadmin, UNITS, token_file=token_file)
    editor = Client(sysadmin.url, token_file.read_text().strip())
    for name in ("so-mot", "so-hai"):
        body = {"name": f"bo-{name}", "owner_org": name, "groups": [{"name": "linh-vuc"}]}
        made = editor.write("package_create", body)
        assert made["organization"]["name"] == name
        assert [entry["name"] for entry in made["groups"]] == ["linh-vuc"]
    with pytest.raises(NotAuthorized):
        editor.write("dataset_purge", {"id": "bo-so-mot"})
    with pytest.raises(NotAuthorized):
        editor.write("organization_patch", {"id": "so-mot", "title": "Khác"})
    with pytest.raises(NotAuthorized):
        editor.write("organization_create", {"name": "so-ba"})
    editor.close()


def test_the_token_file_is_private_and_the_token_is_in_no_answer(sysadmin: Client, token_file: Path) -> None:
    result = bootstrap(sysadmin, UNITS, token_file=token_file)
    assert token_file.stat().st_mode & 0o777 == 0o600
    assert token_file.parent.stat().st_mode & 0o777 == 0o700
    assert token_file.read_text().strip() not in repr(result) + repr(sysadmin)
    token_file.chmod(0o644)
    bootstrap(sysadmin, UNITS, token_file=token_file)
    assert token_file.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("text", ["", "not-a-token", "eyJhbGciOiJIUzI1NiJ9.eyJqdGkiOiJ4In0.AAAA"])
def test_a_token_that_the_server_does_not_take_is_replaced(sysadmin: Client, token_file: Path, text: str) -> None:
    token_file.parent.mkdir()
    token_file.write_text(text)
    assert bootstrap(sysadmin, UNITS, token_file=token_file).is_new_token
    editor = Client(sysadmin.url, token_file.read_text().strip())
    assert editor.read("api_token_list", user_id="dulieumo")
    editor.close()


def test_a_sysadmins_token_is_not_taken_for_the_editors(sysadmin: Client, token_file: Path, ckan: LocalCkan) -> None:
    token_file.parent.mkdir()
    token_file.write_text(ckan.sysadmin_token())
    assert bootstrap(sysadmin, UNITS, token_file=token_file).is_new_token
    assert token_file.read_text().strip() != ckan.sysadmin_token()


def test_a_new_publisher_is_added_and_a_changed_title_is_mended(sysadmin: Client, token_file: Path) -> None:
    bootstrap(sysadmin, UNITS, token_file=token_file)
    renamed = (organization("so-mot", "Sở Một mới"), *UNITS[1:], organization("so-ba"), group("linh-vuc-hai"))
    result = bootstrap(sysadmin, renamed, token_file=token_file)
    assert (result.created, result.updated) == (("so-ba", "linh-vuc-hai"), ("so-mot",))
    assert sysadmin.read("organization_show", id="so-mot")["title"] == "Sở Một mới"


def test_what_others_made_on_the_server_stays(sysadmin: Client, token_file: Path) -> None:
    bootstrap(sysadmin, UNITS, token_file=token_file)
    sysadmin.write("organization_create", {"name": "cua-nguoi-khac", "title": "Của người khác"})
    person = {"name": "ai-do", "email": "a@example.org", "password": "mat khau dai"}
    sysadmin.write("user_create", person)
    sysadmin.write("organization_member_create", {"id": "so-mot", "username": "ai-do", "role": "admin"})
    bootstrap(sysadmin, (organization("so-mot", "Tên mới"), *UNITS[1:]), token_file=token_file)
    members = sysadmin.read("organization_show", id="so-mot", include_users=True)["users"]
    assert ("ai-do", "admin") in {(user["name"], user["capacity"]) for user in members}
    assert "cua-nguoi-khac" in sysadmin.read("organization_list")


def test_an_editor_who_was_put_out_is_put_back(sysadmin: Client, token_file: Path) -> None:
    bootstrap(sysadmin, UNITS, token_file=token_file)
    sysadmin.write("organization_member_delete", {"id": "so-hai", "username": "dulieumo"})
    sysadmin.write("group_member_delete", {"id": "linh-vuc", "username": "dulieumo"})
    assert bootstrap(sysadmin, UNITS, token_file=token_file).updated == ("so-hai", "linh-vuc")
    assert bootstrap(sysadmin, UNITS, token_file=token_file).updated == ()


def test_a_deleted_organisation_is_brought_back(sysadmin: Client, token_file: Path) -> None:
    bootstrap(sysadmin, UNITS, token_file=token_file)
    sysadmin.write("organization_delete", {"id": "so-mot"})
    assert "so-mot" not in sysadmin.read("organization_list")
    assert bootstrap(sysadmin, UNITS, token_file=token_file).updated == ("so-mot",)
    assert "so-mot" in sysadmin.read("organization_list")


def test_pictures_are_uploaded_once_and_again_when_they_change(
    sysadmin: Client, token_file: Path, tmp_path: Path, ckan: LocalCkan
) -> None:
    picture = png(tmp_path / "so-mot.png", 0)
    units = (organization("so-mot", picture=picture),)
    bootstrap(sysadmin, units, token_file=token_file)
    address = sysadmin.read("organization_show", id="so-mot")["image_display_url"]
    assert sysadmin.download(address).bytes == picture.stat().st_size
    assert bootstrap(sysadmin, units, token_file=token_file).unchanged == ("so-mot",)
    png(picture, 255)
    assert bootstrap(sysadmin, units, token_file=token_file).updated == ("so-mot",)
    assert sysadmin.read("organization_show", id="so-mot")["image_display_url"] != address
    assert bootstrap(sysadmin, units, token_file=token_file).unchanged == ("so-mot",)


@pytest.mark.browser
def test_pages_with_pictures_fit_the_window(
    sysadmin: Client, token_file: Path, catalog: Catalog, browser: Browser, ckan: LocalCkan
) -> None:
    own = pictures.read(REPOSITORY / "datasets" / pictures.FOLDER).bitmaps
    units = [unit for unit in wanted(catalog, own) if unit.name in ("kinh-te", "tu-phap", "so-tai-chinh")]
    bootstrap(sysadmin, units, token_file=token_file)
    sysadmin.write("package_create", {"name": "bo", "owner_org": "so-tai-chinh", "groups": [{"name": "kinh-te"}]})
    page = browser.new_page()
    for path in ("", "group/", "group/kinh-te", "organization/so-tai-chinh", "dataset/bo", "dataset/groups/bo"):
        for width in (320, 390, 600, 768, 1000, 1280):
            page.set_viewport_size({"width": width, "height": 900})
            page.goto(f"{ckan.url}/{path}")
            assert page.evaluate("document.documentElement.scrollWidth") == width, path
            for picture in page.locator("img[src*='/uploads/group/']").all():
                box = picture.bounding_box()
                assert box is not None
                assert 50 <= box["width"] == box["height"] <= 160, path
    page.close()


def test_a_file_that_is_no_picture_is_named(sysadmin: Client, token_file: Path, tmp_path: Path) -> None:
    (tmp_path / "logo.svg").write_text("<svg/>")
    with pytest.raises(ConfigError, match=r"logo\.svg"):
        bootstrap(sysadmin, (organization("so-mot", picture=tmp_path / "logo.svg"),), token_file=token_file)


def test_a_token_that_is_not_a_sysadmins_is_refused_and_nothing_is_made(sysadmin: Client, token_file: Path) -> None:
    bootstrap(sysadmin, UNITS[:1], token_file=token_file)
    for token in (token_file.read_text().strip(), "nonsense", None):
        client = Client(sysadmin.url, token)
        with pytest.raises(NotAuthorized) as caught:
            bootstrap(client, UNITS, token_file=token_file)
        assert "--sysadmin-token-file" in (caught.value.hint or "")
        client.close()
    assert sysadmin.read("organization_list") == ["so-mot"]


def test_a_deleted_publishing_user_is_a_persons_decision(sysadmin: Client, token_file: Path) -> None:
    bootstrap(sysadmin, UNITS, token_file=token_file)
    sysadmin.write("user_delete", {"id": "dulieumo"})
    with pytest.raises(ConfigError, match="dulieumo") as caught:
        bootstrap(sysadmin, UNITS, token_file=token_file)
    assert "--user" in (caught.value.hint or "")
    assert bootstrap(sysadmin, UNITS, token_file=token_file, user="dulieumo-hai").is_new_user


def test_a_server_that_is_down_is_one_error(ckan: LocalCkan, token_file: Path) -> None:
    ckan.stop("ckan")
    client = Client(ckan.url, ckan.sysadmin_token(), patience=Patience(attempts=2, first_wait_seconds=0.05))
    with pytest.raises(Unreachable):
        bootstrap(client, UNITS, token_file=token_file)
    client.close()
    assert not token_file.exists()


def test_what_was_begun_is_finished(sysadmin: Client, token_file: Path) -> None:
    sysadmin.write("user_create", {"name": "dulieumo", "email": "d@example.org", "password": "mat khau dai"})
    sysadmin.write("organization_create", {"name": "so-mot", "title": "Sở", "description": "Mô tả"})
    result = bootstrap(sysadmin, UNITS, token_file=token_file)
    assert (result.created, result.updated, result.is_new_user) == (("so-hai", "linh-vuc"), ("so-mot",), False)


def test_nothing_to_make_makes_only_the_user(sysadmin: Client, token_file: Path) -> None:
    result = bootstrap(sysadmin, (), token_file=token_file)
    assert (result.created, result.is_new_user, result.is_new_token) == ((), True, True)
    assert call(sysadmin.url, "organization_list") == []
