"""Processes that we started: told from all others by pid, start time and boot, and by a mark in their environment.

A pid alone names nobody: it is used again after a reboot or a long uptime. Signals go through a pidfd, so between the
look and the signal no other process can take the place.
"""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from dulieumo.localckan.layout import INSIDE

MARK = "DULIEUMO_LOCAL_CKAN"  # in the environment of every process of a stack; its value is the stack's folder
_LAUNCHER = INSIDE / "launch.py"
_PROC = Path("/proc")


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """A process by name and birth. `started` is in clock ticks since boot, `boot` the kernel's id of that boot."""

    pid: int
    started: int
    boot: str

    @property
    def is_running(self) -> bool:
        """True while this very process lives; a zombie does not."""
        facts = _facts(self.pid)
        return (
            facts is not None and facts.state not in "ZX" and facts.started == self.started and self.boot == boot_id()
        )

    @property
    def age_seconds(self) -> float:
        uptime = float((_PROC / "uptime").read_text().split()[0])
        return uptime - self.started / os.sysconf("SC_CLK_TCK")

    @property
    def memory_bytes(self) -> int:
        """Proportional memory of the process and what it started, 0 where the kernel does not tell."""
        return sum(_memory(pid) for pid in (self.pid, *descendants(self.pid)))


@dataclass(frozen=True, slots=True)
class _Facts:
    state: str
    parent: int
    group: int
    started: int


def boot_id() -> str:
    return (_PROC / "sys/kernel/random/boot_id").read_text().strip()


def _facts(pid: int) -> _Facts | None:
    try:
        fields = (_PROC / str(pid) / "stat").read_text(errors="replace").rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return None
    return _Facts(fields[0], int(fields[1]), int(fields[2]), int(fields[19]))


def _memory(pid: int) -> int:
    try:
        lines = (_PROC / str(pid) / "smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))


def _pids() -> Iterator[int]:
    for entry in _PROC.iterdir():
        if entry.name.isdigit():
            yield int(entry.name)


def descendants(pid: int) -> tuple[int, ...]:
    """The pids below `pid`, in no order."""
    children: dict[int, list[int]] = {}
    for candidate in _pids():
        facts = _facts(candidate)
        if facts is not None and facts.state not in "ZX":
            children.setdefault(facts.parent, []).append(candidate)
    found: list[int] = []
    waiting = [pid]
    while waiting:
        below = children.get(waiting.pop(), [])
        found += below
        waiting += below
    return tuple(found)


def find(pid: int) -> Process | None:
    """The process that has this pid now; None when there is none, or only a zombie."""
    facts = _facts(pid)
    if facts is None or facts.state in "ZX":
        return None
    return Process(pid=pid, started=facts.started, boot=boot_id())


def read_record(path: Path) -> Process | None:
    """The process that a record names, running or not; None when there is no (whole) record."""
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        return Process(pid=int(record["pid"]), started=int(record["started"]), boot=str(record["boot"]))
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None


def recorded_command(path: Path) -> tuple[str, ...] | None:
    """The command line that a record's process was started with; None when there is no (whole) record."""
    try:
        return tuple(json.loads(path.read_text(encoding="utf-8"))["command"])
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None


def launch(
    command: Sequence[str],
    *,
    record: Path,
    log: Path,
    folder: Path,
    environment: Mapping[str, str],
    user: str | None = None,
) -> Process:
    """Starts `command` as a server of its own session, detached from us, its output appended to `log`."""
    record.unlink(missing_ok=True)
    arguments = ["--record", str(record), "--log", str(log), "--cwd", str(folder)]
    _run_launcher(arguments, command, environment=environment, user=user)
    deadline = time.monotonic() + 10
    while (process := read_record(record)) is None:
        if time.monotonic() > deadline:
            raise TimeoutError(f"no process record at {record}")
        time.sleep(0.005)
    return process


def run(
    command: Sequence[str], *, environment: Mapping[str, str], user: str | None = None, given: str = ""
) -> subprocess.CompletedProcess[str]:
    """Runs `command` to its end, `given` on its standard input; returns it with what it printed.

    It runs as `user` (None: as ourselves) and ends when we end, however we end."""
    return _run_launcher(["--die-with-parent"], command, environment=environment, user=user, given=given)


def _run_launcher(
    arguments: Sequence[str],
    command: Sequence[str],
    *,
    environment: Mapping[str, str],
    user: str | None,
    given: str = "",
) -> subprocess.CompletedProcess[str]:
    as_user = ["--user", user] if user else []
    return subprocess.run(
        [sys.executable, "-I", "-S", str(_LAUNCHER), *arguments, *as_user, "--", *command],
        env=dict(environment),
        input=given,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )


def send(process: Process, sent: signal.Signals) -> bool:
    """Sends a signal if this very process still lives; False when it does not."""
    try:
        handle = os.pidfd_open(process.pid)
    except ProcessLookupError:
        return False
    try:
        if not process.is_running:
            return False
        signal.pidfd_send_signal(handle, sent)
    except ProcessLookupError:
        return False
    finally:
        os.close(handle)
    return True


def wait(process: Process, timeout_seconds: float) -> bool:
    """True once the process has ended, all its threads with it; False when one still runs after the time.

    The pidfd tells, not the state: a main thread that ended is a zombie while others still hold the port."""
    try:
        handle = os.pidfd_open(process.pid)
    except ProcessLookupError:
        return True
    try:
        facts = _facts(process.pid)
        if facts is None or facts.started != process.started or process.boot != boot_id():
            return True
        readable, _writable, _failed = select.select([handle], [], [], max(timeout_seconds, 0))
        return bool(readable)
    finally:
        os.close(handle)


def stop(process: Process, sent: signal.Signals, *, timeout_seconds: float) -> None:
    """Asks the process to end with `sent`, and ends it with SIGKILL when it has not after the time."""
    for frozen in (process, *map(find, descendants(process.pid) if process.is_running else ())):
        if frozen is not None:
            send(frozen, signal.SIGCONT)  # a stopped process does not answer
    if send(process, sent) and not wait(process, timeout_seconds):
        send(process, signal.SIGKILL)
        wait(process, 5)


def marked(folder: Path) -> tuple[Process, ...]:
    """Every process that carries our mark for `folder` or a stack in it: servers, workers, strays without a record.

    A process whose environment we may not read (another user's) is not ours to judge and left out."""
    name = f"{MARK}=".encode()
    found = []
    for pid in _pids():
        if pid == os.getpid():
            continue
        try:
            environment = (_PROC / str(pid) / "environ").read_bytes().split(b"\0")
        except OSError:
            continue
        marks = [os.fsdecode(entry.removeprefix(name)) for entry in environment if entry.startswith(name)]
        process = find(pid) if any(Path(mark).is_relative_to(folder) for mark in marks) else None
        if process is not None:
            found.append(process)
    return tuple(found)
