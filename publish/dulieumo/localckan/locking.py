"""One change at a time: an advisory lock on the folder, released by the kernel when its holder dies."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dulieumo.i18n import _
from dulieumo.localckan.failures import LocalCkanFailed
from dulieumo.localckan.progress import Report, note, silent

TIMEOUT_SECONDS = 600.0


@contextmanager
def locked(path: Path, report: Report = silent, *, timeout_seconds: float = TIMEOUT_SECONDS) -> Iterator[None]:
    """Holds the lock during the block. Waits for another holder, saying so once; LocalCkanFailed after the time out."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        _acquire(handle, path, report, timeout_seconds)
        yield
    finally:
        os.close(handle)


def _acquire(handle: int, path: Path, report: Report, timeout_seconds: float) -> None:
    deadline = time.monotonic() + timeout_seconds
    has_said = False
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise LocalCkanFailed(
                    _("Another `dulieumo ckan` command has been at work for too long: {path} is still locked.").format(
                        path=path
                    ),
                    hint=_("Look for it with `fuser -v {path}` and end it.").format(path=path),
                ) from None
            if not has_said:
                note(report, _("Waiting for another `dulieumo ckan` command to finish"))
                has_said = True
            time.sleep(0.1)
