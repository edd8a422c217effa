"""`dulieumo fetch`: bring the sources that lie in the store to where their descriptors expect them."""

from __future__ import annotations

import json
from pathlib import Path

import click

from dulieumo import descriptors, errors, pointers
from dulieumo.cli import common
from dulieumo.config import Settings
from dulieumo.errors import ConfigError, UsageError
from dulieumo.i18n import _, ngettext
from dulieumo.model import Catalog
from dulieumo.store import FolderStore


@click.command("fetch")
@click.argument("names", nargs=-1, metavar="[DATASET]...")
@common.settings_options
@common.format_option("text", "json")
@click.option(
    "--put", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="Store this file; prints its pointer."
)
def command(names: tuple[str, ...], datasets: Path | None, dist: Path | None, format_: str, put: Path | None) -> int:
    """Fetch the sources that are too big for the repository, each checked against its pointer.

    With --put, store a file instead and print the pointer for the descriptor of its table."""
    settings = common.settings(datasets, dist)
    store = common.store(settings)
    if put is not None:
        if names:
            raise UsageError(_("--put takes one file and no dataset."))
        _show_pointer(pointers.put(store, put), format_)
        return errors.DONE
    fetched = run(settings, store, names)
    if format_ == "json":
        common.print_json([str(path.relative_to(settings.root)) for path in fetched])
    else:
        text = ngettext("{count} source fetched.", "{count} sources fetched.", len(fetched))
        common.answers().print(text.format(count=len(fetched)), markup=False)
    return errors.DONE


def run(settings: Settings, store: FolderStore, names: tuple[str, ...] = ()) -> tuple[Path, ...]:
    """Fetch what is absent or other than its pointer; returns the files that were brought. Raises ConfigError."""
    catalog = descriptors.read(settings.datasets).catalog
    if catalog is None:
        raise ConfigError(_("The catalogue cannot be read."), hint=_("See: dulieumo check"))
    _known(catalog, names)
    fetched = []
    for dataset, resource, pointer in pointers.every(catalog):
        path = settings.datasets / dataset.folder / resource.path
        if (not names or dataset.name in names) and not pointers.is_fetched(pointer, path):
            common.say(
                _("Fetching {table} of {dataset}, {megabytes:.1f} MB").format(
                    table=resource.name, dataset=dataset.name, megabytes=pointer.bytes / 1e6
                )
            )
            pointers.fetch(store, pointer, path)
            fetched.append(path)
    return tuple(fetched)


def _known(catalog: Catalog, names: tuple[str, ...]) -> None:
    for name in names:
        if catalog.dataset(name) is None:
            raise ConfigError(
                _("There is no dataset {name}.").format(name=name), hint=_("List them with: dulieumo list")
            )


def _show_pointer(pointer: pointers.Pointer, format_: str) -> None:
    value = {"sha256": pointer.sha256, "bytes": pointer.bytes, "key": pointer.key}
    if format_ == "json":
        common.print_json(value)
        return
    common.answers().print(f"dulieumo:pointer: {json.dumps(value)}", markup=False)
    common.say(_("Put this line into the resource of the table, and the file's path into .gitignore."))
