"""The file that an owner double-clicks to open the web page: .desktop on Linux, .command on macOS, .cmd on Windows.

What it holds is made here for all three; names of folders are quoted by each platform's own rules.
"""

from __future__ import annotations

import re
import shlex
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from dulieumo.errors import ConfigError
from dulieumo.i18n import _

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_TITLES = {"vi": "Cập nhật dữ liệu mở", "en": "Update open data"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Launcher:
    """`mode` is what the file's permissions must be for a double click to run it."""

    name: str
    data: bytes
    mode: int


def make(platform: str, program: str, datasets: str, language: str) -> Launcher:
    """The launcher for a platform as `sys.platform` calls it. Raises ConfigError for a path that it could not hold."""
    if _CONTROL.search(program + datasets):
        raise ConfigError(_("The folder's name has a line break in it; give it another one."))
    words = [program, "--lang", language, "web", "--datasets", datasets]
    match platform:
        case "win32":
            return Launcher(name=f"{_TITLES[language]}.cmd", data=_cmd(words), mode=0o644)
        case "darwin":
            return Launcher(name=f"{_TITLES[language]}.command", data=_command(words), mode=0o755)
        case _:
            return Launcher(name="dulieumo.desktop", data=_desktop(words, language), mode=0o755)


def write(folder: Path, datasets: Path, language: str) -> Path:
    """Write this machine's launcher into a folder; returns the file. Raises ConfigError."""
    made = make(sys.platform, program(), str(datasets), language)
    path = folder / made.name
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path.write_bytes(made.data)
        path.chmod(made.mode)
    except OSError as error:
        raise ConfigError(_("{file} cannot be written: {reason}").format(file=path, reason=error.strerror)) from error
    return path


def program() -> str:
    """The installed command, in full. Raises ConfigError where there is none."""
    beside = Path(sys.executable).with_name("dulieumo.exe" if sys.platform == "win32" else "dulieumo")
    found = str(beside) if beside.is_file() else shutil.which("dulieumo")
    if found is None:
        raise ConfigError(
            _("The command dulieumo is not installed on this machine."), hint="pip install 'dulieumo[web]'"
        )
    return found


def _desktop(words: list[str], language: str) -> bytes:
    """By the Desktop Entry Specification: arguments in double quotes, then the whole value escaped, % doubled."""
    lines = [
        "[Desktop Entry]",
        "Type=Application",
        "Version=1.0",
        f"Name={_TITLES['en']}",
        f"Name[vi]={_TITLES['vi']}",
        "Exec=" + " ".join(_desktop_word(word) for word in words),
        "Terminal=true",
        "Categories=Office;",
        "StartupNotify=false",
    ]
    return ("\n".join(lines) + "\n").encode()


def _desktop_word(word: str) -> str:
    quoted = '"' + re.sub(r'(["`$\\])', r"\\\1", word.replace("%", "%%")) + '"'
    return quoted.replace("\\", "\\\\")


def _command(words: list[str]) -> bytes:
    return f"#!/bin/sh\nexec {shlex.join(words)}\n".encode()


def _cmd(words: list[str]) -> bytes:
    """For cmd.exe: UTF-8 by its code page, % doubled, and the window stays when something went wrong."""
    line = " ".join('"' + word.replace("%", "%%") + '"' for word in words)
    lines = ["@echo off", "chcp 65001 >nul", line, "if errorlevel 1 pause"]
    return ("\r\n".join(lines) + "\r\n").encode()
