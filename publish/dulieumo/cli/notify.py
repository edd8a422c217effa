"""`dulieumo notify`: tell the webhook of the latest release, for those who use the data and those who announce it."""

from __future__ import annotations

from pathlib import Path

import click

from dulieumo import errors, release
from dulieumo.cli import common
from dulieumo.cli.due import deliver
from dulieumo.governance.webhook import Message
from dulieumo.model import Release


@click.command("notify")
@common.settings_options
@click.option("--release", "name", help="Release to tell of; the latest by default.")
def command(datasets: Path | None, dist: Path | None, name: str | None) -> int:
    """Tell the webhook of a release.

    A signed message says which datasets are new, changed or gone."""
    settings = common.settings(datasets, dist)
    store = common.store(settings)
    told = release.read(store, name)
    before = release.read(store, told.previous) if told.previous else None
    deliver(settings, (notice(told, before),))
    return errors.DONE


def notice(told: Release, before: Release | None) -> Message:
    """The message about `told`, compared with the release before it. Pure."""
    former = {version.name: version.version for version in before.versions} if before else {}
    current = {version.name: version.version for version in told.versions}
    datasets = []
    for name in sorted({*former, *current}):
        if former.get(name) == current.get(name):
            continue
        dataset = told.catalog.dataset(name)
        change = (
            next((line for line in dataset.changelog if line.version == dataset.version), None) if dataset else None
        )
        datasets.append(
            {
                "dataset": name,
                "title": dataset.title.default if dataset else name,
                "before": former.get(name),
                "after": current.get(name),
                "change": change.description.default if change else None,
                "page": f"{told.catalog.base_url}/datasets/{name}/" if dataset else None,
            }
        )
    return Message(
        kind="release.published",
        data={
            "catalog": told.catalog.name,
            "release": told.name,
            "previous": told.previous,
            "contentHash": told.content_hash,
            "datasets": datasets,
        },
    )
