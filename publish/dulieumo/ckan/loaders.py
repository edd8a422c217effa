"""Beside ckanext-xloader and DataPusher, which load files into the DataStore by themselves, under types that they guess.

Both pass over a file whose MD5 stands in the resource's `hash`. They are told of a file before CKAN commits the request that
brings it: a worker that is quick reads the old `hash` beside the new file, and loads it over our table. So the MD5 is
written before the file goes, and not while a job of an earlier file is still under way.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterable
from datetime import UTC, datetime

from dulieumo.errors import NotAuthorized, Rejected
from dulieumo.store import FolderStore

from .client import Client
from .model import DesiredResource, ServerProfile

LOADERS = ("xloader", "datapusher")
WAIT_SECONDS = 60.0
"""How long a job is waited for, and how old its last sign may be: where no worker runs, jobs stay in the queue for ever."""

_POLL_SECONDS = 0.25
_AT_WORK = ("submitting", "pending", "running", "running_but_viewable")


def of(profile: ServerProfile) -> tuple[str, ...]:
    """The loaders that this server has."""
    return tuple(name for name in LOADERS if profile.has(name))


def hash_field(profile: ServerProfile, store: FolderStore, resource: DesiredResource) -> str:
    """What stands in `hash`: the MD5 where a loader compares it, else the SHA-256 that everybody may check."""
    if not of(profile):
        return f"sha256:{resource.sha256}"
    digest = hashlib.md5(usedforsecurity=False)
    with store.open(resource.path) as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()


def wait(client: Client, profile: ServerProfile, resource_ids: Iterable[str]) -> bool:
    """Wait until no loader is at work on these resources; True if one was, so that CKAN may have changed meanwhile."""
    deadline = time.monotonic() + WAIT_SECONDS
    waited = False
    for id_ in resource_ids:
        for loader in of(profile):
            while _is_at_work(client, loader, id_) and time.monotonic() < deadline:
                waited = True
                time.sleep(_POLL_SECONDS)
    return waited


def _is_at_work(client: Client, loader: str, resource_id: str) -> bool:
    try:
        status = client.find(f"{loader}_status", resource_id=resource_id)
    except (NotAuthorized, Rejected):
        return False
    return status is not None and status.get("status") in _AT_WORK and _age_seconds(status) < WAIT_SECONDS


def _age_seconds(status: dict[str, str]) -> float:
    try:
        told = datetime.fromisoformat(status["last_updated"]).replace(tzinfo=UTC)
    except (KeyError, TypeError, ValueError):
        return 0.0
    return (datetime.now(UTC) - told).total_seconds()
