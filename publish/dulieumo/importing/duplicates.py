"""Records that say the same thing twice: which one is kept. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from dulieumo.importing import clean
from dulieumo.importing.record import Record
from dulieumo.owner import names


@dataclass(frozen=True, slots=True, kw_only=True)
class Sorted:
    """`kept` in their order; `dropped` and `alike` as (record, the kept record that it resembles).

    Dropped: the same identifier, or the same title and the same files. Alike: the same title and other files; both are kept."""

    kept: tuple[Record, ...]
    dropped: tuple[tuple[Record, Record], ...]
    alike: tuple[tuple[Record, Record], ...]


def sort_out(records: Iterable[Record]) -> Sorted:
    """Of records that are the same, the one changed last is kept, then the one that says more."""
    ordered = list(records)
    best = sorted(ordered, key=lambda record: (record.modified, _weight(record), record.key), reverse=True)
    by_identifier: dict[str, Record] = {}
    by_content: dict[tuple[str, frozenset[str]], Record] = {}
    by_title: dict[str, Record] = {}
    dropped, alike, kept = [], [], []
    for record in best:
        title = title_key(record)
        files = frozenset(file.url or file.page or file.key for file in record.files)
        same = next((by_identifier[item] for item in record.identifiers if item in by_identifier), None)
        if same is None and title:
            same = by_content.get((title, files))
        if same is not None:
            dropped.append((record, same))
            continue
        if title and title in by_title:
            alike.append((record, by_title[title]))
        kept.append(record)
        by_identifier.update(dict.fromkeys(record.identifiers, record))
        by_content.setdefault((title, files), record)
        by_title.setdefault(title, record)
    position = {id(record): number for number, record in enumerate(ordered)}
    return Sorted(
        kept=tuple(sorted(kept, key=lambda record: position[id(record)])),
        dropped=tuple(sorted(dropped, key=lambda pair: position[id(pair[0])])),
        alike=tuple(sorted(alike, key=lambda pair: position[id(pair[0])])),
    )


def title_key(record: Record) -> str:
    """The title as it is compared: without marks, case, spaces and signs, so that spellings of one title meet."""
    text = next((text for text in record.names.values() if text.strip()), "")
    return "-".join(re.findall(r"[a-z0-9]+", names.plain(clean.line(text).text)))


def _weight(record: Record) -> int:
    return sum(map(len, record.descriptions.values())) + 100 * len(record.files)
