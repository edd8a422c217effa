"""What lies on the owner's desk while the page is open: the files he brought, and what came out of trying each.

Files are kept in a private folder that ends with the page, under names of our own; the owner's name of a file is only shown.
"""

from __future__ import annotations

import datetime as dt
import secrets
import shutil
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from dulieumo.check.report import CheckReport
from dulieumo.errors import DulieumoError, UsageError
from dulieumo.i18n import _
from dulieumo.model import Dataset
from dulieumo.owner import branch, create, places, preview, rehearsal, source, trial
from dulieumo.owner.branch import Committed
from dulieumo.report import xlsx
from dulieumo.spreadsheets import Refused, grid

MOST_FILES = 8
"""Files kept; the oldest goes when one more comes."""
ROWS_SHOWN = 50
_LONGEST_NAME = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came out of trying a file. `error` is why it could not be tried; the others are then None as far as unknown.

    `report` names the places of the owner's file, `sheet` is his table, with what no report may show masked."""

    error: DulieumoError | None = None
    reading: trial.Reading | None = None
    tried: trial.Trial | None = None
    report: CheckReport | None = None
    sheet: places.Sheet | None = None


@dataclass(slots=True, kw_only=True)
class Paper:
    """A file that the owner brought for a dataset. `shown` is his name for it, never used as a path."""

    key: str
    described: Dataset
    path: Path
    shown: str
    sheets: tuple[str, ...]
    said: trial.Said
    outcome: Outcome
    committed: Committed | None = None
    page: str | None = None

    @property
    def dataset(self) -> str:
        return self.described.name


@dataclass(slots=True, kw_only=True)
class Desk:
    """`folder` is private and ends with the page; below `public` lies what the preview's server shows."""

    datasets: Path
    folder: Path
    public: Path
    papers: OrderedDict[str, Paper] = field(default_factory=OrderedDict)

    def bring(self, dataset: str, name: str, content: BinaryIO) -> Paper:
        """Keep a file and try it. Raises UsageError for a file that is no spreadsheet, or empty."""
        shown = PurePosixPath(name.replace("\\", "/")).name[:_LONGEST_NAME]
        suffix = PurePosixPath(shown).suffix.lower()
        kinds = (*source.BOOK_SUFFIXES, *source.TEXT_SUFFIXES)
        _catalog, described = trial.dataset_of(self.datasets, dataset)
        if not shown:
            raise UsageError(_("Choose a file first."))
        if suffix not in kinds:
            raise UsageError(
                _("{file} is not a spreadsheet.").format(file=shown),
                hint=_("Give a file of one of the kinds {kinds}.").format(kinds=", ".join(kinds)),
            )
        key = secrets.token_urlsafe(9)
        path = self.folder / key / f"{secrets.token_hex(8)}{suffix}"
        path.parent.mkdir(mode=0o700)
        with path.open("wb") as file:
            shutil.copyfileobj(content, file)
        if path.stat().st_size == 0:
            shutil.rmtree(path.parent)
            raise UsageError(
                _("{file} is empty.").format(file=shown),
                hint=_("Open it in Excel, save it again, and choose it once more."),
            )
        paper = Paper(
            key=key,
            described=described,
            path=path,
            shown=shown,
            sheets=_sheets(path),
            said=trial.Said(),
            outcome=Outcome(),
        )
        self.papers[key] = paper
        while len(self.papers) > MOST_FILES:
            self.remove(next(iter(self.papers)))
        self.attempt(paper, paper.said)
        return paper

    def remove(self, key: str) -> None:
        shutil.rmtree(self.papers.pop(key).path.parent, ignore_errors=True)
        shutil.rmtree(self.public / key, ignore_errors=True)

    def attempt(self, paper: Paper, said: trial.Said) -> None:
        """Try the file again, read and described as the owner says."""
        paper.said, paper.page, paper.committed = said, None, None
        paper.outcome = self._outcome(paper)

    def _outcome(self, paper: Paper) -> Outcome:
        reading = None
        try:
            reading = trial.read(self.datasets, paper.dataset, paper.path, paper.said)
            if reading.is_stopped:
                return Outcome(reading=reading)
            today = dt.datetime.now().astimezone().date()
            tried = trial.run(self.datasets, reading, paper.said, today=today, examples=ROWS_SHOWN)
        except DulieumoError as error:
            error.message = error.message.replace(paper.path.name, paper.shown)
            return Outcome(error=error, reading=reading)
        if tried.report is None:
            return Outcome(reading=reading, tried=tried)
        report = places.in_file(tried.report, tried.made, reading, paper.shown)
        return Outcome(reading=reading, tried=tried, report=report, sheet=places.sheet(reading, report, paper.shown))

    def workbook(self, paper: Paper) -> bytes:
        """The owner's table with the findings on its cells."""
        outcome = paper.outcome
        if outcome.report is None or outcome.sheet is None or outcome.reading is None:
            raise UsageError(_("This file has no findings to mark."))
        sheet = outcome.sheet
        copy = xlsx.Copy(header=sheet.header, records=(sheet.heading(), *sheet.records))
        reading = create.catalogue_of(self.datasets)
        return xlsx.render_report(outcome.report, reading, {(paper.dataset, outcome.reading.resource.name): copy})

    def render(self, paper: Paper) -> str:
        """Build the dataset's page as it would be published; its address below `public`."""
        tried = paper.outcome.tried
        if tried is None or not tried.may_be_written:
            raise UsageError(_("The page can be shown once the data passes."))
        if paper.page is None:
            with rehearsal.scratch(self.datasets, tried.made.files) as root:
                made = preview.make(root, paper.dataset, self.public / paper.key)
            if made.site is None or made.page is None:
                raise UsageError(_("The page can be shown once the data passes."))
            paper.page = f"{made.site.relative_to(self.public).as_posix()}/{made.page}"
        return paper.page

    def commit(self, paper: Paper, said: trial.Said) -> Committed:
        """Commit the update to a new branch, after the whole check once more: the catalogue may have moved since."""
        seen = paper.outcome.tried
        if paper.committed is not None:
            return paper.committed
        if seen is None or not seen.may_be_written:
            raise UsageError(_("Only data that passes can be committed."))
        self.attempt(paper, said)
        now = paper.outcome.tried
        if paper.outcome.error is not None:
            raise paper.outcome.error
        if now is None or not now.may_be_written or now.made.rows != seen.made.rows:
            raise UsageError(
                _("The catalogue has changed since you looked: this is what the file would change now."),
                hint=_("Look at it once more, then commit."),
            )
        made = now.made
        message = f"{made.dataset.name} {made.version}: {made.summary[0]}\n\n{made.dataset.title.default}\n"
        paper.committed = branch.commit(
            self.datasets,
            made.dataset.folder,
            made.files,
            stem=f"{made.dataset.name}-{made.version}",
            message=message,
        )
        return paper.committed

    def by_domain(self) -> Mapping[str, list[Dataset]]:
        """The datasets that have a table, by their domain's title."""
        catalog = create.catalogue_of(self.datasets).catalog
        assert catalog is not None
        found: dict[str, list[Dataset]] = {}
        titles = {domain.name: domain.title.default for domain in catalog.domains}
        for dataset in catalog.datasets:
            if any(resource.schema is not None for resource in dataset.resources):
                found.setdefault(titles.get(dataset.domain, dataset.domain), []).append(dataset)
        return found


def _sheets(path: Path) -> tuple[str, ...]:
    if path.suffix not in source.BOOK_SUFFIXES:
        return ()
    try:
        return grid.sheet_names(path)
    except Refused:  # the trial says why
        return ()
