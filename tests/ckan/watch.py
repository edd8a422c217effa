"""A reader that polls all the while, without a login, and writes down whatever it should not have seen."""

from __future__ import annotations

import hashlib
import json
import threading
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

_CLOSELY_SECONDS = 3.0


@dataclass
class Watch:
    """Polls one dataset at `url`. `must_exist`: it was public before. Faults of the server itself (5xx) are not counted.

    `problems`: things never to be seen. `disagreements`: how long (seconds) a file disagreed with its resource's hash. A file
    that does is looked at again at once, and nothing else beside it, until it agrees: the figure is not the time of a round.
    `slowest`: the longest single answer. `widest`: how many files disagreed at once, each looked at by two answers (its entry,
    its bytes)."""

    url: str
    dataset: str
    tables: dict[str, int]
    must_exist: bool
    problems: list[str] = field(default_factory=list)
    disagreements: list[float] = field(default_factory=list)
    polls: int = 0
    slowest: float = 0.0
    widest: int = 0

    @property
    def resolution(self) -> float:
        """What the figures are right to, in seconds: a look that began before the change of the entry still sees the old one,
        and the file's turn comes again after one look at each of the others."""
        return 2 * (self.widest + 1) * self.slowest

    def __enter__(self) -> Watch:
        self._stop = threading.Event()
        self._since: dict[str, float] = {}
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join(30)

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self._poll()
                self.polls += 1
                self._suspects()
            except (OSError, ValueError):
                pass  # the server itself is down: that is not what is watched here
            time.sleep(0.03)

    def _poll(self) -> None:
        body = self._call("package_show", id=self.dataset)
        if body is None:
            if self.must_exist:
                self.problems.append("the dataset was missing")
            return
        for resource in body["resources"]:
            self._file(resource)
            if resource["format"] == "CSV":
                self._table(resource)

    def _suspects(self) -> None:
        """The files that disagreed in this round, until they agree: a moment, unless a server died in between."""
        until = time.monotonic() + _CLOSELY_SECONDS
        while self._since and time.monotonic() < until and not self._stop.is_set():
            for id_ in list(self._since):
                resource = self._call("resource_show", id=id_)
                if resource is not None:
                    self._file(resource)

    def _file(self, resource: dict[str, Any]) -> None:
        name = resource["url"].rsplit("/", 1)[-1]
        began = time.monotonic()
        try:
            with urllib.request.urlopen(resource["url"], timeout=20) as answer:
                digest = hashlib.sha256(answer.read()).hexdigest()
        except urllib.error.HTTPError as error:
            if error.code < 500:
                self.problems.append(f"{name} answered {error.code}")
            return
        now = time.monotonic()
        self.slowest = max(self.slowest, now - began)
        if f"sha256:{digest}" == resource["hash"]:
            if resource["id"] in self._since:
                self.disagreements.append(now - self._since.pop(resource["id"]))
        else:
            self._since.setdefault(resource["id"], now)
            self.widest = max(self.widest, len(self._since))

    def _table(self, resource: dict[str, Any]) -> None:
        answer = self._call("datastore_search", resource_id=resource["id"], limit=1)
        name = resource["url"].rsplit("/", 1)[-1]
        if answer is None:
            self.problems.append(f"the table of {name} was missing")
        elif self.tables.get(name) and answer["total"] == 0:
            self.problems.append(f"the table of {name} was empty")

    def _call(self, action: str, **data: Any) -> Any | None:
        """The result; None for "there is no such thing for you", OSError for a server that is not there."""
        began = time.monotonic()
        request = urllib.request.Request(
            f"{self.url}/api/3/action/{action}",
            data=json.dumps(data).encode(),
            headers={"Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return json.load(answer)["result"]
        except urllib.error.HTTPError as error:
            if error.code in (403, 404):
                return None
            raise OSError(error.code) from error
        finally:
            self.slowest = max(self.slowest, time.monotonic() - began)
