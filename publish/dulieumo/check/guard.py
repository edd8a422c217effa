"""No network while a check runs, and no plugin from the working folder: descriptors and tables are untrusted."""

from __future__ import annotations

import sys
from collections import OrderedDict
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


_plugins_depth = 0
_plugins_before: dict[str, Any] | None = None


@contextmanager
def own_plugins() -> Iterator[None]:
    """While the block runs, `isolate_frictionless` holds; at its end Frictionless has the plugins that it had before."""
    global _plugins_depth, _plugins_before
    _plugins_depth += 1
    try:
        yield
    finally:
        _plugins_depth -= 1
        if _plugins_depth == 0 and _plugins_before is not None:
            _put(_plugins_before)
            _plugins_before = None


def isolate_frictionless() -> None:
    """Give Frictionless the one built-in plugin that we need, and keep it from looking for others.

    It would import every module on the path whose name begins with `frictionless_`, also one that lies in the working
    folder. To be called before each use, inside `own_plugins`; the import takes 0.2 s, so it waits until one is due."""
    global _plugins_before
    assert _plugins_depth, "only inside own_plugins()"
    if _plugins_before is not None:
        return
    from frictionless import system
    from frictionless.formats.inline import InlinePlugin

    _plugins_before = {name: system.__dict__[name] for name in _CACHED if name in system.__dict__}
    _put({"plugins": OrderedDict(inline=InlinePlugin())})


_CACHED = ("plugins", "methods")
"""Cached properties of Frictionless's `system`: what stands in their place is what it uses."""


def _put(values: dict[str, Any]) -> None:
    from frictionless import system

    for name in _CACHED:
        system.__dict__.pop(name, None)
    system.__dict__.update(values)
