"""The report as SARIF 2.1.0, for code scanning: rules with their texts in both languages, one result per kept finding."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from dulieumo.check.report import CheckReport
from dulieumo.i18n import language
from dulieumo.report.groups import Group, groups
from dulieumo_rules.findings import Finding
from dulieumo_rules.texts import render, wording

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def render_report(report: CheckReport, prefix: str = "") -> dict[str, Any]:
    """The SARIF log as JSON values. `prefix` is put before each file, such as "datasets/"."""
    found = groups(report)
    codes = sorted({group.code for group in found})
    index = {code: number for number, code in enumerate(codes)}
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "dulieumo",
                        "version": report.tool.get("dulieumo", ""),
                        "rules": [_rule(code) for code in codes],
                    }
                },
                "columnKind": "unicodeCodePoints",
                "results": [
                    _result(item, group, index[group.code], prefix) for group in found for item in group.findings
                ],
            }
        ],
    }


def _rule(code: str) -> dict[str, Any]:
    entry = wording(code)
    if entry is None:
        return {"id": code}
    title, _message, fix = entry.in_(language())
    return {"id": code, "shortDescription": {"text": title}, "help": {"text": fix.replace("[[", "").replace("]]", "")}}


def _result(found: Finding, group: Group, rule: int, prefix: str) -> dict[str, Any]:
    text, place = render(found, language()), found.place
    region: dict[str, int] = {}
    line = place.line or place.row
    if line is not None:
        region["startLine"] = line
    if place.row is not None and place.position is not None:
        region["startColumn"] = place.position
    location: dict[str, Any] = {"artifactLocation": {"uri": quote(prefix + place.file)}}
    if region:
        location["region"] = region
    where = [
        {"name": name, "kind": kind} for name, kind in ((place.table, "resource"), (place.column, "member")) if name
    ]
    described: dict[str, Any] = {"physicalLocation": location}
    if where:
        described["logicalLocations"] = where
    return {
        "ruleId": found.code,
        "ruleIndex": rule,
        "level": "error" if found.is_error else "warning",
        "message": {"text": f"{text.message} → {text.fix}" if text.fix else text.message},
        "locations": [described],
        "properties": {"cell": place.cell or "", "groupCount": group.count},
    }
