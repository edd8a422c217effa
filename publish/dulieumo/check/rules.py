"""Our rules over a chunk's columns: masks first, findings for what they mark."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache

import pyarrow as pa

from dulieumo_rules import bytewise, masks, rules
from dulieumo_rules.findings import Finding, Place
from dulieumo_rules.masks import Mask
from dulieumo_rules.rules import not_canonical, not_representable
from dulieumo_rules.shape import Field, Table

RowOf = Callable[[int], int]
"""The row number of the chunk's record by its index from 0."""

_OF_FORM = (not_canonical.CODE, not_representable.CODE)


def on_cells(
    field: Field, table: Table, cells: pa.Array, missing: Mask, is_proven: bool, row_of: RowOf, place: Place
) -> Iterator[Finding]:
    """What the cell rules find in a column. `is_proven`: the screen has proven that all cells are of canonical form."""
    is_clean_text = (
        not rules_with_pattern(field, table)
        or bytewise.is_printable_ascii(cells)  # in which no PATTERN has a match
        or not masks.has_match(cells, _union(field, table))
    )
    for rule in rules.cell_rules():
        if not rule.applies(field, table) or (is_proven and rule.CODE in _OF_FORM):
            continue
        if is_clean_text and hasattr(rule, "PATTERN"):
            continue
        for index in masks.indices(masks.without(rule.suspects(cells, field, table), missing)):
            values = rule.explain(cells[index].as_py(), field, table)
            if values is not None:
                where = replace(place, row=row_of(index), column=field.name, position=field.position)
                yield Finding(code=rule.CODE, place=where, severity=rule.SEVERITY, values=values)


def rules_with_pattern(field: Field, table: Table) -> list[rules.CellRule]:
    return [rule for rule in rules.cell_rules() if hasattr(rule, "PATTERN") and rule.applies(field, table)]


def _union(field: Field, table: Table) -> str:
    return _joined(tuple(str(getattr(rule, "PATTERN", "")) for rule in rules_with_pattern(field, table)))


@cache
def _joined(patterns: tuple[str, ...]) -> str:
    return "|".join(patterns)


def on_rows(table: Table, present: Mapping[str, pa.Array], row_of: RowOf, place: Place) -> Iterator[Finding]:
    """What the row rules find. `present`: utf8 arrays by field name, null where missing."""
    for rule in rules.row_rules():
        if not rule.applies(table):
            continue
        for index in masks.indices(rule.suspects(present, table)):
            explained = rule.explain(texts(table, present, index), table)
            if explained is not None:
                column, values = explained
                field = table.field(column) if column else None
                where = replace(place, row=row_of(index), column=column, position=field.position if field else None)
                yield Finding(code=rule.CODE, place=where, severity=rule.SEVERITY, values=values)


def texts(table: Table, columns: Mapping[str, pa.Array], index: int) -> Sequence[str | None]:
    """The cells of one record in the order of the fields, None for what is missing."""
    return [columns[field.name][index].as_py() if field.name in columns else None for field in table.fields]
