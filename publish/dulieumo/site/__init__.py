"""A release → a web site: pages, data, catalogues. `pages` is pure; `build` writes the site whole or not at all.

release, status ──pages──► Markdown ──render──► HTML ─┐
store ──data──► data/<dataset>/<version>/, latest/     ├─► <out>, swapped in when every link leads somewhere
release ──machine──► DCAT, Croissant, feeds, CSV      ─┘
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from dulieumo.errors import ReleaseError
from dulieumo.i18n import _
from dulieumo.model import Catalog, Release
from dulieumo.store import FolderStore

from . import data, history, links
from .edition import Edition, Extras
from .pages import editions, pages

__all__ = ["Extras", "SiteReport", "build", "pages"]

MARK = "site.json"
FORMAT = "dulieumo-site/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteReport:
    """What was written. `is_unchanged` means that the site was there already, for the same inputs."""

    out: Path
    release: str
    pages: int
    files: int
    seconds: float
    is_unchanged: bool


def build(
    release: Release,
    store: FolderStore,
    out: Path,
    *,
    status: Mapping[str, Any] | None = None,
    docs: Path | None = None,
    reference: Mapping[str, str] | None = None,
    verification: Mapping[str, Any] | None = None,
    portal: str | None = None,
    pictures: Mapping[str, Path] | None = None,
) -> SiteReport:
    """Build the site of `release` in `out`, which is replaced whole; nothing is written if its inputs are those of last time.

    `docs`: a folder with our own documentation (guides/, concepts/, reference/); `reference`: pages made from the code, by path,
    `x.<language>.md` for a language. `portal`: the public address of the CKAN. `pictures`: those that passed
    `descriptors.pictures`, by the name of a domain or a publisher.
    Raises ReleaseError where a link of the finished site leads nowhere.
    """
    began = time.monotonic()
    documents = {**_documents(docs), **(reference or {})}
    images = _pictures(release.catalog, pictures or {})
    fingerprint = _fingerprint(release, store, status, documents, verification, portal, images)
    there = _read_mark(out)
    if there and there["fingerprint"] == fingerprint:
        return SiteReport(
            out=out,
            release=release.name,
            pages=there["pages"],
            files=there["files"],
            seconds=time.monotonic() - began,
            is_unchanged=True,
        )
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".site-", dir=out.parent) as scratch:
        new = Path(scratch) / "site"
        count = _write(release, store, new, out, Path(scratch), status, documents, verification, portal, images)
        files = sum(1 for path in new.rglob("*") if path.is_file())
        mark = {"format": FORMAT, "release": release.name, "fingerprint": fingerprint, "pages": count, "files": files}
        (new / MARK).write_text(json.dumps(mark, indent=1) + "\n", encoding="utf-8")
        _swap(new, out, Path(scratch))
    seconds = time.monotonic() - began
    return SiteReport(out=out, release=release.name, pages=count, files=files, seconds=seconds, is_unchanged=False)


def _write(
    release: Release,
    store: FolderStore,
    new: Path,
    before: Path,
    scratch: Path,
    status: Mapping[str, Any] | None,
    documents: Mapping[str, str],
    verification: Mapping[str, Any] | None,
    portal: str | None,
    images: Mapping[str, tuple[str, bytes]],
) -> int:
    """Everything of the site into `new`; returns the number of pages."""
    from . import machine, render

    old = before if (before / MARK).is_file() else None
    staged = scratch / "staged"
    staged.mkdir()
    extras = Extras(
        status=status or {},
        verification=verification or {},
        history=data.history(release, store),
        changes=history.changes(store),
        zips=data.zips(release, store, staged, old),
        profiles=machine.profiles(release, store),
        pictures={name: path for name, (path, _content) in images.items()},
        documents=documents,
        portal=portal.rstrip("/") if portal else None,
        has_browser_code=render.has_browser_code(),
    )
    spoken = editions(release, extras)
    markdown = scratch / "pages"
    written = pages(release, extras=extras)
    for path, text in written.items():
        file = markdown / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    render.render(markdown, new, spoken)
    for entry in staged.iterdir():
        entry.rename(new / entry.name)
    for path, content in images.values():
        (new / path).parent.mkdir(exist_ok=True)
        (new / path).write_bytes(content)
    data.place(release, store, new)
    machine.write(release, spoken, written, new)
    _refuse_broken_links(new, spoken, release.catalog)
    return len(written)


def _refuse_broken_links(new: Path, spoken: Sequence[Edition], catalog: Catalog) -> None:
    """Links of our own making must lead somewhere. A publisher's page may lie on the same server and is not ours to make."""
    theirs = {item.homepage for item in catalog.publishers}
    theirs |= {entry.get("path") for item in catalog.datasets for entry in item.descriptor.get("sources", ())}
    found = [link for link in links.broken(new, spoken[0].base_url) if link.link not in theirs]
    if found:
        lines = "\n".join(f"{link.page}: {link.link}" for link in found[:20])
        raise ReleaseError(
            _("{count} links of the site lead nowhere:").format(count=len(found)) + "\n" + lines,
            hint=_("Mend the pages named here; the previous site was left as it was."),
        )


def _swap(new: Path, out: Path, scratch: Path) -> None:
    """The old site is there until the new one is."""
    if out.exists():
        old = scratch / "old"
        out.rename(old)
        new.rename(out)
        shutil.rmtree(old)
    else:
        new.rename(out)


def _documents(docs: Path | None) -> dict[str, str]:
    if docs is None or not docs.is_dir():
        return {}
    return {
        path.relative_to(docs).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(docs.rglob("*.md"))
        if not path.name.startswith(".")
    }


def _pictures(catalog: Catalog, pictures: Mapping[str, Path]) -> dict[str, tuple[str, bytes]]:
    """Each picture's address in the site and its bytes; of domains and publishers, whatever else the folder holds."""
    named = [*(domain.name for domain in catalog.domains), *(publisher.name for publisher in catalog.publishers)]
    names = [name for name in named if name in pictures]
    return {name: (f"pictures/{name}{pictures[name].suffix.lower()}", pictures[name].read_bytes()) for name in names}


def _read_mark(out: Path) -> dict[str, Any] | None:
    try:
        mark = json.loads((out / MARK).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return None
    return mark if isinstance(mark, dict) and mark.get("format") == FORMAT else None


def _fingerprint(
    release: Release,
    store: FolderStore,
    status: Mapping[str, Any] | None,
    documents: Mapping[str, str],
    verification: Mapping[str, Any] | None,
    portal: str | None,
    images: Mapping[str, tuple[str, bytes]],
) -> str:
    """Changes whenever the site would: the release, what is shown beside it, our documents, and this program."""
    inputs = {
        "release": [release.name, release.content_hash, release.catalog.base_url],
        "history": data.history(release, store),
        "changes": history.changes(store),
        "status": status,
        "verification": verification,
        "documents": documents,
        "portal": portal,
        "pictures": {path: hashlib.sha256(content).hexdigest() for path, content in images.values()},
        "program": program_stamp(),
    }
    text = json.dumps(inputs, sort_keys=True, default=str, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def program_stamp() -> str:
    """The hash of the code, words, templates and theme that make the site."""
    digest = hashlib.sha256()
    here = Path(__file__).parent
    for folder in (here, here.with_name("catalog")):
        for path in sorted(folder.rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                digest.update(path.relative_to(here.parent).as_posix().encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()


def as_json(report: SiteReport) -> dict[str, Any]:
    return {**asdict(report), "out": str(report.out)}
