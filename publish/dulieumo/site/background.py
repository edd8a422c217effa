"""The site's server in the background, for `dulieumo demo`: it serves as long as its record says so.

    record file {"port": 8008, "key": "…"}  ──read each second by──►  the server; another key, or no file: it ends

So nothing here needs a process number, which could be somebody else's by then, and removing the folder ends the server too.
"""

from __future__ import annotations

import http.client
import json
import secrets
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from dulieumo.errors import ConfigError
from dulieumo.i18n import _
from dulieumo.site import server

_KEY_HEADER = "X-Dulieumo-Server"
_LOOK_SECONDS = 1.0
_START_SECONDS = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """Which server is meant: its port, and a key that it answers with."""

    port: int
    key: str

    @property
    def address(self) -> str:
        return f"http://{server.LOOPBACK}:{self.port}/"


def start(root: Path, record_file: Path, port: int) -> str:
    """The address at which `root` is served from now on; the server that already does is left alone.

    Takes `port` if it is free, else another one. Raises ConfigError when the server does not come up."""
    record = _read(record_file)
    if record is not None and _answers(record, root):
        return record.address
    key = secrets.token_hex(8)
    command = [sys.executable, "-m", __name__, str(root.resolve()), str(record_file.resolve()), str(port), key]
    silent = subprocess.DEVNULL
    child = subprocess.Popen(command, stdin=silent, stdout=silent, stderr=silent, start_new_session=True)
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and child.poll() is None:
        record = _read(record_file)
        if record is not None and record.key == key and _answers(record, root):
            return record.address
        time.sleep(0.05)
    child.kill()
    raise ConfigError(_("The server of the site did not start."), hint=_("See why with: dulieumo serve"))


def stop(record_file: Path) -> bool:
    """Ends the server that the record names; returns when it is gone. False when none was there."""
    record = _read(record_file)
    record_file.unlink(missing_ok=True)
    if record is None:
        return False
    was_there = _answers(record)
    deadline = time.monotonic() + 10 * _LOOK_SECONDS
    while _answers(record) and time.monotonic() < deadline:
        time.sleep(0.05)
    return was_there


def _read(record_file: Path) -> Record | None:
    try:
        found = json.loads(record_file.read_text(encoding="utf-8"))
        return Record(port=int(found["port"]), key=str(found["key"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _answers(record: Record, root: Path | None = None) -> bool:
    """Whether the very server of this record answers, and serves `root` if one is given."""
    connection = http.client.HTTPConnection(server.LOOPBACK, record.port, timeout=5)
    try:
        connection.request("HEAD", "/")
        said = connection.getresponse().headers.get(_KEY_HEADER)
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    return said is not None and said.startswith(record.key) and (root is None or said == _name(record.key, root))


def _name(key: str, root: Path) -> str:
    return f"{key}-{root.resolve().as_posix().encode().hex()}"


def _run(root: Path, record_file: Path, port: int, key: str) -> None:
    """Serves until the record no longer names this server."""
    name = _name(key, root)

    class Named(server.Handler):
        def _common_headers(self) -> None:
            super()._common_headers()
            self.send_header(_KEY_HEADER, name)

    Named.root = root
    try:
        running = server.Server((server.LOOPBACK, port), Named)
    except OSError:
        running = server.Server((server.LOOPBACK, 0), Named)
    with running:
        record = Record(port=running.server_address[1], key=key)
        record_file.parent.mkdir(parents=True, exist_ok=True)
        record_file.write_text(json.dumps({"port": record.port, "key": record.key}) + "\n", encoding="utf-8")
        threading.Thread(target=_end_when_unnamed, args=(running, record_file, record), daemon=True).start()
        running.serve_forever()


def _end_when_unnamed(running: server.Server, record_file: Path, record: Record) -> None:
    while _read(record_file) == record:
        time.sleep(_LOOK_SECONDS)
    running.shutdown()


if __name__ == "__main__":
    _run(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), sys.argv[4])
