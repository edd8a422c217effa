"""Which column of an owner's file is which declared column: by title or name, spelling and marks forgiven. Pure."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dulieumo.model import Catalog, Column, Dataset, Resource
from dulieumo.owner import layout, names
from dulieumo.spreadsheets import label


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """`pairs` by declared name: the file's column. `missing` are declared columns that the file lacks, each with the title
    in the file that comes near it, or ""; `extra` are columns of the file that nothing declares; those that
    only count the rows are forgiven."""

    pairs: dict[str, layout.Column]
    missing: tuple[tuple[Column, str], ...]
    extra: tuple[layout.Column, ...]

    @property
    def share(self) -> float:
        """The share of the declared columns that the file has."""
        total = len(self.pairs) + len(self.missing)
        return len(self.pairs) / total if total else 0.0


def match(columns: Sequence[Column], found: Sequence[layout.Column]) -> Match:
    """Pair the columns, each once: the exact name or title first, then without marks and units, never by likeness alone."""
    pairs: dict[str, layout.Column] = {}
    left = list(found)
    again = _repeated(columns)
    for keys_of, key in ((_exact, label), (_loose, _bare)):
        for column in columns:
            if column.name in pairs:
                continue
            wanted = {label(again[column.name])} if column.name in again else keys_of(column)
            hit = next((one for one in left if key(one.title) in wanted), None)
            if hit is not None:
                pairs[column.name] = hit
                left.remove(hit)
    left = [one for one in left if not layout.is_ordinal(one.title, one.values)]
    missing = tuple((column, _nearest(column, left)) for column in columns if column.name not in pairs)
    return Match(pairs=pairs, missing=missing, extra=tuple(left))


def _repeated(columns: Sequence[Column]) -> dict[str, str]:
    """The further columns of a title that stands several times, as `layout` tells them apart: "Mức chính xác 2"."""
    seen: Counter[str] = Counter()
    found = {}
    for column in columns:
        seen[column.title.default] += 1
        if seen[column.title.default] > 1:
            found[column.name] = f"{column.title.default} {seen[column.title.default]}"
    return found


def _exact(column: Column) -> set[str]:
    return {label(text) for text in (column.name, column.title.default, column.title.in_("en")) if text}


def _loose(column: Column) -> set[str]:
    return {_bare(text) for text in (column.name, column.title.default) if text}


def _bare(title: str) -> str:
    return names.column_name(title)


def _nearest(column: Column, left: Iterable[layout.Column]) -> str:
    titles = {_bare(one.title): one.title for one in left}
    for wanted in _loose(column):
        near = difflib.get_close_matches(wanted, titles, n=1, cutoff=0.7)
        if near:
            return titles[near[0]]
    return ""


def best_table(catalog: Catalog, found: Sequence[layout.Column]) -> tuple[Dataset, Resource, float] | None:
    """The table of the catalogue whose columns the file has most of; None where no table has half of them in the file."""
    scored = [
        (match(resource.schema.columns, found).share, dataset, resource)
        for dataset in catalog.datasets
        for resource in dataset.resources
        if resource.schema is not None
    ]
    best = max(scored, key=lambda item: item[0], default=None)
    return (best[1], best[2], best[0]) if best is not None and best[0] >= 0.5 else None
