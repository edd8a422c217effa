"""One edition of the site: a release in one language, with everything that its pages say beside the descriptors."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

import jinja2
from markupsafe import Markup

from dulieumo.model import EMPTY, Catalog, Dataset, DatasetVersion, Kind, Release, Text

from . import markdown
from .words import Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Extras:
    """What a release does not hold. Each mapping is keyed by dataset name.

    `status`: what depends on the clock (status.json). `verification`: what was found after publishing.
    `history`: the versions in the store, newest first. `changes`: what each version changed (history.py). `zips`: the archive of everything, relative to the site.
    `profiles`: per resource and column, what its values look like (profile.py). `portal`: address of the CKAN, no slash.
    `pictures`: of domains and publishers by name, relative to the site.
    `documents`: our own documentation pages by path. `has_browser_code`: whether the bundled scripts are there.
    """

    status: Mapping[str, Any] = field(default_factory=lambda: EMPTY)
    verification: Mapping[str, Any] = field(default_factory=lambda: EMPTY)
    history: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: EMPTY)
    changes: Mapping[str, Mapping[str, Any]] = field(default_factory=lambda: EMPTY)
    zips: Mapping[str, Mapping[str, Any]] = field(default_factory=lambda: EMPTY)
    profiles: Mapping[str, Mapping[str, Any]] = field(default_factory=lambda: EMPTY)
    pictures: Mapping[str, str] = field(default_factory=lambda: EMPTY)
    documents: Mapping[str, str] = field(default_factory=lambda: EMPTY)
    portal: str | None = None
    has_browser_code: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """A release as told in `language`. `folder` is where its pages begin: "" or "en/"."""

    release: Release
    extras: Extras
    words: Words
    folder: str
    languages: tuple[str, ...]

    @property
    def language(self) -> str:
        return self.words.language

    @property
    def other_languages(self) -> tuple[str, ...]:
        return tuple(language for language in self.languages if language != self.language)

    @property
    def catalog(self) -> Catalog:
        return self.release.catalog

    @property
    def base_url(self) -> str:
        return self.catalog.base_url

    def in_other(self, text: Text) -> tuple[tuple[str, str], ...]:
        """The text in the other languages, where it has one of its own: (language, text)."""
        here = text.in_(self.language)
        found = []
        for language in self.other_languages:
            there = text.in_(language)
            if there and there != here:
                found.append((language, there))
        return tuple(found)

    def datasets_of(self, domain: str) -> tuple[Dataset, ...]:
        return tuple(dataset for dataset in self.catalog.datasets if dataset.domain == domain)

    def versions_of(self, datasets: tuple[Dataset, ...]) -> tuple[DatasetVersion, ...]:
        return tuple(version for dataset in datasets if (version := self.release.version(dataset.name)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Crumb:
    title: str
    path: str


@cache
def _environment() -> jinja2.Environment:
    """Templates that write Markdown: every value is escaped for Markdown and HTML before it is written."""
    environment = jinja2.Environment(
        loader=jinja2.FunctionLoader(_template),
        autoescape=True,
        finalize=_finalize,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        extensions=["jinja2.ext.do"],
    )
    environment.filters |= {
        "paragraphs": markdown.paragraphs,
        "address": markdown.address,
        "pre": markdown.preformatted,
        "json": markdown.json_script,
        "tojson_attr": _attribute,
    }
    environment.globals |= {"Kind": Kind}
    return environment


def _template(name: str) -> str:
    return files(__package__).joinpath("templates", name).read_text(encoding="utf-8")


def _attribute(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _finalize(value: object) -> Markup:
    return Markup("") if value is None else markdown.escape(value)


def render(
    edition: Edition,
    path: str,
    template: str,
    *,
    title: str,
    description: str,
    crumbs: tuple[Crumb, ...] = (),
    **values: Any,
) -> tuple[str, str]:
    """A page: (its file, its Markdown). `path` is its address within the edition, "" or "datasets/x/".

    In the template `root` leads to the site's root and `home` to the edition's, both relative and ending in a slash.
    """
    address = edition.folder + path
    root = "../" * address.count("/") or "./"
    home = "../" * path.count("/") or "./"
    meta: dict[str, Any] = {"title": title, "description": " ".join(description.split())[:300]}
    meta |= {"lang": edition.language, "path": path, **values.pop("meta", {})}
    if crumbs:
        meta["crumbs"] = [{"title": crumb.title, "path": crumb.path} for crumb in crumbs]
    t = edition.words
    body = (
        _environment()
        .get_template(template)
        .render(
            edition=edition,
            catalog=edition.catalog,
            extras=edition.extras,
            language=edition.language,
            t=t,
            root=root,
            home=home,
            title=title,
            description=description,
            **values,
        )
    )
    return f"{address}index.md", markdown.front_matter(meta) + body.lstrip("\n")
