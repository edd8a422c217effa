"""All that mkdocs must be told beyond its configuration: the words of the theme, that the theme escapes what it prints, and
to leave blocks of HTML alone.

The pages themselves are plain Markdown, so another renderer needs only its own theme.
"""

from __future__ import annotations

import re
from typing import Any

import jinja2
from mkdocs.config.defaults import MkDocsConfig

from dulieumo.site.words import words

# A block of HTML as CommonMark has it: from a tag at the beginning of a line to the next blank line.
_BLOCK = re.compile(
    r"^<(?:aside|blockquote|details|div|dl|figure|form|nav|ol|p|pre|script|section|table|ul)\b(?:.|\n(?!\n))*\n?",
    re.MULTILINE,
)
_PLACE = re.compile(r"<!--dulieumo (\d+)-->")


def on_env(env: jinja2.Environment, *, config: MkDocsConfig, **_: Any) -> jinja2.Environment:
    """mkdocs renders themes without escaping; page titles come from descriptors, which are not ours."""
    env.autoescape = True
    return env


def on_page_markdown(markdown: str, *, page: Any, config: MkDocsConfig, **_: Any) -> str:
    """Set the HTML blocks of our own pages aside: Markdown would read each of them four times to change nothing
    (measured: two thirds of the build)."""
    if page.meta.get("kind") == "document":
        return markdown
    blocks: list[str] = []

    def put_aside(match: re.Match[str]) -> str:
        blocks.append(match.group())
        return f"<!--dulieumo {len(blocks) - 1}-->\n"

    kept = _BLOCK.sub(put_aside, markdown)
    page.meta["blocks"] = blocks
    return kept


def on_page_content(html: str, *, page: Any, config: MkDocsConfig, **_: Any) -> str:
    blocks = page.meta.pop("blocks", ())
    return _PLACE.sub(lambda match: blocks[int(match.group(1))], html) if blocks else html


def on_page_context(context: dict[str, Any], *, page: Any, config: MkDocsConfig, **_: Any) -> dict[str, Any]:
    return context | _values(config, str(page.meta.get("lang", "")))


def on_template_context(
    context: dict[str, Any], *, template_name: str, config: MkDocsConfig, **_: Any
) -> dict[str, Any]:
    """404.html is one file for the whole site: it speaks the catalogue's first language."""
    return context | _values(config, "")


def _values(config: MkDocsConfig, language: str) -> dict[str, Any]:
    theme = config.extra["dulieumo"]
    chosen = language if language in theme["languages"] else theme["languages"][0]
    texts = theme["texts"][chosen]
    return {**theme["common"], **texts, "t": words(chosen), "languages": theme["languages"]}
