"""Each rule on texts that are right and wrong; and for all of them: the mask never misses what `explain` would tell."""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dulieumo_rules import masks, rules
from dulieumo_rules.rules import (
    cell_too_long,
    coordinates_outside,
    coordinates_swapped,
    coordinates_wrong_zone,
    date_ambiguous,
    date_in_future,
    date_order,
    duplicate_row,
    identifier_form,
    mojibake,
    not_nfc,
    null_share,
    number_locale_mixed,
    phone_invalid,
    placeholder_value,
    row_count,
    spreadsheet_formula,
    sum_not_total,
    surrounding_space,
    suspect_character,
    tax_code_invalid,
    unique_key,
)
from dulieumo_rules.shape import Field, Table

BOX = (106.0, 8.4, 107.8, 11.6)


def field(name: str = "c", type_: str = "string", **more: Any) -> Field:
    return Field(
        name=name, type=type_, position=1, descriptor={key.replace("__", ":"): value for key, value in more.items()}
    )


def table(*fields: Field, **more: Any) -> Table:
    return Table(name="t", fields=fields or (field(),), **more)


def found(rule: Any, text: str, one: Field | None = None, around: Table | None = None) -> Mapping[str, Any] | None:
    """What a cell rule says of a text; asserts that its mask and its pattern agree."""
    one = one or field()
    around = around or table(one)
    values: Mapping[str, Any] | None = rule.explain(text, one, around) if rule.applies(one, around) else None
    if values is not None:
        cells = pa.array([text], pa.string())
        assert masks.indices(rule.suspects(cells, one, around)) == [0], "the mask misses it"
        if hasattr(rule, "PATTERN"):
            assert masks.has_match(cells, rule.PATTERN), "the pattern misses it"
    return values


@pytest.mark.parametrize(
    ("rule", "wrong", "right"),
    [
        (not_nfc, ["Gia\u0301o dục", "e\u0302\u0301"], ["Giáo dục", "Đường", "", "m²"]),
        (suspect_character, ["a\u00a0b", "a\u200bb", "\ufeffa", "Ðường", "a\tb", "B\u0435n", "\u200e5", "ab\x00", "１２"],
         ["Đường", "a b", "một\nhai", "25 m²", "“nháy”", "Москва", "α", "…"]),
        (mojibake, ["Nguyá»…n VÄƒn An", "Céng hßa x· héi", "Coäng hoøa xaõ hoäi", "Côòng hoÌa xaÞ hôòi"],
         ["Cộng hòa xã hội", "Citroën", "Häagen-Dazs", "São Paulo", "25 m²", "§ 5", "Đắk Lắk", "L’Oréal"]),
        (placeholder_value, ["N/A", "đang cập nhật", "Đang cập nhật", "-", "…", "null", "Không rõ", " x "],
         ["Không", "0", "có", "Nam", "a-b", "Nano"]),
        (spreadsheet_formula, ["=1+1", "@SUM(A1)", "+cmd|' /C calc'!A0", "-2+3+cmd|x", "\t=1"],
         ["+84 912 345 678", "-5", "-", "- một ý", "a=b", "+3,5 %", "–"]),
        (surrounding_space, [" a", "a ", "a\n"], ["a", "a b", ""]),
        (cell_too_long, ["x" * 32_768], ["x" * 32_767]),
    ],
)  # fmt: skip
def test_texts(rule: Any, wrong: Sequence[str], right: Sequence[str]) -> None:
    assert [text for text in wrong if found(rule, text) is None] == []
    assert [text for text in right if found(rule, text) is not None] == []


def test_mojibake_suggests_what_was_meant() -> None:
    assert found(mojibake, "Nguyá»…n VÄƒn An") == {
        "value": "Nguyá»…n VÄƒn An", "encoding": "utf-8", "nearest": "Nguyễn Văn An",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "wrong", "right"),
    [
        ("tax-code", ["0100233480", "100233488", "0314409058-000", "0000000000", "abc"], ["0100233488", "0314409058", "0314409058-002", "0317273020", "079090123456"]),
        ("phone", ["0123456789", "12345", "09123", "abc", "0912345678x"], ["0912345678", "+84 912 345 678", "028 3829 1234", "1900 1234", "113", "0912345678; 028 3829 1234"]),
        ("commune-code", ["4", "123456", "2574a"], ["00004", "25747"]),
        ("province-code", ["1", "179"], ["01", "79"]),
    ],
)  # fmt: skip
def test_identifiers(kind: str, wrong: Sequence[str], right: Sequence[str]) -> None:
    rule: Any = {"tax-code": tax_code_invalid, "phone": phone_invalid}.get(kind, identifier_form)
    one = field(dulieumo__identifier=kind)
    assert [text for text in wrong if found(rule, text, one) is None] == []
    assert [text for text in right if found(rule, text, one) is not None] == []


def test_a_short_code_is_suggested_with_its_zeros() -> None:
    values = found(identifier_form, "4", field(dulieumo__identifier="commune-code"))
    assert values is not None
    assert values["nearest"] == "00004"


@pytest.mark.parametrize(
    ("type_", "as_of", "wrong", "right"),
    [
        ("date", "2025", "2026-01-01", "2025-12-31"),
        ("date", "2025-06", "2025-07-01", "2025-06-30"),
        ("year", "2025-06-30", "2026", "2025"),
    ],
)
def test_dates_of_the_past_lie_in_it(type_: str, as_of: str, wrong: str, right: str) -> None:
    one = field("ngay_cap", type_)
    assert found(date_in_future, wrong, one, table(one, as_of=as_of)) is not None
    assert found(date_in_future, right, one, table(one, as_of=as_of)) is None
    plan = field("ngay_het_han", type_)
    assert not date_in_future.applies(plan, table(plan, as_of=as_of))


def rows(rule: Any, around: Table, *records: Sequence[str | None]) -> list[int]:
    """The indices of the records that a row rule tells; asserts that its mask has them."""
    columns = {
        item.name: pa.array([record[at] for record in records], pa.string()) for at, item in enumerate(around.fields)
    }
    marked = masks.indices(rule.suspects(columns, around))
    told = [at for at, record in enumerate(records) if rule.explain(record, around) is not None]
    assert set(told) <= set(marked)
    return told


def test_dates_come_in_their_order() -> None:
    around = table(field("a", "date"), field("b", "date"), checks=({"rule": "date-order", "columns": ["a", "b"]},))
    told = rows(date_order, around, ("2025-01-02", "2025-01-01"), ("2025-01-01", "2025-01-01"), (None, "2025-01-01"))
    assert told == [0]


def test_parts_add_up_to_the_total_exactly() -> None:
    checks = ({"rule": "sum-not-total", "total": "t", "parts": ["a", "b"]},)
    size = {"precision": 18, "scale": 2}
    around = table(*(field(name, "number", dulieumo__decimal=size) for name in "tab"), checks=checks)
    told = rows(sum_not_total, around, ("0.30", "0.10", "0.20"), ("3", "1", "1"), (None, "1", "1"), ("2", "1", None))
    assert told == [1]
    loose = table(*around.fields, checks=({**checks[0], "tolerance": 1},))
    assert rows(sum_not_total, loose, ("3", "1", "1"), ("4", "1", "1")) == [1]


def points(**more: Any) -> Table:
    return table(
        field("x", "number", dulieumo__role="longitude"),
        field("y", "number", dulieumo__role="latitude"),
        bounds=BOX,
        **more,
    )


def test_points_lie_in_the_area_or_are_told_as_swapped() -> None:
    records = (("106.7", "10.77"), ("10.77", "106.7"), ("105.8", "21.0"), (None, "10.77"))
    assert rows(coordinates_swapped, points(), *records) == [1]
    assert rows(coordinates_outside, points(), *records) == [2]
    assert not coordinates_wrong_zone.applies(points())


def test_metres_are_those_of_the_declared_zone() -> None:
    """The point 106.6980 E, 10.7725 N is E 603677, N 1191343 in EPSG:9210."""
    around = points(crs=9210)
    records = (("603677", "1191343"), ("1191343", "603677"), ("384961", "1191500"))
    assert rows(coordinates_swapped, around, *records) == [1]
    assert rows(coordinates_wrong_zone, around, *records) == [2]
    assert rows(coordinates_outside, around, *records) == []


def columns(rule: Any, one: Field, *chunks: Sequence[str | None]) -> Any:
    total: dict[str, int | str] = {}
    for chunk in chunks:
        rules.add_counts(total, rule.collect(pa.array(chunk, pa.string()), one))
    return rule.conclude(total, one, table(one))


def test_number_signs_are_not_mixed_across_a_column() -> None:
    one = field("so", "number")
    assert columns(number_locale_mixed, one, ["1.234.567", "5"], ["12.5"]) == {"first": "1.234.567", "second": "12.5"}
    assert columns(number_locale_mixed, one, ["1,5", None], ["2.25"]) is not None
    assert columns(number_locale_mixed, one, ["1.5", "2"], ["3.25"]) is None
    assert columns(number_locale_mixed, one, ["1,5", "2,25"]) is None


def test_dates_in_text_are_ambiguous_only_if_no_day_tells() -> None:
    assert columns(date_ambiguous, field(), ["03/04/2024", "1/2/2023"]) == {"value": "03/04/2024"}
    assert columns(date_ambiguous, field(), ["03/04/2024"], ["25/12/2023"]) is None
    assert columns(date_ambiguous, field(), ["văn bản", "khác", "03/04/2024"]) is None


def test_rows_and_empty_cells_against_bounds_and_the_release_before() -> None:
    one = field()
    bounded = table(
        one, checks=({"rule": "row-count", "minimum": 3, "maximum": 5}, {"rule": "null-share", "maximum": 10})
    )
    assert row_count.conclude(2, bounded) == {"rows": 2, "minimum": 3}
    assert row_count.conclude(6, bounded) == {"rows": 6, "maximum": 5}
    assert row_count.conclude(4, bounded) is None
    assert row_count.compared(4, 10) == {"rows": 4, "previous": 10}
    assert row_count.compared(5, 10) is None
    assert null_share.conclude(2, 10, one, bounded) == {"share": "20.0", "limit": "10"}
    assert null_share.conclude(0, 0, one, bounded) is None
    assert null_share.compared(5, 10, {"c": 10.0}, one) is not None
    assert null_share.compared(2, 10, {"c": 10.0}, one) is None


def test_keys_compare_values_and_rows_compare_texts() -> None:
    around = table(field("a", "number"), field("b"))
    key, row = unique_key.Seen(("a",)), duplicate_row.Seen(("a", "b"))
    assert key.follow(around, 2, {"a": "1.0", "b": "x"}) is None
    assert key.follow(around, 3, {"a": "1.00", "b": "x"}) is not None
    assert key.follow(around, 4, {"a": None, "b": "x"}) is None
    assert row.follow(around, 2, {"a": "1.0", "b": "x"}) is None
    assert row.follow(around, 3, {"a": "1.00", "b": "x"}) is None
    assert row.follow(around, 4, {"a": "1.0", "b": "x"}) == {"first": 2}


def test_the_pattern_of_composed_unicode_misses_no_character() -> None:
    """Every character that NFC changes alone, or joins to a letter before it, is in the pattern."""
    odd = [
        chr(number)
        for number in range(sys.maxunicode + 1)
        if not 0xD800 <= number <= 0xDFFF
        and (unicodedata.combining(chr(number)) or not unicodedata.is_normalized("NFC", chr(number)))
    ]
    matched = pc.match_substring_regex(pa.array(odd, pa.string()), not_nfc.PATTERN).to_pylist()
    assert [f"U+{ord(letter):04X}" for letter, is_in in zip(odd, matched, strict=True) if not is_in] == []


_TEXTS = st.one_of(
    st.text(max_size=20),
    st.text(alphabet="aăâđeêioôơưyÃ»¼áºÐ \u00a0\u0301\u0323=+-@\t0123456789.,/NAxX", max_size=12),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(_TEXTS, min_size=1, max_size=6))
def test_no_mask_misses_what_a_rule_would_tell(texts: list[str]) -> None:
    """Soundness of every cell rule at once: explained cells are marked, and hold the rule's pattern."""
    kinds = [field(), field("n", "integer"), field("d", "date"), field("ngay_cap", "date"), *(
        field(dulieumo__identifier=kind) for kind in ("tax-code", "phone", "commune-code")
    )]  # fmt: skip
    cells = pa.array(texts, pa.string())
    for one in kinds:
        around = table(one, as_of="2025")
        for rule in rules.cell_rules():
            if not rule.applies(one, around):
                continue
            marked = set(masks.indices(rule.suspects(cells, one, around)))
            told = {at for at, text in enumerate(texts) if text and rule.explain(text, one, around) is not None}
            assert told <= marked, (rule.CODE, [texts[at] for at in told - marked])
            if told and hasattr(rule, "PATTERN"):
                assert masks.has_match(cells, rule.PATTERN), rule.CODE


def test_every_rule_has_a_page_and_its_texts() -> None:
    from dulieumo_rules import texts

    every: list[Any] = [
        *rules.cell_rules(),
        *rules.row_rules(),
        *rules.column_rules(),
        unique_key,
        duplicate_row,
        null_share,
        row_count,
    ]
    for rule in every:
        assert rule.__doc__ and len(rule.__doc__.splitlines()) >= 3, rule.CODE  # noqa: PT018
        assert texts.wording(rule.CODE) is not None, rule.CODE
    assert len({rule.CODE for rule in every}) == len(every)
