"""The report as GitHub workflow commands: one annotation per group, at its first place, in the changed file.

`::error file=…,line=…,col=…,title=…::message`. Values are untrusted, so everything is escaped as the runner unescapes it: a
cell cannot write a command of its own.
"""

from __future__ import annotations

from collections.abc import Iterator

from dulieumo.check.report import CheckReport
from dulieumo.i18n import language
from dulieumo.report import text as text_report
from dulieumo.report import words
from dulieumo.report.groups import Group, groups

PLACES_LISTED = 10


def render_report(report: CheckReport, prefix: str = "") -> str:
    """One line per group, then the summary. `prefix` is put before each file, such as "datasets/"."""
    lines = [_annotation(group, prefix) for group in groups(report)]
    lines.append(list(text_report.lines(report))[-1].text)
    return "\n".join(lines) + "\n"


def _annotation(group: Group, prefix: str) -> str:
    place = group.first.place
    properties = [f"file={_property(prefix + place.file)}"]
    line = place.line or place.row
    if line is not None:
        properties.append(f"line={line}")
    if place.position is not None and place.row is not None:
        properties.append(f"col={place.position}")
    properties.append(f"title={_property(f'{words.headline(group)} [{group.code}]')}")
    return f"::{group.severity} {','.join(properties)}::{_data(chr(10).join(_message(group)))}"


def _message(group: Group) -> Iterator[str]:
    text = group.text(language())
    yield text.message
    if text.fix:
        yield f"→ {text.fix}"
    places = words.others(group, PLACES_LISTED)
    if places:
        yield places


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
