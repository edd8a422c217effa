"""The personal-data gate on a table: columns judged, reviewed exceptions applied, and what other findings may show."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa

from dulieumo.check import anonymity
from dulieumo.model import Dataset, Resource
from dulieumo_rules.findings import Finding, Place, Severity, finding
from dulieumo_rules.personal_data import evidence, freetext, gate, overrides
from dulieumo_rules.personal_data.gate import Decision, Level
from dulieumo_rules.personal_data.kinds import LAW, Kind
from dulieumo_rules.personal_data.masking import mask
from dulieumo_rules.shape import Field, Table

SHOWN = ("value", "nearest", "first_value", "second_value")
"""The values of findings that quote a cell."""


@dataclass(slots=True)
class Gate:
    """Gathers what a table's columns show, chunk by chunk; then decides."""

    table: Table
    columns: dict[str, evidence.Column]
    groups: anonymity.Groups

    def add(self, seen: Mapping[str, evidence.Seen], groups: pa.Table | None) -> None:
        for name, part in seen.items():
            self.columns[name].add(part)
        self.groups.add(groups)

    def decide(self, today: date) -> list[Decision]:
        return gate.judge(list(self.columns.values()), today)


def opened(table: Table, fields: Sequence[Field]) -> Gate:
    """A gate for a table's columns; also for those that the descriptor does not know."""
    columns = {
        field.name: evidence.Column(
            name=field.name,
            headers=_headers(field),
            type=field.type,
            position=field.position,
            is_coded="dulieumo:codeList" in field.descriptor or "categories" in field.descriptor,
        )
        for field in fields
        if field.descriptor.get("dulieumo:role") != "source"
    }
    return Gate(table, columns, anonymity.Groups(table))


def _headers(field: Field) -> tuple[str, ...]:
    keys = ("title", "title@en", "dulieumo:portalName")
    return (field.name, *(str(field.descriptor[key]) for key in keys if key in field.descriptor))


def look(gate_: Gate, columns: Mapping[str, pa.Array]) -> dict[str, evidence.Seen]:
    """What a chunk shows. `columns`: utf8 arrays by name, null where missing. Safe to call from several threads."""
    return {
        name: evidence.look(cells, gate_.columns[name].type) for name, cells in columns.items() if name in gate_.columns
    }


def findings(
    gate_: Gate, dataset: Dataset, resource: Resource, place: Place, said: Place, today: date
) -> Iterator[Finding]:
    """What the gate says of a table. `said` is the place of `dulieumo:personalData` in the descriptor."""
    declared: Mapping[str, Any] = dataset.descriptor.get("dulieumo:personalData", {})
    records: Sequence[Mapping[str, Any]] = declared.get("overrides", ())
    for decision in gate_.decide(today):
        where = replace(place, column=decision.column.name, position=decision.column.position or None)
        record = overrides.covering(records, resource.name, decision.column.name, decision.kind)
        if record is None or decision.level is Level.REVIEW:
            if record is None:
                yield _of_decision(decision, where)
            continue
        weak = overrides.weakness(record, decision.kind, today)
        if weak is not None:
            yield _of_decision(decision, where)
            yield finding("personal-data-override-invalid", said, column=decision.column.name, reason=weak)
            continue
        if not declared.get("contains"):
            yield finding("personal-data-undeclared", said, column=decision.column.name)
        yield finding(
            "personal-data-allowed",
            where,
            severity=Severity.WARNING,
            kind=str(decision.kind),
            reference=str(record["lawReference"]),
            purpose=str(record["purpose"]),
            approver=", ".join(str(name) for name in record["approvedBy"]),
            date=str(record["approvedOn"]),
        )
    groups = gate_.groups.result()
    gate_.groups.close()
    if groups is not None:
        yield from anonymity.findings(groups, gate_.table, place)


def _of_decision(decision: Decision, where: Place) -> Finding:
    code = "personal-data" if decision.level is Level.BLOCK else "personal-data-review"
    if decision.evidence == "text" and decision.level is Level.BLOCK:
        code = "personal-data-in-text"
    return finding(
        code,
        where,
        severity=Severity.ERROR if decision.level is Level.BLOCK else Severity.WARNING,
        kind=str(decision.kind),
        hits=decision.hits,
        distinct=decision.distinct,
        example=decision.example,
        evidence=decision.evidence,
        law=LAW[decision.kind],
    )


def personal_columns(found: Sequence[Finding]) -> frozenset[str]:
    """The columns whose values no finding may show."""
    codes = ("personal-data", "personal-data-review", "personal-data-in-text", "personal-data-allowed")
    return frozenset(item.place.column for item in found if item.code in codes and item.place.column)


def masked(found: Finding, columns: frozenset[str]) -> Finding:
    """The finding, with what it quotes of these columns masked."""
    named = {found.place.column, *str(found.values.get("columns", "")).split(", ")}
    if not named & columns or found.code.startswith("personal-data"):
        return found
    values = {
        key: mask(value) if key in SHOWN and isinstance(value, str) and value else value
        for key, value in found.values.items()
    }
    return replace(found, values=values)


def of_file(path: Path, place: Place, texts: Mapping[str, Sequence[str]]) -> Iterator[Finding]:
    """Identifiers outside the table: in the file's name, and in `texts` by where they stand (comment, hidden-sheet, …)."""
    for where, parts in {"file-name": [path.stem.replace("_", " ")], **texts}.items():
        seen: set[Kind] = set()
        for part in parts:
            for kind, example in freetext.identifiers_in(part):
                if kind not in seen:
                    seen.add(kind)
                    yield finding(
                        "personal-data-in-file",
                        place,
                        where=where,
                        kind=str(kind),
                        example=mask(example),
                        law=LAW[kind],
                    )
