"""A dataset version → the CKAN dataset that it shall be. Pure: no clock, no network, the same input gives the same page.

The page is written for the public: Vietnamese first (the catalogue's first language), frequency and dates in words, the
sample notice on top. On a plain CKAN what has no field of its own becomes an extra with a label that reads well; a server
with scheming gets its own fields filled (`scheming.py`, `fluent.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from dulieumo.model import Artifact, Catalog, Dataset, DatasetVersion, Kind, Release, Resource, Status, Text

from . import datastore, fluent, names, scheming
from .model import Desired, DesiredResource, DesiredTable, ServerProfile
from .stamp import KEY as STAMP_KEY
from .words import KINDS, PARTLY_SAMPLE_NOTICE, REFERENCE_TAG, RETIRED_TAG, SAMPLE_NOTICE, SAMPLE_TAG, STATUSES, Words

LICENSE_ALIASES = {"CC-BY-4.0": "cc-by", "CC-BY-SA-4.0": "cc-by-sa", "CC0-1.0": "cc-zero", "ODbL-1.0": "odc-odbl"}
"""For servers that kept CKAN's own licence list: the nearest entry. Ours (server/licenses.json) has the exact ids."""

FORMATS = {"csv": "CSV", "parquet": "Parquet", "xlsx": "XLSX"}
FILE_FORMATS = {"geojson": "GeoJSON", "geoparquet": "GeoParquet", "shapefile": "SHP"}
"""As CKAN spells them; others in capitals."""

MAX_LISTED = 5
_TABLE_FORMATS = ("csv", "parquet", "xlsx")


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What the target decides: a prefix for names and titles (a rehearsal), and where files are addressed.

    `file_base_url`: the public address of the store; then resources are links to immutable files instead of uploads, and
    file and metadata change in one transaction."""

    prefix: str = ""
    title_prefix: str = ""
    file_base_url: str | None = None


def all_desired(release: Release, profile: ServerProfile, options: Options | None = None) -> tuple[Desired, ...]:
    """`desired` of every dataset of a release, in its order. A push asks several times; the last answer is kept."""
    global _last
    held, options = _last, options or Options()
    if held is not None and held[0] is release and held[1:3] == (profile, options):
        return held[3]
    made = tuple(desired(version, release.catalog, profile, options) for version in release.versions)
    _last = (release, profile, options, made)
    return made


_last: tuple[Release, ServerProfile, Options, tuple[Desired, ...]] | None = None
"""A release never changes, so being the same object is enough; the reference keeps the object alive."""


def desired(
    version: DatasetVersion, catalog: Catalog, profile: ServerProfile, options: Options | None = None
) -> Desired:
    """The dataset, its resources and its tables, as they shall stand on the server of `profile`."""
    options = options or Options()
    dataset = version.dataset
    words = Words(catalog.languages[0] if catalog.languages else "vi")
    name = f"{options.prefix}{dataset.name}"
    resources = tuple(
        _resource(version, resource, artifact, catalog, name, words, profile, options)
        for resource in dataset.resources
        for artifact in _offered(version, resource)
    )
    fields = {
        "title": f"{options.title_prefix}{dataset.title}",
        "notes": notes(dataset, words),
        "license_id": _license(dataset, profile),
        "owner_org": dataset.publisher,
        "groups": [] if dataset.is_reference else [dataset.domain],
        "tags": _tags(dataset, words),
        "author": _publisher_title(dataset, catalog),
        "author_email": _publisher_email(dataset, catalog),
        "version": dataset.version,
        "url": page_url(dataset, catalog),
    }
    translated = {
        code: {"title": f"{options.title_prefix}{spoken.title}", "notes": notes(spoken, Words(code))}
        for code in (catalog.languages if fluent.is_declared(profile.scheming) else ())
        for spoken in (fluent.in_language(dataset, code),)
    }
    own, extras = scheming.place(dataset, catalog, profile, _extras(version, words))
    return Desired(
        name=name,
        dataset=dataset.name,
        catalog=catalog.name,
        publisher=dataset.publisher,
        version=version.version,
        content_hash=version.content_hash,
        fields={
            **fields,
            **fluent.place(translated, profile.scheming),
            **own,
            **{f"extras.{words.label(key)}": value for key, value in extras.items()},
        },
        resources=resources,
        is_sample=Kind.SAMPLE in dataset.kinds,
    )


def _offered(version: DatasetVersion, resource: Resource) -> tuple[Artifact, ...]:
    """The files of a resource in the order in which they shall stand: CSV first, it has the table.

    The parts of a big table are not among them: on CKAN each file is a resource of its own, and a part is not the table.
    """
    order = {kind: position for position, kind in enumerate(_TABLE_FORMATS)}
    offered = [item for item in version.artifacts_of(resource.name) if item.kind in (*_TABLE_FORMATS, "file")]
    return tuple(sorted(offered, key=lambda item: order.get(item.kind, len(order))))


def _resource(
    version: DatasetVersion,
    resource: Resource,
    artifact: Artifact,
    catalog: Catalog,
    name: str,
    words: Words,
    profile: ServerProfile,
    options: Options,
) -> DesiredResource:
    key = names.resource_key(artifact.path)
    label = FORMATS.get(artifact.kind) or FILE_FORMATS.get(resource.format, resource.format.upper())
    path = f"{version.folder}/{artifact.path}"

    def said(spoken: Resource, words: Words) -> dict[str, str]:
        return {
            "name": f"{spoken.title} ({label})",
            "description": _resource_description(spoken, artifact, words),
        }

    translated = {
        code: said(fluent.in_language(resource, code), Words(code))
        for code in (catalog.languages if fluent.is_declared(profile.scheming_resource) else ())
    }
    fields: dict[str, Any] = {
        **said(resource, words),
        **fluent.place(translated, profile.scheming_resource),
        "format": label,
        "mimetype": artifact.media_type,
    }
    if options.file_base_url is not None:
        fields["url"] = f"{options.file_base_url.rstrip('/')}/{quote(path)}"
    return DesiredResource(
        key=key,
        id=names.resource_id(catalog.name, name, key),
        fields=fields,
        path=path,
        media_type=artifact.media_type,
        bytes=artifact.bytes,
        sha256=artifact.sha256,
        is_link=options.file_base_url is not None,
        table=_table(version, resource) if artifact.kind == "csv" else None,
    )


def _table(version: DatasetVersion, resource: Resource) -> DesiredTable | None:
    """The DataStore table of a resource; it hangs on the CSV, where people look for it."""
    parquet, csv = version.parquet(resource.name), version.artifact(resource.name, "csv")
    if resource.schema is None or parquet is None or csv is None:
        return None
    return DesiredTable(
        resource=resource.name,
        schema=resource.schema,
        fields=datastore.fields(resource.schema),
        primary_key=resource.schema.primary_key,
        indexes=datastore.indexes(resource.schema),
        rows=csv.rows or 0,
        state=f"{version.version}#{csv.sha256[:16]}",
        parquet=parquet,
    )


def _resource_description(resource: Resource, artifact: Artifact, words: Words) -> str:
    parts = []
    if resource.kind is Kind.SAMPLE and resource.is_table:
        parts.append(f"**{words.pick(SAMPLE_NOTICE)}**")
    parts.append(str(resource.description))
    if resource.completeness:
        parts.append(f"{words.label('completeness')}: {resource.completeness.statement}")
    if artifact.rows is not None:
        parts.append(f"{words.label('rows')}: {words.number(artifact.rows)}.")
    return "\n\n".join(parts)


def notes(dataset: Dataset, words: Words) -> str:
    """The description on the public page, in CKAN's Markdown."""
    parts = [*_sample_notice(dataset, words), str(dataset.description)]
    for label, text in (
        ("purpose", dataset.purpose),
        ("scope", dataset.scope),
        ("collection", dataset.collection_method),
    ):
        if text:
            parts.append(f"**{words.label(label)}.** {text}")
    parts += _section(words.label("completeness"), _completeness(dataset))
    sources = _sources(dataset, words)
    if len(sources) > MAX_LISTED:  # the resources stand below: a long list would push them off the screen
        parts.append(f"**{words.label('sources')} ({len(sources)}).** {'; '.join(sources)}.")
    else:
        parts += _section(words.label("sources"), sources)
    parts += _section(words.label("withheld"), [f"{item.title}: {item.reason}" for item in dataset.withheld])
    parts += _section(words.label("issues"), [str(item.description) for item in dataset.issues if item.until is None])
    licence = [f"[{item.title}]({item.path})" if item.path else item.title for item in dataset.licenses]
    note = dataset.descriptor.get("dulieumo:licenseNote")
    parts.append(f"**{words.label('licence')}.** {', '.join(licence)}.{f' {note}' if note else ''}")
    english = _other_language(dataset)
    if english:
        parts.append(english)
    return "\n\n".join(parts)


def _sample_notice(dataset: Dataset, words: Words) -> list[str]:
    tables = [resource for resource in dataset.resources if resource.is_table]
    samples = [resource for resource in tables if resource.kind is Kind.SAMPLE]
    if not samples:
        return []
    if len(samples) == len(tables):
        return [f"**{words.pick(SAMPLE_NOTICE)}**"]
    return [f"**{words.pick(PARTLY_SAMPLE_NOTICE).format(tables=', '.join(str(item.title) for item in samples))}**"]


def _completeness(dataset: Dataset) -> list[str]:
    stated = [resource for resource in dataset.resources if resource.completeness is not None]
    if len(stated) == 1 and len(dataset.resources) == 1:
        assert stated[0].completeness is not None
        return [str(stated[0].completeness.statement)]
    return [f"{item.title}: {item.completeness.statement}" for item in stated if item.completeness is not None]


def _sources(dataset: Dataset, words: Words) -> list[str]:
    found = [*dataset.sources, *(source for resource in dataset.resources for source in resource.sources)]
    lines = []
    for source in found:
        title = f"[{source.title}]({source.path})" if source.path else source.title
        rest = [source.publisher or "", words.date(source.published) if source.published else ""]
        line = ", ".join(part for part in (title, *rest) if part)
        if line not in lines:
            lines.append(line)
    return lines


def _section(label: str, lines: list[str]) -> list[str]:
    """One line stands beside its label, several make a list."""
    if not lines:
        return []
    if len(lines) == 1:
        return [f"**{label}.** {lines[0]}"]
    return [f"**{label}.**\n\n" + "\n".join(f"- {line}" for line in lines)]


def _other_language(dataset: Dataset) -> str | None:
    def english(text: Text) -> str | None:
        return text.translations.get("en")

    title, description = english(dataset.title), english(dataset.description)
    return f"**In English: {title}.** {description or ''}".rstrip() if title else None


def _extras(version: DatasetVersion, words: Words) -> dict[str, str]:
    dataset = version.dataset
    kinds = [words.pick(KINDS[kind]) for kind in dataset.kinds]
    extras = {
        "frequency": words.frequency(dataset.frequency),
        "as-of": words.date(dataset.data_as_of),
        "period": words.period(dataset.temporal_start, dataset.temporal_end),
        "area": str(dataset.spatial.get("label", "")),
        "kind": ", ".join(kinds),
        "completeness": " ".join(f"{statement.removesuffix('.')}." for statement in _completeness(dataset)),
        "status": _status(dataset, words),
    }
    return {key: value for key, value in extras.items() if value}


def _status(dataset: Dataset, words: Words) -> str:
    return words.pick(STATUSES[dataset.status.value]).format(by=dataset.superseded_by or "")


def _tags(dataset: Dataset, words: Words) -> list[str]:
    wanted = [*dataset.keywords]
    if Kind.SAMPLE in dataset.kinds:
        wanted.append(words.pick(SAMPLE_TAG))
    if dataset.is_reference:
        wanted.append(words.pick(REFERENCE_TAG))
    if dataset.status is not Status.ACTIVE:
        wanted.append(words.pick(RETIRED_TAG))
    return sorted({tag for word in wanted if (tag := names.tag(word)) is not None})


def _license(dataset: Dataset, profile: ServerProfile) -> str:
    name = dataset.licenses[0].name if dataset.licenses else "notspecified"
    if name in profile.licenses:
        return name
    alias = LICENSE_ALIASES.get(name, name.lower())
    return alias if alias in profile.licenses else name


def _publisher_title(dataset: Dataset, catalog: Catalog) -> str:
    publisher = catalog.find_publisher(dataset.publisher)
    return str(publisher.title) if publisher else dataset.publisher


def _publisher_email(dataset: Dataset, catalog: Catalog) -> str:
    publisher = catalog.find_publisher(dataset.publisher)
    return (publisher.email if publisher else None) or ""


def page_url(dataset: Dataset, catalog: Catalog) -> str:
    """The dataset's page on the documentation site; empty while the catalogue has only a reserved example address."""
    host = catalog.base_url.partition("://")[2].partition("/")[0].partition(":")[0]
    return "" if host.endswith(".example") else f"{catalog.base_url}/{dataset.name}/"


def observed(body: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a dataset as CKAN gives it, in the form of `Desired.fields`, so that equal means equal."""
    fields = {key: "" if value is None else value for key, value in body.items() if not isinstance(value, (list, dict))}
    fields["owner_org"] = (body.get("organization") or {}).get("name") or body.get("owner_org") or ""
    fields["groups"] = sorted(group["name"] for group in body.get("groups") or ())
    fields["tags"] = sorted(tag["name"] for tag in body.get("tags") or ())
    for extra in body.get("extras") or ():
        if extra["key"] != STAMP_KEY:
            fields[f"extras.{extra['key']}"] = extra["value"] or ""
    for key, value in body.items():
        if isinstance(value, dict) and key.endswith(fluent.SUFFIX):
            fields[key] = value
        if isinstance(value, list) and key not in (
            "groups",
            "tags",
            "extras",
            "resources",
            "relationships_as_object",
            "relationships_as_subject",
        ):
            fields[key] = value
    return fields


def observed_resource(resource: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a resource as CKAN gives it, in the form of `DesiredResource.fields`."""
    return {key: "" if value is None else value for key, value in resource.items()}
