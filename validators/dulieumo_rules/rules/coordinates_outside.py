"""A point lies in the area that its dataset speaks of.

For a pair of columns with `dulieumo:role` longitude and latitude, within the box of the dataset (`dulieumo:spatial.bbox`) or
of the catalogue (`bounds.bbox`), WGS 84. With `dulieumo:crs`, metres of that VN-2000 zone are turned into degrees first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pyarrow as pa

from dulieumo_rules.findings import Severity
from dulieumo_rules.masks import Mask
from dulieumo_rules.shape import Table

from . import Values, coordinates

CODE = coordinates.OUTSIDE
SEVERITY = Severity.ERROR


def applies(table: Table) -> bool:
    return coordinates.applies(table)


def suspects(columns: Mapping[str, pa.Array], table: Table) -> Mask:
    return coordinates.suspects(columns, table)


def explain(cells: Sequence[str | None], table: Table) -> tuple[str | None, Values] | None:
    return coordinates.judge(cells, table, CODE)
