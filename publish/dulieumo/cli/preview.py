"""`dulieumo preview`: the page of one dataset from the working copy, in the browser, before anything is public."""

from __future__ import annotations

import tempfile
import threading
import time
import webbrowser
from collections.abc import Mapping
from pathlib import Path

import click

from dulieumo import errors
from dulieumo.cli import common
from dulieumo.cli.asking import show_report
from dulieumo.config import Settings
from dulieumo.errors import ConfigError
from dulieumo.i18n import _
from dulieumo.owner import preview

POLL_SECONDS = 0.7


@click.command("preview", help="Show a dataset as it would be published: its page, and how CKAN shows it.")
@click.argument("name", metavar="DATASET")
@click.option("--target", help="CKAN to show it on as well; staging if declared, else the local one.")
@click.option("--no-ckan", is_flag=True, help="Show the page only.")
@click.option("--watch", is_flag=True, help="Build the page again whenever a file of the dataset changes.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Port; a free one if none is given.")
@click.option("--no-open", is_flag=True, help="Do not open the browser.")
@click.option("--datasets", type=click.Path(path_type=Path, file_okay=False), help="Folder of the catalogue.")
def command(
    name: str, target: str | None, no_ckan: bool, watch: bool, port: int, no_open: bool, datasets: Path | None
) -> int:
    from dulieumo.owner import twin
    from dulieumo.site import server

    settings = common.settings(datasets)
    if target is not None:
        twin.find(settings, target)  # a wrong name is told before anything is built
    with tempfile.TemporaryDirectory(prefix="dulieumo-preview-") as folder:
        scratch = Path(folder)
        common.say(_("Checking and building the page…"))
        seen = preview.state(settings.datasets, name)
        made = preview.make(settings.datasets, name, scratch)
        show_report(made.report)
        while made.site is None:
            if not watch:
                return errors.DATA_DOES_NOT_PASS
            common.say(_("Waiting for a change; stop with Ctrl+C."))
            seen = _next_change(settings.datasets, name, seen)
            made = preview.make(settings.datasets, name, scratch)
            show_report(made.report)
        try:
            running = server.serve(made.site, port)
        except OSError as error:
            raise ConfigError(
                _("Port {port} is taken: {reason}").format(port=port, reason=error.strerror),
                hint=_("Choose another one with --port, or none for a free one."),
            ) from error
        with running:
            address = f"http://{server.LOOPBACK}:{running.server_address[1]}/{made.page}"
            click.echo(address)
            common.say(_("Only this machine sees it. Stop with Ctrl+C."))
            threading.Thread(target=running.serve_forever, daemon=True).start()
            if not no_open:
                webbrowser.open(address)
            if not no_ckan:
                _show_on_ckan(settings, made, name, scratch, target, opens=not no_open)
            try:
                while True:
                    if not watch:
                        time.sleep(POLL_SECONDS)
                        continue
                    seen = _next_change(settings.datasets, name, seen)
                    common.say(_("A file changed; building again…"))
                    made = preview.make(settings.datasets, name, scratch)
                    show_report(made.report)
                    if made.site is not None:
                        common.say(_("Done: reload the page."))
                        if not no_ckan:
                            _show_on_ckan(settings, made, name, scratch, target, opens=False)
            except KeyboardInterrupt:
                common.say(_("Stopped."))
            finally:
                running.shutdown()
    return errors.DONE


def _show_on_ckan(
    settings: Settings, made: preview.Preview, name: str, scratch: Path, target: str | None, *, opens: bool
) -> None:
    """Write the hidden twin and say where it is, or in one line why there is none."""
    from dulieumo.owner import twin

    written = twin.publish(settings, made.reading, name, scratch / "ckan", target=target)
    if written.address is None:
        common.say(written.missing)
        return
    click.echo(written.address)
    common.say(written.login)
    if opens:
        webbrowser.open(written.address)


def _next_change(datasets: Path, name: str, seen: Mapping[str, tuple[int, int]]) -> Mapping[str, tuple[int, int]]:
    """Wait until the files differ from `seen`, and for them to be still; returns their new state."""
    while True:
        time.sleep(POLL_SECONDS)
        now = preview.state(datasets, name)
        if now != seen:
            time.sleep(POLL_SECONDS / 2)
            if preview.state(datasets, name) == now:
                return now
