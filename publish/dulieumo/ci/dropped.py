"""Spreadsheets that a change lays into a dataset's folder, through the forge's web page: each tried as an update, none taken in.

Who can install nothing uploads the file and opens a pull request. What `dulieumo update` would make of it comes back as a
summary and, where the check finds something, as a workbook with the cells marked. Whoever merges runs that command.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path, PurePosixPath

from dulieumo import check, descriptors
from dulieumo.check import workbook
from dulieumo.check.report import CheckReport
from dulieumo.ci.changed import Changed
from dulieumo.descriptors import Reading
from dulieumo.errors import DulieumoError
from dulieumo.i18n import _
from dulieumo.model import Catalog, Dataset
from dulieumo.owner import intake, rehearsal, scaffold, update
from dulieumo.owner.notes import Note, Weight, say
from dulieumo_rules.findings import Place

ENDINGS = (".xlsx", ".xls", ".ods")


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """A spreadsheet, tried. `file` is relative to the catalogue's folder.

    `problem` and `hint` say why it could not even be tried; else `made` is the update, `report` what the check says of it, and
    `marked` the workbook with its findings, None where there are none. `stops` are what must be put right in the file first."""

    file: str
    dataset: str
    problem: str = ""
    hint: str = ""
    notes: tuple[Note, ...] = ()
    made: update.Update | None = None
    report: CheckReport | None = None
    marked: bytes | None = None

    @property
    def passes(self) -> bool:
        is_stopped = self.problem or any(note.weight is Weight.STOP for note in self.notes)
        return not is_stopped and (self.report is None or self.report.is_valid)

    @property
    def marked_name(self) -> str:
        """The name of the marked workbook."""
        return f"{self.dataset}-{PurePosixPath(self.file).stem}.xlsx"


def files(found: Changed, reading: Reading) -> tuple[str, ...]:
    """The changed spreadsheets in datasets' folders that no descriptor names. Pure but for asking whether they are there."""
    catalog = reading.catalog
    declared = {
        f"{dataset.folder}/{resource.path}"
        for dataset in (catalog.datasets if catalog else ())
        for resource in dataset.resources
    }
    return tuple(
        path
        for path in found.files
        if path.lower().endswith(ENDINGS)
        and len(PurePosixPath(path).parts) >= 3
        and path not in declared
        and not PurePosixPath(path).name.startswith("~$")
        and _is_plain_file(reading.folder, path)
    )


def trials(found: Changed, reading: Reading, today: date) -> Iterator[Trial]:
    """Every dropped spreadsheet, tried. Nothing is written to the catalogue."""
    for path in files(found, reading):
        domain, name = PurePosixPath(path).parts[:2]
        dataset = reading.catalog.dataset(name) if reading.catalog else None
        if reading.catalog is None or dataset is None:
            yield Trial(
                file=path,
                dataset=name,
                problem=_("There is no readable dataset {name}.").format(name=name),
                hint=_("To start it: dulieumo new {domain}/{name} --from FILE").format(domain=domain, name=name),
            )
            continue
        try:
            yield _try(reading.catalog, reading.folder, dataset, path, today)
        except DulieumoError as error:
            yield Trial(file=path, dataset=name, problem=error.message, hint=error.hint or "")


def _try(catalog: Catalog, folder: Path, dataset: Dataset, path: str, today: date) -> Trial:
    from dulieumo.report import xlsx

    file = folder / path
    raw, found = intake.lay_out(file, intake.Options(keep_all=True))
    resource = update.choose_table(dataset, None, found.columns)
    texts, notes = update.texts_of(catalog, folder, dataset, resource, raw, found)
    as_of = scaffold.as_of(found.above)
    made = update.propose(
        folder,
        dataset,
        resource,
        texts,
        notes,
        as_of=as_of if as_of and as_of > dataset.data_as_of else None,
        today=today.isoformat(),
    )
    place = Place(file=path, dataset=dataset.name, table=resource.name)
    inside = [item for item in workbook.findings(file, resource, place, today) if item.code in rehearsal.PERSONAL]
    with rehearsal.scratch(folder, made.files) as root:
        reading = descriptors.read(root)
        report = check.check(reading, only=(dataset.name,), today=today).with_(inside)
        marked = xlsx.render_report(report, reading) if report.findings else None
    if rehearsal.personal(report):  # a note may quote a cell, and this goes to a public page
        notes = ()
    return Trial(file=path, dataset=dataset.name, notes=notes, made=made, report=report, marked=marked)


def summary(trial: Trial) -> str:
    """One line about a spreadsheet, for the log of a run."""
    if trial.problem:
        return f"{trial.file}: {trial.problem}"
    stops = [say(note) for note in trial.notes if note.weight is Weight.STOP]
    if stops:
        return f"{trial.file}: {stops[0]}"
    told = _("it passes") if trial.passes else _("it does not pass")
    return _("{file}: tried as an update of {dataset}: {verdict}; it is not taken in yet.").format(
        file=trial.file, dataset=trial.dataset, verdict=told
    )


def _is_plain_file(folder: Path, path: str) -> bool:
    """A file of the catalogue, not a link that leads out of it."""
    file = folder / path
    return file.is_file() and not file.is_symlink() and file.resolve().is_relative_to(folder.resolve())
