"""The local CKAN as its users see it: bring it up, hold it, hurt it, empty it, take it down."""

from __future__ import annotations

import shutil
import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from dulieumo.i18n import _
from dulieumo.localckan import processes, reset, stack
from dulieumo.localckan.failures import LocalCkanFailed
from dulieumo.localckan.layout import FOLDER, VERSION, Layout, layout
from dulieumo.localckan.locking import locked
from dulieumo.localckan.opening import open_context, stacks
from dulieumo.localckan.parts import STOP_SECONDS, STOP_SIGNALS, Context
from dulieumo.localckan.processes import Process
from dulieumo.localckan.progress import Report, silent, step
from dulieumo.localckan.status import StackStatus, stack_status

_DATA = ("postgres", "redis", "solr", "storage", "tokens", "tmp")


class LocalCkan:
    """A stack that was brought up. Parts are "postgres", "redis", "solr" and "ckan"."""

    def __init__(self, context: Context) -> None:
        self.context = context

    def __repr__(self) -> str:
        return f"LocalCkan({self.url!r}, {str(self.folder)!r})"

    @property
    def url(self) -> str:
        return self.context.url

    @property
    def folder(self) -> Path:
        """The stack's own folder; `target.json`, `logs/` and `storage/` lie in it."""
        return self.context.where.stack

    @property
    def sysadmin_token_file(self) -> Path:
        return self.context.where.sysadmin_token

    @property
    def token_file(self) -> Path:
        """Where `dulieumo ckan bootstrap` puts the publishing user's token."""
        return self.context.where.editor_token

    def sysadmin_token(self) -> str:
        return self.sysadmin_token_file.read_text(encoding="utf-8").strip()

    def log(self, part: str) -> Path:
        return self.context.where.log(part)

    def process(self, part: str) -> Process | None:
        """The part's process while it runs, else None."""
        return stack.running_process(self.context.where, part)

    def workers(self) -> tuple[int, ...]:
        """The pids of CKAN's workers, () while gunicorn is dead."""
        process = self.process("ckan")
        return tuple(sorted(processes.descendants(process.pid))) if process else ()

    def signal(self, part: str, sent: signal.Signals) -> bool:
        """Sends a signal to a part's main process (SIGSTOP and SIGCONT make it hang and go on). False: it was dead."""
        process = self.process(part)
        return process is not None and processes.send(process, sent)

    def kill(self, part: str) -> None:
        """SIGKILL to a part's main process, as a crash would end it; returns when it is gone. No-op when it is dead."""
        process = self.process(part)
        if process is not None and processes.send(process, signal.SIGKILL):
            processes.wait(process, 5)

    def kill_worker(self) -> int:
        """SIGKILL to one of CKAN's workers, of which gunicorn starts another. Returns the pid that was."""
        for pid in self.workers():
            worker = processes.find(pid)
            if worker is not None and processes.send(worker, signal.SIGKILL):
                processes.wait(worker, 5)
                return pid
        raise LocalCkanFailed(_("CKAN has no worker to kill."))

    def stop(self, part: str) -> None:
        """Ends a part in order. No-op when it is dead."""
        process = self.process(part)
        if process is not None:
            sent = STOP_SIGNALS.get(part, signal.SIGTERM)
            processes.stop(process, sent, timeout_seconds=STOP_SECONDS)

    def start(self, part: str) -> None:
        """Starts this part alone if it is dead, returns when it serves. Raises LocalCkanFailed."""
        with _changing(self.context.where, silent):
            self.context = stack.ensure(self.context, part)

    def restart(self, part: str) -> None:
        self.stop(part)
        self.start(part)

    def mend(self, report: Report = silent) -> None:
        """What `up` does: every part that does not serve is started. 0.05 s when all is well."""
        with _changing(self.context.where, report):
            self.context = stack.start_all(self.context.where, None, report)

    def reset_data(self, *, keep_organizations: bool = False) -> None:
        """Empties databases, DataStore, index and files in place; see `reset.py`. All parts must run."""
        reset.empty(self.context, keep_organizations=keep_organizations)

    def status(self) -> StackStatus:
        return stack_status(self.context.where)


@contextmanager
def _changing(where: Layout, report: Report) -> Iterator[None]:
    """Holds the folder's lock during the block. What the file system refuses becomes LocalCkanFailed."""
    try:
        with locked(where.lock, report):
            yield
    except OSError as error:
        raise LocalCkanFailed(
            _("{file}: {reason}").format(file=error.filename or where.root, reason=error.strerror or error),
            hint=_("Look at the free space and the rights of {folder}, or run as a normal user.").format(
                folder=where.root
            ),
        ) from error


def up(
    folder: Path = FOLDER,
    *,
    version: str = VERSION,
    has_extensions: bool = False,
    settings: Mapping[str, str] | None = None,
    report: Report = silent,
) -> LocalCkan:
    """Installs what is missing, starts what does not run, mends what died; returns once CKAN answers.

    `settings` are lines for ckan.ini, kept until others are given. Two calls at once are one after the other.
    Raises LocalCkanUnavailable where this machine cannot have one, LocalCkanFailed, UsageError."""
    where = layout(folder, version=version, has_extensions=has_extensions)
    stack.check_folder(where)
    with _changing(where, report):
        return LocalCkan(stack.start_all(where, settings, report))


def attach(folder: Path = FOLDER, *, version: str = VERSION, has_extensions: bool = False) -> LocalCkan:
    """A handle on a stack that was brought up before, running or not. LocalCkanFailed when there is none."""
    return LocalCkan(open_context(layout(folder, version=version, has_extensions=has_extensions)))


def down(folder: Path = FOLDER, *, report: Report = silent) -> None:
    """Stops every stack of the folder; no process of theirs is left. Data stay. No-op when nothing runs."""
    for where in stacks(folder):
        with _changing(where, report):
            stack.stop_all(where, report)
    for stray in processes.marked(folder.resolve()):  # of a stack whose folder was removed under it
        processes.stop(stray, signal.SIGTERM, timeout_seconds=5)


def status(folder: Path = FOLDER) -> tuple[StackStatus, ...]:
    """How the stacks of the folder stand; () when there is none."""
    return tuple(stack_status(where) for where in stacks(folder))


def rebuild(
    folder: Path = FOLDER, *, version: str = VERSION, has_extensions: bool = False, report: Report = silent
) -> LocalCkan:
    """Stops a stack, throws all its data away and brings it up anew. Programs, ports and passwords stay."""
    where = layout(folder, version=version, has_extensions=has_extensions)
    stack.check_folder(where)
    with _changing(where, report):
        stack.stop_all(where, report)
        with step(report, _("Throw the data away")):
            _throw_away(where)
        return LocalCkan(stack.start_all(where, None, report))


def _throw_away(where: Layout) -> None:
    for name in _DATA:
        path = where.stack / name
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
