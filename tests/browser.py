"""The browser that the tests drive: the machine's own Chromium or Chrome, else Playwright's, else Debian's package.

`python -m tests.browser` finds one, or installs one, or says how; that none is there is an error, never a skip.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ADVICE = "No browser for the tests. Install one: apt-get install chromium, or: python -m playwright install chromium"
# As root Chromium has no sandbox; the rest keeps it from calling home.
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def find() -> str | None:
    """The browser's executable; None where the machine has none."""
    for name in NAMES:
        if path := shutil.which(name):
            return path
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
    return own if own and Path(own).exists() else None


def executable() -> str:
    """The same, or an error with advice."""
    found = find()
    if found is None:
        raise RuntimeError(ADVICE)
    return found


def install() -> None:
    """Playwright's own download, else Debian's package where we may install it."""
    download = [sys.executable, "-m", "playwright", "install", "chromium"]
    if subprocess.run(download, check=False, capture_output=True, timeout=600).returncode == 0 and find():
        return
    if os.geteuid() == 0 and shutil.which("apt-get"):
        for command in (["apt-get", "update", "-qq"], ["apt-get", "install", "-y", "-qq", "chromium"]):
            subprocess.run(command, check=False, capture_output=True, timeout=900)


if __name__ == "__main__":
    if find() is None:
        install()
    print(executable())
