"""Every link of the finished site leads somewhere in it: pages, files and anchors. Links to elsewhere are not followed."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from posixpath import normpath
from urllib.parse import unquote, urlsplit

ADDRESSES = {
    "a": "href",
    "link": "href",
    "img": "src",
    "script": "src",
    "source": "src",
    "form": "action",
    "iframe": "src",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokenLink:
    page: str
    link: str


@dataclass(slots=True)
class _Page(HTMLParser):
    """What a page links to, and the anchors that it has."""

    links: list[str] = field(default_factory=list)
    anchors: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        HTMLParser.__init__(self)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        name = ADDRESSES.get(tag)
        for key, value in attrs:
            if key == "id" and value:
                self.anchors.add(value)
            elif key == name and value is not None:
                self.links.append(value)


def broken(site: Path, base_url: str = "") -> tuple[BrokenLink, ...]:
    """The links of all pages under `site` that lead nowhere. Absolute ones under `base_url` are checked too."""
    pages: dict[str, _Page] = {}
    for file in sorted(site.rglob("*.html")):
        page = _Page()
        page.feed(file.read_text(encoding="utf-8"))
        pages[file.relative_to(site).as_posix()] = page
    known: dict[str, bool] = {}
    found = []
    for name, page in pages.items():
        for link in dict.fromkeys(page.links):
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
