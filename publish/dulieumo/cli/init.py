"""`dulieumo init`: a catalogue of another city in an empty folder, with its workflows, that passes and builds at once."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import click

from dulieumo import errors, starter
from dulieumo.cli import common
from dulieumo.cli.due import day_of
from dulieumo.errors import UsageError
from dulieumo.i18n import _, language
from dulieumo.owner import names
from dulieumo.store import write_whole

_TOLERATED = (".git", ".venv", ".idea", ".vscode", "LICENSE", "LICENSE.md")


@click.command("init")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), default=Path())
@click.option("--title", help="Title of the catalogue.")
@click.option("--publisher", help="Name of the organisation behind it.")
@click.option("--base-url", default="https://example.org", show_default=True, help="Address that the site will have.")
@click.option("--language", "spoken", type=click.Choice(starter.LANGUAGES), help="Language of the catalogue.")
@click.option("--forge", type=click.Choice(starter.FORGES), default="both", show_default=True, help="Workflows for.")
@click.option("--today", hidden=True)
def command(
    folder: Path,
    title: str | None,
    publisher: str | None,
    base_url: str,
    spoken: str | None,
    forge: str,
    today: str | None,
) -> int:
    """Start a catalogue: catalog, publishers, a domain, a sample dataset, settings and workflows. Asks for what is not given."""
    present = [entry.name for entry in folder.iterdir() if entry.name not in _TOLERATED] if folder.is_dir() else []
    if present:
        raise UsageError(
            _("{folder} is not empty: {files}.").format(folder=folder.resolve(), files=", ".join(sorted(present)[:5])),
            hint=_("Make a new folder and run `dulieumo init` in it. In a catalogue that exists: dulieumo upgrade"),
        )
    answers = _answers(title, publisher, base_url, spoken or language(), forge)
    generated = starter.generated(answers)
    files = {**starter.owned(answers, day_of(today).isoformat()), **generated}
    for path, text in {**files, starter.STATE: starter.state(answers, generated)}.items():
        write_whole(folder / path, text.encode())
    _sample(folder / "datasets")
    common.say(_("{count} files are in {folder}.").format(count=len(files) + 2, folder=folder.resolve()))
    common.answers().print(_("Next: dulieumo check, then dulieumo build, then dulieumo site."), markup=False)
    return errors.DONE


def _answers(title: str | None, publisher: str | None, base_url: str, spoken: str, forge: str) -> starter.Answers:
    title = (title or _ask(_("Title of the catalogue"), "--title")).strip()
    publisher = (publisher or _ask(_("Organisation that publishes"), "--publisher")).strip()
    if not re.fullmatch(r"https?://[^\s<>\"]+", base_url):
        raise UsageError(_("{address} is not an http:// or https:// address.").format(address=base_url))
    for text, option in ((title, "--title"), (publisher, "--publisher")):
        if len(names.slug(text)) < 2 or "\n" in text:
            raise UsageError(_("{option} needs a name of letters: {text!r}.").format(option=option, text=text))
    return starter.Answers(
        name=names.slug(title),
        title=title,
        publisher=names.slug(publisher),
        publisher_title=publisher,
        base_url=base_url.rstrip("/"),
        language=spoken,
        forge=forge,
    )


def _ask(question: str, option: str) -> str:
    """The answer of a person; UsageError where nobody sits there."""
    if not sys.stdin.isatty():
        raise UsageError(_("{option} is missing.").format(option=option))
    return str(click.prompt(question))


def _sample(datasets: Path) -> None:
    """The rows of the sample dataset, by the same generator as `dulieumo sample`."""
    from dulieumo.cli import sample

    callback = sample.command.callback
    assert callback is not None
    callback((), datasets.resolve(), None)
