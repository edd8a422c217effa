"""A YAML file as plain values, with the line of every one of them; or findings, never an exception.

Descriptors are untrusted, so this is a small YAML: JSON's types and comments. Anchors, aliases and tags are refused
(they allow "billion laughs"), duplicate keys too (the second would silently win), and what YAML 1.1 would turn into
dates, octal numbers or booleans (`2025-01-01`, `007`, `no`) stays the text that the owner typed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from dulieumo_rules.findings import Finding, Place, finding

MAX_BYTES = 2_000_000
MAX_DEPTH = 40

Path = tuple[str | int, ...]

_NULL = re.compile(r"~|null|Null|NULL|")
_BOOLEAN = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})")
_FLOAT = re.compile(r"[-+]?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]{1,3})?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """The value of a file (None where it could not be read) and the line, from 1, of each key or item by its path."""

    file: str
    value: Any
    lines: Mapping[Path, int]

    def place(self, path: Path = (), **more: Any) -> Place:
        """The place of `path`, or of the nearest thing that holds it (a missing key has no line of its own)."""
        while path and path not in self.lines:
            path = path[:-1]
        return Place(file=self.file, line=self.lines.get(path, 1), **more)


class _Stop(Exception):
    """Carries the finding that ends the reading of this file."""

    def __init__(self, found: Finding) -> None:
        self.finding = found


def parse(data: bytes, file: str) -> tuple[Document, tuple[Finding, ...]]:
    """Read the bytes of one YAML file. `file` is its name for the findings. Any finding is an error."""
    empty = Document(file=file, value=None, lines={})
    if len(data) > MAX_BYTES:
        return empty, (finding("descriptor-too-large", Place(file=file), bytes=len(data), limit=MAX_BYTES),)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        return empty, (finding("descriptor-not-utf8", Place(file=file, line=line), byte=error.start + 1),)
    reader = _Reader(file)
    try:
        value = reader.read(yaml.parse(text, Loader=yaml.CSafeLoader))
    except _Stop as stop:
        return empty, (*reader.findings, stop.finding)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Place(file=file, line=mark.line + 1 if mark else None)
        return empty, (finding("yaml-syntax", place, problem=error.problem or str(error)),)
    except yaml.YAMLError as error:  # a character that YAML forbids, such as NUL
        position = getattr(error, "position", 0)
        line = text[:position].count("\n") + 1
        return empty, (
            finding("yaml-syntax", Place(file=file, line=line), problem=str(getattr(error, "reason", error))),
        )
    if reader.findings:
        return empty, tuple(reader.findings)
    return Document(file=file, value=value, lines=reader.lines), ()


class _Reader:
    """Builds values from the parser's events."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.lines: dict[Path, int] = {}
        self.findings: list[Finding] = []

    def read(self, events: Iterator[yaml.Event]) -> Any:
        value: Any = None
        seen = False
        for event in events:
            if isinstance(
                event, (yaml.StreamStartEvent, yaml.DocumentStartEvent, yaml.DocumentEndEvent, yaml.StreamEndEvent)
            ):
                continue
            if seen:
                raise _Stop(finding("yaml-many-documents", self._place(event)))
            value, seen = self._value(event, events, ()), True
        return value

    def _place(self, event: yaml.Event) -> Place:
        return Place(file=self.file, line=_line(event))

    def _value(self, event: yaml.Event, events: Iterator[yaml.Event], path: Path) -> Any:
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise _Stop(finding("yaml-anchor", self._place(event)))
        if getattr(event, "tag", None) not in (None, "!"):
            raise _Stop(finding("yaml-tag", self._place(event), tag=str(event.tag)))  # type: ignore[attr-defined]
        if len(path) > MAX_DEPTH:
            raise _Stop(finding("yaml-too-deep", self._place(event), limit=MAX_DEPTH))
        if isinstance(event, yaml.ScalarEvent):
            return _scalar(event)
        if isinstance(event, yaml.SequenceStartEvent):
            items: list[Any] = []
            for child in events:
                if isinstance(child, yaml.SequenceEndEvent):
                    break
                here = (*path, len(items))
                self.lines[here] = _line(child)
                items.append(self._value(child, events, here))
            return items
        mapping: dict[str, Any] = {}
        for child in events:
            if isinstance(child, yaml.MappingEndEvent):
                break
            if not isinstance(child, yaml.ScalarEvent):
                raise _Stop(finding("yaml-key-not-text", self._place(child)))
            key = child.value
            here = (*path, key)
            if key in mapping:
                first = self.lines[here]
                self.findings.append(finding("yaml-duplicate-key", self._place(child), key=key, first=first))
            else:
                self.lines[here] = _line(child)
            if key == "<<" or child.anchor:
                raise _Stop(finding("yaml-anchor", self._place(child)))
            mapping[key] = self._value(next(events), events, here)
        return mapping


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1


def _scalar(event: yaml.ScalarEvent) -> Any:
    text = event.value
    if event.style is not None and event.style != "":
        return text
    if text in _BOOLEAN:
        return _BOOLEAN[text]
    if _NULL.fullmatch(text):
        return None
    if _INTEGER.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    return text
