"""`dulieumo rollback`: publish an older release again, as carefully as a new one."""

from __future__ import annotations

from pathlib import Path

import click

from dulieumo import errors
from dulieumo.cli import common, push, verify


@click.command("rollback")
@common.settings_options
@click.option("--to", "release_name", required=True, help="Name of the release to go back to.")
@click.option("--target", help="Name of the target; the default one if not given.")
@click.option("--publisher", help="Only the datasets of this publisher.")
def command(
    datasets: Path | None, dist: Path | None, release_name: str, target: str | None, publisher: str | None
) -> int:
    """Publish an older release to CKAN again: files, rows and words of then. The newer one stays in the store."""
    settings = common.settings(datasets, dist)
    receipt = push.run(settings, target=target, release_name=release_name, publisher=publisher)
    push.show(receipt)
    code = push.exit_code(receipt)
    if code != errors.DONE:
        return code
    found = verify.run(settings, target=target, release_name=release_name, publisher=publisher)
    verify.show(found)
    return errors.DONE if found.is_clean else errors.DIFFERENCES
