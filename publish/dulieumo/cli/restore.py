"""`dulieumo restore`: rebuild an empty CKAN from the repository and the store, in one command."""

from __future__ import annotations

from pathlib import Path

import click

from dulieumo import errors
from dulieumo.cli import common, push, verify
from dulieumo.config import Settings


@click.command("restore")
@common.settings_options
@click.option("--target", help="Name of the target; the default one if not given.")
@click.option("--release", "release_name", help="Release to restore; the latest if not given.")
@click.option(
    "--sysadmin-token-file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Token of a sysadmin: also makes organisations, groups and the publishing user.",
)
def command(
    datasets: Path | None,
    dist: Path | None,
    target: str | None,
    release_name: str | None,
    sysadmin_token_file: Path | None,
) -> int:
    """Bring a CKAN that lost everything back to the release: organisations, groups, datasets, files, tables, views."""
    settings = common.settings(datasets, dist)
    if sysadmin_token_file is not None:
        prepare(settings, sysadmin_token_file, target=target, release_name=release_name)
    receipt = push.run(settings, target=target, release_name=release_name)
    push.show(receipt)
    code = push.exit_code(receipt)
    if code != errors.DONE:
        return code
    found = verify.run(settings, target=target, release_name=release_name)
    verify.show(found)
    return errors.DONE if found.is_clean else errors.DIFFERENCES


def prepare(
    settings: Settings, sysadmin_token_file: Path, *, target: str | None = None, release_name: str | None = None
) -> None:
    """Organisations, groups with their pictures, and the publishing user of the release's own catalogue.

    Raises RemoteError, ConfigError."""
    from dulieumo.ckan import bootstrap, connect
    from dulieumo.ckan.client import Client
    from dulieumo.descriptors import pictures
    from dulieumo.errors import ConfigError
    from dulieumo.i18n import _

    connection = connect.connect(settings, target)
    token_file = connection.target.token_file
    if token_file is None:
        raise ConfigError(
            _("The target {name} has no token_file to put the publishing user's token into.").format(
                name=connection.target.name
            ),
            hint=_("Set token_file for the target in dulieumo.toml."),
        )
    admin = Client(connection.target.url, sysadmin_token_file.read_text(encoding="utf-8").strip())
    catalog = connection.release(release_name).catalog
    bitmaps = pictures.read(settings.datasets / pictures.FOLDER).bitmaps
    bootstrap.bootstrap(admin, bootstrap.wanted(catalog, bitmaps), token_file=token_file)
