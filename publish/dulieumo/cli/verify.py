"""`dulieumo verify`: what a developer without a login gets from a CKAN, compared with the release. The nightly job."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from dulieumo import errors
from dulieumo.cli import common
from dulieumo.config import Settings
from dulieumo.i18n import _, ngettext

if TYPE_CHECKING:
    from dulieumo.ckan.model import Verification


@click.command("verify")
@common.settings_options
@common.format_option("text", "json")
@click.option("--target", help="Name of the target; the default one if not given.")
@click.option("--release", "release_name", help="Release to compare; the latest if not given.")
@click.option("--publisher", help="Only the datasets of this publisher.")
@click.option("--jobs", type=click.IntRange(1, 32), default=4, show_default=True, help="Datasets at the same time.")
def command(
    datasets: Path | None,
    dist: Path | None,
    format_: str,
    target: str | None,
    release_name: str | None,
    publisher: str | None,
    jobs: int,
) -> int:
    """Download everything as the public does and compare: hashes, rows, dictionaries. Writes dist/verification.json."""
    settings = common.settings(datasets, dist)
    found = run(settings, target=target, release_name=release_name, publisher=publisher, jobs=jobs)
    if format_ == "json":
        from dulieumo.ckan import files

        common.print_json(files.verification_to_json(found))
    else:
        show(found)
    return errors.DONE if found.is_clean else errors.DIFFERENCES


def run(
    settings: Settings,
    *,
    target: str | None = None,
    release_name: str | None = None,
    publisher: str | None = None,
    jobs: int = 4,
) -> Verification:
    """Verify and write dist/verification.json. Raises RemoteError where there is no CKAN at all."""
    from dulieumo.ckan import connect, files, remote
    from dulieumo.ckan.verify import verify

    connection = connect.connect(settings, target)
    release = connection.release(release_name)
    intent = connection.intent(publisher=publisher)
    receipt = connection.receipt()
    client = connection.client() if intent.is_private else connection.anonymous()
    profile = remote.read_profile(client, receipt.profile if receipt else None)
    with common.progress(_("Verifying"), len(release.versions)) as step:
        found = verify(
            release,
            connection.store,
            client,
            profile,
            target=connection.target.name,
            options=intent.options,
            publisher=publisher,
            jobs=jobs,
            step=step,
        )
    files.write(connection.verification_file, files.verification_to_json(found))
    return found


def show(found: Verification) -> None:
    """What was looked at, and what was not as it should be."""
    from dulieumo.ckan import wording

    console = common.answers()
    for probe in found.problems:
        assert probe.problem is not None
        place = "/".join(part for part in (probe.dataset, probe.resource) if part)
        console.print(f"{place}: {wording.problem(probe.problem, probe.values)}", style="red", markup=False)
    for probe in found.notes:
        assert probe.problem is not None
        console.print(
            _("Note: {text}").format(text=wording.problem(probe.problem, probe.values)), style="yellow", markup=False
        )
    facts = ngettext(
        "{datasets} dataset, {resources} files, {rows} rows, {probes} checks",
        "{datasets} datasets, {resources} files, {rows} rows, {probes} checks",
        found.datasets,
    ).format(datasets=found.datasets, resources=found.resources, rows=found.rows, probes=found.probes)
    if found.is_clean:
        console.print(
            _("Verified: {facts}; the public gets what was released.").format(facts=facts), style="green", markup=False
        )
    else:
        text = ngettext("{count} difference in {facts}.", "{count} differences in {facts}.", len(found.problems))
        console.print(text.format(count=len(found.problems), facts=facts), style="red", markup=False)
