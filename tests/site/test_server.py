"""`dulieumo serve`: ranges, cache validation, CORS, types; loopback only, nothing above the folder."""

from __future__ import annotations

import gzip
import http.client
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from dulieumo.site import server
from tests.site import world
from tests.site.conftest import Served

BYTES = bytes(range(256)) * 4


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    (tmp_path / "in").mkdir()
    (tmp_path / "in/f.parquet").write_bytes(BYTES)
    (tmp_path / "in/empty.csv").write_bytes(b"")
    (tmp_path / "in/sub").mkdir()
    (tmp_path / "in/sub/index.html").write_text("<p>hi")
    (tmp_path / "in/none").mkdir()
    (tmp_path / "secret.txt").write_text("secret")
    (tmp_path / "in/way-out.txt").symlink_to(tmp_path / "secret.txt")
    with world.served(tmp_path / "in") as address:
        yield address


def ask(address: str, path: str, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=10)
    connection.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, {name.lower(): value for name, value in answer.getheaders()}, body


def test_text_is_packed_for_those_who_take_it_and_data_never_is(songmay: Served) -> None:
    plain = (songmay.world.out / "index.html").read_bytes()
    status, headers, body = ask(songmay.address, "/", Accept_Encoding="gzip, br")
    assert (status, headers["content-encoding"], headers["vary"]) == (200, "gzip", "Accept-Encoding")
    assert gzip.decompress(body) == plain
    assert len(body) < len(plain) / 2
    assert ask(songmay.address, "/", Accept_Encoding="gzip", If_None_Match=headers["etag"])[0] == 304
    without = ask(songmay.address, "/")
    assert without[2] == plain
    assert without[1]["etag"] != headers["etag"]
    for path in ("/data/ben-xe/latest/ben.csv", "/data/ben-xe/latest/ben.parquet"):
        assert "content-encoding" not in ask(songmay.address, path, Accept_Encoding="gzip")[1]
    assert (
        ask(songmay.address, "/assets/site.css", Accept_Encoding="gzip", Range="bytes=0-9")[2]
        == (songmay.world.out / "assets/site.css").read_bytes()[:10]
    )


@pytest.mark.parametrize(
    ("wanted", "first", "last"),
    [
        ("bytes=0-0", 0, 0),
        ("bytes=10-19", 10, 19),
        ("bytes=1000-", 1000, 1023),
        ("bytes=-24", 1000, 1023),
        ("bytes=1000-9999", 1000, 1023),
        ("bytes=-9999", 0, 1023),
    ],
)
def test_a_range_is_answered_with_its_bytes(address: str, wanted: str, first: int, last: int) -> None:
    status, headers, body = ask(address, "/f.parquet", Range=wanted)
    assert status == 206
    assert body == BYTES[first : last + 1]
    assert headers["content-range"] == f"bytes {first}-{last}/1024"
    assert headers["content-type"] == "application/vnd.apache.parquet"


@pytest.mark.parametrize("wanted", ["bytes=1024-", "bytes=2000-3000", "bytes=-0"])
def test_a_range_beyond_the_file_is_refused(address: str, wanted: str) -> None:
    status, headers, body = ask(address, "/f.parquet", Range=wanted)
    assert (status, headers["content-range"], body) == (416, "bytes */1024", b"")


@pytest.mark.parametrize("wanted", ["bytes=0-1,4-5", "bytes=5-2", "lines=1-2", "bytes=-", "bytes=x-"])
def test_what_is_not_one_range_is_answered_whole(address: str, wanted: str) -> None:
    status, _headers, body = ask(address, "/f.parquet", Range=wanted)
    assert (status, body) == (200, BYTES)


def test_a_reader_that_has_it_is_told_so(address: str) -> None:
    _status, headers, _body = ask(address, "/f.parquet")
    assert ask(address, "/f.parquet", If_None_Match=headers["etag"])[0] == 304
    assert ask(address, "/f.parquet", If_Modified_Since=headers["last-modified"])[0] == 304
    assert ask(address, "/f.parquet", If_None_Match='"other"', If_Modified_Since=headers["last-modified"])[0] == 200
    assert ask(address, "/f.parquet", If_Modified_Since="nonsense")[0] == 200
    assert ask(address, "/f.parquet", Range="bytes=0-1", If_Range='"other"')[0] == 200


def test_head_and_options(address: str) -> None:
    status, headers, body = ask(address, "/f.parquet", "HEAD")
    assert (status, headers["content-length"], headers["accept-ranges"], body) == (200, "1024", "bytes", b"")
    status, headers, _body = ask(address, "/f.parquet", "OPTIONS")
    assert (status, headers["access-control-allow-origin"]) == (204, "*")
    assert "Range" in headers["access-control-allow-headers"]


def test_a_folder_is_its_index_with_a_slash(address: str) -> None:
    assert ask(address, "/sub/")[2] == b"<p>hi"
    status, headers, _body = ask(address, "/sub?a=1")
    assert (status, headers["location"]) == (301, "/sub/?a=1")
    assert ask(address, "/none/")[0] == 404
    assert ask(address, "/empty.csv")[2] == b""


@pytest.mark.parametrize(
    "path",
    [
        "/../secret.txt",
        "/%2e%2e/secret.txt",
        "/sub/../../secret.txt",
        "/..%5csecret.txt",
        "/way-out.txt",
        "//evil.example/",
        "/%00",
        "/nope",
    ],
)
def test_nothing_outside_the_folder_is_served(address: str, path: str) -> None:
    status, _headers, body = ask(address, path)
    assert status == 404
    assert b"secret" not in body


def test_a_missing_page_is_the_sites_own_404(songmay: Served) -> None:
    status, headers, body = ask(songmay.address, "/no/such/page/")
    assert status == 404
    assert "Không có trang này".encode() in body
    assert "script-src 'self'" in headers["content-security-policy"]


def test_it_binds_loopback_only(tmp_path: Path) -> None:
    with server.serve(tmp_path) as running:
        assert running.server_address[0] == "127.0.0.1"


def test_a_taken_port_is_a_clear_error(songmay: Served, tmp_path: Path) -> None:
    dulieumo = str(Path(sys.executable).with_name("dulieumo"))
    port = str(urlsplit(songmay.address).port)
    done = subprocess.run(
        [dulieumo, "--lang", "en", "serve", "--folder", str(songmay.world.out), "--port", port],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert port in done.stderr
    assert "--port 0" in done.stderr
    done = subprocess.run(
        [dulieumo, "--lang", "en", "serve", "--folder", str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert "dulieumo site" in done.stderr


def test_many_readers_at_once(songmay: Served) -> None:
    found: list[int] = []

    def get() -> None:
        found.extend(ask(songmay.address, path)[0] for path in ("/", "/data/ben-xe/latest/ben.parquet", "/catalog.ttl"))

    threads = [threading.Thread(target=get) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [200] * 36
