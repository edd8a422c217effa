"""`dulieumo get`: a file of a published dataset, checked against its hash."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import click

from dulieumo import client, errors
from dulieumo.cli import common
from dulieumo.errors import UsageError
from dulieumo.i18n import _


@click.command("get")
@click.argument("dataset", metavar="DATASET[@VERSION]")
@click.option(
    "--from",
    "address",
    required=True,
    envvar="DULIEUMO_SITE",
    help="Address of the site, or the folder of a built one.",
)
@click.option("--table", help="Which table; the first by default.")
@click.option(
    "--as",
    "format_",
    type=click.Choice(["csv", "parquet", "xlsx", "file"]),
    default="csv",
    show_default=True,
    help="Which file.",
)
@click.option(
    "--out", type=click.Path(path_type=Path), help="Where to put it; the working folder by default, - for stdout."
)
def command(dataset: str, address: str, table: str | None, format_: str, out: Path | None) -> int:
    """Download a table of a published catalogue; the version can be pinned, as in co-so-y-te@1.2.0."""
    catalog = client.open_catalog(address)
    try:
        found = catalog[dataset]
    except KeyError as error:
        name = dataset.partition("@")[0]
        like = catalog.like(name)
        raise UsageError(
            _("The catalogue has no dataset {dataset}.").format(dataset=name),
            hint=_("Did you mean: {some}?").format(some=", ".join(like))
            if like
            else _("It has {count}, such as {some}.").format(count=len(catalog), some=", ".join(list(catalog)[:3])),
        ) from error
    if out is not None and out.is_dir() and len(paths := found.files(table, format_)) > 1:
        target = out / f"{found.name}-{found.version}-{table or found.tables[0]}"
        target.mkdir(exist_ok=True)
        for number, part in enumerate(paths):
            shutil.copyfile(part, target / f"part-{number:05}{part.suffix}")
        _tell(found, target)
        _warn(found)
        return errors.DONE
    path = found.file(table, format_)
    if str(out) == "-":
        with path.open("rb") as file:
            shutil.copyfileobj(file, sys.stdout.buffer)
    else:
        name = f"{found.name}-{found.version}-{table or found.tables[0]}{path.suffix}"
        target = out if out is not None and not out.is_dir() else (out or Path()) / name
        shutil.copyfile(path, target)
        _tell(found, target)
    _warn(found)
    return errors.DONE


def _tell(found: client.OpenDataset, target: Path) -> None:
    common.say(
        _("{name} {version}, checked, is in {path}.").format(name=found.name, version=found.version, path=target)
    )


def _warn(found: client.OpenDataset) -> None:
    """Say on stderr that there is a later version."""
    newer = found.newer()
    if newer is not None and newer.is_breaking:
        common.say(_("There is a newer version {version}, and it breaks programs.").format(version=newer.version))
    elif newer is not None:
        common.say(_("There is a newer version {version}.").format(version=newer.version))
