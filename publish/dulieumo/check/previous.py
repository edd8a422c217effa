"""The tables of the release before, as far as a check compares with them: rows and empty cells. No Arrow is needed for it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Tables = Mapping[tuple[str, str], "Previous"]
"""By dataset and resource."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Previous:
    """A table in the release before: its rows, and the share of missing values of each column in percent."""

    rows: int
    missing: Mapping[str, float]


def read(store: Path) -> dict[tuple[str, str], Previous]:
    """The tables of the latest release in a store's folder; empty where there is none, or none that can be read.

    A damaged store is the business of the commands that write to it: a check only loses its comparison."""
    release = _json(store / "latest.json").get("release")
    if not isinstance(release, str) or "/" in release or release.startswith("."):
        return {}
    found: dict[tuple[str, str], Previous] = {}
    for entry in _json(store / "releases" / release / "release.json").get("datasets", ()):
        profile = _json(store / str(entry.get("folder", "")) / "profile.json")
        for name, table in profile.get("tables", {}).items():
            rows = int(table.get("rows", 0))
            shares = {
                column: 100 * int(facts.get("missing", 0)) / rows if rows else 0.0
                for column, facts in table.get("columns", {}).items()
            }
            found[str(entry.get("name")), name] = Previous(rows=rows, missing=shares)
    return found


def _json(path: Path) -> Mapping[str, Any]:
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, Mapping) else {}
