"""What is said of whole columns and of the table: number signs, empty cells, rows; against declared bounds and the release before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

import pyarrow as pa

from dulieumo.check.previous import Previous
from dulieumo_rules import rules
from dulieumo_rules.findings import Finding, Place, Severity, finding
from dulieumo_rules.rules import null_share, row_count
from dulieumo_rules.shape import Table

Collected = Mapping[tuple[str, str], Mapping[str, int | str]]
"""Counts and examples by rule and column."""


@dataclass(slots=True)
class Totals:
    """What the chunks of a table add up to."""

    rows: int = 0
    missing: dict[str, int] = field(default_factory=dict)
    collected: dict[tuple[str, str], dict[str, int | str]] = field(default_factory=dict)

    def add(self, rows: int, missing: Mapping[str, int], collected: Collected) -> None:
        self.rows += rows
        for name, count in missing.items():
            self.missing[name] = self.missing.get(name, 0) + count
        for key, part in collected.items():
            total = self.collected.setdefault(key, {})
            rules.add_counts(total, part)


def collect(table: Table, present: Mapping[str, pa.Array]) -> dict[tuple[str, str], Mapping[str, int | str]]:
    """What the column rules count in a chunk. `present`: utf8 arrays by field name, null where missing."""
    return {
        (rule.CODE, item.name): rule.collect(present[item.name], item)
        for rule in rules.column_rules()
        for item in table.fields
        if item.name in present and rule.applies(item, table)
    }


def findings(table: Table, totals: Totals, previous: Previous | None, place: Place) -> Iterator[Finding]:
    """What the totals say."""
    for item in table.fields:
        where = replace(place, column=item.name, position=item.position or None)
        for rule in rules.column_rules():
            total = totals.collected.get((rule.CODE, item.name))
            values = rule.conclude(total, item, table) if total is not None else None
            if values is not None:
                yield Finding(code=rule.CODE, place=where, severity=rule.SEVERITY, values=values)
        if item.name in totals.missing:
            yield from _emptiness(table, totals, previous, item.name, where)
    counted = row_count.conclude(totals.rows, table)
    if counted is not None:
        yield Finding(code=row_count.CODE, place=place, severity=row_count.SEVERITY, values=counted)
    elif previous is not None and not table.asked(row_count.CODE):
        lost = row_count.compared(totals.rows, previous.rows)
        if lost is not None:
            yield Finding(code=row_count.CODE, place=place, severity=Severity.WARNING, values=lost)


def _emptiness(table: Table, totals: Totals, previous: Previous | None, name: str, where: Place) -> Iterator[Finding]:
    item, missing = table.field(name), totals.missing[name]
    assert item is not None
    declared = null_share.conclude(missing, totals.rows, item, table)
    if declared is not None:
        yield Finding(code=null_share.CODE, place=where, severity=null_share.SEVERITY, values=declared)
    elif previous is not None and null_share.bound(item, table) is None:
        risen = null_share.compared(missing, totals.rows, previous.missing, item)
        if risen is not None:
            yield Finding(code=null_share.CODE, place=where, severity=Severity.WARNING, values=risen)


def misdeclared(table: Table, place: Place) -> Iterator[Finding]:
    """Entries of `dulieumo:checks` that no rule understands. `place` is theirs, in the descriptor."""
    for entry in table.checks:
        yield from _misdeclared(entry, table, place)


def usable(table: Table) -> Table:
    """The table with only those of its checks that a rule understands."""
    nowhere = Place(file="")
    return replace(
        table, checks=tuple(entry for entry in table.checks if not list(_misdeclared(entry, table, nowhere)))
    )


def _misdeclared(entry: Mapping[str, object], table: Table, place: Place) -> Iterator[Finding]:
    names = {item.name for item in table.fields}
    rule = str(entry.get("rule", ""))
    if rule not in rules.declared_codes():
        yield finding("rule-unknown", place, rule=rule, nearest=_nearest(rule))
        return
    for key in ("columns", "parts", "except"):
        if key in entry and not isinstance(entry[key], list):
            yield finding("rule-misused", place, rule=rule, reason=f"{key}: {entry[key]}")
    wanted = [*_listed(entry.get("columns")), *_listed(entry.get("parts")), *_listed(entry.get("except"))]
    wanted += [str(entry["total"])] if "total" in entry else []
    for name in wanted:
        if name not in names:
            yield finding("key-column-unknown", place, column=name, nearest="")
    for key in ("minimum", "maximum", "tolerance"):
        value = entry.get(key, 0)
        if isinstance(value, bool) or not isinstance(value, int | float):
            yield finding("rule-misused", place, rule=rule, reason=f"{key}: {value}")


def _listed(value: object) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list) else []


def _nearest(rule: str) -> str:
    import difflib

    return next(iter(difflib.get_close_matches(rule, rules.declared_codes(), n=1)), "")
