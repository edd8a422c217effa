"""`dulieumo ckan …` as people and scripts call it: answers on stdout, progress on stderr, exit codes, no secrets."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from dulieumo import localckan
from dulieumo.localckan import LocalCkan
from dulieumo.localckan.layout import INSIDE
from tests.conftest import REPOSITORY
from tests.localckan.conftest import empty_folder
from tests.localckan.seen import call, pids_of

DULIEUMO = REPOSITORY / ".venv" / "bin" / "dulieumo"


def dulieumo(*words: str, language: str = "en", **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(DULIEUMO), "--lang", language, "ckan", *words],
        env={**os.environ, **environment},
        cwd=REPOSITORY,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def secrets(ckan: LocalCkan) -> tuple[str, ...]:
    return (ckan.sysadmin_token(), *ckan.context.secrets.all())


@pytest.mark.ckan
def test_up_tells_the_address_and_the_files_and_no_secret(ckan: LocalCkan, secrets: tuple[str, ...]) -> None:
    ckan.kill("redis")
    ended = dulieumo("up", "--folder", str(ckan.folder.parent))
    assert ended.returncode == 0
    assert f"Address: {ckan.url}\n" in ended.stdout
    assert "dulieumo ckan bootstrap" in ended.stdout
    assert "✓ Start Redis" in ended.stderr
    assert not any(secret in ended.stdout + ended.stderr for secret in secrets)


@pytest.mark.ckan
def test_up_as_json_is_for_scripts(ckan: LocalCkan, secrets: tuple[str, ...]) -> None:
    ended = dulieumo("up", "--folder", str(ckan.folder.parent), "--format", "json")
    facts = json.loads(ended.stdout)
    assert facts["url"] == ckan.url
    assert facts["seconds"] < 30
    assert not any(secret in ended.stdout for secret in secrets)


@pytest.mark.ckan
def test_status_names_the_dead_part_and_exits_3(ckan: LocalCkan) -> None:
    folder = str(ckan.folder.parent)
    ended = dulieumo("status", "--folder", folder)
    assert ended.returncode == 0
    assert ended.stdout.count("running") == 4
    ckan.kill("solr")
    ended = dulieumo("status", "--folder", folder)
    assert ended.returncode == 3
    dead = [line for line in ended.stdout.splitlines() if "dead" in line]
    assert len(dead) == 1
    assert dead[0].startswith("Solr")
    assert "dulieumo ckan up" in ended.stderr
    facts = json.loads(dulieumo("status", "--folder", folder, "--format", "json").stdout)
    assert {part["name"]: part["condition"] for part in facts[0]["parts"]} == {
        "postgres": "running",
        "redis": "running",
        "solr": "dead",
        "ckan": "running",
    }
    assert facts[0]["is_ready"] is False


@pytest.mark.ckan
def test_status_speaks_vietnamese(ckan: LocalCkan) -> None:
    ended = dulieumo("status", "--folder", str(ckan.folder.parent), language="vi")
    assert ended.stdout.count("đang chạy") == 4


def test_status_where_there_is_none_exits_3_and_tells_how_to_start(tmp_path: Path) -> None:
    ended = dulieumo("status", "--folder", str(tmp_path))
    assert (ended.returncode, ended.stdout) == (3, "")
    assert "dulieumo ckan up" in ended.stderr
    assert json.loads(dulieumo("status", "--folder", str(tmp_path), "--format", "json").stdout) == []


@pytest.mark.ckan
def test_logs_shows_the_last_lines_of_the_part_asked_for(ckan: LocalCkan) -> None:
    folder = str(ckan.folder.parent)
    call(ckan.url, "status_show")
    access = dulieumo("logs", "access", "--folder", folder, "-n", "2")
    assert len(access.stdout.splitlines()) == 2
    assert "/api/3/action/" in access.stdout
    assert "gunicorn" in dulieumo("logs", "--folder", folder, "-n", "500").stdout
    unknown = dulieumo("logs", "nginx", "--folder", folder)
    assert unknown.returncode == 2


@pytest.mark.ckan
def test_logs_can_be_followed(ckan: LocalCkan) -> None:
    command = [str(DULIEUMO), "ckan", "logs", "access", "--follow", "-n", "1", "--folder", str(ckan.folder.parent)]
    follower = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert follower.stdout is not None
    follower.stdout.readline()
    with urllib.request.urlopen(f"{ckan.url}/api/3?theo-doi"):
        pass
    while "theo-doi" not in follower.stdout.readline():
        pass
    follower.terminate()
    follower.wait()
    follower.stdout.close()


def test_logs_before_the_first_start_says_how_to_start(tmp_path: Path) -> None:
    ended = dulieumo("logs", "--folder", str(tmp_path))
    assert ended.returncode == 2
    assert "dulieumo ckan up" in ended.stderr


@pytest.mark.ckan
def test_reset_and_down_do_what_they_say(ckan: LocalCkan) -> None:
    folder = str(ckan.folder.parent)
    call(ckan.url, "organization_create", {"name": "so-thu"}, ckan.sysadmin_token())
    kept = dulieumo("reset", "--keep-organizations", "--yes", "--folder", folder)
    assert kept.returncode == 0, kept.stderr
    assert call(ckan.url, "organization_list") == ["so-thu"]
    assert dulieumo("reset", "--yes", "--folder", folder).returncode == 0
    assert call(ckan.url, "organization_list") == []
    down = dulieumo("down", "--folder", folder)
    assert (down.returncode, down.stdout) == (0, "")
    assert "✓ Stop CKAN" in down.stderr
    assert pids_of(ckan.folder) == set()


@pytest.mark.ckan
def test_bootstrap_takes_the_sysadmins_token_from_a_file_or_the_environment(
    ckan: LocalCkan, tmp_path: Path, secrets: tuple[str, ...]
) -> None:
    (tmp_path / "dulieumo.toml").write_text(f'[targets.thu]\nurl = "{ckan.url}"\ntoken_file = "bien-tap.token"\n')
    (tmp_path / "datasets").symlink_to(REPOSITORY / "datasets")
    options = ("bootstrap", "--target", "thu", "--datasets", str(tmp_path / "datasets"))
    without = dulieumo(*options)
    assert without.returncode == 3
    assert "DULIEUMO_SYSADMIN_TOKEN" in without.stderr
    with_file = dulieumo(*options, "--sysadmin-token-file", str(ckan.sysadmin_token_file))
    assert with_file.returncode == 0, with_file.stderr
    assert f"organisations and groups on {ckan.url}" in with_file.stdout
    token = (tmp_path / "bien-tap.token").read_text().strip()
    assert not any(secret in with_file.stdout + with_file.stderr for secret in (*secrets, token))
    again = dulieumo(*options, "--format", "json", DULIEUMO_SYSADMIN_TOKEN=ckan.sysadmin_token())
    facts = json.loads(again.stdout)
    assert (facts["created"], facts["updated"], facts["is_new_token"]) == ([], [], False)
    assert token not in again.stdout
    (tmp_path / "hinh").mkdir()
    (tmp_path / "hinh" / "kinh-te.png").write_text("<html>")
    refused = dulieumo(*options, "--pictures", str(tmp_path / "hinh"), DULIEUMO_SYSADMIN_TOKEN=ckan.sysadmin_token())
    assert refused.returncode == 0
    assert "hinh/kinh-te.png: “kinh-te.png” is no PNG" in refused.stderr
    assert call(ckan.url, "group_show?id=kinh-te")["image_display_url"].endswith(".png")  # the one of before stays
    ckan.reset_data()


@pytest.fixture
def reachable(installs: Path) -> Iterator[Path]:
    """A folder that a normal user may enter; pytest's own are closed to others."""
    base = Path(tempfile.mkdtemp(prefix="dulieumo-"))
    base.chmod(0o755)
    folder = empty_folder(base, installs)
    yield folder
    localckan.down(folder)
    subprocess.run(["rm", "-rf", str(base)], check=True)


@pytest.mark.ckan
def test_a_normal_user_brings_it_up_and_takes_it_down(reachable: Path) -> None:
    """Root lends its place to `daemon` (with the right to reach a checkout in /root); others are one already."""
    as_user: list[str] = []
    if os.geteuid() == 0:
        subprocess.run(["chown", "-R", "-h", "daemon", str(reachable.parents[1])], check=True)
        as_user = [sys.executable, "-I", "-S", str(INSIDE / "launch.py"), "--user", "daemon", "--"]
    command = [*as_user, str(DULIEUMO), "ckan"]
    environment = {**os.environ, "HOME": str(reachable.parent)}
    tail = ("--folder", str(reachable))
    subprocess.run([*command, "up", *tail], env=environment, check=True, capture_output=True)
    owners = {Path(f"/proc/{pid}").stat().st_uid for pid in pids_of(reachable)}
    assert len(owners) == 1
    assert owners != {0}
    assert localckan.attach(reachable).status().is_ready
    subprocess.run([*command, "down", *tail], env=environment, check=True, capture_output=True)
    assert pids_of(reachable) == set()


@pytest.mark.ckan
def test_every_flavour_that_is_locked_starts_and_answers(is_proof: bool, installs: Path, tmp_path: Path) -> None:
    """In full with --prove (each needs its own install); else the default one, from nothing but the programs."""
    flavours = [(version, more) for version in localckan.VERSIONS for more in (False, True)]
    for version, has_extensions in flavours if is_proof else flavours[:1]:
        folder = empty_folder(tmp_path / version / str(has_extensions), installs)
        ckan = localckan.up(folder, version=version, has_extensions=has_extensions)
        status = call(ckan.url, "status_show")
        assert status["ckan_version"] == version
        assert ("dcat" in status["extensions"]) == has_extensions
        if has_extensions:
            assert call(ckan.url, "scheming_dataset_schema_show?type=dataset")["dataset_type"] == "dataset"
        localckan.down(folder)
        assert pids_of(folder) == set()
