"""The parts of the publisher that need no server: rows as JSON, the stamp, names, the lock."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dulieumo import cells, config
from dulieumo.ckan import names, rows, stamp
from dulieumo.ckan.model import Stamp
from dulieumo.ckan.words import Words
from dulieumo.descriptors import resolve
from dulieumo.errors import ConfigError
from dulieumo_rules import frequencies
from tests.catalogues import field

SCHEMA = resolve.schema(
    {
        "primaryKey": ["chu"],
        "fields": [
            field("chu"),
            field("so", "integer"),
            field("so_dung", "number"),
            field("so_gan", "number", **{"dulieumo:float": True}),
            field("co", "boolean"),
            field("ngay", "date"),
            field("luc", "datetime"),
            field("gio", "time"),
            field("nam", "year"),
            field("day", "list"),
        ],
    }
)
ARROW = pa.schema([(column.name, cells.arrow_type(column)) for column in SCHEMA.columns])
RECORDS = st.fixed_dictionaries(
    {
        "chu": st.none() | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00")),
        "so": st.none() | st.integers(-(2**63), 2**63 - 1),
        "so_dung": st.none() | st.decimals(-9_999_999, 9_999_999, places=2),
        "so_gan": st.none() | st.floats(allow_nan=False, allow_infinity=False),
        "co": st.none() | st.booleans(),
        "ngay": st.none() | st.dates(date(1000, 1, 1)),
        "luc": st.none() | st.datetimes(datetime(1000, 1, 2), datetime(9998, 1, 1), timezones=st.just(UTC)),
        "gio": st.none() | st.times(),
        "nam": st.none() | st.integers(1000, 9999),
        "day": st.none()
        | st.lists(
            st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00,"), min_size=1), min_size=1
        ),
    }
)


@settings(max_examples=150, deadline=None)
@given(st.lists(RECORDS, min_size=1, max_size=8))
def test_rows_become_json_and_come_back_as_they_were(records: list[dict[str, object]]) -> None:
    table = pa.Table.from_pylist(records, schema=ARROW)
    parts = list(rows.batches(SCHEMA, table, limit=300))
    assert sum(count for count, _body in parts) == len(records)
    found = [record for _count, body in parts for record in json.loads(b"[" + body + b"]", parse_float=Decimal)]
    assert rows.table_of(SCHEMA, found).to_pylist() == table.to_pylist()


def test_no_rows_make_no_request() -> None:
    assert list(rows.batches(SCHEMA, ARROW.empty_table())) == []


def test_a_batch_is_about_as_large_as_asked_and_never_empty() -> None:
    table = pa.Table.from_pylist([{"chu": "x" * 1000, "so": number} for number in range(50)], schema=ARROW)
    parts = list(rows.batches(SCHEMA, table, limit=5000))
    assert all(0 < len(body) <= 5000 for _count, body in parts)
    assert [count for count, _body in rows.batches(SCHEMA, table, limit=1)] == [1] * 50


def test_rows_without_a_key_are_addressed_by_their_id() -> None:
    table = pa.Table.from_pylist([{"chu": "a"}, {"chu": "b"}], schema=ARROW)
    ((count, body),) = rows.batches(SCHEMA, table, [7, 9])
    assert count == 2
    assert [record["_id"] for record in json.loads(b"[" + body + b"]")] == [7, 9]


def test_key_values_are_what_a_filter_takes() -> None:
    batch = {"chu": "a", "so": 1, "ngay": date(2025, 1, 2), "gio": time(8), "nam": 2025, "so_dung": Decimal("1.50")}
    table = pa.Table.from_pylist([batch], schema=ARROW)
    assert rows.key_values(SCHEMA, table, list(batch)) == [
        {"chu": "a", "so": 1, "ngay": "2025-01-02", "gio": "08:00:00", "nam": 2025, "so_dung": "1.50"}
    ]


STAMP = Stamp(
    catalog="song-may",
    release="r1",
    version="1.0.0",
    content="sha256:" + "0123456789abcdef" * 4,
    commit=None,
    tool="0.1.0",
    token="abc",
    applied=stamp.digests({"title": "Bến xe", "tags": ["a", "b"]}),
    files={"ben.csv": "0123456789abcdef 2025-01-01T00:00:00.000001"},
    tables={"ben.csv": ("1.0.0#0123456789abcdef",)},
)


@pytest.mark.parametrize(
    "held", [STAMP, replace(STAMP, pending="p1", since="2025-01-01T00:00:00+00:00", tables={"ben.csv": ()})]
)
def test_a_stamp_reads_back_as_it_was_written(held: Stamp) -> None:
    assert stamp.read(stamp.write(held)) == held


@pytest.mark.parametrize("text", ["", "null", "{}", "[]", "x", '{"catalog": 1}', '{"catalog": "a", "applied": 3}'])
def test_what_is_no_stamp_of_ours_is_none(text: str) -> None:
    assert stamp.read(text) is None


def test_a_stamp_tells_our_value_from_an_edit() -> None:
    assert stamp.was_applied(STAMP, "title", "Bến xe") is True
    assert stamp.was_applied(STAMP, "title", "Sửa tay") is False
    assert stamp.was_applied(STAMP, "notes", "gì cũng được") is None


def test_ids_are_the_same_for_ever_and_differ_by_dataset_and_file() -> None:
    assert names.resource_id("song-may", "ben-xe", "ben.csv") == names.resource_id("song-may", "ben-xe", "ben.csv")
    found = {names.resource_id("song-may", dataset, key) for dataset in ("a", "b") for key in ("x.csv", "x.parquet")}
    assert len(found) == 4


@pytest.mark.parametrize(
    ("word", "tag"),
    [
        ("giáo dục", "giáo dục"),
        ("gia\u0301o du\u0323c", "giáo dục"),
        ("qualité de l'eau", "qualité de l eau"),
        ("a", None),
        ("!?", None),
    ],
)
def test_keywords_become_tags_that_ckan_accepts(word: str, tag: str | None) -> None:
    assert names.tag(word) == tag


def test_the_page_speaks_in_words() -> None:
    vietnamese, english = Words("vi"), Words("en")
    assert vietnamese.date("2023-10-19") == "19/10/2023"
    assert vietnamese.date("2023-10") == "10/2023"
    assert english.date("2023-10-19") == "2023-10-19"
    assert vietnamese.period("2023-10", "2024") == "10/2023 – 2024"
    assert vietnamese.period("2023-10-19", "2023-10-19") == "19/10/2023"
    assert vietnamese.period("2023", None) == "Từ 2023"
    assert vietnamese.period(None, "2023-10") == "Đến 10/2023"
    assert english.period(None, "2023-10") == "Until 2023-10"
    assert vietnamese.period(None, None) == ""
    assert vietnamese.number(1234567) == "1.234.567"
    assert all(vietnamese.frequency(code) != code and english.frequency(code) != code for code in frequencies.table())


@pytest.mark.parametrize("value", ['"200"', "0", "true", "1.5"])
def test_the_servers_limit_is_a_whole_number_of_megabytes(tmp_path: Path, value: str) -> None:
    file = tmp_path / "dulieumo.toml"
    file.write_text(f'[targets.x]\nurl = "https://x.example"\nmax_upload_mb = {value}\n', encoding="utf-8")
    with pytest.raises(ConfigError, match="max_upload_mb"):
        config.load(tmp_path, {})
    file.write_text('[targets.x]\nurl = "https://x.example"\nmax_upload_mb = 200\n', encoding="utf-8")
    assert config.load(tmp_path, {}).find_target("x").max_upload_mb == 200
