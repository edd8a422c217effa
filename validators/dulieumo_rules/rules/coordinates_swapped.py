"""Longitude and latitude are not swapped.

A point outside its area that lies inside it the other way round: on Vietnamese maps X is the north and Y the east, which
is the classic mistake when columns are named.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pyarrow as pa

from dulieumo_rules.findings import Severity
from dulieumo_rules.masks import Mask
from dulieumo_rules.shape import Table

from . import Values, coordinates

CODE = coordinates.SWAPPED
SEVERITY = Severity.ERROR


def applies(table: Table) -> bool:
    return coordinates.applies(table)


def suspects(columns: Mapping[str, pa.Array], table: Table) -> Mask:
    return coordinates.suspects(columns, table)


def explain(cells: Sequence[str | None], table: Table) -> tuple[str | None, Values] | None:
    return coordinates.judge(cells, table, CODE)
