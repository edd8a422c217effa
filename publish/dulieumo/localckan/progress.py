"""What `up` reports while it works: events, which the command line shows as it likes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum


class Phase(StrEnum):
    STARTED = "started"
    DONE = "done"
    FAILED = "failed"
    NOTE = "note"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A step (by its text) began, ended after `seconds`, or has something to say. Steps may run side by side."""

    step: str
    phase: Phase
    seconds: float = 0.0


Report = Callable[[Event], None]


def silent(event: Event) -> None:
    """The report of those who do not watch."""


@contextmanager
def step(report: Report, text: str) -> Iterator[None]:
    """Reports the step's begin and end around the block."""
    report(Event(step=text, phase=Phase.STARTED))
    began = time.monotonic()
    try:
        yield
    except BaseException:
        report(Event(step=text, phase=Phase.FAILED, seconds=time.monotonic() - began))
        raise
    report(Event(step=text, phase=Phase.DONE, seconds=time.monotonic() - began))


def note(report: Report, text: str) -> None:
    report(Event(step=text, phase=Phase.NOTE))
