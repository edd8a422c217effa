"""The site in the background: one server, at one address, gone when it is told or when its folder is."""

from __future__ import annotations

import shutil
import socket
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.error import URLError
from urllib.parse import urlsplit

import pytest

from dulieumo.site import background


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "dữ liệu" / "site"
    folder.mkdir(parents=True)
    (folder / "index.html").write_text("<p>Xin chào")
    return folder


@pytest.fixture
def record(root: Path) -> Iterator[Path]:
    file = root.parent / "site-server.json"
    yield file
    background.stop(file)


def text(address: str) -> str:
    with urllib.request.urlopen(address, timeout=10) as answer:
        return str(answer.read().decode())


def test_it_serves_stays_at_its_address_and_stops(root: Path, record: Path) -> None:
    address = background.start(root, record, port=0)
    assert text(address) == "<p>Xin chào"
    assert background.start(root, record, port=0) == address
    assert background.stop(record)
    with pytest.raises(URLError):
        text(address)
    assert not background.stop(record)


def test_it_shows_the_site_that_was_built_since(root: Path, record: Path) -> None:
    address = background.start(root, record, port=0)
    shutil.rmtree(root)
    root.mkdir()
    (root / "index.html").write_text("<p>Bản mới")
    assert text(address) == "<p>Bản mới"


def test_a_port_that_is_taken_is_left_to_its_taker(root: Path, record: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taker:
        address = background.start(root, record, port=taker.getsockname()[1])
        assert urlsplit(address).port != taker.getsockname()[1]
        assert text(address) == "<p>Xin chào"


def test_a_record_of_a_server_that_died_or_of_a_stranger_starts_a_new_one(root: Path, record: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as stranger:
        stranger.settimeout(0.1)
        record.write_text(f'{{"port": {stranger.getsockname()[1]}, "key": "none of ours"}}')
        stranger.close()
    assert text(background.start(root, record, port=0)) == "<p>Xin chào"


def test_it_ends_when_its_folder_is_removed(root: Path, record: Path) -> None:
    address = background.start(root, record, port=0)
    shutil.rmtree(root.parent)
    deadline = time.monotonic() + 15
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(address, timeout=10):
                pass
        except urllib.error.HTTPError:
            time.sleep(0.1)
        except OSError:  # refused, or reset in the moment of its end
            return
    pytest.fail("the server still answers")
