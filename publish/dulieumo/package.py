"""The published descriptor (`datapackage.json` of a version): what the owner declared, in the form of the files that we wrote.

The tables are canonical now, so their declaration is too: ISO dates, `.` decimals, `true`/`false`, empty = missing. A reader
with stock Frictionless needs nothing else. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dulieumo.descriptors import resolve
from dulieumo.model import Artifact, Catalog, Dataset, Resource, Text, Withdrawal

FORMAT_KEYS = (
    "format",
    "decimalChar",
    "groupChar",
    "bareNumber",
    "trueValues",
    "falseValues",
    "missingValues",
    "dulieumo:timezone",
    "dulieumo:sample",
)
KEPT_FORMATS = ("string",)  # email, uri, uuid: what the text is, not how it is written


def skeleton(catalog: Catalog, dataset: Dataset) -> dict[str, Any]:
    """The descriptor without anything that depends on the bytes of the files; part of the content hash."""
    package = dict(dataset.descriptor)
    publisher = catalog.find_publisher(dataset.publisher)
    title = publisher.title if publisher else Text(dataset.publisher)
    package["id"] = f"{catalog.base_url}/id/{dataset.name}"
    package["homepage"] = f"{catalog.base_url}/datasets/{dataset.name}/"
    package["contributors"] = [
        {"title": title.default, **_translated("title", title), "roles": ["publisher", "creator"]},
    ]
    package["dulieumo:domain"] = dataset.domain
    package["resources"] = [_resource(resource) for resource in dataset.resources]
    return package


def complete(
    package: Mapping[str, Any],
    content_hash: str,
    artifacts: Sequence[Artifact],
    absent: Mapping[str, Mapping[str, str]],
) -> dict[str, Any]:
    """The skeleton with sizes, hashes, row counts and distributions of the files."""
    resources = []
    for entry in package["resources"]:
        own = [artifact for artifact in artifacts if artifact.resource == entry["name"]]
        main = own[0]
        facts: dict[str, Any] = {"bytes": main.bytes, "hash": f"sha256:{main.sha256}"}
        if main.rows is not None:
            facts["dulieumo:rows"] = main.rows
        facts["dulieumo:distributions"] = [_distribution(artifact) for artifact in own]
        if absent.get(entry["name"]):
            facts["dulieumo:absentDistributions"] = dict(absent[entry["name"]])
        resources.append({**entry, **facts})
    return {**package, "dulieumo:contentHash": content_hash, "resources": resources}


def artifacts_of(package: Mapping[str, Any]) -> tuple[Artifact, ...]:
    """The files that a published descriptor lists, in its order."""
    return tuple(
        Artifact(
            path=item["path"],
            kind=item["format"],
            media_type=item["mediatype"],
            bytes=item["bytes"],
            sha256=item["hash"].removeprefix("sha256:"),
            resource=entry["name"],
            rows=item.get("rows"),
        )
        for entry in package["resources"]
        for item in entry["dulieumo:distributions"]
    )


def absent_of(package: Mapping[str, Any]) -> dict[str, Mapping[str, str]]:
    """Why a format was not made, by resource and format."""
    return {entry["name"]: entry.get("dulieumo:absentDistributions", {}) for entry in package["resources"]}


def withdrawn(package: Mapping[str, Any], withdrawal: Withdrawal) -> dict[str, Any]:
    """The descriptor of a version whose files are gone: what it was, and why it is no more."""
    gone = ("bytes", "hash", "dulieumo:absentDistributions")
    resources = [
        {**{key: value for key, value in entry.items() if key not in gone}, "dulieumo:distributions": []}
        for entry in package["resources"]
    ]
    mark = {"date": withdrawal.date, "reason": withdrawal.reason.default, **_translated("reason", withdrawal.reason)}
    return {**package, "dulieumo:withdrawn": mark, "resources": resources}


def withdrawal_of(package: Mapping[str, Any]) -> Withdrawal | None:
    """The mark that `withdrawn` made; None where the version stands."""
    mark = package.get("dulieumo:withdrawn")
    return Withdrawal(reason=resolve.text(mark, "reason"), date=mark["date"]) if mark else None


def _resource(resource: Resource) -> dict[str, Any]:
    entry = dict(resource.descriptor)
    entry.pop("dulieumo:pointer", None)  # where the source lies is our affair
    if not resource.is_table:
        entry["path"] = resource.path.rsplit("/", 1)[-1]
        return entry
    entry.update(
        path=f"{resource.name}.csv", format="csv", mediatype="text/csv", encoding="utf-8", dialect={"delimiter": ","}
    )
    entry.pop("dulieumo:sampleRows", None)
    entry.pop("dulieumo:csvForExcel", None)
    entry.pop("dulieumo:partRows", None)  # how many files it is, the distributions show
    schema = dict(entry["schema"])
    schema["missingValues"] = [""]
    schema["fields"] = [_field(field) for field in schema["fields"]]
    entry["schema"] = schema
    return entry


def _field(field: Mapping[str, Any]) -> dict[str, Any]:
    dropped = [key for key in FORMAT_KEYS if not (key == "format" and field["type"] in KEPT_FORMATS)]
    return {key: value for key, value in field.items() if key not in dropped}


def _distribution(artifact: Artifact) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "path": artifact.path,
        "format": artifact.kind,
        "mediatype": artifact.media_type,
        "bytes": artifact.bytes,
        "hash": f"sha256:{artifact.sha256}",
    }
    if artifact.rows is not None:
        facts["rows"] = artifact.rows
    return facts


def _translated(key: str, text: Text) -> dict[str, str]:
    return {f"{key}@{language}": words for language, words in sorted(text.translations.items())}
