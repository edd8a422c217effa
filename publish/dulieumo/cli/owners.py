"""`dulieumo owners`: who must approve a change of which dataset, as CODEOWNERS, from the publishers' registry."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from dulieumo import errors
from dulieumo.cli import common
from dulieumo.cli.due import read_catalog
from dulieumo.config import Settings
from dulieumo.governance.owners import Forge, Owners, codeowners
from dulieumo.i18n import _
from dulieumo.store import write_whole

FILE = "CODEOWNERS"  # in the root: the one place that GitHub and GitLab both read


@click.command("owners")
@common.settings_options
@click.option("--write", is_flag=True, help="Write CODEOWNERS in the root of the repository.")
@click.option("--check", is_flag=True, help="Leave with 5 when CODEOWNERS is not as the registry says.")
@click.option(
    "--forge", type=click.Choice([item.value for item in Forge]), help="By default: as the repository's files say."
)
def command(datasets: Path | None, dist: Path | None, write: bool, check: bool, forge: str | None) -> int:
    """Write CODEOWNERS from the reviewers that publishers.yaml names."""
    settings = common.settings(datasets, dist)
    made = run(settings, forge)
    if made.without:
        text = _("No reviewer is named for {publishers}. Add `reviewers` to publishers.yaml.")
        common.say(text.format(publishers=", ".join(made.without)))
    path = settings.root / FILE
    if write:
        write_whole(path, made.text.encode())
        common.say(_("{file} is written.").format(file=path))
    elif check:
        if not path.is_file() or path.read_text(encoding="utf-8") != made.text:
            common.answers().print(
                _("{file} is not as publishers.yaml says. Run: dulieumo owners --write").format(file=FILE), markup=False
            )
            return errors.DIFFERENCES
    else:
        click.echo(made.text, nl=False)
    return errors.DONE


def run(settings: Settings, forge: str | None = None) -> Owners:
    """The file for the project at `settings`; paths in it are relative to the project's root."""
    is_inside = settings.datasets.is_relative_to(settings.root)
    relative = settings.datasets.relative_to(settings.root).as_posix() if is_inside else settings.datasets.name
    is_gitlab = (settings.root / ".gitlab-ci.yml").is_file() and not (settings.root / ".github").is_dir()
    chosen = Forge(forge) if forge else Forge.GITLAB if is_gitlab else Forge.GITHUB
    return codeowners(
        read_catalog(settings.datasets), date.today(), folder="" if relative == "." else relative, forge=chosen
    )
