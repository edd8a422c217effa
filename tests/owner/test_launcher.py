"""The file to double-click, for three platforms: what each of them makes of names with spaces, quotes and Vietnamese letters."""

from __future__ import annotations

import configparser
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from dulieumo.errors import ConfigError
from dulieumo.owner import launcher

FOLDER = "/home/chị Hoa/dữ liệu $HOME `x` \"mở\" \\ 100% & 'vi'/datasets"


def arguments(value: str) -> list[str]:
    """The arguments of an Exec line, by the Desktop Entry Specification: the string's escapes, then quotes, then %%."""
    text = re.sub(r"\\(.)", lambda match: {"s": " ", "n": "\n", "t": "\t"}.get(match[1], match[1]), value)
    words = re.findall(r'"((?:[^"\\]|\\.)*)"', text)
    return [re.sub(r'\\(["`$\\])', r"\1", word).replace("%%", "%") for word in words]


def test_linux() -> None:
    made = launcher.make("linux", "/opt/bin/dulieumo", FOLDER, "vi")
    assert (made.name, made.mode) == ("dulieumo.desktop", 0o755)
    parser = configparser.RawConfigParser(interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(made.data.decode())
    entry = parser["Desktop Entry"]
    assert entry["Type"] == "Application"
    assert entry["Terminal"] == "true"
    assert entry["Name[vi]"] == "Cập nhật dữ liệu mở"
    assert arguments(entry["Exec"]) == ["/opt/bin/dulieumo", "--lang", "vi", "web", "--datasets", FOLDER]


def test_macos_runs_in_a_shell() -> None:
    made = launcher.make("darwin", "/bin/echo", FOLDER, "vi")
    assert (made.name, made.mode) == ("Cập nhật dữ liệu mở.command", 0o755)
    first, second = made.data.decode().splitlines()
    assert first == "#!/bin/sh"
    assert shlex.split(second) == ["exec", "/bin/echo", "--lang", "vi", "web", "--datasets", FOLDER]
    done = subprocess.run(["sh", "-c", made.data.decode()], capture_output=True, text=True, check=True)
    assert done.stdout.rstrip("\n").endswith(FOLDER)


def test_windows() -> None:
    made = launcher.make("win32", r"C:\Chương trình\dulieumo.exe", r"D:\Dữ liệu 100% & mở\datasets", "en")
    assert made.name == "Update open data.cmd"
    assert made.data.decode().split("\r\n") == [
        "@echo off",
        "chcp 65001 >nul",
        r'"C:\Chương trình\dulieumo.exe" "--lang" "en" "web" "--datasets" "D:\Dữ liệu 100%% & mở\datasets"',
        "if errorlevel 1 pause",
        "",
    ]


def test_a_name_with_a_line_break_is_refused() -> None:
    for platform in ("linux", "darwin", "win32"):
        with pytest.raises(ConfigError):
            launcher.make(platform, "dulieumo", "/tmp/a\nb", "vi")


def test_this_machines_launcher_is_written_to_be_run(tmp_path: Path) -> None:
    path = launcher.write(tmp_path / "Màn hình nền", tmp_path / "datasets", "vi")
    made = launcher.make(sys.platform, launcher.program(), str(tmp_path / "datasets"), "vi")
    assert path.name == made.name
    assert path.read_bytes() == made.data
    assert path.stat().st_mode & 0o777 == made.mode
    assert Path(launcher.program()).is_file()
