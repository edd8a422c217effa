"""Edits made on CKAN whose policy is "adopt" → a patch of the descriptors, for a person to look at and `git apply`.

Only what stands in one place of a descriptor can come back: the title, the keywords, a resource's title. The page's
description is composed of many keys; an edit of it is shown, and is for a person to put where it belongs.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from dulieumo.model import Dataset, Release

from .model import Drift, Plan, Policy
from .words import REFERENCE_TAG, RETIRED_TAG, SAMPLE_TAG

ADOPTABLE = ("title", "tags", "resource.name")
_OWN_TAGS = {*SAMPLE_TAG, *REFERENCE_TAG, *RETIRED_TAG}


def patches(plan: Plan, release: Release, folder: Path, prefix: str = "") -> dict[str, str]:
    """A unified diff per dataset, by its name; none where nothing is to be adopted. `folder` is the catalogue's."""
    found = {}
    for item in plan.datasets:
        version = release.version(item.name.removeprefix(prefix))
        wanted = [drift for drift in item.drifts if drift.policy is Policy.ADOPT]
        if version is None or not wanted:
            continue
        path = folder / version.dataset.folder / "datapackage.yaml"
        before = path.read_text(encoding="utf-8")
        after = before
        for drift in wanted:
            after = _edited(after, version.dataset, drift)
        name = f"{folder.name}/{version.dataset.folder}/datapackage.yaml"
        lines = difflib.unified_diff(before.splitlines(True), after.splitlines(True), f"a/{name}", f"b/{name}")
        if text := "".join(lines):
            found[item.name] = text
    return found


def _edited(text: str, dataset: Dataset, drift: Drift) -> str:
    if drift.resource is None and drift.field == "title":
        return _put(text, ("title",), str(drift.theirs))
    if drift.resource is None and drift.field == "tags":
        return _put(text, ("keywords",), [tag for tag in drift.theirs if tag not in _OWN_TAGS])
    if drift.resource is not None and drift.field == "name":
        stem = drift.resource.rsplit(".", 1)[0]
        for position, resource in enumerate(dataset.resources):
            if resource.name == stem:
                return _put(text, ("resources", position, "title"), str(drift.theirs).rsplit(" (", 1)[0])
    return text


def _put(text: str, path: tuple[str | int, ...], value: Any) -> str:
    """The YAML text with another value at `path`; every other byte, comments among them, stays."""
    node: yaml.Node | None = yaml.compose(text, Loader=yaml.SafeLoader)
    for step in path:
        if isinstance(step, int) and isinstance(node, yaml.SequenceNode):
            node = node.value[step]
        elif isinstance(node, yaml.MappingNode):
            node = next((child for key, child in node.value if key.value == step), None)
        else:
            return text
    if node is None:
        return text
    start, end = node.start_mark.index, node.end_mark.index
    old = text[start:end]
    tail = old[len(old.rstrip()) :]  # a block value runs on to the next key
    return text[:start] + _scalar(value) + tail + text[end:]


def _scalar(value: Any) -> str:
    """In YAML's flow style, which fits wherever a value stands."""
    if isinstance(value, Mapping | list):
        return "[" + ", ".join(_scalar(item) for item in value) + "]"
    plain = (
        yaml.safe_dump(value, allow_unicode=True, default_flow_style=True, width=10_000).removesuffix("...\n").strip()
    )
    return plain if not set(plain) & set(",[]{}") else json.dumps(value, ensure_ascii=False)
