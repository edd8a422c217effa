"""What a push has done so far, on disk line by line, so that one that was killed resumes where it was.

The first line names the push; its id also stands in the stamp of every dataset that is under way, and tells our own
unfinished work from another publisher's. A push that ends takes its journal away: what it did stands in the receipt.
"""

from __future__ import annotations

import fcntl
import json
import os
import threading
import uuid
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from dulieumo.errors import ReleaseError
from dulieumo.i18n import _

from .model import Applied

FORMAT = "dulieumo-journal/1"


class Journal:
    """An open journal. `push` is the id of this push, `is_resumed` whether an earlier run began it.

    `sent` are the tokens of the stamps that it sent: a request of a run that was killed may arrive after the next one began."""

    def __init__(
        self, file: IO[str], push: str, done: Mapping[str, Applied], sent: Iterable[str] = (), *, is_resumed: bool
    ) -> None:
        self.push = push
        self.is_resumed = is_resumed
        self.done: dict[str, Applied] = dict(done)
        self.sent: set[str] = set(sent)
        self.is_ended = False
        self._file = file
        self._lock = threading.Lock()

    def step(self, dataset: str, step: str, **facts: Any) -> None:
        """A step of a dataset is behind us."""
        self._write({"dataset": dataset, "step": step, **facts})

    def send(self, dataset: str, token: str) -> None:
        """A write whose stamp has this token is about to be sent."""
        with self._lock:
            self.sent.add(token)
        self._write({"dataset": dataset, "step": "send", "token": token})

    def finish(self, applied: Applied) -> None:
        """A dataset is as it shall be."""
        with self._lock:
            self.done[applied.name] = applied
        self._write({"dataset": applied.name, "applied": applied_to_json(applied)})

    def forget(self, dataset: str) -> None:
        """A dataset is about to change: what was recorded of it holds no longer."""
        with self._lock:
            self.done.pop(dataset, None)
        self._write({"dataset": dataset, "applied": None})

    def end(self) -> None:
        """Nothing is left under way: the journal may go."""
        self.is_ended = True

    def _write(self, entry: Mapping[str, Any]) -> None:
        with self._lock:
            self._file.write(json.dumps(entry, ensure_ascii=False) + "\n")
            self._file.flush()
            os.fsync(self._file.fileno())


@contextmanager
def open_journal(path: Path, url: str) -> Iterator[Journal]:
    """The journal of the target at `url`, new or resumed. It goes when the push has ended; an error or a kill leaves it.

    Raises ReleaseError while another push of this checkout to the same target runs."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise ReleaseError(
                _("Another push to {url} runs from this folder.").format(url=url),
                hint=_("Wait until it has ended, then run the command again."),
            ) from error
        file.seek(0)
        header, done, sent = _read(file.read(), url)
        if header is None:
            file.truncate(0)
            header = {"format": FORMAT, "push": uuid.uuid4().hex[:12], "url": url}
            journal = Journal(file, header["push"], {}, is_resumed=False)
            journal._write(header)
        else:
            journal = Journal(file, header["push"], done, sent, is_resumed=True)
        yield journal
        if journal.is_ended:
            file.truncate(0)


def _read(text: str, url: str) -> tuple[dict[str, Any] | None, dict[str, Applied], set[str]]:
    """The header, what was done, and the tokens sent; a torn last line is left out, a journal of another server or format is
    ignored."""
    entries = []
    for line in text.splitlines():
        try:
            entries.append(json.loads(line))
        except ValueError:
            break
    if not entries or entries[0].get("format") != FORMAT or entries[0].get("url") != url:
        return None, {}, set()
    done: dict[str, Applied] = {}
    for entry in entries[1:]:
        if "applied" not in entry:
            continue
        if entry["applied"] is None:
            done.pop(entry["dataset"], None)
        else:
            done[entry["dataset"]] = applied_from_json(entry["applied"])
    return entries[0], done, {entry["token"] for entry in entries[1:] if "token" in entry}


def applied_to_json(applied: Applied) -> dict[str, Any]:
    return {
        "name": applied.name,
        "id": applied.id,
        "token": applied.token,
        "version": applied.version,
        "modified": applied.modified,
        "resources": {
            key: {"id": id_, "lastModified": when, "bytes": size}
            for key, (id_, when, size) in applied.resources.items()
        },
    }


def applied_from_json(entry: Mapping[str, Any]) -> Applied:
    return Applied(
        name=entry["name"],
        id=entry["id"],
        token=entry["token"],
        version=entry["version"],
        modified=entry["modified"],
        resources={key: (item["id"], item["lastModified"], item["bytes"]) for key, item in entry["resources"].items()},
    )
