"""A second stack beside the checkout's own, to be hurt: its own data, the checkout's programs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from dulieumo import localckan
from dulieumo.localckan import Event, LocalCkan
from tests.conftest import REPOSITORY


@pytest.fixture(scope="session")
def installs() -> Path:
    """The installed programs of this checkout (`make test` has brought its CKAN up; this finds it running)."""
    localckan.up(REPOSITORY / ".local-ckan")
    return REPOSITORY / ".local-ckan" / "install"


def empty_folder(base: Path, installs: Path) -> Path:
    """A folder without stacks that needs nothing installed. Its name is one that people here would choose."""
    folder = base / "dữ liệu mở" / ".local-ckan"
    folder.mkdir(parents=True)
    (folder / "install").symlink_to(installs)
    return folder


@pytest.fixture(scope="session")
def spare(tmp_path_factory: pytest.TempPathFactory, installs: Path) -> Iterator[LocalCkan]:
    """A running stack of its own, shared by the tests of this folder. Each test leaves it mended."""
    folder = empty_folder(tmp_path_factory.mktemp("spare"), installs)
    try:
        yield localckan.up(folder)
    finally:
        localckan.down(folder)


@pytest.fixture
def ckan(spare: LocalCkan) -> Iterator[LocalCkan]:
    """The spare stack, whole before and after the test, whatever the test does to it."""
    spare.mend(_shown)
    yield spare
    spare.mend(_shown)


def _shown(event: Event) -> None:
    """Shown by pytest when a test fails."""
    print(event.phase, event.step, round(event.seconds, 1))
