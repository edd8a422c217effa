"""A table with places as GeoParquet: its metadata as the specification asks, its geometries as WKB that others read."""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pytest

from dulieumo.model import DatasetVersion
from dulieumo.store import FolderStore
from tests import catalogues as made
from tests.build.making import make, only
from tests.build.test_schemas import validator
from tests.catalogues import field


def degrees(name: str, role: str) -> dict[str, Any]:
    return field(name, "number", **{"dulieumo:decimal": {"precision": 9, "scale": 6}, "dulieumo:role": role})


ROLES = [field("ma"), degrees("kinh_do", "longitude"), degrees("vi_do", "latitude")]


def built(folder: Path, fields: list[dict[str, Any]], csv: str, **more: Any) -> tuple[DatasetVersion, FolderStore]:
    store = FolderStore(folder / "store")
    table = made.resource("bang", fields, ["ma"], **more)
    root = made.write(folder, [made.package("bo", [table])], {"bo/bang.csv": csv})
    return only(make(root, store)), store


def geo(folder: Path, fields: list[dict[str, Any]], csv: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The file's `geo` metadata, and its rows."""
    version, store = built(folder, fields, csv)
    artifact = version.artifact("bang", "geoparquet")
    assert artifact is not None
    path = store.local_path(f"{version.folder}/{artifact.path}")
    metadata = json.loads(pq.read_metadata(path).metadata[b"geo"])
    rows: list[dict[str, Any]] = pq.read_table(path).to_pylist()
    descriptor = store.read_json(f"{version.folder}/datapackage.json")
    assert list(validator("version").iter_errors(descriptor)) == []
    assert artifact.rows == len(rows)
    return metadata, rows


def point(wkb: bytes) -> tuple[float, float]:
    order, kind, lon, lat = struct.unpack("<BIdd", wkb)
    assert (order, kind) == (1, 1)
    return lon, lat


def test_longitude_and_latitude_become_points(tmp_path: Path) -> None:
    csv = "ma,kinh_do,vi_do\na,106.7,10.77\nb,,10.8\nc,106.5,10.9\n"
    metadata, rows = geo(tmp_path, ROLES, csv)
    assert metadata["version"] == "1.1.0"
    assert metadata["columns"][metadata["primary_column"]] == {
        "encoding": "WKB",
        "geometry_types": ["Point"],
        "bbox": [106.5, 10.77, 106.7, 10.9],
    }
    assert [row["geometry"] and point(row["geometry"]) for row in rows] == [(106.7, 10.77), None, (106.5, 10.9)]
    assert [str(row["vi_do"]) for row in rows] == ["10.770000", "10.800000", "10.900000"]


def test_a_geopoint_becomes_a_point(tmp_path: Path) -> None:
    metadata, rows = geo(tmp_path, [field("ma"), field("vi_tri", "geopoint")], 'ma,vi_tri\na,"106.7,10.77"\nb,\n')
    assert metadata["columns"]["geometry"]["bbox"] == [106.7, 10.77, 106.7, 10.77]
    assert [row["geometry"] and point(row["geometry"]) for row in rows] == [(106.7, 10.77), None]


SHAPES = {
    "Point": ([1, 2], "POINT (1 2)"),
    "LineString": ([[0, 0], [1, 2]], "LINESTRING (0 0, 1 2)"),
    "Polygon": ([[[0, 0], [4, 0], [4, 4], [0, 0]]], "POLYGON ((0 0, 4 0, 4 4, 0 0))"),
    "MultiPoint": ([[1, 2], [3, 4]], "MULTIPOINT (1 2, 3 4)"),
    "MultiLineString": ([[[0, 0], [1, 1]], [[2, 2], [3, 3]]], "MULTILINESTRING ((0 0, 1 1), (2 2, 3 3))"),
    "MultiPolygon": ([[[[0, 0], [1, 0], [1, 1], [0, 0]]]], "MULTIPOLYGON (((0 0, 1 0, 1 1, 0 0)))"),
}


def quoted(value: Any) -> str:
    return '"' + json.dumps(value).replace('"', '""') + '"'


@pytest.mark.parametrize("kind", list(SHAPES))
def test_geojson_becomes_the_same_shape_for_another_program(tmp_path: Path, kind: str) -> None:
    coordinates, text = SHAPES[kind]
    feature = {"type": "Feature", "properties": {}, "geometry": {"type": kind, "coordinates": coordinates}}
    csv = f"ma,hinh\na,{quoted({'type': kind, 'coordinates': coordinates})}\nb,{quoted(feature)}\nc,\n"
    metadata, rows = geo(tmp_path, [field("ma"), field("hinh", "geojson")], csv)
    assert metadata["primary_column"] == "hinh"
    assert metadata["columns"]["hinh"]["geometry_types"] == [kind]
    assert rows[0]["hinh"] == rows[1]["hinh"]
    assert rows[2]["hinh"] is None
    with duckdb.connect(config={"autoinstall_known_extensions": "false"}) as connection:
        found = connection.execute("select ST_AsText(ST_GeomFromWKB(?))", [rows[0]["hinh"]]).fetchall()
    assert found == [(text,)]


def test_a_collection_and_an_elevation_are_written_in_two_dimensions(tmp_path: Path) -> None:
    parts = [{"type": "Point", "coordinates": [1, 2, 99]}, {"type": "LineString", "coordinates": [[0, 0], [5, 6]]}]
    csv = f"ma,hinh\na,{quoted({'type': 'GeometryCollection', 'geometries': parts})}\n"
    metadata, rows = geo(tmp_path, [field("ma"), field("hinh", "geojson")], csv)
    assert metadata["columns"]["hinh"]["bbox"] == [0, 0, 5, 6]
    assert rows[0]["hinh"][:9] == struct.pack("<BII", 1, 7, 2)
    assert len(rows[0]["hinh"]) == 9 + 21 + 9 + 32


def test_no_places_no_box(tmp_path: Path) -> None:
    metadata, rows = geo(tmp_path, ROLES, "ma,kinh_do,vi_do\n")
    assert (metadata["columns"]["geometry"], rows) == ({"encoding": "WKB", "geometry_types": []}, [])


def test_a_table_without_places_has_no_geoparquet(tmp_path: Path) -> None:
    version, _store = built(tmp_path, [field("ma")], "ma\na\n")
    assert version.artifact("bang", "geoparquet") is None
    assert "geoparquet" not in version.absent["bang"]


def test_what_cannot_be_written_is_explained(tmp_path: Path) -> None:
    csv = "ma,kinh_do,vi_do\na,106.7,10.77\n"
    version, _store = built(tmp_path / "1", ROLES, csv, **{"dulieumo:crs": 9210})
    assert version.absent["bang"]["geoparquet"] == "other-reference-system"
    named = [*ROLES, field("geometry")]
    version, _store = built(tmp_path / "2", named, "ma,kinh_do,vi_do,geometry\na,106.7,10.77,x\n")
    assert version.absent["bang"]["geoparquet"] == "column-named-geometry"
