"""The rules, one file each; a rule's docstring is its documentation page.

Three kinds. A *cell rule* looks at one cell of one column, a *row rule* at the cells of one row, a *table rule* at all rows.
Each is written once: `suspects` marks, vectorised, what might be wrong (it may mark too much, never too little), and
`explain` says what is wrong with one marked cell or row, or that nothing is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
    after all. A rule may have a PATTERN: an RE2 pattern without anchors, one of which is in every cell that it marks."""

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


def cell_rules() -> tuple[CellRule, ...]:
    """The rules on cells, in the order in which their findings are listed."""
    from . import (
        category_unknown,
        not_canonical,
        not_nfc,
        not_representable,
        placeholder_value,
        source_not_listed,
        spreadsheet_formula,
    )

    modules: tuple[Any, ...] = (
        not_representable,
        not_canonical,
        category_unknown,
        source_not_listed,
        not_nfc,
        placeholder_value,
        spreadsheet_formula,
    )
    return modules


def row_rules() -> tuple[RowRule, ...]:
    """The rules on rows."""
    from . import sample_looks_real

    modules: tuple[Any, ...] = (sample_looks_real,)
    return modules


def rule_codes(severity: Severity | None = None) -> tuple[str, ...]:
    """The codes of the rules that look at one table alone: cells, rows and keys; of one severity, if given."""
    from . import unique_key

    known: tuple[Any, ...] = (*cell_rules(), *row_rules(), unique_key)
    return tuple(rule.CODE for rule in known if severity in (None, rule.SEVERITY))
