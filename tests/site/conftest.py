"""Fixtures of the site's tests: Sông Mây's site, served on loopback, and a browser that may go nowhere else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from tests.site import world
from tests.site.world import World

expect.set_options(timeout=30_000)  # the first run of SQL compiles SQLite; a busy machine takes its time


@dataclass(frozen=True, slots=True)
class Served:
    world: World
    address: str


@pytest.fixture(scope="session")
def songmay(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Sông Mây's site at its own address."""
    folder = tmp_path_factory.mktemp("songmay")
    with world.served(folder / "site") as address:
        yield Served(world.songmay(folder, address), address)


@dataclass(slots=True)
class Watched:
    """A page of the browser, and what went wrong on it. `elsewhere` are requests to another origin, all refused."""

    page: Page
    errors: list[str] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)


@pytest.fixture
def watch(browser: Browser, songmay: Served) -> Iterator[Watching]:
    watching = Watching(browser, songmay.address)
    yield watching
    watching.close()
    for one in watching.opened:
        assert one.errors == [], one.errors
        assert one.elsewhere == [], one.elsewhere


class Watching:
    """Opens pages that may reach `origin` only. At the end of the test no page may have had an error."""

    def __init__(self, browser: Browser, origin: str) -> None:
        self.browser, self.origin = browser, origin
        self.opened: list[Watched] = []
        self.contexts: list[BrowserContext] = []

    def __call__(self, path: str = "/", *, width: int = 1280, height: int = 900, **options: object) -> Page:
        context = self.browser.new_context(viewport={"width": width, "height": height}, **options)  # type: ignore[arg-type]
        context.set_default_timeout(15_000)
        page = context.new_page()
        watched = Watched(page)

        def guard(route: Route) -> None:
            if route.request.url.startswith((f"{self.origin}/", "data:", "blob:")):
                route.continue_()
            else:
                watched.elsewhere.append(route.request.url)
                route.abort()

        context.route("**/*", guard)
        page.on("pageerror", lambda error: watched.errors.append(str(error)))
        page.on("console", lambda message: watched.errors.append(message.text) if message.type == "error" else None)
        self.opened.append(watched)
        self.contexts.append(context)
        page.goto(self.origin + path)
        return page

    def close(self) -> None:
        for context in self.contexts:
            context.close()
