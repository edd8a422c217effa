"""The log of publications: who published what, where, when, and how it ended. Append-only, one JSON object per line.

Each line holds the SHA-256 of the line before it, so a line that was changed, taken out or put in later is found by `read`.
The log lies in the store beside what it tells of; no token, no password and no personal data but the account's name is in it.
"""

from __future__ import annotations

import getpass
import hashlib
import json
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from dulieumo import __version__
from dulieumo.errors import ConfigError
from dulieumo.i18n import _
from dulieumo.model import EMPTY

FORMAT = "dulieumo-audit/1"
FILE = "audit.jsonl"
FIRST = "0" * 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One publication. `action`: push, rollback, restore, withdraw, prune, purge. `result`: done, failed or refused.

    `datasets` are the ones that changed, as name@version; `counts` what was done (creates, uploads, rows …)."""

    action: str
    target: str
    release: str
    result: str
    url: str = ""
    content_hash: str = ""
    commit: str | None = None
    datasets: tuple[str, ...] = ()
    counts: Mapping[str, int] = field(default_factory=lambda: EMPTY)
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line as it was written. `number` counts from 1, `at` is UTC (RFC 3339), `previous` the hash of the line before."""

    number: int
    at: str
    actor: str
    tool: str
    previous: str
    event: Event


@dataclass(frozen=True, slots=True, kw_only=True)
class Log:
    """All lines that can be read; `problems` says by line number what is wrong: the log was tampered with, or torn."""

    lines: tuple[Line, ...]
    problems: tuple[tuple[int, str], ...]


def append(path: Path, event: Event, *, actor: str | None = None, at: datetime | None = None) -> Line:
    """Write one line at the end of the log, on disk before this returns. Several processes may do so at once."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
    try:
        _lock(handle)
        with os.fdopen(os.dup(handle), "rb") as file:
            before = file.read().splitlines(keepends=True)
        torn = b"" if not before or before[-1].endswith(b"\n") else b"\n"
        line = Line(
            number=len(before) + 1,
            at=(at or datetime.now(UTC)).astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
            actor=actor or current_actor(),
            tool=f"dulieumo {__version__}",
            previous=_hash(before[-1] + torn) if before else FIRST,
            event=event,
        )
        os.write(handle, torn + json.dumps(to_json(line), ensure_ascii=False).encode() + b"\n")
        os.fsync(handle)
    finally:
        os.close(handle)
    return line


def read(path: Path) -> Log:
    """The log, oldest line first; empty where there is none. Raises ConfigError where the file is of a later format."""
    if not path.is_file():
        return Log(lines=(), problems=())
    lines, problems = [], []
    previous = FIRST
    for number, raw in enumerate(path.read_bytes().splitlines(keepends=True), start=1):
        line = _parse(raw)
        if line is None:
            problems.append((number, _("not readable")))
        else:
            if line.previous != previous:
                problems.append((number, _("does not follow the line before it")))
            if line.number != number:
                problems.append((number, _("has the number {number}").format(number=line.number)))
            lines.append(line)
        previous = _hash(raw)
    return Log(lines=tuple(lines), problems=tuple(problems))


def to_json(line: Line) -> dict[str, Any]:
    """A line as JSON values; schemas/audit.json says what they are."""
    event = line.event
    return {
        "format": FORMAT,
        "number": line.number,
        "at": line.at,
        "actor": line.actor,
        "tool": line.tool,
        "previous": line.previous,
        "action": event.action,
        "target": event.target,
        "url": _without_password(event.url),
        "release": event.release,
        "content_hash": event.content_hash,
        "commit": event.commit,
        "result": event.result,
        "datasets": list(event.datasets),
        "counts": dict(event.counts),
        "note": event.note,
    }


def current_actor(environment: Mapping[str, str] = os.environ) -> str:
    """Who runs this: the forge's account in CI, else the account of the machine."""
    for variable, forge in (("GITHUB_ACTOR", "github"), ("GITLAB_USER_LOGIN", "gitlab")):
        if environment.get(variable):
            return f"{forge}:{environment[variable]}"
    try:
        return f"local:{getpass.getuser()}"
    except OSError:  # an account without a name, as in some containers
        return f"local:{os.getuid()}"


def changed(versions: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    """`datasets` of an event, from (name, version) pairs."""
    return tuple(f"{name}@{version}" for name, version in versions)


def _parse(raw: bytes) -> Line | None:
    try:
        value = json.loads(raw)
        if value["format"] != FORMAT:
            raise ConfigError(
                _("The log of publications has the format {format}, which this dulieumo does not read.").format(
                    format=value["format"]
                ),
                hint=_("Update dulieumo: pip install --upgrade dulieumo"),
            )
        fields = Event.__dataclass_fields__
        event = Event(**{key: value[key] for key in fields} | {"datasets": tuple(value["datasets"])})
        return Line(
            number=value["number"],
            at=value["at"],
            actor=value["actor"],
            tool=value["tool"],
            previous=value["previous"],
            event=event,
        )
    except (ValueError, KeyError, TypeError):
        return None


def _hash(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()


def _without_password(url: str) -> str:
    parts = urlsplit(url)
    host = parts.hostname or ""
    return urlunsplit(parts._replace(netloc=f"{host}:{parts.port}" if parts.port else host)) if url else ""


def _lock(handle: int) -> None:
    """One writer at a time; the kernel releases the lock when the file is closed. Windows: the append itself must do."""
    if sys.platform != "win32":
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_EX)
