"""The rules, one file each; a rule's docstring is its documentation page.

Three kinds. A *cell rule* looks at one cell of one column, a *row rule* at the cells of one row, a *table rule* at all rows.
Each is written once: `suspects` marks, vectorised, what might be wrong (it may mark too much, never too little), and
`explain` says what is wrong with one marked cell or row, or that nothing is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Protocol

import pyarrow as pa

from dulieumo_rules.findings import Severity
from dulieumo_rules.masks import Mask
from dulieumo_rules.shape import Field, Table

Values = Mapping[str, str | int | float]


class CellRule(Protocol):
    """A module of this package that judges single cells.

    `suspects` gets a utf8 array as it stands in the file and returns a mask (None: nothing marked); what it marks among
    missing values is passed over. `explain` returns the values of the finding's text, or None where the cell is right
    after all. A rule may have a PATTERN: an RE2 pattern without anchors, one of which is in every cell that it
    marks, and which no text of printable ASCII matches."""

    CODE: str
    SEVERITY: Severity

    def applies(self, field: Field, table: Table, /) -> bool: ...
    def suspects(self, cells: pa.Array, field: Field, table: Table, /) -> Mask: ...
    def explain(self, text: str, field: Field, table: Table, /) -> Values | None: ...


class RowRule(Protocol):
    """A module that judges rows. `columns` are the fields' utf8 arrays, null where missing; `cells` the texts of one row
    in the order of `table.fields`, None where missing.

    `explain` gives the values and the name of the column that the finding is shown at (None: the whole row)."""

    CODE: str
    SEVERITY: Severity

    def applies(self, table: Table, /) -> bool: ...
    def suspects(self, columns: Mapping[str, pa.Array], table: Table, /) -> Mask: ...
    def explain(self, cells: Sequence[str | None], table: Table, /) -> tuple[str | None, Values] | None: ...


class ColumnRule(Protocol):
    """A module that judges a column as a whole.

    `collect` counts over a chunk (cells null where missing); counts are added up and examples kept, and `conclude` gives
    the values of the finding's text, or None."""

    CODE: str
    SEVERITY: Severity

    def applies(self, field: Field, table: Table, /) -> bool: ...
    def collect(self, cells: pa.Array, field: Field, /) -> Mapping[str, int | str]: ...
    def conclude(self, total: Mapping[str, int | str], field: Field, table: Table, /) -> Values | None: ...


def add_counts(total: dict[str, int | str], part: Mapping[str, int | str]) -> None:
    """Add what `collect` gave for the next chunk: numbers are summed, of examples the first is kept."""
    for name, value in part.items():
        known = total.get(name)
        total[name] = known + value if isinstance(known, int) and isinstance(value, int) else known or value


@cache
def cell_rules() -> tuple[CellRule, ...]:
    """The rules on cells, in the order in which their findings are listed."""
    from . import (
        category_unknown,
        cell_too_long,
        date_in_future,
        identifier_form,
        mojibake,
        not_canonical,
        not_nfc,
        not_representable,
        phone_invalid,
        placeholder_value,
        source_not_listed,
        spreadsheet_formula,
        surrounding_space,
        suspect_character,
        tax_code_invalid,
    )

    modules: tuple[Any, ...] = (
        not_representable,
        not_canonical,
        category_unknown,
        identifier_form,
        tax_code_invalid,
        phone_invalid,
        source_not_listed,
        date_in_future,
        not_nfc,
        suspect_character,
        mojibake,
        placeholder_value,
        surrounding_space,
        spreadsheet_formula,
        cell_too_long,
    )
    return modules


@cache
def row_rules() -> tuple[RowRule, ...]:
    """The rules on rows."""
    from . import (
        coordinates_outside,
        coordinates_swapped,
        coordinates_wrong_zone,
        date_order,
        sample_looks_real,
        sum_not_total,
    )

    modules: tuple[Any, ...] = (
        sample_looks_real,
        date_order,
        sum_not_total,
        coordinates_swapped,
        coordinates_wrong_zone,
        coordinates_outside,
    )
    return modules


@cache
def column_rules() -> tuple[ColumnRule, ...]:
    """The rules on columns as a whole."""
    from . import date_ambiguous, number_locale_mixed

    modules: tuple[Any, ...] = (number_locale_mixed, date_ambiguous)
    return modules


def rule_codes(severity: Severity | None = None) -> tuple[str, ...]:
    """The codes of the rules that Frictionless can be given: cells, rows, columns, unique keys; of one severity, if given."""
    from . import unique_key

    known: tuple[Any, ...] = (*cell_rules(), *row_rules(), *column_rules(), unique_key)
    return tuple(rule.CODE for rule in known if severity in (None, rule.SEVERITY))


def declared_codes() -> tuple[str, ...]:
    """The rules that an entry of `dulieumo:checks` may name."""
    from . import date_in_future, date_order, null_share, reidentification_risk, row_count, sum_not_total

    known: tuple[Any, ...] = (date_in_future, date_order, null_share, reidentification_risk, row_count, sum_not_total)
    return tuple(rule.CODE for rule in known)
