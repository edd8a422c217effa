"""Pages of Markdown → HTML, with mkdocs. The only module that runs it; what it complains about is an error of ours."""

from __future__ import annotations

import hashlib
import logging
import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from dulieumo.descriptors.resolve import text as text_of
from dulieumo.errors import ReleaseError
from dulieumo.i18n import _

from .edition import Edition

THEME = Path(__file__).with_name("theme")
NAVIGATION = (
    ("datasets/", "nav.datasets"),
    ("domains/", "nav.domains"),
    ("publishers/", "nav.publishers"),
    ("lists/", "nav.lists"),
    ("changes/", "nav.changes"),
    ("quality/", "nav.quality"),
    ("guides/", "nav.guides"),
)
# WebAssembly is for SQLite (SQL on the page); it can't be fetched from elsewhere. No inline script, no inline style.
POLICY = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; worker-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'"
)
MARKDOWN_EXTENSIONS = ("tables", "attr_list", "fenced_code", "def_list", "footnotes", "admonition")


class _Complaints(logging.Handler):
    """Collects what mkdocs logs as a warning or worse."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.found: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.found.append(record.getMessage())


def render(docs: Path, out: Path, editions: Sequence[Edition]) -> None:
    """Render the Markdown under `docs` into `out`. Raises ReleaseError with all that mkdocs found wrong."""
    from mkdocs.commands.build import build
    from mkdocs.config.defaults import MkDocsConfig

    logger = logging.getLogger("mkdocs")
    complaints = _Complaints()
    logger.addHandler(complaints)
    propagate, logger.propagate = logger.propagate, False
    try:
        config = MkDocsConfig()
        config.load_dict(configuration(docs, out, editions))
        errors, warnings = config.validate()
        complaints.found += [f"{name}: {problem}" for name, problem in (*errors, *warnings)]
        if not errors:
            config.plugins.on_startup(command="build", dirty=False)
            build(config)
            config.plugins.on_shutdown()
    finally:
        logger.removeHandler(complaints)
        logger.propagate = propagate
    if complaints.found:
        raise ReleaseError(_("The site's pages could not be rendered:") + "\n" + "\n".join(complaints.found[:20]))


def configuration(docs: Path, out: Path, editions: Sequence[Edition]) -> dict[str, Any]:
    """The mkdocs configuration. Nothing but core features; `extra` carries what our theme shows."""
    first = editions[0]
    catalog = first.catalog
    return {
        "site_name": catalog.title.default,
        "site_url": f"{catalog.base_url}/",
        "docs_dir": str(docs),
        "site_dir": str(out),
        "theme": {"name": None, "custom_dir": str(THEME), "static_templates": ["404.html"]},
        "plugins": [],
        "hooks": [str(Path(__file__).with_name("hook.py"))],
        "use_directory_urls": True,
        "markdown_extensions": [*MARKDOWN_EXTENSIONS, {"toc": {"slugify": slugify}}],
        # Links between pages are checked in the finished site (links.py), where the data and the assets are there too.
        "validation": {
            "omitted_files": "ignore",
            "not_found": "warn",
            "absolute_links": "ignore",
            "unrecognized_links": "ignore",
            "anchors": "ignore",
        },
        "extra": {"dulieumo": theme_values(editions)},
    }


def theme_values(editions: Sequence[Edition]) -> dict[str, Any]:
    first = editions[0]
    settings = first.catalog.settings
    publisher = first.catalog.find_publisher(first.catalog.publisher)
    names = {edition.language: edition.words("language.own") for edition in editions}
    texts = {}
    for edition in editions:
        language = edition.language
        texts[language] = {
            "site_title": first.catalog.title.in_(language),
            "publisher": publisher.title.in_(language) if publisher else first.catalog.publisher,
            "terms": text_of(settings.get("terms", {}), "text").in_(language),
            "names": names,
        }
    return {
        "languages": list(first.languages),
        "texts": texts,
        "common": {
            "policy": POLICY,
            "public": first.base_url,
            "release": first.release.name,
            "navigation": [{"path": path, "key": key} for path, key in NAVIGATION],
            "stamp": stamp(),
            "has_fonts": (THEME / "assets/vendor/fonts.css").exists(),
        },
    }


def stamp() -> str:
    """Changes whenever an asset of the theme does: browsers may then keep assets for good."""
    digest = hashlib.sha256()
    for path in sorted(THEME.rglob("*")):
        if path.is_file():
            digest.update(path.relative_to(THEME).as_posix().encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:10]


def slugify(value: str, separator: str) -> str:
    """The identifier of a heading in our own documents: "Đăng ký mới" → "dang-ky-moi"."""
    plain = unicodedata.normalize("NFKD", value.replace("đ", "d").replace("Đ", "D"))
    ascii_only = plain.encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", separator, ascii_only.lower()).strip(separator)


def has_browser_code() -> bool:
    """Whether the third-party scripts were bundled when this package was built."""
    return (THEME / "assets/vendor/hyparquet.js").exists()
