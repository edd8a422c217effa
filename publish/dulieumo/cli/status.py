"""`dulieumo status`: what depends on the clock, into dist/status.json: freshness, quality, when it was last verified."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from dulieumo import errors, release, status
from dulieumo.cli import common
from dulieumo.cli.due import day_of, read_catalog
from dulieumo.config import Settings
from dulieumo.i18n import _


@click.command("status")
@common.settings_options
@common.format_option("text", "json")
@click.option("--today", metavar="DATE", help="Look from this day (YYYY-MM-DD) instead of today.")
def command(datasets: Path | None, dist: Path | None, format_: str, today: str | None) -> int:
    """Write dist/status.json: how fresh each dataset of the release is, its quality, and when it was verified."""
    settings = common.settings(datasets, dist)
    made = run(settings, today)
    if format_ == "json":
        common.print_json(made)
        return errors.DONE
    counts = made["summary"]["freshness"]
    text = _(
        "{count} datasets on {today}: {current} current, {due} due, {overdue} overdue, {unknown} unknown, {exempt} exempt."
    )
    common.answers().print(text.format(count=made["summary"]["datasets"], today=made["today"], **counts), markup=False)
    return errors.DONE


def run(settings: Settings, today: str | None = None) -> dict[str, Any]:
    """The status of the current release, or of the catalogue where none was built; written to dist/status.json."""
    store = common.store(settings)
    name = release.latest(store)
    catalog = release.read(store, name).catalog if name else read_catalog(settings.datasets)
    made = status.compute(catalog, day_of(today), release=name, known=status.read_known(settings.dist))
    status.write(settings.dist, made)
    return made
