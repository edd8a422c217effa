"""What our stamp says of a dataset while a push is at work on it, and when it is done. Decides; `apply.py` writes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from dulieumo import __version__
from dulieumo.model import Release

from . import stamp
from .model import Action, DatasetPlan, Desired, RemoteDataset, Stamp
from .plan import VIEW_TYPE, dictionary, shape


@dataclass(frozen=True, slots=True)
class Marking:
    """The stamps of one dataset in one push. `push` is the push's own name, which an unfinished stamp carries."""

    desired: Desired
    item: DatasetPlan
    release: Release
    push: str

    def under_way(self, old: Stamp | None, files: Mapping[str, str]) -> Stamp:
        """With all states that the tables may have; none where only reading a table tells what it holds."""
        tables: dict[str, tuple[str, ...]] = {}
        for resource in self.desired.resources:
            if resource.table is None:
                continue
            known = old.tables.get(resource.key, ()) if old else ()
            if not self.item.touches(Action.RECORDS, resource.key):
                tables[resource.key] = (resource.table.state,)
            elif known and not self.item.must_read_rows(resource.key):
                tables[resource.key] = tuple(dict.fromkeys((*known, resource.table.state)))
            else:
                tables[resource.key] = ()
        before = {stamp.field_key(name) for name in self._of_tables()}
        applied = self._of_fields(old)
        applied |= {key: value for key, value in (old.applied if old else {}).items() if key in before}
        since = datetime.now(UTC).isoformat(timespec="seconds")
        return self._stamp(applied, files, tables, pending=self.push, since=since)

    def done(self, old: Stamp | None, files: Mapping[str, str]) -> Stamp:
        """With the one state that each table has."""
        tables = {
            resource.key: (resource.table.state,) for resource in self.desired.resources if resource.table is not None
        }
        return self._stamp(self._of_fields(old) | stamp.digests(self._of_tables()), files, tables)

    def files(self, there: RemoteDataset | None, old: Stamp | None) -> dict[str, str]:
        """Per file its digest, and when CKAN took it in, as far as that is known."""
        present = {str(resource["id"]): resource for resource in there.resources} if there else {}
        files = {}
        for resource in self.desired.resources:
            digest = resource.sha256[:16]
            if f"{resource.key}.file" in self.item.kept and old is not None and resource.key in old.files:
                files[resource.key] = old.files[resource.key]
            elif resource.id in present and not resource.is_link:
                files[resource.key] = f"{digest} {present[resource.id].get('last_modified') or ''}".rstrip()
            else:
                files[resource.key] = digest
        return files

    def _stamp(
        self,
        applied: Mapping[str, str],
        files: Mapping[str, str],
        tables: Mapping[str, tuple[str, ...]],
        *,
        pending: str | None = None,
        since: str | None = None,
    ) -> Stamp:
        return Stamp(
            catalog=self.desired.catalog,
            release=self.release.name,
            version=self.desired.version,
            content=self.desired.content_hash,
            commit=self.release.commit,
            tool=__version__,
            token=stamp.new_token(),
            applied=applied,
            files=files,
            tables=tables,
            pending=pending,
            since=since,
        )

    def _of_fields(self, old: Stamp | None) -> dict[str, str]:
        """Digests of the fields that we write; of those that we leave as they were edited, what we wrote last."""
        values: dict[str, Any] = dict(self.desired.fields)
        for resource in self.desired.resources:
            values |= {f"{resource.key}.{name}": value for name, value in resource.fields.items()}
        found = stamp.digests({name: value for name, value in values.items() if name not in self.item.kept})
        kept = {stamp.field_key(name) for name in self.item.kept}
        return found | {key: value for key, value in (old.applied if old else {}).items() if key in kept}

    def _of_tables(self) -> dict[str, Any]:
        """What is said of the tables beside their rows."""
        tables: dict[str, Any] = {}
        for resource in self.desired.resources:
            if resource.table is not None:
                tables[f"{resource.key}.shape"] = shape(resource.table)
                tables[f"{resource.key}.dictionary"] = dictionary(resource.table)
                tables[f"{resource.key}.view"] = VIEW_TYPE
        return tables
