"""Texts of descriptors and cells that try to become markup, in the finished pages, feeds and catalogues, and in a browser."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest
from playwright.sync_api import Browser, Dialog

from dulieumo import site
from dulieumo.store import FolderStore
from tests.site import world
from tests.site.conftest import Watching

ALLOWED_ATTRIBUTES = re.compile(r"^(?!on)[a-z][a-z-]*$", re.IGNORECASE)


@pytest.fixture(scope="module")
def evil(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    folder = tmp_path_factory.mktemp("evil")
    world.hostile(folder)
    with world.served(folder / "site") as address:
        composed = world.with_base(world.release_of(folder), address)
        store = FolderStore(folder / "dist" / "store")
        status = {
            "datasets": {
                "bo": {"quality": {"score": 0.5, "axes": {"dung": {"score": 0.5, "reasons": list(world.HOSTILE)}}}}
            }
        }
        site.build(composed, store, folder / "site", status=status)
        yield folder / "site", address


class Checked(HTMLParser):
    """Refuses any element or attribute that our templates do not write."""

    TAGS = frozenset(
        [
            "html",
            "head",
            "meta",
            "title",
            "link",
            "script",
            "body",
            "a",
            "header",
            "div",
            "svg",
            "path",
            "circle",
            "span",
            "nav",
            "details",
            "summary",
            "ul",
            "ol",
            "li",
            "button",
            "main",
            "article",
            "h1",
            "h2",
            "h3",
            "p",
            "aside",
            "dl",
            "dt",
            "dd",
            "rect",
            "time",
            "table",
            "thead",
            "tbody",
            "tr",
            "th",
            "td",
            "code",
            "pre",
            "strong",
            "em",
            "b",
            "section",
            "form",
            "label",
            "input",
            "select",
            "option",
            "figure",
            "img",
            "figcaption",
            "footer",
            "blockquote",
            "br",
            "g",
            "small",
        ]
    )

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in self.TAGS, tag
        for name, value in attrs:
            assert ALLOWED_ATTRIBUTES.match(name), (tag, name)
            if name in ("href", "src", "action"):
                assert re.match(r"^(?!(?:javascript|data|vbscript):|//)", value or "", re.IGNORECASE), (tag, value)
            assert name != "style", tag
        if tag == "script":
            given = dict(attrs)
            assert "src" in given or given.get("type") == "application/ld+json", attrs

    def handle_data(self, data: str) -> None: ...


def test_no_text_becomes_an_element_or_an_attribute(evil: tuple[Path, str]) -> None:
    pages = sorted(evil[0].rglob("*.html"))
    assert len(pages) > 20
    for page in pages:
        Checked().feed(page.read_text(encoding="utf-8"))


def test_the_files_for_machines_are_well_formed(evil: tuple[Path, str]) -> None:
    site_folder = evil[0]
    for path in site_folder.rglob("*.xml"):
        ElementTree.parse(path)
    for path in [*site_folder.rglob("*.json"), *site_folder.rglob("*.jsonld")]:
        json.loads(path.read_text(encoding="utf-8"))
    import rdflib

    graphs = [rdflib.Graph().parse(site_folder / f"catalog.{ending}") for ending in ("ttl", "rdf", "jsonld")]
    assert len({len(graph) for graph in graphs}) == 1


def test_the_texts_are_shown_as_they_are(evil: tuple[Path, str]) -> None:
    from html import unescape

    page = unescape(re.sub(r"<[^>]+>", "", (evil[0] / "datasets/bo/index.html").read_text(encoding="utf-8")))
    assert "<script>alert(1)</script> đủ dài" in page
    assert "**đậm** _nghiêng_" in page


@pytest.mark.browser
@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/datasets/",
        "/datasets/bo/",
        "/en/datasets/bo/",
        "/quality/",
        "/search/?q=%3Cscript%3Ealert(1)%3C/script%3E",
    ],
)
def test_nothing_runs_in_a_browser(evil: tuple[Path, str], browser: Browser, path: str) -> None:
    watching = Watching(browser, evil[1])
    page = watching(path)
    said: list[str] = []

    def hear(dialog: Dialog) -> None:
        said.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", hear)
    if "bo/" in path:
        for place in page.locator(".preview").all():
            place.scroll_into_view_if_needed()
        page.wait_for_selector(".preview.is-ready .grid td")
        assert page.locator(".grid td", has_text="<script>alert(1)</script>").count() > 0
        page.locator("[role=tab]", has_text="SQL").first.click()
        page.wait_for_selector(".sql .grid td")
    page.wait_for_timeout(300)
    assert said == []
    for one in watching.opened:
        assert one.errors == [], one.errors
        assert one.elsewhere == []
    watching.close()
