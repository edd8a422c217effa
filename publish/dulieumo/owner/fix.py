"""Repairs of a committed CSV that change how a value is written and never what it says. Pure but for the reading.

BOM, encoding, separator, legacy fonts, NFC, invisible characters, spaces at the ends, and under the declared types numbers,
dates and yes/no as people write them. What could be meant in two ways is left for the owner.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from dulieumo import cells
from dulieumo.i18n import _
from dulieumo.model import Column, Resource
from dulieumo.owner import cleaning, conform, intake, matching, source
from dulieumo.owner.layout import Column as Found
from dulieumo.owner.notes import Note, Weight
from dulieumo.spreadsheets import Value

EXAMPLES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnRepair:
    """`count` cells of a column that are written anew; `examples` are the first few: row as a spreadsheet counts, before, after."""

    column: str
    count: int
    examples: tuple[tuple[int, str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Repair:
    """What `fix` would do to a file. `data` is None where nothing has to be done. `file_changes` are sentences."""

    file_changes: tuple[str, ...]
    columns: tuple[ColumnRepair, ...]
    notes: tuple[Note, ...]
    data: bytes | None


def repair(path: Path, resource: Resource) -> Repair:
    """The repairs of one CSV table."""
    data = path.read_bytes()
    text, encoding = source.decode(data)
    dialect: Mapping[str, Any] = resource.descriptor.get("dialect", {})
    declared = str(dialect.get("delimiter", ","))
    delimiter = _delimiter(text, declared, resource)
    csv.field_size_limit(2_000_000_000)
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    changes = []
    if encoding == "utf-8-sig":
        changes.append(_("the mark at the start of the file (BOM) is taken off"))
    elif encoding != "utf-8":
        changes.append(_("the encoding {encoding} becomes UTF-8").format(encoding=encoding))
    if delimiter != declared:
        changes.append(_("the separator “{before}” becomes “{after}”").format(before=delimiter, after=declared))
    while rows and not any(cell.strip() for cell in rows[-1]):
        rows.pop()
        if "empty" not in changes:
            changes.append("empty")
    changes = [_("empty rows at the end are taken off") if change == "empty" else change for change in changes]
    if not rows or resource.schema is None:
        return Repair(file_changes=(), columns=(), notes=(), data=None)
    fixed, columns, notes = _rows(rows, resource.schema.columns)
    if not changes and not columns and fixed[0] == rows[0]:
        return Repair(file_changes=(), columns=(), notes=notes, data=None)
    if fixed[0] != rows[0]:
        changes.append(_("the header becomes {names}").format(names=", ".join(fixed[0])))
    new = intake.records_bytes(fixed[0], fixed[1:], delimiter=declared)
    return Repair(file_changes=tuple(changes), columns=columns, notes=notes, data=new if new != data else None)


def _delimiter(text: str, declared: str, resource: Resource) -> str:
    """The separator that the file has: the declared one, unless the header has the declared columns only with another."""
    assert resource.schema is not None
    names = {column.name for column in resource.schema.columns}
    first = text.split("\n", 1)[0]

    def hits(delimiter: str) -> int:
        return len(names & {cell.strip() for cell in next(csv.reader([first], delimiter=delimiter), [])})

    best = max(source.DELIMITERS, key=hits)
    return best if hits(best) > hits(declared) else declared


def _rows(
    rows: list[list[str]], columns: Sequence[Column]
) -> tuple[list[list[str]], tuple[ColumnRepair, ...], tuple[Note, ...]]:
    width = len(rows[0])
    header = [cleaning.tidy(cell) for cell in rows[0]]
    found = [Found(position=at + 1, title=title, values=()) for at, title in enumerate(header)]
    matched = matching.match(columns, found)
    by_position = {one.position - 1: name for name, one in matched.pairs.items()}
    header = [by_position.get(at, title) for at, title in enumerate(header)]
    body = [list(row) for row in rows[1:]]
    even = [row for row in body if len(row) == width]  # a row with more or fewer cells is for the owner to see
    texts = [[row[at] for row in even] for at in range(width)]
    menders = cleaning.menders_of(texts)
    declared = {column.name: column for column in columns}
    repairs: list[ColumnRepair] = []
    notes: list[Note] = []
    numbers = [number for number, row in enumerate(body, start=2) if len(row) == width]
    for at, (before, mender) in enumerate(zip(texts, menders, strict=True)):
        after = [cleaning.tidy_edges(mender.mend(text) if mender else text) for text in before]
        column = declared.get(header[at])
        if column is not None:
            after, said = _conformed(column, after)
            notes += said
        changed = [(row, old, new) for row, old, new in zip(numbers, before, after, strict=True) if old != new]
        if changed:
            repairs.append(ColumnRepair(column=header[at], count=len(changed), examples=tuple(changed[:EXAMPLES])))
            for row, new in zip(even, after, strict=True):
                row[at] = new
    return [header, *body], tuple(repairs), tuple(notes)


def _conformed(column: Column, texts: list[str]) -> tuple[list[str], list[Note]]:
    """Cells that the declared type cannot read, in its form where that is certain. Cells that it reads stay as they are."""
    parsed = cells.parse(column, pa.array(texts, pa.string()))
    if column.type == "string" or parsed.suspects is None:
        return texts, []
    values: list[Value] = list(texts)
    read = conform.conform(column, values)
    if any(note.weight is Weight.STOP for note in read.notes):
        return texts, list(read.notes)
    suspects = parsed.suspects.to_pylist()
    # One number such as 1.234,5 shows how the whole column is written: 1.234 beside it is then 1234.
    is_locale = column.type in ("integer", "number") and any(
        "," in text for text, is_suspect in zip(texts, suspects, strict=True) if is_suspect
    )
    fixed = [
        new if is_suspect or is_locale else old
        for old, new, is_suspect in zip(texts, read.texts, suspects, strict=True)
    ]
    still = cells.parse(column, pa.array(fixed, pa.string())).suspects
    if still is not None:  # what cannot be read either way stays as the owner typed it
        fixed = [old if is_bad else new for old, new, is_bad in zip(texts, fixed, still.to_pylist(), strict=True)]
    return fixed, [note for note in read.notes if note.weight is Weight.LOOK]
