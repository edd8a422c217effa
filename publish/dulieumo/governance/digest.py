"""What each publisher owes: its datasets that are overdue, due, or due soon on a day. Pure; `digest_formats.py` shows it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from dulieumo import freshness
from dulieumo.errors import UsageError
from dulieumo.freshness import Freshness, State
from dulieumo.i18n import _
from dulieumo.model import Catalog, Dataset, Publisher

AHEAD_DAYS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A dataset and how fresh it is. `named` is the publisher that its descriptor names, when that one no longer exists."""

    dataset: Dataset
    freshness: Freshness
    named: Publisher | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """One publisher's datasets on the day `today`: overdue and due ones latest first, `soon` those due within `ahead_days`.

    `later` are current and due after that; `unknown` have no known frequency. Exempt datasets are in none of them."""

    publisher: Publisher
    today: date
    ahead_days: int
    overdue: tuple[Item, ...]
    due: tuple[Item, ...]
    soon: tuple[Item, ...]
    later: tuple[Item, ...]
    unknown: tuple[Item, ...]

    @property
    def owed(self) -> int:
        """How many datasets wait for newer data."""
        return len(self.overdue) + len(self.due)

    @property
    def is_quiet(self) -> bool:
        """Nothing to say: nothing is late, nothing comes due soon."""
        return not (self.overdue or self.due or self.soon)


def digests(
    catalog: Catalog, today: date, *, publisher: str | None = None, ahead_days: int = AHEAD_DAYS
) -> tuple[Digest, ...]:
    """A digest per publisher that has datasets, those that owe most first; only one with `publisher`.

    Raises UsageError for a publisher that the registry does not have."""
    if publisher is not None and catalog.find_publisher(publisher) is None:
        known = ", ".join(item.name for item in catalog.publishers)
        raise UsageError(
            _("There is no publisher {name} in publishers.yaml.").format(name=publisher),
            hint=_("Known: {known}.").format(known=known),
        )
    rule = freshness.rule(catalog)
    items: dict[str, list[Item]] = {}
    for dataset in catalog.datasets:
        named = catalog.find_publisher(dataset.publisher)
        if named is None:  # the check reports it; there is nobody to remind
            continue
        in_charge = successor(catalog, named, today)
        fresh = freshness.freshness(dataset, today, rule)
        item = Item(dataset=dataset, freshness=fresh, named=named if in_charge is not named else None)
        items.setdefault(in_charge.name, []).append(item)
    found = [
        _digest(registered, items[registered.name], today, ahead_days)
        for registered in catalog.publishers
        if registered.name in items and publisher in (None, registered.name)
    ]
    return tuple(sorted(found, key=lambda digest: (-len(digest.overdue), -len(digest.due), digest.publisher.name)))


def successor(catalog: Catalog, publisher: Publisher, today: date) -> Publisher:
    """The publisher itself, or, once it has ceased to exist, the first of its successors that does exist."""
    seen = {publisher.name}
    current = publisher
    while current.valid_to is not None and freshness.last_day(current.valid_to) < today:
        following = next((found for name in current.successors if (found := catalog.find_publisher(name))), None)
        if following is None or following.name in seen:
            break
        seen.add(following.name)
        current = following
    return current


def _digest(publisher: Publisher, items: list[Item], today: date, ahead_days: int) -> Digest:
    def of(state: State) -> tuple[Item, ...]:
        chosen = (item for item in items if item.freshness.state is state)
        return tuple(sorted(chosen, key=lambda item: (item.freshness.due or date.max, item.dataset.name)))

    horizon = today + timedelta(days=ahead_days)
    current = of(State.CURRENT)
    return Digest(
        publisher=publisher,
        today=today,
        ahead_days=ahead_days,
        overdue=of(State.OVERDUE),
        due=of(State.DUE),
        soon=tuple(item for item in current if item.freshness.due and item.freshness.due <= horizon),
        later=tuple(item for item in current if not item.freshness.due or item.freshness.due > horizon),
        unknown=of(State.UNKNOWN),
    )
