"""Which Python can carry CKAN: 3.10 to 3.12, which may be another than ours."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from dulieumo.i18n import _
from dulieumo.localckan.failures import LocalCkanUnavailable

OLDEST, NEWEST = (3, 10), (3, 12)  # CKAN 2.11 and 2.12 start at 3.10; the Redis wheel ends at 3.12
_QUESTION = "import sys, venv, ensurepip, ctypes; print(*sys.version_info[:3])"


@dataclass(frozen=True, slots=True, kw_only=True)
class Interpreter:
    path: Path
    version: tuple[int, int, int]

    @property
    def tag(self) -> str:
        """ "py311": installs of different Pythons don't mix."""
        return f"py{self.version[0]}{self.version[1]}"


def check_platform(system: str, machine: str, libc: str) -> None:
    """LocalCkanUnavailable unless this is x86-64 Linux with glibc: the wheels of Redis and Java exist for no other."""
    if system == "Linux" and machine in ("x86_64", "AMD64") and libc != "":
        return
    raise LocalCkanUnavailable(
        _("The local CKAN runs on x86-64 Linux with glibc only; this is {system} on {machine}.").format(
            system=system, machine=machine
        ),
        hint=_("Use deploy/compose.yaml with Docker, or publish to a folder instead."),
    )


def check_this_platform() -> None:
    libc = platform.libc_ver()[0] if sys.platform == "linux" else ""
    check_platform(platform.system(), platform.machine(), libc)


def candidates() -> Iterator[Path]:
    """Where a Python may be: ours, DULIEUMO_CKAN_PYTHON, the PATH, pyenv's and uv's; best guess first."""
    wish = os.environ.get("DULIEUMO_CKAN_PYTHON")
    if wish:
        yield Path(wish)
    yield Path(sys.base_prefix, "bin", f"python{sys.version_info.major}.{sys.version_info.minor}")
    minors = range(NEWEST[1], OLDEST[1] - 1, -1)
    for minor in minors:
        found = shutil.which(f"python3.{minor}")
        if found:
            yield Path(found)
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"
    uv = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "uv" / "python"
    for minor in minors:
        yield from sorted(pyenv.glob(f"3.{minor}.*/bin/python3.{minor}"), reverse=True)
        yield from sorted(uv.glob(f"cpython-3.{minor}*/bin/python3.{minor}"), reverse=True)
    for name in ("python3", "python"):
        found = shutil.which(name)
        if found:
            yield Path(found)


def examine(path: Path) -> Interpreter | None:
    """The interpreter at `path` if it runs, has `venv` and `ensurepip`, and is of a usable version; else None."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    try:
        answer = subprocess.run(
            [str(path), "-I", "-c", _QUESTION],
            capture_output=True,
            text=True,
            timeout=20,
            env=environment,
            check=True,
        ).stdout.split()
    except (OSError, subprocess.SubprocessError):
        return None
    major, minor, micro = (int(number) for number in answer[:3])
    if not OLDEST <= (major, minor) <= NEWEST:
        return None
    return Interpreter(path=path, version=(major, minor, micro))


def find(paths: Iterable[Path] | None = None) -> Interpreter:
    """The first usable interpreter of `paths` (`candidates()` by default); LocalCkanUnavailable when there is none."""
    seen: set[Path] = set()
    for path in candidates() if paths is None else paths:
        if path in seen:
            continue
        seen.add(path)
        found = examine(path)
        if found is not None:
            return found
    raise LocalCkanUnavailable(
        _("CKAN needs Python 3.10, 3.11 or 3.12 (with venv), and none was found here."),
        hint=_(
            "Install one (for instance `uv python install 3.12`, or the package python3.12-venv), "
            "or name it in DULIEUMO_CKAN_PYTHON."
        ),
    )
