"""Where a CKAN holds a value that must go, and taking it away: files, DataStore tables; then a push writes what is right.

Deleting a resource leaves its uploaded file on the server's disk. `clear_upload` removes it, so files are cleared first. The
activity history can be read by us and changed by sysadmins only.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from dulieumo.errors import NotAuthorized, RemoteError
from dulieumo.purge.places import Place, Step, Where
from dulieumo.purge.value import NotSearched, Value

from .client import Client, NotThere

_ROWS = 5_000
_ACTIVITIES = 100
FILE_LIMIT_BYTES = 512 << 20


def find(client: Client, names: Iterable[str], value: Value) -> Iterator[Place]:
    """Every place of these datasets that holds the value. Raises RemoteError."""
    for name in names:
        package = client.find("package_show", id=name)
        if package is None:
            continue
        shown = package["name"]
        if _in_json(package, value):
            yield Place(where=Where.CKAN_METADATA, name=shown, step=Step.PUSH, dataset=shown, id=package["id"])
        for resource in package["resources"]:
            yield from _resource(client, shown, resource, value)
        yield from _activities(client, shown, package["id"], value)


def _resource(client: Client, dataset: str, resource: dict[str, Any], value: Value) -> Iterator[Place]:
    label = f"{dataset}/{resource.get('name') or resource['id']}"
    if resource.get("url_type") == "upload" and resource.get("url"):
        place = Place(where=Where.CKAN_FILE, name=label, step=Step.CLEAR, dataset=dataset, id=resource["id"])
        try:
            data = client.read_file(client.at_home(resource["url"]), limit_bytes=FILE_LIMIT_BYTES)
            if value.is_in(data):
                yield place
        except NotThere:
            pass
        except (NotSearched, RemoteError):
            yield Place(where=place.where, name=label, step=Step.NOT_SEARCHED, dataset=dataset, id=resource["id"])
    if resource.get("datastore_active") and _in_table(client, resource["id"], value):
        yield Place(where=Where.CKAN_ROWS, name=label, step=Step.DROP, dataset=dataset, id=resource["id"])


def _in_table(client: Client, resource: str, value: Value) -> bool:
    """Rows and dictionary, page by page in the order of the rows."""
    offset = 0
    while True:
        page = client.find("datastore_search", resource_id=resource, limit=_ROWS, offset=offset, sort="_id")
        if page is None:
            return False
        if _in_json({"rows": page["records"], "dictionary": page["fields"]}, value):
            return True
        offset += _ROWS
        if len(page["records"]) < _ROWS:
            return False


def _activities(client: Client, dataset: str, package: str, value: Value) -> Iterator[Place]:
    offset = 0
    while True:
        try:
            listed = client.find("package_activity_list", id=package, limit=_ACTIVITIES, offset=offset) or []
        except RemoteError:
            return  # a CKAN without the activity extension
        for item in listed:
            try:
                whole = client.find("activity_show", id=item["id"], include_data=True)
            except NotAuthorized:  # those of resource views: CKAN shows them to sysadmins only
                whole = item
            if whole is not None and _in_json(whole, value):
                name = f"{item['timestamp'][:19]} {item['activity_type']}"
                yield Place(where=Where.CKAN_ACTIVITY, name=name, step=Step.SYSADMIN, dataset=dataset, id=item["id"])
        if len(listed) < _ACTIVITIES:
            return
        offset += _ACTIVITIES


def _in_json(answer: Any, value: Value) -> bool:
    return value.is_in(json.dumps(answer, ensure_ascii=False).encode())


def erase(client: Client, places: Iterable[Place]) -> None:
    """Clear the files and drop the tables. The dataset's page stays, without them until the next push. Raises RemoteError."""
    for place in places:
        if place.step is Step.CLEAR:
            address = f"{client.url}/dataset/{place.dataset}"
            body = {"id": place.id, "clear_upload": "true", "url": address, "url_type": ""}
            client.write("resource_patch", body, is_repeatable=True)
        elif place.step is Step.DROP:
            client.write("datastore_delete", {"resource_id": place.id, "force": True}, is_repeatable=True)
