"""Makes the locks anew from `locks/*.in`: `python -m dulieumo.localckan.relock`, for maintainers, with uv and a network.

What a version that we ship needs is decided here and nowhere else; read the difference before you commit it.
"""

from __future__ import annotations

import subprocess
import tempfile
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from dulieumo.localckan.layout import LOCKS, VERSIONS

# For every Python that can carry CKAN at once, hashes of all wheels, no registry's address.
_COMPILE = (
    *("uv", "pip", "compile", "--quiet", "--universal", "--python-version", "3.10", "--generate-hashes"),
    *("--no-header", "--no-annotate", "--no-emit-index-url"),
)


def python_locks() -> None:
    _compile("tools", "--no-deps")
    _compile("fetch")
    _compile("build")
    with tempfile.TemporaryDirectory() as folder:
        # CKAN's venv shall keep the setuptools that its source packages are built with.
        constraint = Path(folder) / "constraint.txt"
        pins = (LOCKS / "build.txt").read_text(encoding="utf-8").splitlines()
        constraint.write_text("".join(f"{pin.split()[0]}\n" for pin in pins if pin.startswith("setuptools==")))
        for version in VERSIONS:
            options = ("--override", str(LOCKS / "overrides.txt"), "--constraint", str(constraint))
            _compile(f"ckan-{version}", *options)
            _compile(f"ckan-{version}-extensions", *options, "--override", str(LOCKS / "overrides-extensions.txt"))


def _compile(name: str, *options: str) -> None:
    _run([*_COMPILE, *options, "--output-file", f"{name}.txt", f"{name}.in"], LOCKS)


def solr_lock() -> None:
    """Resolves `solr.in` with jgo. Artifacts for one platform only (native TLS, epoll) are left out: nothing uses them."""
    pins = (LOCKS / "fetch.in").read_text(encoding="utf-8").splitlines()
    version = next(pin for pin in pins if pin.startswith("jgo==")).removeprefix("jgo==")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        lines = [line for line in (LOCKS / "solr.in").read_text().splitlines() if not line.startswith("#")]
        (folder / "requirements.txt").write_text("\n".join(lines) + "\n")
        jgo = ("uv", "tool", "run", "--from", f"jgo[cli]=={version}", "jgo", "--resolver", "python", "--quiet")
        _run([*jgo, "init", "-r", "requirements.txt"], folder)
        _run([*jgo, "sync"], folder)
        resolved = tomllib.loads((folder / ".jgo" / "jgo.lock.toml").read_text(encoding="utf-8"))
    entries: list[dict[str, Any]] = [entry for entry in resolved["dependencies"] if not entry.get("classifier")]
    lines = sorted(f"{e['groupId']}:{e['artifactId']}:{e['version']} {e['sha256']}" for e in entries)
    (LOCKS / "solr.lock").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _run(command: Sequence[str], folder: Path) -> None:
    subprocess.run(command, cwd=folder, check=True)


if __name__ == "__main__":
    python_locks()
    solr_lock()
