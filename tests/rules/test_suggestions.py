"""What is suggested for a cell of the wrong type: what can be read in one way only, and nothing else."""

from __future__ import annotations

import pytest

from dulieumo_rules import suggestions


@pytest.mark.parametrize(
    ("text", "type_", "meant"),
    [
        ("6.642.000.000", "integer", "6642000000"),
        ("39.000", "integer", "39000"),
        ("1 200", "integer", "1200"),
        ("12.0", "integer", "12"),
        ("1000 giường", "integer", "1000"),
        ("1.200 m2", "integer", ""),
        ("12,5", "integer", ""),
        ("khoảng 100", "integer", ""),
        ("12", "integer", ""),
        ("1.234,5", "number", "1234.5"),
        ("0,123", "number", "0.123"),
        ("1,234", "number", ""),
        ("1.234.567", "number", "1234567"),
        ("12,5 ha", "number", "12.5"),
        ("19/07/2021", "date", "2021-07-19"),
        ("11-9-2023", "date", "2023-09-11"),
        ("ngày 1.2.2024", "date", "2024-02-01"),
        ("2021/7/9", "date", "2021-07-09"),
        ("2024-01-05 00:00:00", "date", "2024-01-05"),
        ("31/02/2024", "date", ""),
        ("07/2021", "date", ""),
        ("năm 2025", "year", "2025"),
        ("206", "year", ""),
        ("x" * 10_000, "date", ""),
        ("có", "boolean", ""),
    ],
)
def test_what_is_plain_is_suggested(text: str, type_: str, meant: str) -> None:
    assert suggestions.for_type(text, type_) == meant


def test_a_pattern_takes_what_is_suggested_for_it() -> None:
    assert suggestions.for_pattern("19/07/2021", r"^\d{4}(-\d{2}(-\d{2})?)?$") == "2021-07-19"
    assert suggestions.for_pattern("1.234", r"^\d{5}$") == ""
    assert suggestions.for_pattern("19/07/2021", r"(?=a)\d+") == "", "a pattern that RE2 does not know"
