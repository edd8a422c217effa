"""Our own documentation: the pages of `docs/`, each in the reader's language where there is one, else in the other."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from .. import markdown
from ..edition import Edition, render

GROUPS = ("guides", "concepts", "reference")
# For whom a guide of ours is; what is in none of these (a catalogue may have guides of its own) comes after them.
READERS = {
    "users": ("users",),
    "owners": ("owners",),
    "operators": ("deployment", "releases", "publishing", "ci", "import", "new-city"),
}
_TRANSLATED = re.compile(r"\.([a-z]{2})\.md$")
_HEADING = re.compile(r"^#\s+(.+?)\s*$", re.MULTILINE)
_META = re.compile(r"\A---\n(.*?)\n---\n", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """`path` has no language in it: guides/owners.md. `language` is the language of `text`."""

    path: str
    language: str
    title: str
    text: str

    @property
    def address(self) -> str:
        return self.path.removesuffix(".md").removesuffix("index") + ("" if self.path.endswith("index.md") else "/")


def chosen(edition: Edition) -> tuple[Document, ...]:
    """The documents for this edition: `x.<language>.md` before `x.md`, which is in the catalogue's first language."""
    texts = edition.extras.documents
    main = edition.languages[0]
    found: dict[str, Document] = {}
    for path in sorted(texts):
        match = _TRANSLATED.search(path)
        language = match.group(1) if match else main
        plain = _TRANSLATED.sub(".md", path)
        known = found.get(plain)
        if known is None or language == edition.language or (known.language != edition.language and language == main):
            heading = _HEADING.search(texts[path])
            title = heading.group(1) if heading else plain.removesuffix(".md")
            found[plain] = Document(path=plain, language=language, title=title.strip("`*"), text=texts[path])
    return tuple(found.values())


def documents(edition: Edition) -> Iterator[tuple[str, str]]:
    """The pages as they are, with the metadata that every page has; they are our own, so nothing is escaped."""
    for document in chosen(edition):
        body, own = document.text, dict[str, Any]()
        match = _META.match(body)
        if match:
            own, body = yaml.safe_load(match.group(1)) or {}, body[match.end() :]
        meta: dict[str, Any] = {
            "title": document.title,
            "description": "",
            "lang": edition.language,
            "path": document.address,
            "kind": "document",
        }
        if document.language != edition.language:
            meta["content_lang"] = document.language
        meta["crumbs"] = [{"title": edition.words("nav.guides"), "path": "guides/"}]
        yield edition.folder + document.path, markdown.front_matter({**meta, **own}) + body


def index(edition: Edition) -> tuple[str, str]:
    t = edition.words
    groups: list[dict[str, object]] = []
    known = {document.path: document for document in chosen(edition) if document.address != "guides/"}

    def add(key: str, own: Iterable[Document]) -> None:
        pages = [{"href": f"../{item.address}", "title": item.title, "language": item.language} for item in own]
        if pages:
            groups.append({"title": t(f"guides.{key}"), "pages": pages})

    for reader, names in READERS.items():
        paths = [f"guides/{name}.md" for name in names]
        add(reader, [known.pop(path) for path in paths if path in known])
    for group in GROUPS:
        add(group, [document for path, document in known.items() if path.startswith(f"{group}/")])
    return render(edition, "guides/", "guides.md", title=t("nav.guides"), description=t("guides.intro"), groups=groups)
