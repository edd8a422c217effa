"""The descriptor profile: JSON Schemas in `schemas/`, and their verdict as findings that an owner can act on."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable
from functools import cache
from importlib import resources
from typing import Any

import jsonschema_rs

from dulieumo_rules.findings import Finding, finding

from .yamlfile import Document, Path

KINDS = ("catalog", "domain", "publishers", "dataset")


def schema(kind: str) -> dict[str, Any]:
    """The JSON Schema of one of `KINDS`."""
    text = resources.files("dulieumo").joinpath("schemas", f"{kind}.json").read_text(encoding="utf-8")
    value: dict[str, Any] = json.loads(text)
    return value


def check(kind: str, value: Any, document: Document) -> tuple[Finding, ...]:
    """Every way in which `value` (the document's own, or with defaults merged in) departs from the profile."""
    return tuple(found for error in _validator(kind).iter_errors(value) for found in _explain(error, document))


@cache
def _validator(kind: str) -> Any:
    return jsonschema_rs.validator_for(schema(kind))


def _explain(error: Any, document: Document) -> Iterable[Finding]:
    path: Path = tuple(error.instance_path)
    rule, place = error.kind.name, document.place(path)
    key = next((str(part) for part in reversed(path) if isinstance(part, str)), "")
    match rule:
        case "required":
            where = ".".join(str(part) for part in path)
            yield finding("descriptor-missing-key", place, key=error.kind.property, where=where)
        case "additionalProperties":
            for unknown in error.kind.unexpected:
                place = document.place((*path, unknown))
                yield finding("descriptor-unknown-key", place, key=unknown, nearest=nearest(unknown, _known_keys()))
        case "enum" | "const":
            allowed = error.kind.options if rule == "enum" else [error.kind.expected_value]
            options, shown = [str(option) for option in allowed], _shown(error.instance)
            yield finding(
                "descriptor-not-allowed",
                place,
                key=key,
                value=shown,
                allowed=", ".join(options),
                nearest=nearest(shown, options),
            )
        case "pattern":
            shown = _shown(error.instance)
            yield finding("descriptor-bad-form", place, key=key, value=shown, pattern=error.kind.pattern)
        case "type":
            expected = ", ".join(str(name) for name in error.kind.types)
            yield finding("descriptor-wrong-type", place, key=key, value=_shown(error.instance), expected=expected)
        case "anyOf" if key == "sources":
            yield finding("descriptor-source-undated", place, title=str(error.instance.get("title", "")))
        case _:
            shown = _shown(error.instance)
            yield finding(
                "descriptor-out-of-bounds", place, key=key, value=shown, rule=rule, detail=error.message[-120:]
            )


@cache
def _known_keys() -> tuple[str, ...]:
    """Every key that any of the schemas knows, for "did you mean"."""
    keys: set[str] = set()

    def walk(node: Any) -> None:
        if isinstance(node, dict):
            if isinstance(node.get("properties"), dict):
                keys.update(node["properties"])
            for child in node.values():
                walk(child)
        elif isinstance(node, list):
            for child in node:
                walk(child)

    for kind in KINDS:
        walk(schema(kind))
    return tuple(sorted(keys))


def nearest(word: str, words: Iterable[str]) -> str:
    """The word that was probably meant, or "" where none is near. Never the word itself, which is right only elsewhere."""
    others = [other for other in words if other != word]
    return next(iter(difflib.get_close_matches(word, others, n=1, cutoff=0.6)), "")


def _shown(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 80 else text[:79] + "…"
