"""The page of a dataset: what it is and whether to trust it, what it looks like, how to get, use and cite it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from dulieumo.catalog import schemaorg
from dulieumo.descriptors.resolve import text as text_of
from dulieumo.model import Dataset, DatasetVersion, Kind, Resource

from ..edition import Crumb, Edition, render
from ..state import freshness_of, quality_of, verified_of
from . import cite, query, snippets
from .cards import publisher_title, sizes
from .columns import ColumnView, column_views

FORMATS = {
    "csv": "CSV",
    "csv-excel": "CSV",
    "parquet": "Parquet",
    "parquet-part": "Parquet",
    "xlsx": "XLSX",
    "file": "",
    "geojson": "GeoJSON",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table's section. `preview` tells the browser code what to show, None with a reason in `preview_absent`."""

    id: str
    title: str
    resource: Resource
    rows: int | None
    columns: tuple[ColumnView, ...]
    has_profile: bool
    keys: tuple[str, ...]
    foreign_keys: tuple[dict[str, str], ...]
    preview: dict[str, Any] | None
    preview_absent: str


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A download. `title` says what it is for; `latest` and `permanent` are relative to the site's root."""

    title: str
    format: str
    size: str
    sha256: str
    latest: str
    permanent: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Download:
    """The files of a resource; `absent` are the formats that it does not have: format, reason."""

    id: str
    title: str
    kind: Kind
    rows: int | None
    files: tuple[File, ...]
    absent: tuple[dict[str, str], ...]


def page(edition: Edition, version: DatasetVersion) -> tuple[str, str]:
    dataset, t, language = version.dataset, edition.words, edition.language
    descriptor = dataset.descriptor
    issues = sorted(dataset.issues, key=lambda issue: (issue.until is not None, issue.since))
    tables = tuple(_table(edition, version, resource) for resource in dataset.resources if resource.is_table)
    name = dataset.name
    return render(
        edition,
        f"datasets/{name}/",
        "dataset.md",
        title=dataset.title.in_(language),
        description=dataset.description.in_(language),
        crumbs=_crumbs(edition, dataset),
        meta={"kind": "dataset", "keywords": list(dataset.keywords), "modified": _modified(dataset), "dataset": name},
        dataset=dataset,
        version=version,
        tables=tables,
        downloads=tuple(_download(edition, version, resource) for resource in dataset.resources if version.artifacts),
        zip=edition.extras.zips.get(name),
        publisher_title=publisher_title(edition, dataset.publisher),
        frequency=t.frequency(dataset.frequency),
        freshness=freshness_of(edition.extras.status, name),
        quality=quality_of(edition.extras.status, name, t),
        verified=verified_of(edition.extras.status, edition.extras.verification, edition.release.name, name),
        sizes=sizes(edition, version),
        source_count=len(dataset.sources) + sum(len(resource.sources) for resource in dataset.resources),
        spatial=text_of(dataset.spatial, "label").in_(language),
        issues=issues,
        open_issues=[issue for issue in issues if issue.until is None],
        notices=_notices(edition, descriptor),
        status_note=text_of(descriptor, "dulieumo:statusNote").in_(language),
        history=_history(edition, version),
        released=_date_of(version),
        legal=tuple(descriptor.get("dulieumo:legalBasis", ())),
        license_note=text_of(descriptor, "dulieumo:licenseNote").in_(language),
        rights=text_of(descriptor, "dulieumo:rights").in_(language),
        citation=cite.citation(edition, version),
        bibtex=cite.bibtex(edition, version),
        snippets=snippets.snippets(edition, version),
        report=_report_address(edition, version),
        related=_related(edition, dataset),
        portal=edition.extras.portal,
        portal_records=[record["id"] for record in descriptor.get("dulieumo:portal", ()) if record.get("id")],
        page_url=f"{edition.base_url}/{edition.folder}datasets/{name}/",
        qr=True,
        jsonld=schemaorg.dataset(edition.release, version, language),
    )


def _crumbs(edition: Edition, dataset: Dataset) -> tuple[Crumb, ...]:
    domain = edition.catalog.domain(dataset.domain)
    if domain is None:
        return (Crumb(title=edition.words("nav.lists"), path="lists/"),)
    return (
        Crumb(title=edition.words("nav.domains"), path="domains/"),
        Crumb(title=domain.title.in_(edition.language), path=f"domains/{domain.name}/"),
    )


def _word(edition: Edition, group: str, code: str) -> str:
    key = f"{group}.{code}"
    return edition.words(key) if edition.words.has(key) else code


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def _modified(dataset: Dataset) -> str:
    return max((change.date for change in dataset.changelog), default=dataset.data_as_of)


def _table(edition: Edition, version: DatasetVersion, resource: Resource) -> Table:
    schema = resource.schema
    assert schema is not None
    profile = edition.extras.profiles.get(version.name, {}).get(resource.name)
    parquet = version.artifact(resource.name, "parquet")
    rows = version.rows(resource.name)
    columns = column_views(edition, version.dataset, resource, profile)
    preview, absent = None, ""
    if version.withdrawn:
        absent = edition.words("preview.withdrawn")
    elif parquet is None and version.parquet(resource.name):
        absent = edition.words("preview.in_parts")
    elif parquet is None:
        reason = version.absent.get(resource.name, {}).get("parquet")
        absent = edition.words("preview.no_parquet") + (f" ({reason})" if reason else "")
    elif not rows:
        absent = edition.words("preview.no_rows")
    elif not edition.extras.has_browser_code:
        absent = edition.words("preview.no_code")
    else:
        preview = {
            "dataset": version.name,
            "table": resource.name,
            "title": resource.title.in_(edition.language),
            "parquet": f"data/{version.name}/{version.version}/{parquet.path}",
            "bytes": parquet.bytes,
            "rows": rows,
            "sql": query.table_name(resource),
            "query": query.query(resource),
            "columns": [column.for_browser for column in columns],
        }
    foreign = []
    for key in schema.foreign_keys:
        target = edition.catalog.dataset(key.dataset) if key.dataset else version.dataset
        if target is not None:
            title = target.title.in_(edition.language)
            foreign.append({"columns": ", ".join(key.columns), "dataset": target.name, "title": title})
    return Table(
        id=f"table-{resource.name}",
        title=resource.title.in_(edition.language),
        resource=resource,
        rows=rows,
        columns=columns,
        has_profile=profile is not None,
        keys=schema.primary_key,
        foreign_keys=tuple(foreign),
        preview=preview,
        preview_absent=absent,
    )


def _download(edition: Edition, version: DatasetVersion, resource: Resource) -> Download:
    files = []
    for artifact in version.artifacts_of(resource.name):
        ending = artifact.path.rsplit(".", 1)[-1]
        own_title = resource.title.in_(edition.language)
        key = f"downloads.for.{artifact.kind}"
        files.append(
            File(
                title=edition.words(key) if edition.words.has(key) else own_title,
                format=FORMATS.get(artifact.kind) or ending.upper(),
                size=edition.words.size(artifact.bytes),
                sha256=artifact.sha256,
                latest=f"data/{version.name}/latest/{quote(artifact.path)}",
                permanent=f"{version.folder}/{quote(artifact.path)}",
            )
        )
    absent = tuple(
        {"format": FORMATS.get(kind, kind), "reason": _word(edition, "downloads.absent", reason)}
        for kind, reason in version.absent.get(resource.name, {}).items()
    )
    return Download(
        id=resource.name,
        title=resource.title.in_(edition.language),
        kind=resource.kind,
        rows=version.rows(resource.name),
        files=tuple(files),
        absent=absent,
    )


def _notices(edition: Edition, descriptor: Mapping[str, Any]) -> list[dict[str, str]]:
    entries = descriptor.get("dulieumo:notices", ())
    return [
        {"effective": entry["effective"], "text": text_of(entry, "description").in_(edition.language)}
        for entry in entries
    ]


def _history(edition: Edition, version: DatasetVersion) -> list[dict[str, Any]]:
    stored = edition.extras.history.get(version.name, ())
    changes = edition.extras.changes.get(version.name, {})
    lines = []
    for change in sorted(version.dataset.changelog, key=lambda item: (item.date, _number(item.version)), reverse=True):
        is_current = change.version == version.version
        lines.append(
            {
                "version": change.version,
                "date": change.date,
                "text": change.description.in_(edition.language),
                "is_current": is_current,
                "folder": f"data/{version.name}/{change.version}" if is_current or change.version in stored else None,
                "difference": _difference(edition, version, changes.get(change.version)),
            }
        )
    return lines


def _difference(edition: Edition, version: DatasetVersion, change: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    """What a version changed against the one before, a line per table and per column; empty where nothing is known."""
    if change is None:
        return []
    t = edition.words
    lines: list[dict[str, Any]] = []
    for item in change["schema"]:
        place = ".".join(part for part in (item["resource"], item["column"]) if part)
        values = f"{item['before']} → {item['after']}" if item["before"] or item["after"] else ""
        lines.append(
            {"text": f"{_word(edition, 'history.what', item['what'])} {place} {values}".strip(), "delta": None}
        )
    for table in change["tables"]:
        resource = version.dataset.resource(table["resource"])
        title = resource.title.in_(edition.language) if resource else table["resource"]
        counts = (
            t("history.rows", added=table["added"], removed=table["removed"], changed=table["changed"])
            if table["compared"]
            else t("history.not_compared")
        )
        lines.append({"text": f"{title}: {counts}", "delta": table["delta"]})
    return lines


def _date_of(version: DatasetVersion) -> str:
    return next((item.date for item in version.dataset.changelog if item.version == version.version), "")


def _report_address(edition: Edition, version: DatasetVersion) -> str:
    """Where to report an error, dataset and version filled in: the catalogue's `reportUrl`, else its contact's e-mail."""
    settings = edition.catalog.settings
    title = version.dataset.title.in_(edition.language)
    subject = edition.words("issues.subject", dataset=version.name, version=version.version)
    template = settings.get("reportUrl")
    if template:
        filled = str(template)
        for name, value in {
            "dataset": version.name,
            "version": version.version,
            "title": title,
            "subject": subject,
        }.items():
            filled = filled.replace(f"{{{name}}}", quote(value, safe=""))
        return filled
    email = settings.get("contact", {}).get("email")
    return f"mailto:{email}?subject={quote(subject)}" if email else ""


def _related(edition: Edition, dataset: Dataset) -> list[Dataset]:
    names = [*dataset.descriptor.get("dulieumo:relatedDatasets", ())]
    shared = dataset.descriptor.get("dulieumo:sharesTableWith")
    if shared and shared not in names:
        names.insert(0, shared)
    return [found for name in names if (found := edition.catalog.dataset(name))]
