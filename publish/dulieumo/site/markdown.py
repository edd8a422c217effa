"""Descriptor text → Markdown that shows exactly that text: nothing in it is markup, in Markdown or in HTML.

Pages mix Markdown and blocks of HTML, and a text may land in either. Character references mean the same in both, so one
escape serves every place but code, scripts and addresses. Templates escape by default (`finalize`), never on request.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import yaml
from markupsafe import Markup

# Marks that Markdown or HTML read anywhere in a line. An underscore within a word is text in every renderer: left readable.
_ANYWHERE = re.compile(r"[&<>\"'\\`*{}\[\]|]|(?<!\w)_|_(?!\w)|!(?=\[)")
# Marks that only the beginning of a block gives a meaning: heading, list, quote, rule, numbered item, definition.
_AT_START = re.compile(r"^(?:[-+=~#:]|\d+(?=[.)]))")
# Control characters, and those that turn the direction of what follows them (spoofed file names and addresses).
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_SAFE_SCHEMES = ("http", "https", "mailto")


def _reference(match: re.Match[str]) -> str:
    return "".join(f"&#{ord(letter)};" for letter in match.group())


def escape(value: object) -> Markup:
    """`value` as one line of text, safe in Markdown and in HTML text and attributes."""
    if isinstance(value, Markup):
        return value
    line = " ".join(_CONTROL.sub("", str(value)).split())
    escaped = _ANYWHERE.sub(_reference, line)
    start = _AT_START.match(line)
    if start:
        # a number is hidden by its first digit, a mark by itself
        escaped = f"&#{ord(line[0])};{escaped[1:]}"
    return Markup(escaped)  # noqa: S704 - every mark was replaced above


def paragraphs(value: object) -> tuple[str, ...]:
    """The paragraphs of a text: blank lines part them."""
    return tuple(part for part in (" ".join(p.split()) for p in re.split(r"\n\s*\n", str(value))) if part)


def preformatted(value: object) -> Markup:
    """Lines kept, for the inside of `<pre>` in a block of HTML. Braces are hidden from renderers that know macros, and blank
    lines from Markdown, for which they end the block."""
    text = _CONTROL.sub("", str(value).replace("\r\n", "\n"))
    escaped = "".join(f"&#{ord(letter)};" if letter in "&<>\"'{}" else letter for letter in text)
    return Markup(re.sub(r"\n(?=\n)", "&#10;", escaped))  # noqa: S704 - every mark was replaced above


def address(value: str | None) -> str:
    """`value` if it is a relative address or one of a scheme that only leads somewhere, else "#". Still to be escaped."""
    text = _CONTROL.sub("", value or "").strip()
    try:
        scheme = urlsplit(text).scheme.lower()
    except ValueError:
        return "#"
    if not text or (scheme and scheme not in _SAFE_SCHEMES) or text.startswith("//"):
        return "#"
    return text


def json_script(value: Any) -> Markup:
    """`value` as JSON that can't end the script element around it."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for mark in "<>&\u2028\u2029":
        text = text.replace(mark, f"\\u{ord(mark):04x}")
    return Markup(text)  # noqa: S704 - the marks that HTML reads are gone


def front_matter(meta: Mapping[str, Any]) -> str:
    """The page's metadata, as the YAML block that renderers of Markdown agree on."""
    return "---\n" + yaml.safe_dump(dict(meta), allow_unicode=True, sort_keys=False, width=10_000) + "---\n\n"
