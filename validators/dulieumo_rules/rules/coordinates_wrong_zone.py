"""VN-2000 metres are those of the declared zone.

Each province's grid has its own central meridian: one may be 105°45′ (EPSG:9210), that of a neighbour 107°45′
(EPSG:5899), where the same point has an easting some 219 km smaller. Told where the point fits its area in another zone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pyarrow as pa

from dulieumo_rules.findings import Severity
from dulieumo_rules.masks import Mask
from dulieumo_rules.shape import Table

from . import Values, coordinates

CODE = coordinates.WRONG_ZONE
SEVERITY = Severity.ERROR


def applies(table: Table) -> bool:
    return coordinates.applies(table) and table.crs in coordinates.ZONES


def suspects(columns: Mapping[str, pa.Array], table: Table) -> Mask:
    return coordinates.suspects(columns, table)


def explain(cells: Sequence[str | None], table: Table) -> tuple[str | None, Values] | None:
    return coordinates.judge(cells, table, CODE)
