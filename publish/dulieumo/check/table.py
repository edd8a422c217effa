"""One table: its file, its header, its cells, its keys."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pyarrow as pa

from dulieumo.check import keys, records, references, rules, shape, verdict
from dulieumo.check.report import Collector
from dulieumo.model import Catalog, Dataset, Resource
from dulieumo_rules.findings import Finding, Place, Severity, finding
from dulieumo_rules.shape import Table

BATCH = 50_000


def check(
    catalog: Catalog,
    dataset: Dataset,
    resource: Resource,
    path: Path,
    place: Place,
    targets: references.Targets,
    out: Collector,
) -> int:
    """Everything that is wrong with one table goes to `out`; returns its number of records."""
    table = shape.of(catalog, dataset, resource)
    schema, problems = verdict.judge_schema(table.schema, place)
    out.extend(problems)
    header = records.header_row(resource)
    own: list[records.Record] = []
    labels: list[str] = [field.name for field in table.fields] if header == 0 else []
    try:
        for record in records.records(path, resource):
            if record.row == header:
                labels = record.cells
            elif record.row > header:
                own.append(record)
    except records.NotText as error:
        out.add(finding("encoding-error", place, encoding="utf-8", byte=error.byte, line=error.line))
        return 0
    except records.NotCsv as error:
        out.add(finding("source-error", place, note=str(error)))
        return 0
    if schema is None:
        return len(own)
    out.extend(verdict.judge(schema, labels, own, place, header_row=header))
    bad = {
        (item.place.row, item.place.column)
        for kept in out.groups.values()
        for item in kept
        if item.code == "type-error"
    }
    repeats = _repeats(resource)
    found_references = targets.of(dataset, resource)
    positions = {label: number for number, label in reversed(list(enumerate(labels, start=1)))}
    table = replace(
        table,
        fields=tuple(replace(field, position=positions.get(field.name, field.position)) for field in table.fields),
    )
    for start in range(0, len(own), BATCH):
        part = own[start : start + BATCH]
        columns = _columns(labels, part)
        for item in _ours(table, columns, part, place, repeats, found_references, positions):
            if item.code in ("not-canonical", "not-representable") and (item.place.row, item.place.column) in bad:
                continue
            out.add(item)
    return len(own)


def _ours(
    table: Table,
    columns: Mapping[str, pa.Array],
    part: list[records.Record],
    place: Place,
    repeats: list[keys.Repeats],
    found_references: tuple[references.Reference, ...],
    positions: Mapping[str, int],
) -> Iterator[Finding]:
    def row_of(index: int) -> int:
        return part[index].row

    yield from rules.cells_and_rows(table, columns, row_of, place)
    present = {field.name: rules.blanked(columns[field.name], field) for field in table.fields if field.name in columns}
    for repeat in repeats:
        yield from repeat.follow(present, row_of, place)
    yield from references.check(found_references, columns, positions, row_of, place)


def _repeats(resource: Resource) -> list[keys.Repeats]:
    schema = resource.schema
    assert schema is not None
    found = [keys.Repeats("unique-key", key, Severity.ERROR) for key in schema.unique_keys]
    if not schema.primary_key:
        everything = tuple(column.name for column in schema.columns)
        found.append(keys.Repeats("duplicate-row", everything, Severity.ERROR))
    return found


def _columns(labels: list[str], part: list[records.Record]) -> dict[str, pa.Array]:
    """The cells by label; of two equal labels the first one counts. A row that is too short has missing cells."""
    return {
        label: pa.array([record.cells[at] if at < len(record.cells) else None for record in part], pa.string())
        for at, label in reversed(list(enumerate(labels)))
    }
