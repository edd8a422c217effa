"""Processes are told apart by birth, not by number; ours are stopped for certain and others' never touched."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from dulieumo.localckan import processes
from dulieumo.localckan.processes import MARK, Process

STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('ready', flush=True); time.sleep(60)"
)


@pytest.fixture
def stranger() -> Iterator[subprocess.Popen[bytes]]:
    """A process that we did not start as a server."""
    process = subprocess.Popen(["sleep", "60"])
    yield process
    process.kill()
    process.wait()


def launch(folder: Path, *command: str) -> Process:
    return processes.launch(
        command,
        record=folder / "part.json",
        log=folder / "part.log",
        folder=folder,
        environment={"PATH": "/usr/bin:/bin", MARK: str(folder)},
    )


def known(pid: int) -> Process:
    process = processes.find(pid)
    assert process is not None
    return process


def known_by_number(pid: int) -> Process:
    """As `known`, for a process whose main thread may be a zombie already."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return Process(pid=pid, started=int(fields[19]), boot=processes.boot_id())


def test_a_process_with_the_same_number_and_another_birth_is_another(stranger: subprocess.Popen[bytes]) -> None:
    earlier = replace(known(stranger.pid), started=known(stranger.pid).started - 1)
    assert not earlier.is_running
    assert not processes.send(earlier, signal.SIGKILL)
    processes.stop(earlier, signal.SIGTERM, timeout_seconds=0.1)
    assert stranger.poll() is None


def test_a_process_of_an_earlier_boot_is_another(stranger: subprocess.Popen[bytes]) -> None:
    before_reboot = replace(known(stranger.pid), boot="11111111-2222-3333-4444-555555555555")
    assert not processes.send(before_reboot, signal.SIGKILL)
    assert stranger.poll() is None


def test_a_zombie_does_not_run() -> None:
    process = subprocess.Popen(["sleep", "60"])
    seen = known(process.pid)
    assert seen.is_running
    process.kill()
    assert processes.wait(seen, 5)
    assert not seen.is_running
    assert processes.find(process.pid) is None
    process.wait()


def test_a_process_whose_main_thread_ended_before_the_others_has_not_ended() -> None:
    """As Redis after SIGKILL: the main thread is a zombie while another one still holds the port."""
    program = (
        "import ctypes, threading, time; threading.Thread(target=time.sleep, args=(60,)).start();"
        "print('ready', flush=True); ctypes.CDLL(None).pthread_exit(None)"
    )
    process = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()
    seen = known_by_number(process.pid)
    deadline = time.monotonic() + 10
    while seen.is_running and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not seen.is_running
    assert not processes.wait(seen, 0.2)
    process.kill()
    assert processes.wait(seen, 5)
    process.wait()


def test_a_launched_server_is_detached_recorded_logged_and_marked(tmp_path: Path) -> None:
    process = launch(tmp_path, "/bin/sh", "-c", "echo started; pwd; exec sleep 60")
    try:
        assert processes.read_record(tmp_path / "part.json") == process
        assert processes.recorded_command(tmp_path / "part.json") == (
            "/bin/sh",
            "-c",
            "echo started; pwd; exec sleep 60",
        )
        assert process in processes.marked(tmp_path)
        assert process not in processes.marked(tmp_path / "other")
        stat = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
        assert int(stat[3]) == process.pid  # a session of its own: Ctrl-C in the terminal does not reach it
        deadline = time.monotonic() + 5
        while "started" not in (tmp_path / "part.log").read_text() and time.monotonic() < deadline:
            time.sleep(0.02)
        assert (tmp_path / "part.log").read_text().splitlines() == ["started", str(tmp_path)]
        assert (tmp_path / "part.log").stat().st_mode & 0o777 == 0o600
    finally:
        processes.stop(process, signal.SIGTERM, timeout_seconds=5)
    assert not process.is_running
    assert processes.marked(tmp_path) == ()


def test_a_program_that_cannot_be_started_leaves_the_reason_in_the_log(tmp_path: Path) -> None:
    process = launch(tmp_path, "/nowhere/server")
    assert processes.wait(process, 5)
    assert "/nowhere/server" in (tmp_path / "part.log").read_text()


def test_a_server_that_ignores_the_request_is_killed_after_the_time(tmp_path: Path) -> None:
    process = launch(tmp_path, sys.executable, "-c", STUBBORN)
    while "ready" not in (tmp_path / "part.log").read_text():
        time.sleep(0.02)
    began = time.monotonic()
    processes.stop(process, signal.SIGTERM, timeout_seconds=0.5)
    assert not process.is_running
    assert 0.4 < time.monotonic() - began < 5


def test_a_server_that_is_frozen_still_ends_in_order(tmp_path: Path) -> None:
    process = launch(tmp_path, "/bin/sh", "-c", "trap 'echo bye; exit' TERM; echo ready; while :; do sleep 0.05; done")
    while "ready" not in (tmp_path / "part.log").read_text():
        time.sleep(0.02)
    processes.send(process, signal.SIGSTOP)
    processes.stop(process, signal.SIGTERM, timeout_seconds=5)
    assert (tmp_path / "part.log").read_text() == "ready\nbye\n"


@pytest.mark.parametrize("text", ["", "{", "[]", '{"pid": 1}', '{"pid": "x", "started": 1, "boot": "b"}'])
def test_a_torn_record_names_nobody(tmp_path: Path, text: str) -> None:
    path = tmp_path / "part.json"
    assert processes.read_record(path) is None
    path.write_text(text)
    assert processes.read_record(path) is None
    assert processes.recorded_command(path) is None


def test_a_command_run_to_its_end_gets_its_input_and_returns_both_outputs() -> None:
    ended = processes.run(("/bin/sh", "-c", "cat; echo no >&2; exit 3"), environment={}, given="yes\n")
    assert (ended.returncode, ended.stdout, ended.stderr) == (3, "yes\n", "no\n")


def test_what_we_run_ends_when_we_are_killed(tmp_path: Path) -> None:
    script = (
        "from dulieumo.localckan import processes\n"
        f"processes.run(('/bin/sh', '-c', 'echo $$ > {tmp_path}/pid; exec sleep 60'), environment={{}})\n"
    )
    runner = subprocess.Popen([sys.executable, "-c", script])
    deadline = time.monotonic() + 20
    while not (tmp_path / "pid").exists() or not (tmp_path / "pid").read_text().strip():
        assert time.monotonic() < deadline
        time.sleep(0.02)
    sleeper = known(int((tmp_path / "pid").read_text()))
    runner.kill()
    runner.wait()
    assert processes.wait(sleeper, 5)


def test_a_record_is_plain_json_for_people_who_look(tmp_path: Path) -> None:
    process = launch(tmp_path, "/bin/sleep", "60")
    record = json.loads((tmp_path / "part.json").read_text())
    assert record == {
        "pid": process.pid,
        "started": process.started,
        "boot": Path("/proc/sys/kernel/random/boot_id").read_text().strip(),
        "command": ["/bin/sleep", "60"],
    }
    processes.stop(process, signal.SIGTERM, timeout_seconds=5)
