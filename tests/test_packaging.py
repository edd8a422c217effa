"""Guards on the layout: mistakes that everything else would survive, and users would not."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import pytest


@pytest.mark.parametrize("root", ["publish", "validators", "datasets", "docs"])
def test_source_roots_are_no_packages(repository: Path, root: str) -> None:
    """A validators/__init__.py would shadow the PyPI package of that name, which frictionless imports for e-mails."""
    assert (repository / root).is_dir()
    assert not (repository / root / "__init__.py").exists()


def test_the_validators_of_pypi_are_intact_when_run_from_the_repository(repository: Path) -> None:
    program = "import validators; print(validators.email('a@example.org'), validators.__file__)"
    done = subprocess.run([sys.executable, "-c", program], cwd=repository, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("True")
    assert "site-packages" in done.stdout


def test_frictionless_discovers_our_plugin(repository: Path) -> None:
    program = "from frictionless import system; print(sorted(system.plugins))"
    done = subprocess.run(
        [sys.executable, "-P", "-c", program], cwd=repository, capture_output=True, text=True, check=True
    )
    assert "'dulieumo'" in done.stdout


def test_the_command_is_installed() -> None:
    assert [point.value for point in entry_points(group="console_scripts", name="dulieumo")] == ["dulieumo.cli:main"]


def test_locks_name_no_registry(repository: Path) -> None:
    for lock in (repository / "requirements").glob("*.txt"):
        text = lock.read_text(encoding="utf-8")
        assert "--hash=sha256:" in text
        assert "://" not in text


def test_starting_the_command_line_imports_nothing_heavy(repository: Path) -> None:
    program = (
        "import sys, dulieumo.cli; dulieumo.cli.run(['--version']);"
        "print(sorted({'pandas', 'pyarrow', 'frictionless', 'mkdocs', 'ckanapi'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=repository, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
