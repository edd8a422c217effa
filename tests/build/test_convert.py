"""The canonical CSV is the same whether its bytes were copied from the source or made from the values."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dulieumo import convert, csvfile, tables
from dulieumo.model import Dataset, Resource
from tests import catalogues as made
from tests.build.making import read
from tests.catalogues import field

FIELDS = [
    field("ma"),
    field("so", "integer"),
    field("gia", "number", **{"dulieumo:decimal": {"precision": 9, "scale": 2}}),
    field("do", "number", **{"dulieumo:float": True}),
    field("co", "boolean"),
    field("ngay", "date"),
    field("luc", "datetime"),
    field("nam", "year"),
    field("dai", "duration"),
    field("nhan", "list", delimiter=";"),
]
CANONICAL = [
    ("A1", "1", "1.50", "0.1", "true", "2025-07-01", "2025-07-01T01:30:00Z", "2025", "P1Y", "x;y"),
    ("A2", "", "", "", "", "", "", "", "", ""),
    ("Ắ 3", "-7", "-0.25", "1e+100", "false", "0987-01-01", "1969-12-31T23:59:59.5Z", "0987", "PT5H", "một"),
]
OTHERWISE = {  # what reads as the same value and is not how we write it
    "so": ["-0"],
    "gia": ["1.5", "-0", "-0.00", "7"],
    "do": ["0.10", "1e100", "1E2"],
    "co": ["True", "1", "0"],
    "luc": ["2025-07-01T08:30:00+07:00", "2025-07-01T08:30:00", "2025-07-01T01:30:00.500000Z"],
    "nam": ["-0000"],
}


def subject(folder: Path, text: str | bytes, fields: list[dict[str, Any]] = FIELDS, **more: Any) -> tuple[Any, ...]:
    table = made.resource("bang", fields, ["ma"], **more)
    root = made.write(folder, [made.package("bo", [table])], {"bo/bang.csv": text})
    reading = read(root)
    assert reading.catalog is not None
    (dataset,) = reading.catalog.datasets
    return dataset, dataset.resources[0], root / dataset.folder / "data/bang.csv"


def rendered(dataset: Dataset, resource: Resource, source: Path) -> bytes:
    """The CSV made from the values, never from the bytes of the source."""
    assert resource.schema is not None
    arrow = tables.arrow_schema(dataset, resource)
    parts = [csvfile.header(resource.schema.columns)]
    for strings in tables.read_strings(source, resource, []):
        parts.append(csvfile.records(resource.schema.columns, tables.typed(resource.schema, strings, arrow).batch))
    return b"".join(parts)


def text_of(rows: Sequence[tuple[str, ...]]) -> str:
    """The rows as canonical CSV. (Python's writer leaves a lone \\r without quotes.)"""

    def cell(text: str) -> str:
        return '"' + text.replace('"', '""') + '"' if set(text) & set(',"\r\n') else text

    head = tuple(item["name"] for item in FIELDS)
    return "".join(",".join(map(cell, row)) + "\n" for row in (head, *rows))


def converted(folder: Path, text: str | bytes, **more: Any) -> tuple[bytes, bytes]:
    """The CSV as `convert` writes it, and as the values say it must be. Digest, size and Parquet are held against it."""
    dataset, resource, source = subject(folder, text, **more)
    into = folder / "into"
    into.mkdir()
    csv, parquet = convert.convert(dataset, resource, source, into)
    data = (into / "bang.csv").read_bytes()
    assert (csv.bytes, csv.sha256) == (len(data), hashlib.sha256(data).hexdigest())
    table = pq.read_table(into / "bang.parquet")
    assert table.num_rows == csv.rows == parquet.rows
    columns = resource.schema.columns
    again = csvfile.header(columns) + b"".join(csvfile.records(columns, batch) for batch in table.to_batches())
    assert again == data
    return data, rendered(dataset, resource, source)


def test_a_canonical_source_is_the_canonical_csv(tmp_path: Path) -> None:
    text = text_of(CANONICAL)
    data, wanted = converted(tmp_path, text)
    assert data.decode() == wanted.decode() == text


@pytest.mark.parametrize(("name", "cell"), [(name, cell) for name, cells in OTHERWISE.items() for cell in cells])
def test_one_cell_of_another_form_is_written_canonically(tmp_path: Path, name: str, cell: str) -> None:
    position = [item["name"] for item in FIELDS].index(name)
    row = list(CANONICAL[1])
    row[position] = cell
    data, wanted = converted(tmp_path, text_of([CANONICAL[0], (*row,), CANONICAL[2]]))
    assert data.decode() == wanted.decode()
    assert data.decode() != text_of([CANONICAL[0], (*row,), CANONICAL[2]])


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("\n", "\r\n"),
        lambda text: "﻿" + text,
        lambda text: text.removesuffix("\n"),
        lambda text: text.replace("A2,", '"A2",'),
        lambda text: text.replace("A2", '"A2,"'),
        lambda text: text.replace("A2", '"A2\n"'),
        lambda text: text.replace("ma,so", '"ma",so'),
    ],
    ids=["crlf", "bom", "no last line end", "quotes not needed", "quotes needed", "line in cell", "quoted header"],
)
def test_a_source_of_another_form_is_written_canonically(tmp_path: Path, change: Any) -> None:
    data, wanted = converted(tmp_path, change(text_of(CANONICAL)).encode())
    assert data.decode() == wanted.decode()
    assert b"\r" not in data
    assert data.endswith(b"\n")


def test_columns_in_another_order_and_missing_values_are_written_canonically(tmp_path: Path) -> None:
    fields = [field("ma"), field("so", "integer", missingValues=["", "-"])]
    assert converted(tmp_path / "1", "so,ma\n1,a\n", fields=fields)[0] == b"ma,so\na,1\n"
    assert converted(tmp_path / "2", "ma,so\na,-\nb,2\n", fields=fields)[0] == b"ma,so\na,\nb,2\n"
    other = {"dialect": {"delimiter": ";"}}
    assert converted(tmp_path / "3", "ma;so\na;1\n", fields=fields, **other)[0] == b"ma,so\na,1\n"


def test_an_empty_cell_of_an_only_column_is_quoted(tmp_path: Path) -> None:
    table = made.resource("bang", [field("ma")])
    root = made.write(tmp_path, [made.package("bo", [table])], {"bo/bang.csv": 'ma\na\n""\nb\n'})
    reading = read(root)
    assert reading.catalog is not None
    dataset = reading.catalog.datasets[0]
    convert.convert(dataset, dataset.resources[0], root / dataset.folder / "data/bang.csv", tmp_path)
    assert (tmp_path / "bang.csv").read_bytes() == b'ma\na\n""\nb\n'


def test_a_table_turns_uncanonical_in_a_later_block(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "BLOCK_BYTES", 4096)
    rows = [(f"M{number:05}", str(number), *CANONICAL[0][2:]) for number in range(1000)]
    rows[700] = ("M00700", "700", "1.5", *CANONICAL[0][3:])
    rows[800] = ("M00800 có, dấu phẩy", "800", *CANONICAL[0][2:])
    data, wanted = converted(tmp_path, text_of(rows))
    assert data == wanted
    assert data.count(b"\n") == 1001


def test_a_record_bigger_than_a_block_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "BLOCK_BYTES", 1024)
    fields = [field("ma"), field("chu")]
    lines = [f"M{n:03},{'x' * 10}\n" for n in range(200)] + [f"N1,{'y' * 50_000}\n", "N2,z\n"]
    text = "ma,chu\n" + "".join(lines)
    data, wanted = converted(tmp_path, text, fields=fields)
    assert data.decode() == wanted.decode() == text


def test_a_table_without_a_header_has_the_schemas_columns(tmp_path: Path) -> None:
    fields = [field("ma"), field("so", "integer")]
    data, _wanted = converted(tmp_path, "a,1\nb,2\n", fields=fields, dialect={"header": False})
    assert data == b"ma,so\na,1\nb,2\n"


@settings(max_examples=80, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1, max_size=4),
            *(
                st.sampled_from([*{row[at] for row in CANONICAL}, *OTHERWISE.get(item["name"], [])])
                for at, item in enumerate(FIELDS)
                if at
            ),
        ),
        unique_by=lambda row: row[0],
        max_size=12,
    )
)
def test_any_table_is_written_as_its_values_say(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, ...]]
) -> None:
    rows = sorted(rows, key=lambda row: row[0].encode())
    data, wanted = converted(tmp_path_factory.mktemp("table"), text_of(rows))
    assert data == wanted
