"""Keeps a stack: starts what is not running, mends what died, stops what it started, tells how it stands."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from pathlib import Path

from dulieumo.errors import UsageError
from dulieumo.i18n import _
from dulieumo.localckan import postgres, processes, provisioning, redis, solr, web
from dulieumo.localckan.failures import failed
from dulieumo.localckan.install import install, prune
from dulieumo.localckan.layout import VERSIONS, Layout
from dulieumo.localckan.parts import (
    NAMES,
    STOP_SECONDS,
    STOP_SIGNALS,
    TITLES,
    Context,
    Part,
    private_folder,
)
from dulieumo.localckan.processes import Process
from dulieumo.localckan.progress import Report, note, silent, step
from dulieumo.localckan.settings import (
    State,
    is_free,
    make_secrets,
    new_ports,
    read_secrets,
    read_state,
    with_new_port,
    write_state,
)

_BACKING = ("postgres", "redis", "solr")
_MAKERS: Mapping[str, Callable[[Context], Part]] = {
    "postgres": postgres.part,
    "redis": redis.part,
    "solr": solr.part,
    "ckan": web.part,
}
_ATTEMPTS = 4
_PATIENCE_SECONDS = 30.0  # for a server that runs and does not answer; on a busy machine a healthy one may take ten
_LOG_LIMIT_BYTES = 10_000_000


def make(context: Context, name: str) -> Part:
    return _MAKERS[name](context)


def start_all(where: Layout, settings: Mapping[str, str] | None, report: Report) -> Context:
    """Installs, starts and fills what is missing; returns once CKAN answers. The caller holds the lock.

    `settings` None keeps those of the last time. Raises UsageError, LocalCkanUnavailable or LocalCkanFailed."""
    check_folder(where)
    programs = install(where, report)
    for folder in (where.stack, where.stack / "run", where.stack / "logs", where.stack / "tmp"):
        private_folder(folder)
    state = read_state(where) or State(ports=new_ports(), settings={})
    if settings is not None:
        state = replace(state, settings=dict(settings))
    context = Context(
        where=where,
        programs=programs,
        ports=state.ports,
        secrets=read_secrets(where) or make_secrets(where),
        settings=state.settings,
    )
    _remember(context)  # before anything runs: whoever comes after a crash must know the ports
    _stop_strays(where)
    context = _ensure_backing(context, report)
    if not provisioning.is_done(where):
        with step(report, _("Fill the databases")):
            provisioning.provision(context)
    context = _ensure_web(context, report)
    if not provisioning.is_indexed(context):
        with step(report, _("Make the search index anew for {address}").format(address=context.url)):
            provisioning.index(context)
    provisioning.write_target(context)
    prune(where, programs)
    return context


def check_folder(where: Layout) -> None:
    """UsageError when the folder cannot hold a stack: a name CKAN's settings can't, or another user's folder."""
    if where.version not in VERSIONS:
        raise UsageError(
            _("CKAN {version} is not among those that are locked here.").format(version=where.version),
            hint=_("Choose one of: {versions}").format(versions=", ".join(VERSIONS)),
        )
    if any(sign in str(where.root) for sign in "%\n:"):
        raise UsageError(
            _("The folder's name holds a sign that CKAN or Java can't take (% or :): {folder}").format(
                folder=where.root
            ),
            hint=_("Move the checkout, or give another folder with --folder."),
        )
    if where.root.exists() and where.root.stat().st_uid != os.geteuid():
        raise UsageError(
            _("{folder} belongs to another user.").format(folder=where.root),
            hint=_("Run as its owner, or remove the folder, or give another one with --folder."),
        )


def _ensure_backing(context: Context, report: Report) -> Context:
    with ThreadPoolExecutor(len(_BACKING)) as pool:
        started = [pool.submit(ensure, context, name, report) for name in _BACKING]
        ports = context.ports
        for name, done in zip(_BACKING, started, strict=True):
            ports = replace(ports, **{name: asdict(done.result().ports)[name]})
    context = replace(context, ports=ports)
    _remember(context)
    return context


def _ensure_web(context: Context, report: Report) -> Context:
    running = running_process(context.where, "ckan")
    if running is not None and _text(context.where.ini) != web.ini(context):
        _stop(make(context, "ckan"), running)  # it has other settings, or another server's port
    context = ensure(context, "ckan", report)
    _remember(context)
    return context


def _remember(context: Context) -> None:
    write_state(context.where, State(ports=context.ports, settings=context.settings))


def _text(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None


def running_process(where: Layout, name: str) -> Process | None:
    """The part's process while it runs, else None."""
    process = processes.read_record(where.record(name))
    return process if process is not None and process.is_running else None


def ensure(context: Context, name: str, report: Report = silent) -> Context:
    """Makes the part serve: leaves it alone if it does, mends it if not. The context returned may have a new port."""
    part = make(context, name)
    running = running_process(context.where, name)
    if running is not None:
        if processes.recorded_command(context.where.record(name)) != part.command:
            note(report, _("{part} runs with other settings; it is started anew").format(part=part.title))
        elif _await(part, running, _PATIENCE_SECONDS) is None:
            return context
        else:
            note(report, _("{part} runs but does not answer; it is started anew").format(part=part.title))
        _stop(part, running)
    elif context.where.record(name).exists():
        note(report, _("{part} had died; it is started again").format(part=part.title))
    with step(report, _("Start {part}").format(part=part.title)):
        return _start(context, name, report)


def _start(context: Context, name: str, report: Report) -> Context:
    for _attempt in range(_ATTEMPTS):
        port = asdict(context.ports)[name]
        if not is_free(port):
            context = replace(context, ports=with_new_port(context.ports, name))
            new = asdict(context.ports)[name]
            note(report, _("Port {old} is taken by another program; using {new}").format(old=port, new=new))
        part = make(context, name)
        log = context.where.log(name)
        _shorten_logs(log.parent)
        part.prepare()
        process = processes.launch(
            part.command,
            record=context.where.record(name),
            log=log,
            folder=part.folder,
            environment=part.environment,
            user=part.user,
        )
        problem = _await(part, process, part.start_seconds)
        if problem is None:
            return context
        if process.is_running:
            _stop(part, process)
            break
        # It ended by itself: its port was taken in between, or the children of a killed PostgreSQL still hold its memory.
        time.sleep(1)
    what = _("{part} does not start: {problem}").format(part=part.title, problem=problem)
    raise failed(what, log, context.secrets.all())


def _shorten_logs(folder: Path) -> None:
    for log in folder.glob("*.log"):
        if log.stat().st_size > _LOG_LIMIT_BYTES:
            log.replace(log.with_suffix(".old"))


def _await(part: Part, process: Process, seconds: float) -> str | None:
    """Waits until the part serves; what is wrong when it ends or the time is over, None when all is well."""
    deadline = time.monotonic() + seconds
    while True:
        problem = part.problem()
        if problem is None or not process.is_running or time.monotonic() > deadline:
            return problem
        time.sleep(0.1)


def _stop(part: Part, process: Process) -> None:
    processes.stop(process, STOP_SIGNALS.get(part.name, signal.SIGTERM), timeout_seconds=STOP_SECONDS)


def _stop_strays(where: Layout) -> None:
    """Ends what carries our mark and belongs to no living record: workers of a killed gunicorn, lost servers."""
    known: set[int] = set()
    for name in NAMES:
        process = running_process(where, name)
        if process is not None:
            known |= {process.pid, *processes.descendants(process.pid)}
    for stray in processes.marked(where.stack):
        if stray.pid not in known:
            processes.stop(stray, signal.SIGTERM, timeout_seconds=3)


def stop_all(where: Layout, report: Report) -> None:
    """Ends every process of the stack that we started, CKAN first. The caller holds the lock."""
    for name in reversed(NAMES):
        process = running_process(where, name)
        if process is not None:
            with step(report, _("Stop {part}").format(part=TITLES[name])):
                processes.stop(process, STOP_SIGNALS.get(name, signal.SIGTERM), timeout_seconds=STOP_SECONDS)
    _stop_strays(where)
    for name in NAMES:
        where.record(name).unlink(missing_ok=True)
