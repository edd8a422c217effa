"""Resources that are not tables, held against what they say they are: GeoJSON by its structure, others by their signature.

GeoJSON is RFC 7946: an object with a known `type`, features in a list, positions as finite longitude and latitude in WGS 84.
A PDF begins with `%PDF-` (ISO 32000-2, 7.5.2); PNG, JPEG, GIF, WebP and ZIP begin with their magic bytes. A format that is not
listed here is published as it is, and nothing is said of it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from dulieumo.model import Dataset, Resource
from dulieumo_rules.findings import Finding, Place, finding

MAX_JSON_BYTES = 100_000_000
SIGNATURES: dict[str, tuple[bytes, ...]] = {
    "pdf": (b"%PDF-",),
    "png": (b"\x89PNG\r\n\x1a\n",),
    "jpg": (b"\xff\xd8\xff",),
    "jpeg": (b"\xff\xd8\xff",),
    "gif": (b"GIF87a", b"GIF89a"),
    "webp": (b"RIFF",),
    "zip": (b"PK\x03\x04", b"PK\x05\x06"),
}
GEOMETRIES = ("Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon")


def check(dataset: Dataset, resource: Resource, path: Path) -> Iterator[Finding]:
    """What is wrong with a file that is no table. At most one finding: the first reason why it is not what it says."""
    place = Place(file=f"{dataset.folder}/{resource.path}", dataset=dataset.name, table=resource.name)
    reason = _reason(resource.format, path)
    if reason:
        yield finding("file-not-as-declared", place, format=resource.format, reason=reason)


def _reason(format_: str, path: Path) -> str:
    """A code of why the file is not of its format; "" where it is, or where we do not know the format."""
    if path.stat().st_size == 0:
        return "empty"
    if format_ in ("geojson", "json"):
        return _json(path, is_geo=format_ == "geojson")
    signatures = SIGNATURES.get(format_)
    if signatures is None:
        return ""
    with path.open("rb") as file:
        start = file.read(16)
    return "" if start.startswith(signatures) else "signature"


def _json(path: Path, *, is_geo: bool) -> str:
    if path.stat().st_size > MAX_JSON_BYTES:
        return "too-large"
    try:
        value = json.loads(path.read_bytes(), parse_constant=_refuse)
    except (ValueError, RecursionError):
        return "json"
    return _geojson(value) if is_geo else ""


def _refuse(name: str) -> float:
    raise ValueError(name)  # NaN and Infinity are no JSON


def _geojson(value: Any) -> str:
    if not isinstance(value, dict):
        return "geojson"
    if value.get("type") == "FeatureCollection":
        features = value.get("features")
        if not isinstance(features, list):
            return "geojson"
        return next((reason for reason in map(_feature, features) if reason), "")
    return _feature(value) if value.get("type") == "Feature" else _geometry(value)


def _feature(value: Any) -> str:
    if not isinstance(value, dict) or value.get("type") != "Feature" or "geometry" not in value:
        return "geojson"
    return "" if value["geometry"] is None else _geometry(value["geometry"])


def _geometry(value: Any) -> str:
    if not isinstance(value, dict):
        return "geojson"
    if value.get("type") == "GeometryCollection":
        parts = value.get("geometries")
        if not isinstance(parts, list):
            return "geojson"
        return next((reason for reason in map(_geometry, parts) if reason), "")
    if value.get("type") not in GEOMETRIES or not isinstance(value.get("coordinates"), list):
        return "geojson"
    return _positions(value["coordinates"])


def _positions(value: list[Any]) -> str:
    """Lists of lists down to positions. An empty list is a geometry of nothing."""
    if value and not isinstance(value[0], list):
        is_number = all(isinstance(part, (int, float)) and not isinstance(part, bool) for part in value)
        if not is_number or len(value) < 2:
            return "geojson"
        return "" if abs(value[0]) <= 180 and abs(value[1]) <= 90 else "coordinates"
    return next((reason for part in value if (reason := _positions(part) if isinstance(part, list) else "geojson")), "")
