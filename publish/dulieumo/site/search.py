"""The search index: small JSON files that the browser fetches as needed, from any static server, offline too.

    search-index/<language>/index.json      how many documents, which shards
    search-index/<language>/t-<prefix>.json terms that begin so: {term: [documents, weights]}
    search-index/<language>/d-<number>.json what a result shows, CHUNK documents a file

Terms are folded: no accents, no case, đ as d, so "giao duc" and "Giáo dục" are one. Pairs of neighbouring syllables are
terms as well ("giao duc" → giao, duc, giao+duc): a Vietnamese word is mostly two of them.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from dulieumo.model import DatasetVersion

from .edition import Edition
from .pages.cards import card, facts_line
from .pages.documents import chosen

CHUNK = 40
SHARD_BYTES = 60_000
PREFIX_LETTERS = 4
# How much a field tells of what a dataset is about.
TITLE, OTHER_TITLE, KEYWORD, NAME, GROUP, COLUMN, CODE, PROSE = 20, 10, 10, 6, 4, 5, 3, 2
WHOLE_TITLE = 100
_MARK = re.compile(r"[^0-9a-z]+")
_HTML = re.compile(r"```.*?```|<[^>]*>|[`*_#|\[\]]", re.DOTALL)
_WORDS_OF_DOCUMENT = 4000


def fold(text: str) -> str:
    """Without accents and case; what browsers do in search.js must be the same."""
    plain = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "d"))
    return "".join(letter for letter in plain if not unicodedata.combining(letter)).lower()


def syllables(text: str) -> list[str]:
    return [part for part in _MARK.split(fold(text)) if part]


@dataclass(slots=True)
class _Document:
    """A page to be found: `shown` is what a result displays, `weights` its terms."""

    shown: dict[str, Any]
    weights: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def add_title(self, text: str) -> None:
        """The page's own title: who types all of it means this page. Its term is all syllables, with a "+" after each."""
        self.add(text, TITLE)
        self.weights["".join(f"{part}+" for part in syllables(text))] = WHOLE_TITLE

    def add(self, text: str, weight: int, *, pairs: bool = True) -> None:
        """A term counts once per text; in many texts of a field it counts a little more each time."""
        found = syllables(text)
        terms = set(found)
        if pairs:
            terms |= {f"{first}+{second}" for first, second in pairwise(found)}
        for term in terms:
            self.weights[term] = min(self.weights[term] + weight, 3 * TITLE)


def index(edition: Edition) -> dict[str, bytes]:
    """The files of an edition's index, by path. Pure."""
    documents = [_dataset(edition, version) for version in edition.release.versions]
    documents += _others(edition)
    base = f"search-index/{edition.language}"
    files: dict[str, bytes] = {}
    for number, start in enumerate(range(0, len(documents), CHUNK)):
        shown = [document.shown for document in documents[start : start + CHUNK]]
        files[f"{base}/d-{number}.json"] = _json(shown)
    prefixes = []
    for prefix, terms in _shards(_postings(documents)):
        prefixes.append(prefix)
        files[f"{base}/t-{prefix}.json"] = _json(terms)
    files[f"{base}/index.json"] = _json({"documents": len(documents), "chunk": CHUNK, "shards": prefixes})
    return files


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _dataset(edition: Edition, version: DatasetVersion) -> _Document:
    item, language = version.dataset, edition.language
    shown = card(edition, item)
    columns = [
        (column.name, column.title.in_(language))
        for resource in item.resources
        if resource.schema
        for column in resource.schema.columns
    ]
    document = _Document(
        {
            "u": f"datasets/{item.name}/",
            "t": shown.title,
            "s": shown.summary,
            "f": facts_line(edition, shown),
            "k": list(shown.kinds.split()),
            "c": list(dict.fromkeys(f"{title} ({name})" for name, title in columns)),
        }
    )
    document.add_title(shown.title)
    for other in edition.other_languages:
        document.add(item.title.in_(other), OTHER_TITLE)
    for keyword in item.keywords:
        document.add(keyword, KEYWORD)
    document.add(item.name, NAME)
    document.add(shown.publisher_title, GROUP)
    domain = edition.catalog.domain(item.domain)
    if domain:
        document.add(domain.title.in_(language), GROUP)
    document.add(item.description.in_(language), PROSE)
    for resource in item.resources:
        document.add(resource.title.in_(language), COLUMN)
        for column in resource.schema.columns if resource.schema else ():
            document.add(column.name, COLUMN)
            document.add(column.title.in_(language), COLUMN)
            for other in edition.other_languages:
                document.add(column.title.in_(other), CODE)
            for category in column.categories:
                document.add(f"{category.value}", CODE)
                document.add(category.label.in_(language), CODE)
    codes = [code for table in edition.extras.profiles.get(item.name, {}).values() for code in table.get("codes", ())]
    for code in codes:
        document.add(str(code), CODE)
    if codes:
        document.shown["v"] = [str(code) for code in codes]
    return document


def _others(edition: Edition) -> list[_Document]:
    """Domains, publishers and our own documents."""
    language, found = edition.language, []
    for domain in edition.catalog.domains:
        document = _Document(
            {"u": f"domains/{domain.name}/", "t": domain.title.in_(language), "s": domain.description.in_(language)}
        )
        document.shown["f"] = edition.words("nav.domains")
        document.add_title(domain.title.in_(language))
        document.add(domain.description.in_(language), PROSE)
        found.append(document)
    for publisher in edition.catalog.publishers:
        title, text = publisher.title.in_(language), publisher.description.in_(language)
        document = _Document({"u": f"publishers/{publisher.name}/", "t": title, "s": text})
        document.shown["f"] = edition.words("nav.publishers")
        document.add_title(title)
        document.add(text, PROSE)
        found.append(document)
    for page in chosen(edition):
        plain = " ".join(_HTML.sub(" ", page.text).split())
        document = _Document({"u": page.address, "t": page.title, "s": plain[:180], "f": edition.words("nav.guides")})
        document.add_title(page.title)
        document.add(" ".join(plain.split()[:_WORDS_OF_DOCUMENT]), PROSE, pairs=False)
        found.append(document)
    return found


def _postings(documents: Iterable[_Document]) -> dict[str, tuple[list[int], list[int]]]:
    """Term → (documents, as differences from the one before; weights)."""
    postings: dict[str, tuple[list[int], list[int]]] = {}
    last: dict[str, int] = {}
    for number, document in enumerate(documents):
        for term, weight in document.weights.items():
            numbers, weights = postings.setdefault(term, ([], []))
            numbers.append(number - last.get(term, 0))
            weights.append(weight)
            last[term] = number
    return postings


def _shards(postings: dict[str, tuple[list[int], list[int]]]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Terms by their first letters; a shard too big is parted by one letter more. Prefixes hold letters and digits only."""
    groups = _by_prefix(postings, 1)
    while groups:
        prefix, terms = groups.pop()
        size = sum(len(term) + 3 * len(numbers) + 2 * len(weights) for term, (numbers, weights) in terms.items())
        longest = max(len(term) for term in terms)
        if size > SHARD_BYTES and len(prefix) < min(PREFIX_LETTERS, longest):
            groups.extend(_by_prefix(terms, len(prefix) + 1))
        else:
            yield prefix.replace("+", "_"), dict(sorted(terms.items()))


def _by_prefix(terms: dict[str, Any], letters: int) -> list[tuple[str, dict[str, Any]]]:
    groups: dict[str, dict[str, Any]] = defaultdict(dict)
    for term, posting in terms.items():
        groups[term[:letters]][term] = posting
    return list(groups.items())
