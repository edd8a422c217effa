"""The lines that a dataset page offers are whole programs: each runs against the site as it is served, and prints the rows.

R is no package of this project: `make prove-site` runs its lines, everywhere else they are compared with the table.
"""

from __future__ import annotations

import re
import subprocess
import sys
from datetime import UTC, datetime
from html import unescape
from pathlib import Path

import duckdb
import pytest
from fsspec.implementations.http import HTTPFileSystem
from playwright.sync_api import Browser

from tests.site.conftest import Served


class Http(HTTPFileSystem):  # type: ignore[misc]
    """DuckDB asks when a file was changed, which fsspec's http does not tell."""

    def modified(self, path: str) -> datetime:
        return datetime(2025, 1, 1, tzinfo=UTC)


def snippets(served: Served, name: str = "ben-xe") -> dict[str, str]:
    html = (served.world.out / f"datasets/{name}/index.html").read_text(encoding="utf-8")
    found = re.findall(r"<summary>([^<]+)</summary>\s*<pre[^>]*><code[^>]*>(.*?)</code>", html, re.DOTALL)
    return {unescape(title): unescape(code) for title, code in found}


def run(command: list[str], folder: Path) -> str:
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("name", ["Python", "pandas", "Polars"])
def test_python_lines_print_the_table(songmay: Served, tmp_path: Path, name: str) -> None:
    printed = run([sys.executable, "-c", snippets(songmay)[name]], tmp_path)
    assert "Bến Đò Mới" in printed


def test_the_lines_in_r_name_each_column_with_its_type(songmay: Served) -> None:
    code = snippets(songmay)["R"]
    assert f'read.csv("{songmay.address}/data/ben-xe/latest/ben.csv"' in code
    dataset = songmay.world.release.version("ben-xe")
    assert dataset is not None
    schema = dataset.dataset.resources[0].schema
    assert schema is not None
    named = re.findall(r'^  "([^"]+)" = "(\w+)",?$', code, re.MULTILINE)
    assert [name for name, _class in named] == [column.name for column in schema.columns]
    assert dict(named)["ma_ben"] == "character"


def test_the_duckdb_line_reads_the_parquet_over_http(songmay: Served) -> None:
    """DuckDB's own httpfs is an extension that it downloads; here fsspec stands for it."""
    with duckdb.connect() as connection:
        connection.register_filesystem(Http())
        rows = connection.execute(snippets(songmay)["DuckDB"]).fetchall()
    assert ("BX-99", "Bến Đò Mới") in [row[:2] for row in rows]


def test_the_curl_lines_download_and_check(songmay: Served, tmp_path: Path) -> None:
    printed = run(["bash", "-euo", "pipefail", "-c", snippets(songmay)["curl"]], tmp_path)
    assert "ben.csv: OK" in printed
    assert "Bến Đò Mới" in (tmp_path / "ben.csv").read_text(encoding="utf-8")


@pytest.mark.browser
def test_the_javascript_lines_read_the_parquet(songmay: Served, browser: Browser) -> None:
    """In Chromium; an import map leads the two package names to the bundle of the site, which is made of these packages."""
    code = snippets(songmay)["JavaScript"].replace("console.log(", "window.result = (")
    vendor = f"{songmay.address}/assets/vendor/hyparquet.js"
    imports = f'{{"imports": {{"hyparquet": "{vendor}", "hyparquet-compressors": "{vendor}"}}}}'
    context = browser.new_context()
    page = context.new_page()
    page.route(
        f"{songmay.address}/blank",
        lambda route: route.fulfill(
            content_type="text/html",
            body=f'<script type="importmap">{imports}</script><script type="module">{code}</script>',
        ),
    )
    page.goto(f"{songmay.address}/blank")
    page.wait_for_function("window.result !== undefined")
    rows = page.evaluate("window.result.map((row) => row.ten_ben)")
    assert "Bến Đò Mới" in rows
    context.close()


def test_every_address_in_the_lines_exists(songmay: Served) -> None:
    for name, code in snippets(songmay).items():
        for address in re.findall(rf"{songmay.address}/([^\s\"')]+)", code):
            if name != "BibTeX":
                assert (songmay.world.out / address).is_file(), (name, address)


def test_a_range_is_enough_for_curl(songmay: Served, tmp_path: Path) -> None:
    address = f"{songmay.address}/data/ben-xe/latest/ben.parquet"
    done = subprocess.run(["curl", "-s", "-r", "0-3", address], capture_output=True, check=True, timeout=60)
    assert done.stdout == b"PAR1"
