"""The command itself: ended from the page, without the extra, with a launcher, on a port that is taken."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

from tests.web.conftest import DULIEUMO, repository


def run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [DULIEUMO, "--lang", "en", "web", *words], cwd=folder, capture_output=True, text=True, check=False, timeout=60
    )


def test_the_owner_ends_the_program_from_the_page_and_nothing_is_left(tmp_path: Path) -> None:
    folder, scratch = repository(tmp_path / "kho"), tmp_path / "tam"
    scratch.mkdir()
    environment = {**os.environ, "TMPDIR": str(scratch)}
    with subprocess.Popen(
        [DULIEUMO, "web", "--no-open"], cwd=folder, env=environment, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        address = urlsplit(process.stdout.readline().strip())
        assert address.hostname == "127.0.0.1"
        [private] = scratch.iterdir()
        assert private.stat().st_mode & 0o077 == 0
        connection = http.client.HTTPConnection(address.netloc, timeout=30)
        connection.request("GET", f"/?{address.query}")
        answer = connection.getresponse()
        answer.read()
        assert (answer.status, answer.headers["Location"]) == (303, "/")
        cookie = answer.headers["Set-Cookie"].partition(";")[0]
        connection.request("POST", "/stop", headers={"Cookie": cookie, "Origin": f"http://{address.netloc}"})
        assert "Đã đóng" in connection.getresponse().read().decode()
        assert process.wait(timeout=30) == 0
    assert list(scratch.iterdir()) == []


def test_without_the_extra_one_line_says_how_to_get_it(tmp_path: Path) -> None:
    repository(tmp_path)
    program = (
        "import sys; sys.modules['starlette'] = None; from dulieumo.cli import main; main(['--lang', 'en', 'web'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 2
    assert "pip install 'dulieumo[web]'" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_port_that_is_taken_is_said(tmp_path: Path) -> None:
    repository(tmp_path)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = run(tmp_path, "--no-open", "--port", str(port))
    assert done.returncode == 2
    assert f"Port {port} is taken" in done.stderr


def test_a_launcher_is_written_where_it_is_wanted(tmp_path: Path) -> None:
    repository(tmp_path)
    done = run(tmp_path, "--launcher", str(tmp_path / "Màn hình nền"))
    assert done.returncode == 0, done.stderr
    [written] = (tmp_path / "Màn hình nền").iterdir()
    assert str(tmp_path / "datasets") in written.read_text(encoding="utf-8")
