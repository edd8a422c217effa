"""Rows in any order come out in the order of their key, whatever fits into memory."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dulieumo import sorting

KINDS = pa.schema([("ma", pa.string()), ("nam", pa.int32()), ("stt", pa.int64())])
KEY = ("ma", "nam")


def batches(rows: list[tuple[str | None, int | None]], size: int) -> Iterator[pa.RecordBatch]:
    for start in range(0, len(rows), size):
        part = rows[start : start + size]
        yield pa.RecordBatch.from_arrays(
            [
                pa.array([row[0] for row in part], pa.string()),
                pa.array([row[1] for row in part], pa.int32()),
                pa.array(range(start, start + len(part)), pa.int64()),
            ],
            schema=KINDS,
        )


def expected(rows: list[tuple[str | None, int | None]]) -> list[int]:
    """The numbers of the rows as Python sorts them: null last, text by its bytes, equal keys as they came."""

    def rank(number: int) -> tuple[bool, bytes, bool, int]:
        text, year = rows[number]
        return text is None, (text or "").encode(), year is None, year or 0

    return sorted(range(len(rows)), key=rank)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.none() | st.text(max_size=3), st.none() | st.integers(-3, 3)), max_size=60),
    st.integers(1, 9),
    st.sampled_from([1, 60, 300, 1 << 20]),
    st.sampled_from([2, 3, 64]),
)
def test_any_rows_are_sorted_stably(
    tmp_path_factory: pytest.TempPathFactory,
    rows: list[tuple[str | None, int | None]],
    size: int,
    run_bytes: int,
    merged_at_once: int,
) -> None:
    folder = tmp_path_factory.mktemp("runs")
    found = sorting.sort(batches(rows, size), KEY, folder, run_bytes=run_bytes, merged_at_once=merged_at_once)
    table = pa.Table.from_batches(list(found), KINDS)
    assert table.column("stt").to_pylist() == expected(rows)
    assert list(folder.iterdir()) == []


def test_runs_bigger_than_a_block_are_merged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sorting, "BLOCK_BYTES", 400)
    rows: list[tuple[str | None, int | None]] = [(f"{(n * 7919) % 5000:05}", n) for n in range(5000)]
    found = list(sorting.sort(batches(rows, 100), ("ma",), tmp_path, run_bytes=20_000, merged_at_once=5))
    assert pa.Table.from_batches(found).column("ma").to_pylist() == [f"{n:05}" for n in range(5000)]
    assert max(batch.num_rows for batch in found) < 1000


@pytest.mark.parametrize(
    ("keys", "is_ordered"),
    [
        ([("a", 1), ("a", 1), ("a", 2), ("b", 0)], True),
        ([("a", 2), ("a", 1)], False),
        ([("b", 0), ("a", 9)], False),
        ([("a", 1), ("a", None), ("b", 0), (None, 0), (None, None)], True),
        ([(None, 0), ("a", 0)], False),
        ([("a", None), ("a", 1)], False),
        ([("ă", 1), ("z", 1)], False),
        ([("z", 1), ("ă", 1)], True),
        ([], True),
    ],
)
def test_order_is_recognised(keys: list[tuple[str | None, int | None]], is_ordered: bool) -> None:
    table = pa.Table.from_batches(list(batches(keys, 100)), KINDS).select(list(KEY))
    assert sorting.is_ascending(table) is is_ordered
