"""`dulieumo publish`: check → build → plan → push → verify → site, each only if the one before went well."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from dulieumo import errors
from dulieumo.cli import common
from dulieumo.config import Settings
from dulieumo.drafts import Drafts
from dulieumo.i18n import _


@click.command("publish")
@common.settings_options
@click.option("--target", help="Name of the target; the default one if not given.")
@click.option("--name", help="Name of the release, such as a tag; by default it follows from the content.")
@click.option("--allow-breaking", is_flag=True, help="Release a breaking change without its notice of 30 days.")
@click.option("--prune", is_flag=True, help="Also remove datasets that left the repository.")
@click.option("--no-ckan", is_flag=True, help="Make the release and the site only.")
def command(
    datasets: Path | None,
    dist: Path | None,
    target: str | None,
    name: str | None,
    allow_breaking: bool,
    prune: bool,
    no_ckan: bool,
) -> int:
    """The whole way from the working copy to a verified publication: check, build, plan, push, verify, site."""
    settings = common.settings(datasets, dist)
    return run(settings, target=target, name=name, allow_breaking=allow_breaking, prune=prune, no_ckan=no_ckan)


def run(
    settings: Settings,
    *,
    target: str | None = None,
    name: str | None = None,
    allow_breaking: bool = False,
    prune: bool = False,
    no_ckan: bool = False,
) -> int:
    """All stages; stops at the first that does not end well and returns its exit code. Raises what the stages raise.

    Every stage can be repeated: what is done stays done, so the whole may be run again after any failure."""
    from dulieumo.cli import build, check, push, site, status, verify

    _heading(_("Check"))
    with Drafts(common.store(settings)) as drafts:
        report = check.run(settings, drafts=drafts)
        check.show(report)
        if not report.is_valid:
            return errors.DATA_DOES_NOT_PASS
        _heading(_("Build"))
        build.show(build.run(settings, name=name, allow_breaking=allow_breaking, drafts=drafts))
    if not no_ckan:
        _heading(_("Plan and push"))
        receipt = push.run(settings, target=target, prune=prune)
        push.show(receipt)
        if (code := push.exit_code(receipt)) != errors.DONE:
            return code
        _heading(_("Verify"))
        verification = verify.run(settings, target=target)
        verify.show(verification)
        if not verification.is_clean:
            return errors.DIFFERENCES
    _heading(_("Site"))
    status.run(settings)
    pages: Any = site.run(settings)
    site.show(pages)
    return errors.DONE


def _heading(title: str) -> None:
    common.notes().print(f"— {title}", style="bold", markup=False)
