"""WCAG 2.2 AA as far as a program can tell: axe-core on each kind of page, light, dark and on a phone; and the keyboard alone."""

from __future__ import annotations

from pathlib import Path

import axe_playwright_python
import pytest
from playwright.sync_api import Page, expect

from tests.site.conftest import Watching

pytestmark = pytest.mark.browser
AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PAGES = [
    "/", "/datasets/", "/datasets/ben-xe/", "/datasets/quan-trac-nuoc-song/", "/datasets/le-hoi/", "/domains/",
    "/domains/giao-thong/", "/publishers/", "/publishers/phong-giao-thong/", "/lists/", "/changes/", "/quality/",
    "/search/?q=xe", "/guides/", "/guides/bat-dau/", "/concepts/tong-quan/", "/en/", "/en/datasets/ben-xe/", "/en/concepts/tong-quan/",
]  # fmt: skip


def violations(page: Page) -> list[str]:
    # evaluated, not added as an element: the page's own policy would refuse that
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("tags => axe.run(document, {runOnly: {type: 'tag', values: tags}})", TAGS)
    return [
        f"{item['id']}: {node['target']} {node['failureSummary']}"
        for item in found["violations"]
        for node in item["nodes"][:3]
    ]


def ready(page: Page) -> None:
    for place in page.locator(".preview").all():
        place.scroll_into_view_if_needed()
        place.locator(".grid td").first.wait_for()


@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_nothing_in_the_light(watch: Watching, path: str) -> None:
    page = watch(path, color_scheme="light")
    ready(page)
    assert violations(page) == []


@pytest.mark.parametrize(
    "path", ["/", "/datasets/", "/datasets/ben-xe/", "/datasets/le-hoi/", "/quality/", "/search/?q=xe"]
)
def test_axe_finds_nothing_in_the_dark_and_on_a_phone(watch: Watching, path: str) -> None:
    page = watch(path, color_scheme="dark", width=390, height=844, reduced_motion="reduce")
    ready(page)
    assert violations(page) == []


def test_axe_finds_nothing_in_the_map_in_sql_and_on_the_404(watch: Watching) -> None:
    page = watch("/datasets/quan-trac-nuoc-song/")
    ready(page)
    page.get_by_role("tab", name="Bản đồ").click()
    assert violations(page) == []
    page.get_by_role("tab", name="SQL").click()
    expect(page.locator(".sql .grid tbody tr").first).to_be_visible()
    assert violations(page) == []
    page = watch("/no/such/page/")
    assert violations(page) == []
    watch.opened[-1].errors.clear()  # the 404 itself


def focus(page: Page, target: str, most: int = 200) -> None:
    """Press Tab until the focus is on `target`; it must be visible there."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", target):
            box = page.evaluate(
                "(() => { const b = document.activeElement.getBoundingClientRect(); return [b.top, b.bottom]; })()"
            )
            assert 0 <= box[0] <= page.viewport_size["height"], box  # type: ignore[index]
            style = page.evaluate(
                "(() => { const s = getComputedStyle(document.activeElement); return s.outlineStyle; })()"
            )
            assert style != "none", target
            return
    raise AssertionError(f"Tab never reached {target}")


def test_a_reader_with_a_keyboard_finds_a_dataset_looks_at_it_and_downloads_it(watch: Watching) -> None:
    page = watch("/", reduced_motion="reduce")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    focus(page, "#home-search")
    page.keyboard.type("ben xe")
    page.keyboard.press("Enter")
    page.wait_for_selector(".search-results li")
    focus(page, ".search-results a")
    page.keyboard.press("Enter")
    page.wait_for_url("**/datasets/ben-xe/")
    page.wait_for_selector("[data-preview]")
    page.locator(".preview").first.scroll_into_view_if_needed()
    page.wait_for_selector(".preview.is-ready .grid td")
    focus(page, ".preview input[type=search]")
    page.keyboard.type("moi")
    expect(page.locator(".grid").first.locator("tbody tr")).to_have_count(1)
    focus(page, ".grid thead button")
    page.keyboard.press("Enter")
    expect(page.locator(".grid thead th").first).to_have_attribute("aria-sort", "ascending")
    assert page.evaluate("document.activeElement.matches('.grid thead button')"), "sorting keeps the focus"
    focus(page, "a.download")
    with page.expect_download() as caught:
        page.keyboard.press("Enter")
    assert caught.value.suggested_filename == "ben.csv"


def test_a_reader_with_a_keyboard_runs_sql_and_leaves_the_editor(watch: Watching) -> None:
    page = watch("/datasets/le-hoi/", reduced_motion="reduce")
    page.locator(".preview").scroll_into_view_if_needed()
    page.wait_for_selector(".preview.is-ready .grid td")
    focus(page, "[role=tab][aria-selected=true]")
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("tab", name="SQL")).to_be_focused()
    expect(page.locator(".sql .grid tbody tr").first).to_be_visible()
    focus(page, ".sql textarea")
    page.keyboard.press("Control+A")
    page.keyboard.type("SELECT COUNT(*) AS n FROM le_hoi")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".sql thead th").first).to_have_text("n")
    focus(page, ".sql button")


def test_a_reader_with_a_keyboard_switches_the_language_and_the_theme(watch: Watching) -> None:
    page = watch("/quality/", reduced_motion="reduce")
    focus(page, "[data-theme-toggle]")
    page.keyboard.press("Space")
    assert page.evaluate("document.documentElement.dataset.theme") in ("dark", "light")
    focus(page, ".tool-text")
    page.keyboard.press("Enter")
    page.wait_for_url("**/en/quality/")


def test_targets_are_large_enough_to_touch(watch: Watching) -> None:
    """WCAG 2.2, 2.5.8: 24 by 24 pixels for what is not within a line of text."""
    page = watch("/datasets/ben-xe/", width=390, height=844)
    ready(page)
    small = page.evaluate(
        """() => [...document.querySelectorAll("button, summary, input, select, .button, .tool, .main-nav a, .tab")]
            .filter((one) => one.getClientRects().length)
            .map((one) => [one.className || one.tagName, one.getBoundingClientRect().width, one.getBoundingClientRect().height])
            .filter(([, width, height]) => width < 24 || height < 24)"""
    )
    assert small == []
