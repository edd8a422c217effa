"""Brings a DataStore table from the state it is in to the state wanted, without ever emptying it.

    no table                created with its first rows in one transaction; the rest is inserted
    known state, key        the difference between the two versions in the store: upserts, then deletes
    unknown state, key      the difference between the rows that are there and those wanted
    no key                  the same by position: row by row under the `_id` that is there
    other columns or types  the common columns stay with their rows, the others are made anew and filled

Every request is one transaction of the DataStore. Upserts and deletes may be repeated; an insert that ended uncertainly is
looked for before it is sent again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from dulieumo import diff, parquetfile, release
from dulieumo.store import FolderStore

from . import rows
from .client import Client, Conflict
from .model import DesiredResource, DesiredTable

PAGE_ROWS = 10_000
DELETE_ROWS = 500
IN_FLIGHT = 2
"""Inserts under way at once: two keep the server busy while we make the next one (measured: 11.8 s against 7.2 s)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """What a load sent: rows inserted or updated, rows deleted."""

    written: int
    deleted: int


def load(
    client: Client,
    store: FolderStore,
    dataset: str,
    resource: DesiredResource,
    table: DesiredTable,
    states: Sequence[str] | None,
    *,
    pause: Callable[[], None] = lambda: None,
) -> Loaded:
    """`states`: what the table may hold, by our stamp (`version#digest`); None or empty when that is not known.

    The table is looked for even when the resource is new: a dataset that was purged leaves its tables behind, and ids are
    for ever. `pause` is called between requests."""
    loader = _Loader(client, resource.id, table, pause)
    wanted = _read(store, table.parquet)
    info = client.find("datastore_info", id=resource.id)
    if info is None:
        return loader.create(wanted)
    there = [(field["id"], field["type"]) for field in info["fields"]]
    if there != [(field["id"], field["type"]) for field in table.fields]:
        kept = loader.reshape(there)
        if not set(table.primary_key) <= kept:
            return loader.by_position(wanted)
        states = None
    elif states is None or not _is_described(info, table):
        loader.declare(delete_fields=False)
    if not table.primary_key:
        return loader.by_position(wanted)
    known = [_version(store, dataset, table, state) for state in states or ()]
    if known and all(item is not None for item in known):
        return loader.by_key(wanted, [item for item in known if item is not None])
    return loader.by_key(wanted, [loader.read_all()[1]])


def _is_described(info: Any, table: DesiredTable) -> bool:
    there = {field["id"]: field.get("info") or {} for field in info["fields"]}
    return all(there.get(field["id"]) == field["info"] for field in table.fields)


def describe(client: Client, resource: DesiredResource, table: DesiredTable) -> None:
    """Write the dictionary again; rows, key and indexes stay."""
    body = {"resource_id": resource.id, "force": True, "fields": [dict(field) for field in table.fields]}
    client.write("datastore_create", body, is_repeatable=True)


def _read(store: FolderStore, path: str) -> pa.Table:
    with parquetfile.open_table(store, path) as file:
        return file.read()


def _version(store: FolderStore, dataset: str, table: DesiredTable, state: str) -> pa.Table | None:
    """The rows of a stored version, if the store has it and it is the one that the stamp means."""
    version, _hash, digest = state.partition("#")
    try:
        stored = release.read_version(store, dataset, version)
    except FileNotFoundError:
        return None
    csv, parquet = stored.artifact(table.resource, "csv"), stored.parquet(table.resource)
    if csv is None or parquet is None or csv.sha256[:16] != digest:
        return None
    return _read(store, parquet)


class _Loader:
    """One table on the server, and the requests that change it."""

    def __init__(self, client: Client, resource_id: str, table: DesiredTable, pause: Callable[[], None]) -> None:
        self._client = client
        self._id = resource_id
        self._table = table
        self._pause = pause

    # How the table is declared

    def _declaration(self, fields: Iterable[Any]) -> dict[str, Any]:
        declaration: dict[str, Any] = {
            "resource_id": self._id,
            "force": True,
            "fields": [dict(field) for field in fields],
            "indexes": [list(index) for index in self._table.indexes],
        }
        if self._table.primary_key:
            declaration["primary_key"] = list(self._table.primary_key)
        return declaration

    def declare(self, *, delete_fields: bool) -> None:
        """Columns, dictionary, key and indexes, over the rows that are there."""
        body = {**self._declaration(self._table.fields), "delete_fields": delete_fields}
        self._client.write("datastore_create", body, is_repeatable=True)

    def reshape(self, there: Sequence[tuple[str, str]]) -> set[str]:
        """Keep the leading columns that are as they shall be, and their rows; drop the others and add them anew, in order.

        Returns the names of the columns that were kept with their values."""
        keep = 0
        wanted = [(field["id"], field["type"]) for field in self._table.fields]
        while keep < min(len(there), len(wanted)) and there[keep] == wanted[keep]:
            keep += 1
        if keep < len(there):
            kept = [dict(field) for field in self._table.fields[:keep]]
            holder = [] if kept else [{"id": "dulieumo_holder", "type": "text"}]
            body = {"resource_id": self._id, "force": True, "fields": kept or holder, "delete_fields": True}
            self._client.write("datastore_create", body, is_repeatable=True)
        self.declare(delete_fields=True)
        return {name for name, _type in wanted[:keep]}

    # How rows get there

    def create(self, wanted: pa.Table) -> Loaded:
        """Table, dictionary, key, indexes and the first rows in one transaction; then the rest."""
        parts = rows.batches(self._table.schema, wanted)
        first_count, first = next(parts, (0, b""))
        head = json.dumps(self._declaration(self._table.fields))[:-1].encode()
        is_whole = first_count == wanted.num_rows
        tail = b',"calculate_record_count":%s}' % (b"true" if is_whole else b"false")
        body = head + (b',"records":[' + first + b"]" if first else b"") + tail
        self._client.write_json("datastore_create", body, landed=self._is_there)
        self._pause()
        if self._table.primary_key:
            self._insert_keyed(wanted, parts, first_count)
        else:
            self._insert_in_order(parts, first_count, wanted.num_rows)
        return Loaded(written=wanted.num_rows, deleted=0)

    def _is_there(self) -> Any | None:
        return self._client.find("datastore_info", id=self._id)

    def _insert_keyed(self, wanted: pa.Table, parts: Iterable[tuple[int, bytes]], done: int) -> None:
        """Batches two at a time: their order does not matter, and a row of a batch tells whether the batch is there."""
        if done == wanted.num_rows:
            return

        def send(start: int, count: int, body: bytes, *, is_last: bool) -> None:
            first = rows.key_values(self._table.schema, wanted.slice(start, 1), self._table.primary_key)[0]
            self._upsert("insert", body, is_last=is_last, landed=lambda: self._has_row(first))

        with ThreadPoolExecutor(IN_FLIGHT, thread_name_prefix="ckan-load") as pool:
            waiting: list[Future[None]] = []
            for count, body in parts:
                if done + count == wanted.num_rows:
                    for job in waiting:
                        job.result()
                    send(done, count, body, is_last=True)
                    return
                waiting.append(pool.submit(send, done, count, body, is_last=False))
                done += count
                if len(waiting) > IN_FLIGHT:
                    waiting.pop(0).result()
                    self._pause()

    def _has_row(self, key: dict[str, Any]) -> Any | None:
        answer = self._client.read("datastore_search", resource_id=self._id, filters=key, limit=1, fields=["_id"])
        return answer if answer["records"] else None

    def _insert_in_order(self, parts: Iterable[tuple[int, bytes]], done: int, total: int) -> None:
        """Batches one after the other: their order is the order of the rows, and the count tells what is there."""
        for count, body in parts:
            after = done + count
            self._upsert("insert", body, is_last=after == total, landed=lambda after=after: self._has_count(after))  # type: ignore[misc]
            done = after
            self._pause()

    def _has_count(self, count: int) -> Any | None:
        info = self._client.read("datastore_info", id=self._id)
        return info if info["meta"]["count"] == count else None

    def by_key(self, wanted: pa.Table, possible: Sequence[pa.Table]) -> Loaded:
        """Whatever of `possible` the table holds, even a mixture, it holds `wanted` afterwards."""
        changed, gone = [], []
        for old in possible:
            delta = diff.rows(self._table.schema, old, wanted)
            if delta is None:  # the key itself is another: every row is written, every old key is looked at
                delta = diff.RowDelta(
                    added=wanted,
                    removed=wanted.slice(0, 0),
                    changed=wanted.slice(0, 0),
                    before=wanted.slice(0, 0),
                    drift={},
                )
            changed += [delta.added, delta.changed]
            gone.append(delta.removed)
        upserts = pa.concat_tables([part.select(wanted.column_names) for part in changed])
        written = 0
        for count, body in rows.batches(self._table.schema, upserts):
            self._upsert("upsert", body, is_last=False, landed=None)
            written += count
            self._pause()
        keys = [key for part in gone for key in rows.key_values(self._table.schema, part, self._table.primary_key)]
        deleted = self._delete_keys(keys)

        return Loaded(written=written, deleted=deleted)

    def by_position(self, wanted: pa.Table) -> Loaded:
        """Row by row: the first row wanted takes the place of the first that is there, and so on."""
        ids, there = self.read_all()
        common = min(len(ids), wanted.num_rows)
        mine = rows.records(self._table.schema, _one_batch(wanted.slice(0, common)))
        theirs = rows.records(self._table.schema, _one_batch(there.slice(0, common)))
        differs = [position for position, (a, b) in enumerate(zip(mine, theirs, strict=True)) if a != b]
        written = 0
        changed = wanted.take(pa.array(differs, pa.int64()))
        for count, body in rows.batches(self._table.schema, changed, [ids[position] for position in differs]):
            self._upsert("upsert", body, is_last=False, landed=None)
            written += count
            self._pause()
        added = wanted.slice(common)
        start = len(ids)
        for count, body in rows.batches(self._table.schema, added):
            after = start + count
            self._upsert("insert", body, is_last=False, landed=lambda after=after: self._has_count(after))  # type: ignore[misc]
            start, written = after, written + count
        surplus = ids[common:] if len(ids) > wanted.num_rows else []
        self._delete_ids(surplus)

        return Loaded(written=written, deleted=len(surplus))

    def read_all(self) -> tuple[list[int], pa.Table]:
        """All rows that are there, by `_id`: the ids, and the rows typed."""
        ids: list[int] = []
        parts: list[pa.Table] = []
        while True:
            answer = self._client.read_exact(
                "datastore_search",
                resource_id=self._id,
                limit=PAGE_ROWS,
                offset=len(ids),
                sort="_id",
                include_total=False,
            )
            found = answer["records"]
            ids += [int(record["_id"]) for record in found]
            parts.append(rows.table_of(self._table.schema, found))
            if len(found) < min(PAGE_ROWS, int(answer["limit"])):
                return ids, pa.concat_tables(parts)

    def _delete_keys(self, keys: Sequence[dict[str, Any]]) -> int:
        """Delete rows by key. A key of several columns is first turned into `_id`s: a filter by lists would hit more."""
        for start in range(0, len(keys), DELETE_ROWS):
            part = keys[start : start + DELETE_ROWS]
            filters = {name: list(dict.fromkeys(key[name] for key in part)) for name in self._table.primary_key}
            if len(filters) == 1:
                self._delete(filters)
            else:
                self._delete_ids(self._ids_of(part, filters))
            self._pause()
        return len(keys)

    def _ids_of(self, keys: Sequence[dict[str, Any]], filters: dict[str, list[Any]]) -> list[int]:
        names = self._table.primary_key
        wanted = {tuple(key[name] for name in names) for key in keys}
        ids: list[int] = []
        offset = 0
        while True:
            answer = self._client.read_exact(
                "datastore_search",
                resource_id=self._id,
                filters=filters,
                limit=PAGE_ROWS,
                offset=offset,
                sort="_id",
                include_total=False,
            )
            found = answer["records"]
            typed = rows.key_values(self._table.schema, rows.table_of(self._table.schema, found), names)
            ids += [
                int(record["_id"])
                for record, key in zip(found, typed, strict=True)
                if tuple(key[name] for name in names) in wanted
            ]
            offset += len(found)
            if len(found) < min(PAGE_ROWS, int(answer["limit"])):
                return ids

    def _delete_ids(self, ids: Sequence[int]) -> None:
        for start in range(0, len(ids), DELETE_ROWS):
            self._delete({"_id": list(ids[start : start + DELETE_ROWS])})

    def _delete(self, filters: dict[str, list[Any]]) -> None:
        body = {"resource_id": self._id, "force": True, "filters": filters, "calculate_record_count": False}
        self._client.write("datastore_records_delete", body, is_repeatable=True)

    def _upsert(self, method: str, body: bytes, *, is_last: bool, landed: Callable[[], Any | None] | None) -> None:
        head = json.dumps({"resource_id": self._id, "force": True, "method": method, "calculate_record_count": is_last})
        whole = head[:-1].encode() + b',"records":[' + body + b"]}"
        try:
            self._client.write_json("datastore_upsert", whole, is_repeatable=landed is None, landed=landed)
        except Conflict as conflict:
            if method != "upsert" or set(conflict.fields) != {"table"}:
                raise
            self.declare(delete_fields=False)  # made again by a loader, the table has the columns and not the key
            self._client.write_json("datastore_upsert", whole, is_repeatable=True)


def _one_batch(table: pa.Table) -> pa.RecordBatch:
    batches = table.combine_chunks().to_batches()
    return batches[0] if batches else pa.RecordBatch.from_pylist([], schema=table.schema)
