"""What a source says of a dataset, untouched: no cleaning, no guessing. `dcat.py` and `ckan.py` make these, `draft.py` reads them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from dulieumo.model import EMPTY

Texts = Mapping[str, str]
"""A text by language code; "" is the language that the source does not state."""


def _none() -> Texts:
    return EMPTY


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """An organisation as a record names it."""

    names: Texts
    homepage: str = ""
    description: Texts = field(default_factory=_none)


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme:
    """A theme: its label, or an address such as that of the EU data-theme table, or both."""

    names: Texts
    uri: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """One file of a record. `url` is where the bytes are, `page` a page about them. `is_described`: False for a file that the
    record names and the source says nothing of. `columns` are the fields of a CKAN data dictionary, as CKAN gives them."""

    key: str
    names: Texts
    descriptions: Texts
    url: str
    page: str
    format: str
    media_type: str
    is_described: bool = True
    columns: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One dataset. `key` is its address or id in the source. Dates, frequency and licence are as the source writes them.

    `name` is the code that the source knows it by, where it has one that may be kept (a CKAN name); "" for none.
    `repeated` are the properties that should have one value and have several; the values here are the ones that were taken."""

    key: str
    identifiers: tuple[str, ...]
    page: str
    names: Texts
    descriptions: Texts
    publisher: Agent | None
    themes: tuple[Theme, ...]
    keywords: tuple[str, ...]
    license: str
    frequency: str
    issued: str
    modified: str
    start: str
    end: str
    spatial: Texts
    languages: tuple[str, ...]
    has_contact: bool
    files: tuple[File, ...]
    repeated: tuple[str, ...] = ()
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A whole catalogue: its own names, and its records in a fixed order. `origin` is the file's name or the address."""

    origin: str
    names: Texts
    descriptions: Texts
    homepage: str
    publisher: Agent | None
    records: tuple[Record, ...]
    repairs: Mapping[str, int] = field(default_factory=lambda: EMPTY)
    """What had to be mended before the file could be read at all, by code, and how often."""
