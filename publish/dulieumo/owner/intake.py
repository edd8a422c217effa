"""An owner's file → the table it holds, by all the steps: read, put right, find the table, infer the columns."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa

from dulieumo import tables
from dulieumo.errors import UsageError
from dulieumo.i18n import _
from dulieumo.model import Catalog, Resource
from dulieumo.owner import cleaning, infer, layout, source, values
from dulieumo.owner.codes import KnownCodes
from dulieumo.owner.column import Inferred, keys
from dulieumo.owner.layout import Layout


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What the owner says of the file. `decimal` is "," or "."; rows count from 1 as in the spreadsheet."""

    sheet: str | None = None
    header_row: int | None = None
    decimal: str | None = None
    keep_all: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """A file as a table: where it was found, and what its columns are."""

    file: str
    layout: Layout
    table: infer.Table


def lay_out(path: Path, options: Options) -> tuple[source.Raw, Layout]:
    """The cells of a file, put right, and the table in them. Raises UsageError where the file has none."""
    raw = cleaning.cleaned(source.read(path, options.sheet))
    found = layout.find(raw, options.header_row, keep_all=options.keep_all)
    if found is None or not found.columns:
        raise UsageError(
            _("No table was found in {file}.").format(file=path.name),
            hint=_("A table needs a header row with the columns' names. If there is one, name it with --header-row."),
        )
    return raw, found


def take(path: Path, options: Options, known: Sequence[KnownCodes] = ()) -> Intake:
    """The table of a file with its inferred columns. Raises UsageError."""
    raw, found = lay_out(path, options)
    given = {",": values.VIETNAMESE, ".": values.ENGLISH}.get(options.decimal or "")
    return Intake(file=path.name, layout=found, table=infer.table(found, raw.facts, known, given))


def without(table: infer.Table, names: Collection[str]) -> infer.Table:
    """The table without some of its columns."""
    columns = tuple(column for column in table.columns if column.name not in names)
    return replace(table, columns=columns, keys=keys(columns))


def known_codes(folder: Path, catalog: Catalog) -> tuple[KnownCodes, ...]:
    """The code columns of the catalogue's reference lists: text columns called ma or ma_…, each code once."""
    found = []
    for dataset in catalog.datasets:
        if not dataset.is_reference:
            continue
        for resource in dataset.resources:
            path = folder / dataset.folder / resource.path
            if resource.schema is None or not path.is_file():
                continue
            wanted = [column for column in resource.schema.columns if column.name in resource.schema.primary_key]
            if len(wanted) != 1 or wanted[0].type != "string" or not wanted[0].name.startswith("ma"):
                continue
            label = next((column.name for column in resource.schema.columns if column.name.startswith("ten")), None)
            codes = _column(path, resource, wanted[0].name)
            if codes:
                found.append(
                    KnownCodes(
                        dataset=dataset.name, resource=resource.name, column=wanted[0].name, label=label, codes=codes
                    )
                )
    return tuple(found)


def _column(path: Path, resource: Resource, name: str) -> frozenset[str]:
    try:
        batches: list[pa.RecordBatch] = list(tables.read_strings(path, resource, []))
    except tables.UnreadableTable:
        return frozenset()
    return frozenset(text for batch in batches if name in batch.schema.names for text in batch.column(name).to_pylist())


def csv_bytes(columns: Sequence[Inferred], key: Sequence[str] = ()) -> bytes:
    """The canonical CSV of a table, rows in the order of the key, where there is one."""
    rows = list(zip(*(column.texts for column in columns), strict=True))
    positions = [at for name in key for at, column in enumerate(columns) if column.name == name]
    rows.sort(key=lambda row: [_order(columns[at], row[at]) for at in positions])
    return records_bytes([column.name for column in columns], rows)


def _order(column: Inferred, text: str) -> tuple[float, str]:
    return (float(text), "") if column.is_number and text else (0.0, text)


def records_bytes(header: Sequence[str], rows: Sequence[Sequence[str]], delimiter: str = ",") -> bytes:
    """UTF-8, quotes only where they are needed, \\n."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue().encode()
