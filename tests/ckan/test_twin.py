"""The hidden twin of `dulieumo preview`: the working copy on a real CKAN, beside the real dataset and never in its way."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from dulieumo import check, config, descriptors
from dulieumo.errors import NotAuthorized, UsageError
from dulieumo.owner import twin
from tests.ckan.world import World

pytestmark = pytest.mark.ckan
DULIEUMO = str(Path(sys.executable).with_name("dulieumo"))
NAME = "ben-xe"


def settings(world: World, **keys: str) -> config.Settings:
    lines = {"url": f'"{world.url}"', "token_file": f'"{world.token_file}"', **keys}
    text = "[targets.staging]\n" + "".join(f"{key} = {value}\n" for key, value in lines.items())
    (world.root / "dulieumo.toml").write_text(text, encoding="utf-8")
    return config.load(world.root, {})


def publish(world: World, scratch: Path) -> twin.Twin:
    own = settings(world)
    reading = descriptors.read(own.datasets)
    assert check.check(reading, only=(NAME,)).is_valid
    return twin.publish(own, reading, NAME, scratch)


def test_the_twin_is_hidden_and_the_real_dataset_stays_as_it_is(world: World, tmp_path: Path) -> None:
    world.keep_only(NAME)
    world.publish()
    world.describe(NAME, lambda value: value.update(title="Bến xe, bản đang sửa"))
    made = publish(world, tmp_path / "mot")
    assert made.address == f"{world.url}/dataset/xem-truoc-{NAME}", made.missing
    package = world.client().read("package_show", id=f"xem-truoc-{NAME}")
    assert package["private"]
    assert package["title"].endswith("Bến xe, bản đang sửa")
    tables = [item for item in package["resources"] if item["datastore_active"]]
    assert tables, "the rows are to be seen as CKAN shows them"
    with pytest.raises(NotAuthorized):
        world.anonymous().find("package_show", id=f"xem-truoc-{NAME}")
    assert world.anonymous().read("package_show", id=NAME)["title"] != package["title"]

    # The same version with other rows, as while one is working: the next preview writes over the twin.
    rows = world.read_csv(NAME, "ben").splitlines()
    (world.folder(NAME) / "data/ben.csv").write_text("\n".join([*rows, "B9,Bến Mới,10.5"]) + "\n", encoding="utf-8")
    again = publish(world, tmp_path / "hai")
    assert again.address == made.address, again.missing
    found = [world.client().read("datastore_search", resource_id=item["id"], limit=0)["total"] for item in tables]
    assert len(rows) in found, "the header less, the new row more"

    # Our own plans do not see it.
    world.describe(NAME, lambda value: value.update(title="Bến xe"), "9.0.0")
    (world.folder(NAME) / "data/ben.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    world.release()
    assert {item.name for item in world.plan(prune=True).datasets} == {NAME}


def test_the_public_portal_gets_no_preview(world: World) -> None:
    with pytest.raises(UsageError):
        twin.find(settings(world, production="true"))


def test_the_command_opens_the_page_and_ckan(world: World) -> None:
    settings(world)
    found = lines_of(world.root, 2)
    assert found[0].startswith("http://127.0.0.1:")
    assert found[0].endswith(f"/datasets/{NAME}/")
    assert found[1] == f"{world.url}/dataset/xem-truoc-{NAME}"


def lines_of(folder: Path, count: int) -> list[str]:
    """The first addresses that the running command answers; it is then stopped."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("DULIEUMO")}
    words = [DULIEUMO, "preview", NAME, "--no-open"]
    with subprocess.Popen(
        words, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as running:
        assert running.stdout is not None
        stop = threading.Timer(120, running.kill)
        stop.start()
        try:
            addresses = (line.strip() for line in running.stdout if line.startswith("http"))
            return [next(addresses) for _address in range(count)]
        finally:
            stop.cancel()
            running.terminate()


def test_time_is_not_lost_where_there_is_no_ckan(world: World, tmp_path: Path) -> None:
    own = settings(world, url='"http://127.0.0.1:9"')
    began = time.monotonic()
    made = twin.publish(own, descriptors.read(own.datasets), NAME, tmp_path)
    assert made.address is None
    assert "127.0.0.1:9" in made.missing
    assert "\n" not in made.missing
    assert time.monotonic() - began < 30
