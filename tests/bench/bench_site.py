"""`make bench-site`: how heavy and how quick the pages are on a slow line, and how long the site takes to build.

Pages: the catalogue in `datasets/`, served by `dulieumo serve`, opened in Chromium with an empty cache, on a line of 1.6 Mbit/s
with 150 ms to the server and a processor slowed down four times. `bytes` is what went over the line, compressed, until
nothing was asked for any more; `interactive` is when scripts had taken the page in hand and the main thread was free again;
`rows` is how long after a table came into view its rows, read from Parquet, stood there. The quickest of `RUNS` visits counts,
since whatever else runs on the machine only adds.

Builds: the same catalogue in full, then with nothing changed; and `--count` made-up datasets in two languages.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright

from tests import browser as machine
from tests.site import world

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = Path(sys.executable).with_name("dulieumo")
# An installed program has its modules compiled.
COMPILED = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
RUNS = 5
MOST_BYTES = 300_000
MOST_SECONDS = 2.0
LINE = {"offline": False, "latency": 150, "downloadThroughput": 1_600_000 / 8, "uploadThroughput": 750_000 / 8}
SLOWER = 4
# The last of: scripts have run, and no task of the main thread took longer than 50 ms since.
WATCH = """
window.longest = 0;
new PerformanceObserver((list) => {
  for (const one of list.getEntries()) window.longest = one.startTime + one.duration;
}).observe({ type: "longtask", buffered: true });
new MutationObserver(() => {
  const button = document.querySelector("[data-theme-toggle]");
  if (button && !button.hidden) window.ready ??= performance.now();
  if (document.querySelector("[data-rows]")) window.rows ??= performance.now();
}).observe(document, { subtree: true, childList: true, attributes: true });
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """Seconds since the address was entered, `rows` since the table came into view; None on a page without one."""

    bytes: int
    painted: float
    interactive: float
    rows: float | None


def visit(browser: Browser, address: str) -> Visit:
    """Open a page with an empty cache on the slow line."""
    context = browser.new_context(viewport={"width": 412, "height": 915})
    page = context.new_page()
    control = context.new_cdp_session(page)
    control.send("Network.enable")
    control.send("Network.emulateNetworkConditions", dict(LINE))
    control.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    received = 0

    def count(event: dict[str, Any]) -> None:
        nonlocal received
        received += int(event["encodedDataLength"])

    control.on("Network.loadingFinished", count)
    page.add_init_script(WATCH)
    page.goto(address, wait_until="networkidle")
    page.locator("[data-theme-toggle]").wait_for()
    has_preview = page.locator("[data-preview]").count() > 0
    weight = received
    before = page.evaluate("Math.max(window.ready, window.rows === undefined ? window.longest : window.ready)")
    if has_preview:
        in_view = page.evaluate("performance.now()")
        page.locator("[data-preview]").first.scroll_into_view_if_needed()
        page.locator("[data-rows]").first.wait_for()
    painted = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0")
    rows = max(page.evaluate("window.rows") - in_view, 0) if has_preview else None
    context.close()
    return Visit(
        bytes=weight,
        painted=painted / 1000,
        interactive=before / 1000,
        rows=rows / 1000 if rows is not None else None,
    )


def best(visits: list[Visit]) -> Visit:
    """The heaviest and the quickest: what else runs on the machine only adds to a time, never to a size."""
    rows = [one.rows for one in visits if one.rows is not None]
    return Visit(
        bytes=max(one.bytes for one in visits),
        painted=min(one.painted for one in visits),
        interactive=min(one.interactive for one in visits),
        rows=min(rows) if rows else None,
    )


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds by the clock, and of the processor: what else runs on the machine lengthens only the former."""

    wall: float
    cpu: float

    def __str__(self) -> str:
        return f"{self.wall:.1f} s ({self.cpu:.1f} s of CPU)"

    def __add__(self, other: Cost) -> Cost:
        return Cost(self.wall + other.wall, self.cpu + other.cpu)


def cost(command: str, datasets: Path, dist: Path) -> Cost:
    """What a whole command takes, from an empty process."""
    before, began = os.times(), time.perf_counter()
    done = subprocess.run(
        [PROGRAM, command, "--datasets", datasets, "--dist", dist], capture_output=True, text=True, env=COMPILED
    )
    if done.returncode != 0:
        raise SystemExit(f"dulieumo {command} ended with {done.returncode}:\n{done.stderr}")
    after = os.times()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return Cost(time.perf_counter() - began, cpu)


def many(folder: Path, count: int) -> Path:
    """A catalogue of at least `count` datasets: Sông Mây's, over and over under other names."""
    root = folder / "datasets"
    shutil.copytree(world.SONGMAY, root)
    settings = root / "catalog.yaml"
    # at an address of its own: what lies under the catalogue's is taken for a page of the site
    settings.write_text(
        settings.read_text(encoding="utf-8").replace(
            "baseUrl: https://songmay.example", "baseUrl: https://many.example"
        ),
        encoding="utf-8",
    )
    originals = sorted(path.parent for path in root.glob("*/*/datapackage.yaml"))
    for number in range(1, -(-count // len(originals))):
        for original in originals:
            name = f"{original.name}-{number:04d}"
            copy = original.with_name(name)
            shutil.copytree(original, copy)
            descriptor = copy / "datapackage.yaml"
            text = descriptor.read_text(encoding="utf-8")
            text = re.sub(r"^name: .*$", f"name: {name}", text, count=1, flags=re.MULTILINE)
            text = re.sub(r"^(title(?:@en)?: .*)$", rf"\1 {number}", text, count=2, flags=re.MULTILINE)
            descriptor.write_text(text, encoding="utf-8")
    return root


def builds(datasets: Path, dist: Path, label: str) -> None:
    """What each step takes in full, and the site again with nothing changed."""
    steps = {step: cost(step, datasets, dist) for step in ("check", "build", "status", "site")}
    again = cost("site", datasets, dist)
    pages = sum(1 for _file in (dist / "site").rglob("*.html"))
    print(f"{label}, {pages} pages")
    for step, spent in {**steps, "all": sum(steps.values(), Cost(0, 0)), "site, nothing changed": again}.items():
        print(f"  {step:<24}{spent}", flush=True)


def chosen(site: Path) -> list[str]:
    """A page of each kind; of the datasets the heaviest page and one with coordinates."""
    datasets = sorted(site.glob("datasets/*/index.html"), key=lambda file: file.stat().st_size)
    located = next((file for file in datasets if "&#34;role&#34;" in file.read_text(encoding="utf-8")), datasets[0])
    middle = datasets[len(datasets) // 2]
    found = dict.fromkeys(f"datasets/{file.parent.name}/" for file in (middle, located, datasets[-1]))
    domain = sorted(site.glob("domains/*/index.html"))[0].parent.name
    publisher = sorted(site.glob("publishers/*/index.html"))[0].parent.name
    return [
        "", "datasets/", f"domains/{domain}/", *found, f"publishers/{publisher}/", "lists/", "changes/", "quality/",
        "guides/", "search/?q=giao", "en/",
    ]  # fmt: skip


def visits(site: Path, runs: int) -> bool:
    """Print a line per kind of page; whether all keep to the limits."""
    is_good = True
    print(f"{'page':<48}{'kB':>7}{'painted':>10}{'interactive':>13}{'rows':>8}")
    with world.served(site) as address, sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=machine.executable(), args=list(machine.ARGUMENTS))
        for path in chosen(site):
            found = best([visit(started, f"{address}/{path}") for _run in range(runs)])
            rows = f"{found.rows:.2f}" if found.rows is not None else "–"
            print(f"/{path:<47}{found.bytes / 1000:>7.0f}{found.painted:>10.2f}{found.interactive:>13.2f}{rows:>8}")
            is_good &= found.bytes <= MOST_BYTES and found.interactive <= MOST_SECONDS
        started.close()
    return is_good


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=RUNS, help="visits of each page")
    parser.add_argument("--count", type=int, default=1000, help="made-up datasets to build; 0 leaves them out")
    parser.add_argument("--site", type=Path, help="a built site to visit; nothing is built")
    options = parser.parse_args()
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    if options.site:
        return told(visits(options.site, options.runs))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        builds(ROOT / "datasets", folder / "dist", "the catalogue")
        is_good = visits(folder / "dist" / "site", options.runs)
        if options.count:
            builds(many(folder / "many", options.count), folder / "many" / "dist", f"{options.count} made-up datasets")
    return told(is_good)


def told(is_good: bool) -> int:
    print(f"limits: {MOST_BYTES // 1000} kB, interactive in {MOST_SECONDS} s: {'kept' if is_good else 'missed'}")
    return 0 if is_good else 1


if __name__ == "__main__":
    sys.exit(main())
