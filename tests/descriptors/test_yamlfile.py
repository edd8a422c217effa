"""Descriptors are untrusted text: read plainly, refused with a line, never a traceback."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dulieumo.descriptors import yamlfile


def codes(text: str | bytes) -> list[str]:
    data = text.encode() if isinstance(text, str) else text
    return [found.code for found in yamlfile.parse(data, "x.yaml")[1]]


def test_values_are_what_was_typed() -> None:
    text = "a: 2025-01-01\nb: 007\nc: no\nd: true\ne: 12\nf: 1.5\ng: ~\nh: '12'\ni: 1_000\nj: 12:30\nk: [x, {l: -1}]\n"
    document, found = yamlfile.parse(text.encode(), "x.yaml")
    assert found == ()
    assert document.value == {
        "a": "2025-01-01",
        "b": "007",
        "c": "no",
        "d": True,
        "e": 12,
        "f": 1.5,
        "g": None,
        "h": "12",
        "i": "1_000",
        "j": "12:30",
        "k": ["x", {"l": -1}],
    }


def test_each_key_and_item_has_its_line() -> None:
    document, _found = yamlfile.parse(b"a: 1\nb:\n  - x\n  - c: 2\n", "x.yaml")
    assert [document.lines[path] for path in (("a",), ("b",), ("b", 0), ("b", 1), ("b", 1, "c"))] == [1, 2, 3, 4, 4]
    assert document.place(("b", 1, "missing")).line == 4


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("a: 1\na: 2\n", "yaml-duplicate-key", 2),
        ("a: &x [1]\nb: *x\n", "yaml-anchor", 1),
        ("<<: {a: 1}\n", "yaml-anchor", 1),
        ("a: !!python/object/apply:os.system [ls]\n", "yaml-tag", 1),
        ("a: 1\n---\nb: 2\n", "yaml-many-documents", 3),
        ("a: [1, 2\nb: 3\n", "yaml-syntax", 2),
        ("a:\n\t- 1\n", "yaml-syntax", 2),
        ("? [a]\n: 1\n", "yaml-key-not-text", 1),
        ("a: b: c\n", "yaml-syntax", 1),
        (b"a: \xff\n", "descriptor-not-utf8", 1),
        (b"a: 1\nb: \x00\n", "yaml-syntax", 2),
        ("[" * 60 + "]" * 60, "yaml-too-deep", 1),
        (b"a" * 2_000_001, "descriptor-too-large", None),
    ],
)
def test_what_is_refused_has_a_code_and_a_line(text: str | bytes, code: str, line: int | None) -> None:
    data = text.encode() if isinstance(text, str) else text
    _document, (found,) = yamlfile.parse(data, "x.yaml")
    assert (found.code, found.place.line) == (code, line)


def test_a_bomb_of_aliases_is_refused_at_its_first_anchor() -> None:
    lines = ["a0: &a0 [x]"] + [f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 60)]
    assert codes("\n".join(lines)) == ["yaml-anchor"]


@given(st.binary(max_size=300))
def test_no_bytes_make_it_fail(data: bytes) -> None:
    document, found = yamlfile.parse(data, "x.yaml")
    assert document.value is None or found == ()


@given(st.text(alphabet="ab:-[]{}&*!|>'\"#\n ,?", max_size=80))
def test_no_punctuation_makes_it_fail(text: str) -> None:
    yamlfile.parse(text.encode(), "x.yaml")
