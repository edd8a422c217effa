"""Keys and codes that name rows of another table: foreign keys, in the dataset and across, and code lists."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from dulieumo import cells, tables
from dulieumo.check.rules import RowOf
from dulieumo.model import Catalog, Column, Dataset, Resource
from dulieumo_rules import masks
from dulieumo_rules.findings import Finding, Place, finding
from dulieumo_rules.rules import code_unknown

SEPARATOR = "\x1f"
"""Joins the parts of a key; a control character, which `suspect-character` keeps out of tables."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """`columns` must name a row of `target`: its distinct keys, as canonical text joined. Or they are codes of a list."""

    columns: tuple[Column, ...]
    target: str
    keys: pa.Array
    codes: code_unknown.CodeList | None = None


class Targets:
    """Reads the tables that keys and code lists point to, each once."""

    def __init__(self, folder: Path, catalog: Catalog) -> None:
        self.folder = folder
        self.catalog = catalog
        self._tables: dict[tuple[str, str], pa.Table | None] = {}

    def of(self, dataset: Dataset, resource: Resource) -> tuple[Reference, ...]:
        """The references of a table. What points nowhere is left out: `descriptors.consistency` has said so."""
        schema = resource.schema
        assert schema is not None
        found = []
        for key in schema.foreign_keys:
            target = dataset if key.dataset is None else self.catalog.dataset(key.dataset)
            name = key.resource or resource.name
            columns = tuple(column for part in key.columns if (column := schema.column(part)))
            table = self.table(target, name)
            if target is None or table is None or not set(key.reference_columns) <= set(table.column_names):
                continue
            keys = joined([table.column(part).combine_chunks() for part in key.reference_columns])
            shown = f"{_name(target, name)} ({', '.join(key.reference_columns)})"
            found.append(Reference(columns=columns, target=shown, keys=keys.drop_null().unique()))
        for column in schema.columns:
            if column.code_list is None:
                continue
            target, name = self.catalog.dataset(column.code_list.dataset), column.code_list.resource
            table = self.table(target, name)
            if target is None or table is None or column.code_list.column not in table.column_names:
                continue
            codes = code_unknown.code_list(
                _name(target, name), table, column.code_list.column, column.code_list.label_column, dataset.data_as_of
            )
            found.append(Reference(columns=(column,), target=codes.target, keys=codes.valid, codes=codes))
        return tuple(found)

    def table(self, dataset: Dataset | None, name: str) -> pa.Table | None:
        """A table's columns as canonical text; None where it cannot be read, which is said where it is checked."""
        resource = dataset.resource(name) if dataset else None
        if dataset is None or resource is None or resource.schema is None:
            return None
        if (dataset.name, name) not in self._tables:
            path = self.folder / dataset.folder / resource.path
            self._tables[dataset.name, name] = _canonical(path, resource) if path.is_file() else None
        return self._tables[dataset.name, name]


def _name(dataset: Dataset, table: str) -> str:
    return table if table == dataset.name else f"{dataset.name}/{table}"


def _canonical(path: Path, resource: Resource) -> pa.Table | None:
    assert resource.schema is not None
    try:
        batches = list(tables.read_strings(path, resource, []))
    except tables.UnreadableTable:
        return None
    known = [column for column in resource.schema.columns if column.name in batches[0].schema.names]
    return pa.table(
        {
            column.name: pa.chunked_array(
                [canonical(column, batch.column(column.name)) for batch in batches], pa.string()
            )
            for column in known
        }
    )


def canonical(column: Column, strings: pa.Array) -> pa.Array:
    """A column of text in its canonical form; null for what is missing or cannot be read."""
    return cells.to_text(column, cells.parse(column, strings).values)


def joined(parts: list[pa.Array]) -> pa.Array:
    """One text per row; null where all parts are. A part that is missing among others counts as empty."""
    if len(parts) == 1:
        return parts[0]
    present = pc.is_valid(parts[0])
    for part in parts[1:]:
        present = pc.or_(present, pc.is_valid(part))
    text = pc.binary_join_element_wise(*(pc.fill_null(part, "") for part in parts), SEPARATOR)
    return pc.if_else(present, text, pa.scalar(None, pa.string()))


def check(
    references: tuple[Reference, ...],
    columns: Mapping[str, pa.Array],
    positions: Mapping[str, int],
    row_of: RowOf,
    place: Place,
) -> Iterator[Finding]:
    """The keys and codes of a batch that are not among those of their target. `columns` are utf8 arrays by name."""
    for reference in references:
        names = [column.name for column in reference.columns]
        if any(name not in columns for name in names):
            continue
        keys = joined([canonical(column, columns[column.name]) for column in reference.columns])
        missing = pc.and_(pc.is_valid(keys), pc.invert(pc.is_in(keys, value_set=reference.keys)))
        for index in masks.indices(missing):
            value, where = keys[index].as_py(), replace(place, row=row_of(index))
            if len(names) == 1:
                where = replace(where, column=names[0], position=positions[names[0]])
            if reference.codes is not None:
                explained = code_unknown.explain(value, reference.codes)
                yield Finding(code=code_unknown.CODE, place=where, severity=code_unknown.SEVERITY, values=explained)
                continue
            yield finding(
                "foreign-key",
                where,
                columns=", ".join(names),
                value=value.replace(SEPARATOR, ", "),
                target=reference.target,
                nearest=_nearest(value, reference.keys),
            )


def _nearest(value: str, keys: pa.Array) -> str:
    if len(keys) > code_unknown.MOST_COMPARED:
        return ""
    near = difflib.get_close_matches(value, keys.to_pylist(), n=1, cutoff=0.75)
    return near[0].replace(SEPARATOR, ", ") if near else ""
