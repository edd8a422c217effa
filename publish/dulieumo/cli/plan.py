"""`dulieumo plan`: what a push would do to a CKAN, and why. Sends nothing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from dulieumo import errors
from dulieumo.cli import common
from dulieumo.config import Settings
from dulieumo.i18n import _, ngettext

if TYPE_CHECKING:
    from dulieumo.ckan.model import Plan


@click.command("plan")
@common.settings_options
@common.format_option("text", "json")
@click.option("--target", help="Name of the target; the default one if not given.")
@click.option("--release", "release_name", help="Release to compare; the latest if not given.")
@click.option("--publisher", help="Only the datasets of this publisher.")
@click.option("--deep", "is_deep", is_flag=True, help="Also read files, dictionaries, row counts, samples and views.")
@click.option("--prune", is_flag=True, help="Also remove datasets that left the repository.")
@click.option(
    "--take-over", is_flag=True, help="Also take datasets of the same name that were not published from here."
)
@click.option("--exit-code", "exit_code", is_flag=True, help="Exit 5 when there is something to do.")
def command(
    datasets: Path | None,
    dist: Path | None,
    format_: str,
    target: str | None,
    release_name: str | None,
    publisher: str | None,
    is_deep: bool,
    prune: bool,
    take_over: bool,
    exit_code: bool,
) -> int:
    """Show what a push would do: each change with its reason. Writes dist/plan.json."""
    made = run(
        common.settings(datasets, dist),
        target=target,
        release_name=release_name,
        publisher=publisher,
        is_deep=is_deep,
        prune=prune,
        take_over=take_over,
    )
    if format_ == "json":
        from dulieumo.ckan import files

        common.print_json(files.plan_to_json(made))
    else:
        show(made)
    return errors.DIFFERENCES if exit_code and not made.is_empty else errors.DONE


def run(
    settings: Settings,
    *,
    target: str | None = None,
    release_name: str | None = None,
    publisher: str | None = None,
    is_deep: bool = False,
    prune: bool = False,
    take_over: bool = False,
) -> Plan:
    """Read the target, plan, and write dist/plan.json and the patches of what is to be adopted. Raises RemoteError, ConfigError."""
    from dulieumo.ckan import adopt, connect, files, remote
    from dulieumo.ckan.plan import plan
    from dulieumo.store import write_whole

    connection = connect.connect(settings, target)
    release = connection.release(release_name)
    intent = connection.intent(publisher=publisher, prune=prune, take_over=take_over)
    client = connection.client()
    seen = remote.read(client, release, intent, connection.store, receipt=connection.receipt(), is_deep=is_deep)
    made = plan(release, seen, intent)
    files.write(connection.plan_file, files.plan_to_json(made))
    for name, patch in adopt.patches(made, release, settings.datasets, connection.target.name_prefix).items():
        file = settings.dist / "adopt" / f"{name}.patch"
        write_whole(file, patch.encode())
        common.say(_("Edits made on CKAN, as a patch: git apply {file}").format(file=file))
    return made


def show(made: Plan) -> None:
    """The plan for people: a line per dataset, a line per change."""
    from dulieumo.ckan import wording

    console = common.answers()
    for item in made.datasets:
        console.print(item.name, style="bold", markup=False)
        if item.refusal is not None:
            console.print(f"  ! {wording.refusal(item.refusal, item.values)}", style="yellow", markup=False)
        for change in item.changes:
            place = " ".join(part for part in (change.resource, change.field) if part)
            text = f"  {wording.action(change.action)}{f' {place}' if place else ''}: {wording.reason(change.reason, change.values)}"
            console.print(text, markup=False)
        for drift in item.drifts:
            console.print(f"  ~ {wording.drift(drift)}", style="yellow", markup=False)
    for code, values in made.refusals:
        console.print(f"! {wording.refusal(code, values)}", style="red", markup=False)
    if made.is_empty:
        text = ngettext(
            "Nothing to do: {count} dataset is up to date.",
            "Nothing to do: {count} datasets are up to date.",
            made.unchanged,
        )
        console.print(text.format(count=made.unchanged), style="green", markup=False)
    else:
        text = ngettext(
            "{count} change in {datasets} datasets; {unchanged} are up to date.",
            "{count} changes in {datasets} datasets; {unchanged} are up to date.",
            made.changes,
        )
        busy = sum(1 for item in made.datasets if item.changes)
        console.print(text.format(count=made.changes, datasets=busy, unchanged=made.unchanged), markup=False)
    console.print(_("Fingerprint: {fingerprint}").format(fingerprint=made.fingerprint), style="dim", markup=False)
