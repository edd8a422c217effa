"""What `check` says: findings, the true count of each kind, and which bytes it looked at."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from dulieumo_rules.findings import Finding, Place, by_place

FORMAT = "dulieumo-report/1"
SHOWN_PER_GROUP = 1000
"""Findings kept of one code in one column of one table; the tally has the true count."""

Key = tuple[str, str | None, str | None, str | None, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How often `first.code` was found in one column (or table, or file). `count` is true even where findings were capped."""

    first: Finding
    count: int
    shown: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedTable:
    """A table that was read. `rows` counts its records; `input_sha256` is of the file's bytes, in hex."""

    dataset: str
    resource: str
    file: str
    rows: int
    bytes: int
    input_sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckReport:
    """`inputs` has, per checked dataset, the hash of everything that its verdict rests on; `build` compares it."""

    findings: tuple[Finding, ...]
    tallies: tuple[Tally, ...]
    tables: tuple[CheckedTable, ...]
    inputs: Mapping[str, str]
    tool: Mapping[str, str]

    @property
    def is_valid(self) -> bool:
        return not any(tally.first.is_error for tally in self.tallies)

    def with_(self, more: Iterable[Finding]) -> CheckReport:
        """This report and some findings that were made beside it."""
        out = Collector()
        out.merge(self.tallies, self.findings)
        out.extend(more)
        return replace(self, findings=out.findings(), tallies=out.tallies())

    @property
    def errors(self) -> int:
        return sum(tally.count for tally in self.tallies if tally.first.is_error)

    @property
    def warnings(self) -> int:
        return sum(tally.count for tally in self.tallies if not tally.first.is_error)


@dataclass(slots=True)
class Collector:
    """Gathers findings in bounded memory: of each group the first `limit` by place, and the true count."""

    limit: int = SHOWN_PER_GROUP
    groups: dict[Key, list[Finding]] = field(default_factory=dict)
    counts: dict[Key, int] = field(default_factory=dict)

    def add(self, found: Finding, count: int = 1) -> None:
        """Add a finding; `count` > 1 says that it stands for as many of its kind."""
        key = group_of(found)
        self.counts[key] = self.counts.get(key, 0) + count
        kept = self.groups.setdefault(key, [])
        if len(kept) < self.limit:
            kept.append(found)

    def extend(self, found: Iterable[Finding]) -> None:
        for item in found:
            self.add(item)

    def replace(self, change: Callable[[Finding], Finding]) -> None:
        """Change what every kept finding says; its place and code stay."""
        for kept in self.groups.values():
            kept[:] = [change(item) for item in kept]

    def merge(self, tallies: Iterable[Tally], findings: Iterable[Finding]) -> None:
        """Add what another collector gave out."""
        for item in findings:
            self.add(item)
        for tally in tallies:
            self.counts[group_of(tally.first)] += tally.count - tally.shown

    def findings(self) -> tuple[Finding, ...]:
        return by_place(tuple(item for kept in self.groups.values() for item in kept))

    def tallies(self) -> tuple[Tally, ...]:
        ordered = sorted(self.groups.items(), key=lambda entry: _order(entry[1][0].place, entry[0][-1]))
        return tuple(Tally(first=min(kept, key=_row), count=self.counts[key], shown=len(kept)) for key, kept in ordered)


def group_of(found: Finding) -> Key:
    """Findings of one group are told as one: the same code (and constraint), in the same column of the same file."""
    place, constraint = found.place, found.values.get("constraint", "")
    return place.file, place.dataset, place.table, place.column, f"{found.code}:{constraint}"


def _row(found: Finding) -> tuple[int, int]:
    return found.place.line or 0, found.place.row or 0


def _order(place: Place, code: str) -> tuple[str, str, int, str]:
    return place.file, place.table or "", place.position or 0, code
