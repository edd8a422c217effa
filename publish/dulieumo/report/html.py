"""The report as one HTML page that stands alone: no script, no font, nothing fetched; readable by mail and on a phone.

Everything that comes from a descriptor or a table is escaped; a policy in the page forbids whatever would slip through.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from itertools import groupby

from dulieumo.check.report import CheckReport
from dulieumo.i18n import _, language
from dulieumo.report import text as text_report
from dulieumo.report import words
from dulieumo.report.groups import Group, groups
from dulieumo_rules.findings import Finding
from dulieumo_rules.texts import render

PLACES_LISTED = 200

_STYLE = """
:root { color-scheme: light dark; --line: #c8ccd2; --bad: #b3261e; --warn: #7a5200; --good: #1b6e3c; }
@media (prefers-color-scheme: dark) { :root { --line: #4a4f57; --bad: #ff8a80; --warn: #ffcf70; --good: #7fd6a0; } }
body { font: 16px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 60rem; padding: 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; overflow-wrap: anywhere; }
article { border-left: .3rem solid var(--line); margin: 1rem 0; padding: .1rem 0 .1rem .9rem; }
article.error { border-color: var(--bad); } article.warning { border-color: var(--warn); }
h3 { font-size: 1rem; margin: .2rem 0; } .error h3 b { color: var(--bad); } .warning h3 b { color: var(--warn); }
p { margin: .3rem 0; overflow-wrap: anywhere; } code { font-size: .9em; } .good { color: var(--good); } .bad { color: var(--bad); }
.wide { overflow-x: auto; } table { border-collapse: collapse; font-size: .9rem; }
th, td { border-bottom: 1px solid var(--line); padding: .2rem .8rem .2rem 0; text-align: left; vertical-align: top; }
"""


def render_report(report: CheckReport) -> str:
    """The page."""
    return "\n".join(_page(report)) + "\n"


def _page(report: CheckReport) -> Iterator[str]:
    title = _("Data check report")
    summary = list(text_report.lines(report))[-1].text
    yield f'<!doctype html>\n<html lang="{language()}">\n<head>\n<meta charset="utf-8">'
    yield "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>"
    yield f'<h1>{escape(title)}</h1>\n<p class="{"good" if report.is_valid else "bad"}">{escape(summary)}</p>'
    for file, members in groupby(groups(report), key=lambda group: group.first.place.file):
        yield f"<section>\n<h2>{escape(file)}</h2>"
        for group in members:
            yield from _group(group)
        yield "</section>"
    yield "</main>\n</body>\n</html>"


def _group(group: Group) -> Iterator[str]:
    text = group.text(language())
    word = words.title_of(group.first)
    yield f'<article class="{group.severity}">'
    yield f"<h3><b>{escape(word)}</b> {escape(words.headline(group))} <code>{escape(group.code)}</code></h3>"
    yield f"<p>{escape(text.message)}</p>"
    if text.fix:
        yield f"<p>→ {escape(text.fix)}</p>"
    if group.count > 1:
        yield f"<details>\n<summary>{escape(words.counted(group.unit, group.count))}</summary>"
        yield '<div class="wide"><table>'
        yield f"<tr><th>{escape(_('Place'))}</th><th>{escape(_('What is wrong'))}</th></tr>"
        for found in group.findings[:PLACES_LISTED]:
            yield _row(found)
        yield "</table></div>"
        rest = group.count - min(len(group.findings), PLACES_LISTED)
        if rest:
            yield f"<p>{escape(_('and {count} more').format(count=words.number(rest)))}</p>"
        yield "</details>"
    yield "</article>"


def _row(found: Finding) -> str:
    return f"<tr><td>{escape(words.where(found.place))}</td><td>{escape(render(found, language()).message)}</td></tr>"
