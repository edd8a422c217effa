"""status.json: what of a release depends on the clock. Outside every hash; it can be made again alone, and so can the site.

release, today ─┐
quality.json ───┼─► compute ─► status.json ─► site, badges, reminders
verification ───┘
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from dulieumo import canonical, freshness
from dulieumo.errors import ConfigError
from dulieumo.freshness import Freshness
from dulieumo.i18n import _
from dulieumo.model import EMPTY, Catalog, Dataset
from dulieumo.store import write_whole

FORMAT = "dulieumo-status/1"
FILE = "status.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What other stages found out: `quality` (quality.json) and `verification` (verification.json), empty where they did not run."""

    quality: Mapping[str, Any] = field(default_factory=lambda: EMPTY)
    verification: Mapping[str, Any] = field(default_factory=lambda: EMPTY)


def compute(catalog: Catalog, today: date, *, release: str | None = None, known: Known | None = None) -> dict[str, Any]:
    """The status of every dataset of `catalog` on the day `today`, as JSON values. Pure."""
    more = known or Known()
    rule = freshness.rule(catalog)
    datasets = {
        dataset.name: _dataset(dataset, freshness.freshness(dataset, today, rule), today, more)
        for dataset in catalog.datasets
    }
    for name, entry in datasets.items():
        verified = _verified(more.verification, name, release, len(datasets))
        if verified:
            entry["verified"] = verified
    states = Counter(entry["freshness"]["state"] for entry in datasets.values())
    summary: dict[str, Any] = {
        "datasets": len(datasets),
        "freshness": {str(state): states[str(state)] for state in freshness.State},
    }
    verification = _verification(more.verification)
    if verification:
        summary["verification"] = verification
    return {
        "format": FORMAT,
        "today": today.isoformat(),
        "release": release,
        "summary": summary,
        "datasets": datasets,
    }


def _dataset(dataset: Dataset, fresh: Freshness, today: date, known: Known) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "version": dataset.version,
        "publisher": dataset.publisher,
        "frequency": dataset.frequency,
        "status": str(dataset.status),
        "freshness": to_json(fresh),
    }
    issues = [issue.id for issue in dataset.issues if issue.until is None or issue.until >= today.isoformat()]
    if issues:
        entry["issues"] = issues
    quality = _entry(known.quality, dataset.name)
    if quality:
        entry["quality"] = dict(quality)
    return entry


def to_json(fresh: Freshness) -> dict[str, Any]:
    """A dataset's freshness: `due` is the day of the next update, `overdue` the first day on which it is too late."""
    return {
        "state": str(fresh.state),
        "reason": str(fresh.reason) if fresh.reason else None,
        "asOf": fresh.as_of.isoformat(),
        "due": fresh.due.isoformat() if fresh.due else None,
        "overdue": fresh.overdue.isoformat() if fresh.overdue else None,
        "daysLate": fresh.days_late,
    }


def _entry(document: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """The part of a stage's file that speaks of one dataset; its `datasets` are a list or keyed by name."""
    datasets = document.get("datasets", {})
    if isinstance(datasets, Mapping):
        found = datasets.get(name)
        return found if isinstance(found, Mapping) else {}
    if not isinstance(datasets, list):
        return {}
    return next((item for item in datasets if item.get("name", item.get("dataset")) == name), {})


def _verification(document: Mapping[str, Any]) -> dict[str, Any]:
    keys = ("target", "url", "release", "at")
    found = {key: document[key] for key in keys if document.get(key) is not None}
    return {**found, "problems": len(document.get("problems", ()))} if found else {}


def _verified(document: Mapping[str, Any], dataset: str, release: str | None, count: int) -> dict[str, Any]:
    """Whether the public got this dataset as released; empty where the verification looked at another release, or at a part."""
    at = document.get("at")
    if not at or release is None or document.get("release") != release:
        return {}
    problems = sum(probe.get("dataset") == dataset for probe in document.get("problems", ()))
    if not problems and document.get("datasets") != count:  # narrowed to one publisher: the others were not looked at
        return {}
    return {"at": at, "ok": not problems, "problems": problems}


def read_known(dist: Path) -> Known:
    """What `check` and `verify` left in `dist`. Raises ConfigError for a file that is not JSON."""
    return Known(quality=_read(dist / "quality.json"), verification=_read(dist / "verification.json"))


def write(dist: Path, status: Mapping[str, Any]) -> Path:
    """Write status.json into `dist`; the same status, the same bytes."""
    path = dist / FILE
    write_whole(path, canonical.dumps(dict(status)))
    return path


def _read(path: Path) -> Mapping[str, Any]:
    if not path.is_file():
        return EMPTY
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ConfigError(
            _("{file} is not JSON.").format(file=path), hint=_("Remove it and run the command that makes it again.")
        ) from error
    return value if isinstance(value, Mapping) else EMPTY
