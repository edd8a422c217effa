"""What a column's values look like, as a drawing that needs no script: bars for numbers and dates, lists for categories.

Drawn with attributes and classes only: the content security policy allows no inline style.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from . import markdown
from .words import Words

WIDTH, HEIGHT = 120, 32


def chart(
    values: Mapping[str, Any], t: Words, *, unit: str, labels: Mapping[str, str], is_plain: bool = False
) -> Markup:
    """The drawing of a column's profile (see profile.py). `is_plain`: numbers are years or codes, written without points."""
    parts: list[Markup] = []
    if bins := values.get("bins"):
        parts.append(_bars(bins, t, unit))
    elif (top := values.get("top")) and _tells(values):
        parts.append(_top(top, values, t, labels, is_plain))
    parts.append(_line(_facts(values, t)))
    return Markup("").join(parts)


def _tells(values: Mapping[str, Any]) -> bool:
    """Whether the commonest values say something: names that come once or twice each do not."""
    counts = [count for _value, count in values["top"]]
    present = values["rows"] - values.get("missing", 0)
    is_all = int(values.get("distinct", 0)) <= len(counts)
    return is_all or (bool(counts[0] >= 3) and sum(counts) >= present / 10)


def _line(text: str) -> Markup:
    return Markup('<span class="value-facts">{}</span>').format(markdown.escape(text)) if text else Markup("")


def _facts(values: Mapping[str, Any], t: Words) -> str:
    facts = []
    if values.get("missing"):
        facts.append(t("values.missing", n=values["missing"]))
    is_complete = _tells(values) and values["distinct"] <= len(values["top"]) if values.get("top") else False
    if values.get("distinct") is not None and not values.get("bins") and not is_complete:
        facts.append(t("values.distinct", n=values["distinct"]))
    elif values.get("distinctAtLeast"):
        facts.append(t("values.at_least", n=values["distinctAtLeast"]))
    return " · ".join(facts)


def _bars(bins: Mapping[str, Any], t: Words, unit: str) -> Markup:
    counts = bins["counts"]
    highest = max(counts) or 1
    width = WIDTH / len(counts)
    bars = Markup("").join(
        Markup('<rect x="{}" y="{}" width="{}" height="{}"/>').format(
            round(position * width, 2),
            round(HEIGHT - HEIGHT * count / highest, 2),
            round(width - 1, 2),
            round(HEIGHT * count / highest, 2),
        )
        for position, count in enumerate(counts)
        if count
    )
    low, high = _end(bins["low"], t), _end(bins["high"], t)
    label = t("values.range", low=low, high=high) + (f" {unit}" if unit else "")
    return Markup(
        '<svg class="bars" viewBox="0 0 {w} {h}" role="img" aria-label="{label}" preserveAspectRatio="none">{bars}</svg>'
        '<span class="ends" aria-hidden="true"><span>{low}</span><span>{high}</span></span>'
    ).format(
        w=WIDTH, h=HEIGHT, label=markdown.escape(label), bars=bars, low=markdown.escape(low), high=markdown.escape(high)
    )


def _end(value: Any, t: Words) -> str:
    return t.number(value) if isinstance(value, int | float) else t.date(str(value))


def _shown(value: Any, t: Words, is_plain: bool) -> str:
    """A number the language's way, unless it is a year or a code."""
    if isinstance(value, bool):
        return t("browser.yes" if value else "browser.no")
    return t.number(value) if isinstance(value, int | float) and not is_plain else str(value)


def _top(
    top: list[list[Any]], values: Mapping[str, Any], t: Words, labels: Mapping[str, str], is_plain: bool
) -> Markup:
    total = values.get("rows") or sum(count for _value, count in top) or 1
    rows = Markup("").join(
        Markup(
            '<li><span class="top-value">{value}</span><svg class="bar" viewBox="0 0 100 4" preserveAspectRatio="none" '
            'aria-hidden="true" focusable="false"><rect width="{share}" height="4"/></svg><span class="top-count">{count}</span></li>'
        ).format(
            value=markdown.escape(labels.get(str(value)) or _shown(value, t, is_plain)),
            share=round(max(100 * count / total, 0.5), 1),
            count=t.number(count),
        )
        for value, count in top
    )
    return Markup('<ul class="commonest">{}</ul>').format(rows)
