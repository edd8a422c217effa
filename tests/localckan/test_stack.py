"""The stack itself, on real servers: it serves, it mends what was killed, it leaves nothing behind."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.error import HTTPError

import pytest

from dulieumo import localckan
from dulieumo.localckan import Condition, LocalCkan, postgres
from tests.conftest import REPOSITORY
from tests.localckan.conftest import empty_folder
from tests.localckan.seen import call, listening, pids_of

pytestmark = pytest.mark.ckan
PARTS = ("postgres", "redis", "solr", "ckan")


def conditions(ckan: LocalCkan) -> dict[str, Condition]:
    return {part.name: part.condition for part in ckan.status().parts}


def pids(ckan: LocalCkan) -> dict[str, int | None]:
    return {part.name: part.pid for part in ckan.status().parts}


def make_dataset(ckan: LocalCkan, name: str) -> None:
    """A dataset with a DataStore table, so that every part holds something."""
    token = ckan.sysadmin_token()
    if "so-thu-nghiem" not in call(ckan.url, "organization_list"):
        call(ckan.url, "organization_create", {"name": "so-thu-nghiem", "title": "Sở Thử nghiệm"}, token)
    call(ckan.url, "package_create", {"name": name, "title": "Giáo dục", "owner_org": "so-thu-nghiem"}, token)
    table = {
        "resource": {"package_id": name},
        "fields": [{"id": "ten", "type": "text"}],
        "records": [{"ten": "Trường Lê Quý Đôn"}],
    }
    call(ckan.url, "datastore_create", table, token)


def found(ckan: LocalCkan, words: str) -> int:
    """How many datasets a search finds; asked for a while, since the index shows a change within a second."""
    deadline = time.monotonic() + 10
    while True:
        count: int = call(ckan.url, f"package_search?q={words}")["count"]
        if count or time.monotonic() > deadline:
            return count
        time.sleep(0.2)


@pytest.fixture
def dataset(ckan: LocalCkan) -> Iterator[str]:
    name = "bo-du-lieu-thu"
    ckan.reset_data()
    make_dataset(ckan, name)
    assert found(ckan, "giao+duc") == 1
    yield name
    ckan.mend()
    ckan.reset_data()


def test_it_answers_with_the_settings_that_we_rely_on(ckan: LocalCkan) -> None:
    status = call(ckan.url, "status_show")
    assert status["ckan_version"] == "2.12.0"
    assert status["locale_default"] == "vi"
    assert {"datastore", "datatables_view", "activity"} <= set(status["extensions"])
    request = urllib.request.Request(f"{ckan.url}/dataset/", headers={"Origin": "https://example.org"})
    with urllib.request.urlopen(request) as page:
        assert page.headers["Access-Control-Allow-Origin"] == "*"
        assert 'lang="vi"' in page.read().decode()
    ini = (ckan.folder / "ckan.ini").read_text()
    assert "ckan.datastore.sqlalchemy.executemany_mode = values_plus_batch\n" in ini
    assert "ckan.max_resource_size = 200\n" in ini
    assert "package_hide_extras = dulieumo\n" in ini
    assert len(ckan.workers()) == 2


def test_target_json_says_where_it_is_and_holds_no_secret(ckan: LocalCkan) -> None:
    target = json.loads((ckan.folder / "target.json").read_text())
    assert target["url"] == ckan.url
    assert Path(target["sysadmin_token_file"]).read_text().strip() == ckan.sysadmin_token()
    assert ckan.sysadmin_token() not in json.dumps(target)
    assert (ckan.folder.parent / "target.json").read_text() == (ckan.folder / "target.json").read_text()


def test_the_token_is_a_sysadmins(ckan: LocalCkan) -> None:
    assert call(ckan.url, "config_option_list", token=ckan.sysadmin_token())
    with pytest.raises(HTTPError) as caught:
        call(ckan.url, "config_option_list")
    assert caught.value.code == 403


def test_nothing_listens_beyond_loopback(ckan: LocalCkan) -> None:
    loopback = {"0100007F", "0000000000000000FFFF00000100007F", "00000000000000000000000001000000"}
    addresses = listening()
    for part in ckan.status().parts:
        assert addresses[part.port] <= loopback


def test_what_must_be_private_is(ckan: LocalCkan) -> None:
    assert ckan.folder.stat().st_mode & 0o077 == 0
    private = [*ckan.folder.glob("tokens/*"), *ckan.folder.glob("logs/*.log")]
    private += [ckan.folder / name for name in ("secrets.json", "ckan.ini", "redis/redis.conf", "target.json")]
    assert len(private) > 8
    assert {path.name: oct(path.stat().st_mode & 0o777) for path in private} == {path.name: "0o600" for path in private}


def test_no_secret_is_in_a_log_or_on_a_command_line(ckan: LocalCkan, dataset: str) -> None:
    secrets = [*json.loads((ckan.folder / "secrets.json").read_text()).values(), ckan.sysadmin_token()]
    shown = [path.read_text(errors="replace") for path in ckan.folder.glob("logs/*")]
    shown += [Path(f"/proc/{pid}/cmdline").read_text() for pid in pids_of(ckan.folder)]
    assert len(shown) > 10
    for secret in secrets:
        assert not any(secret in text for text in shown)


def test_up_again_changes_nothing_and_takes_a_moment(ckan: LocalCkan) -> None:
    before = pids(ckan)
    began = time.monotonic()
    again = localckan.up(ckan.folder.parent)
    assert time.monotonic() - began < 2
    assert again.url == ckan.url
    assert pids(again) == before


@pytest.mark.parametrize("part", PARTS)
def test_a_killed_part_is_named_and_mended_and_nothing_is_lost(ckan: LocalCkan, dataset: str, part: str) -> None:
    before = pids(ckan)
    ckan.kill(part)
    assert conditions(ckan)[part] is Condition.DEAD
    events: list[localckan.Event] = []
    mended = localckan.up(ckan.folder.parent, report=events.append)
    assert set(conditions(mended).values()) == {Condition.RUNNING}
    after = pids(mended)
    assert {name for name in PARTS if after[name] != before[name]} == {part}
    assert any(event.phase is localckan.Phase.NOTE for event in events)
    assert mended.url == ckan.url
    assert found(mended, "giao+duc") == 1
    resource = call(mended.url, f"package_show?id={dataset}")["resources"][0]["id"]
    assert call(mended.url, f"datastore_search?resource_id={resource}")["total"] == 1


def test_all_parts_killed_at_once_are_mended(ckan: LocalCkan, dataset: str) -> None:
    for part in PARTS:
        ckan.kill(part)
    assert set(conditions(ckan).values()) == {Condition.DEAD}
    ckan.mend()
    assert found(ckan, "giao+duc") == 1


def test_a_killed_worker_is_replaced_by_gunicorn(ckan: LocalCkan) -> None:
    before = ckan.workers()
    killed = ckan.kill_worker()
    deadline = time.monotonic() + 15
    while len(ckan.workers()) < 2 and time.monotonic() < deadline:
        time.sleep(0.1)
    assert killed in before
    assert killed not in ckan.workers()
    assert len(ckan.workers()) == 2
    assert set(conditions(ckan).values()) == {Condition.RUNNING}


def test_workers_that_outlived_gunicorn_are_gone_before_it_starts_again(ckan: LocalCkan) -> None:
    workers = set(ckan.workers())
    ckan.kill("ckan")
    ckan.mend()
    assert workers.isdisjoint(pids_of(ckan.folder))
    assert len(ckan.workers()) == 2


@pytest.mark.parametrize("part", ["redis", "ckan"])
def test_a_part_that_hangs_is_called_silent_and_started_anew(
    ckan: LocalCkan, part: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dulieumo.localckan.stack._PATIENCE_SECONDS", 1.0)
    monkeypatch.setattr("dulieumo.localckan.web._PROBE_SECONDS", 5.0)
    frozen = ckan.process(part)
    assert frozen is not None
    for pid in (frozen.pid, *(ckan.workers() if part == "ckan" else ())):
        os.kill(pid, signal.SIGSTOP)
    began = time.monotonic()
    assert conditions(ckan)[part] is Condition.SILENT
    assert time.monotonic() - began < 30
    ckan.mend()
    assert conditions(ckan)[part] is Condition.RUNNING
    assert not frozen.is_running


def test_a_single_part_can_be_stopped_and_started(ckan: LocalCkan) -> None:
    ckan.stop("solr")
    ckan.stop("redis")
    assert conditions(ckan)["solr"] is Condition.DEAD
    ckan.start("redis")
    assert conditions(ckan)["redis"] is Condition.RUNNING
    assert conditions(ckan)["solr"] is Condition.DEAD
    with pytest.raises(HTTPError):
        call(ckan.url, "package_search")
    ckan.start("solr")
    assert call(ckan.url, "package_search")["count"] == 0


def test_down_leaves_no_process_and_up_brings_everything_back(ckan: LocalCkan, dataset: str) -> None:
    assert len(pids_of(ckan.folder)) > 5
    localckan.down(ckan.folder.parent)
    assert pids_of(ckan.folder) == set()
    assert set(conditions(ckan).values()) == {Condition.STOPPED}
    with pytest.raises(OSError, match="refused"):
        call(ckan.url, "status_show")
    localckan.down(ckan.folder.parent)  # nothing to do, no error
    began = time.monotonic()
    again = localckan.up(ckan.folder.parent)
    print(f"warm start: {time.monotonic() - began:.1f} s")
    assert found(again, "giao+duc") == 1


def test_down_never_touches_a_process_that_only_has_a_pid_of_ours(ckan: LocalCkan) -> None:
    stranger = subprocess.Popen(["tail", "-f", str(ckan.log("ckan"))], stdout=subprocess.DEVNULL)
    localckan.down(ckan.folder.parent)
    record = {"pid": stranger.pid, "started": 1, "boot": "of another boot", "command": ["redis-server"]}
    (ckan.folder / "run" / "redis.json").write_text(json.dumps(record))
    assert conditions(ckan)["redis"] is Condition.DEAD
    localckan.down(ckan.folder.parent)
    ckan.mend()
    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()


def test_servers_whose_record_was_lost_are_found_and_not_doubled(ckan: LocalCkan, dataset: str) -> None:
    old = {pid for pid in pids(ckan).values() if pid}
    for record in (ckan.folder / "run").iterdir():
        record.unlink()
    ckan.mend()
    assert old.isdisjoint(pids_of(ckan.folder))
    assert found(ckan, "giao+duc") == 1
    for record in (ckan.folder / "run").iterdir():
        record.unlink()
    localckan.down(ckan.folder.parent)
    assert pids_of(ckan.folder) == set()


def test_a_reboot_is_survived(ckan: LocalCkan, dataset: str) -> None:
    """Everything is gone at once, the records speak of an earlier boot, and old pids belong to others."""
    for part in PARTS:
        ckan.kill(part)
    stranger = subprocess.Popen(["sleep", "300"])
    for path in (ckan.folder / "run").iterdir():
        path.write_text(json.dumps({**json.loads(path.read_text()), "pid": stranger.pid, "boot": "before"}))
    lock = ckan.folder / "postgres" / "data" / "postmaster.pid"
    lock.write_text("\n".join([str(stranger.pid), *lock.read_text().splitlines()[1:]]) + "\n")
    if os.geteuid() == 0:
        os.chown(lock, lock.parent.stat().st_uid, -1)
    assert {part.condition for part in ckan.status().parts} == {Condition.DEAD}
    ckan.mend()
    assert found(ckan, "giao+duc") == 1
    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()


@pytest.mark.parametrize("part", PARTS)
def test_a_port_taken_in_the_meantime_is_left_to_its_taker(ckan: LocalCkan, part: str) -> None:
    port = {status.name: status.port for status in ckan.status().parts}[part]
    localckan.down(ckan.folder.parent)
    with socket.create_server(("127.0.0.1", port)) as taker:
        again = localckan.up(ckan.folder.parent)
        now = {status.name: status.port for status in again.status().parts}[part]
        assert now != port
        assert again.status().is_ready
        assert call(again.url, "package_search")["count"] == 0
        assert json.loads((ckan.folder / "target.json").read_text())["url"] == again.url
        taker.setblocking(False)
        with pytest.raises(BlockingIOError):
            taker.accept()  # nobody of ours spoke to it
    ckan.context = again.context


def test_downloads_are_named_under_the_new_address_when_ckans_port_changed(ckan: LocalCkan, dataset: str) -> None:
    """CKAN answers from the search index, which keeps whole addresses: another stack may serve on the old port by then."""
    ckan.reset_data()
    make_dataset(ckan, dataset)
    mark = {"package_id": dataset, "url": "bang.csv", "url_type": "upload"}
    call(ckan.url, "resource_create", mark, ckan.sysadmin_token())
    localckan.down(ckan.folder.parent)
    with socket.create_server(("127.0.0.1", int(ckan.url.rsplit(":", 1)[1]))):
        again = localckan.up(ckan.folder.parent)
        assert again.url != ckan.url
        for answer in (
            call(again.url, f"package_show?id={dataset}"),
            call(again.url, f"package_search?q=name:{dataset}")["results"][0],
        ):
            assert {resource["url"].startswith(f"{again.url}/") for resource in answer["resources"]} == {True}
    ckan.context = again.context


def test_a_servers_port_may_change_while_ckan_runs(ckan: LocalCkan) -> None:
    port = {status.name: status.port for status in ckan.status().parts}["redis"]
    before = pids(ckan)["ckan"]
    ckan.kill("redis")
    with socket.create_server(("127.0.0.1", port)):
        ckan.mend()
    assert ckan.status().is_ready
    assert pids(ckan)["ckan"] != before  # it had to learn the new port


def test_two_stacks_stand_side_by_side(ckan: LocalCkan, dataset: str) -> None:
    other = localckan.attach(REPOSITORY / ".local-ckan")
    other.mend()
    assert other.url != ckan.url
    assert {part.port for part in other.status().parts}.isdisjoint(part.port for part in ckan.status().parts)
    with pytest.raises(HTTPError) as caught:
        call(other.url, f"package_show?id={dataset}")
    assert caught.value.code == 404
    with pytest.raises(HTTPError) as caught:
        call(other.url, "config_option_list", token=ckan.sysadmin_token())
    assert caught.value.code == 403


def test_two_ups_at_once_start_everything_once(ckan: LocalCkan) -> None:
    localckan.down(ckan.folder.parent)
    command = [
        str(REPOSITORY / ".venv/bin/dulieumo"),
        "ckan",
        "up",
        "--folder",
        str(ckan.folder.parent),
        "--format",
        "json",
    ]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _number in range(2)]
    answers = [json.loads(process.communicate()[0]) for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert answers[0]["url"] == answers[1]["url"]
    assert len(ckan.workers()) == 2
    binaries = [Path(f"/proc/{pid}/exe").readlink().name for pid in pids_of(ckan.folder)]
    assert (binaries.count("redis-server"), binaries.count("java")) == (1, 1)


@pytest.mark.parametrize("seconds", [0.4, 1.2, 2.5, 4.0])
def test_an_up_that_is_killed_halfway_through_is_finished_by_the_next(ckan: LocalCkan, seconds: float) -> None:
    """On an empty stack, so that the filling of the databases is among what is cut off."""
    folder = ckan.folder.parent
    localckan.down(folder)
    localckan.server._throw_away(ckan.context.where)
    command = [str(REPOSITORY / ".venv/bin/dulieumo"), "ckan", "up", "--folder", str(folder)]
    first = subprocess.Popen(command, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    time.sleep(seconds)
    first.kill()
    first.wait()
    again = localckan.up(folder)
    assert again.status().is_ready
    make_dataset(again, "sau-khi-bi-ngat")
    assert found(again, "giao+duc") == 1
    ckan.context = again.context
    ckan.reset_data()


def test_databases_are_looked_at_only_when_those_who_make_them_are_done(ckan: LocalCkan) -> None:
    """As after an `up` that was killed: its server process is still making a database, which nobody else can see yet."""
    making = f"SELECT pg_advisory_lock({postgres.DATABASES_LOCK}); SELECT pg_sleep(2);"
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(postgres.query, ckan.context, "postgres", making)
        time.sleep(1)
        began = time.monotonic()
        postgres.make_databases(ckan.context)
        assert time.monotonic() - began > 0.3
        first.result(timeout=10)


def test_reset_leaves_an_empty_ckan_with_a_good_token(ckan: LocalCkan, dataset: str) -> None:
    token = ckan.sysadmin_token()
    call(ckan.url, "user_create", {"name": "ai-do", "email": "a@example.org", "password": "mat khau dai"}, token)
    began = time.monotonic()
    ckan.reset_data()
    seconds = time.monotonic() - began
    print(f"reset: {seconds:.2f} s")
    assert seconds < 2
    assert call(ckan.url, "package_search")["count"] == 0
    assert call(ckan.url, "package_list") == []
    assert call(ckan.url, "organization_list") == []
    assert {user["name"] for user in call(ckan.url, "user_list", token=token)} == {"admin"}
    assert list((ckan.folder / "storage" / "resources").glob("*")) == []
    make_dataset(ckan, dataset)  # the same names may be taken again
    assert found(ckan, "giao+duc") == 1


def test_reset_may_keep_the_organisations(ckan: LocalCkan, dataset: str) -> None:
    resource = call(ckan.url, f"package_show?id={dataset}")["resources"][0]["id"]
    ckan.reset_data(keep_organizations=True)
    assert call(ckan.url, "organization_list") == ["so-thu-nghiem"]
    assert call(ckan.url, "organization_show?id=so-thu-nghiem")["package_count"] == 0
    assert call(ckan.url, "package_list") == []
    with pytest.raises(HTTPError) as caught:
        call(ckan.url, f"datastore_search?resource_id={resource}")
    assert caught.value.code == 404
    make_dataset(ckan, dataset)
    assert call(ckan.url, "organization_show?id=so-thu-nghiem")["package_count"] == 1


def test_rebuild_starts_over_when_the_data_are_broken(ckan: LocalCkan, dataset: str) -> None:
    localckan.down(ckan.folder.parent)
    (ckan.folder / "postgres" / "data" / "global" / "pg_control").write_bytes(b"broken")
    with pytest.raises(localckan.LocalCkanFailed) as caught:
        localckan.up(ckan.folder.parent)
    assert "PostgreSQL" in caught.value.message
    assert "pg_control" in caught.value.message  # the log's last lines are shown
    assert "--rebuild" in (caught.value.hint or "")
    began = time.monotonic()
    again = localckan.rebuild(ckan.folder.parent)
    print(f"rebuild: {time.monotonic() - began:.1f} s")
    assert call(again.url, "package_list") == []
    ckan.context = again.context


def test_settings_of_ones_own_are_kept_until_others_are_given(ckan: LocalCkan) -> None:
    folder = ckan.folder.parent
    localckan.up(folder, settings={"ckan.site_title": "100% mở"})
    assert call(ckan.url, "status_show")["site_title"] == "100% mở"
    localckan.up(folder)
    assert call(ckan.url, "status_show")["site_title"] == "100% mở"
    localckan.up(folder, settings={})
    assert call(ckan.url, "status_show")["site_title"] != "100% mở"


def test_a_folder_without_a_stack_says_how_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(localckan.LocalCkanFailed) as caught:
        localckan.attach(tmp_path)
    assert "dulieumo ckan up" in (caught.value.hint or "")
    assert localckan.status(tmp_path) == ()
    localckan.down(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_down_ends_servers_whose_folder_was_removed_under_them(tmp_path: Path, installs: Path) -> None:
    folder = empty_folder(tmp_path, installs)
    removed = localckan.up(folder)
    assert len(pids_of(folder)) > 5
    shutil.rmtree(removed.folder)
    localckan.down(folder)
    deadline = time.monotonic() + 20  # PostgreSQL sees by itself that its data are gone
    while pids_of(folder) and time.monotonic() < deadline:
        time.sleep(0.2)
    assert pids_of(folder) == set()
