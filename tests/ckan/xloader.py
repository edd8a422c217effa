"""ckanext-xloader with its worker, as a city's CKAN has them, on a stack of ours with extensions."""

from __future__ import annotations

import re
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dulieumo import localckan
from dulieumo.ckan.client import Client
from dulieumo.localckan import LocalCkan, postgres, processes, web
from dulieumo.localckan.processes import Process
from dulieumo.localckan.settings import write_private
from tests.ckan.world import bootstrapped, sysadmin

_AT_WORK = ("submitting", "pending", "running", "running_but_viewable")
_PATIENCE_SECONDS = 300
_LINES = (r"^Ignoring resource - the file hash hasn't changed", r"^Loading CSV$")
_LOGGING = """
[loggers]
keys = root
[handlers]
keys = console
[formatters]
keys = plain
[logger_root]
level = WARNING
handlers = console
[handler_console]
class = StreamHandler
args = (sys.stderr,)
formatter = plain
[formatter_plain]
format = %(asctime)s %(levelname)s %(message)s
"""  # the command line of CKAN 2.11 insists on it


class Loader:
    """The server, and the worker that takes the jobs from its queue."""

    def __init__(self, ckan: LocalCkan, worker: Process) -> None:
        self.ckan = ckan
        self.worker = worker
        self.admin: Client = sysadmin(ckan)
        self._log = ckan.log("worker")
        self._read = 0

    def wait(self) -> None:
        """Returns when the queue is empty and no job is at work, by what CKAN itself says of its jobs."""
        assert self.worker.is_running, self._log.read_text(encoding="utf-8", errors="replace")[-1000:]
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while self.admin.read("job_list") or any(status in _AT_WORK for status in self.statuses().values()):
            assert time.monotonic() < deadline, self.statuses()
            time.sleep(0.1)

    def statuses(self) -> dict[str, str]:
        """By resource id, what xloader says of its last job; resources that it was never told of are left out."""
        found = {}
        for dataset in self.admin.read("package_search", rows=1000, include_private=True)["results"]:
            for resource in dataset["resources"]:
                status = self.admin.find("xloader_status", resource_id=resource["id"])
                if status is not None:
                    found[resource["id"]] = status["status"]
        return found

    def reload(self, resource_id: str) -> None:
        """What the button "Upload to DataStore" does; returns when it is done."""
        self.admin.write("xloader_submit", {"resource_id": resource_id, "ignore_hash": True})
        self.wait()

    def tally(self) -> tuple[int, int]:
        """How many files the worker passed over and how many it loaded, since the last time that this was asked."""
        text = self._log.read_text(encoding="utf-8", errors="replace")
        new, self._read = text[self._read :], len(text)
        passed_over, loaded = (len(re.findall(line, new, re.MULTILINE)) for line in _LINES)
        return passed_over, loaded


@contextmanager
def beside(folder: Path, version: str) -> Iterator[Loader]:
    """A bootstrapped CKAN with xloader turned on, its worker running; both are gone afterwards."""
    ckan = localckan.up(folder, version=version, has_extensions=True)
    settings = {
        "ckan.plugins": " ".join((*web.plugins(ckan.context), "xloader")),
        "ckanext.xloader.api_token": ckan.sysadmin_token(),
        "ckanext.xloader.jobs_db.uri": postgres.address(ckan.context, postgres.CKAN, postgres.CKAN),
    }
    ckan = bootstrapped(localckan.up(folder, version=version, has_extensions=True, settings=settings))
    part = web.part(ckan.context)
    ini = ckan.folder / "worker.ini"
    write_private(ini, ckan.context.where.ini.read_text(encoding="utf-8") + _LOGGING)
    log = ckan.log("worker")
    log.touch(mode=0o600)  # it writes each job with its arguments, the token among them
    worker = processes.launch(
        (str(ckan.context.programs.ckan / "bin" / "ckan"), "-c", str(ini), "jobs", "worker"),
        record=ckan.context.where.record("worker"),
        log=log,
        folder=part.folder,
        environment=part.environment,
    )
    try:
        yield Loader(ckan, worker)
    finally:
        processes.stop(worker, signal.SIGTERM, timeout_seconds=10)
        localckan.down(folder)
