"""`dulieumo site`: the release in the store → the web site in `dist/site`."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from dulieumo import errors, release
from dulieumo.cli import common
from dulieumo.config import Settings
from dulieumo.errors import ConfigError
from dulieumo.i18n import _
from dulieumo.model import Release


@click.command("site")
@common.settings_options
@common.format_option("text", "json")
@click.option("--release", "name", help="Release to show; the latest by default.")
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), help="Folder to write to; dist/site by default."
)
@click.option("--base-url", help="Public address of the site, instead of the catalogue's baseUrl.")
@click.option("--portal", help="Public address of the CKAN that the pages lead to; by default that of the last push.")
def command(
    datasets: Path | None,
    dist: Path | None,
    format_: str,
    name: str | None,
    out: Path | None,
    base_url: str | None,
    portal: str | None,
) -> int:
    """Build the web site of a release: pages, data, catalogues for machines."""
    from dulieumo import site

    settings = common.settings(datasets, dist)
    report = run(settings, name=name, out=out, base_url=base_url, portal=portal)
    if format_ == "json":
        common.print_json(site.as_json(report))
        return errors.DONE
    show(report)
    return errors.DONE


def show(report: Any) -> None:
    """Where the site is and how long it took."""
    text = (
        _("The site in {out} is up to date: {pages} pages.")
        if report.is_unchanged
        else _("The site in {out}: {pages} pages, {seconds} s.")
    )
    seconds = f"{report.seconds:.1f}"
    common.answers().print(text.format(out=report.out, pages=report.pages, seconds=seconds), markup=False)
    common.say(_("Look at it with: dulieumo serve"))


def run(
    settings: Settings,
    *,
    name: str | None = None,
    out: Path | None = None,
    base_url: str | None = None,
    portal: str | None = None,
) -> Any:
    """Build the site from what the other stages left in `dist`. Returns a SiteReport."""
    from dulieumo import site
    from dulieumo.cli import reference
    from dulieumo.descriptors import pictures

    store = common.store(settings)
    shown = release.read(store, name)
    if base_url:
        shown = replace(shown, catalog=replace(shown.catalog, base_url=base_url.rstrip("/")))
    return site.build(
        shown,
        store,
        out or settings.site,
        status=_read(settings.dist / "status.json"),
        verification=_verification(settings.dist / "verification.json", shown),
        docs=settings.root / "docs" / "pages",
        reference=reference.by_path(shown.catalog.languages),
        portal=portal or _portal(settings.dist / "receipt.json"),
        pictures=pictures.read(settings.datasets / pictures.FOLDER).for_pages,
    )


def _read(path: Path) -> Any:
    """What another stage wrote; None where it has not. Raises ConfigError where it is damaged."""
    if not path.is_file():
        return None
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ConfigError(
            _("{path} is not valid JSON.").format(path=path),
            hint=_("Remove it, or run the stage that writes it again."),
        ) from error


def _verification(path: Path, shown: Release) -> Any:
    """The last verification, where it looked at all of the release that is shown."""
    found = _read(path)
    is_of_this = found and found.get("release") == shown.name and found.get("datasets") == len(shown.versions)
    return found if is_of_this else None


def _portal(receipt: Path) -> str | None:
    """The address of the CKAN that the last push went to."""
    entry = _read(receipt)
    if not isinstance(entry, dict):
        return None
    target = entry.get("target")
    url = target.get("url") if isinstance(target, dict) else entry.get("url")
    return url if isinstance(url, str) else None
