"""The report as text for a terminal or a mail: grouped, with spreadsheet coordinates, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from dulieumo.check.report import CheckReport
from dulieumo.i18n import _, language, ngettext
from dulieumo.report import words
from dulieumo.report.groups import Group, groups

PLACES_LISTED = 8


@dataclass(frozen=True, slots=True)
class Line:
    """A line and the meaning of its colour: file, error, warning, detail or good."""

    text: str
    style: str = ""


def render_report(report: CheckReport) -> str:
    """The whole report as plain text."""
    return "\n".join(line.text for line in lines(report)) + "\n"


def lines(report: CheckReport) -> Iterator[Line]:
    """The report line by line, readable without colour."""
    for file, members in groupby(groups(report), key=lambda group: group.first.place.file):
        yield Line(file, "file")
        for group in members:
            yield from _group(group)
        yield Line("")
    yield _summary(report)


def _group(group: Group) -> Iterator[Line]:
    text = group.text(language())
    style = "error" if group.first.is_error else "warning"
    yield Line(f"  {words.title_of(group.first).upper()} {words.headline(group)}  [{group.code}]", style)
    yield Line(f"      {text.message}")
    if text.fix:
        yield Line(f"      → {text.fix}")
    places = words.others(group, PLACES_LISTED)
    if places:
        yield Line(f"      {places}", "detail")
    if group.count > len(group.findings):
        kept = _("Only the first {shown} of {count} are kept in the report.")
        yield Line(
            "      " + kept.format(shown=words.number(len(group.findings)), count=words.number(group.count)), "detail"
        )


def _summary(report: CheckReport) -> Line:
    checked = ngettext("{count} dataset", "{count} datasets", len(report.inputs))
    tables = ngettext("{count} table", "{count} tables", len(report.tables))
    rows = sum(table.rows for table in report.tables)
    looked = ", ".join(
        (
            checked.format(count=words.number(len(report.inputs))),
            tables.format(count=words.number(len(report.tables))),
            ngettext("{count} row", "{count} rows", rows).format(count=words.number(rows)),
        )
    )
    errors = ngettext("{count} error", "{count} errors", report.errors).format(count=words.number(report.errors))
    warnings = ngettext("{count} warning", "{count} warnings", report.warnings).format(
        count=words.number(report.warnings)
    )
    verdict = _("The data passes") if report.is_valid else _("The data does not pass")
    return Line(f"{verdict}: {looked}; {errors}, {warnings}.", "good" if report.is_valid else "error")
