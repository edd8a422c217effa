"""Rows that repeat: unique keys that the descriptor declares, and whole rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import pyarrow as pa

from dulieumo.check.references import SEPARATOR, joined
from dulieumo.check.rules import RowOf
from dulieumo_rules.findings import Finding, Place, Severity, finding


@dataclass(slots=True)
class Repeats:
    """Finds rows whose `columns` repeat those of an earlier row. Missing in all columns is no key and repeats nothing."""

    code: str
    columns: tuple[str, ...]
    severity: Severity
    seen: dict[str, int] = field(default_factory=dict)

    def follow(self, columns: Mapping[str, pa.Array], row_of: RowOf, place: Place) -> Iterator[Finding]:
        """The repeats in a batch. `columns`: utf8 arrays by name, null where missing."""
        if any(name not in columns for name in self.columns):
            return
        keys: Sequence[str | None] = joined([columns[name] for name in self.columns]).to_pylist()
        for index, key in enumerate(keys):
            if key is None:
                continue
            first = self.seen.setdefault(key, row_of(index))
            if first != row_of(index):
                yield finding(
                    self.code,
                    replace(place, row=row_of(index)),
                    severity=self.severity,
                    columns=", ".join(self.columns),
                    value=key.replace(SEPARATOR, ", "),
                    first=first,
                )
