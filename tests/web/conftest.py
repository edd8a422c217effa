"""The owners' page of a small catalogue under Git, started by the installed command; spreadsheets to bring there."""

from __future__ import annotations

import http.client
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from openpyxl import Workbook
from playwright.sync_api import Browser, Page

from tests import catalogues

DULIEUMO = Path(sys.executable).with_name("dulieumo")
HEAD = ("Cột ma", "Cột ten", "Cột so")
ROWS = (("A1", "Bến Nước", 10), ("A2", "Bến Đò", 20), ("A3", "Bến Gỗ", 30))


def git(folder: Path, *words: str) -> str:
    done = subprocess.run(["git", "-C", folder, *words], capture_output=True, text=True, check=True)
    return done.stdout.rstrip("\n")


def repository(folder: Path) -> Path:
    """A catalogue of two datasets, committed to main by somebody else."""
    field = catalogues.field
    columns = [
        field("ma", constraints={"required": True}), field("ten"), field("so", "integer", constraints={"minimum": 0})
    ]  # fmt: skip
    other = [field("loai"), field("mo_ta"), field("nam", "year")]
    catalogues.write(
        folder,
        [
            catalogues.package("bo", [catalogues.resource("bang", columns, ["ma"])]),
            catalogues.package("khac", [catalogues.resource("khac", other, ["loai"])]),
        ],
        {
            "bo/bang.csv": "ma,ten,so\n" + "".join(f"{a},{b},{c}\n" for a, b, c in ROWS),
            "khac/khac.csv": "loai,mo_ta,nam\nx,một,2024\n",
        },
    )
    git(folder, "init", "--quiet", "--initial-branch=main")
    git(folder, "config", "user.name", "Chị Hoa")
    git(folder, "config", "user.email", "hoa@example.org")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "Bản đầu")
    return folder


def spreadsheet(path: Path, rows: Sequence[Sequence[Any]], head: Sequence[str] = HEAD) -> Path:
    """As an office sends it: a title, an empty row, the header in row 3."""
    book = Workbook()
    page = book.active
    page["A1"] = "DANH SÁCH CÁC BẾN"
    for number, row in enumerate((head, *rows), start=3):
        for at, value in enumerate(row, start=1):
            page.cell(number, at, value)
    book.save(path)
    return path


@dataclass(slots=True, kw_only=True)
class Opened:
    """The running page. `cookie` is that of a browser that was let in."""

    folder: Path
    address: str
    token: str
    process: subprocess.Popen[str]
    browser: Browser
    cookies: list[Any]

    @property
    def host(self) -> str:
        return urlsplit(self.address).netloc

    def page(self, **options: Any) -> Page:
        """A new page of the browser that was let in, on the first page."""
        context = self.browser.new_context(**options)
        context.set_default_timeout(60_000)
        context.add_cookies(self.cookies)
        page = context.new_page()
        page.goto(self.address)
        return page

    def bring(self, page: Page, dataset: str, file: Path) -> None:
        page.goto(self.address)
        page.select_option("#dataset", dataset)
        page.set_input_files("#file", file)
        page.get_by_role("button", name="Kiểm tra tệp").click()
        page.wait_for_load_state()

    def ask(self, method: str, path: str, **headers: str | None) -> tuple[int, dict[str, str], str]:
        """A request as the let-in browser would send it, `headers` changed; None leaves one out."""
        own = {
            "Host": self.host,
            "Origin": f"http://{self.host}",
            "Cookie": f"{self.cookies[0]['name']}={self.cookies[0]['value']}",
            "Content-Type": "application/x-www-form-urlencoded",
        } | {name.replace("_", "-"): value for name, value in headers.items()}
        connection = http.client.HTTPConnection(self.host, timeout=60)
        connection.putrequest(method, path, skip_host=True)
        for name, value in own.items():
            if value is not None:
                connection.putheader(name, value)
        connection.endheaders()
        answer = connection.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read().decode()


@pytest.fixture(scope="session")
def opened(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    """Opened in the browser with the address that the command prints; at the end nothing of it may be left."""
    folder = repository(tmp_path_factory.mktemp("kho"))
    scratch = tmp_path_factory.mktemp("tam")
    process = subprocess.Popen(
        [DULIEUMO, "--lang", "vi", "web", "--no-open"],
        cwd=folder, env={**os.environ, "TMPDIR": str(scratch)}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        printed = process.stdout.readline().strip()
        address, _mark, token = printed.partition("?token=")
        context = browser.new_context()
        context.set_default_timeout(60_000)
        page = context.new_page()
        page.goto(printed)
        assert page.url == address
        yield Opened(
            folder=folder, address=address, token=token, process=process, browser=browser, cookies=context.cookies()
        )
        process.send_signal(signal.SIGTERM)
        said = process.communicate(timeout=60)
        assert process.returncode == 0, said
        assert token not in said[1]
        assert "bug" not in said[1]
        assert "lỗi" not in said[1]
        assert list(scratch.iterdir()) == []
    finally:
        process.kill()
