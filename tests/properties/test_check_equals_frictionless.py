"""The screen proves nothing that Frictionless refuses: our verdict is that of Frictionless with our plugin, cell by cell."""

from __future__ import annotations

import tempfile
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from frictionless import Checklist, Resource
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dulieumo.check import references, table, verdict
from dulieumo.check.report import Collector
from dulieumo.descriptors import resolve
from dulieumo.model import Catalog, Text
from dulieumo_rules import rules, texts
from dulieumo_rules.findings import Finding, Place, Severity

from . import tables

OURS_ALONE = {"duplicate-row", "label-not-exact", "personal-data", "personal-data-in-text"}
PLACE = Place(file="bang.csv", dataset="bo", table="bang")
CATALOG = Catalog(
    name="thu", title=Text("Thử"), description=Text("Thử"), publisher="x", languages=("vi",), base_url="https://thu.example",
    domains=(), publishers=(), datasets=(),
)  # fmt: skip


def ours(case: tables.Case, path: Path) -> tuple[list[Finding], int]:
    """Every error that `check` finds in a table, uncapped, and the rows it counted."""
    fields = [{"title": "Cột", "description": "Cột.", **field} for field in case.schema["fields"]]
    package = {
        "name": "bo", "title": "Bộ", "description": "Bộ", "version": "1.0.0", "keywords": [], "languages": ["vi"],
        "licenses": [], "sources": [], "dulieumo:publisher": "x", "dulieumo:frequency": "ANNUAL", "dulieumo:dataAsOf": "2025",
        "dulieumo:changelog": [],
        "resources": [
            {
                "name": "bang", "path": "bang.csv", "title": "Bảng", "description": "Bảng", "format": "csv", "mediatype": "text/csv",
                "dialect": case.dialect, "schema": {**case.schema, "fields": fields},
            }
        ],
    }  # fmt: skip
    dataset = resolve.dataset(package, domain="x", folder="x/bo")
    collector = Collector(limit=10**9)
    subject = table.Subject(
        catalog=CATALOG, dataset=dataset, resource=dataset.resources[0], path=path, place=PLACE,
        targets=references.Targets(path.parent, CATALOG), described=lambda _part: PLACE, dataset_said=lambda _part: PLACE, today=date(2026, 11, 22),
    )  # fmt: skip
    rows = table.check(subject, collector)
    return [item for item in collector.findings() if item.is_error and item.code not in OURS_ALONE], rows


def theirs(case: tables.Case, path: Path) -> tuple[list[Finding], list[Any], int]:
    """Frictionless's errors on the same file, with our plugin's checks: its own as findings, and ours as they are."""
    schema = verdict.schema_descriptor(case.schema)
    for declared, field in zip(schema["fields"], case.schema["fields"], strict=True):
        declared.update(
            {key: value for key, value in field.items() if key.startswith("dulieumo:") or key == "categories"}
        )
    if "uniqueKeys" in case.schema:
        schema["uniqueKeys"] = case.schema["uniqueKeys"]
    dialect = {
        **case.dialect,
        "quoteChar": '"',
        "doubleQuote": True,
        "skipInitialSpace": False,
        "lineTerminator": "\n",
        "header": True,
    }
    resource: Any = Resource.from_descriptor(
        {
            "$schema": "https://datapackage.org/profiles/2.0/dataresource.json",
            "name": "bang", "type": "table", "path": path.name, "format": "csv", "encoding": "utf-8", "dialect": dialect, "schema": schema,
        },
        basepath=str(path.parent),
    )  # fmt: skip
    report = resource.validate(Checklist.from_descriptor({"checks": [{"type": "dulieumo"}]}), limit_errors=10**9)
    labels = report.tasks[0].labels
    places = verdict._Places(PLACE, resource.schema, list(labels), 1)
    known = set(rules.rule_codes())
    stock, own = [], []
    for error in report.tasks[0].errors:
        if error.type in known:
            own.append(error)
        elif hasattr(error, "row_number") or hasattr(error, "row_numbers"):
            stock.append(places.finding(error))
        else:
            stock.append(Finding(code=error.type, place=PLACE))
    return stock, own, report.tasks[0].stats.get("rows", 0)


def essence(found: Finding) -> tuple[Any, ...]:
    """What must be equal of an error of Frictionless's: code, place and what its note says."""
    if found.code in ("encoding-error", "source-error", "error", "metadata-error", "resource-error"):
        return ("unreadable",)
    place = found.place
    return found.code, place.row, place.column, place.position, tuple(sorted(found.values.items()))


def _column(error: Any) -> str:
    """The column that an error of a whole column names in its note."""
    return "" if hasattr(error, "row_number") else str(error.note).split(": ", 1)[0]


def compare(case: tables.Case) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bang.csv"
        path.write_bytes(case.content)
        mine, rows = ours(case, path)
        stock, own, counted = theirs(case, path)
    known = set(rules.rule_codes(Severity.ERROR))
    got = Counter(essence(item) for item in mine if item.code not in known)
    wanted = Counter(essence(item) for item in stock)
    if ("unreadable",) in wanted or ("unreadable",) in got:
        assert ("unreadable",) in wanted
        assert ("unreadable",) in got
        return
    assert got == wanted
    got_own = Counter(
        (item.code, item.place.row, texts.render(item, "en").message) for item in mine if item.code in known
    )
    wanted_own = Counter(
        (error.type, getattr(error, "row_number", None), error.note.removeprefix(f"{_column(error)}: "))
        for error in own
    )
    assert got_own == wanted_own
    assert rows == counted


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(tables.cases())
def test_codes_cells_and_notes_are_those_of_frictionless(case: tables.Case) -> None:
    compare(case)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(tables.cases(most_rows=3), st.integers(5, 40))
def test_many_repeats_of_few_rows_are_judged_alike(case: tables.Case, times: int) -> None:
    head, _, body = case.content.partition(b"\n")
    compare(tables.Case(schema=case.schema, content=head + b"\n" + body * times, dialect=case.dialect))


@pytest.mark.parametrize("kind", sorted(tables.CLEAN))
@pytest.mark.parametrize("text", tables.DIRTY)
def test_every_odd_text_in_every_type(kind: str, text: str) -> None:
    import csv
    import io

    field: dict[str, Any] = {"name": "c0", "type": kind}
    if kind == "number":
        field["dulieumo:decimal"] = {"precision": 12, "scale": 2}
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([["c0", "k"], [tables.CLEAN[kind][0], "1"], [text, "2"]])
    schema = {"fields": [field, {"name": "k", "type": "integer"}]}
    compare(tables.Case(schema=schema, content=out.getvalue().encode(), dialect={"delimiter": ","}))
