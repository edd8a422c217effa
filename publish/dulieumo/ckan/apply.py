"""Carries out the plan of one dataset, step by step; each step leaves something that the next run understands.

    new        create hidden ─ files ─ tables ─ views ─ look at it ─ show it
    existing   one revise: metadata, files, order, stamp "under way" ─ tables ─ views ─ look at it ─ stamp "done"

The stamp is written before the tables change and again when they are done, so a push that is killed in between leaves word
of what the tables may hold. Every write of metadata is locked by `match` on our token and on `metadata_modified`.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from dulieumo.errors import ReleaseError, RemoteError
from dulieumo.i18n import _
from dulieumo.model import Release
from dulieumo.store import FolderStore

from . import loaders, names, payload, stamp, views
from .client import Client, Conflict, NotThere, Upload
from .journal import Journal
from .marking import Marking
from .model import Action, Applied, DatasetPlan, Desired, DesiredResource, RemoteDataset, ServerProfile, Stamp
from .plan import base
from .remote import as_applied, read_dataset, remote_dataset
from .words import Words

log = logging.getLogger(__name__)
LEASE_SECONDS = 600
"""How long an unfinished push of somebody else is taken to be alive."""

REFRESH_SECONDS = 240


class RaceLost(ReleaseError):
    """Somebody else changed the dataset since we looked; nothing of theirs was touched."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What all datasets of a push share."""

    client: Client
    store: FolderStore
    release: Release
    profile: ServerProfile
    journal: Journal
    is_private: bool
    take_over: bool = False


def apply(job: Job, desired: Desired, item: DatasetPlan) -> Applied:
    """Bring one dataset to what is desired. Raises RaceLost, ReleaseError, RemoteError; what was done so far stays."""
    return _Dataset(job, desired, item).run()


def prune(job: Job, item: DatasetPlan) -> None:
    """Delete a dataset that left the repository. CKAN keeps it, for a sysadmin to revive or purge."""
    there = read_dataset(job.client, item.name)
    if there is None or there.body.get("state") == "deleted":
        return
    if base(there) != item.base:
        raise _race(item.name)
    job.journal.forget(item.name)
    for resource in there.resources:
        if resource.get("datastore_active"):
            _drop_table(job.client, str(resource["id"]))
    job.client.write("package_delete", {"id": there.id}, is_repeatable=True)


class _Dataset:
    def __init__(self, job: Job, desired: Desired, item: DatasetPlan) -> None:
        self.job = job
        self.client = job.client
        self.desired = desired
        self.item = item
        self.there: RemoteDataset | None = None
        self.fresh: frozenset[str] = frozenset()
        self.stamped_at = 0.0
        self.is_resumed = False
        self.marking = Marking(desired, item, job.release, job.journal.push)
        self._known_hashes: dict[str, str] = {}
        language = job.release.catalog.languages[0] if job.release.catalog.languages else "vi"
        self.words = Words(language)

    def run(self) -> Applied:
        if self.item.has(Action.CREATE):
            self._create()
        else:
            self.there = self._look()
            if self.item.has(Action.HEAL):
                self._heal()
            if self._revise():
                return self._applied()
        self._tables()
        self._views()
        self._inspect()
        self._finish()
        return self._applied()

    # What is there

    def _look(self) -> RemoteDataset:
        there = read_dataset(self.client, self.desired.name)
        if there is None or base(there) != self.item.base:
            raise _race(self.desired.name)
        self._respect_lease(there)
        self.is_resumed = there.stamp is not None and there.stamp.pending is not None
        return there

    def _respect_lease(self, there: RemoteDataset) -> None:
        held = there.stamp
        if held is None or held.pending in (None, self.job.journal.push) or self.job.take_over:
            return
        age = _age_seconds(held.since)
        if age is not None and age < LEASE_SECONDS:
            raise RaceLost(
                _("Another push ({push}) has been at work on {dataset} since {since}.").format(
                    push=held.pending, dataset=self.desired.name, since=held.since
                ),
                hint=_("Wait for it. If it was killed, its claim ends {minutes} minutes after its last sign.").format(
                    minutes=LEASE_SECONDS // 60
                ),
            )

    # Steps

    def _create(self) -> None:
        mark = self.marking.under_way(None, {})
        body = payload.create(self.desired, mark, self._hashes(self.desired.resources))
        self.job.journal.forget(self.desired.name)
        self.job.journal.send(self.desired.name, mark.token)
        try:
            made = self.client.write("package_create", body, landed=lambda: self._landed(mark))
        except Conflict as conflict:
            made = self._landed(mark)
            if made is None:
                raise self._creation_conflict(conflict) from conflict
        self.there = remote_dataset(made, is_exact=True)
        self.fresh = frozenset(resource.id for resource in self.desired.resources)
        self.stamped_at = time.monotonic()
        self.job.journal.step(self.desired.name, "created")
        uploads = [resource for resource in self.desired.resources if not resource.is_link]
        if uploads:
            self._write_revise(self.marking.under_way(mark, self.marking.files(None, None)), uploads, None)

    def _creation_conflict(self, conflict: Conflict) -> Exception:
        if "name" in conflict.fields:
            return _race(self.desired.name)
        return conflict

    def _landed(self, mark: Stamp) -> Any | None:
        """The dataset's body if the write with this token took effect; None if it did not. Raises RaceLost for another's."""
        found = read_dataset(self.client, self.desired.name)
        if found is None:
            return None
        if found.stamp is not None and found.stamp.token == mark.token:
            return found.body
        before = self.there.stamp if self.there else None
        if (
            self.there is not None
            and before is not None
            and found.stamp is not None
            and found.stamp.token == before.token
        ):
            return None
        if self.there is not None and before is None and found.stamp is None:
            return None
        raise _race(self.desired.name)

    def _heal(self) -> None:
        assert self.there is not None
        body = payload.shuffled(self.there)
        self.job.journal.forget(self.desired.name)
        try:
            self.client.write("package_revise", body, landed=lambda: None)
        except Conflict as conflict:
            if not conflict.is_match:
                raise
        found = read_dataset(self.client, self.desired.name)
        if found is None:
            raise _race(self.desired.name)
        self.there = replace(found, is_broken=True)  # its order is still to be put right

    def _revise(self) -> bool:
        """Write metadata and files; True when nothing else is to be done."""
        assert self.there is not None
        old = self.there.stamp
        uploads = [resource for resource in self.desired.resources if self.item.touches(Action.UPLOAD, resource.key)]
        is_all = not (
            uploads
            or any(
                self.item.has(action)
                for action in (Action.RECORDS, Action.DICTIONARY, Action.VIEW, Action.PUBLISH, Action.REVIVE)
            )
        )
        present = {str(resource["id"]) for resource in self.there.resources}
        self.fresh = frozenset(resource.id for resource in self.desired.resources if resource.id not in present)
        files = self.marking.files(self.there, old)
        files |= {resource.key: resource.sha256[:16] for resource in uploads}
        for change in self.item.of(Action.REMOVE):
            self._remove_table(change.resource or "")
            self.there = self._current()
        private: bool | None = None
        if self.item.has(Action.REVIVE) or (self.job.is_private and not self.there.is_private):
            private = True
        self._announce(uploads)
        mark = self.marking.done(old, files) if is_all else self.marking.under_way(old, files)
        self._write_revise(mark, uploads, private)
        return is_all

    def _announce(self, uploads: list[DesiredResource]) -> None:
        """Tell loaders the files that are about to take the place of others, by their `hash`; see `loaders.py`.

        A dataset that is taken over has no stamp yet to write under, and is left to the write that brings everything."""
        assert self.there is not None
        present = {str(item["id"]) for item in self.there.resources if item.get("url_type") == "upload"}
        replaced = [resource for resource in uploads if resource.id in present]
        if self.there.stamp is None or not replaced or not loaders.of(self.job.profile):
            return
        if loaders.wait(self.client, self.job.profile, [resource.id for resource in replaced]):
            self.there = self._current()
        held = self.there.stamp
        assert held is not None
        since = datetime.now(UTC).isoformat(timespec="seconds")
        mark = replace(held, token=stamp.new_token(), pending=self.job.journal.push, since=since)
        hashes = self._hashes(replaced)
        body = payload.announce(self.there, mark, {resource.id: hashes[resource.key] for resource in replaced})
        self.job.journal.forget(self.desired.name)
        self.there = self._locked(body, mark, [])
        self.stamped_at = time.monotonic()

    def _hashes(self, resources: Iterable[DesiredResource]) -> dict[str, str]:
        """`hash` by resource key; each file is read once."""
        for resource in resources:
            if resource.key not in self._known_hashes:
                self._known_hashes[resource.key] = loaders.hash_field(self.job.profile, self.job.store, resource)
        return {resource.key: self._known_hashes[resource.key] for resource in resources}

    def _is_new_link(self, resource: DesiredResource) -> bool:
        """Whether this revise makes the resource a link, or another link than it was."""
        assert self.there is not None
        remote = next((item for item in self.there.resources if str(item["id"]) == resource.id), None)
        is_as_there = (
            remote is not None and not remote.get("url_type") and remote.get("url") == resource.fields.get("url")
        )
        return resource.is_link and not is_as_there

    def _write_revise(self, mark: Stamp, uploads: list[DesiredResource], private: bool | None) -> None:
        assert self.there is not None
        hashes = self._hashes([*uploads, *filter(self._is_new_link, self.desired.resources)])
        body = payload.revise(self.desired, self.there, mark, keep=self.item.kept, private=private, hashes=hashes)
        files = [
            Upload(
                field=payload.upload_field(self.desired, resource),
                file_name=resource.key,
                media_type=resource.media_type,
                open=lambda resource=resource: self.job.store.open(resource.path),  # type: ignore[misc]
            )
            for resource in uploads
        ]
        self.job.journal.forget(self.desired.name)
        self.there = self._locked(payload.as_form(body) if files else body, mark, files)
        self.stamped_at = time.monotonic()
        self.job.journal.step(self.desired.name, "revised")

    def _locked(self, body: Mapping[str, Any], mark: Stamp, files: list[Upload]) -> RemoteDataset:
        """A package_revise under its lock. A lock that does not hold because our own write is there already is no race."""

        def landed() -> Any | None:
            found = self._landed(mark)
            return None if found is None else {"package": found}

        self.job.journal.send(self.desired.name, mark.token)
        try:
            answer = self.client.write("package_revise", body, uploads=files, landed=landed)
        except Conflict as conflict:
            if not conflict.is_match:
                raise
            answer = landed()
            if answer is None:
                log.info("%s: the lock does not hold: %s", self.desired.name, conflict.fields)
                raise _race(self.desired.name) from conflict
        return remote_dataset(answer["package"], is_exact=True)

    def _tables(self) -> None:
        from . import load  # pulls in Arrow: not for a push that finds nothing to do

        for resource in self.desired.resources:
            if resource.table is None:
                continue
            if self.item.touches(Action.RECORDS, resource.key):
                known = self._known_states(resource)
                done = load.load(
                    self.client,
                    self.job.store,
                    self.desired.dataset,
                    resource,
                    resource.table,
                    known,
                    pause=self._stay_alive,
                )
                self.job.journal.step(
                    self.desired.name, "rows", resource=resource.key, written=done.written, deleted=done.deleted
                )
            elif self.item.touches(Action.DICTIONARY, resource.key):
                load.describe(self.client, resource, resource.table)
                self.job.journal.step(self.desired.name, "dictionary", resource=resource.key)

    def _known_states(self, resource: DesiredResource) -> tuple[str, ...] | None:
        if self.there is None or self.there.stamp is None or self.item.must_read_rows(resource.key):
            return None
        assert resource.table is not None
        return self.there.stamp.tables.get(resource.key) or None

    def _stay_alive(self) -> None:
        """Renew our claim during a long load, so that nobody takes us for dead."""
        if time.monotonic() - self.stamped_at < REFRESH_SECONDS:
            return
        assert self.there is not None
        assert self.there.stamp is not None
        since = datetime.now(UTC).isoformat(timespec="seconds")
        mark = replace(self.there.stamp, token=stamp.new_token(), since=since)
        current = self._current()
        self.there = self._locked(payload.finish(current, mark, private=current.is_private), mark, [])
        self.stamped_at = time.monotonic()

    def _current(self) -> RemoteDataset:
        """The dataset as it is now: `datastore_create` moves `metadata_modified`. Raises RaceLost if the token is not ours."""
        assert self.there is not None
        found = read_dataset(self.client, self.desired.name)
        if found is None or _token(found) != _token(self.there):
            raise _race(self.desired.name)
        return found

    def _views(self) -> None:
        for change in self.item.of(Action.VIEW):
            resource = self.desired.resource(change.resource or "")
            if resource is not None:
                is_fresh = resource.id in self.fresh and not loaders.of(self.job.profile)  # they make views too
                views.ensure(self.client, resource.id, self.words.label("table"), is_fresh=is_fresh)
                self.job.journal.step(self.desired.name, "view", resource=resource.key)

    def _inspect(self) -> None:
        """Look at what is not yet shown, or not yet called done: files by hash, tables by columns and count."""
        assert self.there is not None
        self.there = self._current()
        remote = {str(resource["id"]): resource for resource in self.there.resources}
        for resource in self.desired.resources:
            if not resource.is_link and (
                self.is_resumed or resource.id in self.fresh or self.item.touches(Action.UPLOAD, resource.key)
            ):
                got = self.client.download(self.client.at_home(str(remote[resource.id]["url"])))
                if got.status != 200 or got.sha256 != resource.sha256:
                    raise _not_as_sent(self.desired.name, resource.key)
            if resource.table is not None and (self.is_resumed or self.item.touches(Action.RECORDS, resource.key)):
                info = self.client.read("datastore_info", id=resource.id)
                types = [(field["id"], field["type"]) for field in info["fields"]]
                wanted = [(field["id"], field["type"]) for field in resource.table.fields]
                if types != wanted or info["meta"]["count"] != resource.table.rows:
                    raise _not_as_sent(self.desired.name, resource.key)

    def _finish(self) -> None:
        assert self.there is not None
        mark = self.marking.done(self.there.stamp, self.marking.files(self.there, self.there.stamp))
        body = payload.finish(self.there, mark, private=self.job.is_private)
        self.there = self._locked(body, mark, [])

    def _remove_table(self, key: str) -> None:
        """The table of a resource that goes: CKAN would keep it as an orphan."""
        _drop_table(self.client, names.resource_id(self.desired.catalog, self.desired.name, key))

    def _applied(self) -> Applied:
        assert self.there is not None
        applied = as_applied(self.there)
        assert applied is not None
        self.job.journal.finish(applied)
        return applied


def _drop_table(client: Client, resource_id: str) -> None:
    try:
        client.write("datastore_delete", {"resource_id": resource_id, "force": True}, is_repeatable=True)
    except NotThere:
        return


def _token(there: RemoteDataset) -> str | None:
    return there.stamp.token if there.stamp else None


def _age_seconds(since: str | None) -> float | None:
    try:
        return (datetime.now(UTC) - datetime.fromisoformat(since or "")).total_seconds()
    except ValueError:
        return None


def _race(name: str) -> RaceLost:
    return RaceLost(
        _("{dataset} was changed on CKAN while we were at work on it; nothing of that change was touched.").format(
            dataset=name
        ),
        hint=_("Look at it with 'dulieumo plan', then run the command again."),
    )


def _not_as_sent(name: str, key: str) -> RemoteError:
    return RemoteError(
        _("{dataset}: CKAN does not give back {resource} as it was sent; it was not published.").format(
            dataset=name, resource=key
        ),
        hint=_("Run the command again; if it happens again, look at CKAN's log and at its disk space."),
    )
