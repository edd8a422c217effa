"""A committed table → batches of text, and batches of typed values under the schema's one Arrow schema.

`check` and `build` both read through here, so the values that were checked are the values that are published. Nothing is
inferred: text is decoded strictly, and becomes a type only by the column's declaration (`cells.py`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as arrow_csv

from dulieumo import cells
from dulieumo.model import Column, Dataset, Resource, Schema, Text
from dulieumo.unreadable import RaggedRow as RaggedRow
from dulieumo.unreadable import UnreadableTable as UnreadableTable

BLOCK_BYTES = 4 << 20
MAX_RECORD_BYTES = 1 << 30


def read_strings(path: Path, resource: Resource, ragged: list[RaggedRow] | None) -> Iterator[pa.RecordBatch]:
    """The records of a table as text, in batches of about `BLOCK_BYTES`; columns named as the header names them.

    Ragged rows are left out and appended to `ragged`; if that is None, they raise as well. An empty table yields one batch
    of no rows. Raises UnreadableTable.
    """
    if resource.format in ("xlsx", "xls", "ods"):
        from dulieumo import spreadsheets

        yield from spreadsheets.read_strings(path, resource, ragged if ragged is not None else [])
        return
    yield from _read_csv(path, resource, ragged)


def header(path: Path, resource: Resource) -> tuple[str, ...]:
    """The names in the header row of a CSV file. Raises UnreadableTable."""
    return tuple(next(_read_csv(path, resource, [])).schema.names)


def _read_csv(path: Path, resource: Resource, ragged: list[RaggedRow] | None) -> Iterator[pa.RecordBatch]:
    """Blocks grow when a single record is bigger than a block, as a geometry can be."""
    seen, size = 0, BLOCK_BYTES
    while True:
        behind = seen
        try:
            for batch in _read_blocks(path, resource, ragged, size):
                part = batch.slice(min(behind, batch.num_rows))
                behind -= batch.num_rows - part.num_rows
                if part.num_rows or not batch.num_rows:
                    yield part
                    seen += part.num_rows
            return
        except pa.ArrowInvalid as error:
            if "straddl" in str(error) and size < MAX_RECORD_BYTES:
                size *= 8
                continue
            raise _unreadable(error) from error
        except UnicodeDecodeError as error:  # a header that is not UTF-8
            raise UnreadableTable("encoding-error", str(error)) from error


def _unreadable(error: pa.ArrowInvalid) -> UnreadableTable:
    message = str(error)
    if message.startswith("Empty CSV file"):
        return UnreadableTable("source-error", "empty")
    if "UTF8" in message:
        return UnreadableTable("encoding-error", message)
    return UnreadableTable("source-error", message)


def _read_blocks(
    path: Path, resource: Resource, ragged: list[RaggedRow] | None, block_bytes: int
) -> Iterator[pa.RecordBatch]:
    """One attempt with blocks of one size. Raises ArrowInvalid."""
    dialect: Mapping[str, Any] = resource.descriptor.get("dialect", {})

    def keep(row: arrow_csv.InvalidRow) -> str:
        assert ragged is not None
        ragged.append(RaggedRow(row.number, row.expected_columns, row.actual_columns, row.text or ""))
        return "skip"

    parse = arrow_csv.ParseOptions(
        delimiter=dialect.get("delimiter", ","),
        quote_char=dialect.get("quoteChar", '"'),
        double_quote=dialect.get("doubleQuote", True),
        newlines_in_values=True,
        ignore_empty_lines=False,
        invalid_row_handler=keep if ragged is not None else None,
    )
    assert resource.schema is not None
    names = [column.name for column in resource.schema.columns]
    reading = arrow_csv.ReadOptions(
        block_size=block_bytes,
        use_threads=True,
        skip_rows=_rows_before_header(dialect),
        column_names=names if dialect.get("header") is False else None,
    )
    convert = arrow_csv.ConvertOptions(
        check_utf8=True,
        column_types=dict.fromkeys(names, pa.string()),
        strings_can_be_null=False,
        null_values=[],
        true_values=[],
        false_values=[],
        timestamp_parsers=[],
    )
    with arrow_csv.open_csv(path, reading, parse, convert) as reader:
        unknown = [
            name for name, kind in zip(reader.schema.names, reader.schema.types, strict=True) if kind != pa.string()
        ]
        if unknown:  # columns that the schema does not know: read them as text as well
            convert.column_types = dict.fromkeys([*names, *unknown], pa.string())
    if ragged is not None:
        ragged.clear()  # the first look, or smaller blocks, have already met some
    with arrow_csv.open_csv(path, reading, parse, convert) as reader:
        empty = True
        for batch in reader:
            empty = False
            yield batch
        if empty:
            yield pa.RecordBatch.from_pylist([], schema=reader.schema)


def _rows_before_header(dialect: Mapping[str, Any]) -> int:
    rows = dialect.get("headerRows", [1])
    return max(rows) - 1 if rows and dialect.get("header") is not False else 0


@dataclass(frozen=True, slots=True)
class TypedBatch:
    """Typed records in the schema's column order, and per column the mask of cells that could not be read.

    `is_canonical`: the file has the schema's columns, in its order, and each cell is known to stand there canonically."""

    batch: pa.RecordBatch
    suspects: Mapping[str, pa.BooleanArray]
    is_canonical: bool


def typed(schema: Schema, batch: pa.RecordBatch, arrow: pa.Schema) -> TypedBatch:
    """Type a batch of text. A column that the file lacks is all null; one that the schema lacks is left out."""
    arrays, suspects = [], {}
    present = set(batch.schema.names)
    is_canonical = batch.schema.names == [column.name for column in schema.columns]
    for column in schema.columns:
        if column.name not in present:
            arrays.append(pa.nulls(batch.num_rows, cells.arrow_type(column)))
            continue
        parsed = cells.parse(column, batch.column(column.name))
        arrays.append(parsed.values)
        is_canonical = is_canonical and parsed.is_canonical
        if parsed.suspects is not None:
            suspects[column.name] = parsed.suspects
    return TypedBatch(pa.RecordBatch.from_arrays(arrays, schema=arrow), suspects, is_canonical)


def arrow_schema(dataset: Dataset, resource: Resource) -> pa.Schema:
    """The Arrow schema of a table, with its description as metadata: nobody who holds the file needs another one.

    Field metadata: title, description, unit, categories, code list. Schema metadata: dataset, version, titles, kind
    ("sample" is said in words too), licence, publisher, sources, completeness; JSON where a value has parts.
    """
    assert resource.schema is not None
    fields = [
        pa.field(column.name, cells.arrow_type(column), nullable=True, metadata=_encode(_column_metadata(column)))
        for column in resource.schema.columns
    ]
    return pa.schema(fields, metadata=_encode(_table_metadata(dataset, resource)))


def _encode(metadata: Mapping[str, str]) -> dict[bytes, bytes]:
    return {key.encode(): value.encode() for key, value in metadata.items() if value}


def _texts(key: str, text: Text | None) -> dict[str, str]:
    if not text:
        return {}
    return {key: text.default, **{f"{key}@{language}": words for language, words in sorted(text.translations.items())}}


def _column_metadata(column: Column) -> dict[str, str]:
    metadata = {
        **_texts("title", column.title),
        **_texts("description", column.description),
        **_texts("unit", column.unit),
    }
    if column.categories:
        labels = [{"value": item.value, **_texts("label", item.label)} for item in column.categories]
        metadata["categories"] = _json(labels)
    if column.code_list is not None:
        metadata["codeList"] = f"{column.code_list.dataset}/{column.code_list.resource}.{column.code_list.column}"
    return metadata


def _table_metadata(dataset: Dataset, resource: Resource) -> dict[str, str]:
    notice = {}
    if resource.kind == "sample":
        notice = {"notice": "DỮ LIỆU MẪU, không phải số liệu thực", "notice@en": "SAMPLE DATA, not real figures"}
    sources = [
        {"title": source.title, "publisher": source.publisher, "path": source.path, "published": source.published}
        for source in (resource.sources or dataset.sources)
    ]
    return {
        "dataset": dataset.name,
        "version": dataset.version,
        "resource": resource.name,
        "kind": str(resource.kind),
        **notice,
        **_texts("dataset_title", dataset.title),
        **_texts("title", resource.title),
        **_texts("description", resource.description),
        "publisher": dataset.publisher,
        "licenses": _json([{"name": item.name, "path": item.path} for item in dataset.licenses]),
        "sources": _json(sources),
        "data_as_of": dataset.data_as_of,
        **_texts("completeness", resource.completeness.statement if resource.completeness else None),
        "primary_key": _json(list(resource.schema.primary_key)) if resource.schema else "",
    }


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
