"""Where a value lies, and what becomes of it there. No place shows the value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from dulieumo.i18n import _

FORMAT = "dulieumo-purge/1"


class Where(StrEnum):
    WORKING_TREE = "working-tree"
    GIT = "git"
    STORE = "store"
    DIST = "dist"
    CACHE = "cache"
    CKAN_FILE = "ckan-file"
    CKAN_ROWS = "ckan-rows"
    CKAN_METADATA = "ckan-metadata"
    CKAN_ACTIVITY = "ckan-activity"


class Step(StrEnum):
    """What `--apply` does; `by-hand` and `sysadmin` are for people."""

    BY_HAND = "by-hand"
    REWRITE = "rewrite"
    WITHDRAW = "withdraw"
    HIDE = "hide"
    REMOVE = "remove"
    CLEAR = "clear"
    DROP = "drop"
    PUSH = "push"
    SYSADMIN = "sysadmin"
    NOT_SEARCHED = "not-searched"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """`name` is a path, a version, a resource or the id of an object; `dataset` where it is known."""

    where: Where
    name: str
    step: Step
    dataset: str = ""
    id: str = ""


def sentence(step: Step) -> str:
    """What a step does, for a reader."""
    return {
        Step.BY_HAND: _("take it out of this file by hand before anything else"),
        Step.REWRITE: _("history is rewritten without it"),
        Step.WITHDRAW: _("the version is withdrawn: its files go, its page stays"),
        Step.HIDE: _("the value is replaced by ***"),
        Step.REMOVE: _("the file is removed"),
        Step.CLEAR: _("the uploaded file is removed from the server"),
        Step.DROP: _("the table is dropped from the DataStore"),
        Step.PUSH: _("push writes it anew"),
        Step.SYSADMIN: _("a sysadmin of CKAN must delete this entry of the activity history"),
        Step.NOT_SEARCHED: _("could not be looked into: look at it yourself"),
    }[step]


def label(where: Where) -> str:
    """The kind of place, for a reader."""
    return {
        Where.WORKING_TREE: _("working tree"),
        Where.GIT: _("Git history"),
        Where.STORE: _("store"),
        Where.DIST: _("stages' files and site"),
        Where.CACHE: _("cache"),
        Where.CKAN_FILE: _("file on CKAN"),
        Where.CKAN_ROWS: _("DataStore table"),
        Where.CKAN_METADATA: _("dataset on CKAN"),
        Where.CKAN_ACTIVITY: _("activity on CKAN"),
    }[where]


def out_of_reach() -> tuple[str, ...]:
    """What no command of ours can take back; a report that leaves these out promises too much."""
    return (
        _(
            "Clones and forks of the repository, and what the forge keeps of pull requests: ask their owners and the forge."
        ),
        _("Copies that people and programs have downloaded from CKAN or from the site."),
        _("Search engines and web archives: ask them to remove the address."),
        _("Backups of CKAN, of its database, of the store and of this machine."),
        _("Files and tables of resources that were deleted on CKAN before: a sysadmin must look for them."),
        _("Versions that the object store keeps of deleted objects, where it is set to keep them."),
    )


def to_json(places: Sequence[Place], *, is_applied: bool, remaining: Sequence[Place], backup: str) -> dict[str, Any]:
    """The plan, or what was done, as JSON values; schemas/purge.json says what they are."""
    return {
        "format": FORMAT,
        "applied": is_applied,
        "places": [_json(place) for place in places],
        "remaining": [_json(place) for place in remaining],
        "backup": backup,
        "out_of_reach": list(out_of_reach()),
    }


def _json(place: Place) -> dict[str, str]:
    return {"where": str(place.where), "name": place.name, "step": str(place.step), "dataset": place.dataset}
