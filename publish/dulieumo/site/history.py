"""How each dataset changed from release to release: the `changes.json` of every release in the store, by dataset and version."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dulieumo.store import FolderStore

FORMAT = "dulieumo-changes/1"


def changes(store: FolderStore) -> dict[str, dict[str, Mapping[str, Any]]]:
    """Dataset → version → what it changed: `level`, `schema`, `tables` (with `delta` relative to the site), `before`.

    A version that came with several releases (the later ones compare against other predecessors) keeps its first entry."""
    found: dict[str, dict[str, Mapping[str, Any]]] = {}
    for name in store.folders("releases"):
        path = f"releases/{name}/changes.json"
        if not store.exists(path):
            continue
        document = store.read_json(path)
        if document.get("format") != FORMAT:
            continue
        for entry in document["datasets"]:
            if not entry["before"] or not entry["after"]:
                continue
            tables = [
                {**table, "delta": f"releases/{name}/{table['delta']}" if table["delta"] else None}
                for table in entry["tables"]
            ]
            found.setdefault(entry["name"], {}).setdefault(entry["after"], {**entry, "tables": tables})
    return found
