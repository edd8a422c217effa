"""What a workbook holds beside its table: its problems, and personal data in other sheets, comments and properties."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pyarrow as pa

from dulieumo import spreadsheets
from dulieumo.check import personal
from dulieumo.model import Resource
from dulieumo.spreadsheets import celltext, grid
from dulieumo.spreadsheets.facts import facts_of
from dulieumo_rules.findings import Finding, Place, Severity, finding
from dulieumo_rules.personal_data import evidence, gate, names
from dulieumo_rules.personal_data.gate import Level
from dulieumo_rules.personal_data.kinds import LAW, Kind
from dulieumo_rules.personal_data.masking import mask

MOST_ROWS = 5_000
"""Rows of another sheet that are looked at."""


def is_workbook(resource: Resource) -> bool:
    return resource.format in spreadsheets.FORMATS


def findings(path: Path, resource: Resource, place: Place, today: date) -> Iterator[Finding]:
    """Every problem of the workbook itself; nothing about the cells of its table. Never raises for what the file says."""
    yield from spreadsheets.findings(path, resource, place)
    try:
        sheet = grid.read(path, resource.descriptor.get("dialect", {}).get("sheetName"))
    except grid.Refused:
        return
    facts = facts_of(path, sheet.name)
    texts = {"comment": list(facts.comments.values()), "document-property": list(facts.properties.values())}
    yield from personal.of_file(path, place, texts)
    for key in ("creator", "lastModifiedBy"):
        person = facts.properties.get(key, "")
        if names.is_name(person):
            found = finding(
                "personal-data-in-file",
                place,
                where="document-property",
                kind=str(Kind.NAME),
                example=mask(person),
                law=LAW[Kind.NAME],
            )
            yield replace(found, severity=Severity.WARNING)
    for name in (*sheet.hidden_sheets, *sheet.other_sheets):
        where = "hidden-sheet" if name in sheet.hidden_sheets else "other-sheet"
        yield from _other_sheet(path, name, where, place, today)


def _other_sheet(path: Path, name: str, where: str, place: Place, today: date) -> Iterator[Finding]:
    """The columns of a sheet that is not published: the first filled row is taken for its header."""
    try:
        rows = grid.read(path, name).rows
    except grid.Refused:
        return
    filled = [row for row in rows[:MOST_ROWS] if any(value != "" for value in row)]
    if len(filled) < 2:
        return
    columns = []
    for position, title in enumerate(filled[0]):
        header = str(title)
        cells = [celltext.text(row[position], None, "") if position < len(row) else "" for row in filled[1:]]
        column = evidence.Column(
            name=header or f"#{position + 1}", headers=(header,), type="string", position=position + 1
        )
        column.add(evidence.look(pa.array([cell or None for cell in cells], pa.string()), "string"))
        columns.append(column)
    for decision in gate.judge(columns, today):
        if decision.level is Level.BLOCK:
            yield finding(
                "personal-data-in-file",
                place,
                where=where,
                kind=str(decision.kind),
                example=f"{name}/{decision.column.name}: {decision.example}",
                law=LAW[decision.kind],
            )
