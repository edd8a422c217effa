"""The folder of pictures: what is used, what is refused and by which words, whoever put it there."""

from __future__ import annotations

from pathlib import Path

import pytest

from dulieumo import descriptors
from dulieumo.descriptors import pictures
from tests import catalogues as made

PNG = b"\x89PNG\r\n\x1a\n and what follows"
OPEN = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 48 48">'
PLAIN = (
    f'{OPEN}<g fill="none" stroke="#0a5c62"><path d="M1 2l-3.5 4e1z" transform="rotate(45, 24 24)"/></g></svg>'.encode()
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = made.write(
        tmp_path, [made.package("bo", [made.resource("bang", [made.field("ma")], ["ma"])])], {"bo/bang.csv": "ma\na\n"}
    )
    (folder / pictures.FOLDER).mkdir()
    return folder


def found(root: Path) -> list[tuple[str, str, bool]]:
    return [(item.code, item.place.file, item.is_error) for item in descriptors.read(root).findings]


def test_pictures_of_domains_and_publishers_are_used_and_are_no_domain(root: Path) -> None:
    folder = root / pictures.FOLDER
    (folder / "linh-vuc.svg").write_bytes(PLAIN)
    (folder / "linh-vuc.png").write_bytes(PNG)
    (folder / "ban-quan-ly.JPG").write_bytes(b"\xff\xd8\xff\xe0 JFIF")
    (folder / ".thumbs").write_bytes(b"")
    assert found(root) == []
    read = pictures.read(folder)
    assert read.bitmaps == {"linh-vuc": folder / "linh-vuc.png", "ban-quan-ly": folder / "ban-quan-ly.JPG"}
    assert read.for_pages == {**read.bitmaps, "linh-vuc": folder / "linh-vuc.svg"}


def test_a_catalogue_without_pictures_has_none(root: Path) -> None:
    (root / pictures.FOLDER).rmdir()
    assert found(root) == []
    assert pictures.read(root / pictures.FOLDER).for_pages == {}


def test_a_picture_of_nothing_is_a_warning(root: Path) -> None:
    (root / pictures.FOLDER / "linh-vuk.png").write_bytes(PNG)
    assert found(root) == [("picture-of-nothing", "_pictures/linh-vuk.png", False)]


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("linh-vuc.png", PNG + bytes(pictures.MAX_BYTES), "picture-too-big"),
        ("linh-vuc.png", b"<html>", "picture-unusable"),
        ("linh-vuc.png", PLAIN, "picture-unusable"),
        ("linh-vuc.svg", PNG, "picture-svg-not-plain"),
        ("linh-vuc.jpeg", PNG, "picture-unusable"),
        ("linh-vuc.webp", b"RIFF", "picture-unusable"),
        ("linh-vuc", PNG, "picture-unusable"),
        ("linh-vuc.png", b"", "picture-unusable"),
    ],
)
def test_what_is_no_picture_is_refused(root: Path, name: str, content: bytes, code: str) -> None:
    (root / pictures.FOLDER / name).write_bytes(content)
    assert found(root) == [(code, f"_pictures/{name}", True)]
    assert pictures.read(root / pictures.FOLDER).for_pages == {}


def test_links_and_folders_are_refused(root: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere.png").write_bytes(PNG)
    (root / pictures.FOLDER / "linh-vuc.png").symlink_to(tmp_path / "elsewhere.png")
    (root / pictures.FOLDER / "ban-quan-ly.png").mkdir()
    assert found(root) == [
        ("picture-unusable", "_pictures/ban-quan-ly.png", True),
        ("path-is-link", "_pictures/linh-vuc.png", True),
    ]
    (root / pictures.FOLDER).rename(tmp_path / "moved")
    (root / pictures.FOLDER).symlink_to(tmp_path / "moved")
    assert found(root) == [("path-is-link", "_pictures", True)]
    assert pictures.read(root / pictures.FOLDER).for_pages == {}


@pytest.mark.parametrize(
    "svg",
    [
        "",
        "<svg/>",
        "<html xmlns='http://www.w3.org/1999/xhtml'/>",
        f"{OPEN}<script>alert(1)</script></svg>",
        f"{OPEN}<path d='M0 0' onclick='alert(1)'/></svg>",
        f"{OPEN}<a href='javascript:alert(1)'><path d='M0 0'/></a></svg>",
        f"{OPEN}<image href='https://evil.example/x.png'/></svg>",
        f"{OPEN}<use href='#x'/></svg>",
        f"{OPEN}<style>path {{ fill: red }}</style></svg>",
        f"{OPEN}<path style='fill: red' d='M0 0'/></svg>",
        f"{OPEN}<path fill='url(https://evil.example/x)' d='M0 0'/></svg>",
        f"{OPEN}<path fill='URL (x)' d='M0 0'/></svg>",
        f"{OPEN}<path fill='\\75rl(x)' d='M0 0'/></svg>",
        f"{OPEN}<foreignObject><p xmlns='http://www.w3.org/1999/xhtml'>x</p></foreignObject></svg>",
        f"{OPEN}<text>chữ</text></svg>",
        f"{OPEN}<title>chữ</title></svg>",
        f"{OPEN}<g>chữ</g></svg>",
        f"{OPEN}<g/>chữ</svg>",
        f"{OPEN}<animate attributeName='d'/></svg>",
        f"{OPEN}<path xmlns='urn:x' d='M0 0'/></svg>",
        f"{OPEN}<path xmlns:x='urn:x' x:d='M0 0'/></svg>",
        f"{OPEN}<!-- x --></svg>",
        f"{OPEN}<g><![CDATA[ ]]></g></svg>",
        f"<?xml-stylesheet href='https://evil.example/x.css'?>{PLAIN.decode()}",
        f"<!DOCTYPE svg SYSTEM 'https://evil.example/x.dtd'>{PLAIN.decode()}",
        f"<!DOCTYPE svg [<!ENTITY x 'y'>]>{OPEN}<g>&x;</g></svg>",
        f"{OPEN}<g>&khong;</g></svg>",
        OPEN,
        f"{PLAIN.decode()}{PLAIN.decode()}",
        OPEN + "<g>" * 20_000 + "</g>" * 20_000 + "</svg>\0",
    ],
)
def test_an_svg_holds_shapes_and_nothing_else(svg: str) -> None:
    assert not pictures.is_plain_svg(svg.encode())


def test_encodings_hide_nothing() -> None:
    assert pictures.is_plain_svg(PLAIN)
    assert not pictures.is_plain_svg(PLAIN.decode().encode("utf-16"))
    assert not pictures.is_plain_svg(b"\xff" + PLAIN)
    assert pictures.is_plain_svg((OPEN + "<g>" * 10_000 + "</g>" * 10_000 + "</svg>").encode())
