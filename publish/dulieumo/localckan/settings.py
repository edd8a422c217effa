"""What a stack has chosen once and keeps: its ports and its secrets.

Ports are chosen free and remembered; one that somebody else has taken since is chosen anew. Secrets are random, in a
file of mode 600, and never leave the machine.
"""

from __future__ import annotations

import json
import os
import random
import secrets
import socket
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from dulieumo.localckan.layout import Layout

HOST = "127.0.0.1"
FORMAT = 1
_FIRST_CKAN_PORT = 5050  # 5000 is what everybody takes; a readable address for people
_CKAN_PORTS = range(_FIRST_CKAN_PORT, _FIRST_CKAN_PORT + 200)
_INNER_PORTS = range(20_000, 32_000)  # below the kernel's own choice for outgoing connections


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """TCP ports on 127.0.0.1."""

    postgres: int
    redis: int
    solr: int
    ckan: int


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Secrets:
    """Random words, safe in addresses and in ini files. No representation shows them."""

    postgres: str
    ckan_database: str
    datastore_reader: str
    redis: str
    session: str
    tokens: str
    sysadmin_password: str

    def all(self) -> tuple[str, ...]:
        return tuple(asdict(self).values())


def write_private(path: Path, text: str) -> None:
    """Writes a file that only we may read (mode 600), whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        os.fchmod(handle, 0o600)
        file.write(text)
    temporary.replace(path)


def is_free(port: int) -> bool:
    """Whether a server could listen on this port of 127.0.0.1 now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def _inner_port(taken: Collection[int]) -> int:
    while True:
        port = random.choice(_INNER_PORTS)  # noqa: S311 - not a secret; random so that two stacks seldom meet
        if port not in taken and is_free(port):
            return port


def _ckan_port(taken: Collection[int]) -> int:
    free = (port for port in _CKAN_PORTS if port not in taken and is_free(port))
    return next(free, 0) or _inner_port(taken)


def new_port(part: str, taken: Collection[int]) -> int:
    """A free port for `part`: near 5050 for CKAN, any quiet one for the servers behind it."""
    return _ckan_port(taken) if part == "ckan" else _inner_port(taken)


def with_new_port(ports: Ports, part: str) -> Ports:
    """`ports` with another free one for `part`."""
    return replace(ports, **{part: new_port(part, tuple(asdict(ports).values()))})


def new_ports() -> Ports:
    chosen: dict[str, int] = {}
    for part in ("ckan", "postgres", "redis", "solr"):
        chosen[part] = new_port(part, tuple(chosen.values()))
    return Ports(**chosen)


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What is remembered of a stack: its ports, and the settings for ckan.ini that its maker asked for."""

    ports: Ports
    settings: Mapping[str, str]


def read_state(where: Layout) -> State | None:
    """The remembered state; None when nothing is remembered, or nothing that we can read."""
    try:
        state = json.loads(where.state.read_text(encoding="utf-8"))
        ports = Ports(**{part: int(port) for part, port in state["ports"].items()})
        return State(ports=ports, settings={str(name): str(value) for name, value in state["settings"].items()})
    except (FileNotFoundError, ValueError, KeyError, TypeError, AttributeError):
        return None


def write_state(where: Layout, state: State) -> None:
    text = {
        "format": FORMAT,
        "flavour": where.flavour,
        "ports": asdict(state.ports),
        "settings": dict(state.settings),
    }
    write_private(where.state, json.dumps(text, indent=2, ensure_ascii=False) + "\n")


def read_secrets(where: Layout) -> Secrets | None:
    try:
        return Secrets(**json.loads(where.secrets.read_text(encoding="utf-8")))
    except (FileNotFoundError, ValueError, TypeError):
        return None


def make_secrets(where: Layout) -> Secrets:
    """New random secrets, written to the stack's folder."""
    words = Secrets(**{name: secrets.token_urlsafe(24) for name in Secrets.__dataclass_fields__})
    write_private(where.secrets, json.dumps(asdict(words), indent=2) + "\n")
    return words
