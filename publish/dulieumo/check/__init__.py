"""Catalog → CheckReport: Frictionless's verdict on every table, and our rules; all findings at once, none thrown.

descriptors.read ─► Reading ─► check ─► per table:  header ─ cells and keys (verdict) ─ our rules ─ references
                                            └─► CheckReport ─► report.json (report/json.py)
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from types import MappingProxyType

from dulieumo import __version__, canonical
from dulieumo.check import guard, references, table
from dulieumo.check.report import CheckedTable, CheckReport, Collector, Tally
from dulieumo.descriptors import Reading
from dulieumo.model import Dataset, Resource
from dulieumo_rules.findings import Place

__all__ = ["CheckReport", "CheckedTable", "Tally", "check", "input_hash"]

LARGE_BYTES = 4 << 20


def check(
    reading: Reading,
    *,
    only: Collection[str] | None = None,
    step: Callable[[str], None] = lambda _name: None,
    today: date | None = None,
) -> CheckReport:
    """Check the catalogue that was read, or only the datasets named. `step` is called with each dataset's name when done;
    `today` is the date that birth years and approvals are judged by.

    The findings of the descriptors are part of the report. Nothing is written, and nothing reaches the network."""
    out = Collector()
    files = _files(reading, only)
    out.extend(found for found in reading.findings if files is None or found.place.file.startswith(files))
    tables: list[CheckedTable] = []
    inputs: dict[str, str] = {}
    if reading.catalog is not None:
        with guard.no_network():
            targets = references.Targets(reading.folder, reading.catalog)
            for dataset in reading.catalog.datasets:
                if only is not None and dataset.name not in only:
                    continue
                for position, resource in enumerate(dataset.resources):
                    checked = _resource(reading, dataset, resource, position, targets, out, today or date.today())
                    if checked is not None:
                        tables.append(checked)
                hashes = {item.file: item.input_sha256 for item in tables if item.dataset == dataset.name}
                inputs[dataset.name] = input_hash(reading.folder, dataset, hashes)
                step(dataset.name)
    return CheckReport(
        findings=out.findings(),
        tallies=out.tallies(),
        tables=tuple(tables),
        inputs=inputs,
        tool={"dulieumo": __version__},
    )


def _files(reading: Reading, only: Collection[str] | None) -> tuple[str, ...] | None:
    """The folders whose descriptor findings are asked for; None means all."""
    if only is None:
        return None
    known = {dataset.name: dataset.folder for dataset in (reading.catalog.datasets if reading.catalog else ())}
    found = {
        entry.parent.relative_to(reading.folder).as_posix() for entry in reading.folder.glob("*/*/datapackage.yaml")
    }
    return tuple(f"{folder}/" for folder in sorted({*known.values(), *found}) if folder.rsplit("/", 1)[-1] in only)


def _resource(
    reading: Reading,
    dataset: Dataset,
    resource: Resource,
    position: int,
    targets: references.Targets,
    out: Collector,
    today: date,
) -> CheckedTable | None:
    """Check one table; None for other files and for those that are not there, which the descriptors' findings tell."""
    path = reading.folder / dataset.folder / resource.path
    if not resource.is_table or not _is_plain_file(reading.folder, path):
        return None
    assert reading.catalog is not None
    place = Place(file=f"{dataset.folder}/{resource.path}", dataset=dataset.name, table=resource.name)
    document = reading.documents[dataset.name]
    subject = table.Subject(
        catalog=reading.catalog,
        dataset=dataset,
        resource=resource,
        path=path,
        place=place,
        targets=targets,
        described=lambda part: document.place(("resources", position, *part)),
        dataset_said=lambda part: document.place(part, dataset=dataset.name),
        today=today,
    )
    digest, rows = _hash_and_check(path, subject, out)
    return CheckedTable(
        dataset=dataset.name,
        resource=resource.name,
        file=place.file,
        rows=rows,
        bytes=path.stat().st_size,
        input_sha256=digest,
    )


def _hash_and_check(path: Path, subject: table.Subject, out: Collector) -> tuple[str, int]:
    """The file's sha256 and its number of records; both at once where it is large, since each takes as long as reading."""
    if path.stat().st_size < LARGE_BYTES:
        return canonical.sha256_of_file(path), table.check(subject, out)
    with ThreadPoolExecutor(1, thread_name_prefix="hash") as pool:
        hashed = pool.submit(canonical.sha256_of_file, path)
        rows = table.check(subject, out)
    return hashed.result(), rows


def _is_plain_file(root: Path, path: Path) -> bool:
    """A file that lies where it seems to: no link on the way to it."""
    return path.is_file() and path.resolve() == root.resolve() / path.relative_to(root)


def input_hash(folder: Path, dataset: Dataset, hashes: Mapping[str, str] = MappingProxyType({})) -> str:
    """ "sha256:…" of all that the verdict on a dataset rests on: resolved descriptor, bytes of its files, this version.

    `hashes` has the digests of files that are known already, by path in the catalogue's folder."""
    digest = hashlib.sha256()
    digest.update(canonical.hash_of(dict(dataset.descriptor)).encode())
    digest.update(f"\ndulieumo {__version__}\n".encode())
    for resource in dataset.resources:
        path = folder / dataset.folder / resource.path
        content = hashes.get(f"{dataset.folder}/{resource.path}", "absent")
        if content == "absent" and _is_plain_file(folder, path):
            content = canonical.sha256_of_file(path)
        digest.update(f"{resource.path}\0{content}\n".encode())
    return "sha256:" + digest.hexdigest()
