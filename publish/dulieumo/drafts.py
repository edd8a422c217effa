"""Tables that are converted while they are checked, so that both take one pass over the source.

    check ─► each batch ─┬─► screen, rules, keys ─► findings       a draft only listens: it changes no verdict
                         └─► Draft ─► CSV, Parquet ─► the build takes them, if the data passes; else they are gone

What a check approved is then what is published, to the batch. Light: it imports no Arrow until a table is read.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from dulieumo import release
from dulieumo.model import Artifact, Dataset, Resource
from dulieumo.store import FolderStore

if TYPE_CHECKING:
    from dulieumo.draft import Draft

LARGE_BYTES = 4 << 20
"""Of a source. Smaller ones are read again sooner than two files are moved."""


class Drafts:
    """The drafts of one run, beside the store that they may go to. Use it as a context; after it they are gone."""

    def __init__(self, store: FolderStore) -> None:
        self._store = store
        self._opened = ExitStack()
        self._folder: Path | None = None
        self._made: dict[tuple[str, str], Draft] = {}

    def __enter__(self) -> Drafts:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._made.clear()
        self._opened.__exit__(kind, error, trace)

    @contextmanager
    def listen(self, dataset: Dataset, resource: Resource, source: Path) -> Iterator[Draft | None]:
        """A draft for as long as the table is being read; None where it would not pay."""
        before = source.stat()
        draft = self._begun(dataset, resource, source) if before.st_size >= LARGE_BYTES else None
        try:
            yield draft
        finally:
            if draft is not None:
                draft.close()
        if draft is not None and draft.artifacts is not None and _mark(source.stat()) == _mark(before):
            self._made[dataset.name, resource.name] = draft

    def _begun(self, dataset: Dataset, resource: Resource, source: Path) -> Draft | None:
        """None for a version that the store has already: it will not be built again, or be refused."""
        from dulieumo import draft

        if release.find_version(self._store, dataset.name, dataset.version) is not None:
            return None
        try:
            if self._folder is None:
                self._folder = self._opened.enter_context(self._store.scratch())
            folder = self._folder / dataset.name / resource.name
            folder.mkdir(parents=True)
            return draft.Draft(dataset, resource, source, folder)
        except draft.SPOILT:
            return None

    def take(self, dataset: Dataset, resource: Resource, into: Path) -> tuple[Artifact, ...] | None:
        """Move the files of a table to `into`; None where there are none of this very dataset."""
        draft = self._made.pop((dataset.name, resource.name), None)
        if draft is None or draft.artifacts is None or draft.dataset != dataset:
            return None
        for artifact in draft.artifacts:
            target = into / artifact.path
            target.parent.mkdir(exist_ok=True)
            (draft.folder / artifact.path).rename(target)
        return draft.artifacts


def _mark(facts: os.stat_result) -> tuple[int, int, int]:
    """What changes with a file's bytes."""
    return facts.st_size, facts.st_mtime_ns, facts.st_ino
