"""A small made-up catalogue, written by the tests that need to break it: one domain, one dataset, one table, and what you change."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

CATALOG: dict[str, Any] = {
    "name": "lang-mau",
    "title": "Dữ liệu mở Làng Mẫu",
    "description": "Danh mục bịa ra cho các bài kiểm thử, không có thật.",
    "languages": ["vi"],
    "publisher": "ban-quan-ly",
    "baseUrl": "https://langmau.example",
    "domains": ["linh-vuc"],
    "defaults": {"licenses": [{"name": "CC-BY-4.0"}], "languages": ["vi"]},
}
DOMAIN: dict[str, Any] = {
    "name": "linh-vuc",
    "title": "Lĩnh vực",
    "description": "Một lĩnh vực bịa ra cho các bài kiểm thử.",
    "dulieumo:euTheme": "GOVE",
}
PUBLISHERS: dict[str, Any] = {
    "publishers": [{"name": "ban-quan-ly", "title": "Ban quản lý", "description": "Một cơ quan bịa ra."}]
}


def field(name: str, type_: str = "string", **more: Any) -> dict[str, Any]:
    """A field with what the profile asks for; keys with a colon are given through a dict: **{"dulieumo:unit": "đồng"}."""
    base = {"name": name, "title": f"Cột {name}", "description": f"Ý nghĩa của cột {name}.", "type": type_}
    if type_ in ("integer", "number"):
        base["dulieumo:unit"] = "cái"
    if type_ == "number" and "dulieumo:float" not in more:
        base["dulieumo:decimal"] = {"precision": 12, "scale": 2}  # type: ignore[assignment]
    return {**base, **more}


def resource(name: str, fields: list[dict[str, Any]], key: list[str] | None = None, **more: Any) -> dict[str, Any]:
    schema: dict[str, Any] = {"missingValues": [""], "fields": fields}
    if key:
        schema["primaryKey"] = key
    return {
        "name": name,
        "title": f"Bảng {name}",
        "description": "Một bảng bịa ra cho các bài kiểm thử.",
        "path": f"data/{name}.csv",
        "type": "table",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "dialect": {"delimiter": ","},
        "dulieumo:kind": "real",
        "dulieumo:completeness": {"statement": "Đủ."},
        "schema": schema,
        **more,
    }


def package(name: str, resources: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    return {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": name,
        "title": f"Bộ dữ liệu {name}",
        "description": "Một bộ dữ liệu bịa ra cho các bài kiểm thử, không có thật, để xem chương trình làm gì với nó.",
        "version": "1.0.0",
        "keywords": ["thử", "mẫu", "bịa"],
        "dulieumo:publisher": "ban-quan-ly",
        "dulieumo:purpose": "Kiểm thử.",
        "dulieumo:scope": "Không có gì thật.",
        "dulieumo:collectionMethod": "Bịa ra.",
        "dulieumo:frequency": "ANNUAL",
        "dulieumo:dataAsOf": "2025",
        "dulieumo:changelog": [{"version": "1.0.0", "date": "2025-01-01", "description": "Bản đầu tiên."}],
        "dulieumo:personalData": {"contains": False},
        "sources": [{"dulieumo:id": "nguon-a", "title": "Nguồn A", "dulieumo:published": "2025"}],
        "resources": resources,
        **more,
    }


def write(
    folder: Path,
    packages: list[dict[str, Any]],
    tables: Mapping[str, str | bytes],
    *,
    catalog: Mapping[str, Any] | None = None,
) -> Path:
    """Write a catalogue under `folder`/datasets and return that folder. `tables` gives the files by "dataset/name.csv"."""
    root = folder / "datasets"
    put(root / "catalog.yaml", {**copy.deepcopy(CATALOG), **(catalog or {})})
    put(root / "publishers.yaml", PUBLISHERS)
    put(root / "linh-vuc" / "domain.yaml", DOMAIN)
    for descriptor in packages:
        put(root / "linh-vuc" / descriptor["name"] / "datapackage.yaml", descriptor)
    for place, text in tables.items():
        name, file = place.split("/", 1)
        path = root / "linh-vuc" / name / "data" / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode() if isinstance(text, str) else text)
    return root


def put(path: Path, value: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(value, allow_unicode=True, sort_keys=False), encoding="utf-8")


def one(
    folder: Path, fields: list[dict[str, Any]], csv: str | bytes, key: list[str] | None = None, **more: Any
) -> Path:
    """A catalogue of one dataset `bo` with one table `bang`."""
    return write(folder, [package("bo", [resource("bang", fields, key)], **more)], {"bo/bang.csv": csv})
