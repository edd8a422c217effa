"""The one adapter: a rule as a Frictionless check. Rules are called with what Frictionless knows of the resource."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache
from typing import Any

import attrs
import pyarrow as pa
from frictionless import Check
from frictionless import errors as stock

from dulieumo_rules import rules, texts
from dulieumo_rules.findings import Finding, Place, Severity
from dulieumo_rules.rules import unique_key
from dulieumo_rules.shape import Field, Table, fields_of

BATCH = 10_000
ALL = "dulieumo"
"""The type of the check that runs every rule that finds errors. Frictionless knows no warnings: those are asked by name."""


@cache
def error_class(code: str) -> type[stock.TableError] | None:
    """The Frictionless error of a rule: on a cell, a row or the table; None for codes that are not ours."""
    if code not in rules.rule_codes():
        return None
    unit = texts.unit_of(code)
    base = {texts.Unit.CELL: stock.CellError, texts.Unit.ROW: stock.RowError}.get(unit, stock.TableError)
    wording = texts.wording(code)
    assert wording is not None, "every rule has its texts; the tests hold that"
    title, _message, fix = wording.in_("en")
    made = type(
        f"{code.title().replace('-', '')}Error",
        (base,),
        {"type": code, "title": title, "description": fix, "template": "{note}", "__module__": __name__},
    )
    return attrs.define(kw_only=True, repr=False)(made)


@cache
def check_class(code: str) -> type[Check] | None:
    """The Frictionless check of one rule, or of all; None for types that are not ours."""
    known = rules.rule_codes()
    if code not in (*known, ALL):
        return None
    codes = rules.rule_codes(Severity.ERROR) if code == ALL else (code,)
    namespace = {
        "type": code,
        "Errors": [error_class(name) for name in codes],
        "codes": frozenset(codes),
        "__module__": __name__,
    }
    return attrs.define(kw_only=True, repr=False)(type("DulieumoCheck", (_RuleCheck,), namespace))


@attrs.define(kw_only=True, repr=False)
class _RuleCheck(Check):
    """Runs the rules of `codes` over the rows that Frictionless reads."""

    type = "dulieumo-rule"
    codes = frozenset[str]()

    def connect(self, resource: Any) -> None:
        super().connect(resource)
        self._table: Table | None = None
        self._fields: list[Field] = []
        self._keys: list[unique_key.Seen] = []
        self._waiting: list[dict[str, str | None]] = []
        self._totals: dict[tuple[str, str], dict[str, int | str]] = {}

    def validate_start(self) -> Iterable[Any]:
        """Learn the table's shape; the columns are those that Frictionless pairs with the labels."""
        resource: Any = self.resource
        schema = resource.schema.to_descriptor()
        declared = {field.name: field for field in fields_of(schema)}
        expected = resource.header.get_expected_fields()
        self._fields = [
            replace(declared[field.name], position=number) if field.name in declared else Field(name="", type="any")
            for number, field in enumerate(expected, start=1)
        ]
        paired = {field.name: field for field in self._fields if field.name}
        sources = [*(resource.sources or ()), *(resource.package.sources if resource.package else ())]
        self._table = Table(
            name=resource.name,
            fields=tuple(paired.get(name, field) for name, field in declared.items()),
            schema=schema,
            is_sample=resource.custom.get("dulieumo:kind") == "sample",
            checks=tuple(resource.custom.get("dulieumo:checks", ())),
            sources=tuple(str(source["dulieumo:id"]) for source in sources if "dulieumo:id" in source),
        )
        if unique_key.CODE in self.codes:
            self._keys = [unique_key.Seen(tuple(key)) for key in schema.get("uniqueKeys", ())]
        yield from ()

    def validate_row(self, row: Any) -> Iterator[Any]:
        table = self._table
        assert table is not None, "validate_start() came first"
        cells: list[str | None] = [cell if isinstance(cell, str) else None for cell in row.cells]
        cells += [None] * (len(self._fields) - len(cells))  # a row that is too short
        for field, cell in zip(self._fields, cells, strict=False):
            if not field.name or cell is None or field.is_missing(cell):
                continue
            for rule in rules.cell_rules():
                if rule.CODE not in self.codes or not rule.applies(field, table):
                    continue
                values = rule.explain(cell, field, table)
                if values is not None:
                    yield self._error(rule.CODE, row, field, cell, values)
        yield from self._row(table, row, cells)

    def _row(self, table: Table, row: Any, cells: list[str | None]) -> Iterator[Any]:
        by_name = {
            field.name: None if cell is None or field.is_missing(cell) else cell
            for field, cell in zip(self._fields, cells, strict=False)
        }
        self._waiting.append(by_name)
        if len(self._waiting) >= BATCH:
            self._collect(table)
        texts_ = [by_name.get(field.name) for field in table.fields]
        for rule in rules.row_rules():
            if rule.CODE in self.codes and rule.applies(table):
                explained = rule.explain(texts_, table)
                if explained is not None:
                    column, values = explained
                    yield self._error(rule.CODE, row, table.field(column) if column else None, "", values)
        for seen in self._keys:
            values_ = seen.follow(table, row.row_number, by_name)
            if values_ is not None:
                yield self._error(unique_key.CODE, row, None, "", values_)

    def validate_end(self) -> Iterator[Any]:
        table = self._table
        if table is None:  # the table could not be opened
            return
        self._collect(table)
        for rule in rules.column_rules():
            for field in table.fields:
                total = self._totals.get((rule.CODE, field.name))
                values = rule.conclude(total, field, table) if total is not None else None
                made = error_class(rule.CODE)
                if values is not None and made is not None:
                    yield made(note=f"{field.name}: {_note(rule.CODE, values)}")

    def _collect(self, table: Table) -> None:
        """Give the waiting rows to the rules on columns."""
        rows, self._waiting = self._waiting, []
        for rule in rules.column_rules():
            for field in table.fields:
                if rule.CODE in self.codes and rule.applies(field, table) and rows and field.name in rows[0]:
                    cells = pa.array([row.get(field.name) for row in rows], pa.string())
                    rules.add_counts(self._totals.setdefault((rule.CODE, field.name), {}), rule.collect(cells, field))

    def _error(self, code: str, row: Any, field: Field | None, cell: str, values: rules.Values) -> Any:
        note = _note(code, values)
        made: Any = error_class(code)
        shown = [cell if isinstance(cell, str) else str(cell or "") for cell in row.cells]
        if issubclass(made, stock.CellError):
            assert field is not None, "a finding on a cell names its column"
            return made(
                note=note,
                cells=shown,
                row_number=row.row_number,
                cell=cell,
                field_name=field.name,
                field_number=field.position,
            )
        return made(note=note, cells=shown, row_number=row.row_number)


def _note(code: str, values: rules.Values) -> str:
    return texts.render(Finding(code=code, place=Place(file=""), values=values), "en").message
