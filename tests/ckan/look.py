"""What the public sees of a dataset, asked plainly: for the tests to compare."""

from __future__ import annotations

import csv
import hashlib
import io
import urllib.request
from typing import Any

from dulieumo.ckan.client import Client


def show(client: Client, name: str) -> dict[str, Any]:
    body: dict[str, Any] = client.read("package_show", id=name)
    return body


def resource(client: Client, dataset: str, key: str) -> dict[str, Any]:
    """The resource whose file has this name."""
    return next(item for item in show(client, dataset)["resources"] if item["url"].endswith(f"/{key}"))


def keys(client: Client, dataset: str) -> list[str]:
    """The names of the files, in the order of the page."""
    return [item["url"].rsplit("/", 1)[-1] for item in show(client, dataset)["resources"]]


def rows(client: Client, dataset: str, key: str) -> list[dict[str, Any]]:
    """The rows of the DataStore table in their order, without `_id`."""
    answer = client.read_exact(
        "datastore_search", resource_id=resource(client, dataset, key)["id"], sort="_id", limit=1000
    )
    return [{name: value for name, value in record.items() if name != "_id"} for record in answer["records"]]


def info(client: Client, dataset: str, key: str) -> dict[str, Any]:
    found: dict[str, Any] = client.read("datastore_info", id=resource(client, dataset, key)["id"])
    return found


def file(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=30) as answer:
        body: bytes = answer.read()
        return body


def sha256(url: str) -> str:
    return hashlib.sha256(file(url)).hexdigest()


def csv_rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))
