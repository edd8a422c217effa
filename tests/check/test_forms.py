"""A pattern told as forms: what it takes, all of it and nothing else; silence where that cannot be."""

from __future__ import annotations

import re

import pytest

from dulieumo.check import forms


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        (r"^\d{4}(-\d{2}(-\d{2})?)?$", "xxxx, xxxx-xx, xxxx-xx-xx"),
        (r"^[0-9]{5}$", "xxxxx"),
        (r"^\d{4}(-\d{2}(-\d{2})?)?(/\d{4}(-\d{2}(-\d{2})?)?)?$", "xxxx, xxxx-xx, xxxx/xxxx, xxxx-xx-xx, …"),
        (r"^\d+/QĐ-TTg$", "x/QĐ-TTg, xx…/QĐ-TTg"),
        (r"^\d*$", "x…"),
        (r"^\d{1,3}/QĐ-TTg$", "x/QĐ-TTg, xx/QĐ-TTg, xxx/QĐ-TTg"),
        (r"Q(?:1|2|Thủ Đức)", "Q1, Q2, QThủ Đức"),
        (r"^[A-V]$", ""),
        (r"x\d", ""),
        (r"(?i:a)\d", ""),
        (r"^$", ""),
        (r"(", ""),
        (r"(?:(?:(?:\d?){30}){30}){30}", ""),
        (r"(?:\d{0,5}){5}" * 50, ""),
        ("(" * 5000, ""),
        ("(?:" * 12 + ")" + "){40}" * 11, ""),
    ],
)
def test_a_pattern_is_told_as_forms_or_not_at_all(pattern: str, expected: str) -> None:
    assert forms.told(pattern) == expected


@pytest.mark.parametrize("pattern", [r"^\d{4}(-\d{2})?(/\d{4}(-\d{2})?)?$", r"^\d{1,3}/QĐ-(TTg|UBND)$"])
def test_what_is_told_is_taken_by_the_pattern(pattern: str) -> None:
    told = forms.told(pattern).removesuffix(", …").split(", ")
    assert len(told) == forms.SHOWN
    assert all(re.search(pattern, form.replace(forms.DIGIT, "7")) for form in told), told
