"""`dulieumo serve`: look at the built site, on this machine only."""

from __future__ import annotations

from pathlib import Path

import click

from dulieumo import errors
from dulieumo.cli import common
from dulieumo.errors import ConfigError
from dulieumo.i18n import _

PORT = 8008


@click.command("serve")
@common.settings_options
@click.option(
    "--port", type=click.IntRange(0, 65535), default=PORT, show_default=True, help="Port; 0 takes a free one."
)
@click.option(
    "--folder", type=click.Path(path_type=Path, file_okay=False), help="Folder to serve; dist/site by default."
)
@click.option("--background", "in_background", is_flag=True, help="Go on serving after the command has ended.")
@click.option("--stop", "is_stop", is_flag=True, help="End the server that runs in the background.")
def command(
    datasets: Path | None, dist: Path | None, port: int, folder: Path | None, in_background: bool, is_stop: bool
) -> int:
    """Serve the built site on 127.0.0.1, with byte ranges, until Ctrl+C."""
    from dulieumo.site import background, server

    settings = common.settings(datasets, dist)
    if is_stop:
        was_there = background.stop(settings.site_server)
        common.say(_("Stopped.") if was_there else _("No server of the site was running."))
        return errors.DONE
    root = folder or settings.site
    if not (root / "index.html").is_file():
        raise ConfigError(
            _("There is no site in {folder}.").format(folder=root), hint=_("Build it first: dulieumo site")
        )
    if in_background:
        common.answers().print(background.start(root, settings.site_server, port), markup=False)
        common.say(_("Stop with: dulieumo serve --stop"))
        return errors.DONE
    try:
        running = server.serve(root, port)
    except OSError as error:
        raise ConfigError(
            _("Port {port} is taken: {reason}").format(port=port, reason=error.strerror),
            hint=_("Choose another one with --port, or --port 0 for a free one."),
        ) from error
    with running:
        address = f"http://{server.LOOPBACK}:{running.server_address[1]}/"
        common.answers().print(address, markup=False)
        common.say(_("Stop with Ctrl+C."))
        try:
            running.serve_forever()
        except KeyboardInterrupt:
            common.say(_("Stopped."))
    return errors.DONE
