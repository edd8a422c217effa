"""Hostile and broken sources: refused with a sentence, never expanded, never followed, never a traceback."""

from __future__ import annotations

import re
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dulieumo.errors import ConfigError, DulieumoError, Unreachable, UsageError
from dulieumo.importing import dcat, fetch, rdf
from tests.importing.server import Site, serving

FILE = Path(__file__).with_name("lang-mau.xml")
RDF = '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dct="http://purl.org/dc/terms/" xmlns:dcat="http://www.w3.org/ns/dcat#" xmlns:h="http://www.w3.org/ns/hydra/core#">'
ONE = '<dcat:Dataset rdf:about="https://x.example/{n}"><dct:title>{title}</dct:title></dcat:Dataset>'


def catalogue(*titles: str, more: str = "") -> str:
    records = "".join(ONE.format(n=n, title=title) for n, title in enumerate(titles))
    return f'<?xml version="1.0"?>{RDF}{records}{more}</rdf:RDF>'


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as running:
        yield running


def titles(source: str, **limits: float) -> list[str]:
    return [next(iter(record.names.values())) for record in dcat.read(source, **limits).records]  # type: ignore[arg-type]


BOMBS = {
    "billion laughs": '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
    + "".join(f'<!ENTITY c{n} "{"&b;" * 10 if n == 0 else f"&c{n - 1};" * 10}">' for n in range(20))
    + "]>",
    "one long entity": f'<!DOCTYPE x [<!ENTITY a "{"x" * 10000}">]>',
    "an external entity": '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
    "a parameter entity": '<!DOCTYPE x [<!ENTITY % p SYSTEM "http://127.0.0.1:9/evil.dtd">%p;]>',
    "an external subset": '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/evil.dtd">',
}


@pytest.mark.parametrize("kind", list(BOMBS))
def test_xml_that_declares_entities_or_points_outside_is_refused(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "bom.xml"
    path.write_text(
        catalogue("&c19;" if kind == "billion laughs" else "&a;").replace("<rdf:RDF", BOMBS[kind] + "<rdf:RDF", 1)
    )
    began = time.monotonic()
    with pytest.raises(UsageError, match=r"bom\.xml"):
        dcat.read(str(path))
    assert time.monotonic() - began < 5


def test_a_bomb_takes_no_memory(tmp_path: Path) -> None:
    path = tmp_path / "bom.xml"
    path.write_text(catalogue("&c19;").replace("<rdf:RDF", BOMBS["billion laughs"] + "<rdf:RDF", 1))
    code = "import sys; from dulieumo.cli import run; sys.exit(run(['import', 'dcat', sys.argv[1], '--output', sys.argv[2]]))"
    done = subprocess.run(
        [sys.executable, "-c", code, str(path), str(tmp_path / "out")],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30)),
    )
    assert done.returncode == 2, done.stderr
    assert not (tmp_path / "out").exists()


def test_an_ordinary_doctype_is_no_bomb(tmp_path: Path) -> None:
    path = tmp_path / "a.xml"
    path.write_text(catalogue("Chợ").replace("<rdf:RDF", "<!DOCTYPE rdf><rdf:RDF", 1), encoding="utf-8")
    assert titles(str(path)) == ["Chợ"]


def test_json_ld_never_fetches_its_context(tmp_path: Path, site: Site) -> None:
    site.put("/context.json", '{"@context": {}}')
    for context in (
        f'"{site.url}/context.json"',
        f'[{{}}, "{site.url}/context.json"]',
        f'{{"@import": "{site.url}/c"}}',
    ):
        path = tmp_path / "a.jsonld"
        path.write_text(f'{{"@context": {context}, "@type": "http://www.w3.org/ns/dcat#Dataset"}}')
        with pytest.raises(UsageError, match="JSON-LD"):
            dcat.read(str(path))
    assert site.asked == []


def test_json_ld_with_its_context_inside_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonld"
    path.write_text(
        '{"@context": {"dcat": "http://www.w3.org/ns/dcat#", "dct": "http://purl.org/dc/terms/"},'
        ' "@id": "https://x.example/1", "@type": "dcat:Dataset", "dct:title": "Chợ"}',
        encoding="utf-8",
    )
    assert titles(str(path)) == ["Chợ"]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"<!DOCTYPE html><html><body>Not found</body></html>", "web page|trang web"),
        (b"", "a.xml"),
        (b"\x00\x01\x02", "a.xml"),
        (catalogue("A").encode()[:-20], "well-formed|XML"),
        (b'{"data": [', "JSON"),
        (b"<rss><channel/></rss>", "dcat:Dataset"),
        (f'<?xml version="1.0"?>{RDF}</rdf:RDF>'.encode(), "dcat:Dataset"),
        (b"[" * 200_000, "a.xml"),
        (b"@prefix x: <http://x.example/> . x:a x:b", "turtle"),
    ],
    ids=["html", "empty", "binary", "cut off", "half json", "rss", "no dataset", "deep json", "half turtle"],
)
def test_what_is_no_catalogue_is_refused_with_a_sentence(tmp_path: Path, content: bytes, says: str) -> None:
    path = tmp_path / "a.xml"
    path.write_bytes(content)
    with pytest.raises((ConfigError, UsageError)) as caught:
        dcat.read(str(path))
    assert re.search(says, caught.value.message), caught.value.message


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (catalogue("Chợ & bến").encode(), "import-ampersands"),
        (catalogue("Chợ\x0b và\x00 bến").encode(), "import-control-characters"),
        (catalogue("Chợ &#x1F;").encode(), "import-control-characters"),
        (catalogue("Chợ").encode("utf-16"), None),
        (b"\xef\xbb\xbf" + catalogue("Chợ").encode(), None),
        (catalogue("Cho").replace('version="1.0"', 'version="1.0" encoding="latin-1"').encode(), None),
        (
            catalogue("Chợ").replace('version="1.0"', 'version="1.0" encoding="utf-16"').encode(),
            "import-encoding-wrong",
        ),
        (catalogue("Chơ").encode("cp1258"), "import-encoding-wrong"),
        (catalogue("<![CDATA[Chợ & bến]]>").encode(), None),
    ],
    ids=["ampersand", "controls", "reference", "utf-16", "bom", "latin-1", "not utf-16", "cp1258", "cdata"],
)
def test_xml_that_can_be_mended_is_mended_and_told(content: bytes, code: str | None) -> None:
    graph, repairs = rdf.parse(content, "a.xml")
    assert set(repairs) == ({code} if code else set())
    assert len(dcat.records(graph, "a.xml").records) == 1


def test_what_is_well_formed_comes_out_of_the_mending_as_it_was() -> None:
    text = FILE.read_text(encoding="utf-8")
    mended, repairs = rdf.mended(FILE.read_bytes())
    assert repairs == {}
    assert mended.split("?>", 1)[1] == text.split("?>", 1)[1]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_no_broken_catalogue_ever_gives_a_traceback(data: st.DataObject) -> None:
    content = bytearray(_SMALL)
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(content)))
        match data.draw(st.sampled_from(["cut", "put", "change", "double"])):
            case "cut":
                del content[at : at + data.draw(st.integers(1, 200))]
            case "put":
                content[at:at] = data.draw(
                    st.binary(max_size=8) | st.sampled_from([b"&", b"<", b"]]>", b"\xff", b"<!--"])
                )
            case "change":
                content[at : at + 1] = data.draw(st.binary(min_size=1, max_size=1))
            case _:
                content[at:at] = content[max(0, at - 150) : at]
    _never_a_traceback(bytes(content))


@settings(max_examples=60, deadline=None)
@given(
    st.binary(max_size=400)
    | st.text(max_size=400).map(str.encode)
    | st.sampled_from([b"<", b"{", b"@"]).flatmap(lambda head: st.binary(max_size=200).map(lambda rest: head + rest))
)
def test_no_bytes_ever_give_a_traceback(content: bytes) -> None:
    _never_a_traceback(content)


_SMALL = FILE.read_bytes()


def _never_a_traceback(content: bytes) -> None:
    from datetime import date

    from dulieumo.importing import drafts, write

    try:
        graph, repairs = rdf.parse(content, "a")
        made = drafts.make(dcat.records(graph, "a", repairs), date(2026, 11, 22))
    except DulieumoError:
        return
    assert write.texts(made, "vi")["catalog.yaml"]


def test_a_file_never_causes_a_request(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a file was imported and the network was asked")

    monkeypatch.setattr("socket.socket.connect", refuse)
    assert len(dcat.read(str(FILE)).records) == 7


def test_an_address_is_read_page_by_page(site: Site) -> None:
    for number in (1, 2, 3):
        following = f'<rdf:Description rdf:about="#v"><h:next rdf:resource="{site.url}/catalog.xml?page={number + 1}"/></rdf:Description>'
        body = catalogue(more=ONE.format(n=number * 10, title=f"Trang {number}") + (following if number < 3 else ""))
        site.put("/catalog.xml" if number == 1 else f"/catalog.xml?page={number}", body)
    assert titles(site.url + "/catalog.xml") == ["Trang 1", "Trang 2", "Trang 3"]


def test_pages_that_name_each_other_end_and_pages_of_another_server_are_not_read(site: Site) -> None:
    loop = f'<rdf:Description rdf:about="#v"><h:next rdf:resource="{site.url}/a.xml"/></rdf:Description>'
    address = site.put("/a.xml", catalogue("A", more=loop))
    assert titles(address) == ["A"]
    away = '<rdf:Description rdf:about="#v"><h:next rdf:resource="http://127.0.0.1:9/b.xml"/></rdf:Description>'
    assert titles(site.put("/b.xml", catalogue("B", more=away))) == ["B"]
    assert site.asked == ["/a.xml", "/b.xml"]


def test_limits_of_size_hold_for_files_answers_and_all_pages_together(site: Site, tmp_path: Path) -> None:
    path = tmp_path / "a.xml"
    path.write_text(catalogue("A" * 5000))
    with pytest.raises(UsageError, match=r"a\.xml"):
        dcat.read(str(path), max_bytes=4000)
    with pytest.raises(UsageError):
        fetch.read(site.put("/big", b"x" * 500_000), max_bytes=100_000)
    following = f'<rdf:Description rdf:about="#v"><h:next rdf:resource="{site.url}/2"/></rdf:Description>'
    site.put("/2", catalogue("B" * 3000))
    first = site.put("/1", catalogue("A" * 3000, more=following))
    assert len(titles(first)) == 1, "both pages describe the record number 0"
    with pytest.raises(UsageError):
        dcat.read(first, max_bytes=5000)


def test_a_server_that_is_too_slow_is_left(site: Site) -> None:
    address = site.put("/slow", b"x" * 1_000_000, wait_seconds=0.3)
    began = time.monotonic()
    with pytest.raises(Unreachable):
        fetch.read(address, timeout_seconds=1)
    assert time.monotonic() - began < 4


@pytest.mark.parametrize("target", ["file:///etc/passwd", "ftp://127.0.0.1/x", "gopher://127.0.0.1/x"])
def test_a_redirect_away_from_the_web_is_not_followed(site: Site, target: str) -> None:
    with pytest.raises(Unreachable):
        fetch.read(site.redirect("/r", target))


def test_redirects_are_followed_but_not_for_ever(site: Site) -> None:
    site.put("/end", catalogue("A"))
    assert titles(site.redirect("/once", site.url + "/end")) == ["A"]
    with pytest.raises(Unreachable):
        fetch.read(site.redirect("/loop", site.url + "/loop"))


@pytest.mark.parametrize(
    ("source", "error"),
    [
        ("ftp://x.example/catalog.xml", UsageError),
        ("file:///etc/passwd", UsageError),
        ("https://", UsageError),
        ("https://lan:matkhau@x.example/catalog.xml", UsageError),
        ("khong-co.xml", ConfigError),
        (".", ConfigError),
    ],
)
def test_a_source_that_cannot_be_read_is_refused(source: str, error: type[DulieumoError]) -> None:
    with pytest.raises(error) as caught:
        dcat.read(source)
    assert "matkhau" not in f"{caught.value.message} {caught.value.hint}"


def test_an_answer_that_is_an_error_says_which(site: Site) -> None:
    with pytest.raises(Unreachable, match="404"):
        fetch.read(site.url + "/khong-co")
    with pytest.raises(Unreachable, match="503"):
        fetch.read(site.put("/busy", b"", status=503))


def test_nobody_listening_is_told_with_what_to_do() -> None:
    with pytest.raises(Unreachable) as caught:
        fetch.read("http://127.0.0.1:9/catalog.xml")
    assert caught.value.hint
