"""What the tests see of processes and of CKAN, looked up without the code under test."""

from __future__ import annotations

import json
import os
import urllib.request
from pathlib import Path
from typing import Any


def pids_of(folder: Path) -> set[int]:
    """Every process whose command line, environment or working folder names `folder`, but for this one."""
    name = os.fsencode(str(folder))
    found = set()
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            if " Z " in (entry / "stat").read_text(errors="replace"):
                continue
            texts = (entry / "cmdline").read_bytes() + b"\0" + (entry / "environ").read_bytes()
            where = (entry / "cwd").readlink()
        except OSError:
            continue
        if name in texts or where.is_relative_to(folder):
            found.add(int(entry.name))
    return found


def call(url: str, action: str, body: dict[str, Any] | None = None, token: str | None = None) -> Any:
    """One call of the Action API; its result. Raises urllib's HTTPError as it comes."""
    request = urllib.request.Request(
        f"{url}/api/3/action/{action}",
        data=None if body is None else json.dumps(body).encode(),
        headers={"Content-Type": "application/json", **({"Authorization": token} if token else {})},
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)["result"]


def listening() -> dict[int, set[str]]:
    """Per port, the addresses (hex, as the kernel shows them) that something on this machine listens on."""
    found: dict[int, set[str]] = {}
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        for line in Path(table).read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A":
                address, port = fields[1].split(":")
                found.setdefault(int(port, 16), set()).add(address)
    return found
