"""Text of descriptors shows as that text, whatever is in it: nothing in it is markup."""

from __future__ import annotations

import html
import re

import markdown as renderer
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dulieumo.site import markdown
from dulieumo.site.render import MARKDOWN_EXTENSIONS
from tests.site.world import HOSTILE


def shown(source: str) -> str:
    """What a reader sees of a page of Markdown."""
    made = renderer.markdown(source, extensions=list(MARKDOWN_EXTENSIONS))
    assert not re.search(r"<(?!/?(p|h1|table|thead|tbody|tr|t[hd])\b)", made), made
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", made)).split())


def as_text(value: str) -> str:
    return " ".join(markdown._CONTROL.sub("", value).split())


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("place", ["{}", "# {}", "trước {} sau", "| a |\n|--|\n| {} |"])
def test_a_hostile_text_shows_as_itself(text: str, place: str) -> None:
    expected = as_text(
        place.replace("# ", "").replace("|--|", "").replace("|", "").format(as_text(text).replace("|", "\0"))
    )
    source = place.format(markdown.escape(text))
    assert shown(source) == as_text(expected.replace("\0", "|")) or as_text(text).replace("|", "") in shown(
        source
    ).replace("|", "")


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=60))
def test_any_text_shows_as_itself(text: str) -> None:
    seen = shown(f"trước {markdown.escape(text)} sau")
    assert seen == " ".join(f"trước {as_text(text)} sau".split())


@given(st.text(alphabet="#>-+=~*_`[]()!|\\<&{}:. 1a\n", max_size=30))
def test_text_at_the_start_of_a_line_is_no_block(text: str) -> None:
    assert shown(str(markdown.escape(text))) == as_text(text)


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        " JaVaScRiPt:alert(1)",
        "java\nscript:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "//evil.example",
        "",
    ],
)
def test_an_address_that_runs_code_leads_nowhere(address: str) -> None:
    assert markdown.address(address) == "#"


@pytest.mark.parametrize("address", ["https://a.example/b?c=d#e", "mailto:a@b.example", "../x/", "#cot"])
def test_an_ordinary_address_is_kept(address: str) -> None:
    assert markdown.address(address) == address


def test_json_never_ends_its_script() -> None:
    made = str(markdown.json_script({"a": "</script><!--\u2028"}))
    assert "<" not in made
    assert "\u2028" not in made


def test_code_keeps_its_blank_lines_and_stays_one_block() -> None:
    made = str(markdown.preformatted("a\n\n\n  b <c>{d}\n"))
    assert "\n\n" not in made
    assert html.unescape(made) == "a\n\n\n  b <c>{d}\n"


def test_paragraphs_are_parted_by_blank_lines() -> None:
    assert markdown.paragraphs("một\nhai\n\n  ba\n") == ("một hai", "ba")
