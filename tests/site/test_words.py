"""Numbers, dates and texts in both languages."""

from __future__ import annotations

import re

import pytest

from dulieumo.site import words


def test_every_language_has_every_text_with_the_same_gaps() -> None:
    vi, en = words.words("vi").texts, words.words("en").texts
    assert set(vi) == set(en)
    for key, text in vi.items():
        gaps = [
            set(re.findall(r"\{(\w+)\}", " ".join(one) if isinstance(one, list) else one)) for one in (text, en[key])
        ]
        assert gaps[0] == gaps[1], key


@pytest.mark.parametrize(
    ("value", "vi", "en"),
    [
        (0, "0", "0"),
        (1234567, "1.234.567", "1,234,567"),
        (-1234.5, "−1.234,5", "−1,234.5"),
        (0.12345, "0,1235", "0.1235"),
    ],
)
def test_numbers(value: float, vi: str, en: str) -> None:
    assert words.words("vi").number(value) == vi
    assert words.words("en").number(value) == en


@pytest.mark.parametrize(
    ("value", "vi", "en"),
    [
        ("2025", "2025", "2025"),
        ("2025-03", "03/2025", "March 2025"),
        ("2025-03-09", "09/03/2025", "9 March 2025"),
        ("2025-03-09T10:00:00+00:00", "09/03/2025", "9 March 2025"),
        (None, "", ""),
    ],
)
def test_dates_are_as_exact_as_they_are_given(value: str | None, vi: str, en: str) -> None:
    assert words.words("vi").date(value) == vi
    assert words.words("en").date(value) == en


def test_one_and_many() -> None:
    t = words.words("en")
    assert (t("rows", n=1), t("rows", n=2), t("rows", n=0)) == ("1 row", "2 rows", "0 rows")


def test_sizes() -> None:
    t = words.words("vi")
    assert [t.size(size).replace("\u00a0", " ") for size in (999, 1500, 123456, 2_500_000)] == [
        "999 B",
        "1,5 kB",
        "123 kB",
        "2,5 MB",
    ]


def test_an_unknown_text_is_an_error() -> None:
    with pytest.raises(KeyError):
        words.words("vi")("no.such.key")
