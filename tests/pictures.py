"""`python -m tests.pictures`: renders each `datasets/_pictures/NAME.svg` to the NAME.png that CKAN takes; names some, or all by default."""

from __future__ import annotations

import base64
import struct
import sys
import zlib
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests import browser

FOLDER = Path(__file__).resolve().parents[1] / "datasets" / "_pictures"
PIXELS = 400
_TYPES = {".svg": "image/svg+xml", ".png": "image/png"}
_DRAW = """async ([source, side]) => {
  const image = new Image(side, side);
  image.src = source;
  await image.decode();
  const canvas = new OffscreenCanvas(side, side).getContext("2d");
  canvas.drawImage(image, 0, 0, side, side);
  const pixels = canvas.getImageData(0, 0, side, side).data;
  return Array.from({length: side}, (_, y) => btoa(String.fromCharCode(...pixels.subarray(y * side * 4, (y + 1) * side * 4))));
}"""


def rows(page: Page, picture: Path) -> list[bytes]:
    """The picture as the browser of `page` draws it: PIXELS rows of red, green, blue and alpha."""
    source = f"data:{_TYPES[picture.suffix]};base64,{base64.b64encode(picture.read_bytes()).decode()}"
    return [base64.b64decode(row) for row in page.evaluate(_DRAW, [source, PIXELS])]


def png(pixels: list[bytes]) -> bytes:
    """A PNG of these rows. Without filters flat areas pack best: a quarter less than a screenshot has."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", len(pixels[0]) // 4, len(pixels), 8, 6, 0, 0, 0)
    packed = zlib.compress(b"".join(b"\0" + row for row in pixels), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


def main(names: list[str]) -> None:
    drawings = [FOLDER / f"{name}.svg" for name in names] or sorted(FOLDER.glob("*.svg"))
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=browser.executable(), args=list(browser.ARGUMENTS))
        page = chromium.new_page()
        for drawing in drawings:
            drawing.with_suffix(".png").write_bytes(png(rows(page, drawing)))
        chromium.close()


if __name__ == "__main__":
    main(sys.argv[1:])
