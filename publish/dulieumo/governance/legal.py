"""The legal basis that a descriptor cites was in force on the day of the decision to publish.

The catalogue keeps the list of texts as one of its reference lists. catalog.yaml may name another list and other columns:

    settings:
      legalBasis: {dataset: …, code: …, part: …, from: …, until: …, confirmed: …}

A citation is a text's code, with an article after # if it rests on one: `L-20-2023#43`. A text in parts with periods of their
own has a row per part; a part that ends in numbers ("dieu-17-21") holds these articles, the others hold the rest.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from dulieumo.descriptors import Reading
from dulieumo.model import Catalog, Dataset, Resource
from dulieumo_rules.findings import Finding, Severity, finding

DEFAULTS = {
    "dataset": "can-cu-phap-ly",
    "code": "ma_van_ban",
    "part": "pham_vi",
    "from": "hieu_luc_tu",
    "until": "hieu_luc_den",
    "confirmed": "da_xac_nhan",
}
_ARTICLES = re.compile(r"(\d+)(?:-(\d+))?$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """A text, or a part of it, and the first and last day on which it is in force; None where that is open or not known.

    `articles` are the first and last article of the part, None for a part that names none."""

    code: str
    articles: tuple[int, int] | None
    start: str | None
    end: str | None
    is_confirmed: bool

    def is_in_force(self, day: str) -> bool:
        return (self.start is None or self.start <= day) and (self.end is None or day <= self.end)


def check(reading: Reading) -> tuple[Finding, ...]:
    """What is wrong with the `dulieumo:legalBasis` of every dataset. Reads the list of texts, and only where one is cited."""
    catalog = reading.catalog
    if catalog is None:
        return ()
    citing = [dataset for dataset in catalog.datasets if dataset.descriptor.get("dulieumo:legalBasis")]
    if not citing:
        return ()
    columns = {**DEFAULTS, **catalog.settings.get("settings", {}).get("legalBasis", {})}
    bases = _read(catalog, reading.folder, columns)
    found: list[Finding] = []
    for dataset in citing:
        document = reading.documents[dataset.name]
        for position, citation in enumerate(dataset.descriptor["dulieumo:legalBasis"]):
            place = document.place(("dulieumo:legalBasis", position), dataset=dataset.name)
            if bases is None:
                found.append(finding("legal-basis-no-list", place, list=columns["dataset"]))
                break
            for code, severity, values in judge(citation, day_of(dataset), bases):
                found.append(finding(code, place, severity=severity, citation=citation, **values))
    return tuple(found)


def day_of(dataset: Dataset) -> str:
    """The day that counts: that of the decision to publish, else that of the latest version."""
    decision: Mapping[str, Any] = dataset.descriptor.get("dulieumo:decision", {})
    return str(decision.get("date") or dataset.changelog[-1].date)


def judge(
    citation: str, day: str, bases: tuple[Basis, ...]
) -> Iterator[tuple[str, Severity, dict[str, str | int | float]]]:
    """What is wrong with one citation on one day, as (code, severity, values). Pure."""
    code, _hash, article = citation.partition("#")
    texts = [basis for basis in bases if basis.code == code]
    if not texts:
        near = difflib.get_close_matches(code, sorted({basis.code for basis in bases}), n=1, cutoff=0.6)
        yield "legal-basis-unknown", Severity.ERROR, {"nearest": near[0] if near else ""}
        return
    meant = _meant(texts, article)
    in_force = [basis for basis in meant if basis.is_in_force(day)]
    if not in_force:
        periods = sorted({(basis.start or "", basis.end or "") for basis in meant})
        yield "legal-basis-not-in-force", Severity.ERROR, {"day": day, "from": periods[0][0], "until": periods[-1][1]}
    elif not any(basis.is_confirmed for basis in in_force):
        yield "legal-basis-unconfirmed", Severity.WARNING, {}
    elif all(basis.start is None for basis in in_force):
        yield "legal-basis-undated", Severity.WARNING, {}


def _meant(texts: list[Basis], article: str) -> list[Basis]:
    """The rows that the citation rests on: the part that holds the article, else the parts that name none, else all."""
    number = re.match(r"\d+", article)
    if number is None:
        return texts
    holding = [item for item in texts if item.articles and item.articles[0] <= int(number[0]) <= item.articles[1]]
    return holding or [item for item in texts if item.articles is None] or texts


def _read(catalog: Catalog, folder: Path, columns: Mapping[str, str]) -> tuple[Basis, ...] | None:
    dataset = catalog.dataset(columns["dataset"])
    resource = next((item for item in dataset.resources if item.is_table), None) if dataset else None
    if dataset is None or resource is None:
        return None
    path = folder / dataset.folder / resource.path
    return tuple(_rows(path, resource, columns)) if path.is_file() else None


def _rows(path: Path, resource: Resource, columns: Mapping[str, str]) -> Iterator[Basis]:
    from dulieumo import tables

    try:
        batches = list(tables.read_strings(path, resource, []))
    except tables.UnreadableTable:  # the check of that table tells why
        return
    for batch in batches:
        for row in batch.to_pylist():
            articles = _ARTICLES.search(row.get(columns["part"]) or "")
            yield Basis(
                code=row.get(columns["code"]) or "",
                articles=(int(articles[1]), int(articles[2] or articles[1])) if articles else None,
                start=_day(row.get(columns["from"])),
                end=_day(row.get(columns["until"])),
                is_confirmed=(row.get(columns["confirmed"]) or "true") != "false",
            )


def _day(text: str | None) -> str | None:
    try:
        return date.fromisoformat(text).isoformat() if text else None
    except ValueError:
        return None
