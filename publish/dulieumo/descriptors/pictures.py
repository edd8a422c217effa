"""The folder `_pictures/`: NAME.png, .jpg or .gif for CKAN and NAME.svg for the site, NAME a domain's or a publisher's.

Untrusted as the descriptors are: no link is followed, no big file is read, the bytes decide and not the file's name, and an SVG
holds shapes only: no script, style, text or image, and nothing that leads elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from dulieumo_rules.findings import Finding, Place, Severity, finding

FOLDER = "_pictures"
MAX_BYTES = 200_000
"""More than a pictogram or a logo of 1000 × 1000 needs; every reader of the site's first page is sent it."""

SVG = ".svg"
_BEGINNINGS = {
    ".png": (b"\x89PNG\r\n\x1a\n",),
    ".jpg": (b"\xff\xd8\xff",),
    ".jpeg": (b"\xff\xd8\xff",),
    ".gif": (b"GIF87a", b"GIF89a"),
}
_NAMESPACE = "{http://www.w3.org/2000/svg}"
_ELEMENTS = frozenset({"svg", "g", "path", "rect", "circle", "ellipse", "line", "polyline", "polygon"})
_ATTRIBUTES = frozenset(
    {
        *("viewBox", "width", "height", "transform", "opacity", "d", "points"),
        *("x", "y", "rx", "ry", "cx", "cy", "r", "x1", "y1", "x2", "y2"),
        *("fill", "fill-rule", "fill-opacity", "stroke", "stroke-width", "stroke-linecap", "stroke-linejoin"),
        *("stroke-opacity", "stroke-miterlimit", "stroke-dasharray"),
    }
)
_VALUE = re.compile(r"(?!.*url)[\w\s#%.,()+-]*", re.ASCII | re.DOTALL | re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pictures:
    """The pictures that can be used, by name, and what is wrong with the others."""

    bitmaps: Mapping[str, Path]
    drawings: Mapping[str, Path]
    findings: tuple[Finding, ...]

    @property
    def for_pages(self) -> Mapping[str, Path]:
        """One per name; a drawing is smaller than a bitmap, and sharp at any size."""
        return {**self.bitmaps, **self.drawings}


def read(folder: Path) -> Pictures:
    """What `folder` holds; nothing where there is none. Never raises for what the files are."""
    bitmaps: dict[str, Path] = {}
    drawings: dict[str, Path] = {}
    found: list[Finding] = []
    if folder.is_symlink():
        found.append(finding("path-is-link", Place(file=folder.name), path=folder.name))
    elif folder.is_dir():
        for path in sorted(folder.iterdir()):
            if path.name.startswith("."):
                continue
            problem = _problem(path)
            if problem is not None:
                found.append(problem)
            elif path.suffix.lower() == SVG:
                drawings[path.stem] = path
            else:
                bitmaps[path.stem] = path
    return Pictures(bitmaps=bitmaps, drawings=drawings, findings=tuple(found))


def check(root: Path, names: Collection[str]) -> Iterator[Finding]:
    """What is wrong in the catalogue's own folder of pictures. `names`: the domains and the publishers."""
    pictures = read(root / FOLDER)
    yield from pictures.findings
    for path in (*pictures.bitmaps.values(), *pictures.drawings.values()):
        if path.stem not in names:
            place = Place(file=f"{FOLDER}/{path.name}")
            yield finding("picture-of-nothing", place, severity=Severity.WARNING, name=path.stem)


def _problem(path: Path) -> Finding | None:
    relative = f"{path.parent.name}/{path.name}"
    place = Place(file=relative)
    if path.is_symlink():
        return finding("path-is-link", place, path=relative)
    if not path.is_file():
        return finding("picture-unusable", place, file=path.name)
    if path.stat().st_size > MAX_BYTES:
        return finding("picture-too-big", place, kilobytes=path.stat().st_size // 1000, limit=MAX_BYTES // 1000)
    content = path.read_bytes()
    if path.suffix.lower() == SVG:
        return None if is_plain_svg(content) else finding("picture-svg-not-plain", place)
    is_bitmap = content.startswith(_BEGINNINGS.get(path.suffix.lower(), ()))
    return None if is_bitmap else finding("picture-unusable", place, file=path.name)


def is_plain_svg(content: bytes) -> bool:
    """Whether it is an SVG of shapes and their colours, and nothing besides."""
    from xml.etree.ElementTree import ParseError

    from defusedxml.ElementTree import fromstring

    # neither declaration, stylesheet, entity, comment nor CDATA: what remains is elements and attributes, in UTF-8
    if b"<!" in content or b"<?" in content:
        return False
    try:
        root = fromstring(content.decode("utf-8"))
    except (ParseError, ValueError):
        return False
    return root.tag == f"{_NAMESPACE}svg" and all(
        element.tag.removeprefix(_NAMESPACE) in _ELEMENTS
        and element.tag.startswith(_NAMESPACE)
        and not (element.text or "").strip()
        and not (element.tail or "").strip()
        and all(key in _ATTRIBUTES and _VALUE.fullmatch(value) for key, value in element.items())
        for element in root.iter()
    )
