"""Redis: CKAN's sessions, cache and queue, on 127.0.0.1 with a password."""

from __future__ import annotations

import socket

from dulieumo.i18n import _
from dulieumo.localckan.parts import Context, Part, private_folder
from dulieumo.localckan.settings import HOST, write_private


def part(context: Context) -> Part:
    folder = context.where.stack / "redis"
    configuration = folder / "redis.conf"
    return Part(
        name="redis",
        command=(str(context.programs.redis_server), str(configuration)),
        environment=context.environment,
        folder=folder,
        prepare=lambda: _prepare(context),
        problem=lambda: _problem(context),
        start_seconds=20,
    )


def _prepare(context: Context) -> None:
    folder = private_folder(context.where.stack / "redis")
    lines = (
        f"bind {HOST}",
        f"port {context.ports.redis}",
        f"requirepass {context.secrets.redis}",  # on loopback alone every user of the machine could queue jobs
        "dir .",
        "daemonize no",
        "set-proc-title no",  # the title would be written over the environment, and our mark with it
        "save 300 1",  # a file now and then: sessions and queue may be lost, nothing else lives here
        "appendonly no",
    )
    write_private(folder / "redis.conf", "\n".join(lines) + "\n")


def _problem(context: Context) -> str | None:
    try:
        answers = command(context, "PING")
    except OSError as error:
        return str(error)
    return None if answers == "+PONG" else _("another server answers on this port")


def command(context: Context, word: str) -> str:
    """Sends one command without arguments after our password, returns the answer's first line. Raises OSError."""
    with socket.create_connection((HOST, context.ports.redis), timeout=5) as connection:
        connection.sendall(f"AUTH {context.secrets.redis}\r\n{word}\r\nQUIT\r\n".encode())
        answer = b""
        while chunk := connection.recv(4096):
            answer += chunk
    lines = answer.decode("utf-8", "replace").split("\r\n")
    if lines[0] != "+OK":
        return lines[0]
    return lines[1] if len(lines) > 1 else ""


def address(context: Context) -> str:
    """Redis' address for CKAN's settings, password included."""
    return f"redis://:{context.secrets.redis}@{HOST}:{context.ports.redis}/0"
