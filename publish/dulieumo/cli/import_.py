"""`dulieumo import`: another catalogue's records as draft descriptors, with everything that is wrong with them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dulieumo import errors
from dulieumo.cli import common
from dulieumo.cli.due import day_of
from dulieumo.i18n import _, language, ngettext

if TYPE_CHECKING:
    from dulieumo.importing.drafts import Drafts
    from dulieumo.importing.record import Source

EXAMPLES = 3


@click.group("import")
def command() -> None:
    """Turn another catalogue into draft descriptors: DCAT (DKAN, CKAN and others) or a CKAN's own API."""


def _options(function: Callable[..., Any]) -> Callable[..., Any]:
    for option in (
        click.option("--today", metavar="DATE", hidden=True),
        click.option(
            "--language", metavar="CODE", help="Main language of the drafts; by default the one that most titles have."
        ),
        click.option(
            "--output",
            type=click.Path(path_type=Path, file_okay=False),
            default=Path("imported"),
            show_default=True,
            help="Folder for the draft catalogue; it must be empty or absent.",
        ),
    ):
        function = option(function)
    return common.format_option("text", "json")(function)


@command.command("dcat")
@click.argument("source", metavar="FILE_OR_ADDRESS")
@_options
@click.option(
    "--max-megabytes", type=click.IntRange(1, 4000), default=100, show_default=True, help="Refuse a bigger source."
)
@click.option(
    "--timeout", type=click.IntRange(1, 3600), default=120, show_default=True, help="Seconds to wait for an address."
)
def dcat(
    source: str,
    output: Path,
    language: str | None,
    today: str | None,
    format_: str,
    max_megabytes: int,
    timeout: int,
) -> int:
    """Read a DCAT catalogue: RDF/XML as DKAN and CKAN serve it, or Turtle. The network is used only for an address."""
    from dulieumo.importing import dcat as reader

    found = reader.read(source, max_bytes=max_megabytes * 1_000_000, timeout_seconds=timeout)
    return _finish(found, output, language, today, format_)


@command.command("ckan")
@click.argument("address")
@_options
def ckan(address: str, output: Path, language: str | None, today: str | None, format_: str) -> int:
    """Read the public datasets of any CKAN, with the data dictionaries of its tables."""
    from dulieumo.ckan.client import Client, Patience
    from dulieumo.importing import ckan as reader
    from dulieumo.importing import fetch

    if not fetch.is_address(address):
        raise errors.UsageError(_("{address} is not an http:// or https:// address.").format(address=address))
    client = Client(address, patience=Patience(attempts=3, read_seconds=60))
    try:
        with common.progress(_("Reading"), 0) as step:
            found = reader.read(client, step=step)
    finally:
        client.close()
    return _finish(found, output, language, today, format_)


def _finish(source: Source, output: Path, wanted: str | None, today: str | None, format_: str) -> int:
    from dulieumo.importing import drafts, write

    made = drafts.make(source, day_of(today), language=wanted)
    write.write(made, output, language())
    if format_ == "json":
        common.print_json(write.to_json(made))
    else:
        _print(made, output)
    return errors.DONE


def _print(made: Drafts, output: Path) -> None:
    """Per kind of finding: how often, an example or two, what to do. Every single one stands in the report and the drafts."""
    from dulieumo_rules.texts import render

    groups = defaultdict(list)
    for found in made.findings:
        groups[found.code].append(found)
    console = common.answers()
    for members in sorted(groups.values(), key=lambda items: (not items[0].is_error, -len(items), items[0].code)):
        text = render(members[0], language())
        word = _("error") if members[0].is_error else _("warning")
        console.print(f"{len(members):>5} × {text.title}  [{word}: {members[0].code}]", markup=False)
        for found in members[:EXAMPLES]:
            console.print(
                f"        {found.place.dataset or found.place.file}: {render(found, language()).message}", markup=False
            )
        if len(members) > EXAMPLES:
            console.print(f"        {_('and {count} more').format(count=len(members) - EXAMPLES)}", markup=False)
        console.print(f"        → {text.fix}", markup=False)
    console.print("")
    counted = ngettext("{count} draft", "{count} drafts", len(made.drafts)).format(count=len(made.drafts))
    text_ = _("{records} records, {drafts} in {folder}. Next: dulieumo check --datasets {folder}")
    console.print(text_.format(records=made.records, drafts=counted, folder=output), markup=False)
