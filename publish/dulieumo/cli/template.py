"""`dulieumo template`: an Excel file to fill in, made from a table's schema."""

from __future__ import annotations

from pathlib import Path

import click

from dulieumo import errors, tables
from dulieumo.cli import common
from dulieumo.errors import ConfigError, UsageError
from dulieumo.i18n import _
from dulieumo.model import Catalog, Dataset, Resource
from dulieumo.owner import create, template, update


@click.command("template", help="Write an Excel template for a table: drop-downs, input checks and explanations.")
@click.argument("name", metavar="DATASET")
@click.option("--table", help="Table of the dataset; the first one if none is given.")
@click.option("--filled", is_flag=True, help="Put the present rows into it.")
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), help="Where to write it.")
@click.option("--datasets", type=click.Path(path_type=Path, file_okay=False), help="Folder of the catalogue.")
def command(name: str, table: str | None, filled: bool, output: Path | None, datasets: Path | None) -> int:
    settings = common.settings(datasets)
    catalog = create.catalogue_of(settings.datasets).catalog
    assert catalog is not None
    dataset = catalog.dataset(name)
    if dataset is None:
        raise ConfigError(
            _("There is no readable dataset {name}.").format(name=name), hint=_("List them with: dulieumo list")
        )
    resource = update.choose_table(dataset, table or _first(dataset), ())
    path = output or Path(f"{dataset.name}-{resource.name}.xlsx" if resource.name != dataset.name else f"{name}.xlsx")
    if path.suffix.lower() != ".xlsx":
        raise UsageError(_("The template is an Excel file: give --output a name that ends in .xlsx."))
    rows = _rows(settings.datasets / dataset.folder / resource.path, resource) if filled else []
    template.write(path, dataset, resource, _choices(settings.datasets, catalog, resource), rows)
    click.echo(_("Written: {file}. Fill it in, then run: dulieumo update {name} {file}").format(file=path, name=name))
    return errors.DONE


def _first(dataset: Dataset) -> str | None:
    return next((resource.name for resource in dataset.resources if resource.schema is not None), None)


def _rows(path: Path, resource: Resource) -> list[dict[str, str]]:
    try:
        return [row for batch in tables.read_strings(path, resource, []) for row in batch.to_pylist()]
    except (tables.UnreadableTable, FileNotFoundError) as error:
        raise UsageError(
            _("The present table {file} cannot be read.").format(file=path.name), hint=_("See why with: dulieumo check")
        ) from error


def _choices(folder: Path, catalog: Catalog, resource: Resource) -> dict[str, list[tuple[str, str]]]:
    """The codes and names of each column that has a code list."""
    assert resource.schema is not None
    found: dict[str, list[tuple[str, str]]] = {}
    for column in resource.schema.columns:
        listed = column.code_list
        target = catalog.dataset(listed.dataset) if listed else None
        source = target.resource(listed.resource) if target and listed else None
        if listed is None or target is None or source is None:
            continue
        path = folder / target.folder / source.path
        if path.is_file():
            found[column.name] = [
                (row[listed.column], row.get(listed.label_column or "", "") or "") for row in _rows(path, source)
            ]
    return found
