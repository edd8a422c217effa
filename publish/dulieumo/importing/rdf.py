"""Untrusted RDF → a graph. XML is mended where it can be (control characters, stray &, encoding) and never expands an entity.

defusedxml looks at the XML first and refuses entities and external references; only then does rdflib read it. JSON-LD with a
context that lies on the network is refused, because reading it would fetch it.
"""

from __future__ import annotations

import json
import logging
import re
import xml.sax
import xml.sax.handler
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from dulieumo.errors import ConfigError, UsageError
from dulieumo.i18n import _

if TYPE_CHECKING:
    from rdflib import Graph

_DECLARATION = re.compile(r"^\s*<\?xml[^>]*?encoding\s*=\s*[\"']([A-Za-z0-9._-]+)[\"'][^>]*\?>", re.IGNORECASE)
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_BARE_AMPERSAND = re.compile(r"&(?!(?:[A-Za-z_][\w.-]*|#[0-9]{1,7}|#x[0-9A-Fa-f]{1,6});)")
_FORBIDDEN_REFERENCE = re.compile(r"&#(?:x0*(?:[0-8bcefBCEF]|1[0-9a-fA-F])|0*(?:[0-8]|1[124-9]|2[0-9]|3[01]));")
# What rdflib's parsers let through besides their own errors, as fuzzing them shows (tests/importing/test_safety.py).
_PARSER_ERRORS = (
    xml.sax.SAXException,
    SyntaxError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    AssertionError,
    RecursionError,
)
_CDATA = re.compile(r"(<!\[CDATA\[.*?\]\]>)", re.DOTALL)


def parse(data: bytes, origin: str) -> tuple[Graph, Counter[str]]:
    """The graph, and what had to be mended: a count per finding code. Raises ConfigError and UsageError for what is no RDF."""
    head = data[:2000].lstrip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n").replace(b"\x00", b"").lower()
    if head.startswith((b"<!doctype html", b"<html")):
        raise ConfigError(
            _("{origin} is a web page, not a catalogue.").format(origin=origin),
            hint=_("DKAN serves its catalogue under /catalog.xml, CKAN under /catalog.rdf or /catalog.xml."),
        )
    if head.startswith(b"<"):
        return _xml(data, origin)
    if head.startswith((b"{", b"[")):
        return _json(data, origin), Counter()
    return _parsed(data, "turtle", origin), Counter()


def _xml(data: bytes, origin: str) -> tuple[Graph, Counter[str]]:
    from defusedxml import DefusedXmlException
    from defusedxml import sax as safe_sax

    text, repairs = mended(data)
    clean = text.encode()
    try:
        safe_sax.parseString(clean, xml.sax.handler.ContentHandler(), forbid_entities=True, forbid_external=True)
    except DefusedXmlException as error:
        raise UsageError(
            _("{origin} declares XML entities or refers to other files; such a file is refused.").format(origin=origin),
            hint=_("They can be made to fill the memory or to read files. Ask for a file without a DOCTYPE."),
        ) from error
    except xml.sax.SAXParseException as error:
        raise ConfigError(
            _("{origin} is not well-formed XML: line {line}: {reason}").format(
                origin=origin, line=error.getLineNumber(), reason=error.getMessage()
            ),
            hint=_("Was it cut off while downloading? Save it again."),
        ) from error
    return _parsed(clean, "xml", origin), repairs


def mended(data: bytes) -> tuple[str, Counter[str]]:
    """The XML as text that declares UTF-8, with what was mended by code. What is well-formed comes out as it was."""
    repairs: Counter[str] = Counter()
    text, wrong = _decoded(data)
    if wrong:
        repairs["import-encoding-wrong"] += 1
    text = _DECLARATION.sub('<?xml version="1.0" encoding="utf-8"?>', text.lstrip("\ufeff \t\r\n"), count=1)
    for pattern, code in (
        (_FORBIDDEN, "import-control-characters"),
        (_FORBIDDEN_REFERENCE, "import-control-characters"),
    ):
        text, count = pattern.subn("", text)
        repairs[code] += count
    parts = _CDATA.split(text)  # what stands between <![CDATA[ and ]]> is text: an & there is an &
    for position in range(0, len(parts), 2):
        parts[position], count = _BARE_AMPERSAND.subn("&amp;", parts[position])
        repairs["import-ampersands"] += count
    return "".join(parts), +repairs


def _decoded(data: bytes) -> tuple[str, bool]:
    """The text, and whether it was in another encoding than the file says (UTF-8 where it says nothing)."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace"), False
    declared = _DECLARATION.match(data[:200].decode("latin-1"))
    names = dict.fromkeys((declared[1].lower() if declared else "utf-8", "utf-8", "cp1258"))
    for position, name in enumerate(names):
        try:
            text = data.decode(name)
        except (UnicodeDecodeError, LookupError):
            continue
        if text.lstrip("\ufeff \t\r\n").startswith("<"):  # UTF-8 read as UTF-16 decodes, to nonsense
            return text, position > 0
    return data.decode("utf-8", errors="replace"), True


def _json(data: bytes, origin: str) -> Graph:
    try:
        value = json.loads(data)
    except ValueError as error:
        raise ConfigError(_("{origin} is not JSON.").format(origin=origin)) from error
    except RecursionError as error:
        raise UsageError(_("{origin} is nested too deeply; such a file is refused.").format(origin=origin)) from error
    if any(isinstance(context, str) for context in _contexts(value)):
        raise UsageError(
            _("{origin} is JSON-LD whose context lies on the network; it is not fetched.").format(origin=origin),
            hint=_("Ask for RDF/XML or Turtle, or for JSON-LD with its context inside."),
        )
    return _parsed(data, "json-ld", origin)


def _contexts(node: Any) -> Iterator[Any]:
    """Every context and import of a JSON-LD document; lists of contexts one by one."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key in ("@context", "@import"):
                yield from value if isinstance(value, list) else [value]
            yield from _contexts(value)
    elif isinstance(node, list):
        for item in node:
            yield from _contexts(item)


def _parsed(data: bytes, syntax: str, origin: str) -> Graph:
    from rdflib import Graph
    from rdflib.exceptions import Error

    # rdflib warns of every date that is a date-time and every address with a space; both are our findings, said once.
    logging.getLogger("rdflib.term").setLevel(logging.ERROR)
    graph = Graph()
    try:
        graph.parse(data=data, format=syntax, publicID="urn:dulieumo:source")
    except (*_PARSER_ERRORS, Error) as error:
        raise ConfigError(
            _("{origin} cannot be read as {syntax}: {reason}").format(
                origin=origin, syntax=syntax, reason=str(error).split("\n")[0][:300]
            )
        ) from error
    return graph
