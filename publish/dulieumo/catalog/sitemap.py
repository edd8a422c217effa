"""The sitemap, with true dates: a page's date is that of the last change of what it tells, not of the build.

https://www.sitemaps.org/protocol.html: at most 50,000 addresses per file, then an index of files.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from xml.etree import ElementTree

SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
ADDRESSES = 50_000


def sitemaps(base_url: str, pages: Mapping[str, str | None]) -> dict[str, bytes]:
    """`pages`: address relative to the site → YYYY-MM-DD or None where no date is known."""
    entries = sorted(pages.items())
    if len(entries) <= ADDRESSES:
        return {"sitemap.xml": _document("urlset", "url", ((f"{base_url}/{path}", date) for path, date in entries))}
    files: dict[str, bytes] = {}
    newest: list[tuple[str, str | None]] = []
    for number, start in enumerate(range(0, len(entries), ADDRESSES), 1):
        part = entries[start : start + ADDRESSES]
        name = f"sitemap-{number}.xml"
        files[name] = _document("urlset", "url", ((f"{base_url}/{path}", date) for path, date in part))
        newest.append((f"{base_url}/{name}", max((date for _path, date in part if date), default=None)))
    files["sitemap.xml"] = _document("sitemapindex", "sitemap", newest)
    return files


def _document(root_name: str, entry_name: str, entries: Iterable[tuple[str, str | None]]) -> bytes:
    ElementTree.register_namespace("", SITEMAP)
    root = ElementTree.Element(f"{{{SITEMAP}}}{root_name}")
    for address, date in entries:
        entry = ElementTree.SubElement(root, f"{{{SITEMAP}}}{entry_name}")
        ElementTree.SubElement(entry, f"{{{SITEMAP}}}loc").text = address
        if date:
            ElementTree.SubElement(entry, f"{{{SITEMAP}}}lastmod").text = date
    written: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return written + b"\n"
