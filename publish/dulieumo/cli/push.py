"""`dulieumo push`: carry out the plan, dataset by dataset, so that it can be stopped at any moment and run again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from dulieumo import errors
from dulieumo.cli import common
from dulieumo.config import Settings
from dulieumo.errors import ReleaseError
from dulieumo.i18n import _, ngettext

if TYPE_CHECKING:
    from dulieumo.ckan.client import Client
    from dulieumo.ckan.model import Plan, Receipt
    from dulieumo.model import Release


@click.command("push")
@common.settings_options
@common.format_option("text", "json")
@click.option("--target", help="Name of the target; the default one if not given.")
@click.option("--release", "release_name", help="Release to publish; the latest if not given.")
@click.option(
    "--plan",
    "plan_file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Carry out this plan, or nothing if CKAN has moved since.",
)
@click.option("--publisher", help="Only the datasets of this publisher.")
@click.option("--prune", is_flag=True, help="Also remove datasets that left the repository.")
@click.option(
    "--take-over", is_flag=True, help="Also take datasets of the same name that were not published from here."
)
@click.option(
    "--deep", "is_deep", is_flag=True, help="Also compare files, dictionaries, row counts, samples and views."
)
@click.option("--jobs", type=click.IntRange(1, 32), default=4, show_default=True, help="Datasets at the same time.")
def command(
    datasets: Path | None,
    dist: Path | None,
    format_: str,
    target: str | None,
    release_name: str | None,
    plan_file: Path | None,
    publisher: str | None,
    prune: bool,
    take_over: bool,
    is_deep: bool,
    jobs: int,
) -> int:
    """Publish to CKAN what the plan says. Writes dist/receipt.json. Interrupted, it resumes when run again."""
    receipt = run(
        common.settings(datasets, dist),
        target=target,
        release_name=release_name,
        plan_file=plan_file,
        publisher=publisher,
        prune=prune,
        take_over=take_over,
        is_deep=is_deep,
        jobs=jobs,
    )
    if format_ == "json":
        from dulieumo.ckan import files

        common.print_json(files.receipt_to_json(receipt))
    else:
        show(receipt)
    return exit_code(receipt)


def run(
    settings: Settings,
    *,
    target: str | None = None,
    release_name: str | None = None,
    plan_file: Path | None = None,
    publisher: str | None = None,
    prune: bool = False,
    take_over: bool = False,
    is_deep: bool = False,
    jobs: int = 4,
    client: Client | None = None,
) -> Receipt:
    """Plan and push; write dist/plan.json and dist/receipt.json. Raises RemoteError, ReleaseError, ConfigError.

    Datasets that failed are in the receipt's `failures`; `exit_code` tells what they amount to. `client` speaks to the target
    instead of one with the target's token."""
    from dulieumo.ckan import connect, files, journal, remote
    from dulieumo.ckan.plan import plan
    from dulieumo.ckan.push import push, refuse, resumed

    connection = connect.connect(settings, target)
    release = connection.release(release_name)
    intent = connection.intent(publisher=publisher, prune=prune, take_over=take_over)
    client = client or connection.client()
    with journal.open_journal(connection.journal_file, client.url) as book:
        known = resumed(connection.receipt(), book, client.url)
        seen = remote.read(client, release, intent, connection.store, receipt=known, is_deep=is_deep)
        made = plan(release, seen, intent)
        if plan_file is not None:
            _same_plan(files.read_plan(plan_file), made)
        files.write(connection.plan_file, files.plan_to_json(made))
        refuse(made)
        busy = sum(1 for item in made.datasets if item.changes)
        with common.progress(_("Publishing"), busy) as step:
            receipt = push(made, release, connection.store, client, book, seen, intent, jobs=jobs, step=step)
        value = files.receipt_to_json(receipt)
        files.write(connection.own_receipt_file, value)
        files.write(connection.receipt_file, value)
        _log(settings, made, release, receipt)
    return receipt


def _log(settings: Settings, made: Plan, release: Release, receipt: Receipt) -> None:
    """A line in the log of publications, unless there was nothing to do."""
    from dulieumo.governance import audit

    touched = [
        version for item in made.datasets if item.changes and (version := release.version(item.name)) is not None
    ]
    if not receipt.done and not receipt.failures:
        return
    audit.append(
        settings.store / audit.FILE,
        audit.Event(
            action="push",
            target=receipt.target,
            url=receipt.url,
            release=release.name,
            result="failed" if receipt.failures else "done",
            content_hash=release.content_hash,
            commit=release.commit,
            datasets=audit.changed([(version.name, version.version) for version in touched]),
            counts=dict(receipt.done),
            note="; ".join(f"{failure.name}: {failure.message}" for failure in receipt.failures[:5]),
        ),
    )


def _same_plan(asked: Plan, made: Plan) -> None:
    if asked.fingerprint != made.fingerprint:
        raise ReleaseError(
            _("The plan has moved: CKAN or the release is not as it was when the plan was made."),
            hint=_("Look at the new one with 'dulieumo plan', and push that."),
        )


def exit_code(receipt: Receipt) -> int:
    """0, or the gravest of what happened: refused before remote."""
    codes = {failure.exit_code for failure in receipt.failures}
    return max(codes, default=errors.DONE)


def show(receipt: Receipt) -> None:
    """What was done, what was not, and why."""
    from dulieumo.ckan import wording
    from dulieumo.ckan.model import Action

    console, notes = common.answers(), common.notes()
    done = [f"{wording.action(Action(name))} {count}" for name, count in receipt.done.items()]
    if not done and not receipt.failures:
        console.print(
            _("Nothing to do: CKAN is as the release {release}.").format(release=receipt.release), markup=False
        )
    elif done:
        text = ngettext(
            "Published {release} to {url}: {done} ({requests} request, {seconds:.1f} s).",
            "Published {release} to {url}: {done} ({requests} requests, {seconds:.1f} s).",
            receipt.requests,
        )
        console.print(
            text.format(
                release=receipt.release,
                url=receipt.url,
                done=", ".join(done),
                requests=receipt.requests,
                seconds=receipt.seconds,
            ),
            markup=False,
        )
    for item in receipt.overwritten:
        place = ".".join(str(part) for part in (item["dataset"], item["resource"], item["field"]) if part)
        notes.print(
            _("Put back, the old value is in receipt.json: {place}").format(place=place), style="yellow", markup=False
        )
    for failure in receipt.failures:
        notes.print(f"{failure.name}: {failure.message}", style="red", markup=False)
        if failure.hint:
            notes.print(f"  → {failure.hint}", markup=False)
