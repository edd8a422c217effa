"""`dulieumo web`: the owners' page, in the browser of this machine only."""

from __future__ import annotations

import threading
import webbrowser
from importlib.util import find_spec
from pathlib import Path

import click

from dulieumo import errors
from dulieumo.cli import common
from dulieumo.errors import ConfigError
from dulieumo.i18n import _, language
from dulieumo.owner import create, launcher

_EXTRA = "pip install 'dulieumo[web]'"


@click.command(
    "web", help="Open the owners' page in the browser. Drop a spreadsheet, see what is wrong, commit it to a branch."
)
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Port; a free one if none is given.")
@click.option("--no-open", is_flag=True, help="Do not open the browser; print the address to open.")
@click.option(
    "--launcher",
    "launcher_folder",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="FOLDER",
    help="Write a file to double-click into this folder, such as the desktop, and stop.",
)
@click.option("--datasets", type=click.Path(path_type=Path, file_okay=False), help="Folder of the catalogue.")
def command(port: int, no_open: bool, launcher_folder: Path | None, datasets: Path | None) -> int:
    settings = common.settings(datasets)
    if any(find_spec(name) is None for name in ("starlette", "uvicorn", "python_multipart")):
        raise ConfigError(_("The owners' page needs a web framework, which is not installed."), hint=_EXTRA)
    create.catalogue_of(settings.datasets)
    if launcher_folder is not None:
        written = launcher.write(launcher_folder, settings.datasets.resolve(), language())
        click.echo(_("Written: {file}. A double click on it opens the page.").format(file=written))
        return errors.DONE
    from dulieumo.web import server

    def opened(address: str, with_token: str) -> None:
        """The token is printed only where the owner has to open the page himself."""
        common.say(_("Only this machine sees the page. To end, press Ctrl+C or close this window."))
        if no_open:
            click.echo(with_token)
            return
        click.echo(address)
        threading.Thread(target=_open, args=(with_token,), daemon=True).start()

    try:
        server.serve(settings.datasets, port, opened)
    except OSError as error:
        raise ConfigError(
            _("Port {port} is taken: {reason}").format(port=port, reason=error.strerror),
            hint=_("Choose another one with --port, or none for a free one."),
        ) from error
    common.say(_("Stopped."))
    return errors.DONE


def _open(address: str) -> None:
    if not webbrowser.open(address):
        click.echo(_("No browser could be opened. Open this address in one: {address}").format(address=address))
