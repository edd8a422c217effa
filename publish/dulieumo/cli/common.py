"""What the commands share: settings, the two consoles, options, and how JSON and progress are shown."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from dulieumo import config
from dulieumo.store import FolderStore
from dulieumo.stores import open_store

if TYPE_CHECKING:  # rich takes 0.05 s to import: only where there is something to show
    from rich.console import Console

F = TypeVar("F", bound=Callable[..., Any])


def answers() -> Console:
    """For what was asked: stdout. Without a terminal: plain text, never cut to a width."""
    from rich.console import Console

    return Console(highlight=False, soft_wrap=not sys.stdout.isatty())


def notes() -> Console:
    """For all else: stderr."""
    from rich.console import Console

    return Console(stderr=True, highlight=False, soft_wrap=not sys.stderr.isatty())


def say(text: str) -> None:
    """A line of progress, on stderr."""
    notes().print(text, markup=False)


def print_json(value: Any) -> None:
    """A machine-readable answer, on stdout."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


def format_option(*formats: str) -> Callable[[F], F]:
    """`--format`, text first."""
    return click.option(
        "--format",
        "format_",
        type=click.Choice(formats or ("text", "json")),
        default="text",
        show_default=True,
        help="Form of the answer.",
    )


def settings_options(function: F) -> F:
    """`--datasets` and `--dist`: the folders, for a command that takes `settings`."""
    function = click.option(
        "--dist", type=click.Path(path_type=Path, file_okay=False), help="Folder that the stages write to."
    )(function)
    return click.option(
        "--datasets", type=click.Path(path_type=Path, file_okay=False), help="Folder of the catalogue."
    )(function)


def settings(datasets: Path | None = None, dist: Path | None = None) -> config.Settings:
    """The settings of this run, flags applied."""
    return config.with_flags(config.load(datasets.parent if datasets else None), datasets=datasets, dist=dist)


def store(settings: config.Settings) -> FolderStore:
    """Where versions and releases lie, by the settings."""
    return open_store(settings.store, settings.store_url)


@contextmanager
def progress(title: str, total: int) -> Iterator[Callable[[str], None]]:
    """A progress bar on stderr while it is a terminal, nothing otherwise. Yields a function: one step done, with its name."""
    if not sys.stderr.isatty():
        yield lambda _name: None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[name]}"),
    )
    with Progress(*columns, console=notes(), transient=True) as bar:
        task = bar.add_task(title, total=total, name="")

        def step(name: str) -> None:
            bar.update(task, advance=1, name=name)

        yield step
