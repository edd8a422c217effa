"""Looks at CKAN from outside, as a developer without a login would: every file, every table, every dictionary.

Nothing that the push remembers is believed: what is compared is the release in the store and what the public URLs give.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from urllib.parse import urlsplit

from dulieumo.errors import NotAuthorized, RemoteError
from dulieumo.model import Release
from dulieumo.store import FolderStore

from . import fluent, mapping, sample, views
from .client import Client
from .model import Desired, DesiredResource, DesiredTable, Probe, ServerProfile, Verification

JOBS = 4
ORIGIN = "https://developer.example"


def verify(
    release: Release,
    store: FolderStore,
    client: Client,
    profile: ServerProfile,
    *,
    target: str,
    options: mapping.Options | None = None,
    publisher: str | None = None,
    jobs: int = JOBS,
    step: Callable[[str], None] = lambda name: None,
) -> Verification:
    """Compare what `client` (anonymous) gets with the release. Raises RemoteError only where there is no CKAN at all."""
    began = time.monotonic()
    address = str(client.read("status_show").get("site_url") or client.url)
    wanted = [
        desired for desired in mapping.all_desired(release, profile, options) if publisher in (None, desired.publisher)
    ]

    def one(desired: Desired) -> list[Probe]:
        found = list(_Look(desired, store, client, address).run())
        step(desired.name)
        return found

    with ThreadPoolExecutor(max(1, jobs), thread_name_prefix="ckan-verify") as pool:
        probes = [probe for found in pool.map(one, wanted) for probe in found]
    resources = [resource for desired in wanted for resource in desired.resources]
    return Verification(
        target=target,
        url=client.url,
        release=release.name,
        at=datetime.now(UTC).isoformat(timespec="seconds"),
        datasets=len(wanted),
        resources=len(resources),
        rows=sum(resource.table.rows for resource in resources if resource.table),
        bytes=sum(resource.bytes for resource in resources),
        probes=len(probes),
        problems=tuple(probe for probe in probes if probe.problem is not None and probe.problem not in NOTES),
        notes=_once(probe for probe in probes if probe.problem in NOTES),
        seconds=round(time.monotonic() - began, 3),
    )


NOTES = ("no-range", "no-cors")
"""Findings about the server, not about the data: told once, and no failure."""


def _once(probes: Iterator[Probe]) -> tuple[Probe, ...]:
    """One probe per kind and media type: what is true of one file of the server is true of all of them."""
    kept: dict[tuple[str | None, str], Probe] = {}
    for probe in probes:
        kept.setdefault((probe.problem, str(probe.values.get("type", ""))), probe)
    return tuple(kept.values())


class _Look:
    """One dataset, from outside. `address` is the one under which CKAN says that it serves."""

    def __init__(self, desired: Desired, store: FolderStore, client: Client, address: str) -> None:
        self.desired = desired
        self.store = store
        self.client = client
        self.address = address

    def run(self) -> Iterator[Probe]:
        try:
            body = self.client.find("package_show", id=self.desired.name)
        except NotAuthorized:  # it is there, and hidden
            body = None
        except RemoteError as error:
            yield self._probe(None, "dataset", "not-readable", reason=error.message)
            return
        if body is None or body.get("state") == "deleted":
            yield self._probe(None, "dataset", "dataset-missing")
            return
        yield self._probe(None, "dataset")
        theirs = mapping.observed(body)
        for core in ("title", "notes", "license_id", "version"):
            name = fluent.told_in(core, self.desired.fields)
            ours = self.desired.fields.get(name)
            yield self._probe(None, name, None if theirs.get(name) == ours else "field-differs", field=name)
        there = {str(resource["id"]): resource for resource in body.get("resources") or ()}
        for resource in self.desired.resources:
            remote = there.pop(resource.id, None)
            if remote is None:
                yield self._probe(resource, "resource", "resource-missing")
                continue
            yield self._probe(resource, "resource")
            try:
                yield from self._file(resource, str(remote["url"]))
                if resource.table is not None:
                    yield from self._table(resource, resource.table)
            except RemoteError as error:
                yield self._probe(resource, "resource", "not-readable", reason=error.message)

    def _probe(
        self, resource: DesiredResource | None, what: str, problem: str | None = None, **values: str | int
    ) -> Probe:
        key = resource.key if resource else None
        return Probe(dataset=self.desired.name, resource=key, what=what, problem=problem, values=values)

    def _file(self, resource: DesiredResource, url: str) -> Iterator[Probe]:
        if urlsplit(url).scheme not in ("http", "https"):
            yield self._probe(resource, "download", "not-downloadable", status=0)
            return
        if not resource.is_link and not url.startswith(self.address.rstrip("/") + "/"):
            parts = urlsplit(url)
            yield self._probe(resource, "download", "other-address", address=f"{parts.scheme}://{parts.netloc}")
            return
        got = self.client.download(url, headers={"Origin": ORIGIN})
        if got.status != 200:
            yield self._probe(resource, "download", "not-downloadable", status=got.status)
            return
        login = "/user/login" in got.url
        yield self._probe(resource, "download", "needs-login" if login else None)
        same = got.sha256 == resource.sha256
        yield self._probe(resource, "hash", None if same else "hash-differs", bytes=got.bytes, wanted=resource.bytes)
        kind = got.headers.get("content-type", "").partition(";")[0].strip()
        is_right = kind == resource.media_type or (
            kind == "application/octet-stream" and resource.media_type != "text/csv"
        )
        yield self._probe(
            resource, "media-type", None if is_right else "media-type-differs", type=kind, wanted=resource.media_type
        )
        if "access-control-allow-origin" not in got.headers:
            yield self._probe(resource, "cors", "no-cors")
        if resource.bytes > 1:
            part = self.client.download(url, headers={"Range": "bytes=0-0"})
            yield self._probe(
                resource, "range", None if (part.status, part.bytes) == (206, 1) else "no-range", type=kind
            )

    def _table(self, resource: DesiredResource, table: DesiredTable) -> Iterator[Probe]:
        info = self.client.find("datastore_info", id=resource.id)
        if info is None:
            yield self._probe(resource, "table", "table-missing")
            return
        types = {field["id"]: field["type"] for field in info["fields"]}
        wanted = {field["id"]: field["type"] for field in table.fields}
        yield self._probe(resource, "columns", None if types == wanted else "columns-differ")
        infos = {field["id"]: field.get("info") or {} for field in info["fields"]}
        described = all(infos.get(field["id"]) == field["info"] for field in table.fields)
        yield self._probe(resource, "dictionary", None if described else "dictionary-differs")
        count = info["meta"]["count"]
        yield self._probe(
            resource, "rows", None if count == table.rows else "rows-differ", rows=count, wanted=table.rows
        )
        same = sample.is_equal(self.client, self.store, resource, table)
        yield self._probe(resource, "sample", None if same else "sample-differs")
        has_view = views.VIEW_TYPE in views.types(self.client, resource.id)
        yield self._probe(resource, "view", None if has_view else "view-missing")
