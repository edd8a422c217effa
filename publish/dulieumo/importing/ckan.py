"""Any CKAN → Records: `package_search` page by page, and the data dictionary of every table in its DataStore. Only reads."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from dulieumo.ckan.client import Client, NotThere
from dulieumo.errors import ConfigError, NotAuthorized, Rejected, Unreachable
from dulieumo.i18n import _
from dulieumo.importing.record import Agent, File, Record, Source, Texts, Theme
from dulieumo.owner import names

PAGE = 100
MAX_RECORDS = 20_000
TIMEOUT_SECONDS = 1800.0
_FREQUENCY_WORDS = re.compile(r"tan suat|frequency|periodicity|chu ky cap nhat")
_FREQUENCY_KEYS = ("frequency", "accrual_periodicity", "update_frequency", "data_update_frequency")


def read(
    client: Client, *, step: Callable[[str], None] = lambda _name: None, timeout_seconds: float = TIMEOUT_SECONDS
) -> Source:
    """The public datasets of a CKAN, in the order of their names. Raises ConfigError where it has none, RemoteError."""
    deadline = time.monotonic() + timeout_seconds
    packages = list(_packages(client, deadline))
    if not packages:
        raise ConfigError(_("{address} has no public dataset.").format(address=client.url))
    status = client.read("status_show")
    records = []
    for package in packages:
        _hurry(client, deadline)
        records.append(_record(client, package))
        step(str(package.get("name", "")))
    title = str(status.get("site_title") or "")
    return Source(
        origin=client.url,
        names={"": title} if title else {},
        descriptions={"": str(status["site_description"])} if status.get("site_description") else {},
        homepage=client.url,
        publisher=None,
        records=tuple(records),
    )


def _packages(client: Client, deadline: float) -> Iterator[Mapping[str, Any]]:
    seen: set[str] = set()
    start = 0
    while True:
        _hurry(client, deadline)
        page = client.read("package_search", rows=PAGE, start=start, sort="name asc", include_private=False)
        results = page.get("results") or []
        for package in results:
            if package.get("id") not in seen:  # a dataset that was added meanwhile moves the pages by one
                seen.add(package.get("id"))
                yield package
        start += len(results)
        if not results or start >= int(page.get("count", 0)) or start >= MAX_RECORDS:
            return


def _hurry(client: Client, deadline: float) -> None:
    if time.monotonic() > deadline:
        raise Unreachable(_("{address} takes too long to answer.").format(address=client.url))


def _record(client: Client, package: Mapping[str, Any]) -> Record:
    extras = {str(item.get("key")): str(item.get("value") or "") for item in package.get("extras") or ()}
    organization = package.get("organization") or {}
    titles = _texts(package, "title")
    name = str(package.get("name") or package["id"])
    return Record(
        key=str(package["id"]),
        identifiers=(str(package["id"]),),
        page=f"{client.url}/dataset/{name}",
        names=titles or {"": name},
        descriptions=_texts(package, "notes"),
        publisher=Agent(
            names=_texts(organization, "title") or {"": str(organization.get("name"))},
            description=_texts(organization, "description"),
        )
        if organization
        else None,
        themes=tuple(
            Theme(names=_texts(group, "title") or {"": str(group.get("display_name") or group.get("name"))})
            for group in package.get("groups") or ()
        ),
        keywords=tuple(sorted(str(tag.get("display_name") or tag.get("name")) for tag in package.get("tags") or ())),
        license=str(package.get("license_url") or package.get("license_id") or ""),
        frequency=_frequency(package, extras),
        issued=str(package.get("issued") or extras.get("issued") or package.get("metadata_created") or ""),
        modified=str(package.get("modified") or extras.get("modified") or package.get("metadata_modified") or ""),
        start=str(package.get("temporal_start") or extras.get("temporal_start", "")),
        end=str(package.get("temporal_end") or extras.get("temporal_end", "")),
        spatial={},
        languages=_languages(package.get("language") or extras.get("language", "")),
        has_contact=_has_contact(package, organization),
        files=tuple(_file(client, resource) for resource in package.get("resources") or ()),
        name=name,
    )


def _frequency(package: Mapping[str, Any], extras: Mapping[str, str]) -> str:
    """From a field of ckanext-dcat or another scheming schema, else from an extra whose key says so in words."""
    for key in _FREQUENCY_KEYS:
        if value := str(package.get(key) or extras.get(key, "")):
            return value
    return next((value for key, value in extras.items() if value and _FREQUENCY_WORDS.search(names.plain(key))), "")


def _has_contact(package: Mapping[str, Any], organization: Mapping[str, Any]) -> bool:
    own = {str(organization.get(key) or "") for key in ("title", "name")}
    named = (
        str(package.get(key) or "").strip() for key in ("author_email", "maintainer_email", "author", "maintainer")
    )
    return any(value and value not in own for value in named) or bool(package.get("contact"))


def _file(client: Client, resource: Mapping[str, Any]) -> File:
    return File(
        key=str(resource.get("id", "")),
        names=_texts(resource, "name"),
        descriptions=_texts(resource, "description"),
        url=str(resource.get("url") or ""),
        page="",
        format=str(resource.get("format") or ""),
        media_type=str(resource.get("mimetype") or ""),
        columns=_columns(client, str(resource["id"])) if resource.get("datastore_active") else (),
    )


def _columns(client: Client, resource_id: str) -> tuple[Mapping[str, Any], ...]:
    """The data dictionary; none where CKAN will not tell it (a table that is not public, or was dropped meanwhile)."""
    try:
        answer = client.read("datastore_search", resource_id=resource_id, limit=0)
    except (NotThere, NotAuthorized, Rejected):
        return ()
    return tuple(field for field in answer.get("fields") or () if field.get("id") != "_id")


def _texts(entry: Mapping[str, Any], key: str) -> Texts:
    """A text with its translations (ckanext-fluent: `title_translated`); "" is what CKAN holds without a language."""
    translated = entry.get(f"{key}_translated")
    found = (
        {str(code).split("-")[0]: str(text) for code, text in translated.items() if text}
        if isinstance(translated, dict)
        else {}
    )
    own = entry.get(key)
    if isinstance(own, str) and own.strip() and own not in found.values():
        found = {"": own, **found}
    return found


def _languages(value: Any) -> tuple[str, ...]:
    return tuple(str(item) for item in (value if isinstance(value, list) else [value]) if item)
