"""A table with places as GeoParquet 1.1: the same rows and columns, and each row's geometry as WKB, for maps and GIS.

    geojson column          its geometry, under its own name
    geopoint column         a point, in the column `geometry`
    longitude + latitude    (`dulieumo:role`) a point, in the column `geometry`

Coordinates are longitude, latitude in WGS 84, which is what GeoParquet means where it names no reference system. A table
that declares another one (`dulieumo:crs`) gets no GeoParquet: its definition would have to be written into the file.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dulieumo import parquetfile
from dulieumo.convert import sort_key
from dulieumo.model import Column, Resource

VERSION = "1.1.0"
WGS84 = 4326
GEOMETRY = "geometry"
_KINDS = {
    "Point": 1,
    "LineString": 2,
    "Polygon": 3,
    "MultiPoint": 4,
    "MultiLineString": 5,
    "MultiPolygon": 6,
    "GeometryCollection": 7,
}
_PARTS = {"MultiPoint": "Point", "MultiLineString": "LineString", "MultiPolygon": "Polygon"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Where a table has its geometry: one column, or a longitude and a latitude."""

    columns: tuple[Column, ...]

    @property
    def name(self) -> str:
        return self.columns[0].name if self.columns[0].type == "geojson" else GEOMETRY


def places(resource: Resource) -> Places | None:
    """The places of a table; None where it has none."""
    schema = resource.schema
    if schema is None:
        return None
    for kind in ("geojson", "geopoint"):
        found = [column for column in schema.columns if column.type == kind]
        if found:
            return Places(columns=(found[0],))
    by_role = {column.descriptor.get("dulieumo:role"): column for column in schema.columns}
    if "longitude" in by_role and "latitude" in by_role:
        return Places(columns=(by_role["longitude"], by_role["latitude"]))
    return None


def why_not(resource: Resource) -> str | None:
    """The code of the reason why a table with places becomes no GeoParquet; None where it does."""
    if resource.descriptor.get("dulieumo:crs", WGS84) != WGS84:
        return "other-reference-system"
    found = places(resource)
    assert resource.schema is not None
    if found is not None and found.name == GEOMETRY and resource.schema.column(GEOMETRY) is not None:
        return "column-named-geometry"
    return None


def write(target: Path, resource: Resource, where: Places, source: Sequence[Path]) -> None:
    """Write the GeoParquet of a table from its Parquet, in the same order, group by group."""
    schema = resource.schema
    assert schema is not None
    seen = _Seen()
    with parquetfile.TableReader(source) as file:
        arrow = _schema(file.schema_arrow, where)
        with parquetfile.Writer(target, arrow, sorted_by=sort_key(schema)) as writer:
            for batch in file.iter_batches(batch_size=parquetfile.ROW_GROUP_ROWS):
                writer.write(pa.RecordBatch.from_arrays(list(_columns(batch, arrow, where, seen)), schema=arrow))
            writer.describe({"geo": json.dumps(seen.metadata(where.name))})


def _schema(arrow: pa.Schema, where: Places) -> pa.Schema:
    geometry = pa.field(where.name, pa.binary())
    position = arrow.get_field_index(where.name)
    return (
        arrow.set(position, geometry.with_metadata(arrow.field(position).metadata))
        if position >= 0
        else arrow.append(geometry)
    )


def _columns(batch: pa.RecordBatch, arrow: pa.Schema, where: Places, seen: _Seen) -> Iterator[pa.Array]:
    for name in arrow.names:
        yield _geometry(batch, where, seen) if name == where.name else batch.column(name)


def _geometry(batch: pa.RecordBatch, where: Places, seen: _Seen) -> pa.Array:
    values = [batch.column(column.name) for column in where.columns]
    if where.columns[0].type == "geojson":
        return pa.array([_from_geojson(text, seen) for text in values[0].to_pylist()], pa.binary())
    if where.columns[0].type == "geopoint":
        values = [pc.struct_field(values[0], name) for name in ("lon", "lat")]
    lon, lat = map(_degrees, values)
    present = pc.and_(pc.is_valid(lon), pc.is_valid(lat))
    points = np.zeros(len(present), [("order", "u1"), ("kind", "<u4"), ("lon", "<f8"), ("lat", "<f8")])
    points["order"], points["kind"] = 1, _KINDS["Point"]
    points["lon"], points["lat"] = (pc.fill_null(value, 0.0).to_numpy(zero_copy_only=False) for value in (lon, lat))
    seen.points(lon.filter(present), lat.filter(present))
    offsets = np.arange(len(points) + 1, dtype=np.int32) * points.itemsize
    all_points = pa.Array.from_buffers(
        pa.binary(), len(points), [None, pa.py_buffer(offsets.tobytes()), pa.py_buffer(points.tobytes())]
    )
    return pc.if_else(present, all_points, pa.scalar(None, pa.binary()))


def _degrees(values: pa.Array) -> pa.Array:
    """As doubles, by way of their text: Arrow's own cast of a decimal is off by the last bit."""
    return values if pa.types.is_floating(values.type) else pc.cast(pc.cast(values, pa.string()), pa.float64())


@dataclass(slots=True)
class _Seen:
    """What the geometries have in common: their kinds and the box around them."""

    kinds: set[str] = field(default_factory=set)
    box: list[float] = field(default_factory=list)

    def points(self, lon: pa.Array, lat: pa.Array) -> None:
        if len(lon):
            self.kinds.add("Point")
            ends = [pc.min_max(values).as_py() for values in (lon, lat)]
            self.stretch([end["min"] for end in ends])
            self.stretch([end["max"] for end in ends])

    def stretch(self, position: list[float]) -> None:
        west, south, east, north = self.box or [*position[:2], *position[:2]]
        x, y = position[:2]
        self.box = [min(west, x), min(south, y), max(east, x), max(north, y)]

    def metadata(self, name: str) -> dict[str, Any]:
        column: dict[str, Any] = {"encoding": "WKB", "geometry_types": sorted(self.kinds)}
        if self.box:
            column["bbox"] = self.box
        return {"version": VERSION, "primary_column": name, "columns": {name: column}}


def _from_geojson(text: str | None, seen: _Seen) -> bytes | None:
    """The geometry of a GeoJSON text as WKB; None where there is none, or where it is no geometry."""
    value = json.loads(text) if text is not None else None
    if value is not None and value.get("type") == "Feature":
        value = value.get("geometry")
    if value is None or value.get("type") not in _KINDS:
        return None
    seen.kinds.add(value["type"])
    return _wkb(value, seen)


def _wkb(value: dict[str, Any], seen: _Seen) -> bytes:
    """Well-known binary, little-endian, in two dimensions: an elevation is left out."""
    kind = value["type"]
    head = struct.pack("<BI", 1, _KINDS[kind])
    if kind == "GeometryCollection":
        parts = value.get("geometries", [])
        return head + struct.pack("<I", len(parts)) + b"".join(_wkb(part, seen) for part in parts)
    coordinates = value["coordinates"]
    if kind == "Point":
        return head + _position(coordinates, seen)
    if kind == "LineString":
        return head + _line(coordinates, seen)
    if kind == "Polygon":
        return head + struct.pack("<I", len(coordinates)) + b"".join(_line(ring, seen) for ring in coordinates)
    inner = [_wkb({"type": _PARTS[kind], "coordinates": part}, seen) for part in coordinates]
    return head + struct.pack("<I", len(inner)) + b"".join(inner)


def _line(positions: list[list[float]], seen: _Seen) -> bytes:
    return struct.pack("<I", len(positions)) + b"".join(_position(position, seen) for position in positions)


def _position(position: list[float], seen: _Seen) -> bytes:
    seen.stretch(position)
    return struct.pack("<dd", *position[:2])
