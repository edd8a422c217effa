"""The sites that the tests look at: Sông Mây with a history, a status and documents; and a catalogue full of hostile texts."""

from __future__ import annotations

import copy
import csv
import io
import shutil
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from dulieumo import config, site, status
from dulieumo.cli import build, check
from dulieumo.descriptors import pictures
from dulieumo.model import Release
from dulieumo.site import server
from dulieumo.store import FolderStore
from tests import catalogues as made
from tests import pictures as drawn

SONGMAY = Path(__file__).resolve().parents[1] / "data" / "songmay"
PORTAL = "https://ckan.songmay.example"
TODAY = date(2025, 3, 1)
DOCUMENTS = {
    "guides/bat-dau.md": "# Bắt đầu\n\nĐọc [khái niệm](../concepts/tong-quan.md#kien-truc).\n\n```python\nprint(1)\n```\n",
    "guides/bat-dau.en.md": "# Getting started\n\nRead [the concepts](../concepts/tong-quan.md#kien-truc).\n",
    "concepts/tong-quan.md": "# Tổng quan\n\n## Kiến trúc\n\nMột đoạn.\n\n| a | b |\n|--|--|\n| 1 | 2 |\n",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """A release in a store, and the site made of it."""

    release: Release
    store: FolderStore
    out: Path
    docs: Path
    status: dict[str, Any]
    pictures: Mapping[str, Path]
    report: site.SiteReport


def release_of(folder: Path) -> Release:
    """Check and build the catalogue in `folder`/datasets, as the commands do, into `folder`/dist."""
    settings = config.load(folder)
    report = check.run(settings)
    assert report.is_valid, report.findings
    return build.run(settings)


def songmay(folder: Path, base_url: str) -> World:
    """Sông Mây in two releases: the second one has ben-xe 1.1.0, with a row more and one changed. Of its domains one has a picture."""
    root = folder / "datasets"
    shutil.copytree(SONGMAY, root)
    own = root / pictures.FOLDER
    own.mkdir()
    for kind in ("svg", "png"):
        shutil.copy(drawn.FOLDER / f"xay-dung.{kind}", own / f"giao-thong.{kind}")
    shutil.copy(drawn.FOLDER / "xa-hoi.png", own / "phong-giao-thong.png")
    release_of(folder)
    descriptor = root / "giao-thong" / "ben-xe" / "datapackage.yaml"
    package = yaml.safe_load(descriptor.read_text(encoding="utf-8"))
    package["version"] = "1.1.0"
    package["dulieumo:changelog"].append(
        {
            "version": "1.1.0",
            "date": "2025-02-01",
            "description": "Thêm một bến.",
            "description@en": "One station more.",
        }
    )
    package["dulieumo:withheld"] = [
        {
            "name": "dien_thoai",
            "title": "Điện thoại",
            "title@en": "Phone",
            "reason": "Dữ liệu cá nhân.",
            "reason@en": "Personal.",
        }
    ]
    package["dulieumo:issues"] = [
        {
            "id": "thieu",
            "description": "Thiếu bến tạm.",
            "description@en": "Temporary stations are missing.",
            "since": "2025-01-10",
        }
    ]
    made.put(descriptor, package)
    stations = root / "giao-thong" / "ben-xe" / "data" / "ben.csv"
    lines = stations.read_text(encoding="utf-8").splitlines()
    stations.write_text("\n".join([*lines, "BX-99,Bến Đò Mới,123.4"]) + "\n", encoding="utf-8")
    return _site(folder, FolderStore(folder / "dist" / "store"), with_base(release_of(folder), base_url))


def with_base(composed: Release, base_url: str) -> Release:
    return replace(composed, catalog=replace(composed.catalog, base_url=base_url))


def _site(folder: Path, store: FolderStore, composed: Release) -> World:
    docs = folder / "docs"
    for name, text in DOCUMENTS.items():
        path = docs / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    state = status.compute(composed.catalog, TODAY, release=composed.name)
    state["datasets"]["ben-xe"]["verified"] = {"at": "2025-02-02T03:04:05+00:00", "ok": True, "problems": 0}
    out = folder / "site"
    shown = pictures.read(folder / "datasets" / pictures.FOLDER).for_pages
    report = site.build(composed, store, out, status=state, docs=docs, portal=PORTAL, pictures=shown)
    return World(release=composed, store=store, out=out, docs=docs, status=state, pictures=shown, report=report)


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The address of a server for `folder`, which may come into being later."""
    running = server.serve(folder)
    thread = threading.Thread(target=running.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{running.server_address[1]}"
    finally:
        running.shutdown()
        running.server_close()


def large(folder: Path, count: int) -> Path:
    """A catalogue of `count` datasets of one small table each."""
    packages, tables = [], {}
    for number in range(count):
        name = f"bo-{number:05d}"
        fields = [made.field("ma"), made.field("so", "integer"), made.field("ngay", "date")]
        packages.append(made.package(name, [made.resource("bang", fields, ["ma"])], title=f"Bộ dữ liệu số {number}"))
        tables[f"{name}/bang.csv"] = "ma,so,ngay\n" + "".join(
            f"M{row},{row * number},2025-01-{row + 1:02d}\n" for row in range(9)
        )
    return made.write(folder, packages, tables)


# Each of these did harm somewhere once: markup, attributes, Markdown, addresses, template languages, ends of scripts.
HOSTILE = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "' onmouseover='alert(1)' x='",
    "</script><script>alert(1)</script>",
    "</textarea></title></style><script>alert(1)</script>",
    "[bấm vào đây](javascript:alert(1))",
    "![x](javascript:alert(1))",
    "<javascript:alert(1)>",
    "[a]: javascript:alert(1) [a]",
    "{{ 7*7 }}{% include 'x' %}{# c #}",
    "${alert(1)} `code` **đậm** _nghiêng_",
    "<!-- --><iframe src=//evil.example>",
    "<!--dulieumo 0-->",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "# tiêu đề | cột | {: onclick=alert(1) }",
    "- danh sách\n\n<div onclick=alert(1)>",
    "1. số\n\n    <b>thụt</b>",
    "\u202eđảo chiều\u202c \u0000\u0007 chuông",
    "```\n</code></pre><script>alert(1)</script>",
    "a\r\n\r\n<base href=//evil.example>\r\n",
    "data:text/html,<script>alert(1)</script>",
)


def hostile(folder: Path) -> Path:
    """A catalogue whose every free text, of descriptor and of cells, is one of HOSTILE."""
    texts = iter(HOSTILE * 20)

    def evil(value: Any, key: str = "") -> Any:
        if isinstance(value, Mapping):
            both = {
                **value,
                **{f"{name}@en": text for name, text in value.items() if name in TRANSLATED and key != "sources"},
            }
            return {name: evil(item, f"sources.{name}" if key == "sources" else name) for name, item in both.items()}
        if isinstance(value, list):
            return [evil(item, key) for item in value]
        is_text = key.split("@")[0] in FREE_TEXTS and isinstance(value, str)
        return f"{next(texts)} đủ dài để qua được mọi ràng buộc về độ dài" if is_text else value

    fields = [
        made.field("ma", categories=[{"value": "a", "label": "A"}, {"value": "<b>", "label": "B"}]),
        made.field("so", "integer"),
        made.field("chu"),
    ]
    package = made.package(
        "bo",
        [
            made.resource("bang", fields),
            made.resource("phu", copy.deepcopy(fields), None, **{"dulieumo:kind": "sample"}),
        ],
        **{
            "title@en": "x",
            "description@en": "x",
            "dulieumo:withheld": [{"name": "x", "title": "x", "reason": "x"}],
            "dulieumo:issues": [{"id": "loi", "description": "x", "since": "2025-01-01", "severity": "severe"}],
            "dulieumo:licenseNote": "x",
            "dulieumo:rights": "x",
            "dulieumo:statusNote": "x",
            "dulieumo:status": "retired",
            "dulieumo:notices": [{"effective": "2026-01-01", "announced": "2025-01-01", "description": "x"}],
            "sources": [{"dulieumo:id": "a", "title": "x", "dulieumo:publisher": "x", "dulieumo:published": "2025"}],
        },
    )
    catalog = evil(
        {**made.CATALOG, "languages": ["vi", "en"], "title@en": "x", "description@en": "x", "terms": {"text": "x"}}
    )
    root = made.write(
        folder,
        [evil(package)],
        {"bo/bang.csv": _hostile_cells(""), "bo/phu.csv": _hostile_cells("mẫu ")},
        catalog=catalog,
    )
    made.put(root / "publishers.yaml", evil(made.PUBLISHERS))
    made.put(root / "linh-vuc" / "domain.yaml", evil(made.DOMAIN))
    return root


def _hostile_cells(before: str) -> str:
    cells = io.StringIO()
    writer = csv.writer(cells, lineterminator="\n")
    writer.writerow(["ma", "so", "chu"])
    # The check refuses a table with text that runs backwards, so none is ever published; a descriptor's may be shown.
    for number, text in enumerate(text for text in HOSTILE if "\u202e" not in text):
        writer.writerow(["a" if number % 2 else "<b>", number, before + " ".join(text.replace("\0", "").split())])
    return cells.getvalue()


FREE_TEXTS = (
    "title", "description", "reason", "label", "statement", "text", "dulieumo:purpose", "dulieumo:scope",
    "dulieumo:collectionMethod", "dulieumo:licenseNote", "dulieumo:rights", "dulieumo:statusNote", "sources.title", "sources.dulieumo:publisher",
)  # fmt: skip
TRANSLATED = (*FREE_TEXTS, "dulieumo:unit")
