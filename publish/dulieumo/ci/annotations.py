"""Findings where the reviewer looks: on the lines of the changed files, in the forms of GitHub and GitLab. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any

from dulieumo.check.report import CheckReport
from dulieumo.i18n import language
from dulieumo.report.groups import Group, groups
from dulieumo.report.words import headline

PER_GROUP = 3
MOST = 50
"""GitHub shows ten annotations of a kind per step and keeps fifty; the comment and the report have them all."""


def github(report: CheckReport, prefix: str) -> Iterator[str]:
    """Workflow commands, errors first. `prefix` is the catalogue's folder in the repository, with a slash, or ""."""
    shown = 0
    for group in sorted(groups(report), key=lambda item: not item.first.is_error):
        for found in group.findings[:PER_GROUP]:
            if shown == MOST:
                return
            shown += 1
            place = found.place
            line = place.line or place.row or 1
            level = "error" if found.is_error else "warning"
            yield (
                f"::{level} file={_property(prefix + place.file)},line={line},"
                f"title={_property(headline(group))}::{_message(_text(group, position_of(group, found)))}"
            )


def gitlab(report: CheckReport, prefix: str) -> str:
    """A Code Quality report (JSON), which GitLab shows in the merge request."""
    entries: list[dict[str, Any]] = []
    for group in groups(report):
        for position, found in enumerate(group.findings[:PER_GROUP]):
            place = found.place
            line = place.line or place.row or 1
            identity = f"{group.code}\0{place.file}\0{line}\0{place.column}"
            entries.append(
                {
                    "description": f"{headline(group)}: {_text(group, position)}",
                    "check_name": group.code,
                    "fingerprint": hashlib.sha256(identity.encode()).hexdigest(),
                    "severity": "major" if found.is_error else "minor",
                    "location": {"path": prefix + place.file, "lines": {"begin": line}},
                }
            )
    return json.dumps(entries, ensure_ascii=False, indent=1) + "\n"


def position_of(group: Group, found: Any) -> int:
    return group.findings.index(found)


def _text(group: Group, position: int) -> str:
    from dulieumo_rules.texts import render

    text = render(group.findings[position], language())
    return f"{text.message} {text.fix}".strip()


def _message(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _message(text).replace(":", "%3A").replace(",", "%2C")
