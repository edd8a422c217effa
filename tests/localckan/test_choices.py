"""What is decided before anything starts: lock, ports, secrets, the Python to use, and whether this machine will do."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time
from dataclasses import asdict
from pathlib import Path

import pytest

from dulieumo import localckan
from dulieumo.errors import UsageError
from dulieumo.localckan import LocalCkanFailed, LocalCkanUnavailable, failures, interpreter, settings, stack
from dulieumo.localckan.layout import Layout, layout
from dulieumo.localckan.locking import locked
from dulieumo.localckan.progress import Event, Phase, step


@pytest.fixture
def where(tmp_path: Path) -> Layout:
    return layout(tmp_path / ".local-ckan")


def test_the_second_to_come_waits_and_says_so_once(tmp_path: Path) -> None:
    order: list[str] = []
    said: list[Event] = []
    holding = threading.Event()

    def first() -> None:
        with locked(tmp_path / "lock"):
            holding.set()
            time.sleep(0.4)
            order.append("first")

    thread = threading.Thread(target=first)
    thread.start()
    holding.wait()
    with locked(tmp_path / "lock", said.append):
        order.append("second")
    thread.join()
    assert order == ["first", "second"]
    assert [event.phase for event in said] == [Phase.NOTE]


def test_the_lock_of_a_killed_holder_is_free(tmp_path: Path) -> None:
    script = (
        "import sys, time\nfrom pathlib import Path\nfrom dulieumo.localckan.locking import locked\n"
        "with locked(Path(sys.argv[1])):\n    print('held', flush=True)\n    time.sleep(60)\n"
    )
    holder = subprocess.Popen([sys.executable, "-c", script, str(tmp_path / "lock")], stdout=subprocess.PIPE)
    assert holder.stdout is not None
    assert holder.stdout.readline() == b"held\n"
    with pytest.raises(LocalCkanFailed, match="lock"), locked(tmp_path / "lock", timeout_seconds=0.2):
        pass
    holder.kill()
    holder.wait()
    holder.stdout.close()
    with locked(tmp_path / "lock", timeout_seconds=1):
        pass


def test_ports_are_free_and_all_different() -> None:
    for _attempt in range(20):
        ports = asdict(settings.new_ports())
        assert len(set(ports.values())) == 4
        assert all(settings.is_free(port) for port in ports.values())


def test_a_port_that_somebody_listens_on_is_not_chosen() -> None:
    ports = settings.new_ports()
    with socket.create_server(("127.0.0.1", ports.ckan)):
        assert not settings.is_free(ports.ckan)
        assert settings.new_ports().ckan != ports.ckan
        assert settings.with_new_port(ports, "ckan").ckan not in asdict(ports).values()


def test_what_is_remembered_is_read_again(where: Layout) -> None:
    assert settings.read_state(where) is None
    state = settings.State(ports=settings.new_ports(), settings={"ckan.site_title": "Thử nghiệm"})
    settings.write_state(where, state)
    assert settings.read_state(where) == state


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"ports": {"ckan": 1}}', '{"ports": [], "settings": {}}'])
def test_a_torn_memory_is_no_memory(where: Layout, text: str) -> None:
    where.stack.mkdir(parents=True)
    where.state.write_text(text)
    where.secrets.write_text(text)
    assert settings.read_state(where) is None
    assert settings.read_secrets(where) is None


def test_secrets_are_random_private_and_safe_in_an_address(where: Layout) -> None:
    made = settings.make_secrets(where)
    assert settings.read_secrets(where) == made
    assert where.secrets.stat().st_mode & 0o777 == 0o600
    words = made.all()
    assert len(set(words)) == len(words) == 7
    for word in words:
        assert len(word) == 32
        assert set(word) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")
    assert set(settings.make_secrets(where).all()).isdisjoint(words)


def test_a_private_file_is_private_also_when_an_open_one_stood_there(tmp_path: Path) -> None:
    path = tmp_path / "token"
    path.write_text("old")
    path.chmod(0o644)
    settings.write_private(path, "new")
    assert path.read_text() == "new"
    assert path.stat().st_mode & 0o777 == 0o600
    assert [entry.name for entry in tmp_path.iterdir()] == ["token"]


@pytest.mark.parametrize(
    ("system", "machine", "libc"),
    [
        ("Darwin", "arm64", ""),
        ("Windows", "AMD64", ""),
        ("Linux", "aarch64", "glibc"),
        ("Linux", "x86_64", ""),  # musl, as on Alpine
    ],
)
def test_a_platform_without_the_wheels_is_named_with_a_way_out(system: str, machine: str, libc: str) -> None:
    with pytest.raises(LocalCkanUnavailable, match=machine) as caught:
        interpreter.check_platform(system, machine, libc)
    assert "compose.yaml" in (caught.value.hint or "")


def test_x86_linux_with_glibc_will_do() -> None:
    interpreter.check_platform("Linux", "x86_64", "glibc")


def _fake_python(folder: Path, answer: str) -> Path:
    path = folder / f"python-{len(list(folder.iterdir()))}"
    path.write_text(f"#!/bin/sh\n{answer}\n")
    path.chmod(0o755)
    return path


def test_the_first_python_that_can_carry_ckan_is_taken(tmp_path: Path) -> None:
    usable = _fake_python(tmp_path, "echo 3 12 4")
    paths = [
        tmp_path / "absent",
        _fake_python(tmp_path, "echo 3 13 1"),
        _fake_python(tmp_path, "echo 3 9 2"),
        _fake_python(tmp_path, "echo No module named ensurepip >&2; exit 1"),
        usable,
        _fake_python(tmp_path, "echo 3 11 2"),
    ]
    found = interpreter.find(paths)
    assert (found.path, found.version, found.tag) == (usable, (3, 12, 4), "py312")


def test_without_a_python_the_message_says_which_to_install(tmp_path: Path) -> None:
    with pytest.raises(LocalCkanUnavailable, match=r"3\.10") as caught:
        interpreter.find([_fake_python(tmp_path, "echo 3 14 0"), tmp_path / "absent"])
    assert "uv python install 3.12" in (caught.value.hint or "")


def test_this_machine_has_a_python_for_ckan() -> None:
    found = interpreter.find()
    assert (3, 10) <= found.version[:2] <= (3, 12)


def test_a_named_python_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DULIEUMO_CKAN_PYTHON", "/opt/python3.12")
    assert next(interpreter.candidates()) == Path("/opt/python3.12")


@pytest.mark.parametrize("name", ["100% mở", "a:b"])
def test_a_folder_name_that_ckan_cannot_take_is_refused_before_anything_is_written(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match=name):
        stack.check_folder(layout(tmp_path / name))
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_version_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"2\.9\.0") as caught:
        stack.check_folder(layout(tmp_path, version="2.9.0"))
    assert "2.12.0, 2.11.5" in (caught.value.hint or "")


def test_another_users_folder_is_refused() -> None:
    belongs_to_another = Path("/" if os.geteuid() else "/proc/1/cwd")
    if os.geteuid() == 0:
        import tempfile

        belongs_to_another = Path(tempfile.mkdtemp())
        os.chown(belongs_to_another, 65534, -1)
    with pytest.raises(UsageError, match=str(belongs_to_another)):
        stack.check_folder(layout(belongs_to_another))


def test_only_the_last_lines_of_a_long_log_are_shown(tmp_path: Path) -> None:
    log = tmp_path / "part.log"
    log.write_text("".join(f"dòng {number}\n" for number in range(20_000)), encoding="utf-8")
    assert failures.tail(log, 2) == "dòng 19998\ndòng 19999"
    assert failures.tail(tmp_path / "absent") == ""


def test_no_secret_is_in_a_failure(tmp_path: Path) -> None:
    log = tmp_path / "part.log"
    log.write_text("connecting to postgresql://ckan:geheim@127.0.0.1/ckan\nrefused\n")
    failure = failures.failed("CKAN does not start", log, ("geheim",))
    assert "geheim" not in failure.message
    assert "refused" in failure.message
    assert str(log) in failure.message
    assert "dulieumo ckan up" in (failure.hint or "")


def test_a_step_is_reported_at_both_ends_and_when_it_fails() -> None:
    events: list[Event] = []
    with step(events.append, "one"):
        pass
    with pytest.raises(KeyboardInterrupt), step(events.append, "two"):
        raise KeyboardInterrupt
    assert [(event.step, event.phase) for event in events] == [
        ("one", Phase.STARTED),
        ("one", Phase.DONE),
        ("two", Phase.STARTED),
        ("two", Phase.FAILED),
    ]


def test_a_folder_that_cannot_be_written_is_one_error_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(LocalCkanFailed) as caught:
        localckan.up(tmp_path / "file" / ".local-ckan")
    assert str(tmp_path / "file") in caught.value.message
    assert caught.value.exit_code == 3
