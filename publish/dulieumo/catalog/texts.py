"""Texts of descriptors as every format can carry them."""

from __future__ import annotations

import re

# What XML 1.0 cannot hold, not even escaped: https://www.w3.org/TR/xml/#charsets
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")


def printable(text: str) -> str:
    """The text without the control characters that no feed and no RDF/XML may have."""
    return _NOT_IN_XML.sub("", text)
