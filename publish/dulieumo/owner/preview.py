"""One dataset as it would be published, from the working copy: checked, built and rendered in a scratch folder."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from dulieumo import check, descriptors, drafting, site
from dulieumo.check.report import CheckReport
from dulieumo.descriptors import Reading
from dulieumo.errors import UsageError
from dulieumo.i18n import _
from dulieumo.store import FolderStore


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """`site` is the folder to serve and `page` the address of the dataset in it, both None where the data does not pass."""

    reading: Reading
    report: CheckReport
    site: Path | None
    page: str | None


def make(datasets: Path, name: str, scratch: Path) -> Preview:
    """Check the dataset and build its pages below `scratch`. Nothing outside it is written. Raises UsageError for an unknown name."""
    reading = descriptors.read(datasets)
    report = check.check(reading, only=(name,))
    dataset = reading.catalog.dataset(name) if reading.catalog else None
    if dataset is None and not report.findings:
        raise UsageError(_("There is no dataset {name}.").format(name=name), hint=_("List them with: dulieumo list"))
    if dataset is None or reading.catalog is None or not report.is_valid:
        return Preview(reading=reading, report=report, site=None, page=None)
    shutil.rmtree(scratch / "store", ignore_errors=True)
    store = FolderStore(scratch / "store")
    drafted = drafting.draft(reading, (name,), store)
    out = scratch / "site"
    site.build(drafted, store, out)
    return Preview(reading=reading, report=report, site=out, page=f"datasets/{name}/")


def state(datasets: Path, name: str) -> Mapping[str, tuple[int, int]]:
    """What `--watch` compares: the size and time of the files that a preview rests on."""
    files = [*datasets.glob("*.yaml"), *datasets.glob("*/domain.yaml"), *datasets.glob(f"*/{name}/**/*")]
    found = {}
    for path in files:
        try:
            status = path.stat()
        except FileNotFoundError:  # replaced at this very moment; the next look sees it
            continue
        found[str(path)] = (status.st_size, status.st_mtime_ns)
    return found
