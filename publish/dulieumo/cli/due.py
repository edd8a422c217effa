"""`dulieumo due`: which datasets wait for newer data, per publisher, as text, or as a digest to send."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import click

from dulieumo import descriptors, errors
from dulieumo.cli import common
from dulieumo.config import Settings
from dulieumo.errors import RemoteError, UsageError
from dulieumo.governance import calendar, digest, digest_formats, webhook
from dulieumo.governance.digest import Digest
from dulieumo.governance.webhook import Message
from dulieumo.i18n import _, ngettext
from dulieumo.model import Catalog
from dulieumo.store import write_whole


@click.command("due")
@common.settings_options
@common.format_option("text", "json", "markdown", "ics")
@click.option("--publisher", metavar="NAME", help="Only this publisher of publishers.yaml.")
@click.option(
    "--ahead", default=digest.AHEAD_DAYS, show_default=True, metavar="DAYS", help="Tell what comes due within."
)
@click.option("--today", metavar="DATE", help="Look from this day (YYYY-MM-DD) instead of today.")
@click.option(
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    help="Write a digest per publisher to this folder: .md, .json and .ics.",
)
@click.option("--webhook", "to_webhook", is_flag=True, help="Send each publisher's digest to the webhook, signed.")
@click.option(
    "--new-secret",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write a new secret for the webhook to this file, and do nothing else.",
)
@click.option("--exit-code", is_flag=True, help="Leave with 5 when a dataset is overdue.")
def command(
    datasets: Path | None,
    dist: Path | None,
    format_: str,
    publisher: str | None,
    ahead: int,
    today: str | None,
    output: Path | None,
    to_webhook: bool,
    new_secret: Path | None,
    exit_code: bool,
) -> int:
    """Tell which datasets are overdue, due, or due soon, by their promised frequency."""
    if new_secret is not None:
        webhook.new_secret(new_secret)
        common.say(_("The secret is in {path}: give it to the receiver by a safe way.").format(path=new_secret))
        return errors.DONE
    settings = common.settings(datasets, dist)
    catalog = read_catalog(settings.datasets)
    found = digest.digests(catalog, day_of(today), publisher=publisher, ahead_days=ahead)
    if output is not None:
        count = write(found, catalog, output)
        if count:
            common.say(_("{count} digests are in {folder}.").format(count=count, folder=output))
        else:
            common.say(_("Nobody needs a reminder; nothing was written."))
    click.echo(render(found, catalog, format_), nl=False)
    if to_webhook:
        deliver(settings, reminders(found, catalog))
    return errors.DIFFERENCES if exit_code and any(item.overdue for item in found) else errors.DONE


def render(found: tuple[Digest, ...], catalog: Catalog, format_: str) -> str:
    """All digests in one text of that form."""
    match format_:
        case "json":
            return json.dumps(digest_formats.to_json(found), ensure_ascii=False, indent=2) + "\n"
        case "markdown":
            return "\n".join(digest_formats.to_markdown(item, catalog) for item in found if not item.is_quiet)
        case "ics":
            return calendar.to_ics(found, catalog)
        case _:
            return digest_formats.to_text(found)


def reminders(found: tuple[Digest, ...], catalog: Catalog) -> tuple[Message, ...]:
    """A message per publisher that has something to do: its digest as JSON, and as Markdown for people."""
    return tuple(
        Message(
            kind="data.due",
            data={**digest_formats.to_json((item,)), "markdown": digest_formats.to_markdown(item, catalog)},
        )
        for item in found
        if not item.is_quiet
    )


def write(found: tuple[Digest, ...], catalog: Catalog, folder: Path) -> int:
    """A digest per publisher that has something to do, in each form; the digests of the last run are taken away."""
    for old in folder.glob("*"):
        if old.suffix in (".md", ".json", ".ics") and catalog.find_publisher(old.stem) is not None:
            old.unlink()
    speaking = [item for item in found if not item.is_quiet]
    for item in speaking:
        for ending, form in (("md", "markdown"), ("json", "json"), ("ics", "ics")):
            write_whole(folder / f"{item.publisher.name}.{ending}", render((item,), catalog, form).encode())
    return len(speaking)


def deliver(settings: Settings, messages: tuple[Message, ...]) -> None:
    """Send the messages one by one, to the end. Raises the first RemoteError of those that could not be sent."""
    to = webhook.find(settings)
    failures = []
    for message in messages:
        try:
            webhook.post(to, message)
        except RemoteError as error:
            failures.append(error)
    text = ngettext(
        "{sent} of {count} message sent to {host}.", "{sent} of {count} messages sent to {host}.", len(messages)
    )
    common.say(text.format(sent=len(messages) - len(failures), count=len(messages), host=to.host))
    if failures:
        raise failures[0]


def read_catalog(folder: Path) -> Catalog:
    """The catalogue, as far as it can be read. Raises ConfigError where it cannot be read at all."""
    reading = descriptors.read(folder)
    if reading.catalog is None:
        raise errors.ConfigError(
            _("The catalogue in {folder} cannot be read.").format(folder=folder),
            hint=_("Run `dulieumo check` to see why."),
        )
    return reading.catalog


def day_of(text: str | None) -> date:
    """The day that was given, else today. Raises UsageError."""
    if text is None:
        return date.today()
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(_("{text} is not a date.").format(text=text), hint=_("Write it as 2026-12-31.")) from error
