"""report.json: the whole report for machines, texts in both languages. Its JSON Schema is schemas/report.json."""

from __future__ import annotations

from typing import Any

from dulieumo.check.report import FORMAT, CheckReport
from dulieumo.report.groups import Group, groups
from dulieumo_rules.findings import Finding
from dulieumo_rules.texts import render

LANGUAGES = ("vi", "en")


def render_report(report: CheckReport) -> dict[str, Any]:
    """The report as JSON values; `json.dumps` writes them."""
    return {
        "format": FORMAT,
        "tool": dict(report.tool),
        "valid": report.is_valid,
        "summary": {
            "errors": report.errors,
            "warnings": report.warnings,
            "datasets": len(report.inputs),
            "tables": len(report.tables),
            "rows": sum(table.rows for table in report.tables),
        },
        "inputs": dict(report.inputs),
        "tables": [
            {
                "dataset": table.dataset,
                "resource": table.resource,
                "file": table.file,
                "rows": table.rows,
                "bytes": table.bytes,
                "input_sha256": table.input_sha256,
            }
            for table in report.tables
        ],
        "findings": [_group(group) for group in groups(report)],
    }


def _group(group: Group) -> dict[str, Any]:
    place = group.first.place
    texts = {language: group.text(language) for language in LANGUAGES}
    described = {
        "code": group.code,
        "severity": str(group.severity),
        "unit": str(group.unit),
        "file": place.file,
        "dataset": place.dataset,
        "table": place.table,
        "column": place.column,
        "position": place.position,
        "count": group.count,
        "shown": len(group.findings),
        "title": {language: text.title for language, text in texts.items()},
        "places": [_place(found) for found in group.findings],
    }
    return {key: value for key, value in described.items() if value is not None}


def _place(found: Finding) -> dict[str, Any]:
    place = found.place
    texts = {language: render(found, language) for language in LANGUAGES}
    described = {
        "line": place.line,
        "row": place.row,
        "cell": place.cell,
        "values": dict(found.values),
        "message": {language: text.message for language, text in texts.items()},
        "fix": {language: text.fix for language, text in texts.items()},
    }
    return {key: value for key, value in described.items() if value is not None}
