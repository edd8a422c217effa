"""Starts a server: run by the plain interpreter, `python -I -S launch.py OPTIONS -- COMMAND`.

Its own process record is written by the server-to-be, before it becomes the server: there is no moment in which a
server runs that nobody knows of. `--user` gives up root first (PostgreSQL refuses to run as root) and keeps the one
capability that lets it reach a folder whose parents are closed to others, as /root is.
"""

from __future__ import annotations

import argparse
import ctypes
import json
import os
import pwd
import signal
import sys

_DEATH_SIGNAL, _KEEP_CAPABILITIES, _SECURE_BITS, _AMBIENT, _AMBIENT_RAISE = 1, 8, 28, 47, 2  # prctl(2)
_NO_SETUID_FIXUP = 1 << 2  # without it access(2), which initdb asks, leaves capabilities out of account
_CAPABILITY_VERSION_3 = 0x20080522  # capset(2)
_DAC_OVERRIDE = 1


def _read(path: str) -> str:
    with open(path, encoding="utf-8", errors="replace") as file:  # noqa: PTH123 - as little imported as possible
        return file.read()


def write_record(path: str, command: list[str]) -> None:
    """{pid, started (clock ticks since boot), boot, command}: the first three name a process for ever."""
    started = int(_read("/proc/self/stat").rpartition(")")[2].split()[19])
    record = {
        "pid": os.getpid(),
        "started": started,
        "boot": _read("/proc/sys/kernel/random/boot_id").strip(),
        "command": command,
    }
    temporary = f"{path}.{os.getpid()}"
    with open(temporary, "w", encoding="utf-8") as file:  # noqa: PTH123
        json.dump(record, file)
    os.replace(temporary, path)  # noqa: PTH105


class _Header(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


class _Data(ctypes.Structure):
    _fields_ = (
        ("effective", ctypes.c_uint32),
        ("permitted", ctypes.c_uint32),
        ("inheritable", ctypes.c_uint32),
    )


def become(name: str) -> None:
    """This process becomes `name`, for good. Where the kernel grants it, DAC_OVERRIDE stays (see above)."""
    user = pwd.getpwnam(name)
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_KEEP_CAPABILITIES, 1, 0, 0, 0)
    libc.prctl(_SECURE_BITS, _NO_SETUID_FIXUP, 0, 0, 0)
    os.setgroups([])
    os.setresgid(user.pw_gid, user.pw_gid, user.pw_gid)
    os.setresuid(user.pw_uid, user.pw_uid, user.pw_uid)
    header = _Header(_CAPABILITY_VERSION_3, 0)
    bit = 1 << _DAC_OVERRIDE
    for bits in (bit, 0):  # where that one is not ours to keep (in a bare container), none is kept
        data = (_Data * 2)(_Data(bits, bits, bits), _Data(0, 0, 0))
        if libc.capset(ctypes.byref(header), ctypes.byref(data)) == 0:
            break
    libc.prctl(_AMBIENT, _AMBIENT_RAISE, _DAC_OVERRIDE, 0, 0)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--record", help="leave the terminal, write the process record there, run in the background")
    parser.add_argument("--log")
    parser.add_argument("--cwd")
    parser.add_argument("--user")
    parser.add_argument("--die-with-parent", action="store_true")
    parser.add_argument("command", nargs="+")
    wanted = parser.parse_args()
    if wanted.record:
        if os.fork():
            os._exit(0)
        os.setsid()
        os.umask(0o077)
        write_record(wanted.record, wanted.command)
    if wanted.log:
        log = os.open(wanted.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        nothing = os.open(os.devnull, os.O_RDONLY)
        for source, target in ((nothing, 0), (log, 1), (log, 2)):
            os.dup2(source, target)
    if wanted.cwd:
        os.chdir(wanted.cwd)
    if wanted.user:
        become(wanted.user)
    if wanted.die_with_parent:  # after the change of user, which would clear it
        ctypes.CDLL(None).prctl(_DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0)
    try:
        os.execv(wanted.command[0], wanted.command)  # noqa: S606 - absolute paths of programs that we installed
    except OSError as error:
        print(f"{wanted.command[0]}: {error}", file=sys.stderr, flush=True)  # noqa: T201
        os._exit(127)


if __name__ == "__main__":
    main()
