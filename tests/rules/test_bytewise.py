"""What bytes prove is so: each proof implies the regular expression that it spares, and finds what is usual proven."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dulieumo.check import fingerprints
from dulieumo_rules import bytewise, masks, rules
from dulieumo_rules.personal_data import evidence, freetext, identifiers
from dulieumo_rules.rules import canonical, placeholder_value

Proof = Callable[[pa.Array], bool]

PROOFS: dict[str, tuple[Proof, str]] = {
    "integers": (lambda cells: bytewise.are_integers(cells, 18), canonical.INTEGER),
    "years": (lambda cells: bytewise.are_digits(cells, 4), canonical.YEAR),
    "dates": (bytewise.are_dates, canonical.DATE),
    "decimals": (lambda cells: bytewise.are_decimals(cells, 3, 2), r"-?(0|[1-9][0-9]{0,2})(\.[0-9]{1,2})?"),
    "decimals below one": (lambda cells: bytewise.are_decimals(cells, 1, 4), r"-?[0-9](\.[0-9]{1,4})?"),
    "printable": (bytewise.is_printable_ascii, r"[ -~]*"),
    "words": (bytewise.is_of_words, rf"(?!.*(?:{identifiers._SEPARATORS.replace('x{00a0}', 'xa0').replace('x{200b}', 'u200b')})).*"),
    "without spaces": (bytewise.is_without_spaces, r"[^\x00-\x20]*"),
    "long": (lambda cells: bytewise.longest(cells) <= 3, r".{0,3}"),
}  # fmt: skip
PROVEN: dict[str, list[str]] = {
    "integers": ["0", "7", "123456789012345678"],
    "years": ["0000", "2025"],
    "dates": ["2025-07-01", "9999-99-99"],
    "decimals": ["0.50", "7.00", "123.45"],
    "decimals below one": ["0.1234", "9.0000"],
    "printable": ["a ~"],
    "words": ["AB12", "2025"],
    "without spaces": ["ê!"],
    "long": ["abc"],
}
TEXTS = st.one_of(
    st.sampled_from([text for texts in PROVEN.values() for text in texts]),
    st.text(alphabet="0123456789.-@ _aZê\t\u00a0\u200b", max_size=12),
)


def column(texts: list[str], at: int = 0) -> pa.Array:
    """An array whose offsets do not begin at 0, as those of a slice."""
    return pa.array(["x"] * at + texts, pa.string()).slice(at)


@pytest.mark.parametrize("name", PROOFS)
@given(texts=st.lists(TEXTS, max_size=4), at=st.integers(0, 2))
def test_a_proof_implies_the_regular_expression(name: str, texts: list[str], at: int) -> None:
    proof, pattern = PROOFS[name]
    if proof(column(texts, at)):
        assert all(re.fullmatch(pattern, text, re.DOTALL) for text in texts if text)


@pytest.mark.parametrize("name", PROOFS)
def test_what_is_usual_is_proven_among_empty_cells_and_null_and_in_slices(name: str) -> None:
    proof, _ = PROOFS[name]
    assert proof(column(["", *PROVEN[name], ""], 1))
    assert proof(pa.array([None, *PROVEN[name]], pa.string()))
    assert proof(pa.array([], pa.string()))


@pytest.mark.parametrize("code", [rule.CODE for rule in rules.cell_rules() if hasattr(rule, "PATTERN")])
def test_no_pattern_of_a_rule_matches_printable_ascii(code: str) -> None:
    pattern = next(rule.PATTERN for rule in rules.cell_rules() if code == rule.CODE)  # type: ignore[attr-defined]
    printable = [chr(byte) for byte in range(0x20, 0x7F)]
    pairs = [first + second for first in printable for second in printable]
    assert not masks.has_match(pa.array(pairs), pattern)
    assert masks.has_match(pa.array(["ÄÌ\u0301\u00a0"]), pattern)


@given(st.lists(st.text(alphabet="0123456789 .-@ACDN'x,\u00a0", max_size=24), max_size=5))
def test_what_may_not_hold_identifiers_holds_none(texts: list[str]) -> None:
    cells = column(texts)
    if not freetext.may_hold_identifiers(cells, 10):
        assert masks.indices(pa.compute.match_substring_regex(cells, evidence._SIGHT)) == ()
    if not freetext.may_hold_identifiers(cells):
        assert masks.indices(pa.compute.match_substring_regex(cells, freetext._PREFILTER)) == ()
        assert not freetext.look(cells)


def test_white_space_that_parts_words_is_the_same_to_both_libraries() -> None:
    letters = [chr(code) for code in range(0x3100) if not 0xD800 <= code < 0xE000]
    ours = pa.compute.match_substring_regex(pa.array(letters), freetext._PARTING).to_pylist()
    assert ours == [freetext._PARTED.search(letter) is not None for letter in letters]


@given(st.lists(st.text(alphabet="ab1", max_size=3), max_size=700))
def test_the_first_match_is_the_first(texts: list[str]) -> None:
    assert masks.first_match(column(texts, 1), "b1") == next((text for text in texts if "b1" in text), None)


@given(st.lists(st.text(max_size=3), min_size=1, max_size=6))
def test_the_first_and_the_last_bytes(texts: list[str]) -> None:
    coded = [text.encode() for text in texts]
    assert masks.first_bytes(column(texts, 1)).tolist() == [text[0] if text else 0 for text in coded]
    assert masks.last_bytes(column(texts, 1)).tolist() == [text[-1] if text else 0 for text in coded]


@given(st.lists(st.text(min_size=1, max_size=80), min_size=1, max_size=5))
def test_a_text_has_one_fingerprint_whatever_it_stands_beside(texts: list[str]) -> None:
    alone = [int(fingerprints.of(pa.array([text]))[0]) for text in texts]
    assert fingerprints.of(column(texts, 1)).tolist() == alone
    assert fingerprints.of(column([*texts, ""])).tolist()[:-1] == alone


@given(st.lists(st.sampled_from([7, 8, 9, 9, 2**63]), max_size=9))
def test_what_repeats_is_told_once(numbers: list[int]) -> None:
    repeated = fingerprints._repeated(np.array(numbers, np.uint64)).tolist()
    assert repeated == sorted({number for number in numbers if numbers.count(number) > 1})


@pytest.mark.parametrize("around", ["{}", "  {}", "{}      ", " {}\u00a0", "{}" + " " * 40])
def test_a_placeholder_is_found_in_any_case_among_long_texts(around: str) -> None:
    words = [word.replace("_", " ") for word in sorted(placeholder_value.WORDS) if word != "_"]
    for word in words:
        for variant in {word, word.upper(), word.capitalize(), word.replace("i", "İ"), word.replace("k", "\u212a")}:
            text = around.format(variant)
            cells = pa.array(
                ["", "Chung cư không tên ở phường Bến Nghé", text, "trường hợp khác, dài hơn mọi từ như thế"]
            )
            mask = placeholder_value.suspects(cells, None, None)  # type: ignore[arg-type]
            assert masks.indices(mask) == ([2] if placeholder_value._STARTS[text.encode()[0]] else ()), text
