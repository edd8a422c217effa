"""`dulieumo fix`: repair how tables are written, after showing every kind of change."""

from __future__ import annotations

from pathlib import Path

import click

from dulieumo import errors
from dulieumo.cli import common
from dulieumo.cli.asking import Asker, show_notes
from dulieumo.errors import ConfigError
from dulieumo.i18n import _, ngettext
from dulieumo.model import Dataset
from dulieumo.owner import create, fix
from dulieumo.store import write_whole


@click.command(
    "fix", help="Repair what is safe in tables: encoding, old fonts, spaces, numbers and dates. Shows it first."
)
@click.argument("names", nargs=-1, metavar="[DATASET]...")
@click.option("--yes", is_flag=True, help="Write without asking.")
@click.option("--datasets", type=click.Path(path_type=Path, file_okay=False), help="Folder of the catalogue.")
def command(names: tuple[str, ...], yes: bool, datasets: Path | None) -> int:
    settings = common.settings(datasets)
    catalog = create.catalogue_of(settings.datasets).catalog
    assert catalog is not None
    unknown = [name for name in names if catalog.dataset(name) is None]
    if unknown:
        raise ConfigError(
            _("There is no readable dataset {name}.").format(name=unknown[0]), hint=_("List them with: dulieumo list")
        )
    repairs = {
        path: data
        for dataset in catalog.datasets
        if not names or dataset.name in names
        for path, data in _show(settings.datasets, dataset)
    }
    if not repairs:
        click.echo(_("Nothing to repair."))
        return errors.DONE
    if not yes and not Asker().confirm(
        ngettext("Write {count} file?", "Write {count} files?", len(repairs)).format(count=len(repairs))
    ):
        click.echo(_("Nothing was written. To write, add --yes."))
        return errors.DONE
    for path, data in repairs.items():
        write_whole(path, data)
    click.echo(
        ngettext("{count} file repaired.", "{count} files repaired.", len(repairs)).format(count=len(repairs))
        + " "
        + _("Next: dulieumo check")
    )
    return errors.DONE


def _show(folder: Path, dataset: Dataset) -> list[tuple[Path, bytes]]:
    """Show the repairs of a dataset's tables; returns the files to write."""
    found = []
    for resource in dataset.resources:
        path = folder / dataset.folder / resource.path
        if resource.schema is None or resource.format != "csv" or path.is_symlink() or not path.is_file():
            continue
        repair = fix.repair(path, resource)
        if repair.data is None and not repair.notes:
            continue
        click.secho(f"{dataset.folder}/{resource.path}", bold=True)
        for change in repair.file_changes:
            click.echo(f"  · {change}")
        for one in repair.columns:
            click.echo(
                "  "
                + ngettext("column {column}: {count} cell", "column {column}: {count} cells", one.count).format(
                    column=one.column, count=one.count
                )
            )
            for row, before, after in one.examples:
                click.secho("    " + _("row {row}").format(row=row) + f" - “{before}”", fg="red")
                click.secho("    " + _("row {row}").format(row=row) + f" + “{after}”", fg="green")
        show_notes(repair.notes)
        if repair.data is not None:
            found.append((path, repair.data))
    return found
