"""`dulieumo audit`: the log of publications, and whether anyone has changed it since it was written."""

from __future__ import annotations

from pathlib import Path

import click
from rich.table import Table

from dulieumo import errors
from dulieumo.cli import common
from dulieumo.governance import audit
from dulieumo.i18n import _


@click.command("audit")
@common.settings_options
@common.format_option("text", "json")
@click.option("--last", default=20, show_default=True, metavar="COUNT", help="Show this many of the latest lines.")
def command(datasets: Path | None, dist: Path | None, format_: str, last: int) -> int:
    """Show the log of publications; leaves with 5 when its chain of hashes is broken."""
    log = audit.read(common.settings(datasets, dist).store / audit.FILE)
    shown = log.lines[-last:] if last > 0 else ()
    if format_ == "json":
        common.print_json(
            {
                "problems": [{"line": number, "problem": problem} for number, problem in log.problems],
                "lines": [audit.to_json(line) for line in shown],
            }
        )
    elif not log.lines:
        common.answers().print(_("Nothing was published yet."))
    else:
        common.answers().print(_table(shown))
    for number, problem in log.problems:
        common.say(_("Line {number} of the log {problem}.").format(number=number, problem=problem))
    return errors.DIFFERENCES if log.problems else errors.DONE


def _table(lines: tuple[audit.Line, ...]) -> Table:
    table = Table(box=None, pad_edge=False)
    for heading in (_("When"), _("Who"), _("What"), _("Target"), _("Release"), _("Datasets"), _("Result")):
        table.add_column(heading)
    for line in lines:
        event = line.event
        cells = (line.at, line.actor, event.action, event.target, event.release, str(len(event.datasets)), event.result)
        table.add_row(*cells)
    return table
