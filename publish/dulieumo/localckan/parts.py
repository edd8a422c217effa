"""What a stack is made of: the values every part needs, and a part as the keeper (`stack.py`) sees it."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from dulieumo.localckan.install import Programs
from dulieumo.localckan.layout import Layout
from dulieumo.localckan.processes import MARK
from dulieumo.localckan.settings import HOST, Ports, Secrets

NAMES = ("postgres", "redis", "solr", "ckan")  # in the order of starting; stopped the other way round
TITLES: Mapping[str, str] = {"postgres": "PostgreSQL", "redis": "Redis", "solr": "Solr", "ckan": "CKAN"}
STOP_SIGNALS: Mapping[str, signal.Signals] = {"postgres": signal.SIGINT}  # "fast": end the sessions; else SIGTERM
STOP_SECONDS = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """One stack as chosen and installed. `settings` are further lines for ckan.ini, which win over ours."""

    where: Layout
    programs: Programs
    ports: Ports
    secrets: Secrets = field(repr=False)
    settings: Mapping[str, str]

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.ports.ckan}"

    @property
    def environment(self) -> dict[str, str]:
        """For our servers: nothing of the user's, whose CKAN_* and PG* variables would overrule our settings."""
        return {
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "HOME": str(self.where.stack),
            "LANG": "C.UTF-8",
            "TMPDIR": str(self.where.stack / "tmp"),
            MARK: str(self.where.stack),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A server: how it is started, and whether it serves.

    `prepare` makes its files before each start. `problem` says why it does not serve yet, None when it does; it must
    tell our server from a stranger's on the same port.
    """

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str]
    folder: Path
    prepare: Callable[[], None]
    problem: Callable[[], str | None]
    start_seconds: float
    user: str | None = None

    @property
    def title(self) -> str:
        return TITLES[self.name]


def is_root() -> bool:
    return os.geteuid() == 0


def private_folder(path: Path) -> Path:
    """Makes the folder (mode 700) if it is missing."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path
