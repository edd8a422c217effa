"""Frictionless's verdict on records: its own codes, cells and notes, as findings.

Frictionless gets the records from us and opens no file, so it sniffs nothing, follows no link and fetches nothing. Given
only some of a table's records, it judges them with their true row numbers. Foreign keys are ours (`references.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from dulieumo.check import forms, guard
from dulieumo.check.records import Record
from dulieumo_rules import suggestions
from dulieumo_rules.findings import Finding, Place, finding

if TYPE_CHECKING:
    from frictionless import Error, Schema

KEYS_OF_FIELD = (
    "name", "type", "format", "constraints", "missingValues", "trueValues", "falseValues", "bareNumber", "decimalChar",
    "groupChar", "itemType", "delimiter", "dulieumo:float",
)  # fmt: skip

OF_HEADER = frozenset(
    {
        "blank-header", "unmatched-header", "extra-label", "missing-label", "blank-label", "duplicate-label", "incorrect-label",
    }
)  # fmt: skip
"""Codes of findings on the header."""


def schema_descriptor(schema: Mapping[str, Any]) -> dict[str, Any]:
    """What Frictionless needs of a Table Schema: nothing for readers, nothing of ours, no keys to other tables."""
    fields = []
    for entry in schema["fields"]:
        field = {key: entry[key] for key in KEYS_OF_FIELD if key in entry}
        if field.pop("dulieumo:float", False):
            field["floatNumber"] = True
        fields.append(field)
    descriptor: dict[str, Any] = {"$schema": "https://datapackage.org/profiles/2.0/tableschema.json", "fields": fields}
    for key in ("missingValues", "primaryKey"):
        if key in schema:
            descriptor[key] = schema[key]
    match = schema.get("fieldsMatch")
    if match:
        descriptor["fieldsMatch"] = match[0] if isinstance(match, list) else match
    return descriptor


def without_keys(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The schema without its primary key and its unique columns."""
    fields = []
    for entry in schema["fields"]:
        constraints = {name: value for name, value in entry.get("constraints", {}).items() if name != "unique"}
        fields.append({**entry, "constraints": constraints})
    return {**{key: value for key, value in schema.items() if key != "primaryKey"}, "fields": fields}


def judge_schema(schema: Mapping[str, Any], place: Place) -> tuple[Schema | None, list[Finding]]:
    """Frictionless's Schema; None, with its findings, where it refuses the declaration."""
    guard.isolate_frictionless()
    from frictionless import FrictionlessException, Schema

    try:
        return Schema.from_descriptor(schema_descriptor(schema)), []
    except FrictionlessException as error:
        reasons = error.reasons or [error.error]
        return None, [finding(reason.type, place, note=reason.note) for reason in reasons]


def judge(
    schema: Schema, labels: Iterable[str], records: Iterable[Record], place: Place, *, header_row: int
) -> Iterator[Finding]:
    """The verdict on the header and on `records` (those after the header). `place` names the file and the table.

    Raises what `records` raises."""
    guard.isolate_frictionless()
    from frictionless import FrictionlessException
    from frictionless.resources import TableResource

    names = list(labels)
    source = _Unharmed(_cells(names, records, header_row))
    table = TableResource(
        name=place.table or "table",
        data=lambda: source,
        dialect=_numbered_dialect()(header=header_row > 0, header_rows=[1]),
        schema=schema,
    )
    places = _Places(place, schema, names, header_row)
    try:
        table.open()  # type: ignore[no-untyped-call]
        if header_row and not (table.labels or table.fragment):
            yield finding("source-error", place, note="empty")
            return
        for problem in table.header.errors:
            yield places.finding(problem)
        for row in table.row_stream:
            for problem in row.errors:
                yield places.finding(problem)
    except FrictionlessException as error:
        for problem in error.reasons or [error.error]:
            yield finding(problem.type, place, note=problem.note)
    except (TypeError, ArithmeticError) as error:  # such as a time with a zone and a bound without one
        yield finding("not-comparable", place, note=str(error))
    finally:
        table.close()
    if source.failure is not None:
        raise source.failure


class _Unharmed:
    """Our records for Frictionless, which takes whatever its source raises for an error of the data: kept from it here."""

    def __init__(self, cells: Iterator[list[str]]) -> None:
        self.cells = cells
        self.failure: BaseException | None = None

    def __iter__(self) -> _Unharmed:
        return self

    def __next__(self) -> list[str]:
        try:
            return next(self.cells)
        except StopIteration:
            raise
        except BaseException as failure:  # raised again by `judge`
            self.failure = failure
            raise StopIteration from failure


class _Numbered(list[str]):
    """The cells of a record, with its row."""

    row = 0


def _cells(labels: list[str], records: Iterable[Record], header_row: int) -> Iterator[list[str]]:
    if header_row:
        yield labels
    for record in records:
        cells = _Numbered(record.cells)
        cells.row = record.row
        yield cells


@cache
def _numbered_dialect() -> Any:
    """A Dialect whose rows keep the numbers that their records bring. Made late: frictionless takes 0.2 s to import."""
    import attrs
    from frictionless import Dialect

    @attrs.define(kw_only=True, repr=False)
    class NumberedDialect(Dialect):
        def read_enumerated_content_stream(self, cell_stream: Iterable[Any]) -> Iterator[tuple[int, list[str]]]:
            for cells in cell_stream:
                if isinstance(cells, _Numbered):
                    yield cells.row, list(cells)

    return NumberedDialect


_NOTE_CONSTRAINT = re.compile(r'constraint "(\w+)" is "(.*)"', re.DOTALL)
_NOTE_FIRST = re.compile(r"the same as in the row at position (\d+)")
_NOTE_LABEL = re.compile(r'at position "(\d+)')


class _Places:
    """Turns Frictionless's errors into findings."""

    def __init__(self, place: Place, schema: Schema, labels: list[str], header_row: int) -> None:
        self.place = place
        self.schema = schema
        self.labels = labels
        self.header_row = header_row
        self.positions = {label: number for number, label in reversed(list(enumerate(labels, start=1)))}

    def finding(self, problem: Error) -> Finding:
        code, row = problem.type, getattr(problem, "row_number", None)
        if code in ("primary-key", "blank-row", "foreign-key"):
            values: dict[str, str | int | float] = {}
            if code == "primary-key":
                values = self._key(problem)
            return Finding(code=code, place=self._at(row), values=values)
        name = getattr(problem, "field_name", "")
        number = getattr(problem, "field_number", None)
        if row is None:
            place = self._at(self.header_row or None, name, number) if number else self._at(self.header_row or None)
            return Finding(code=code, place=place, values=self._header(problem))
        return Finding(code=code, place=self._at(row, name, number), values=self._cell(problem))

    def _at(self, row: int | None, column: str = "", position: int | None = None) -> Place:
        place = self.place
        return Place(
            file=place.file, dataset=place.dataset, table=place.table, row=row, column=column or None, position=position
        )

    def _header(self, problem: Error) -> dict[str, str | int | float]:
        values: dict[str, str | int | float] = {
            "label": getattr(problem, "label", ""),
            "expected": getattr(problem, "field_name", ""),
            "position": getattr(problem, "field_number", ""),
        }
        first = _NOTE_LABEL.search(problem.note)
        return {**values, "first": int(first.group(1))} if first else values

    def _cell(self, problem: Any) -> dict[str, str | int | float]:
        values: dict[str, str | int | float] = {"value": problem.cell}
        match problem.type:
            case "type-error":
                field = self.schema.get_field(problem.field_name)
                values["type"] = field.type
                values["format"] = "" if field.format == "default" else field.format
                values["nearest"] = suggestions.for_type(str(problem.cell), field.type) if not values["format"] else ""
            case "constraint-error":
                found = _NOTE_CONSTRAINT.fullmatch(problem.note)
                values["constraint"], values["limit"] = found.groups() if found else ("", problem.note)
                if values["constraint"] == "pattern":
                    limit = str(values["limit"])
                    values["nearest"] = suggestions.for_pattern(str(problem.cell), limit)
                    values["forms"] = forms.told(limit)
                    values["pattern"] = "" if values["forms"] else limit
                if values["constraint"] == "required":
                    values["value"] = values["limit"] = ""
            case "unique-error":
                found = _NOTE_FIRST.fullmatch(problem.note)
                values["first"] = int(found.group(1)) if found else ""
        return values

    def _key(self, problem: Any) -> dict[str, str | int | float]:
        columns = [name for name in self.schema.primary_key if name in self.positions]
        cells = [problem.cells[self.positions[name] - 1 : self.positions[name]] for name in columns]
        values: dict[str, str | int | float] = {
            "columns": ", ".join(columns),
            "value": ", ".join(part for parts in cells for part in parts),
        }
        first = _NOTE_FIRST.fullmatch(problem.note)
        return {**values, "first": int(first.group(1))} if first else {**values, "why": "blank"}
