"""A CKAN of the tests' own: the checkout's programs, its own data, and Sông Mây's organisations. Emptied for each test."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from dulieumo import localckan
from dulieumo.localckan import VERSION, LocalCkan
from tests.ckan import tally
from tests.ckan.faultproxy import FaultProxy
from tests.ckan.world import World, bootstrapped
from tests.conftest import REPOSITORY


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCkan]:
    """A running, bootstrapped CKAN for the whole session; of another version with DULIEUMO_TEST_CKAN=2.11.5."""
    version = os.environ.get("DULIEUMO_TEST_CKAN", VERSION)
    localckan.up(REPOSITORY / ".local-ckan", version=version)
    folder = tmp_path_factory.mktemp("ckan") / ".local-ckan"
    folder.mkdir()
    (folder / "install").symlink_to(REPOSITORY / ".local-ckan" / "install")
    yield bootstrapped(localckan.up(folder, version=version))
    localckan.down(folder)


@pytest.fixture
def ckan(server: LocalCkan) -> LocalCkan:
    """The server, whole and without datasets."""
    server.mend()
    server.reset_data(keep_organizations=True)
    return server


@pytest.fixture
def world(ckan: LocalCkan, tmp_path: Path) -> World:
    """A working copy of Sông Mây that publishes to the empty server."""
    return World(root=tmp_path / "kho", url=ckan.url, token_file=ckan.token_file)


@pytest.fixture
def proxy(ckan: LocalCkan) -> Iterator[FaultProxy]:
    """A way to the server on which things go wrong when told to."""
    with FaultProxy(ckan.url) as running:
        yield running


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The numbers of the fault matrices, where everybody sees them."""
    for matrix in tally.ALL:
        terminalreporter.write_line(str(matrix))
    if tally.ALL:
        terminalreporter.write_line(f"Faults, all together: {tally.total()}", bold=True)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Those with extensions are servers of their own, of half a minute each: `make prove-ckan` alone has the time."""
    own = ("test_extended.py", "test_beside_loaders.py")
    return True if collection_path.name in own and not config.getoption("--prove") else None
