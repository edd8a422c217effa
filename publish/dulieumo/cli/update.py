"""`dulieumo update`: a new file for a table, shown row by row before it replaces the old one."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import click

from dulieumo import errors
from dulieumo.cli import common
from dulieumo.cli.asking import Asker, show_notes, show_report
from dulieumo.errors import UsageError
from dulieumo.i18n import _, ngettext
from dulieumo.owner import trial, update
from dulieumo.store import write_whole


@click.command("update", help="Replace a table by the owner's new file: shows the rows that change, then asks.")
@click.argument("name", metavar="DATASET")
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE")
@click.option("--table", help="Table of the dataset; the one that fits the file if none is given.")
@click.option("--sheet", help="Sheet of the workbook that holds the table.")
@click.option("--header-row", type=click.IntRange(1), help="Row with the columns' names, as the spreadsheet counts.")
@click.option(
    "--decimal", type=click.Choice((",", ".")), help="Sign before the decimals where numbers are typed as text."
)
@click.option(
    "--ignore", multiple=True, metavar="TITLE", help="Column of the file to leave out; repeat it for several."
)
@click.option("--as-of", help="Date of the data: 2025, 2025-06 or 2025-06-30.")
@click.option("--note", help="Sentence for the changelog instead of the counted rows.")
@click.option("--note-en", help="The same sentence in English.")
@click.option("--yes", is_flag=True, help="Write without asking.")
@click.option("--datasets", type=click.Path(path_type=Path, file_okay=False), help="Folder of the catalogue.")
def command(
    name: str,
    file: Path,
    table: str | None,
    sheet: str | None,
    header_row: int | None,
    decimal: str | None,
    ignore: tuple[str, ...],
    as_of: str | None,
    note: str | None,
    note_en: str | None,
    yes: bool,
    datasets: Path | None,
) -> int:
    settings = common.settings(datasets)
    said = trial.Said(
        table=table,
        sheet=sheet,
        header_row=header_row,
        decimal=decimal,
        ignore=ignore,
        as_of=as_of,
        note=(note, note_en or note) if note else None,
    )
    reading = trial.read(settings.datasets, name, file, said)
    common.say(_("What was read from {file}:").format(file=file.name))
    show_notes(reading.notes)
    if reading.is_stopped:
        raise UsageError(
            _("Nothing was changed: see the lines marked ✗."),
            hint=_("Correct them in the file and run the command again."),
        )
    asker = Asker()
    if as_of is None:
        said = replace(said, as_of=asker.text("--as-of", None, _("Date of the data"), default=reading.as_of))
    tried = trial.run(settings.datasets, reading, said, today=dt.date.today())
    made = tried.made
    if tried.report is None:
        _show(made)
        click.echo(_("The table is the same as before; nothing to write."))
        return errors.DONE
    if not tried.is_personal:  # else the rows would be shown before they may be
        _show(made)
    show_report(tried.report)
    if not tried.report.is_valid:
        click.echo(_("Nothing was written: the new table does not pass. Correct the file and run the command again."))
        return errors.DATA_DOES_NOT_PASS
    for reminder in made.reminders:
        click.echo("! " + reminder)
    if not yes and not asker.confirm(_("Write these changes?")):
        click.echo(_("Nothing was written. To write, add --yes."))
        return errors.DONE
    for relative, data in made.files.items():
        write_whole(settings.datasets / relative, data)
    click.echo(
        _("Written: {name} is now version {version}, data as of {date}. Next: dulieumo preview {name}").format(
            name=name, version=made.version, date=made.as_of
        )
    )
    return errors.DONE


def _show(made: update.Update) -> None:
    rows = made.rows
    click.echo(
        _("{dataset} / {table}: {added} rows added, {removed} removed, {changed} changed, {kept} the same.").format(
            dataset=made.dataset.name,
            table=made.resource.name,
            added=rows.added,
            removed=rows.removed,
            changed=rows.changed,
            kept=rows.kept,
        )
    )
    for sign, count, examples, colour in (
        ("+", rows.added, rows.added_rows, "green"),
        ("-", rows.removed, rows.removed_rows, "red"),
        ("~", rows.changed, rows.changed_rows, "yellow"),
    ):
        for one in examples:
            click.secho(f"  {sign} {one.key}", fg=colour)
            for title, before, after in one.cells:
                click.echo(f"      {title}: {before or '∅'} → {after or '∅'}")
        if count > len(examples):
            rest = count - len(examples)
            click.echo("    " + ngettext("and {count} more", "and {count} more", rest).format(count=rest))
    if made.files:
        click.echo(
            _("Version {before} → {after}; data as of {date}. Changelog: {text}").format(
                before=made.dataset.version, after=made.version, date=made.as_of, text=made.summary[0]
            )
        )
    if rows.removed and rows.removed > rows.kept + rows.changed:
        click.secho("! " + _("More rows leave than stay. Is this the whole table, or only its new rows?"), fg="yellow")
