"""Text ⇄ typed values: what is read is what is written, and what cannot be read is marked, never altered."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dulieumo import cells
from dulieumo.descriptors import resolve
from dulieumo.model import Column

DECIMAL = {"dulieumo:decimal": {"precision": 9, "scale": 2}}
VIETNAMESE = {**DECIMAL, "decimalChar": ",", "groupChar": "."}


def column(type_: str, **more: Any) -> Column:
    return resolve.column({"name": "cot", "title": "Cột", "description": "Cột", "type": type_, **more}, ("",))


def read(type_: str, texts: list[str | None], **more: Any) -> tuple[list[Any], list[bool]]:
    parsed = cells.parse(column(type_, **more), pa.array(texts, pa.string()))
    suspects = [False] * len(texts) if parsed.suspects is None else parsed.suspects.to_pylist()
    return parsed.values.to_pylist(), suspects


@pytest.mark.parametrize(
    ("type_", "more", "good"),
    [
        ("string", {}, {"a": "a", " á": " á", "007": "007", "NA": "NA"}),
        ("integer", {}, {"0": 0, "-5": -5, "999999999999999999": 999999999999999999}),
        ("integer", {"groupChar": "."}, {"1.234": 1234, "12345": 12345, "-1.234.567": -1234567}),
        ("number", DECIMAL, {"1": Decimal("1.00"), "-0.5": Decimal("-0.50"), "1234567.89": Decimal("1234567.89")}),
        ("number", VIETNAMESE, {"1.234,5": Decimal("1234.50"), "1234,5": Decimal("1234.50"), "0,25": Decimal("0.25")}),
        ("number", {"dulieumo:float": True}, {"1e5": 1e5, "0.1": 0.1, "-2": -2.0}),
        ("boolean", {}, {"true": True, "0": False, "FALSE": False}),
        ("boolean", {"trueValues": ["Có"], "falseValues": ["Không"]}, {"Có": True, "Không": False}),
        ("date", {}, {"2024-02-29": dt.date(2024, 2, 29)}),
        ("date", {"format": "%d/%m/%Y"}, {"01/07/2025": dt.date(2025, 7, 1), "1/7/2025": dt.date(2025, 7, 1)}),
        ("datetime", {}, {"2025-07-01T08:30:00+07:00": dt.datetime(2025, 7, 1, 1, 30, tzinfo=dt.UTC)}),
        (
            "datetime",
            {"dulieumo:timezone": "Asia/Ho_Chi_Minh"},
            {"2025-07-01T08:30:00": dt.datetime(2025, 7, 1, 1, 30, tzinfo=dt.UTC)},
        ),
        ("time", {}, {"08:30:00": dt.time(8, 30), "23:59:59.25": dt.time(23, 59, 59, 250000)}),
        ("year", {}, {"2025": 2025, "0987": 987}),
        ("yearmonth", {}, {"2025-12": "2025-12"}),
        ("duration", {}, {"P1Y2M": "P1Y2M", "PT5H": "PT5H"}),
        ("list", {}, {"a,b": ["a", "b"], "c": ["c"]}),
        ("list", {"itemType": "integer", "delimiter": ";"}, {"1;2": [1, 2]}),
        ("geopoint", {}, {"106.7,10.77": {"lon": 106.7, "lat": 10.77}}),
        ("array", {}, {"[1]": "[1]"}),
        ("object", {}, {'{"a":1}': '{"a":1}'}),
    ],
)
def test_a_cell_of_the_declared_form_is_read(type_: str, more: dict[str, Any], good: dict[str, Any]) -> None:
    values, suspects = read(type_, [*good, "", None], **more)
    assert values == [*good.values(), None, None]
    assert suspects == [False] * (len(good) + 2)


@pytest.mark.parametrize(
    ("type_", "more", "bad"),
    [
        ("integer", {}, ["007", "1.0", "1_000", "１", "9999999999999999999", "+5", " 1", "--1", "NaN", "x"]),
        ("integer", {"groupChar": "."}, ["1.23", "1.2345", "1234.567"]),
        ("number", DECIMAL, ["1.005", "12345678", "1e3", "NaN", "inf", "1,5", ".5", "1."]),
        ("number", VIETNAMESE, ["1.5", "1.23,4", "1,2,3", "1234.5"]),
        ("number", {"dulieumo:float": True}, ["inf", "nan", "1_0", "0x1"]),
        ("boolean", {}, ["yes", "Có", "2", "tRUE"]),
        ("date", {}, ["2023-02-29", "2023-2-1", "01/07/2025", "2023-02-01T00:00:00", "0000-01-01"]),
        ("date", {"format": "%d/%m/%Y"}, ["31/02/2025", "2025-07-01"]),
        ("datetime", {}, ["2025-07-01", "2025-13-01T00:00:00Z", "2025-07-01 08:30:00"]),
        ("time", {}, ["8:30", "24:00:00", "08:30"]),
        ("year", {}, ["25", "20250", "hai ngàn"]),
        ("yearmonth", {}, ["2025-13", "2025-1", "12/2025"]),
        ("duration", {}, ["P", "PT", "1Y"]),
        ("list", {"itemType": "integer"}, ["1,x", ","]),
        ("geopoint", {}, ["200,1", "1,100", "106.7", "a,b", "106.7;10.7"]),
        ("array", {}, ["{}", "[", "x"]),
        ("object", {}, ["[]", "null"]),
    ],
)
def test_a_cell_of_another_form_is_suspect_and_null(type_: str, more: dict[str, Any], bad: list[str]) -> None:
    values, suspects = read(type_, bad, **more)
    assert suspects == [True] * len(bad), dict(zip(bad, values, strict=True))
    assert values == [None] * len(bad)


def test_one_bad_day_does_not_spoil_the_good_ones() -> None:
    values, suspects = read("date", ["2024-02-29", "2023-02-29", "", "2025-01-31"])
    assert values == [dt.date(2024, 2, 29), None, None, dt.date(2025, 1, 31)]
    assert suspects == [False, True, False, False]


def test_declared_missing_values_are_null_and_not_suspect() -> None:
    parsed = cells.parse(column("integer", missingValues=["-", "x"]), pa.array(["-", "1", "x"]))
    assert parsed.values.to_pylist() == [None, 1, None]
    assert parsed.suspects is None


moments = st.datetimes(min_value=dt.datetime(1, 1, 2), max_value=dt.datetime(9999, 12, 30), timezones=st.just(dt.UTC))
ROUND_TRIPS: dict[str, tuple[Column, st.SearchStrategy[Any]]] = {
    "integer": (column("integer"), st.integers(-(10**18) + 1, 10**18 - 1)),
    "decimal": (
        column("number", **{"dulieumo:decimal": {"precision": 38, "scale": 9}}),
        st.integers(-(10**38) + 1, 10**38 - 1).map(lambda whole: Decimal(f"{whole}e-9")),
    ),
    "float": (
        column("number", **{"dulieumo:float": True}),
        st.floats(allow_nan=False, allow_infinity=False),
    ),
    "boolean": (column("boolean"), st.booleans()),
    "date": (column("date"), st.dates()),
    "datetime": (column("datetime"), moments),
    "time": (column("time"), st.times()),
    "year": (column("year"), st.integers(0, 9999)),
    "string": (column("string"), st.text(st.characters(codec="utf-8"), min_size=1)),
    "geopoint": (
        column("geopoint"),
        st.builds(lambda lon, lat: {"lon": lon, "lat": lat}, st.floats(-180, 180), st.floats(-90, 90)),
    ),
    "list of dates": (column("list", itemType="date"), st.lists(st.dates(), min_size=1)),
    "list of integers": (column("list", itemType="integer", delimiter=";"), st.lists(st.integers(-99, 99), min_size=1)),
    "object": (column("object"), st.dictionaries(st.text(st.characters(codec="utf-8")), st.integers()).map(json.dumps)),
}


@pytest.mark.parametrize("kind", ROUND_TRIPS)
def test_the_canonical_text_reads_back_as_the_same_value(kind: str) -> None:
    declared, values = ROUND_TRIPS[kind]

    @given(st.lists(st.none() | values, max_size=20), st.integers(0, 5))
    def check(items: list[Any], start: int) -> None:
        typed = pa.array(items, cells.arrow_type(declared)).slice(min(start, len(items)))
        text = cells.to_text(declared, typed)
        again = cells.parse(declared, text)
        assert again.suspects is None, text
        assert again.values.equals(typed)

    check()


WORDS = [
    "0",
    "-0",
    "1",
    "007",
    "-7",
    "+7",
    "1.5",
    "1.50",
    "-0.00",
    "999999999999999999",
    "9999999999999999999",
    "1e5",
    " 1",
]
DAYS = [
    "2025-07-01",
    "2025-02-30",
    "0000-01-01",
    "12025-01-01",
    "-2025-01-01",
    "2025-7-1",
    "2025-07-01T00:00:00",
    "20250701",
]
MOMENTS = ["2025-07-01T01:30:00Z", "2025-07-01T08:30:00+07:00", "2025-07-01T01:30:00.5Z", "2025-07-01T01:30:00.50Z"]


@given(
    st.sampled_from(["string", "integer", "number", "boolean", "date", "datetime", "year", "yearmonth", "duration"]),
    st.sampled_from([{}, DECIMAL, VIETNAMESE, {"missingValues": ["", "-"]}]),
    st.lists(
        st.sampled_from(["", "-", "true", "1", "2025", "-2025", "2025-07", "P1Y", *WORDS, *DAYS, *MOMENTS]), max_size=4
    ),
)
def test_what_is_said_to_be_canonical_is_what_would_be_written(
    type_: str, more: dict[str, Any], texts: list[str]
) -> None:
    some = resolve.column({"name": "cot", "title": "C", "description": "C", "type": type_, **more}, ("",))
    parsed = cells.parse(some, pa.array(texts, pa.string()))
    if parsed.is_canonical and parsed.suspects is None:
        written = cells.to_text(some, parsed.values).fill_null("").to_pylist()
        assert written == texts


@given(st.sampled_from(["integer", "date"]), st.lists(st.sampled_from([*WORDS, *DAYS, ""]), max_size=3))
def test_the_quick_way_reads_as_the_strict_way_does(type_: str, texts: list[str]) -> None:
    """A column is quick where all its texts are canonical: one more text that is not makes it take the strict way."""
    together = read(type_, [*texts, "?"])
    values, suspects = read(type_, list(texts))
    assert (values, suspects) == (together[0][:-1], together[1][:-1])
