"""The pictograms of the twelve domains: each there as SVG and as the PNG that CKAN takes, of one style and one size."""

from __future__ import annotations

import struct

import pytest
from playwright.sync_api import Browser

from dulieumo import descriptors
from dulieumo.descriptors import pictures
from tests.catalogue.test_catalogue import DATASETS, DOMAINS
from tests.pictures import FOLDER, PIXELS, rows

MAX_BYTES = 15_000


def test_each_domain_has_both_and_nothing_else_is_there() -> None:
    assert FOLDER == DATASETS / pictures.FOLDER
    assert {path.name for path in FOLDER.iterdir()} == {f"{name}.{kind}" for name in DOMAINS for kind in ("svg", "png")}
    assert [item for item in descriptors.read(DATASETS).findings if item.place.file.startswith(pictures.FOLDER)] == []


@pytest.mark.parametrize("name", DOMAINS)
def test_the_bitmap_is_of_the_size_that_ckan_shows(name: str) -> None:
    content = (FOLDER / f"{name}.png").read_bytes()
    assert len(content) < MAX_BYTES
    assert struct.unpack(">4sII", content[12:24]) == (b"IHDR", PIXELS, PIXELS)


@pytest.mark.parametrize("name", DOMAINS)
def test_the_drawing_holds_shapes_only_on_the_common_tile(name: str) -> None:
    content = (FOLDER / f"{name}.svg").read_bytes()
    assert pictures.is_plain_svg(content)
    text = content.decode()
    assert '<rect width="48" height="48" rx="10" fill="#0a5c62"/>' in text
    assert 'stroke="#fdfcf9" stroke-width="2.5" stroke-linecap="round" stroke-linejoin="round"' in text
    assert text.count("stroke-width") == 1


@pytest.mark.browser
def test_the_bitmaps_show_the_drawings(browser: Browser) -> None:
    page = browser.new_page()
    for name in DOMAINS:
        drawn = b"".join(rows(page, FOLDER / f"{name}.svg"))
        stored = b"".join(rows(page, FOLDER / f"{name}.png"))
        differing = sum(abs(one - other) > 40 for one, other in zip(drawn, stored, strict=True))
        assert differing < len(drawn) / 200, name  # browsers round an edge each in their way
    page.close()
