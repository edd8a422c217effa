"""Import from a real CKAN: untidy datasets that another program left there, and our own that come back."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
import yaml

from dulieumo import localckan
from dulieumo.ckan.client import Client
from dulieumo.errors import ConfigError
from dulieumo.importing import ckan, drafts
from dulieumo.importing.drafts import Drafts
from dulieumo.localckan import LocalCkan
from tests.conftest import REPOSITORY

pytestmark = pytest.mark.ckan
DULIEUMO = str(Path(sys.executable).with_name("dulieumo"))
TODAY = date(2026, 11, 22)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCkan]:
    """A CKAN of this module's own, with the checkout's programs."""
    localckan.up(REPOSITORY / ".local-ckan")
    folder = tmp_path_factory.mktemp("import") / ".local-ckan"
    folder.mkdir()
    (folder / "install").symlink_to(REPOSITORY / ".local-ckan" / "install")
    yield localckan.up(folder)
    localckan.down(folder)


@pytest.fixture(scope="module")
def filled(server: LocalCkan) -> LocalCkan:
    """The server with three datasets: one in good order with a table, one untidy, one private."""
    client = Client(server.url, server.sysadmin_token())
    client.write("organization_create", {"name": "so-y", "title": "Sở Y Làng Mẫu", "description": "Lo việc y tế."})
    client.write("group_create", {"name": "y-te", "title": "Y tế"})
    good = {
        "name": "tram_y_te",
        "title": "Trạm y tế trong làng",
        "notes": "Danh sách các trạm y tế của Làng Mẫu, địa chỉ và số giường của mỗi trạm.",
        "owner_org": "so-y",
        "license_id": "cc-zero",
        "groups": [{"name": "y-te"}],
        "tags": [{"name": "trạm y tế"}, {"name": "giường bệnh"}, {"name": "làng mẫu"}],
        "extras": [{"key": "Tần suất cập nhật", "value": "Hằng tháng"}],
        "maintainer_email": "mau@langmau.example",
        "maintainer": "Nguyễn Văn Mẫu",
    }
    package = client.write("package_create", good)
    table = client.write(
        "resource_create",
        {"package_id": package["id"], "name": "Trạm (CSV)", "format": "CSV", "url": "https://x.example/tram.csv"},
    )
    client.write(
        "resource_create", {"package_id": package["id"], "name": "Trạm (XLSX)", "url": "https://x.example/tram.xlsx"}
    )
    client.write(
        "datastore_create",
        {
            "resource_id": table["id"],
            "force": True,
            "fields": [
                {"id": "ma_tram", "type": "text", "info": {"label": "Mã trạm", "notes": "Mã do sở đặt."}},
                {"id": "so_giuong", "type": "int4", "info": {"label": "Số giường"}},
            ],
            "records": [{"ma_tram": "01", "so_giuong": 5}],
        },
    )
    untidy = {
        "name": "linh-tinh",
        "title": "  Linh\u00a0tinh ",
        "notes": "<p>Ngắn</p>",
        "owner_org": "so-y",
        "license_id": "notspecified",
        "resources": [{"name": "Bản quét", "format": "CSV", "url": "https://x.example/ban-quet.pdf"}],
    }
    client.write("package_create", untidy)
    client.write("package_create", {"name": "rieng", "title": "Riêng tư", "owner_org": "so-y", "private": True})
    client.close()
    return server


@pytest.fixture(scope="module")
def made(filled: LocalCkan) -> Drafts:
    client = Client(filled.url)
    try:
        return drafts.make(ckan.read(client), TODAY)
    finally:
        client.close()


def test_an_empty_ckan_says_so(server: LocalCkan) -> None:
    client = Client(server.url)
    with pytest.raises(ConfigError):
        ckan.read(client)
    client.close()


def test_public_datasets_become_drafts_and_private_ones_stay_private(made: Drafts) -> None:
    assert {item.folder.rsplit("/", 1)[-1] for item in made.drafts} == {"tram-y-te", "linh-tinh"}
    assert "Riêng tư" not in json.dumps([dict(item.descriptor) for item in made.drafts], ensure_ascii=False)


def test_the_data_dictionary_becomes_the_schema(made: Drafts) -> None:
    good = next(item for item in made.drafts if item.name == "tram-y-te")
    assert good.folder == "y-te/tram-y-te"
    descriptor = good.descriptor
    assert descriptor["dulieumo:frequency"] == "MONTHLY"
    assert descriptor["licenses"][0]["name"] == "CC0-1.0"
    assert descriptor["dulieumo:publisher"] == "so-y-lang-mau"
    (resource,) = descriptor["resources"]
    assert (resource["name"], resource["format"]) == ("tram", "csv")
    assert resource["schema"]["fields"] == [
        {"name": "ma_tram", "title": "Mã trạm", "description": "Mã do sở đặt.", "type": "string"},
        {"name": "so_giuong", "title": "Số giường", "type": "integer"},
    ]
    assert {found.code for found in good.findings} == {"import-contact-left-out", "import-other-formats"}
    assert made.publishers[0]["description"] == "Lo việc y tế."


def test_the_defects_of_an_untidy_dataset_are_told(made: Drafts) -> None:
    untidy = next(item for item in made.drafts if item.name == "linh-tinh")
    assert {found.code for found in untidy.findings} == {
        "import-markup",
        "import-description-short",
        "import-license-missing",
        "import-frequency-missing",
        "import-keywords-few",
        "import-theme-missing",
        "import-format-wrong",
        "import-not-machine-readable",
    }
    assert untidy.descriptor["title"] == "Linh tinh"


def test_the_command_imports_from_an_address_and_writes_no_person(filled: LocalCkan, tmp_path: Path) -> None:
    done = subprocess.run(
        [DULIEUMO, "import", "ckan", filled.url, "--output", "nhap", "--format", "json"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["summary"]["drafts"] == 2
    texts = [path.read_text(encoding="utf-8") for path in (tmp_path / "nhap").rglob("*") if path.is_file()]
    assert not any("Nguyễn Văn Mẫu" in text or "mau@langmau" in text for text in texts)
    assert yaml.safe_load((tmp_path / "nhap/y-te/tram-y-te/datapackage.yaml").read_text(encoding="utf-8"))


def test_the_dcat_page_of_a_plain_ckan_is_told_to_be_none(filled: LocalCkan, tmp_path: Path) -> None:
    done = subprocess.run(
        [DULIEUMO, "--lang", "en", "import", "dcat", f"{filled.url}/dataset", "--output", "nhap"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 2
    assert "web page" in done.stderr
    assert not (tmp_path / "nhap").exists()
