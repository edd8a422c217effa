"""`dulieumo withdraw`: take released versions back, with a reason that stays on their page."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import click

from dulieumo import errors, withdrawal
from dulieumo.cli import common
from dulieumo.errors import ConfigError, UsageError
from dulieumo.i18n import _, ngettext
from dulieumo.model import Text, Withdrawal


@click.command("withdraw")
@click.argument("versions", nargs=-1, metavar="[DATASET[@VERSION]]...")
@common.settings_options
@common.format_option("text", "json")
@click.option("--reason", help="Why, for the page, in the catalogue's first language.")
@click.option(
    "--reason-in", type=(str, str), multiple=True, metavar="LANGUAGE TEXT", help="The reason in another language."
)
@click.option("--date", "day", type=click.DateTime(["%Y-%m-%d"]), help="Since when; today by default.")
@click.option("--keep", type=click.IntRange(min=1), help="Withdraw all but the newest versions of each dataset.")
@click.option("--yes", is_flag=True, help="Do not ask: the files cannot be brought back.")
def command(
    versions: tuple[str, ...],
    datasets: Path | None,
    dist: Path | None,
    format_: str,
    reason: str | None,
    reason_in: tuple[tuple[str, str], ...],
    day: datetime | None,
    keep: int | None,
    yes: bool,
) -> int:
    """Withdraw released versions: their files go for good, their pages stay and tell the reason.

    Then run push and site, which take the files from CKAN and from the site. What lies in Git is for you to remove."""
    store = common.store(common.settings(datasets, dist))
    if keep is not None:
        chosen = withdrawal.beyond(store, keep, versions)
        reason = reason or _("Old version: only the newest {count} are kept.").format(count=keep)
    elif versions:
        chosen = withdrawal.parse(store, versions)
    else:
        raise UsageError(_("Name what to withdraw: DATASET@VERSION, or --keep a number of versions."))
    if not reason or not reason.strip():
        raise UsageError(_("A withdrawal needs its --reason: the page shows it."))
    if chosen and not yes:
        names = ", ".join(f"{name} {version}" for name, version in chosen)
        if not click.confirm(_("The files of {names} go for good. Withdraw them?").format(names=names), err=True):
            raise ConfigError(_("Nothing was withdrawn."))
    why = Withdrawal(
        reason=Text(reason.strip(), dict(reason_in)), date=(day.date() if day else date.today()).isoformat()
    )
    gone = withdrawal.withdraw(store, chosen, why)
    if format_ == "json":
        common.print_json([{"dataset": item.dataset, "version": item.version, "files": item.files} for item in gone])
        return errors.DONE
    for item in gone:
        text = ngettext(
            "{dataset} {version}: withdrawn, {count} file removed.",
            "{dataset} {version}: withdrawn, {count} files removed.",
            item.files,
        )
        common.answers().print(text.format(dataset=item.dataset, version=item.version, count=item.files), markup=False)
    if gone:
        common.say(_("Now run: dulieumo push, dulieumo site. Copies in Git remain until you remove them."))
    else:
        common.say(_("There is nothing to withdraw."))
    return errors.DONE
