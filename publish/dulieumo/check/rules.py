"""Our rules over a table's batches: masks first, findings for what they mark."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc

from dulieumo_rules import rules
from dulieumo_rules.findings import Finding, Place
from dulieumo_rules.shape import Field, Table

RowOf = Callable[[int], int]
"""The row number of the batch's record by its index from 0."""


def cells_and_rows(table: Table, columns: Mapping[str, pa.Array], row_of: RowOf, place: Place) -> Iterator[Finding]:
    """What the cell and row rules find in a batch. `columns` are utf8 arrays by field name, as they stand in the file."""
    present = {field.name: blanked(columns[field.name], field) for field in table.fields if field.name in columns}
    for field in table.fields:
        if field.name in present:
            yield from _cells(field, table, present[field.name], row_of, place)
    for rule in rules.row_rules():
        if rule.applies(table):
            yield from _rows(rule, table, present, row_of, place)


def blanked(cells: pa.Array, field: Field) -> pa.Array:
    """The cells with null for missing values."""
    missing = pc.is_in(cells, value_set=pa.array(sorted({"", *field.missing_values}), pa.string()))
    return pc.if_else(missing, pa.scalar(None, pa.string()), cells) if pc.any(missing).as_py() else cells


def _cells(field: Field, table: Table, cells: pa.Array, row_of: RowOf, place: Place) -> Iterator[Finding]:
    for rule in rules.cell_rules():
        if not rule.applies(field, table):
            continue
        for index in marked(rule.suspects(cells, field, table)):
            values = rule.explain(cells[index].as_py(), field, table)
            if values is not None:
                where = replace(place, row=row_of(index), column=field.name, position=field.position)
                yield Finding(code=rule.CODE, place=where, severity=rule.SEVERITY, values=values)


def _rows(
    rule: rules.RowRule, table: Table, present: Mapping[str, pa.Array], row_of: RowOf, place: Place
) -> Iterator[Finding]:
    for index in marked(rule.suspects(present, table)):
        explained = rule.explain(texts(table, present, index), table)
        if explained is not None:
            column, values = explained
            field = table.field(column) if column else None
            where = replace(place, row=row_of(index), column=column, position=field.position if field else None)
            yield Finding(code=rule.CODE, place=where, severity=rule.SEVERITY, values=values)


def texts(table: Table, columns: Mapping[str, pa.Array], index: int) -> Sequence[str | None]:
    """The cells of one record in the order of the fields, None for what is missing."""
    return [columns[field.name][index].as_py() if field.name in columns else None for field in table.fields]


def marked(mask: pa.Array | None) -> Sequence[int]:
    """The indices that a mask marks; null marks nothing."""
    if mask is None or not pc.any(mask).as_py():
        return ()
    found: list[int] = pc.indices_nonzero(pc.fill_null(mask, False)).to_pylist()
    return found
