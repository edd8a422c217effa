"""No network while a check runs, and no plugin from the working folder: descriptors and tables are untrusted."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_NETWORK = frozenset({"socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto"})
_depth = 0
_installed = False


class NetworkForbidden(RuntimeError):
    """Something tried to reach the network during a check. That is a bug of ours or of a library: data cannot ask for it."""


def _hook(event: str, _arguments: tuple[Any, ...]) -> None:
    if _depth and event in _NETWORK:
        raise NetworkForbidden(event)


@contextmanager
def no_network() -> Iterator[None]:
    """Refuse every connection and name look-up of this process while the block runs.

    An audit hook, since it sees what C libraries of Python's own socket module do, too, and cannot be taken off again."""
    global _depth, _installed
    if not _installed:
        sys.addaudithook(_hook)
        _installed = True
    _depth += 1
    try:
        yield
    finally:
        _depth -= 1
