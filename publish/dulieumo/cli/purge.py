"""`dulieumo purge`: the day something slipped through. A plan, then --apply, then a search that must find nothing."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dulieumo import errors
from dulieumo.cli import common
from dulieumo.config import Settings
from dulieumo.errors import ConfigError, UsageError
from dulieumo.i18n import _, ngettext

if TYPE_CHECKING:
    from dulieumo.ckan.client import Client
    from dulieumo.purge.places import Place
    from dulieumo.purge.value import Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Purged:
    """`places` held the value before, `remaining` hold it now. `backup` is the bundle of the old history."""

    places: tuple[Place, ...]
    remaining: tuple[Place, ...]
    is_applied: bool
    backup: str = ""


@click.command("purge")
@click.argument("names", nargs=-1, metavar="DATASET...", required=True)
@common.settings_options
@common.format_option("text", "json")
@click.option("--value-file", required=True, help="File with the value, one per line; - reads it from standard input.")
@click.option("--target", help="Name of the target; the default one if not given.")
@click.option("--no-ckan", is_flag=True, help="Leave CKAN out: it was not published there, or cannot be reached.")
@click.option("--reason", help="Reason for the page of a withdrawn version; it must not tell the value.")
@click.option(
    "--backup",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Bundle of the old history to write, outside the repository.",
)
@click.option("--apply", "is_applied", is_flag=True, help="Carry out the plan. Without it, nothing is changed.")
@click.option("--yes", is_flag=True, help="Do not ask: what is removed cannot be brought back.")
def command(
    names: tuple[str, ...],
    datasets: Path | None,
    dist: Path | None,
    format_: str,
    value_file: str,
    target: str | None,
    no_ckan: bool,
    reason: str | None,
    backup: Path | None,
    is_applied: bool,
    yes: bool,
) -> int:
    """Take a leaked value out of Git history, store, CKAN and site.

    First the plan: every place that holds it, and what cannot be reached. With --apply it is carried out, and everything is
    searched again: exit code 0 means that the value was found nowhere. The value is read from a file and never shown."""
    from dulieumo.purge import places

    settings = common.settings(datasets, dist)
    value = _value(value_file)
    client = None if no_ckan else _client(settings, target)
    if (
        is_applied
        and not yes
        and (
            value_file == "-"
            or not click.confirm(
                _("What holds the value is removed for good, and Git history is rewritten. Go on?"), err=True
            )
        )
    ):
        raise ConfigError(_("Nothing was changed."), hint=_("Add --yes once you have read the plan."))
    done = run(
        settings, names, value, client=client, target=target, reason=reason, backup=backup, is_applied=is_applied
    )
    if format_ == "json":
        common.print_json(
            places.to_json(done.places, is_applied=is_applied, remaining=done.remaining, backup=done.backup)
        )
    else:
        show(done)
    return errors.DIFFERENCES if done.remaining else errors.DONE


def run(
    settings: Settings,
    names: Sequence[str],
    value: Value,
    *,
    client: Client | None,
    target: str | None = None,
    reason: str | None = None,
    backup: Path | None = None,
    is_applied: bool = False,
) -> Purged:
    """Search; with `is_applied` remove, publish what is right, and search again. Raises ConfigError, RemoteError."""
    from dulieumo.purge import history, local
    from dulieumo.purge.places import Step, Where

    found = search(settings, names, value, client, target)
    if not is_applied or not found:
        return Purged(places=found, remaining=found, is_applied=is_applied)
    by_hand = [place.name for place in found if place.where is Where.WORKING_TREE]
    if by_hand:
        raise ConfigError(
            _("These files still hold the value: {files}").format(files=", ".join(by_hand)),
            hint=_("Take it out of them, raise the version, check, build and commit; then run purge again."),
        )
    in_git = any(place.where is Where.GIT for place in found)
    had_site, bundle = settings.site.exists(), ""
    if in_git:
        history.refuse(settings.root)
    if client is not None:
        from dulieumo.ckan import erase

        erase.erase(client, found)  # first of all: this is what the public sees
    local.apply(
        settings, common.store(settings), value, found, reason or _("Withdrawn: it held data that must not be public.")
    )
    if in_git:
        path = (backup or _beside(settings.root)).resolve()
        if path.is_relative_to(settings.root):
            raise UsageError(_("The backup holds the value: write it outside the repository."))
        history.back_up(settings.root, path)
        bundle = str(path)
        history.rewrite(settings.root, value, history.find(settings.root, value))
        for leftover in history.files_of_git(settings.root, value):
            leftover.unlink()
    if client is not None and any(
        place.dataset and place.step in (Step.CLEAR, Step.DROP, Step.PUSH) for place in found
    ):
        from dulieumo.cli import push

        push.run(settings, target=target, is_deep=True, client=client)
    if had_site and not settings.site.exists():
        from dulieumo.cli import site

        site.run(settings)
    remaining = search(settings, names, value, client, target)
    _log(settings, names, target, found, remaining)
    return Purged(places=found, remaining=remaining, is_applied=True, backup=bundle)


def search(
    settings: Settings, names: Sequence[str], value: Value, client: Client | None, target: str | None = None
) -> tuple[Place, ...]:
    """Every place that we can reach and that holds the value."""
    from dulieumo.purge import history, local
    from dulieumo.purge.places import Place, Step, Where

    found = list(local.find(settings, common.store(settings), value))
    if history.is_repository(settings.root):
        for item in history.find(settings.root, value):
            step = Step.REWRITE if item.is_searched else Step.NOT_SEARCHED
            label = item.path or f"{item.kind} {item.id[:12]}"
            found.append(Place(where=Where.GIT, name=label, step=step, id=item.id))
        for path in history.files_of_git(settings.root, value):
            found.append(Place(where=Where.GIT, name=path.name, step=Step.REWRITE))
    if client is not None:
        from dulieumo.ckan import erase

        prefix = settings.find_target(target).name_prefix
        found += erase.find(client, [f"{prefix}{name}" for name in names], value)
    return tuple(found)


def _value(name: str) -> Value:
    from dulieumo.purge.value import Value

    try:
        text = sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(_("The file with the value cannot be read.")) from error
    return Value(text.splitlines())


def _client(settings: Settings, target: str | None) -> Client:
    from dulieumo.ckan import connect

    return connect.connect(settings, target).client()


def _beside(root: Path) -> Path:
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    return root.parent / f"{root.name}-{stamp}.bundle"


def _log(
    settings: Settings, names: Sequence[str], target: str | None, found: Sequence[Place], left: Sequence[Place]
) -> None:
    from dulieumo.governance import audit

    counts: dict[str, int] = {}
    for place in found:
        counts[str(place.where)] = counts.get(str(place.where), 0) + 1
    audit.append(
        settings.store / audit.FILE,
        audit.Event(
            action="purge",
            target=target or settings.target,
            url="",
            release="",
            result="failed" if left else "done",
            datasets=tuple(names),
            counts=counts,
        ),
    )


def show(done: Purged) -> None:
    """The places, what becomes of them, and what is out of reach."""
    from dulieumo.purge import places

    console, notes = common.answers(), common.notes()
    listed = done.remaining if done.is_applied else done.places
    for place in listed:
        console.print(f"{places.label(place.where)}: {place.name}: {places.sentence(place.step)}", markup=False)
    if done.is_applied and not done.remaining:
        text = ngettext(
            "The value was in {count} place and is found nowhere any more.",
            "The value was in {count} places and is found nowhere any more.",
            len(done.places),
        )
        console.print(text.format(count=len(done.places)), style="green", markup=False)
    elif not listed:
        console.print(_("The value is found nowhere."), style="green", markup=False)
    elif not done.is_applied:
        notes.print(_("Nothing was changed. Carry this out with --apply."), markup=False)
    notes.print(_("Out of reach of this command:"), markup=False)
    for line in places.out_of_reach():
        notes.print(f"  - {line}", markup=False)
    if done.backup:
        notes.print(
            _("The old history is in {file}. It holds the value: destroy it once the new history is right.").format(
                file=done.backup
            ),
            style="yellow",
            markup=False,
        )
        notes.print(
            _(
                "Now add the remote again (git remote add origin ADDRESS) and push: git push --force --all, git push --force --tags."
            ),
            markup=False,
        )
