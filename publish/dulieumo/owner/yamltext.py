"""Lines of YAML as a person would write them: folded texts, quotes only where they are needed, comments."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Sequence
from typing import Any

WIDTH = 112
_PLAIN = re.compile(r"[^\W_][^\n\r\t]*")
_UNSAFE = re.compile(r": |:$| #|\s$")
_UNSAFE_IN_FLOW = re.compile(r"[\[\]{},]|:(\s|$)| #|\s$")
# What YAML 1.1 or 1.2 reads as something else than the text: booleans, null, numbers, dates.
_NOT_TEXT = re.compile(
    r"true|false|null|yes|no|on|off|y|n|[\d._,:]*|\d[\d._]*e[-+]?\d+|0[xo][\da-f]+|\d{4}-\d\d.*", re.IGNORECASE
)
_VERSION = re.compile(r"\d+\.\d+\.\d+")


def scalar(value: Any, *, in_flow: bool = False) -> str:
    """A value on one line; a text is quoted unless every YAML reader takes it for this very text."""
    if not isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    unsafe = _UNSAFE_IN_FLOW if in_flow else _UNSAFE
    is_plain = _PLAIN.fullmatch(value) and not unsafe.search(value)
    if is_plain and (not _NOT_TEXT.fullmatch(value) or _VERSION.fullmatch(value)):
        return value
    return json.dumps(value, ensure_ascii=False)


def flow(value: Any) -> str:
    """A value in one line of flow style: { a: 1, b: [x, y] }."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key}: {flow(item)}" for key, item in value.items()) + " }"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(flow(item) for item in value) + "]"
    return scalar(value, in_flow=True)


class Lines:
    """Gathers lines; `indent` is in spaces. A `mark` is a short comment behind the value."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def pair(self, indent: int, key: str, value: Any, mark: str = "", *, item: bool = False) -> None:
        """`key: value`, a long text folded. `item`: the first key of a list item, with "- " before it."""
        start = " " * indent + ("- " if item else "")
        behind = f" # {mark}" if mark else ""
        inner = " " * (indent + (2 if item else 0) + 2)
        is_text = isinstance(value, str)
        line = f"{start}{key}: {scalar(value) if is_text else flow(value)}"
        if is_text and len(line) > WIDTH and _is_foldable(value):
            self.lines.append(f"{start}{key}: >-{behind}")
            self.lines += textwrap.wrap(
                value,
                WIDTH,
                initial_indent=inner,
                subsequent_indent=inner,
                break_long_words=False,
                break_on_hyphens=False,
            )
        else:
            self.lines.append(line + behind)

    def key(self, indent: int, key: str, *, item: bool = False) -> None:
        """`key:` alone, what it holds following below."""
        self.lines.append(" " * indent + ("- " if item else "") + f"{key}:")

    def comment(self, indent: int, *texts: str) -> None:
        for text in texts:
            for line in textwrap.wrap(text, WIDTH - indent, break_long_words=False, break_on_hyphens=False):
                self.lines.append(" " * indent + f"# {line}")

    def proposal(self, indent: int, reason: str, line: str) -> None:
        """A line to be uncommented, below the reason for it; never folded."""
        self.comment(indent, reason)
        self.lines.append(" " * indent + f"# {line}")

    def text(self) -> str:
        return "\n".join(self.lines) + "\n"


def _is_foldable(text: str) -> bool:
    """Whether folding gives back the same text: single spaces only, no line that YAML would take for indented."""
    return text == " ".join(text.split())


def joined(items: Sequence[str]) -> str:
    """A list of names as flow style shows it."""
    return flow(list(items))
