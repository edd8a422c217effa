"""`dulieumo demo`: a real CKAN on this machine and everything published to it; what `make demo` runs.

Where this machine cannot have a CKAN it says so in one line and makes the release and the site in the folder instead."""

from __future__ import annotations

import json
from pathlib import Path

import click
from rich.table import Table

from dulieumo import errors
from dulieumo.cli import common
from dulieumo.config import LOCAL, Settings
from dulieumo.i18n import _


@click.command("demo")
@common.settings_options
def command(datasets: Path | None, dist: Path | None) -> int:
    """Start the local CKAN, publish the whole catalogue to it, and say where to look."""
    settings = common.settings(datasets, dist)
    has_ckan = _start(datasets, dist)
    from dulieumo.cli import publish

    code = publish.run(settings, target=LOCAL, no_ckan=not has_ckan)
    if code == errors.DONE:
        _summary(settings, has_ckan)
    return code


def _start(datasets: Path | None, dist: Path | None) -> bool:
    """The local CKAN, up and with organisations, groups and the publishing user; False where there can be none."""
    from dulieumo.cli import ckan
    from dulieumo.localckan import LocalCkanUnavailable

    context = click.get_current_context()
    try:
        context.invoke(ckan.up)
    except LocalCkanUnavailable as error:
        reason = error.message.splitlines()[0]
        common.say(_("No CKAN on this machine ({reason}): making the release and the site only.").format(reason=reason))
        return False
    context.invoke(ckan.bootstrap, target_name=LOCAL, datasets=datasets, dist=dist)
    return True


def _summary(settings: Settings, has_ckan: bool) -> None:
    from dulieumo import release
    from dulieumo.cli import serve
    from dulieumo.site import background

    made = release.read(common.store(settings))
    counted = {dataset.name for dataset in made.catalog.counted}
    rows = sum(version.rows(item.name) or 0 for version in made.versions for item in version.dataset.resources)
    tables = sum(len(version.dataset.resources) for version in made.versions)
    facts = [
        (_("Datasets"), f"{len(counted)} + {len(made.versions) - len(counted)}"),
        (_("Tables"), str(tables)),
        (_("Rows"), str(rows)),
        (_("Release"), made.name),
    ]
    if has_ckan:
        verification = json.loads((settings.dist / "verification.json").read_text(encoding="utf-8"))
        facts += [(_("Verified"), verification["at"]), ("CKAN", settings.find_target(LOCAL).url)]
    facts.append((_("Site"), background.start(settings.site, settings.site_server, serve.PORT)))
    table = Table(box=None, show_header=False, pad_edge=False)
    for name, value in facts:
        table.add_row(name, value)
    common.answers().print(table)
