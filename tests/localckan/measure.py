"""The times of the local CKAN on this machine: `python -m tests.localckan.measure`, a few minutes, needs a network.

From an empty folder with empty download caches, then warm, then nothing to do, emptied, thrown away and filled anew.
The load average stands beside them: other work on the machine counts into every figure.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from dulieumo import localckan
from dulieumo.localckan import Event, Phase


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="dulieumo-measure-") as name:
        os.environ["XDG_CACHE_HOME"] = str(Path(name) / "cache")
        os.environ["PIP_NO_CACHE_DIR"] = "1"
        folder = Path(name) / ".local-ckan"
        try:
            _measure(folder)
        finally:
            localckan.down(folder)


def _measure(folder: Path) -> None:
    _timed("fresh: empty folder, empty caches", lambda: localckan.up(folder, report=_show))
    ckan = localckan.attach(folder)
    memory = sum(part.memory_bytes or 0 for part in ckan.status().parts)
    _timed("nothing to do", lambda: localckan.up(folder))
    _timed("reset (databases, DataStore, index, files)", ckan.reset_data)
    _timed("down", lambda: localckan.down(folder))
    _timed("warm: installed and filled", lambda: localckan.up(folder, report=_show))
    _timed("rebuild: installed, filled anew", lambda: localckan.rebuild(folder))
    print(f"{memory / 1e6:6.0f} MB  memory (proportional set size) after the fresh start")


def _timed(what: str, work: Callable[[], object]) -> None:
    began = time.monotonic()
    work()
    print(
        f"{time.monotonic() - began:6.2f} s   {what}   (load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores)",
        flush=True,
    )


def _show(event: Event) -> None:
    if event.phase is Phase.DONE:
        print(f"           {event.step}: {event.seconds:.1f} s", file=sys.stderr)


if __name__ == "__main__":
    main()
