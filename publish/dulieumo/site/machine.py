"""The files of the site that machines read, and what is known of each version's tables."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import segno

from dulieumo.catalog import croissant, dcat, feed, packages, sitemap, tabular
from dulieumo.catalog.schemaorg import dataset_uri
from dulieumo.model import Catalog, Release
from dulieumo.store import FolderStore

from . import search
from .edition import Edition

PROFILE = "profile.json"


def profiles(release: Release, store: FolderStore) -> dict[str, Mapping[str, Any]]:
    """Per dataset, what its tables' columns look like, as the build wrote it beside the version; none where it did not."""
    found = {}
    for version in release.versions:
        path = f"{version.folder}/{PROFILE}"
        if store.exists(path):
            found[version.name] = store.read_json(path)["tables"]
    return found


def write(release: Release, editions: Sequence[Edition], pages: Iterable[str], out: Path) -> None:
    """Everything for machines into `out`. `pages` are the Markdown files of the site, for the sitemap."""
    for path, content in files(release, editions, pages).items():
        target = out / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)


def files(release: Release, editions: Sequence[Edition], pages: Iterable[str]) -> dict[str, bytes]:
    """The files for machines, by path. Pure."""
    catalog = release.catalog
    portal = editions[0].extras.portal
    written: dict[str, bytes] = {
        "catalog.csv": tabular.catalog_csv(release),
        "datapackages.json": packages.packages(release),
        "robots.txt": f"User-agent: *\nAllow: /\nSitemap: {catalog.base_url}/sitemap.xml\n".encode(),
        **dcat.files(release, portal),
        **sitemap.sitemaps(catalog.base_url, page_dates(catalog, pages)),
    }
    for edition in editions:
        written |= search.index(edition)
        written[f"assets/words.{edition.language}.json"] = _json(edition.words.under("browser"))
    for item in feed.feeds(catalog):
        written[f"{item.path}.xml"] = feed.atom(catalog, item)
        written[f"{item.path}.json"] = feed.json_feed(catalog, item)
    for version in release.versions:
        folder = f"datasets/{version.name}"
        written[f"{folder}/croissant.json"] = _json(croissant.croissant(release, version))
        written[f"{folder}/qr.svg"] = qr(f"{catalog.base_url}/datasets/{version.name}/")
        written[f"id/{version.name}/index.html"] = _forward(catalog, version.name)
    return written


def _json(document: Any) -> bytes:
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()


def qr(address: str) -> bytes:
    """The address as a QR code, for paper."""
    image = io.BytesIO()
    segno.make(address, error="m", micro=False, boost_error=False).save(
        image, kind="svg", scale=4, border=2, xmldecl=True
    )
    return image.getvalue()


def _forward(catalog: Catalog, name: str) -> bytes:
    """What answers at a dataset's identifier: the way to its page. Names are plain letters, digits and hyphens."""
    address = f"../../datasets/{name}/"
    return (
        f'<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="0; url={address}">'
        f'<link rel="canonical" href="{catalog.base_url}/datasets/{name}/"><title>{name}</title>'
        f'<p><a href="{address}">{dataset_uri(catalog, name)}</a></p>\n'
    ).encode()


def page_dates(catalog: Catalog, pages: Iterable[str]) -> dict[str, str | None]:
    """Each page's address with the day on which what it tells last changed; None where that is not known."""
    changed = {
        dataset.name: max((change.date for change in dataset.changelog), default=None) for dataset in catalog.datasets
    }
    latest = max((date for date in changed.values() if date), default=None)
    by_domain: dict[str, str | None] = {}
    by_publisher: dict[str, str | None] = {}
    for dataset in catalog.datasets:
        date = changed[dataset.name]
        for group, key in ((by_domain, dataset.domain), (by_publisher, dataset.publisher)):
            group[key] = max(filter(None, (group.get(key), date)), default=None)
    dates: dict[str, str | None] = {}
    for page in pages:
        address = page.removesuffix("index.md") if page.endswith("index.md") else page.removesuffix(".md") + "/"
        parts = [part for part in address.split("/") if part]
        if parts and parts[0] in catalog.languages:
            parts = parts[1:]
        dated = {"datasets": changed, "domains": by_domain, "publishers": by_publisher}.get(parts[0] if parts else "")
        if dated is not None and len(parts) > 1:
            dates[address] = dated.get(parts[1])
        elif parts and parts[0] in ("guides", "concepts", "reference", "search"):
            dates[address] = None
        else:
            dates[address] = latest
    return dates
