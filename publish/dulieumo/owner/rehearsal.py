"""A change tried before it is made: the catalogue with some files put in, checked in a scratch folder that is then removed.

Nothing of an owner's file reaches the catalogue before the whole check, the personal-data gate included, has seen it.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from dulieumo import check, descriptors
from dulieumo.check.report import CheckReport
from dulieumo_rules.findings import Finding

PERSONAL = ("personal-data", "personal-data-in-text", "personal-data-in-file")


@contextmanager
def scratch(datasets: Path, files: Mapping[str, bytes]) -> Iterator[Path]:
    """A copy of the catalogue's folder with `files` (paths relative to it, with /) written into it.

    Tables are hard links where the file system allows it, so a large catalogue costs nothing; `files` replace links and
    never write through them."""
    with tempfile.TemporaryDirectory(prefix="dulieumo-") as folder:
        root = Path(folder) / datasets.name
        shutil.copytree(datasets, root, symlinks=True, copy_function=_link)
        for relative, data in files.items():
            path = root / relative
            path.parent.mkdir(parents=True, exist_ok=True)
            path.unlink(missing_ok=True)
            path.write_bytes(data)
        yield root


def rehearse(datasets: Path, files: Mapping[str, bytes], only: str) -> CheckReport:
    """What `check` would say of the dataset `only` if `files` were written."""
    with scratch(datasets, files) as root:
        return check.check(descriptors.read(root), only=(only,))


def personal(report: CheckReport) -> tuple[Finding, ...]:
    """The findings that keep a file out of the catalogue altogether."""
    return tuple(found for found in report.findings if found.is_error and found.code in PERSONAL)


def _link(source: str, target: str) -> str:
    try:
        os.link(source, target, follow_symlinks=False)
    except OSError:  # another file system, or one without hard links
        shutil.copy2(source, target, follow_symlinks=False)
    return target
