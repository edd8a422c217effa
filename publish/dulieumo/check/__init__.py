"""Catalog → CheckReport: Frictionless's verdict on every table, and our rules; all findings at once, none thrown.

descriptors.read ─► Reading ─► check ─► per table (table.py), or what the cache knows of it
                                 └─► CheckReport ─► report.json (report/json.py), quality.json (quality.py)

table.py    one table         screen.py   what Arrow proves       verdict.py  what Frictionless judges
rules.py    our rules         references.py, keys.py  rows that name or repeat rows      personal.py  the gate
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeAlias

from dulieumo import __version__, canonical
from dulieumo.check import cache, files, guard
from dulieumo.check.previous import Tables
from dulieumo.check.report import CheckedTable, CheckReport, Collector, Tally
from dulieumo.descriptors import Reading
from dulieumo.filehashes import FileHashes
from dulieumo.governance import legal
from dulieumo.model import Catalog, Dataset, Resource
from dulieumo_rules.findings import Finding, Place, Severity

if TYPE_CHECKING:
    from dulieumo.check import references, table

__all__ = ["CheckReport", "CheckedTable", "Tally", "check", "input_hash"]

LARGE_BYTES = 4 << 20


Listen: TypeAlias = "Callable[[Dataset, Resource, Path], AbstractContextManager[table.Listener | None]]"
"""Who hears the batches of a table, for as long as it is read."""


def _nothing(*_arguments: object) -> None:
    return None


def nobody(_dataset: Dataset, _resource: Resource, _path: Path) -> AbstractContextManager[None]:
    """Tables are checked and nothing else."""
    return nullcontext()


def check(
    reading: Reading,
    *,
    only: Collection[str] | None = None,
    step: Callable[[str], None] = _nothing,
    today: date | None = None,
    cache_folder: Path | None = None,
    before_reading: Callable[[], None] = _nothing,
    previous: Tables = MappingProxyType({}),
    listen: Listen = nobody,
) -> CheckReport:
    """Check the catalogue that was read, or only the datasets named. `step` is called with each dataset's name when done;
    `today` is the date that birth years and approvals are judged by; `cache_folder` keeps what was found in tables, so
    that those which did not change are not read again; `before_reading` is called before the first table that is;
    `previous` are the tables of the release before (previous.py); `listen` gives who hears the batches of a table that is
    read (drafts.py).

    The findings of the descriptors are part of the report. Nothing else is written, and nothing reaches the network."""
    out = Collector()
    folders = _folders(reading, only)
    for found in (*reading.findings, *legal.check(reading)):
        if folders is None or _concerns(found, folders):
            out.add(found)
    tables: list[CheckedTable] = []
    inputs: dict[str, str] = {}
    if reading.catalog is not None:
        hashes = FileHashes(cache_folder) if cache_folder is not None else None
        run = _Run(
            reading, reading.catalog, today or date.today(), cache_folder, before_reading, previous, listen, hashes
        )
        with guard.no_network():
            for dataset in reading.catalog.datasets:
                if only is not None and dataset.name not in only:
                    continue
                for position, resource in enumerate(dataset.resources):
                    checked = run.check_table(dataset, resource, position, out)
                    if checked is not None:
                        tables.append(checked)
                inputs[dataset.name] = input_hash(reading.folder, dataset, run.digests)
                step(dataset.name)
        if hashes is not None:
            hashes.save()
    return CheckReport(
        findings=out.findings(),
        tallies=out.tallies(),
        tables=tuple(tables),
        inputs=inputs,
        tool={"dulieumo": __version__},
    )


def _folders(reading: Reading, only: Collection[str] | None) -> tuple[str, ...] | None:
    """The folders of the datasets that are asked for, such as `y-te/benh-vien`; None means all."""
    if only is None:
        return None
    known = {dataset.name: dataset.folder for dataset in (reading.catalog.datasets if reading.catalog else ())}
    found = {
        entry.parent.relative_to(reading.folder).as_posix() for entry in reading.folder.glob("*/*/datapackage.yaml")
    }
    return tuple(folder for folder in sorted({*known.values(), *found}) if folder.rsplit("/", 1)[-1] in only)


def _concerns(found: Finding, folders: tuple[str, ...]) -> bool:
    """Whether a finding of the descriptors is about these datasets: in their folders, or an error in what they stand on."""
    file = found.place.file
    if file.startswith(tuple(f"{folder}/" for folder in folders)):
        return True
    domains = {folder.split("/")[0] for folder in folders}
    ground = {"catalog.yaml", "publishers.yaml", *domains, *(f"{domain}/domain.yaml" for domain in domains)}
    return found.severity is Severity.ERROR and file in ground


@dataclass(slots=True)
class _Run:
    """One check: the catalogue, the digests of its files, and the tables that keys point to."""

    reading: Reading
    catalog: Catalog
    today: date
    cache_folder: Path | None
    before_reading: Callable[[], None]
    previous: Tables
    listen: Listen
    hashes: FileHashes | None
    digests: dict[str, str] = field(default_factory=dict)
    targets: references.Targets | None = None

    def check_table(self, dataset: Dataset, resource: Resource, position: int, out: Collector) -> CheckedTable | None:
        """Check one table, or a file of another kind; None for the latter and for those that are not there, which the descriptors' findings tell."""
        path = self.reading.folder / dataset.folder / resource.path
        if not _is_plain_file(self.reading.folder, path):
            return None
        if not resource.is_table:
            out.extend(files.check(dataset, resource, path))
            return None
        place = Place(file=f"{dataset.folder}/{resource.path}", dataset=dataset.name, table=resource.name)
        name = self._cache_name(dataset, resource, path, place) if self.cache_folder is not None else None
        entry = cache.load(self.cache_folder, name) if self.cache_folder is not None and name else None
        if entry is None:
            entry = self._read(dataset, resource, position, path, place)
            if self.cache_folder is not None and name:
                cache.save(self.cache_folder, name, entry)
        out.merge(entry.tallies, entry.findings)
        return CheckedTable(
            dataset=dataset.name,
            resource=resource.name,
            file=place.file,
            rows=entry.rows,
            bytes=path.stat().st_size,
            input_sha256=self._digest(place.file, path),
        )

    def _read(self, dataset: Dataset, resource: Resource, position: int, path: Path, place: Place) -> cache.Entry:
        """Look at the table itself. Imported here: a check of what did not change needs no Arrow."""
        if self.targets is None:
            self.before_reading()
        from dulieumo.check import references, table

        if self.targets is None:
            self.targets = references.Targets(self.reading.folder, self.catalog)
        document = self.reading.documents[dataset.name]
        subject = table.Subject(
            catalog=self.catalog,
            dataset=dataset,
            resource=resource,
            path=path,
            place=place,
            targets=self.targets,
            described=lambda part: document.place(("resources", position, *part)),
            dataset_said=lambda part: document.place(part, dataset=dataset.name),
            today=self.today,
            previous=self.previous.get((dataset.name, resource.name)),
        )
        own = Collector()
        with self.listen(dataset, resource, path) as listener:
            rows = self._check_and_hash(replace(subject, listener=listener), path, place, own)
        return cache.Entry(rows=rows, findings=own.findings(), tallies=own.tallies())

    def _check_and_hash(self, subject: table.Subject, path: Path, place: Place, own: Collector) -> int:
        """The number of records; a large file is hashed meanwhile, since each takes as long as reading."""
        from dulieumo.check import table

        if place.file in self.digests or path.stat().st_size < LARGE_BYTES:
            return table.check(subject, own)
        with ThreadPoolExecutor(1, thread_name_prefix="hash") as pool:
            hashed = pool.submit(canonical.sha256_of_file, path)
            rows = table.check(subject, own)
        self.digests[place.file] = hashed.result()
        return rows

    def _digest(self, file: str, path: Path) -> str:
        if file not in self.digests:
            self.digests[file] = self.hashes.sha256(path) if self.hashes else canonical.sha256_of_file(path)
        return self.digests[file]

    def _cache_name(self, dataset: Dataset, resource: Resource, path: Path, place: Place) -> str:
        """The hash of everything that the verdict on this table rests on."""
        descriptor = self.reading.documents[dataset.name].file
        before = self.previous.get((dataset.name, resource.name))
        parts: list[object] = [
            self._digest(place.file, path),
            self._digest(descriptor, self.reading.folder / descriptor),
            dict(dataset.descriptor),
            resource.name,
            dict(self.catalog.settings.get("bounds", {})),
            [before.rows, dict(before.missing)] if before is not None else None,
        ]
        for target, table_ in sorted(
            _pointed_at(self.catalog, dataset, resource), key=lambda pair: (pair[0].name, pair[1])
        ):
            other = target.resource(table_)
            assert other is not None
            other_path = self.reading.folder / target.folder / other.path
            there = _is_plain_file(self.reading.folder, other_path)
            parts.append([target.name, table_, dict(other.descriptor)])
            parts.append(self._digest(f"{target.folder}/{other.path}", other_path) if there else "absent")
        return cache.key(parts, self.today)


def _pointed_at(catalog: Catalog, dataset: Dataset, resource: Resource) -> Iterator[tuple[Dataset, str]]:
    """The tables that the keys and codes of a table point to."""
    assert resource.schema is not None
    found: dict[tuple[str, str], tuple[Dataset, str]] = {}
    wanted = [(key.dataset, key.resource or resource.name) for key in resource.schema.foreign_keys]
    wanted += [
        (column.code_list.dataset, column.code_list.resource) for column in resource.schema.columns if column.code_list
    ]
    for name, table_ in wanted:
        target = dataset if name is None else catalog.dataset(name)
        if target is not None and target.resource(table_) is not None:
            found[target.name, table_] = (target, table_)
    return iter(found.values())


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
