"""What changed between two versions: rows by key, and what a change of the declaration asks of the version number."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dulieumo import diff
from dulieumo.descriptors import resolve
from dulieumo.diff import Level
from dulieumo.model import Dataset, Schema
from tests import catalogues as made
from tests.catalogues import field


def schema(*key: str) -> Schema:
    return resolve.schema(
        {
            "primaryKey": list(key),
            "fields": [field("ma"), field("nam", "year"), field("so", "integer"), field("ngay", "date")],
        }
    )


def table(*records: tuple[Any, ...]) -> pa.Table:
    kinds = pa.schema([("ma", pa.string()), ("nam", pa.int32()), ("so", pa.int64()), ("ngay", pa.date32())])
    return pa.Table.from_pylist([dict(zip(kinds.names, record, strict=True)) for record in records], kinds)


DAY = dt.date(2025, 7, 1)


def test_rows_are_told_apart_by_key() -> None:
    old = table(("a", 2024, 1, DAY), ("b", 2024, 2, None), ("c", 2024, 3, DAY))
    new = table(("c", 2024, 3, DAY), ("a", 2024, 1, None), ("a", 2025, 9, DAY))
    delta = diff.rows(schema("ma", "nam"), old, new)
    assert delta is not None
    assert delta.added.to_pylist() == [{"ma": "a", "nam": 2025, "so": 9, "ngay": DAY}]
    assert delta.removed.column("ma").to_pylist() == ["b"]
    assert delta.changed.to_pylist() == [{"ma": "a", "nam": 2024, "so": 1, "ngay": None}]
    assert delta.before.to_pylist() == [{"ma": "a", "nam": 2024, "so": 1, "ngay": DAY}]
    assert delta.drift == {"ngay": 1}


def test_empty_tables_compare() -> None:
    one = table(("a", 2024, 1, DAY))
    delta = diff.rows(schema("ma"), table(), one)
    assert delta is not None
    assert (delta.added.num_rows, delta.removed.num_rows) == (1, 0)
    delta = diff.rows(schema("ma"), one, table())
    assert delta is not None
    assert (delta.added.num_rows, delta.removed.num_rows) == (0, 1)
    delta = diff.rows(schema("ma"), table(), table())
    assert delta is not None
    assert delta.is_empty


def test_without_a_key_rows_are_not_compared() -> None:
    assert diff.rows(schema(), table(), table()) is None


def test_keys_that_would_run_together_stay_apart() -> None:
    two = resolve.schema({"primaryKey": ["a", "b"], "fields": [field("a"), field("b")]})
    old = pa.table({"a": ["x", "x-"], "b": ["-y", "y"]})
    delta = diff.rows(two, old, old)
    assert delta is not None
    assert delta.is_empty


@given(
    st.dictionaries(st.text(max_size=3), st.none() | st.integers(0, 3)),
    st.dictionaries(st.text(max_size=3), st.none() | st.integers(0, 3)),
)
def test_applying_a_delta_gives_the_new_table(old: dict[str, int | None], new: dict[str, int | None]) -> None:
    def rows_of(values: dict[str, int | None]) -> pa.Table:
        return table(*((key, 2024, value, None) for key, value in values.items()))

    delta = diff.rows(schema("ma"), rows_of(old), rows_of(new))
    assert delta is not None
    state = dict(old)
    for row in delta.removed.to_pylist():
        del state[row["ma"]]
    for row in [*delta.added.to_pylist(), *delta.changed.to_pylist()]:
        state[row["ma"]] = row["so"]
    assert state == new
    assert delta.changed.num_rows == sum(old[key] != new[key] for key in old.keys() & new.keys())


def dataset(fields: list[dict[str, Any]], **more: Any) -> Dataset:
    package = made.package(
        "bo", [made.resource("bang", fields, ["ma"])], licenses=[{"name": "CC-BY-4.0"}], languages=["vi"], **more
    )
    return resolve.dataset(package, domain="linh-vuc", folder="linh-vuc/bo")


BASE = [field("ma"), field("so", "integer"), field("loai", categories=["a", "b"])]


@pytest.mark.parametrize(
    ("fields", "what", "level"),
    [
        (BASE[:2], "column-removed", Level.MAJOR),
        ([*BASE, field("them")], "column-added", Level.MINOR),
        ([BASE[0], field("so", "string", **{"dulieumo:unit": "cái"}), BASE[2]], "type-changed", Level.MAJOR),
        ([BASE[0], field("so", "integer", **{"dulieumo:unit": "nghìn đồng"}), BASE[2]], "unit-changed", Level.MAJOR),
        ([*BASE[:2], field("loai", categories=["a"])], "codes-removed", Level.MAJOR),
        ([*BASE[:2], field("loai", categories=["a", "b", "c"])], "codes-added", Level.MINOR),
        ([BASE[1], BASE[0], BASE[2]], "columns-reordered", Level.MINOR),
        ([{**BASE[0], "title": "Mã khác"}, *BASE[1:]], "column-description-changed", Level.PATCH),
    ],
)
def test_a_change_of_a_declaration_has_a_level(fields: list[dict[str, Any]], what: str, level: Level) -> None:
    (change,) = diff.schema_changes(dataset(BASE), dataset(fields))
    assert (change.what, change.level) == (what, level)


def test_a_decimal_may_grow_and_must_not_shrink() -> None:
    def sized(precision: int, scale: int) -> Dataset:
        return dataset(
            [BASE[0], field("gia", "number", **{"dulieumo:decimal": {"precision": precision, "scale": scale}})]
        )

    assert [change.level for change in diff.schema_changes(sized(10, 2), sized(12, 2))] == [Level.MINOR]
    assert [change.level for change in diff.schema_changes(sized(12, 2), sized(10, 2))] == [Level.MAJOR]
    assert [change.level for change in diff.schema_changes(sized(10, 2), sized(12, 3))] == [Level.MAJOR]


def test_nothing_changed_is_nothing() -> None:
    assert diff.schema_changes(dataset(BASE), dataset(BASE)) == ()


def in_batches(rows: pa.Table, size: int) -> list[pa.RecordBatch]:
    """The rows ordered by their key, in batches of `size`, an empty one first as a file without rows has it."""
    ordered = rows.sort_by([("ma", "ascending"), ("nam", "ascending")])
    return [pa.RecordBatch.from_pylist([], schema=rows.schema), *ordered.to_batches(max_chunksize=size)]


STATES = st.dictionaries(
    st.tuples(st.text("aăz", max_size=2), st.integers(0, 3)), st.none() | st.integers(0, 2), max_size=12
)


@given(STATES, STATES, st.integers(1, 5), st.integers(1, 5))
def test_ordered_tables_are_compared_part_by_part_as_they_would_be_whole(
    old: dict[tuple[str, int], int | None], new: dict[tuple[str, int], int | None], old_size: int, new_size: int
) -> None:
    sides = [table(*((*key, value, None) for key, value in state.items())) for state in (old, new)]
    whole = diff.rows(schema("ma", "nam"), *sides)
    assert whole is not None
    parts = list(
        diff.ordered_rows(
            schema("ma", "nam"), ("ma", "nam"), in_batches(sides[0], old_size), in_batches(sides[1], new_size)
        )
    )
    assert not any(part.is_empty for part in parts)
    for name in ("added", "removed", "changed", "before"):
        found = [row for part in parts for row in getattr(part, name).to_pylist()]
        wanted = getattr(whole, name).to_pylist()
        assert sorted(map(str, found)) == sorted(map(str, wanted))
    assert sum((Counter(part.drift) for part in parts), Counter()) == Counter(whole.drift)
