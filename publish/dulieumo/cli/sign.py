"""`dulieumo sign`: sign a release with the city's own key."""

from __future__ import annotations

from pathlib import Path

import click
from click.core import ParameterSource

from dulieumo import errors, release, signing
from dulieumo.cli import common
from dulieumo.errors import UsageError
from dulieumo.i18n import _


@click.command("sign")
@click.option(
    "--key",
    type=click.Path(path_type=Path, dir_okay=False),
    envvar="DULIEUMO_SIGNING_KEY",
    help="File of the private key (ed25519, PEM); also the variable DULIEUMO_SIGNING_KEY.",
)
@click.option("--new-key", type=click.Path(path_type=Path, dir_okay=False), help="Make a key in this file instead.")
@click.option("--optional", "is_optional", is_flag=True, help="Without any key, say so and leave the release unsigned.")
@click.option("--release", "name", help="Release to sign; the latest if not given.")
@common.settings_options
@common.format_option("text", "json")
def command(
    key: Path | None,
    new_key: Path | None,
    is_optional: bool,
    name: str | None,
    datasets: Path | None,
    dist: Path | None,
    format_: str,
) -> int:
    """Sign a release: an in-toto statement over the hashes of its files, in a DSSE envelope, kept beside it.

    The passphrase of the key, if it has one, comes from the environment variable DULIEUMO_KEY_PASSPHRASE."""
    if is_optional and key is None and new_key is None:
        common.say(_("No signing key is configured: the release stays unsigned."))
        return errors.DONE
    if new_key is not None and click.get_current_context().get_parameter_source("key") is ParameterSource.ENVIRONMENT:
        key = None  # the key of the workflows is no contradiction to making another one
    if (key is None) == (new_key is None):
        raise UsageError(_("Give either --key, to sign, or --new-key, to make a key."))
    if new_key is not None:
        public = signing.new_key(new_key)
        if format_ == "json":
            common.print_json({"private": str(new_key), "public": str(public)})
        else:
            common.answers().print(_("Public key: {path}").format(path=public), markup=False)
            common.say(_("Publish the public key. Keep {path} secret and out of Git.").format(path=new_key))
        return errors.DONE
    assert key is not None
    store = common.store(common.settings(datasets, dist))
    wanted = release.read_manifest(store, name)["name"]
    path = signing.sign(store, wanted, key)
    if format_ == "json":
        common.print_json({"release": wanted, "signature": path})
    else:
        common.answers().print(_("Release {name} signed: {path}").format(name=wanted, path=path), markup=False)
    return errors.DONE
