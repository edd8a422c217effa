"""A table of any size for the benchmarks: ten typed columns with a primary key, the same rows every time.

ma (key) · ten · ma_xa · so_luong · so_tien · ty_le · ngay · nam · hoat_dong · loai
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from dulieumo import cells, csvfile
from dulieumo.descriptors import resolve
from tests import catalogues as made
from tests.catalogues import field

FIELDS: list[dict[str, Any]] = [
    field("ma", constraints={"required": True, "pattern": "^[A-Z]{2}[0-9]{9}$"}),
    field("ten", constraints={"required": True, "maxLength": 100}),
    field("ma_xa", constraints={"pattern": "^[0-9]{5}$"}),
    field("so_luong", "integer", constraints={"minimum": 0, "maximum": 1_000_000}),
    field("so_tien", "integer", constraints={"minimum": 0}),
    field("ty_le", "number", **{"dulieumo:decimal": {"precision": 7, "scale": 4}}),
    field("ngay", "date", constraints={"required": True}),
    field("nam", "year"),
    field("hoat_dong", "boolean"),
    field("loai", constraints={"enum": ["cong-lap", "tu-thuc", "lien-doanh"]}),
]
CHUNK = 100_000
BYTES_PER_ROW = 112


def write(folder: Path, rows: int, *, is_shuffled: bool = False) -> Path:
    """Write a catalogue with one such table of `rows` rows (about 112 bytes each); returns its datasets/ folder.

    `is_shuffled`: the rows of its chunks come by turns from all over the order of the key."""
    root = made.write(folder, [made.package("bo", [made.resource("bang", FIELDS, ["ma"])])], {"bo/bang.csv": ""})
    schema = resolve.schema(made.resource("bang", FIELDS, ["ma"])["schema"])
    arrow = pa.schema([(column.name, cells.arrow_type(column)) for column in schema.columns])
    with (root / "linh-vuc/bo/data/bang.csv").open("wb") as file:
        file.write(csvfile.header(schema.columns))
        for start in range(0, rows, CHUNK):
            n = pa.array(range(start, min(start + CHUNK, rows)), pa.int64())
            if is_shuffled:  # 7 919 is prime: each number below `rows` once, wherever 7 919 does not divide `rows`
                mixed = pc.multiply(n, 7_919)
                n = pc.subtract(mixed, pc.multiply(pc.divide(mixed, rows), rows))
            file.write(csvfile.records(schema.columns, _rows(arrow, n)))
    return root


def _chunk(arrow: pa.Schema, start: int, count: int) -> pa.RecordBatch:
    return _rows(arrow, pa.array(range(start, start + count), pa.int64()))


def _rows(arrow: pa.Schema, n: pa.Array) -> pa.RecordBatch:

    def scatter(modulus: int) -> pa.Array:
        """Numbers below `modulus` that look random and are the same every time (a multiplicative hash)."""
        mixed = pc.bit_wise_and(pc.multiply(n, 2_654_435_761), (1 << 31) - 1)
        return pc.subtract(mixed, pc.multiply(pc.divide(mixed, modulus), modulus))

    def padded(values: pa.Array, width: int) -> pa.Array:
        return pc.utf8_lpad(values.cast(pa.string()), width, "0")

    kinds = pa.array(["cong-lap", "tu-thuc", "lien-doanh"])
    columns = [
        pc.binary_join_element_wise("AB", padded(n, 9), ""),
        pc.binary_join_element_wise("Cơ sở số", n.cast(pa.string()), "đường Mẫu", " "),
        padded(pc.add(scatter(1000), 26_000), 5),
        scatter(1_000_000),
        pc.multiply(scatter(900_000), 1000),
        pc.multiply(scatter(1_000_000).cast(pa.decimal128(19, 0)), pa.scalar(Decimal("0.0001"))).cast(
            pa.decimal128(7, 4)
        ),
        pc.add(scatter(7300), 12_000).cast(pa.int32()).cast(pa.date32()),
        pc.add(scatter(25), 2000).cast(pa.int32()),
        pc.equal(scatter(2), 0),
        pc.take(kinds, scatter(3)),
    ]
    return pa.RecordBatch.from_arrays(columns, schema=arrow)
