"""A release × what is on CKAN → what a push would do, with the reason for each step. Pure: no clock, no network.

Three values decide about a field: ours (the release), theirs (CKAN), and what we last wrote (the stamp). Theirs equal to
ours: nothing. Theirs equal to what we wrote: ours changed, so it is sent. Theirs equal to neither: somebody edited it on
CKAN, and the field's policy decides; it is always shown. Files are compared by hash, never by URL, since CKAN rewrites
those; `hash`, `datastore_active`, `last_modified` and the like belong to the loaders and are not ours.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from dulieumo import canonical
from dulieumo.model import Release

from . import fluent, mapping, names, stamp
from .model import (
    Action,
    Change,
    DatasetPlan,
    Desired,
    DesiredResource,
    DesiredTable,
    Drift,
    Edit,
    Plan,
    Policy,
    Remote,
    RemoteDataset,
    RemoteTable,
    Stamp,
)

VIEW_TYPE = "datatables_view"


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """What the caller wants beyond the release. `policies` by field name ("title", "notes", "extras", "resource", …)."""

    target: str
    is_production: bool = False
    is_private: bool = False
    publisher: str | None = None
    prune: bool = False
    take_over: bool = False
    max_upload_bytes: int | None = None
    policies: Mapping[str, Policy] = field(default_factory=dict)
    options: mapping.Options = field(default_factory=mapping.Options)


def plan(release: Release, remote: Remote, intent: Intent) -> Plan:
    """Everything that a push would do to `remote`, dataset by dataset, in the order of the catalogue."""
    wanted = [
        desired
        for desired in mapping.all_desired(release, remote.profile, intent.options)
        if intent.publisher in (None, desired.publisher)
    ]
    plans = [plan_dataset(desired, remote, intent) for desired in wanted]
    plans += _left_behind(release, remote, intent)
    telling = tuple(item for item in plans if item.changes or item.drifts or item.refusal)
    refusals: list[tuple[str, Mapping[str, str | int]]] = []
    samples = [desired.name for desired in wanted if desired.is_sample]
    if intent.is_production and samples:
        refusals.append(("sample-to-production", {"count": len(samples), "names": ", ".join(samples[:5])}))
    return Plan(
        target=intent.target,
        url=remote.profile.url,
        release=release.name,
        fingerprint=_fingerprint(release, remote, plans),
        profile=remote.profile,
        datasets=telling,
        unchanged=len(plans) - len(telling),
        refusals=tuple(refusals),
    )


def _fingerprint(release: Release, remote: Remote, plans: Iterable[DatasetPlan]) -> str:
    return canonical.hash_of(
        {
            "url": remote.profile.url,
            "release": release.content_hash,
            "datasets": [
                [item.name, item.base, item.refusal, [[c.action, c.reason, c.resource, c.field] for c in item.changes]]
                for item in plans
            ],
        }
    )


def base(remote: RemoteDataset | None) -> str:
    """The fingerprint of a remote state: any change by anybody gives another one."""
    if remote is None:
        return "absent"
    token = remote.stamp.token if remote.stamp else ""
    return f"{token}@{remote.modified}{'+private' if remote.is_private else ''}"


def plan_dataset(desired: Desired, remote: Remote, intent: Intent) -> DatasetPlan:
    """Everything that a push would do to one dataset; nothing at all where a file is larger than the server takes."""
    item = _planned(desired, remote, intent)
    sizes = {resource.key: resource.bytes for resource in desired.resources}
    limit = intent.max_upload_bytes
    for change in item.of(Action.UPLOAD):
        if limit is not None and (size := sizes[change.resource or ""]) > limit:
            values: dict[str, str | int] = {
                "file": change.resource or "",
                "size": -(-size // 1024**2),
                "limit": limit // 1024**2,
            }
            return replace(item, changes=(), refusal="too-large", values=values)
    return item


def _planned(desired: Desired, remote: Remote, intent: Intent) -> DatasetPlan:
    there = remote.datasets.get(desired.name)
    if there is None:
        return DatasetPlan(name=desired.name, base=base(there), changes=_all_new(desired, intent))
    if there.stamp is None and not intent.take_over:
        return DatasetPlan(name=desired.name, base=base(there), changes=(), refusal="not-ours")
    if there.stamp is not None and there.stamp.catalog != desired.catalog:
        if not intent.take_over:
            values = {"catalog": there.stamp.catalog}
            return DatasetPlan(
                name=desired.name, base=base(there), changes=(), refusal="other-catalogue", values=values
            )
        there = replace(there, stamp=None)
    comparison = _Comparison(desired, there, intent, remote)
    comparison.run()
    return DatasetPlan(
        name=desired.name,
        base=base(there),
        changes=tuple(sorted(comparison.changes, key=lambda change: _ORDER[change.action])),
        drifts=tuple(comparison.drifts),
    )


_ORDER = {action: position for position, action in enumerate(Action)}


def _all_new(desired: Desired, intent: Intent) -> tuple[Change, ...]:
    changes = [Change(action=Action.CREATE, reason="absent")]
    for resource in desired.resources:
        if not resource.is_link:
            changes.append(_upload(resource, "new"))
    tables = [(resource, resource.table) for resource in desired.resources if resource.table is not None]
    changes += [_records(resource, table, "table-new") for resource, table in tables]
    changes += [Change(action=Action.VIEW, reason="view-new", resource=resource.key) for resource, _table in tables]
    if not intent.is_private:
        changes.append(Change(action=Action.PUBLISH, reason="complete"))
    return tuple(sorted(changes, key=lambda change: _ORDER[change.action]))


def _upload(resource: DesiredResource, reason: str) -> Change:
    return Change(action=Action.UPLOAD, reason=reason, resource=resource.key, values={"bytes": resource.bytes})


def _records(resource: DesiredResource, table: DesiredTable, reason: str, **values: str | int) -> Change:
    return Change(action=Action.RECORDS, reason=reason, resource=resource.key, values={"rows": table.rows, **values})


class _Comparison:
    """One dataset that is there, compared; collects changes and drifts."""

    def __init__(self, desired: Desired, there: RemoteDataset, intent: Intent, remote: Remote) -> None:
        self.desired = desired
        self.there = there
        self.stamp: Stamp | None = there.stamp
        self.intent = intent
        self.deep = remote.deep
        self.edit: Edit | None = remote.edits.get(desired.name)
        self.hashes = remote.hashes
        self.changes: list[Change] = []
        self.drifts: list[Drift] = []

    def run(self) -> None:
        if self.there.body.get("state") == "deleted":
            self._change(Action.REVIVE, "deleted")
        if self.there.is_broken:
            self._change(Action.HEAL, "broken")
        self._fields()
        self._resources()
        self._visibility()
        self._leftovers()

    def _change(self, action: Action, reason: str, **more: Any) -> None:
        self.changes.append(Change(action=action, reason=reason, **more))

    def _fields(self) -> None:
        theirs = mapping.observed(self.there.body)
        for name, ours in self.desired.fields.items():
            value = theirs.get(name, "" if not isinstance(ours, list) else [])
            if _same(name, ours, value) or fluent.told_in(name, self.desired.fields) != name:
                continue
            self._field(name, ours, value, None)
        for name, value in theirs.items():
            if name.startswith("extras.") and name not in self.desired.fields and value:
                applied = stamp.was_applied(self.stamp, name, value)
                if applied is not None:
                    self._field(name, "", value, None)
        held = self.stamp
        if held is not None and (held.version, held.content) != (self.desired.version, self.desired.content_hash):
            self._change(Action.UPDATE, "version", values={"old": held.version, "new": self.desired.version})

    def _field(self, name: str, ours: Any, theirs: Any, resource: str | None) -> None:
        full = f"{resource}.{name}" if resource else name
        applied = stamp.was_applied(self.stamp, full, theirs)
        if applied is not False:
            reason = "field-changed" if applied else "field-new"
            self._change(Action.UPDATE, reason, field=name, resource=resource)
            return
        policy = policy_of(self.intent.policies, name, resource)
        self._drift(name, resource, theirs, ours, policy)
        if policy is Policy.OURS:
            self._change(Action.UPDATE, "field-edited", field=name, resource=resource, overwrites=theirs)

    def _resources(self) -> None:
        there = {str(resource["id"]): resource for resource in self.there.resources}
        for resource in self.desired.resources:
            remote = there.get(resource.id)
            if remote is None:
                self._change(Action.UPDATE, "resource-new", resource=resource.key)
                if not resource.is_link:
                    self.changes.append(_upload(resource, "new"))
            else:
                self._resource(resource, remote)
            if resource.table is not None:
                self._table(resource, resource.table, remote)
        ours = [resource.id for resource in self.desired.resources]
        present = [str(resource["id"]) for resource in self.there.resources if str(resource["id"]) in ours]
        first = [str(resource["id"]) for resource in self.there.resources][: len(present)]
        if [item for item in ours if item in there] != present or first != present:
            self._change(Action.REORDER, "order")

    def _resource(self, resource: DesiredResource, remote: Mapping[str, Any]) -> None:
        theirs = mapping.observed_resource(remote)
        for name, ours in resource.fields.items():
            value = theirs.get(name, "")
            if not _same(name, ours, value) and fluent.told_in(name, resource.fields) == name:
                self._field(name, ours, value, resource.key)
        if resource.is_link:
            if theirs.get("url_type"):
                self._change(Action.UPDATE, "file-to-link", resource=resource.key)
            return
        if theirs.get("url_type") != "upload":
            self.changes.append(_upload(resource, "not-a-file"))
            return
        held = self.stamp.files.get(resource.key) if self.stamp else None
        if held is None or held.partition(" ")[0] != resource.sha256[:16]:
            self.changes.append(_upload(resource, "file-changed" if held else "new"))
            return
        if self.hashes.get(resource.id) == "":
            self.changes.append(_upload(resource, "file-lost"))
        elif self._is_replaced(resource, held.partition(" ")[2], theirs):
            self._file_drift(resource, theirs)

    def _is_replaced(self, resource: DesiredResource, when: str, theirs: Mapping[str, Any]) -> bool:
        """Whether the file on CKAN is no longer the one that we left. Loaders move `last_modified` too: then its hash tells."""
        known = self.hashes.get(resource.id)
        if known is not None:
            return known != resource.sha256
        moved = bool(when) and when != str(theirs.get("last_modified") or "")
        return moved or theirs.get("size") != resource.bytes

    def _file_drift(self, resource: DesiredResource, theirs: Mapping[str, Any]) -> None:
        policy = policy_of(self.intent.policies, "file", None)
        was = {key: theirs.get(key) for key in ("size", "last_modified", "hash")}
        now = {"size": resource.bytes, "hash": f"sha256:{resource.sha256}"}
        self._drift("file", resource.key, was, now, policy)
        if policy is Policy.OURS:
            self.changes.append(replace(_upload(resource, "file-edited"), overwrites=was))

    def _drift(self, name: str, resource: str | None, theirs: Any, ours: Any, policy: Policy) -> None:
        who, when = (self.edit.who, self.edit.when) if self.edit else (None, None)
        self.drifts.append(
            Drift(field=name, resource=resource, theirs=theirs, ours=ours, policy=policy, who=who, when=when)
        )

    def _table(self, resource: DesiredResource, table: DesiredTable, remote: Mapping[str, Any] | None) -> None:
        states = self.stamp.tables.get(resource.key) if self.stamp else None
        reason, values = None, {}
        if remote is None or states is None:
            reason = "table-new"
        elif len(states) != 1:
            reason = "table-unfinished"
        elif not remote.get("datastore_active"):
            reason = "table-lost"
        elif not self._is_applied(f"{resource.key}.shape", shape(table)):
            reason = "table-shape"
        elif states[0].partition("#")[2] != table.state.partition("#")[2]:  # another version may have the same rows
            reason, values = "rows-changed", {"old": states[0].partition("#")[0], "new": self.desired.version}
        elif self.deep is not None:
            reason = self._deep_table(resource, table)
        if reason is not None:
            self.changes.append(_records(resource, table, reason, **values))
        elif not self._is_applied(f"{resource.key}.dictionary", dictionary(table)):
            self._change(Action.DICTIONARY, "dictionary-changed", resource=resource.key)
        elif self.deep is not None and self._deep_dictionary(resource, table):
            self._drift("dictionary", resource.key, None, None, Policy.OURS)
            self._change(Action.DICTIONARY, "dictionary-edited", resource=resource.key)
        if self.deep is not None:
            if VIEW_TYPE not in self.deep.views.get(resource.id, ()):
                self._change(Action.VIEW, "view-missing", resource=resource.key)
        elif not self._is_applied(f"{resource.key}.view", VIEW_TYPE):
            self._change(Action.VIEW, "view-new", resource=resource.key)

    def _is_applied(self, name: str, value: Any) -> bool:
        return stamp.was_applied(self.stamp, name, value) is True

    def _deep_table(self, resource: DesiredResource, table: DesiredTable) -> str | None:
        assert self.deep is not None
        there = self.deep.tables.get(resource.id)
        if there is None:
            return "table-lost"
        types = {item["id"]: item["type"] for item in there.fields}
        if types != {item["id"]: item["type"] for item in table.fields}:
            return "table-types-edited"
        if _lacks_index(table, there):
            return "table-key-lost"
        if there.rows != table.rows:
            return "table-count-edited"
        return "table-rows-edited" if there.sample_differs else None

    def _deep_dictionary(self, resource: DesiredResource, table: DesiredTable) -> bool:
        assert self.deep is not None
        there = self.deep.tables.get(resource.id)
        infos = {item["id"]: item.get("info") or {} for item in there.fields} if there else {}
        return any(infos.get(item["id"]) != item["info"] for item in table.fields)

    def _visibility(self) -> None:
        if self.there.is_private and not self.intent.is_private:
            unfinished = self.stamp is not None and self.stamp.pending is not None
            self._change(Action.PUBLISH, "complete" if unfinished else "private")
        if not self.there.is_private and self.intent.is_private:
            self._change(Action.UPDATE, "private-target", field="private")

    def _leftovers(self) -> None:
        """What an older version of ours left: resources that are no more, and a push that did not end."""
        wanted = {resource.key for resource in self.desired.resources}
        present = {str(resource["id"]) for resource in self.there.resources}
        for key in self.stamp.files if self.stamp else ():
            if key not in wanted and names.resource_id(self.desired.catalog, self.desired.name, key) in present:
                self._change(Action.REMOVE, "resource-gone", resource=key)
        if self.stamp is not None and self.stamp.pending is not None and not self.changes:
            self._change(
                Action.UPDATE, "unfinished", values={"push": self.stamp.pending, "since": self.stamp.since or ""}
            )


def shape(table: DesiredTable) -> Any:
    """What of a table cannot be changed row by row: its columns with their types, its key and its indexes."""
    return [
        [[field["id"], field["type"]] for field in table.fields],
        list(table.primary_key),
        [list(i) for i in table.indexes],
    ]


def _lacks_index(table: DesiredTable, there: RemoteTable) -> bool:
    """Whether a column of the key, or of an index, is in no index of the table: somebody made it again without them.

    CKAN names one index of a column; a key that is lost beside another index of its columns is not seen."""
    indexed = {item["id"] for item in there.fields if item.get("schema", {}).get("is_index", True)}
    return not {*table.primary_key, *(name for index in table.indexes for name in index)} <= indexed


def dictionary(table: DesiredTable) -> Any:
    return [[item["id"], dict(item["info"])] for item in table.fields]


def _same(name: str, ours: Any, theirs: Any) -> bool:
    if name == "groups":  # a dataset may stand in other groups as well, by somebody's choice
        return set(ours) <= set(theirs)
    if name == "format":  # CKAN writes known formats its own way: GeoJSON, KMZ
        return str(ours).casefold() == str(theirs).casefold()
    return bool(ours == theirs)


def policy_of(policies: Mapping[str, Policy], name: str, resource: str | None) -> Policy:
    """The policy of a field: by its own name, then by its family ("extras", "resource"), then "*"; ours by default."""
    family = "resource" if resource else name.partition(".")[0]
    for key in (f"resource.{name}" if resource else name, family, "*"):
        if key in policies:
            return policies[key]
    return Policy.OURS


def _left_behind(release: Release, remote: Remote, intent: Intent) -> list[DatasetPlan]:
    """Datasets of ours that the repository no longer has. They are named, and go only when that was asked for."""
    kept = {f"{intent.options.prefix}{version.name}" for version in release.versions}
    plans = []
    for name, there in sorted(remote.datasets.items()):
        if name in kept or there.stamp is None or there.stamp.catalog != release.catalog.name:
            continue
        if not name.startswith(intent.options.prefix) or there.body.get("state") == "deleted":
            continue
        owner = (there.body.get("organization") or {}).get("name")
        if intent.publisher not in (None, owner):
            continue
        values = {"release": there.stamp.release}
        if intent.prune:
            changes = (Change(action=Action.PRUNE, reason="left-repository", values=values),)
            plans.append(DatasetPlan(name=name, base=base(there), changes=changes))
        else:
            plans.append(DatasetPlan(name=name, base=base(there), changes=(), refusal="left-repository", values=values))
    return plans
