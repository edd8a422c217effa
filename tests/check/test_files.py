"""Files that are not tables are held against what they say they are."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from dulieumo import check, descriptors
from dulieumo_rules import texts
from tests import catalogues as made
from tests.catalogues import field

SQUARE = [[[106.6, 10.7], [106.7, 10.7], [106.7, 10.8], [106.6, 10.7]]]


def feature(geometry: Any) -> dict[str, Any]:
    return {"type": "Feature", "properties": {"ten": "Khu A"}, "geometry": geometry}


def geo(*geometries: Any) -> bytes:
    return json.dumps({"type": "FeatureCollection", "features": [feature(item) for item in geometries]}).encode()


def reasons(folder: Path, format_: str, data: bytes) -> list[str]:
    file = {
        "name": "tep",
        "title": "Tệp",
        "description": "Một tệp.",
        "path": f"data/tep.{format_}",
        "format": format_,
        "mediatype": "application/octet-stream",
    }
    package = made.package("bo", [made.resource("bang", [field("ma")], ["ma"]), file])
    root = made.write(folder, [package], {"bo/bang.csv": "ma\na\n", f"bo/tep.{format_}": data})
    report = check.check(descriptors.read(root))
    assert {found.code for found in report.findings} <= {"file-not-as-declared"}
    for found in report.findings:
        assert texts.render(found, "vi").message != texts.render(found, "en").message
    return [str(found.values["reason"]) for found in report.findings]


@pytest.mark.parametrize(
    ("format_", "data"),
    [
        (
            "geojson",
            geo({"type": "Polygon", "coordinates": SQUARE}, {"type": "Point", "coordinates": [106.7, 10.8]}, None),
        ),
        ("geojson", geo({"type": "GeometryCollection", "geometries": [{"type": "Point", "coordinates": [0, 0]}]})),
        ("geojson", b'{"type": "FeatureCollection", "features": []}'),
        ("geojson", b'{"type": "Point", "coordinates": [106.7, 10.8, 5]}'),
        ("json", b"[1, 2]"),
        ("pdf", b"%PDF-1.7\n..."),
        ("png", b"\x89PNG\r\n\x1a\n..."),
        ("jpg", b"\xff\xd8\xff\xe0..."),
        ("zip", b"PK\x03\x04..."),
        ("gpkg", b"what we do not know is published as it is"),
    ],
)
def test_a_file_that_is_what_it_says_passes(tmp_path: Path, format_: str, data: bytes) -> None:
    assert reasons(tmp_path, format_, data) == []


@pytest.mark.parametrize(
    ("format_", "data", "reason"),
    [
        ("pdf", b"PK\x03\x04 a renamed workbook", "signature"),
        ("png", b"GIF89a", "signature"),
        ("pdf", b"", "empty"),
        ("geojson", b"{", "json"),
        ("geojson", b'{"type": "Point", "coordinates": [NaN, 1]}', "json"),
        ("geojson", b"[" * 100_000, "json"),
        ("geojson", b"[]", "geojson"),
        ("geojson", b'{"type": "Topology"}', "geojson"),
        ("geojson", b'{"type": "FeatureCollection"}', "geojson"),
        ("geojson", geo({"type": "Point", "coordinates": "106.7,10.8"}), "geojson"),
        ("geojson", geo({"type": "Point", "coordinates": [106.7]}), "geojson"),
        ("geojson", geo({"type": "Point", "coordinates": [True, False]}), "geojson"),
        ("geojson", geo({"type": "Point", "coordinates": [603677.0, 1191343.0]}), "coordinates"),
        ("geojson", geo({"type": "Point", "coordinates": [10.77, 106.69]}), "coordinates"),
    ],
)
def test_a_file_that_is_something_else_is_found(tmp_path: Path, format_: str, data: bytes, reason: str) -> None:
    assert reasons(tmp_path, format_, data) == [reason]
