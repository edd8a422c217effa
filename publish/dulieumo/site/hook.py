"""All that mkdocs must be told beyond its configuration: the words of the theme, and that the theme escapes what it prints.

The pages themselves are plain Markdown, so another renderer needs only its own theme.
"""

from __future__ import annotations

from typing import Any

import jinja2
from mkdocs.config.defaults import MkDocsConfig

from dulieumo.site.words import words


def on_env(env: jinja2.Environment, *, config: MkDocsConfig, **_: Any) -> jinja2.Environment:
    """mkdocs renders themes without escaping; page titles come from descriptors, which are not ours."""
    env.autoescape = True
    return env


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
