"""Reads from a CKAN what a plan needs, in as few requests as possible.

Two requests tell that nothing changed: `status_show`, and one page of `package_search` per thousand datasets. The search
index may lag behind the database, and after a failed write it may even show what was rolled back; so whatever does not
match the receipt to the letter is read again, from the database, with `package_show`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

from dulieumo.errors import NotAuthorized, Rejected
from dulieumo.model import Release
from dulieumo.store import FolderStore

from . import mapping, names, stamp, views
from .client import Client, NotThere
from .model import (
    Applied,
    DatasetPlan,
    Deep,
    DesiredResource,
    Edit,
    Receipt,
    Remote,
    RemoteDataset,
    RemoteTable,
    ServerProfile,
)
from .plan import Intent, plan

PAGE_ROWS = 1000
_READERS = 4


def read_profile(client: Client, known: ServerProfile | None = None) -> ServerProfile:
    """What the server can do: one request when it is still the server of `known`, two or three else. Raises RemoteError."""
    status = client.read("status_show")
    version, extensions = str(status.get("ckan_version") or ""), tuple(sorted(status.get("extensions") or ()))
    if known is not None and (known.url, known.version, known.extensions) == (client.url, version, extensions):
        return known
    scheming: tuple[str, ...] = ()
    scheming_resource: tuple[str, ...] = ()
    if "scheming_datasets" in extensions:
        schema = client.read("scheming_dataset_schema_show", type="dataset")
        scheming = tuple(field["field_name"] for field in schema.get("dataset_fields") or ())
        scheming_resource = tuple(field["field_name"] for field in schema.get("resource_fields") or ())
    return ServerProfile(
        url=client.url,
        version=version,
        extensions=extensions,
        licenses=tuple(sorted(item["id"] for item in client.read("license_list"))),
        scheming=scheming,
        scheming_resource=scheming_resource,
    )


def read_datasets(
    client: Client, catalog: str, wanted: Iterable[str], known: Mapping[str, Applied] | None = None
) -> dict[str, RemoteDataset]:
    """The datasets of these CKAN names, and those that carry the stamp of `catalog`. What is missing is not there.

    `known` is what the receipt recorded: a dataset that the search shows as it was left is not read again."""
    known = known or {}
    found = {item.name: item for item in _search(client) if item.stamp is not None and item.stamp.catalog == catalog}
    unsure = [name for name in wanted if name not in found]
    unsure += [name for name, item in found.items() if not _as_left(item, known.get(name))]
    for name, exact in _in_parallel(lambda name: read_dataset(client, name), unsure):
        found.pop(name, None)
        if exact is not None:
            found[name] = exact
    return found


def read_dataset(client: Client, name: str) -> RemoteDataset | None:
    """One dataset, from the database; None where CKAN itself says that there is none. Raises RemoteError."""
    body = client.find("package_show", id=name)
    return None if body is None else remote_dataset(body, is_exact=True)


def remote_dataset(body: Mapping[str, Any], *, is_exact: bool) -> RemoteDataset:
    return RemoteDataset(
        name=str(body["name"]), body=body, stamp=stamp.find(body), is_exact=is_exact, is_broken=_is_broken(body)
    )


def _search(client: Client) -> Iterable[RemoteDataset]:
    start, total = 0, 1
    while start < total:
        page = client.read(
            "package_search",
            fq=f"extras_{stamp.KEY}:*",
            include_private=True,
            rows=PAGE_ROWS,
            start=start,
            sort="name asc",
            facet="false",
        )
        total = page["count"]
        if not page["results"]:
            return
        start += len(page["results"])
        for body in page["results"]:
            yield remote_dataset(body, is_exact=False)


def _as_left(item: RemoteDataset, applied: Applied | None) -> bool:
    return (
        applied is not None
        and item.stamp is not None
        and item.stamp.token == applied.token
        and item.stamp.pending is None
        and item.modified == applied.modified
    )


def _is_broken(body: Mapping[str, Any]) -> bool:
    resources = body.get("resources") or ()
    positions = [resource.get("position") for resource in resources]
    ids = [resource.get("id") for resource in resources]
    return positions != list(range(len(positions))) or len(set(ids)) != len(ids)


def _in_parallel(
    read_one: Callable[[str], RemoteDataset | None], unsure: list[str]
) -> Iterable[tuple[str, RemoteDataset | None]]:
    if len(unsure) < 2:
        return [(name, read_one(name)) for name in unsure]
    with ThreadPoolExecutor(_READERS, thread_name_prefix="ckan-read") as pool:
        return list(zip(unsure, pool.map(read_one, unsure), strict=True))


def as_applied(there: RemoteDataset) -> Applied | None:
    """What the receipt keeps of a dataset that is there and finished; None where it is not."""
    held = there.stamp
    if held is None or held.pending is not None or there.body.get("state") == "deleted":
        return None
    by_id = {str(resource["id"]): resource for resource in there.resources}
    ids = {key: names.resource_id(held.catalog, there.name, key) for key in held.files}
    return Applied(
        name=there.name,
        id=there.id,
        token=held.token,
        version=held.version,
        modified=there.modified,
        resources={
            key: (id_, str(by_id[id_].get("last_modified") or ""), int(by_id[id_].get("size") or 0))
            for key, id_ in ids.items()
            if id_ in by_id
        },
    )


def known_datasets(receipt: Receipt | None, url: str) -> Mapping[str, Applied]:
    """What the receipt says of this server; nothing where it is of another one."""
    return receipt.datasets if receipt is not None and receipt.url == url else {}


def read(
    client: Client,
    release: Release,
    intent: Intent,
    store: FolderStore,
    *,
    receipt: Receipt | None = None,
    is_deep: bool = False,
) -> Remote:
    """Everything that the plan of `release` needs to know. Raises RemoteError.

    A first plan over the plain reads tells what was edited by hand; only that is asked about. `is_deep` also reads what the
    search answer lacks: every file, dictionaries, counts, samples and views."""
    same_server = receipt is not None and receipt.url == client.url
    # what a sysadmin changed without another version or plugin, such as the licence list, is seen by a deep look
    profile = read_profile(client, receipt.profile if receipt is not None and same_server and not is_deep else None)
    wanted = [f"{intent.options.prefix}{version.name}" for version in release.versions]
    datasets = read_datasets(client, release.catalog.name, wanted, known_datasets(receipt, client.url))
    plain = Remote(profile=profile, datasets=datasets)
    if is_deep:
        wanted_there = _there(release, intent, plain)
        plain = replace(plain, deep=_deep(client, store, wanted_there), hashes=_all_hashes(client, plain, wanted_there))
    drifted = [item for item in plan(release, plain, intent).datasets if item.drifts]
    return replace(
        plain,
        edits=_edits(client, plain, drifted, known_datasets(receipt, client.url)),
        hashes={**plain.hashes, **_hashes(client, plain, drifted)},
    )


def _hashes(client: Client, remote: Remote, drifted: list[DatasetPlan]) -> dict[str, str]:
    """The hash of each file that looks replaced: a loader moves `last_modified` as well, without touching the file."""
    hashes = {}
    for item in drifted:
        there = remote.datasets[item.name]
        suspects = {drift.resource for drift in item.drifts if drift.field == "file"}
        for resource in there.resources:
            key = next((key for key in suspects if key and _is_resource(there, key, resource)), None)
            if key is not None and resource["id"] not in remote.hashes:
                hashes[str(resource["id"])] = _hash(client, resource)
    return hashes


def _all_hashes(client: Client, remote: Remote, wanted: list[DesiredResource]) -> dict[str, str]:
    """The hash of every file that was uploaded: a disk may lose one, or be put back from an older copy, and CKAN not know."""
    ids = {resource.id for resource in wanted if not resource.is_link}
    files = [
        resource
        for there in remote.datasets.values()
        for resource in there.resources
        if resource["id"] in ids and resource.get("url_type") == "upload"
    ]
    with ThreadPoolExecutor(_READERS, thread_name_prefix="ckan-read") as pool:
        hashes = pool.map(lambda resource: _hash(client, resource), files)
        return {str(resource["id"]): digest for resource, digest in zip(files, hashes, strict=True)}


def _hash(client: Client, resource: Mapping[str, Any]) -> str:
    """SHA-256 of a file on CKAN, "" where there is none."""
    got = client.download(client.at_home(str(resource["url"])))
    return got.sha256 if got.status == 200 else ""


def _is_resource(there: RemoteDataset, key: str, resource: Mapping[str, Any]) -> bool:
    assert there.stamp is not None
    return bool(resource["id"] == names.resource_id(there.stamp.catalog, there.name, key))


def _edits(client: Client, remote: Remote, drifted: list[DatasetPlan], known: Mapping[str, Applied]) -> dict[str, Edit]:
    """Who edited the drifted datasets, and when: from CKAN's activity stream where it keeps one.

    An edit in the DataStore alone moves nothing of the dataset, and CKAN notes it nowhere: its last activity is ours."""
    edits = {}
    for item in drifted:
        there = remote.datasets[item.name]
        if _as_left(there, known.get(item.name)):
            edits[item.name] = Edit(who=None, when=None)
            continue
        edits[item.name] = (
            _edit(client, there) if remote.profile.has("activity") else Edit(who=None, when=there.modified)
        )
    return edits


def _edit(client: Client, there: RemoteDataset) -> Edit:
    """The newest activity. Activities of ours are told by our token: an edit comes after the last of those."""
    try:
        activities = client.read("package_activity_list", id=there.id, limit=1)
    except (NotAuthorized, NotThere, Rejected):
        return Edit(who=None, when=there.modified)
    if not activities:
        return Edit(who=None, when=there.modified)
    newest = activities[0]
    try:
        user = client.read("user_show", id=newest["user_id"])
        who = str(user.get("display_name") or user.get("name"))
    except (NotAuthorized, NotThere, Rejected):
        who = None
    return Edit(who=who, when=str(newest["timestamp"]))


def _there(release: Release, intent: Intent, remote: Remote) -> list[DesiredResource]:
    """The resources that a plan wants and CKAN has."""
    wanted: list[DesiredResource] = []
    for desired in mapping.all_desired(release, remote.profile, intent.options):
        there = remote.datasets.get(desired.name)
        if there is None or there.stamp is None or intent.publisher not in (None, desired.publisher):
            continue
        present = {str(resource["id"]) for resource in there.resources}
        wanted += [item for item in desired.resources if item.id in present]
    return wanted


def _deep(client: Client, store: FolderStore, wanted: list[DesiredResource]) -> Deep:
    from . import sample  # pulls in Arrow, which takes longer to import than the plan of a release that is there

    tables: dict[str, RemoteTable | None] = {}
    view_types: dict[str, tuple[str, ...]] = {}

    def look(resource: DesiredResource) -> None:
        assert resource.table is not None
        view_types[resource.id] = views.types(client, resource.id)
        info = client.find("datastore_info", id=resource.id)
        if info is None:
            tables[resource.id] = None
            return
        tables[resource.id] = RemoteTable(
            fields=tuple(info["fields"]),
            rows=int(info["meta"]["count"]),
            sample_differs=not sample.is_equal(client, store, resource, resource.table),
        )

    with ThreadPoolExecutor(_READERS, thread_name_prefix="ckan-read") as pool:
        list(pool.map(look, [item for item in wanted if item.table is not None]))
    return Deep(tables=tables, views=view_types)
