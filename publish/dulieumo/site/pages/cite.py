"""How to cite a dataset: a sentence, and BibTeX. The version is part of it, so that the cited rows can be found again."""

from __future__ import annotations

import re

from dulieumo.model import DatasetVersion

from ..edition import Edition
from .cards import publisher_title


def permanent_address(edition: Edition, version: DatasetVersion) -> str:
    return f"{edition.base_url}/{version.folder}/datapackage.json"


def _year(version: DatasetVersion) -> str:
    dates = [change.date for change in version.dataset.changelog if change.version == version.version]
    return (dates[0] if dates else version.dataset.data_as_of)[:4]


def citation(edition: Edition, version: DatasetVersion) -> str:
    publisher = publisher_title(edition, version.dataset.publisher)
    title, catalogue = version.dataset.title.in_(edition.language), edition.catalog.title.in_(edition.language)
    kind = (
        edition.words("cite.sample")
        if version.dataset.kinds and "real" not in version.dataset.kinds
        else edition.words("cite.dataset")
    )
    number = edition.words("cite.version", version=version.version)
    return f"{publisher} ({_year(version)}). {title} ({number}) [{kind}]. {catalogue}. {permanent_address(edition, version)}"


def bibtex(edition: Edition, version: DatasetVersion) -> str:
    key = re.sub(r"[^a-z0-9]+", "-", version.name)
    fields = {
        "author": f"{{{publisher_title(edition, version.dataset.publisher)}}}",
        "title": f"{{{version.dataset.title.in_(edition.language)}}}",
        "year": _year(version),
        "version": version.version,
        "publisher": edition.catalog.title.in_(edition.language),
        "url": permanent_address(edition, version),
    }
    lines = [f"  {name:9} = {{{_tex(value)}}}" for name, value in fields.items()]
    return f"@misc{{{key}-{version.version},\n" + ",\n".join(lines) + "\n}"


def _tex(value: str) -> str:
    return re.sub(r"([%&#$_])", r"\\\1", value)
