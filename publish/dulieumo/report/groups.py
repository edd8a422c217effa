"""A report's findings as groups: what is told in one sentence, with the places under it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from dulieumo.check.report import CheckReport, Key, Tally, group_of
from dulieumo_rules.findings import Finding, Severity
from dulieumo_rules.texts import Rendered, Unit, render, wording


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Findings of one code in one column, table or file. `count` is the true number, `findings` those that were kept."""

    tally: Tally
    findings: tuple[Finding, ...]
    unit: Unit

    @property
    def first(self) -> Finding:
        return self.findings[0]

    @property
    def code(self) -> str:
        return self.tally.first.code

    @property
    def severity(self) -> Severity:
        return self.tally.first.severity

    @property
    def count(self) -> int:
        return self.tally.count

    def text(self, language: str) -> Rendered:
        return render(self.first, language)


def groups(report: CheckReport) -> tuple[Group, ...]:
    """The groups in the order of the report's tallies: by file, table and column; errors before warnings in each file."""
    members: Mapping[Key, list[Finding]] = defaultdict(list)
    for found in report.findings:
        members[group_of(found)].append(found)
    made = [
        Group(tally=tally, findings=tuple(members[group_of(tally.first)]), unit=_unit(tally.first.code))
        for tally in report.tallies
    ]
    return tuple(sorted(made, key=lambda group: (group.first.place.file, not group.first.is_error)))


def _unit(code: str) -> Unit:
    found = wording(code)
    return found.unit if found else Unit.PLACE
