"""Where a point lies: degrees and metres, the box of an area, zones of VN-2000. Not a rule; three rules share it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dulieumo_rules import masks
from dulieumo_rules.masks import Mask
from dulieumo_rules.shape import Table

from . import Values

OUTSIDE, SWAPPED, WRONG_ZONE = "coordinates-outside", "coordinates-swapped", "coordinates-wrong-zone"

ZONES = {
    9210: (105.75, 0.9999),
    5896: (102.0, 0.9999),
    5897: (105.0, 0.9999),
    5898: (108.0, 0.9999),
    5899: (107.75, 0.9999),
    9208: (104.75, 0.9999),
    9209: (105.5, 0.9999),
    9211: (106.0, 0.9999),
    9212: (106.25, 0.9999),
    9213: (106.5, 0.9999),
    9214: (107.0, 0.9999),
    9215: (107.25, 0.9999),
    9216: (107.5, 0.9999),
    9217: (108.25, 0.9999),
    9218: (108.5, 0.9999),
    3405: (105.0, 0.9996),
    3406: (111.0, 0.9996),
}
"""VN-2000 zones: central meridian in degrees, and scale; EPSG codes."""
METRES_EAST, METRES_NORTH = 111_320, 110_600
"""Metres of a degree: at the equator eastwards, and northwards at these latitudes."""
MARGIN = 0.02
"""Degrees around the box: for points on the border, and for what the conversion of metres leaves open."""


def applies(table: Table) -> bool:
    return table.bounds is not None and _names(table) is not None and (table.crs in (None, 4326) or table.crs in ZONES)


def _names(table: Table) -> tuple[str, str] | None:
    """The columns of longitude (east) and latitude (north)."""
    roles = {str(field.descriptor.get("dulieumo:role")): field.name for field in table.fields}
    if "longitude" in roles and "latitude" in roles:
        return roles["longitude"], roles["latitude"]
    return None


def suspects(columns: Mapping[str, pa.Array], table: Table) -> Mask:
    """The rows with both coordinates whose point is not inside the box."""
    names, bounds = _names(table), table.bounds
    if names is None or bounds is None or any(name not in columns for name in names):
        return None
    both = pc.and_(pc.is_valid(columns[names[0]]), pc.is_valid(columns[names[1]]))
    try:
        east, north = (columns[name].cast(pa.float64()).to_numpy(zero_copy_only=False) for name in names)
    except pa.ArrowInvalid:
        return masks.or_none(both)
    if table.crs in ZONES:
        meridian, scale = ZONES[table.crs]
        north = north / scale / METRES_NORTH
        with np.errstate(invalid="ignore"):
            east = meridian + (east - 500_000) / scale / (METRES_EAST * np.cos(np.radians(north)))
    west, south, last, top = bounds
    inside = (east >= west - MARGIN) & (east <= last + MARGIN) & (north >= south - MARGIN) & (north <= top + MARGIN)
    return masks.or_none(pc.and_(both, pa.array(~inside)))


def judge(cells: Sequence[str | None], table: Table, wanted: str) -> tuple[str, Values] | None:
    """The column and values of the finding `wanted`; None where the point is right, or another finding tells it."""
    names, bounds = _names(table), table.bounds
    texts = {field.name: text for field, text in zip(table.fields, cells, strict=True)}
    if names is None or bounds is None:
        return None
    try:
        east, north = (float(str(texts[name])) for name in names)
    except ValueError:
        return None
    crs = table.crs if table.crs in ZONES else None
    if _is_inside(_degrees(east, north, crs), bounds):
        return None
    shown: dict[str, str | int | float] = {"longitude": str(texts[names[0]]), "latitude": str(texts[names[1]])}
    if _is_inside(_degrees(north, east, crs), bounds):
        return (names[0], shown) if wanted == SWAPPED else None
    if crs is not None:
        guess = next((zone for zone in ZONES if _is_inside(_degrees(east, north, zone), bounds)), "")
        if guess != "":
            return (names[0], {**shown, "crs": crs, "guess": guess}) if wanted == WRONG_ZONE else None
    return (names[0], {**shown, "box": ", ".join(f"{edge:g}" for edge in bounds)}) if wanted == OUTSIDE else None


def _is_inside(point: tuple[float, float], bounds: tuple[float, float, float, float]) -> bool:
    longitude, latitude = point
    west, south, east, north = bounds
    return west - MARGIN <= longitude <= east + MARGIN and south - MARGIN <= latitude <= north + MARGIN


def _degrees(east: float, north: float, zone: int | None) -> tuple[float, float]:
    """Metres of a zone in degrees, on a sphere fitted to the ellipsoid at these latitudes; degrees as they are."""
    if zone is None:
        return east, north
    meridian, scale = ZONES[zone]
    latitude = north / scale / METRES_NORTH
    if not -90 < latitude < 90:
        return math.inf, math.inf
    return meridian + (east - 500_000) / scale / (METRES_EAST * math.cos(math.radians(latitude))), latitude
