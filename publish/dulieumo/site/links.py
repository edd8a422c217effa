"""Every link of the finished site leads somewhere in it: pages, files and anchors. Links to elsewhere are not followed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from posixpath import normpath
from urllib.parse import unquote, urlsplit

# The pages are ours and well-formed, and text in them never holds a bare "<": a scan is enough, and ten times as fast as a
# parser over a thousand pages.
_TAG = re.compile(r"<(a|link|img|script|source|form|iframe)\b[^>]*>", re.IGNORECASE)
_ADDRESS = re.compile(r"\s(?:href|src|action)=\"([^\"]*)\"")
_ANCHOR = re.compile(r"<[a-z][^>]*?\sid=\"([^\"]+)\"", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokenLink:
    page: str
    link: str


@dataclass(frozen=True, slots=True)
class _Page:
    """What a page links to, and the anchors that it has."""

    links: tuple[str, ...]
    anchors: frozenset[str]


def _read(text: str) -> _Page:
    links = [unescape(link) for tag in _TAG.finditer(text) for link in _ADDRESS.findall(tag.group())]
    return _Page(tuple(dict.fromkeys(links)), frozenset(unescape(anchor) for anchor in _ANCHOR.findall(text)))


def broken(site: Path, base_url: str = "") -> tuple[BrokenLink, ...]:
    """The links of all pages under `site` that lead nowhere. Absolute ones under `base_url` are checked too."""
    pages: dict[str, _Page] = {}
    for file in sorted(site.rglob("*.html")):
        pages[file.relative_to(site).as_posix()] = _read(file.read_text(encoding="utf-8"))
    known: dict[str, bool] = {}
    found = []
    for name, page in pages.items():
        for link in page.links:
            target = _target(name, link, base_url)
            if target is None:
                continue
            path, anchor = target
            index = f"{path}/index.html".lstrip("/")
            there = pages.get(path) or pages.get(index)
            if there is not None:
                is_good = not anchor or anchor in there.anchors
            else:
                if path not in known:
                    known[path] = (site / path).is_file()
                is_good = known[path]
            if not is_good:
                found.append(BrokenLink(page=name, link=link))
    return tuple(found)


def _target(page: str, link: str, base_url: str) -> tuple[str, str] | None:
    """(file or folder relative to the site, anchor); None for a link to elsewhere."""
    if base_url and (link == base_url or link.startswith(f"{base_url}/")):
        link = "/" + link[len(base_url) :].lstrip("/")
    parts = urlsplit(link)
    if parts.scheme or parts.netloc:
        return None
    anchor = unquote(parts.fragment)
    if not parts.path:
        return page, anchor
    base = "" if parts.path.startswith("/") else page.rsplit("/", 1)[0] if "/" in page else ""
    joined = normpath(f"{base}/{unquote(parts.path)}".lstrip("/"))
    return ("" if joined == "." else joined), anchor
