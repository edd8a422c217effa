"""The value to be purged: found in each form and each kind of file, and never shown."""

from __future__ import annotations

import gzip
import io
import json
import unicodedata
import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from openpyxl import Workbook

from dulieumo.errors import UsageError
from dulieumo.purge.value import NotSearched, Value

TEXT = "Thẻ số 0123 của bà Mẫu"
VALUE = Value([TEXT])


def _parquet(**columns: list[object]) -> bytes:
    sink = io.BytesIO()
    pq.write_table(pa.table(columns), sink, compression="zstd")
    return sink.getvalue()


def _workbook() -> bytes:
    book, sink = Workbook(), io.BytesIO()
    book.active.append(["ghi chú", TEXT])
    book.save(sink)
    return sink.getvalue()


def _zip() -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", "x\n" * 1_000 + TEXT)
    return sink.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        f"a,{TEXT},b".encode(),
        unicodedata.normalize("NFD", TEXT).encode(),
        json.dumps({"a": TEXT}).encode(),
        TEXT.encode("utf-16-le"),
        gzip.compress(TEXT.encode()),
        _zip(),
        _workbook(),
        _parquet(a=["x", TEXT]),
        _parquet(a=[["x"], ["y", TEXT]]),
    ],
    ids=["text", "letters apart", "JSON", "UTF-16", "gzip", "zip", "workbook", "Parquet", "list in Parquet"],
)
def test_the_value_is_found_in_every_form(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "tep"
    path.write_bytes(data)
    assert VALUE.is_in(data)
    assert VALUE.is_in_path(path)


def test_a_number_in_a_typed_column_is_found() -> None:
    assert Value(["912345678"]).is_in(_parquet(a=[1, 912345678]))


def test_a_value_across_two_reads_is_found(tmp_path: Path) -> None:
    path = tmp_path / "tep"
    path.write_bytes(b"x" * ((1 << 20) - 5) + TEXT.encode() + b"x" * 100)
    assert VALUE.is_in_path(path)


@pytest.mark.parametrize("data", [b"", b"a,b", gzip.compress(b"a"), _parquet(a=["x"])])
def test_nothing_is_found_where_it_is_not(data: bytes) -> None:
    assert not VALUE.is_in(data)


def test_a_packed_file_that_cannot_be_opened_counts_as_not_searched() -> None:
    with pytest.raises(NotSearched):
        VALUE.is_in(b"PAR1 and then nothing of the kind")


def test_a_value_is_never_shown_and_not_so_short_that_it_is_everywhere() -> None:
    assert TEXT not in repr(VALUE)
    assert TEXT.encode() not in VALUE.without(f"a,{TEXT},b".encode())
    with pytest.raises(UsageError):
        Value(["12345"])
    with pytest.raises(UsageError):
        Value(["", " "])
