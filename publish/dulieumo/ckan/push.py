"""Carries out a plan: datasets in parallel, each one step by step (`apply.py`); what was done becomes the receipt."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from dulieumo.errors import DulieumoError, NotAuthorized, ReleaseError, Unreachable
from dulieumo.i18n import _
from dulieumo.model import Release
from dulieumo.store import FolderStore

from . import apply, mapping, wording
from .client import Client
from .journal import Journal
from .model import Action, Applied, DatasetPlan, Desired, Failure, Plan, Receipt, Remote, Stamp
from .plan import Intent, plan_dataset
from .remote import as_applied, read_dataset

JOBS = 4
_OWN_RACES = 3
_GIVE_UP_AFTER = 3
"""Datasets in a row that found no server: then it is not there, and the others need not wait for it one by one."""


def push(
    plan: Plan,
    release: Release,
    store: FolderStore,
    client: Client,
    journal: Journal,
    remote: Remote,
    intent: Intent,
    *,
    jobs: int = JOBS,
    step: Callable[[str], None] = lambda name: None,
) -> Receipt:
    """Do what `plan` says, made against `remote`. Returns the receipt, also when some datasets failed: they are in `failures`.

    Raises ReleaseError before anything is sent where the plan must not be carried out."""
    refuse(plan)
    began = time.monotonic()
    requests, writes = client.requests_sent, client.writes_sent
    wanted = {item.name: item for item in mapping.all_desired(release, plan.profile, intent.options)}
    job = apply.Job(
        client=client,
        store=store,
        release=release,
        profile=plan.profile,
        journal=journal,
        is_private=intent.is_private,
        take_over=intent.take_over,
    )
    work = [item for item in plan.datasets if item.changes]
    outcome = _Outcome()

    def one(item: DatasetPlan) -> None:
        if outcome.is_hopeless:
            outcome.fail(item, Unreachable(_("Not tried: the server cannot be reached.")))
            return
        try:
            if item.has(Action.PRUNE):
                apply.prune(job, item)
                outcome.gone(item)
            else:
                outcome.succeed(item, _persistent(job, wanted[item.name], item, remote, intent))
        except DulieumoError as error:
            outcome.fail(item, error)
        step(item.name)

    with ThreadPoolExecutor(max(1, jobs), thread_name_prefix="ckan-push") as pool:
        list(pool.map(one, work))
    if not outcome.failures:
        journal.end()
    known = {name: applied for name, there in remote.datasets.items() if (applied := as_applied(there)) is not None}
    known |= journal.done
    for name in outcome.lost:
        known.pop(name, None)
    return Receipt(
        target=plan.target,
        url=plan.url,
        release=release.name,
        push=journal.push,
        at=datetime.now(UTC).isoformat(timespec="seconds"),
        profile=plan.profile,
        datasets=known,
        done=outcome.counts,
        failures=tuple(sorted(outcome.failures, key=lambda failure: failure.name)),
        overwritten=tuple(outcome.overwritten),
        requests=client.requests_sent - requests,
        writes=client.writes_sent - writes,
        seconds=round(time.monotonic() - began, 3),
    )


def _persistent(job: apply.Job, desired: Desired, item: DatasetPlan, remote: Remote, intent: Intent) -> Applied:
    """`apply`, and again on what is there now when the race was lost to ourselves: a request of this push, taken for lost
    or sent before it was killed, that CKAN finished after we had looked."""
    for _attempt in range(_OWN_RACES):
        try:
            return apply.apply(job, desired, item)
        except apply.RaceLost:
            there = read_dataset(job.client, desired.name)
            if there is None or there.stamp is None or not _is_own(there.stamp, job.journal):
                raise
            now = replace(remote, datasets={**remote.datasets, desired.name: there})
            item = plan_dataset(desired, now, intent)
            applied = as_applied(there)
            if not item.changes and applied is not None:
                job.journal.finish(applied)
                return applied
    return apply.apply(job, desired, item)


def _is_own(there: Stamp, journal: Journal) -> bool:
    return there.pending == journal.push or there.token in journal.sent


def refuse(plan: Plan) -> None:
    """Raise ReleaseError where the plan as a whole, or a dataset in it, must not be carried out."""
    for code, values in plan.refusals:
        raise ReleaseError(wording.refusal(code, values), hint=wording.refusal_hint(code))
    for item in plan.datasets:
        if item.refusal in wording.BLOCKING:
            raise ReleaseError(
                f"{item.name}: {wording.refusal(item.refusal, item.values)}", hint=wording.refusal_hint(item.refusal)
            )


class _Outcome:
    """What became of the datasets; filled by several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._unreachable = 0
        self.counts: Counter[str] = Counter()
        self.failures: list[Failure] = []
        self.overwritten: list[dict[str, Any]] = []
        self.lost: set[str] = set()

    @property
    def is_hopeless(self) -> bool:
        return self._unreachable >= _GIVE_UP_AFTER

    def succeed(self, item: DatasetPlan, _applied: Applied) -> None:
        with self._lock:
            self._unreachable = 0
            self.counts.update(change.action.value for change in item.changes)
            self.overwritten += [
                {"dataset": item.name, "resource": change.resource, "field": change.field, "value": change.overwrites}
                for change in item.changes
                if change.overwrites is not None
            ]

    def gone(self, item: DatasetPlan) -> None:
        with self._lock:
            self._unreachable = 0
            self.counts["prune"] += 1
            self.lost.add(item.name)

    def fail(self, item: DatasetPlan, error: DulieumoError) -> None:
        with self._lock:
            if isinstance(error, Unreachable | NotAuthorized):
                self._unreachable += 1
            self.lost.add(item.name)
            self.failures.append(
                Failure(name=item.name, message=error.message, hint=error.hint, exit_code=error.exit_code)
            )


def resumed(receipt: Receipt | None, journal: Journal, url: str) -> Receipt | None:
    """The receipt with what an interrupted push had already done."""
    if not journal.done:
        return receipt
    if receipt is None or receipt.url != url:
        return None
    return replace(receipt, datasets={**receipt.datasets, **journal.done})
