"""The values of the publishing stage: what shall be on CKAN, what is there, what to do, what was done, what the public sees.

    Desired ── DesiredResource ── DesiredTable      mapping.py makes them from a DatasetVersion; pure
    Remote ── RemoteDataset ── Stamp                remote.py reads them; a dataset that is not there is None
    Plan ── DatasetPlan ── Change                   plan.py compares the two; pure
    Receipt ── Applied                              push.py: what was done, and what CKAN said of it afterwards
    Verification ── Probe                           verify.py: what an anonymous developer gets

`fields` are CKAN's own keys with CKAN's own values, normalised so that equal means equal (`mapping.observed`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as default
from enum import StrEnum
from typing import Any

from dulieumo.model import EMPTY, Schema


def _empty() -> Mapping[str, Any]:
    return EMPTY


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """What we leave on a dataset, in one extra, so that the next run knows what is there without a file of its own.

    `token` is new with every write: the optimistic lock. `applied` holds, per field of ours, a digest of the value that we
    wrote: a remote value that differs from both this and ours was edited by hand. `files` holds the SHA-256 of each file
    by resource key. `tables` holds the *possible* states of each DataStore table, as `version#digest`; more than one while a
    change is under way, none when nothing is known. `pending` names the push that is not finished, and when it began.
    """

    catalog: str
    release: str
    version: str
    content: str
    commit: str | None
    tool: str
    token: str
    applied: Mapping[str, str]
    files: Mapping[str, str]
    tables: Mapping[str, tuple[str, ...]]
    pending: str | None = None
    since: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DesiredTable:
    """A DataStore table. `fields` are the `fields` of datastore_create, dictionary included; `state` is `version#digest`.

    `parquet` is the path in the store of the typed rows, a file or the folder of its parts, in the order in which they shall stand."""

    resource: str
    schema: Schema
    fields: tuple[Mapping[str, Any], ...]
    primary_key: tuple[str, ...]
    indexes: tuple[tuple[str, ...], ...]
    rows: int
    state: str
    parquet: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DesiredResource:
    """One resource of a CKAN dataset: one file. `key` is its name within the dataset ("giai-ngan.csv"), and never changes.

    `path` is the file in the store; with `is_link` it is not uploaded, and `fields["url"]` names it where it lies."""

    key: str
    id: str
    fields: Mapping[str, Any]
    path: str
    media_type: str
    bytes: int
    sha256: str
    is_link: bool
    table: DesiredTable | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Desired:
    """A dataset as it shall be. `fields` has no `resources` and no stamp: those are added when it is written."""

    name: str
    dataset: str
    catalog: str
    publisher: str
    version: str
    content_hash: str
    fields: Mapping[str, Any]
    resources: tuple[DesiredResource, ...]
    is_sample: bool

    def resource(self, key: str) -> DesiredResource | None:
        return next((resource for resource in self.resources if resource.key == key), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerProfile:
    """What this CKAN can do. `scheming` are the names of its dataset fields, `scheming_resource` of its resource fields."""

    url: str
    version: str
    extensions: tuple[str, ...]
    licenses: tuple[str, ...]
    scheming: tuple[str, ...] = ()
    scheming_resource: tuple[str, ...] = ()

    def has(self, extension: str) -> bool:
        return extension in self.extensions


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteDataset:
    """A dataset as CKAN gave it. `is_exact`: read from the database, not from the search index, which may lag or lie.

    `stamp` is None where we never wrote it. `is_broken`: its resources' positions are out of order (CKAN 2.12.0 after a
    repeated resource id), so that every change fails until it is healed."""

    name: str
    body: Mapping[str, Any]
    stamp: Stamp | None
    is_exact: bool
    is_broken: bool

    @property
    def id(self) -> str:
        return str(self.body["id"])

    @property
    def is_private(self) -> bool:
        return bool(self.body.get("private"))

    @property
    def modified(self) -> str:
        return str(self.body.get("metadata_modified") or "")

    @property
    def resources(self) -> tuple[Mapping[str, Any], ...]:
        return tuple(self.body.get("resources") or ())


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteTable:
    """A DataStore table as `plan --deep` saw it. `fields` are datastore_info's; `rows` its count; `sample_differs` compares
    the first and last rows with ours. None in `Deep.tables`: there is no table."""

    fields: tuple[Mapping[str, Any], ...]
    rows: int
    sample_differs: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Deep:
    """What the search answer lacks, by resource id: the tables and the types of the views of each."""

    tables: Mapping[str, RemoteTable | None]
    views: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """Who changed a dataset by hand, and when (RFC 3339); None where CKAN keeps no activity or does not tell us."""

    who: str | None
    when: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Remote:
    """What is on CKAN of this catalogue: the datasets of its release, and those that carry its stamp. By CKAN name.

    `edits` (by dataset) and `hashes` (SHA-256 of the file, by resource id; "" where there is none) are asked for only where a
    first plan saw that something was edited; the hashes of a deep plan are those of all files."""

    profile: ServerProfile
    datasets: Mapping[str, RemoteDataset]
    deep: Deep | None = None
    edits: Mapping[str, Edit] = default(default_factory=_empty)
    hashes: Mapping[str, str] = default(default_factory=_empty)


class Action(StrEnum):
    """What a change does. The order is that of the steps of a push."""

    REVIVE = "revive"
    HEAL = "heal"
    CREATE = "create"
    UPDATE = "update"
    UPLOAD = "upload"
    REMOVE = "remove"
    REORDER = "reorder"
    DICTIONARY = "dictionary"
    RECORDS = "records"
    VIEW = "view"
    PUBLISH = "publish"
    PRUNE = "prune"


class Policy(StrEnum):
    """What to do with a field that was edited in CKAN: put ours back, take theirs into the repository, leave it alone."""

    OURS = "ours"
    ADOPT = "adopt"
    LEAVE = "leave"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One thing to do to one dataset. `reason` is a code of `wording.py`, filled from `values`; `resource` is a resource key.

    `overwrites`: the remote value that a person set and that this change replaces; it is kept in the receipt."""

    action: Action
    reason: str
    resource: str | None = None
    field: str | None = None
    values: Mapping[str, str | int] = default(default_factory=_empty)
    overwrites: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """A field that differs from what we last wrote and from what we want. Shown even where the policy is to leave it."""

    field: str
    resource: str | None
    theirs: Any
    ours: Any
    policy: Policy
    who: str | None
    when: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetPlan:
    """All changes of one dataset. `base` is what the plan was made against: the remote state's own fingerprint.

    `refusal` is a code of `wording.py`: this dataset must not be touched, and why; None for all others."""

    name: str
    base: str
    changes: tuple[Change, ...]
    drifts: tuple[Drift, ...] = ()
    refusal: str | None = None
    values: Mapping[str, str | int] = default(default_factory=_empty)

    def has(self, action: Action) -> bool:
        return any(change.action is action for change in self.changes)

    def of(self, action: Action) -> tuple[Change, ...]:
        return tuple(change for change in self.changes if change.action is action)

    def touches(self, action: Action, resource: str) -> bool:
        return any(change.resource == resource for change in self.of(action))

    def must_read_rows(self, resource: str) -> bool:
        """Whether what the table holds is known only by reading it: it was edited, or has another shape."""
        known = ("rows-changed", "table-unfinished")
        return any(change.resource == resource and change.reason not in known for change in self.of(Action.RECORDS))

    @property
    def kept(self) -> frozenset[str]:
        """Fields that were edited on CKAN and that the policy leaves as they are, those of resources as `key.field`."""
        return frozenset(
            f"{drift.resource}.{drift.field}" if drift.resource else drift.field
            for drift in self.drifts
            if drift.policy is not Policy.OURS
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a push would do. `datasets` are only those with something to do, to tell or to refuse.

    `fingerprint` covers the target, the release, the remote state and the changes: the same or the plan has moved."""

    target: str
    url: str
    release: str
    fingerprint: str
    profile: ServerProfile
    datasets: tuple[DatasetPlan, ...]
    unchanged: int
    refusals: tuple[tuple[str, Mapping[str, str | int]], ...] = ()

    @property
    def is_empty(self) -> bool:
        return not any(dataset.changes for dataset in self.datasets)

    @property
    def changes(self) -> int:
        return sum(len(dataset.changes) for dataset in self.datasets)


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """A dataset after a push, as CKAN answered: what the next plan compares in one look. Times are CKAN's own text.

    `resources` maps a resource key to (id, last_modified, size in bytes)."""

    name: str
    id: str
    token: str
    version: str
    modified: str
    resources: Mapping[str, tuple[str, str, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A dataset that could not be brought to the end; it stays as its last finished step left it."""

    name: str
    message: str
    hint: str | None
    exit_code: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What a target holds, by dataset, and what the last push did. Written whole after each push, also after a failed one."""

    target: str
    url: str
    release: str
    push: str
    at: str
    profile: ServerProfile
    datasets: Mapping[str, Applied]
    done: Mapping[str, int] = default(default_factory=_empty)
    failures: tuple[Failure, ...] = ()
    overwritten: tuple[Mapping[str, Any], ...] = ()
    requests: int = 0
    writes: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """One thing that was looked at from outside. `problem` is a code of `wording.py`; None when all is well."""

    dataset: str
    resource: str | None
    what: str
    problem: str | None = None
    values: Mapping[str, str | int] = default(default_factory=_empty)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What an anonymous developer gets. `notes` are facts that are no failures, such as a server without Range requests."""

    target: str
    url: str
    release: str
    at: str
    datasets: int
    resources: int
    rows: int
    bytes: int
    probes: int
    problems: tuple[Probe, ...]
    notes: tuple[Probe, ...]
    seconds: float

    @property
    def is_clean(self) -> bool:
        return not self.problems
