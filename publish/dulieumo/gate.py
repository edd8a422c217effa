"""Whether changes may be released: the version number says what changed, and what breaks programs was announced in time. Pure."""

from __future__ import annotations

from datetime import date, timedelta

from dulieumo.changes import DatasetChange, reasons
from dulieumo.diff import Level
from dulieumo.i18n import _
from dulieumo.model import Dataset, Release, Status

NOTICE_DAYS = 30


def refusals(changes: tuple[DatasetChange, ...], current: Release, previous: Release | None = None) -> tuple[str, ...]:
    """Why these changes may not be released as they are numbered, each a sentence with what to do; empty when they may.

    Of a dataset that left, `previous` tells whether it was announced."""
    found = []
    for change in changes:
        version = current.version(change.name)
        if version is None:
            if previous is not None and _is_unannounced(change.name, previous):
                text = _(
                    "{dataset}: programs still use it, and it is gone. Put it back with `dulieumo:status: retired` for a"
                    " release before it leaves, or pass --allow-breaking."
                )
                found.append(text.format(dataset=change.name))
            continue
        if change.before is None:
            continue
        step = bump(change.before, version.version)
        if step is None:
            text = _("{dataset}: version {after} is not above the released {before}. Take the next number above it.")
            found.append(text.format(dataset=change.name, after=version.version, before=change.before))
        elif step < change.level:
            text = _(
                "{dataset}: {reasons} ask for a {level} step, from {before} to {wanted}; the descriptor says {after}."
            )
            found.append(
                text.format(
                    dataset=change.name,
                    reasons=reasons(change),
                    level=change.level.name.lower(),
                    before=change.before,
                    wanted=raised(change.before, change.level),
                    after=version.version,
                )
            )
        elif change.level is Level.MAJOR and not has_notice(version.dataset):
            text = _(
                "{dataset}: {reasons} break programs that use the data. Announce it in dulieumo:notices at least {days} days"
                " before the date of version {after}, or pass --allow-breaking."
            )
            found.append(
                text.format(dataset=change.name, reasons=reasons(change), days=NOTICE_DAYS, after=version.version)
            )
    return tuple(found)


def _is_unannounced(name: str, previous: Release) -> bool:
    """Whether a dataset that is gone was still active."""
    version = previous.version(name)
    return version is not None and version.withdrawn is None and version.dataset.status is Status.ACTIVE


def bump(before: str, after: str) -> Level | None:
    """The step from one version number to a higher one; None where it is not higher."""
    old, new = _number(before), _number(after)
    if new <= old:
        return None
    for level, position in ((Level.MAJOR, 0), (Level.MINOR, 1)):
        if new[position] > old[position]:
            return level
    return Level.PATCH


def raised(version: str, level: Level) -> str:
    """The next version number at a level."""
    major, minor, patch = _number(version)
    match level:
        case Level.MAJOR:
            return f"{major + 1}.0.0"
        case Level.MINOR:
            return f"{major}.{minor + 1}.0"
        case _:
            return f"{major}.{minor}.{patch + 1}"


def _number(version: str) -> tuple[int, int, int]:
    major, minor, patch = (int(part) for part in version.split("."))
    return major, minor, patch


def has_notice(dataset: Dataset) -> bool:
    """Whether the latest version was announced in time: by a notice that names it and lies `NOTICE_DAYS` before its date."""
    latest = dataset.changelog[-1]
    due = date.fromisoformat(latest.date)
    return any(
        notice.get("version") == latest.version
        and date.fromisoformat(notice["announced"]) + timedelta(days=NOTICE_DAYS) <= due
        for notice in dataset.descriptor.get("dulieumo:notices", ())
    )
