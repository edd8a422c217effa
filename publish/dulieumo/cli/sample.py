"""`dulieumo sample`: write the sample tables that descriptors declare."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

import click

from dulieumo import descriptors, errors, sample
from dulieumo.cli import common
from dulieumo.errors import ConfigError
from dulieumo.i18n import _, ngettext
from dulieumo.model import Catalog, Kind
from dulieumo.store import write_whole


@click.command("sample")
@click.argument("names", nargs=-1, metavar="[DATASET]...")
@common.settings_options
def command(names: tuple[str, ...], datasets: Path | None, dist: Path | None) -> int:
    """Write the sample tables (kind: sample) from their schemas; the same rows every time."""
    settings = common.settings(datasets, dist)
    reading = descriptors.read(settings.datasets)
    if reading.catalog is None:
        common.say(_("The catalogue cannot be read. Run `dulieumo check` to see why."))
        return errors.DATA_DOES_NOT_PASS
    unknown = [name for name in names if reading.catalog.dataset(name) is None]
    if unknown:
        raise ConfigError(
            _("There is no readable dataset {name}.").format(name=unknown[0]), hint=_("List them with: dulieumo list")
        )
    written = 0
    codes = _code_lists(settings.datasets, reading.catalog)
    for dataset in reading.catalog.datasets:
        if names and dataset.name not in names:
            continue
        for resource in dataset.resources:
            if resource.kind is not Kind.SAMPLE or resource.schema is None:
                continue
            try:
                records = sample.rows(dataset, resource, codes)
            except sample.BadTemplate as error:
                raise ConfigError(
                    _("{dataset}: the sample template {template!r} cannot be filled.").format(
                        dataset=dataset.name, template=str(error)
                    ),
                    hint=_("A template may use {{n}}, as in: Cơ sở mẫu {{n:03}}").format(),
                ) from error
            text = io.StringIO()
            writer = csv.writer(text, lineterminator="\n")
            writer.writerow([column.name for column in resource.schema.columns])
            writer.writerows(records)
            write_whole(settings.datasets / dataset.folder / resource.path, text.getvalue().encode())
            written += 1
    common.say(
        ngettext("{count} sample table written.", "{count} sample tables written.", written).format(count=written)
    )
    return errors.DONE


def _code_lists(folder: Path, catalog: Catalog) -> dict[tuple[str, str, str], Sequence[str]]:
    """The codes of every column that is used as a code list, in the order of its table."""
    wanted = {
        (column.code_list.dataset, column.code_list.resource, column.code_list.column)
        for dataset in catalog.datasets
        for resource in dataset.resources
        if resource.schema
        for column in resource.schema.columns
        if column.code_list
    }
    found: dict[tuple[str, str, str], Sequence[str]] = {}
    for name, table, column_name in sorted(wanted):
        dataset = catalog.dataset(name)
        resource = dataset.resource(table) if dataset else None
        path = folder / dataset.folder / resource.path if dataset and resource else None
        if path is None or not path.is_file():
            continue
        with path.open(encoding="utf-8", newline="") as file:
            found[name, table, column_name] = [
                record[column_name] for record in csv.DictReader(file) if record.get(column_name)
            ]
    return found
