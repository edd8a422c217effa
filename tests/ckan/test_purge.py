"""The day something slipped through, rehearsed: a made-up citizen number is published, purged, and found nowhere."""

from __future__ import annotations

import json
import random
import subprocess
from pathlib import Path

import jsonschema_rs
import pytest
from click.testing import CliRunner

from dulieumo import cli, errors
from dulieumo.cli import purge, site
from dulieumo.errors import ConfigError
from dulieumo.localckan import LocalCkan
from dulieumo.purge.places import Step, Where
from dulieumo.purge.value import Value
from tests.ckan.world import World, sysadmin
from tests.conftest import REPOSITORY
from tests.rules.personal_corpus import _citizen

pytestmark = pytest.mark.ckan

DATASET = "phan-anh-moi-truong"
PLANTED = _citizen(random.Random(11))
SOUND = "phuong,noi_dung,so_lan\nPhường Mây Hồng,Rác ở bờ sông,2\nPhường Mây Trắng,Tiếng ồn,\n"
LEAK = f"{SOUND}Phường Mây Trắng,{PLANTED},1\n"


def git(world: World, *arguments: str) -> str:
    who = ["-c", "user.name=Người thử", "-c", "user.email=thu@example.org", "-c", "commit.gpgsign=false"]
    done = subprocess.run(["git", *who, *arguments], cwd=world.root, capture_output=True, check=True, text=True)
    return done.stdout


def leaked(world: World) -> World:
    """Published with the number in a cell: in Git, store, site, caches, CKAN's file, its table."""
    world.keep_only(DATASET)
    (world.root / ".gitignore").write_text("dist\n.cache\n", encoding="utf-8")
    publishers = world.root / "datasets" / "publishers.yaml"  # whose pages are not those of a site of one dataset
    publishers.write_text(
        publishers.read_text(encoding="utf-8").replace("//songmay", "//phong.songmay"), encoding="utf-8"
    )
    git(world, "init", "-q", "-b", "main")
    world.rewrite(DATASET, "phan-anh", LEAK, "1.0.1")
    git(world, "add", "-A")
    git(world, "commit", "-qm", "Công bố phản ánh")
    world.publish()
    site.run(world.settings)
    return world


def mended(world: World) -> World:
    """What the owner does first: the cell without the number, in a new version that is checked and built."""
    world.rewrite(DATASET, "phan-anh", SOUND, "1.0.2")
    git(world, "commit", "-qam", "Bỏ một ô")
    world.release()
    return world


def stored(ckan: LocalCkan) -> bytes:
    """All that CKAN keeps of uploaded files, as it lies on its disk."""
    return b"".join(path.read_bytes() for path in ckan.folder.glob("storage/**/*") if path.is_file())


def test_a_leaked_number_is_purged_from_every_place(world: World, ckan: LocalCkan, tmp_path: Path) -> None:
    mended(leaked(world))
    before = git(world, "log", "--format=%s")
    assert PLANTED.encode() in stored(ckan)
    value, client = Value([PLANTED]), world.client()
    plan = purge.run(world.settings, [DATASET], value, client=client)
    assert {place.where for place in plan.places} == {
        Where.GIT,
        Where.STORE,
        Where.DIST,
        Where.CKAN_FILE,
        Where.CKAN_ROWS,
    }
    assert git(world, "log", "--format=%s") == before, "a plan changes nothing"

    done = purge.run(world.settings, [DATASET], value, client=client, backup=tmp_path / "cu.bundle", is_applied=True)
    assert done.remaining == ()
    assert PLANTED.encode() not in stored(ckan)
    assert git(world, "log", "--format=%s") == before, "the history of everything else is there"
    assert "Rác ở bờ sông" in git(world, "show", "HEAD~1:" + _table(world)), "and so are the other rows"
    assert git(world, "fsck", "--no-progress") == ""
    rows = sysadmin(ckan).read("datastore_search", resource_id=_resource(world))["records"]
    assert [row["noi_dung"] for row in rows] == ["Rác ở bờ sông", "Tiếng ồn"]
    world.assert_converged()
    assert PLANTED in _bundled(tmp_path / "cu.bundle", tmp_path / "cu"), "the backup is what was there before"


def test_history_of_activities_is_named_and_a_sysadmin_can_end_it(world: World, ckan: LocalCkan) -> None:
    world.keep_only(DATASET)
    world.describe(DATASET, lambda value: value.update({"dulieumo:scope": f"Hồ sơ {PLANTED}."}), "1.0.1")
    world.publish()
    world.describe(DATASET, lambda value: value.update({"dulieumo:scope": "Vài phản ánh bịa ra."}), "1.0.2")
    world.release()
    value = Value([PLANTED])
    done = purge.run(world.settings, [DATASET], value, client=world.client(), is_applied=True)
    assert {(place.where, place.step) for place in done.remaining} == {(Where.CKAN_ACTIVITY, Step.SYSADMIN)}
    if ckan.context.where.version.startswith("2.11"):
        return  # there, only SQL ends it
    for place in done.remaining:
        sysadmin(ckan).write("activity_delete", {"id": place.id})
    assert purge.run(world.settings, [DATASET], value, client=world.client()).places == ()


def test_the_value_is_never_shown_and_the_plan_keeps_to_its_schema(
    world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    leaked(world)
    monkeypatch.chdir(world.root)
    file = tmp_path / "gia-tri.txt"
    file.write_text(f"{PLANTED}\n", encoding="utf-8")
    shown = CliRunner().invoke(
        cli.group, ["purge", DATASET, "--value-file", str(file), "--format", "json"], standalone_mode=False
    )
    assert shown.return_value == errors.DIFFERENCES
    assert PLANTED not in shown.output
    schema = json.loads((REPOSITORY / "publish/dulieumo/schemas/purge.json").read_text(encoding="utf-8"))
    assert jsonschema_rs.is_valid(schema, json.loads(shown.stdout))
    with pytest.raises(ConfigError, match="phan-anh"):  # the working tree holds it still
        purge.run(world.settings, [DATASET], Value([PLANTED]), client=world.client(), is_applied=True)
    assert PLANTED in git(world, "log", "-p"), "refused before anything was changed"


def _table(world: World) -> str:
    return (world.folder(DATASET) / "data" / "phan-anh.csv").relative_to(world.root).as_posix()


def _resource(world: World) -> str:
    return str(world.anonymous().read("package_show", id=DATASET)["resources"][0]["id"])


def _bundled(bundle: Path, folder: Path) -> str:
    subprocess.run(["git", "clone", "-q", str(bundle), str(folder)], check=True, capture_output=True)
    return subprocess.run(["git", "log", "-p"], cwd=folder, check=True, capture_output=True, text=True).stdout
