"""What was found in a table before, by the hash of everything that the verdict rests on. A cache never changes a verdict.

A key covers the bytes of the table and of those that its keys point to, both descriptors as committed and as resolved, the
code that checks, the libraries that judge, and the day (approvals and birth years depend on it). Entries are JSON under
`<folder>/check/`; one that cannot be read is as good as none.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import metadata, resources
from pathlib import Path
from typing import Any

from dulieumo import canonical
from dulieumo.check.report import Tally
from dulieumo.store import write_whole
from dulieumo_rules.findings import Finding, Place, Severity

FORMAT = "dulieumo-check-cache/1"
LIBRARIES = ("frictionless", "pyarrow", "numpy", "python-calamine", "openpyxl")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What the check of one table gave."""

    rows: int
    findings: tuple[Finding, ...]
    tallies: tuple[Tally, ...]


def key(parts: Iterable[Any], today: date) -> str:
    """The name of an entry: a hash of `parts` (JSON values), of our code and of what it stands on."""
    return canonical.hash_of([FORMAT, code_hash(), _libraries(), today.isoformat(), *parts]).removeprefix("sha256:")


def load(folder: Path, name: str) -> Entry | None:
    """The entry of that name; None where there is none, or none that can be read."""
    try:
        value = json.loads(_path(folder, name).read_text(encoding="utf-8"))
        if value["format"] != FORMAT:
            return None
        findings = tuple(_finding(item) for item in value["findings"])
        return Entry(
            rows=int(value["rows"]),
            findings=findings,
            tallies=tuple(
                Tally(first=findings[item["first"]], count=item["count"], shown=item["shown"])
                for item in value["tallies"]
            ),
        )
    except (OSError, ValueError, KeyError, TypeError, IndexError, AttributeError):
        return None


def save(folder: Path, name: str, entry: Entry) -> None:
    """Keep an entry. A folder that cannot be written to costs time and nothing else."""
    positions = {id(item): number for number, item in enumerate(entry.findings)}
    value = {
        "format": FORMAT,
        "rows": entry.rows,
        "findings": [_plain(item) for item in entry.findings],
        "tallies": [
            {"first": positions[id(tally.first)], "count": tally.count, "shown": tally.shown} for tally in entry.tallies
        ],
    }
    with contextlib.suppress(OSError):
        write_whole(_path(folder, name), json.dumps(value, ensure_ascii=False).encode())


def _path(folder: Path, name: str) -> Path:
    return folder / "check" / name[:2] / f"{name[2:]}.json"


def _plain(found: Finding) -> dict[str, Any]:
    place = found.place
    return {
        "code": found.code,
        "severity": str(found.severity),
        "place": [place.file, place.line, place.dataset, place.table, place.row, place.column, place.position],
        "values": dict(found.values),
    }


def _finding(value: Mapping[str, Any]) -> Finding:
    file, line, dataset, table, row, column, position = value["place"]
    place = Place(file=file, line=line, dataset=dataset, table=table, row=row, column=column, position=position)
    return Finding(code=value["code"], place=place, severity=Severity(value["severity"]), values=dict(value["values"]))


@cache
def code_hash() -> str:
    """A hash of the code that can change a verdict: of all our modules and texts, since they call each other."""
    digest = hashlib.sha256()
    for package in ("dulieumo", "dulieumo_rules"):
        root = Path(str(resources.files(package)))
        for path in sorted((*root.rglob("*.py"), *root.rglob("*.toml"))):
            relative = path.relative_to(root)
            if package == "dulieumo" and relative.parts[0] not in _DECIDING:
                continue
            digest.update(f"{package}/{relative.as_posix()}\0".encode())
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


_DECIDING = ("check", "spreadsheets", "descriptors", "tables.py", "cells.py", "model.py", "canonical.py", "__init__.py")
"""Parts of `dulieumo` that a verdict rests on."""


@cache
def _libraries() -> list[str]:
    return [f"{name} {metadata.version(name)}" for name in LIBRARIES]
