"""Fixtures for all tests: messages in Vietnamese, no network but loopback."""

from __future__ import annotations

import socket
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import pytest
from hypothesis import settings

from dulieumo import i18n
from tests import browser as machine

if TYPE_CHECKING:
    from playwright.sync_api import Browser

# The same examples at every run, and others in `make prove-*`; how long one takes on a busy machine is no failure.
settings.register_profile("sample", deadline=None, derandomize=True)
settings.register_profile("proof", deadline=None)
settings.load_profile("proof" if "--prove" in sys.argv else "sample")

T = TypeVar("T")
REPOSITORY = Path(__file__).resolve().parents[1]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--prove", action="store_true", help="run the long matrices in full instead of a seeded sample")
    parser.addoption("--part", default="1/1", help="run one part of the long matrices: 2/7 takes every seventh case")


@dataclass(frozen=True)
class Part:
    """Part `number` (from 1) of `count`: a proof of hours, cut into pieces that can be run one by one."""

    number: int
    count: int

    def of(self, cases: Sequence[T]) -> Sequence[T]:
        return cases[self.number - 1 :: self.count] or cases[-1:]  # a matrix shorter than the parts is never left out


@pytest.fixture(scope="session")
def part(pytestconfig: pytest.Config) -> Part:
    """Which part of the long matrices runs (`--part`)."""
    number, _slash, count = str(pytestconfig.getoption("--part")).partition("/")
    return Part(int(number), int(count))


@pytest.fixture(scope="session")
def is_proof(pytestconfig: pytest.Config) -> bool:
    """Whether the long matrices run in full (`make prove-*`)."""
    return bool(pytestconfig.getoption("--prove"))


@pytest.fixture(autouse=True)
def _vietnamese() -> Iterator[None]:
    i18n.use("vi")
    yield
    i18n.use("vi")


@pytest.fixture(autouse=True)
def _loopback_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test that reaches for the Internet is a test that fails without it: refuse at once."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in ("127.0.0.1", "::1", "localhost"):
            raise AssertionError(f"a test tried to reach {address[0]}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture
def repository() -> Path:
    """The folder of this checkout."""
    return REPOSITORY


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The one browser of a run: Playwright starts once in a process."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=machine.executable(), args=list(machine.ARGUMENTS))
        yield started
        started.close()
