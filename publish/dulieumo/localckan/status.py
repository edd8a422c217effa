"""How a stack stands, without touching it: which part runs, which died, which does not answer."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from enum import StrEnum

from dulieumo.i18n import _
from dulieumo.localckan import processes
from dulieumo.localckan.layout import Layout
from dulieumo.localckan.opening import open_context
from dulieumo.localckan.parts import NAMES, TITLES, Context
from dulieumo.localckan.stack import make


class Condition(StrEnum):
    """`DEAD`: it was started and its process is gone; `SILENT`: it runs and does not answer; `STOPPED`: not started."""

    RUNNING = "running"
    SILENT = "silent"
    DEAD = "dead"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True, kw_only=True)
class PartStatus:
    """One part. `problem` says why a silent or dead one is so; numbers are None when it does not run."""

    name: str
    title: str
    condition: Condition
    port: int
    pid: int | None = None
    age_seconds: float | None = None
    memory_bytes: int | None = None
    problem: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StackStatus:
    """One stack and its parts, in the order of starting."""

    flavour: str
    folder: str
    url: str
    parts: tuple[PartStatus, ...]

    @property
    def is_ready(self) -> bool:
        return all(part.condition is Condition.RUNNING for part in self.parts)


def stack_status(where: Layout) -> StackStatus:
    """Asks every part of a stack that was started before. LocalCkanFailed when it never was."""
    context = open_context(where)
    with ThreadPoolExecutor(len(NAMES)) as pool:
        parts = tuple(pool.map(lambda name: _part_status(context, name), NAMES))
    return StackStatus(flavour=where.flavour, folder=str(where.stack), url=context.url, parts=parts)


def _part_status(context: Context, name: str) -> PartStatus:
    port = asdict(context.ports)[name]
    process = processes.read_record(context.where.record(name))
    if process is None:
        return PartStatus(name=name, title=TITLES[name], condition=Condition.STOPPED, port=port)
    if not process.is_running:
        rebooted = process.boot != processes.boot_id()
        problem = _("the machine was restarted") if rebooted else _("its process is gone")
        return PartStatus(name=name, title=TITLES[name], condition=Condition.DEAD, port=port, problem=problem)
    problem_now = make(context, name).problem()
    return PartStatus(
        name=name,
        title=TITLES[name],
        condition=Condition.RUNNING if problem_now is None else Condition.SILENT,
        port=port,
        pid=process.pid,
        age_seconds=process.age_seconds,
        memory_bytes=process.memory_bytes,
        problem=problem_now,
    )
