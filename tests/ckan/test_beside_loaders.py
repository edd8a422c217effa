"""Beside ckanext-xloader, whose worker is at work all the while. Only in `make prove-ckan`: it is a server of its own."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dulieumo.ckan.model import Action
from dulieumo.errors import ReleaseError
from dulieumo.localckan import VERSION
from dulieumo.site import server
from tests.ckan import look
from tests.ckan.test_changes import actions
from tests.ckan.world import World
from tests.ckan.xloader import Loader, beside
from tests.conftest import REPOSITORY

pytestmark = [pytest.mark.ckan, pytest.mark.slow]


@pytest.fixture(scope="module")
def xloader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loader]:
    folder = tmp_path_factory.mktemp("beside") / ".local-ckan"
    folder.mkdir()
    (folder / "install").symlink_to(REPOSITORY / ".local-ckan" / "install")
    with beside(folder, os.environ.get("DULIEUMO_TEST_CKAN", VERSION)) as loader:
        yield loader


@pytest.fixture
def loader(xloader: Loader) -> Loader:
    """Idle, on an empty server."""
    xloader.wait()
    xloader.ckan.reset_data(keep_organizations=True)
    xloader.tally()
    return xloader


@pytest.fixture
def world(loader: Loader, tmp_path: Path) -> World:
    return World(root=tmp_path / "kho", url=loader.ckan.url, token_file=loader.ckan.token_file)


@pytest.fixture
def linked(world: World) -> Iterator[World]:
    """The same city, whose files lie in its store and are linked from CKAN."""
    world.release()
    running = server.serve(world.settings.dist / "store")
    thread = threading.Thread(target=running.serve_forever, daemon=True)
    thread.start()
    world.at(file_base_url=f"http://127.0.0.1:{running.server_address[1]}")
    yield world
    running.shutdown()
    running.server_close()
    thread.join()


def assert_left_alone(world: World, loader: Loader) -> None:
    """The worker was told of files and passed over each; CKAN is as declared, types, dictionaries, rows and one table view."""
    loader.wait()
    passed_over, loaded = loader.tally()
    assert loaded == 0
    assert passed_over > 0
    assert_as_declared(world)


def assert_as_declared(world: World) -> None:
    world.assert_converged()
    client = world.client()
    for body in client.read("package_search", rows=1000)["results"]:
        for resource in body["resources"]:
            views = [view["view_type"] for view in client.read("resource_view_list", id=resource["id"])]
            assert views.count("datatables_view") == bool(resource.get("datastore_active")), (resource["url"], views)


def one_more_row(world: World, version: str) -> None:
    rows = world.read_csv("ben-xe", "ben").rstrip("\n")
    world.rewrite("ben-xe", "ben", f"{rows}\nB{version.replace('.', '')},Bến {version},10.5\n", version)


def test_what_is_published_is_left_as_declared(world: World, loader: Loader) -> None:
    world.publish()
    assert_left_alone(world, loader)


def test_changed_rows_are_left_as_declared(world: World, loader: Loader) -> None:
    world.publish()
    loader.wait()
    loader.tally()
    one_more_row(world, "1.1.0")
    world.publish()
    assert_left_alone(world, loader)


def test_a_change_of_metadata_alone_tells_the_loader_nothing(world: World, loader: Loader) -> None:
    world.publish()
    loader.wait()
    before = loader.statuses()
    loader.tally()
    world.describe("ben-xe", lambda value: value.update(title="Bến xe, tên khác"), "1.0.1")
    world.publish()
    loader.wait()
    assert loader.tally()[1] == 0
    assert loader.statuses() == before
    assert_as_declared(world)


def test_pushes_one_upon_the_other_and_at_once_are_left_as_declared(world: World, loader: Loader) -> None:
    """Three at the same time, and the next three while the worker still has the files of those before."""
    world.publish()
    for version in ("1.1.0", "1.2.0", "1.3.0"):
        one_more_row(world, version)
        world.release()
        outcomes: list[Any] = []

        def push(outcomes: list[Any] = outcomes) -> None:
            try:
                outcomes.append(world.push().failures)
            except ReleaseError as refused:
                outcomes.append(refused)

        pushes = [threading.Thread(target=push) for _one in range(3)]
        for thread in pushes:
            thread.start()
        for thread in pushes:
            thread.join()
        assert len(outcomes) == 3
        assert not world.push().failures
    assert_left_alone(world, loader)


def test_a_reload_by_a_person_is_shown_and_what_was_declared_is_brought_back(world: World, loader: Loader) -> None:
    """On CKAN 2.12.0 xloader 2.6.0 drops a table whose types it would change and then fails; on 2.11.5 all becomes text."""
    world.publish()
    loader.wait()
    for key in ("ben.csv", "chuyen.csv"):
        loader.reload(look.resource(loader.admin, "ben-xe", key)["id"])
    reason = "table-types-edited" if world.plan().profile.version.startswith("2.11") else "table-lost"
    found = [item for item in actions(world.plan(is_deep=True)) if item[0] == Action.RECORDS]
    assert found == [("records", "ben.csv", reason), ("records", "chuyen.csv", reason)]
    assert not world.push(is_deep=True).failures
    loader.wait()
    assert_as_declared(world)


def test_linked_files_are_left_as_declared(linked: World, loader: Loader) -> None:
    linked.publish()
    loader.wait()
    assert_as_declared(linked)
    one_more_row(linked, "1.1.0")
    linked.publish()
    assert_left_alone(linked, loader)


def test_from_files_to_links_and_back(linked: World, loader: Loader) -> None:
    address = linked.target.file_base_url
    for base in (None, address, None):
        linked.at(file_base_url=base)
        linked.publish()
        loader.wait()
        assert loader.tally()[1] == 0
        assert_as_declared(linked)
