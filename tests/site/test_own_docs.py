"""Our own documentation: every page in both languages, every link between them such as the site can follow."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY

PAGES = REPOSITORY / "docs" / "pages"
LINK = re.compile(r"\]\(([^)\s#:]+\.md)(?:#[^)\s]*)?\)")


@pytest.mark.parametrize("page", sorted(PAGES.rglob("*.md")), ids=lambda path: path.relative_to(PAGES).as_posix())
def test_links_lead_to_a_page_by_its_name_without_the_language(page: Path) -> None:
    """The site puts each language into a folder of its own, so a link names the page and stays in the reader's language."""
    for link in LINK.findall(page.read_text(encoding="utf-8")):
        assert not link.endswith(".en.md"), link
        assert (page.parent / link).is_file(), link


def test_every_page_is_there_in_both_languages() -> None:
    names = {path.relative_to(PAGES).as_posix() for path in PAGES.rglob("*.md")}
    vietnamese = {name for name in names if not name.endswith(".en.md")}
    assert vietnamese
    assert {name.removesuffix(".md") + ".en.md" for name in vietnamese} == names - vietnamese
