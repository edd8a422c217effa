"""The log of publications: every line is kept, a line that was tampered with is found, and nothing secret is in it."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import jsonschema
import pytest

from dulieumo.errors import ConfigError
from dulieumo.governance import audit
from dulieumo.governance.audit import Event

DULIEUMO = str(Path(sys.executable).with_name("dulieumo"))
PUSH = Event(
    action="push",
    target="production",
    url="https://data.langmau.example",
    release="2026.11",
    content_hash="sha256:ab",
    commit="0123abc",
    result="done",
    datasets=audit.changed([("mot", "1.1.0"), ("hai", "2.0.0")]),
    counts={"create": 1, "upload": 3},
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "store" / "audit.jsonl"


def test_what_was_appended_is_read_back(path: Path, repository: Path) -> None:
    at = datetime(2026, 11, 22, 3, 4, 5, tzinfo=UTC)
    first = audit.append(path, PUSH, actor="github:lan", at=at)
    second = audit.append(
        path, replace(PUSH, action="rollback", result="failed", note="hết giờ"), actor="local:op", at=at
    )
    log = audit.read(path)
    assert log.problems == ()
    assert log.lines == (first, second)
    assert [line.number for line in log.lines] == [1, 2]
    assert log.lines[0].at == "2026-11-22T03:04:05Z"
    assert log.lines[0].event.datasets == ("mot@1.1.0", "hai@2.0.0")
    schema = json.loads((repository / "publish/dulieumo/schemas/audit.json").read_text(encoding="utf-8"))
    for text in path.read_text(encoding="utf-8").splitlines():
        jsonschema.validate(json.loads(text), schema)


def test_a_log_that_does_not_exist_is_empty(path: Path) -> None:
    assert audit.read(path) == audit.Log(lines=(), problems=())


@pytest.mark.parametrize(
    ("tamper", "line"),
    [
        (lambda lines: [lines[0].replace("done", "failed"), *lines[1:]], 2),
        (lambda lines: [lines[0], *lines[2:]], 2),
        (lambda lines: lines[1:], 1),
        (lambda lines: [lines[0], lines[2], lines[1], *lines[3:]], 2),
        (lambda lines: [*lines[:2], lines[1], *lines[2:]], 3),
        (lambda lines: [*lines[:1], "khong phai json\n", *lines[1:]], 2),
    ],
    ids=["changed", "taken out", "first taken out", "swapped", "put in twice", "put in"],
)
def test_a_line_that_was_tampered_with_is_found(path: Path, tamper: object, line: int) -> None:
    for number in range(4):
        audit.append(path, replace(PUSH, release=f"r{number}"), actor="local:op")
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(tamper(lines)), encoding="utf-8")  # type: ignore[operator]
    assert audit.read(path).problems[0][0] == line


def test_a_line_torn_by_a_power_cut_stays_and_the_next_one_follows_it(path: Path) -> None:
    audit.append(path, PUSH, actor="local:op")
    with path.open("ab") as file:
        file.write(b'{"format": "dulieumo-aud')
    audit.append(path, replace(PUSH, release="sau"), actor="local:op")
    log = audit.read(path)
    assert [problem[0] for problem in log.problems] == [2]
    assert [line.event.release for line in log.lines] == ["2026.11", "sau"]
    assert log.lines[-1].number == 3


def test_several_processes_append_without_losing_or_mixing_lines(path: Path) -> None:
    code = (
        "import sys\nfrom pathlib import Path\nfrom dulieumo.governance import audit\n"
        "for n in range(20): audit.append(Path(sys.argv[1]), audit.Event(action='push', target='t', release=f'{sys.argv[2]}-{n}',"
        " result='done'), actor='local:op')"
    )
    running = [subprocess.Popen([sys.executable, "-c", code, str(path), name]) for name in "abcd"]
    assert [process.wait(60) for process in running] == [0, 0, 0, 0]
    log = audit.read(path)
    assert log.problems == ()
    assert {line.event.release for line in log.lines} == {f"{name}-{n}" for name in "abcd" for n in range(20)}


def test_a_password_in_an_address_is_left_out(path: Path) -> None:
    audit.append(path, replace(PUSH, url="https://editor:hush@data.langmau.example:8443/x"), actor="local:op")
    text = path.read_text(encoding="utf-8")
    assert "hush" not in text
    assert "https://data.langmau.example:8443/x" in text


@pytest.mark.parametrize(
    ("environment", "actor"),
    [
        ({"GITHUB_ACTOR": "lan"}, "github:lan"),
        ({"GITLAB_USER_LOGIN": "minh"}, "gitlab:minh"),
        ({"GITHUB_ACTOR": "", "GITLAB_USER_LOGIN": "minh"}, "gitlab:minh"),
    ],
)
def test_the_actor_is_the_forges_account_in_ci(environment: dict[str, str], actor: str) -> None:
    assert audit.current_actor(environment) == actor


def test_outside_ci_the_actor_is_the_account_of_the_machine() -> None:
    assert audit.current_actor({}).startswith("local:")


def test_a_log_of_a_later_format_is_not_read_as_damaged(path: Path) -> None:
    path.parent.mkdir()
    path.write_text('{"format": "dulieumo-audit/9"}\n', encoding="utf-8")
    with pytest.raises(ConfigError, match="dulieumo-audit/9"):
        audit.read(path)


def test_the_command_shows_the_log_and_leaves_with_5_when_it_was_changed(tmp_path: Path) -> None:
    (tmp_path / "dulieumo.toml").write_text("", encoding="utf-8")
    path = tmp_path / "dist" / "store" / "audit.jsonl"
    for release in ("r1", "r2"):
        audit.append(path, replace(PUSH, release=release), actor="local:op")
    run = [DULIEUMO, "--lang", "en", "audit"]
    done = subprocess.run(run, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    assert "r1" in done.stdout
    assert "r2" in done.stdout
    path.write_text(path.read_text(encoding="utf-8").replace('"r1"', '"rx"'), encoding="utf-8")
    done = subprocess.run(
        [*run, "--format", "json"], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 5
    assert json.loads(done.stdout)["problems"][0]["line"] == 2
    assert "Line 2" in done.stderr
