"""Installing: every byte by its hash; without a network, or with other bytes, one clear error and nothing left behind."""

from __future__ import annotations

import functools
import hashlib
import http.server
import os
import re
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from dulieumo.localckan import install
from dulieumo.localckan.layout import INSIDE, LOCKS, VERSIONS, layout
from tests.conftest import REPOSITORY
from tests.localckan.seen import pids_of

DULIEUMO = REPOSITORY / ".venv" / "bin" / "dulieumo"


def run_up(folder: Path, *flags: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(DULIEUMO), "--lang", "en", "ckan", "up", "--folder", str(folder), *flags],
        env={**os.environ, "PIP_RETRIES": "0", "PIP_NO_CACHE_DIR": "1", "PIP_FIND_LINKS": "", **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_every_requirement_is_pinned_with_hashes_and_no_file_names_a_server() -> None:
    locks = [path for path in LOCKS.glob("*.txt") if not path.name.startswith("overrides")]
    assert len(locks) == 7
    for path in locks:
        text = path.read_text()
        assert "://" not in text
        entries = re.split(r"\n(?=\S)", text.strip())
        assert len(entries) > 1
        for entry in entries:
            assert re.match(r"[a-z0-9-]+==[^ ]+", entry), entry[:80]
            assert "--hash=sha256:" in entry, entry[:80]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("suffix", ["", "-extensions"])
def test_every_flavour_has_a_lock_that_pins_its_ckan(version: str, suffix: str) -> None:
    assert f"\nckan=={version} " in (LOCKS / f"ckan-{version}{suffix}.txt").read_text()


def test_every_artifact_of_solr_has_a_hash() -> None:
    lines = (LOCKS / "solr.lock").read_text().splitlines()
    assert len(lines) > 100
    assert all(re.fullmatch(r"[\w.-]+:[\w.-]+:[\w.-]+ [0-9a-f]{64}", line) for line in lines)
    assert len({line.split()[0].rpartition(":")[0] for line in lines}) == len(lines)


def test_without_a_network_one_error_says_so_and_nothing_runs(tmp_path: Path) -> None:
    folder = tmp_path / ".local-ckan"
    ended = run_up(folder, PIP_INDEX_URL="http://127.0.0.1:9/simple")
    assert ended.returncode == 3
    assert "could not be fetched" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert not (folder / "target.json").exists()
    assert pids_of(folder) == set()


def test_if_possible_turns_that_into_one_line_and_success(tmp_path: Path) -> None:
    ended = run_up(tmp_path / ".local-ckan", "--if-possible", PIP_INDEX_URL="http://127.0.0.1:9/simple")
    assert ended.returncode == 0
    assert ended.stdout == ""
    notes = [line for line in ended.stderr.splitlines() if not line.startswith("✗")]
    assert len(notes) == 1
    assert "could not be fetched" in notes[0]


def test_other_bytes_than_the_lock_names_are_refused_loudly(tmp_path: Path) -> None:
    first = re.match(r"([a-z-]+)==(\S+)", (LOCKS / "fetch.txt").read_text())
    assert first is not None
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    (wheels / f"{first[1]}-{first[2]}-py3-none-any.whl").write_bytes(b"not what we meant")
    ended = run_up(tmp_path / ".local-ckan", "--if-possible", PIP_NO_INDEX="1", PIP_FIND_LINKS=str(wheels))
    assert ended.returncode == 3
    assert "other bytes than the lock names" in ended.stderr


def test_an_install_is_complete_only_with_its_mark_and_its_python(tmp_path: Path) -> None:
    made: list[Path] = []

    def make(folder: Path) -> None:
        made.append(folder)
        (folder / "bin").mkdir()
        (folder / "bin" / "python").symlink_to(tmp_path / "python3.12")

    (tmp_path / "python3.12").touch()
    folder = tmp_path / "tools"
    for _run in range(2):
        install._once(folder, lambda _event: None, "tools", make)
    assert len(made) == 1
    (tmp_path / "python3.12").unlink()  # a system upgrade took it away
    (folder / "left over").touch()
    install._once(folder, lambda _event: None, "tools", make)
    assert len(made) == 2
    assert not (folder / "left over").exists()


def test_an_interrupted_install_is_made_anew(tmp_path: Path) -> None:
    folder = tmp_path / "tools"

    def interrupted(to: Path) -> None:
        (to / "half").touch()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        install._once(folder, lambda _event: None, "tools", interrupted)
    install._once(folder, lambda _event: None, "tools", lambda to: (to / "whole").touch())
    assert {entry.name for entry in folder.iterdir()} == {"whole", "complete"}


@pytest.fixture
def repository_server(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A Maven repository on loopback: its folder and its address."""
    root = tmp_path / "maven"
    root.mkdir()

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name of the base class
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(root)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield root, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.ckan
def test_artifacts_are_fetched_checked_and_mended(
    tmp_path: Path, repository_server: tuple[Path, str], installs: Path
) -> None:
    root, address = repository_server
    (tmp_path / ".config").mkdir()
    (tmp_path / ".config" / "jgo.conf").write_text(f"[repositories]\ncentral = {address}\n")
    lock = []
    for name in ("one", "two"):
        folder = root / "org" / "example" / name / "1.0"
        folder.mkdir(parents=True)
        data = f"bytes of {name}".encode()
        (folder / f"{name}-1.0.jar").write_bytes(data)
        (folder / f"{name}-1.0.jar.sha1").write_text(hashlib.sha1(data).hexdigest())
        lock.append(f"org.example:{name}:1.0 {hashlib.sha256(data).hexdigest()}")
    (tmp_path / "solr.lock").write_text("# a comment\n" + "\n".join(lock) + "\n")
    programs = install.find_installed(layout(installs.parent))
    assert programs is not None

    def fetch() -> subprocess.CompletedProcess[str]:
        script = [str(programs.tools_python), "-I", str(INSIDE / "fetch_jars.py")]
        places = [str(tmp_path / name) for name in ("solr.lock", "cache", "jars")]
        return subprocess.run(
            [*script, *places],
            env={"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"},
            capture_output=True,
            text=True,
            check=False,
        )

    ended = fetch()
    assert ended.returncode == 0, ended.stderr
    assert {path.name: path.read_bytes() for path in (tmp_path / "jars").iterdir()} == {
        "one-1.0.jar": b"bytes of one",
        "two-1.0.jar": b"bytes of two",
    }
    cached = tmp_path / "cache" / "org" / "example" / "one" / "1.0" / "one-1.0.jar"
    cached.unlink()
    cached.write_bytes(b"bytes of o")  # cut short
    assert fetch().returncode == 0
    assert (tmp_path / "jars" / "one-1.0.jar").read_bytes() == b"bytes of one"

    other = root / "org" / "example" / "two" / "1.0" / "two-1.0.jar"
    other.write_bytes(b"something else")
    other.with_suffix(".jar.sha1").write_text(hashlib.sha1(b"something else").hexdigest())
    (tmp_path / "cache" / "org" / "example" / "two" / "1.0" / "two-1.0.jar").unlink()
    ended = fetch()
    assert ended.returncode != 0
    assert "org.example:two:1.0" in ended.stderr
    assert "SHA-256 differs" in ended.stderr
