"""`dulieumo ckan`: a real CKAN on this machine (up, down, status, logs, reset), and `bootstrap` for any CKAN."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from dulieumo import config, errors
from dulieumo.cli import common
from dulieumo.i18n import _, language
from dulieumo.localckan import failures, layout, locking, parts, progress

if TYPE_CHECKING:
    from dulieumo.localckan import LocalCkan, StackStatus
    from dulieumo.localckan.progress import Event, Report

_LOGS = (*parts.NAMES, "access", "provision", "install")
_folder_option = click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="Where it lives (.local-ckan in the project by default).",
)
_version_option = click.option(
    "--version",
    "ckan_version",
    type=click.Choice(layout.VERSIONS),
    default=layout.VERSION,
    show_default=True,
    help="Version of CKAN.",
)
_extensions_option = click.option("--extensions", is_flag=True, help="With ckanext-scheming and ckanext-dcat.")


@click.group("ckan")
def command() -> None:
    """A real CKAN on this machine, without root, Docker or system packages; and the first set-up of any CKAN."""


@command.command()
@_folder_option
@_version_option
@_extensions_option
@click.option(
    "--if-possible",
    is_flag=True,
    help="Say so and end well where this machine cannot have one (platform, Python, no network).",
)
@common.format_option("text", "json")
def up(folder: Path | None, ckan_version: str, extensions: bool, if_possible: bool, format_: str) -> int:
    """Install, start and mend CKAN with PostgreSQL, Redis and Solr; ends when it answers."""
    from dulieumo import localckan

    began = time.monotonic()
    try:
        with _shown() as report:
            ckan = localckan.up(_folder(folder), version=ckan_version, has_extensions=extensions, report=report)
    except localckan.LocalCkanUnavailable as error:
        if not if_possible:
            raise
        common.say(error.message.splitlines()[0])
        return errors.DONE
    _print_ready(ckan, time.monotonic() - began, format_, is_here=folder is None)
    return errors.DONE


def _print_ready(ckan: LocalCkan, seconds: float, format_: str, *, is_here: bool) -> None:
    """`is_here`: it lies where the commands look for the local targets."""
    where = ckan.context.where
    facts = json.loads(where.target.read_text(encoding="utf-8"))
    if format_ == "json":
        common.print_json({**facts, "seconds": round(seconds, 1)})
        return
    common.say(_("Ready after {seconds:.1f} s.").format(seconds=seconds))
    lines = [
        (_("Address"), facts["url"]),
        (
            _("Sysadmin"),
            _("{user}, password in {file}").format(user=facts["sysadmin"], file=facts["sysadmin_password_file"]),
        ),
    ]
    chosen = f" --target {where.target_name}" if is_here and not where.is_default else ""
    if chosen:
        lines.append((_("Target"), where.target_name))
    if ckan.token_file.exists():
        lines.append(
            (
                _("Publishing user"),
                _("{user}, token in {file}").format(user=facts["editor"], file=facts["editor_token_file"]),
            )
        )
    else:
        lines.append((_("Next"), f"dulieumo ckan bootstrap{chosen}"))
    for label, value in lines:
        common.answers().print(f"{label}: {value}", markup=False)


@command.command()
@_folder_option
def down(folder: Path | None) -> int:
    """Stop every server that `up` started; the data stay."""
    from dulieumo import localckan

    with _shown() as report:
        localckan.down(_folder(folder), report=report)
    return errors.DONE


@command.command()
@_folder_option
@common.format_option("text", "json")
def status(folder: Path | None, format_: str) -> int:
    """Tell which part runs, which died and which does not answer; exit code 3 unless all serve."""
    from dulieumo import localckan

    stacks = localckan.status(_folder(folder))
    if format_ == "json":
        common.print_json([{**asdict(stack), "is_ready": stack.is_ready} for stack in stacks])
    elif not stacks:
        common.say(_("There is no local CKAN here. Start one with: dulieumo ckan up"))
    for stack in stacks if format_ == "text" else ():
        _print_status(stack)
    return errors.DONE if stacks and all(stack.is_ready for stack in stacks) else errors.REMOTE


def _print_status(stack: StackStatus) -> None:
    words = {"running": _("running"), "silent": _("does not answer"), "dead": _("dead"), "stopped": _("stopped")}
    colours = {"running": "green", "silent": "red", "dead": "red", "stopped": "default"}
    table = Table(box=None, pad_edge=False, title=f"CKAN {stack.flavour}  {stack.url}", title_justify="left")
    for heading in (_("Part"), _("State"), _("Port"), _("Process"), _("Since"), _("Memory"), ""):
        table.add_column(heading)
    for part in stack.parts:
        table.add_row(
            part.title,
            Text(words[part.condition], style=colours[part.condition]),
            str(part.port),
            str(part.pid or ""),
            _duration(part.age_seconds),
            f"{part.memory_bytes / 1e6:.0f} MB" if part.memory_bytes else "",
            (part.problem or "").splitlines()[0] if part.problem else "",
        )
    common.answers().print(table)
    if not stack.is_ready:
        common.say(
            _("`{command}` starts what does not run.").format(command=layout.of_flavour(stack.flavour).up_command)
        )


def _duration(seconds: float | None) -> str:
    if seconds is None:
        return ""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}"


@command.command()
@click.argument("part", type=click.Choice(_LOGS), default="ckan")
@click.option("-n", "--lines", type=click.IntRange(min=1), default=40, show_default=True, help="How many lines.")
@click.option("-f", "--follow", is_flag=True, help="Go on showing what is added, until Ctrl-C.")
@_folder_option
@_version_option
@_extensions_option
def logs(part: str, lines: int, follow: bool, folder: Path | None, ckan_version: str, extensions: bool) -> int:
    """Show the last lines of a part's log."""
    where = layout.layout(_folder(folder), version=ckan_version, has_extensions=extensions)
    path = where.installs / "install.log" if part == "install" else where.log(part)
    if not path.exists():
        raise errors.UsageError(
            _("There is no log {file}.").format(file=path), hint=_("Start the local CKAN with: dulieumo ckan up")
        )
    size = path.stat().st_size
    click.echo(failures.tail(path, lines))
    while follow:
        time.sleep(0.5)
        with path.open(encoding="utf-8", errors="replace") as log:
            log.seek(size if path.stat().st_size >= size else 0)
            click.echo(log.read(), nl=False)
            size = log.tell()
    return errors.DONE


@command.command()
@_folder_option
@_version_option
@_extensions_option
@click.option("--keep-organizations", is_flag=True, help="Take the datasets only; leave what `bootstrap` made.")
@click.option(
    "--rebuild", is_flag=True, help="Throw all data away and fill the databases anew; for when they are broken."
)
@click.option("--yes", is_flag=True, help="Don't ask.")
def reset(
    folder: Path | None, ckan_version: str, extensions: bool, keep_organizations: bool, rebuild: bool, yes: bool
) -> int:
    """Empty the local CKAN: databases, DataStore, search index and files."""
    from dulieumo import localckan

    where = _folder(folder)
    if not yes and sys.stdin.isatty():
        click.confirm(_("Empty the local CKAN in {folder}?").format(folder=where), abort=True)
    with _shown() as report:
        if rebuild:
            localckan.rebuild(where, version=ckan_version, has_extensions=extensions, report=report)
            return errors.DONE
        ckan = localckan.up(where, version=ckan_version, has_extensions=extensions, report=report)
        with progress.step(report, _("Empty it")), locking.locked(ckan.context.where.lock, report):
            ckan.reset_data(keep_organizations=keep_organizations)
    return errors.DONE


@command.command()
@click.option("--target", "target_name", help="Which CKAN (the default target of the settings).")
@click.option(
    "--sysadmin-token-file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="File with a sysadmin's API token (else DULIEUMO_SYSADMIN_TOKEN; the local CKAN's is known).",
)
@click.option("--user", default="dulieumo", show_default=True, help="The user that will publish.")
@click.option(
    "--token-file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Where to put that user's token, mode 600 (the target's token_file by default).",
)
@click.option(
    "--pictures",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Folder with NAME.png for organisations and groups (datasets/_pictures by default).",
)
@common.settings_options
@common.format_option("text", "json")
def bootstrap(
    target_name: str | None,
    sysadmin_token_file: Path | None,
    user: str,
    token_file: Path | None,
    pictures: Path | None,
    datasets: Path | None,
    dist: Path | None,
    format_: str,
) -> int:
    """Once per server: organisations, groups, and the publishing user as editor in each."""
    from dulieumo import descriptors
    from dulieumo.ckan import bootstrap as stage
    from dulieumo.ckan.client import Client

    settings = common.settings(datasets, dist)
    reading = descriptors.read(settings.datasets)
    if reading.catalog is None:
        common.say(_("The catalogue cannot be read. Run `dulieumo check` to see why."))
        return errors.DATA_DOES_NOT_PASS
    target = settings.find_target(target_name)
    destination = token_file or target.token_file
    if destination is None:
        raise errors.UsageError(
            _("Where shall the token of {user} be put?").format(user=user),
            hint=_("Name a file with --token-file, or a token_file for the target in dulieumo.toml."),
        )
    units = stage.wanted(reading.catalog, _pictures(pictures, settings.datasets))
    client = Client(target.url, _sysadmin_token(target, settings, sysadmin_token_file))
    try:
        with common.progress(_("Organisations and groups"), len(units)) as done:
            result = stage.bootstrap(client, units, token_file=destination, user=user, done=done)
    finally:
        client.close()
    if format_ == "json":
        common.print_json({**asdict(result), "url": target.url, "user": user, "token_file": str(destination)})
        return errors.DONE
    counts = _("Made {created}, changed {updated}, left {unchanged} organisations and groups on {url}.")
    common.answers().print(
        counts.format(
            created=len(result.created),
            updated=len(result.updated),
            unchanged=len(result.unchanged),
            url=target.url,
        ),
        markup=False,
    )
    is_new = _("new token in {file}") if result.is_new_token else _("token in {file} still good")
    common.answers().print(f"{user}: {is_new.format(file=destination)}", markup=False)
    return errors.DONE


def _pictures(folder: Path | None, datasets: Path) -> Mapping[str, Path]:
    """The pictures of `folder`, else of the catalogue, that CKAN takes, by name; of a file that cannot be used it is said why."""
    from dulieumo.descriptors import pictures
    from dulieumo_rules.texts import render

    found = pictures.read(folder.resolve() if folder else datasets / pictures.FOLDER)
    for problem in found.findings:
        common.say(f"{problem.place.file}: {render(problem, language()).message}")
    return found.bitmaps


def _sysadmin_token(target: config.Target, settings: config.Settings, file: Path | None) -> str:
    """The sysadmin's token: of the file named, the environment, or the local CKAN. Raises NotAuthorized."""
    if file is not None:
        return file.read_text(encoding="utf-8").strip()
    given = os.environ.get("DULIEUMO_SYSADMIN_TOKEN", "").strip()
    if given:
        return given
    local = config.local_state(settings.root, target.name)
    if local is not None and local.is_file():
        facts = json.loads(local.read_text(encoding="utf-8"))
        return Path(facts["sysadmin_token_file"]).read_text(encoding="utf-8").strip()
    raise errors.NotAuthorized(
        _("Setting up {url} needs a sysadmin's API token.").format(url=target.url),
        hint=_("Name its file with --sysadmin-token-file, or put it into DULIEUMO_SYSADMIN_TOKEN."),
    )


def _folder(given: Path | None) -> Path:
    return given if given is not None else config.load().root / config.LOCAL_STATE


@contextmanager
def _shown() -> Iterator[Report]:
    """A report of steps on stderr: spinners on a terminal, a line per finished step elsewhere."""
    if not sys.stderr.isatty():
        yield lambda event: _print_event(event)
        return
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=common.notes(), transient=True) as bar:
        tasks: dict[str, Any] = {}

        def report(event: Event) -> None:
            if event.phase is progress.Phase.STARTED:
                tasks[event.step] = bar.add_task(event.step, total=None)
                return
            if event.step in tasks:
                bar.remove_task(tasks.pop(event.step))
            bar.console.print(_line(event), markup=False)

        yield report


def _print_event(event: Event) -> None:
    if event.phase is not progress.Phase.STARTED:
        common.say(_line(event))


def _line(event: Event) -> str:
    if event.phase is progress.Phase.NOTE:
        return f"· {event.step}"
    sign = "✓" if event.phase is progress.Phase.DONE else "✗"
    return f"{sign} {event.step} ({event.seconds:.1f} s)"
