"""The report as JUnit XML, which every CI system shows: a test suite per dataset, a test case per table or descriptor.

Errors are failures; warnings stand in `system-out`. What XML cannot hold (control characters) is shown as U+FFFD.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from xml.sax.saxutils import escape, quoteattr

from dulieumo.check.report import CheckReport
from dulieumo.i18n import language
from dulieumo.report import words
from dulieumo.report.groups import Group, groups

PLACES_LISTED = 50
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render_report(report: CheckReport) -> str:
    """The XML document."""
    by_file: Mapping[str, list[Group]] = defaultdict(list)
    for group in groups(report):
        by_file[group.first.place.file].append(group)
    files = sorted({table.file for table in report.tables} | set(by_file))
    suites: Mapping[str, list[str]] = defaultdict(list)
    for file in files:
        suites[_suite(file)].append(file)
    failures = sum(any(group.first.is_error for group in by_file.get(file, ())) for file in files)
    parts = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<testsuites name="dulieumo check" tests="{len(files)}" failures="{failures}">',
    ]
    for suite, members in suites.items():
        failed = sum(any(group.first.is_error for group in by_file.get(file, ())) for file in members)
        parts.append(f'  <testsuite name={_attribute(suite)} tests="{len(members)}" failures="{failed}">')
        for file in members:
            parts.extend(_case(suite, file, by_file.get(file, [])))
        parts.append("  </testsuite>")
    parts.append("</testsuites>")
    return "\n".join(parts) + "\n"


def _suite(file: str) -> str:
    """The dataset's folder, or the file itself outside one."""
    parts = file.split("/")
    return "/".join(parts[:2]) if len(parts) > 2 else file


def _case(suite: str, file: str, found: list[Group]) -> list[str]:
    errors = [group for group in found if group.first.is_error]
    warnings = [group for group in found if not group.first.is_error]
    opening = f"    <testcase classname={_attribute(suite)} name={_attribute(file)}"
    if not found:
        return [f"{opening}/>"]
    parts = [f"{opening}>"]
    if errors:
        message = "; ".join(words.headline(group) for group in errors)
        kinds = ", ".join(dict.fromkeys(group.code for group in errors))
        parts.append(f"      <failure type={_attribute(kinds)} message={_attribute(message)}>{_text(errors)}</failure>")
    if warnings:
        parts.append(f"      <system-out>{_text(warnings)}</system-out>")
    return [*parts, "    </testcase>"]


def _text(found: list[Group]) -> str:
    lines: list[str] = []
    for group in found:
        shown = group.text(language())
        lines += [f"[{group.code}] {words.headline(group)}", f"  {shown.message}", f"  → {shown.fix}"]
        places = words.others(group, PLACES_LISTED)
        lines += [f"  {places}"] if places else []
    return escape(_clean("\n".join(lines)))


def _attribute(text: str) -> str:
    return quoteattr(_clean(text), {"\n": "&#10;", "\t": "&#9;", "\r": "&#13;"})


def _clean(text: str) -> str:
    return _NOT_XML.sub("\ufffd", text)
