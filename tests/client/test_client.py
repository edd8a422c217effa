"""What public developers get: the declared types, checked against the hash, pinned, cached, and told of newer versions."""

from __future__ import annotations

import functools
import http.server
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest

import dulieumo
from dulieumo import release
from dulieumo.catalog import packages
from dulieumo.client import Damaged, Newer, OpenCatalog
from dulieumo.errors import ConfigError, RemoteError, UsageError
from dulieumo.store import FolderStore
from tests import catalogues as made
from tests.build.making import make
from tests.build.test_build import EVERY_ROW, EVERY_TYPE
from tests.catalogues import field

HISTORY = [
    {"version": version, "date": "2025-01-01", "description": f"Bản {version}."}
    for version in ("1.0.0", "1.1.0", "2.0.0")
]


def add_version(folder: Path, store: FolderStore, number: int, csv: str) -> None:
    package = made.package(
        "bo",
        [made.resource("bang", EVERY_TYPE, ["ma"]), made.resource("phu", [field("ma")], ["ma"])],
        **{"version": HISTORY[number]["version"], "dulieumo:changelog": HISTORY[: number + 1]},
    )
    make(made.write(folder / str(number), [package], {"bo/bang.csv": csv, "bo/phu.csv": "ma\nx\n"}), store)


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A site's folder with versions 1.0.0, 1.1.0 and 2.0.0 of one dataset."""
    store = FolderStore(tmp_path / "store")
    for number in range(3):
        add_version(tmp_path, store, number, EVERY_ROW + f"C{number},,,,,,,,,,\n")
    folder = tmp_path / "site"
    shutil.copytree(store.local_path("data"), folder / "data")
    (folder / "datapackages.json").write_bytes(packages.packages(release.read(store)))
    return folder


@pytest.fixture
def address(site: Path) -> Iterator[str]:
    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_words: object) -> None: ...

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(site)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def catalog(address: str, tmp_path: Path) -> OpenCatalog:
    return dulieumo.open_catalog(address, cache=tmp_path / "cache")


def test_a_table_has_its_declared_types(catalog: OpenCatalog) -> None:
    table = catalog["bo"].table()
    assert table.schema.field("ngay").type == pa.date32()
    assert table.schema.field("gia").type == pa.decimal128(12, 2)
    assert table.column("ma").to_pylist() == ["A1", "B2", "C2"]


def test_pandas_keeps_the_types(catalog: OpenCatalog) -> None:
    frame = catalog["bo"].pandas()
    assert str(frame.dtypes["so"]) == "int64[pyarrow]"
    assert str(frame.dtypes["ngay"]) == "date32[day][pyarrow]"
    assert frame["so"].tolist()[1] == 1234


def test_a_version_is_pinned_and_later_ones_are_told(catalog: OpenCatalog) -> None:
    assert catalog["bo"].version == "2.0.0"
    assert catalog["bo"].newer() is None
    pinned = catalog["bo@1.0.0"]
    assert pinned.table().column("ma").to_pylist() == ["A1", "B2", "C0"]
    assert pinned.newer() == Newer(version="2.0.0", is_breaking=True)


def test_a_folder_is_a_site_too(site: Path, tmp_path: Path) -> None:
    catalog = dulieumo.open_catalog(str(site), cache=tmp_path / "cache")
    assert list(catalog) == ["bo"]
    assert catalog["bo"].table("phu").num_rows == 1


def test_a_file_is_downloaded_once(catalog: OpenCatalog, site: Path) -> None:
    dataset = catalog["bo"]
    first = dataset.file()
    (site / "data/bo/2.0.0/bang.parquet").unlink()
    assert dataset.file() == first


@pytest.mark.parametrize("wrong", [b"", b"short", None])
def test_other_bytes_than_declared_are_refused_and_not_kept(
    catalog: OpenCatalog, site: Path, tmp_path: Path, wrong: bytes | None
) -> None:
    path = site / "data/bo/2.0.0/bang.csv"
    good = path.read_bytes()
    path.write_bytes(good[:-1] + b"?" if wrong is None else wrong)
    with pytest.raises(Damaged, match=r"bang\.csv"):
        catalog["bo"].file(format_="csv")
    assert [entry for entry in (tmp_path / "cache").rglob("*") if entry.is_file()] == []
    path.write_bytes(good)
    assert catalog["bo"].file(format_="csv").read_bytes() == good


def test_a_descriptor_that_is_not_the_released_one_is_refused(catalog: OpenCatalog, site: Path) -> None:
    shutil.copyfile(site / "data/bo/1.0.0/datapackage.json", site / "data/bo/2.0.0/datapackage.json")
    with pytest.raises(Damaged):
        catalog["bo"]


def test_what_is_not_there_is_a_clear_error(catalog: OpenCatalog, tmp_path: Path) -> None:
    with pytest.raises(KeyError, match="nothing"):
        catalog["khong-co"]
    with pytest.raises(KeyError, match="like it: bo"):
        catalog["boo"]
    with pytest.raises(UsageError, match=r"9\.9\.9") as caught:
        catalog["bo@9.9.9"]
    assert "2.0.0" in str(caught.value.hint)
    with pytest.raises(UsageError, match="khong-co"):
        catalog["bo"].table("khong-co")
    with pytest.raises(UsageError, match="pdf"):
        catalog["bo"].file(format_="pdf")
    with pytest.raises(ConfigError):
        dulieumo.open_catalog(str(tmp_path / "khong-co"))
    with pytest.raises(RemoteError):
        dulieumo.open_catalog("http://127.0.0.1:9")


def test_a_page_that_is_no_catalogue_is_refused(site: Path, address: str) -> None:
    (site / "datapackages.json").write_text("<html>")
    with pytest.raises(ConfigError):
        dulieumo.open_catalog(address)
    (site / "datapackages.json").write_text('{"format": "dulieumo-packages/99"}')
    with pytest.raises(ConfigError, match="99"):
        dulieumo.open_catalog(address)


def test_the_command_downloads_and_tells_of_a_newer_version(address: str, site: Path, tmp_path: Path) -> None:
    def get(*words: str) -> subprocess.CompletedProcess[str]:
        command = [str(Path(sys.executable).with_name("dulieumo")), "--lang", "en", "get", *words, "--from", address]
        return subprocess.run(
            command,
            cwd=tmp_path,
            env={"XDG_CACHE_HOME": str(tmp_path / "c")},
            capture_output=True,
            text=True,
            check=False,
        )

    done = get("bo@1.1.0", "--as", "parquet")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "bo-1.1.0-bang.parquet").read_bytes() == (site / "data/bo/1.1.0/bang.parquet").read_bytes()
    assert "2.0.0" in done.stderr
    assert get("bo", "--out", "-").stdout.startswith("ma,so,gia")
    wrong = get("khong-co")
    assert wrong.returncode == 2
    assert "khong-co" in wrong.stderr
