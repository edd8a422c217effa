"""quality.json: how good each dataset is on five axes, with the reason behind every lost point. Pure, from findings and freshness.

    dung       đúng        right: types, bounds, sums, dates in order, places
    du         đủ          complete: nothing required missing, no placeholders, the declared part of the whole
    sach       sạch        clean: no repeats, standard forms, sound text
    song       sống        alive: as new as its frequency promises
    thong-nhat thống nhất  consistent: keys and codes that exist where they point, sources that are listed

An axis of findings loses what share of rows is concerned, at least `SMALLEST` for an error and half of that for a warning, so
that no fault disappears in a long table. The score is the mean of the axes that apply. Sample tables are not scored: their
rows state nothing. The weights are ours; the official method (CV 4856/BCA-TTDLQG) was not available to us.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import date
from typing import Any

from dulieumo import freshness
from dulieumo.check.report import CheckReport, Tally
from dulieumo.freshness import Freshness, State
from dulieumo.model import Catalog, Dataset, Kind
from dulieumo_rules.texts import Unit, render, unit_of

FORMAT = "dulieumo-quality/1"
FILE = "quality.json"
AXES = ("dung", "du", "sach", "song", "thong-nhat")
LANGUAGES = ("vi", "en")
SMALLEST = 0.05

_COMPLETE = frozenset(
    {
        "placeholder-value", "null-share", "missing-cell", "missing-label", "blank-row", "row-count", "file-absent", "sample-not-made",
        "completeness-not-stated", "descriptor-missing-key", "translation-missing", "unit-not-declared", "excel-formula-without-value",
        "excel-merged", "blank-header", "blank-label",
    }
)  # fmt: skip
_CONSISTENT = frozenset(
    {
        "foreign-key", "code-unknown", "category-unknown", "source-not-listed", "identifier-form", "reference-unknown",
        "reference-uneven", "reference-type-differs", "publisher-unknown", "incorrect-label", "extra-label", "unmatched-header",
        "changelog-not-latest", "changelog-not-ordered", "name-not-folder",
    }
)  # fmt: skip
_CLEAN = frozenset(
    {
        "duplicate-row", "unique-key", "unique-error", "primary-key", "duplicate-label", "not-canonical", "not-nfc", "suspect-character",
        "mojibake", "surrounding-space", "spreadsheet-formula", "number-locale-mixed", "date-ambiguous", "cell-too-long", "extra-cell",
        "encoding-error", "source-error", "format-error", "excel-totals-row", "excel-hidden", "excel-comment", "excel-leading-zero",
    }
)  # fmt: skip


def axis_of(tally: Tally) -> str:
    """The axis that a kind of finding counts for."""
    code = tally.first.code
    if code in _COMPLETE or tally.first.values.get("constraint") == "required":
        return "du"
    if code in _CONSISTENT:
        return "thong-nhat"
    return "sach" if code in _CLEAN else "dung"


def compute(catalog: Catalog, report: CheckReport, today: date) -> dict[str, Any]:
    """The quality of every dataset that was checked, as JSON values."""
    rule = freshness.rule(catalog)
    rows: Counter[str] = Counter()
    for table in report.tables:
        rows[table.dataset] += table.rows
    tallies: Mapping[str, list[Tally]] = defaultdict(list)
    folders = {f"{dataset.folder}/": dataset.name for dataset in catalog.datasets}
    for tally in report.tallies:
        name = tally.first.place.dataset or next(
            (name for folder, name in folders.items() if tally.first.place.file.startswith(folder)), ""
        )
        tallies[name].append(tally)
    datasets = {
        dataset.name: _dataset(
            dataset, tallies[dataset.name], rows[dataset.name], freshness.freshness(dataset, today, rule)
        )
        for dataset in catalog.datasets
        if dataset.name in report.inputs
    }
    scored = [entry["score"] for entry in datasets.values() if entry["score"] is not None]
    return {
        "format": FORMAT,
        "today": today.isoformat(),
        "summary": {
            "datasets": len(datasets),
            "scored": len(scored),
            "score": round(sum(scored) / len(scored), 4) if scored else None,
        },
        "datasets": datasets,
    }


def _dataset(dataset: Dataset, tallies: list[Tally], rows: int, fresh: Freshness) -> dict[str, Any]:
    if Kind.REAL not in dataset.kinds:
        return {"score": None, "axes": {}, "reason": _words("Chỉ có bảng mẫu", "Sample tables only")}
    axes: dict[str, Any] = {axis: {"score": 1.0, "reasons": []} for axis in AXES}
    for tally in tallies:
        axis = axes[axis_of(tally)]
        axis["score"] = max(0.0, axis["score"] - _lost(tally, rows))
        axis["reasons"].append(_reason(tally))
    _listed(dataset, axes["du"])
    _alive(fresh, axes["song"])
    for axis in axes.values():
        axis["score"] = None if axis["score"] is None else round(axis["score"], 4)
    scores = [axis["score"] for axis in axes.values() if axis["score"] is not None]
    return {"score": round(sum(scores) / len(scores), 4), "axes": axes}


def _lost(tally: Tally, rows: int) -> float:
    """What a kind of finding takes from its axis."""
    least = SMALLEST if tally.first.is_error else SMALLEST / 2
    if unit_of(tally.first.code) in (Unit.CELL, Unit.ROW) and rows:
        return min(1.0, max(least, tally.count / rows))
    return min(1.0, least * 2)


def _reason(tally: Tally) -> dict[str, str]:
    place = tally.first.place
    texts = {language: render(tally.first, language) for language in LANGUAGES}
    column = {"vi": f"cột {place.column}: ", "en": f"column {place.column}: "} if place.column else {"vi": "", "en": ""}
    return {language: f"{column[language]}{text.title} ({tally.count})" for language, text in texts.items()}


def _listed(dataset: Dataset, axis: dict[str, Any]) -> None:
    """The declared part of the whole: "23 trong 117"; the worst of the tables counts."""
    shares = [
        (item.completeness.listed / item.completeness.total, item.completeness)
        for item in dataset.resources
        if item.completeness is not None and item.completeness.listed is not None and item.completeness.total
    ]
    if not shares:
        return
    share, completeness = min(shares, key=lambda pair: pair[0])
    if share < 1:
        axis["score"] *= share
        statement = completeness.statement
        axis["reasons"].append({language: statement.in_(language) for language in LANGUAGES})


def _alive(fresh: Freshness, axis: dict[str, Any]) -> None:
    match fresh.state:
        case State.DUE:
            axis["score"] *= 0.75
            axis["reasons"].append(_words(f"đến hạn cập nhật từ {fresh.due:%d/%m/%Y}", f"due since {fresh.due}"))
        case State.OVERDUE:
            assert fresh.due is not None, "what is overdue was due"
            period = max((fresh.due - fresh.as_of).days, 1)
            axis["score"] *= 0.5 * max(0.0, 1 - fresh.days_late / (4 * period))
            axis["reasons"].append(
                _words(
                    f"quá hạn {fresh.days_late} ngày (số liệu đến {fresh.as_of:%d/%m/%Y})",
                    f"{fresh.days_late} days late (data as of {fresh.as_of})",
                )
            )
        case State.UNKNOWN:
            axis["score"] *= 0.5
            axis["reasons"].append(_words("chưa biết tần suất cập nhật", "update frequency not known"))
        case State.EXEMPT:
            axis["score"] = None


def _words(vi: str, en: str) -> dict[str, str]:
    return {"vi": vi, "en": en}
