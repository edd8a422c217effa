"""`dulieumo check`: everything that is wrong with the descriptors and the tables, at once."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import click

from dulieumo import canonical, check, descriptors, errors, quality
from dulieumo.check import previous
from dulieumo.check.report import CheckReport
from dulieumo.cli import arrow, common
from dulieumo.config import Settings
from dulieumo.drafts import Drafts
from dulieumo.errors import ConfigError, UsageError
from dulieumo.i18n import _
from dulieumo.report import json as json_report
from dulieumo.report import text
from dulieumo.store import write_whole

FORMATS = ("text", "json", "github", "junit", "sarif", "html", "xlsx")
CACHE = ".cache/dulieumo"
STYLES: Mapping[str, Mapping[str, Any]] = {
    "file": {"bold": True},
    "error": {"fg": "red"},
    "warning": {"fg": "yellow"},
    "detail": {"dim": True},
    "good": {"fg": "green"},
}


@click.command("check")
@click.argument("names", nargs=-1, metavar="[DATASET]...")
@common.settings_options
@common.format_option(*FORMATS)
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), help="Write the report to this file.")
@click.option(
    "--no-cache", is_flag=True, help="Read every table, also those that did not change since they were checked."
)
def command(
    names: tuple[str, ...],
    datasets: Path | None,
    dist: Path | None,
    format_: str,
    output: Path | None,
    no_cache: bool,
) -> int:
    """Check descriptors and tables: Frictionless and our rules. Writes dist/report.json when all datasets are checked."""
    settings = common.settings(datasets, dist)
    if format_ == "xlsx" and output is None:
        raise UsageError(_("A workbook needs a file to be written to."), hint=_("Add: --output report.xlsx"))
    report = run(settings, names, use_cache=not no_cache)
    if output is not None:
        write_whole(output, _rendered(report, format_, settings))
    elif format_ == "text":
        show(report)
    else:
        click.echo(_rendered(report, format_, settings), nl=False)
    return errors.DONE if report.is_valid else errors.DATA_DOES_NOT_PASS


def run(
    settings: Settings, names: tuple[str, ...] = (), *, use_cache: bool = True, drafts: Drafts | None = None
) -> CheckReport:
    """Check all datasets, or those named, and write dist/report.json if it was all. `drafts`: convert them on the way.

    Raises ConfigError for unknown names."""
    if not settings.datasets.is_dir():
        raise ConfigError(
            _("There is no folder {folder}.").format(folder=settings.datasets),
            hint=_("Go to the folder of the catalogue, or name its datasets with --datasets."),
        )
    reading = descriptors.read(settings.datasets)
    known = {entry.parent.name for entry in settings.datasets.glob("*/*/datapackage.yaml")}
    unknown = [name for name in names if name not in known]
    if unknown:
        raise ConfigError(
            _("There is no dataset {name}.").format(name=unknown[0]), hint=_("List them with: dulieumo list")
        )
    total = len(names) or (len(reading.catalog.datasets) if reading.catalog else 0)
    with common.progress(_("Checking"), total) as step:
        report = check.check(
            reading,
            only=names or None,
            step=step,
            cache_folder=settings.root / CACHE if use_cache else None,
            before_reading=arrow.without_pandas,
            previous=previous.read(settings.store),
            listen=drafts.listen if drafts is not None else check.nobody,
        )
    if not names:
        write_whole(settings.dist / "report.json", canonical.dumps(json_report.render_report(report)))
        if reading.catalog is not None:
            scores = quality.compute(reading.catalog, report, date.today())
            write_whole(settings.dist / quality.FILE, canonical.dumps(scores))
    return report


def show(report: CheckReport) -> None:
    """The findings, grouped, in the words of the reader's language."""
    for line in text.lines(report):
        click.secho(line.text, **STYLES.get(line.style, {}))


def _rendered(report: CheckReport, format_: str, settings: Settings) -> bytes:
    """The report in one of `FORMATS`. Each renderer is imported when it is asked for."""
    prefix = _prefix(settings)
    match format_:
        case "json":
            return _json(json_report.render_report(report))
        case "sarif":
            from dulieumo.report import sarif

            return _json(sarif.render_report(report, prefix))
        case "github":
            from dulieumo.report import github

            return github.render_report(report, prefix).encode()
        case "junit":
            from dulieumo.report import junit

            return junit.render_report(report).encode()
        case "html":
            from dulieumo.report import html

            return html.render_report(report).encode()
        case "xlsx":
            from dulieumo.report import xlsx

            return xlsx.render_report(report, descriptors.read(settings.datasets))
    return text.render_report(report).encode()


def _prefix(settings: Settings) -> str:
    """The folder of the datasets as the repository sees it, for formats that name files to other programs."""
    if settings.datasets.is_relative_to(settings.root) and settings.datasets != settings.root:
        return settings.datasets.relative_to(settings.root).as_posix() + "/"
    return ""


def _json(value: Any) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()
