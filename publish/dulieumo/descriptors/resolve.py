"""A valid, resolved descriptor → the values of `model.py`. Pure; the same for a commit and for a stored release."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from dulieumo import model
from dulieumo.model import Text


def text(mapping: Mapping[str, Any], key: str) -> Text:
    """The text under `key`, with its translations `key@<language>`; empty where absent."""
    prefix = f"{key}@"
    translations = {name[len(prefix) :]: str(value) for name, value in mapping.items() if name.startswith(prefix)}
    return Text(str(mapping.get(key) or ""), MappingProxyType(translations))


def _optional_text(mapping: Mapping[str, Any], key: str) -> Text | None:
    return text(mapping, key) if mapping.get(key) else None


def source(entry: Mapping[str, Any]) -> model.Source:
    return model.Source(
        id=entry.get("dulieumo:id"),
        title=entry["title"],
        publisher=entry.get("dulieumo:publisher"),
        path=entry.get("path"),
        published=entry.get("dulieumo:published"),
        accessed=entry.get("dulieumo:accessed"),
        license=entry.get("dulieumo:license"),
    )


def sources(entries: Iterable[Mapping[str, Any]] | None) -> tuple[model.Source, ...]:
    return tuple(source(entry) for entry in entries or ())


def missing_values(entries: Iterable[Any] | None) -> tuple[str, ...]:
    """Data Package v2 allows plain strings and labelled objects. The default is the empty string."""
    if entries is None:
        return ("",)
    return tuple(str(entry["value"]) if isinstance(entry, Mapping) else str(entry) for entry in entries)


def category(entry: Any) -> model.Category:
    if isinstance(entry, Mapping):
        label = text(entry, "label")
        return model.Category(value=entry["value"], label=label if label else Text(str(entry["value"])))
    return model.Category(value=entry, label=Text(str(entry)))


def column(field: Mapping[str, Any], table_missing: tuple[str, ...]) -> model.Column:
    decimal, code_list = field.get("dulieumo:decimal"), field.get("dulieumo:codeList")
    return model.Column(
        name=field["name"],
        type=field["type"],
        format=field.get("format", "default"),
        title=text(field, "title"),
        description=text(field, "description"),
        unit=_optional_text(field, "dulieumo:unit"),
        decimal=model.Decimal(precision=decimal["precision"], scale=decimal["scale"]) if decimal else None,
        is_float=bool(field.get("dulieumo:float")),
        code_list=model.CodeList(
            dataset=code_list["dataset"],
            resource=code_list.get("resource", code_list["dataset"]),
            column=code_list["column"],
            label_column=code_list.get("label"),
        )
        if code_list
        else None,
        categories=tuple(category(entry) for entry in field.get("categories", ())),
        constraints=MappingProxyType(dict(field.get("constraints", {}))),
        missing_values=missing_values(field["missingValues"]) if "missingValues" in field else table_missing,
        is_source_reference=field.get("dulieumo:role") == "source",
        descriptor=MappingProxyType(dict(field)),
    )


def schema(entry: Mapping[str, Any]) -> model.Schema:
    table_missing = missing_values(entry.get("missingValues"))
    own = (
        model.ForeignKey(
            columns=tuple(key["fields"]),
            dataset=None,
            resource=key["reference"].get("resource", ""),
            reference_columns=tuple(key["reference"]["fields"]),
        )
        for key in entry.get("foreignKeys", ())
    )
    across = (
        model.ForeignKey(
            columns=tuple(key["fields"]),
            dataset=key["reference"]["dataset"],
            resource=key["reference"]["resource"],
            reference_columns=tuple(key["reference"]["fields"]),
        )
        for key in entry.get("dulieumo:foreignKeys", ())
    )
    return model.Schema(
        columns=tuple(column(field, table_missing) for field in entry["fields"]),
        primary_key=tuple(entry.get("primaryKey", ())),
        unique_keys=tuple(tuple(key) for key in entry.get("uniqueKeys", ())),
        foreign_keys=(*own, *across),
    )


def resource(entry: Mapping[str, Any]) -> model.Resource:
    completeness = entry.get("dulieumo:completeness")
    return model.Resource(
        name=entry["name"],
        path=entry["path"],
        title=text(entry, "title"),
        description=text(entry, "description"),
        format=entry["format"],
        media_type=entry["mediatype"],
        kind=model.Kind(entry.get("dulieumo:kind", "real")),
        schema=schema(entry["schema"]) if "schema" in entry else None,
        completeness=model.Completeness(
            statement=text(completeness, "statement"),
            listed=completeness.get("listed"),
            total=completeness.get("total"),
        )
        if completeness
        else None,
        sources=sources(entry.get("sources")),
        checks=tuple(MappingProxyType(dict(check)) for check in entry.get("dulieumo:checks", ())),
        descriptor=MappingProxyType(dict(entry)),
    )


def dataset(package: Mapping[str, Any], *, domain: str, folder: str) -> model.Dataset:
    """`package`: a descriptor that has passed the profile, defaults applied."""
    temporal = package.get("dulieumo:temporal") or {}
    return model.Dataset(
        name=package["name"],
        domain=domain,
        folder=folder,
        title=text(package, "title"),
        description=text(package, "description"),
        purpose=text(package, "dulieumo:purpose"),
        scope=text(package, "dulieumo:scope"),
        collection_method=text(package, "dulieumo:collectionMethod"),
        publisher=package["dulieumo:publisher"],
        version=package["version"],
        keywords=tuple(package["keywords"]),
        languages=tuple(package["languages"]),
        licenses=tuple(
            model.License(name=item["name"], title=item.get("title", item["name"]), path=item.get("path", ""))
            for item in package["licenses"]
        ),
        sources=sources(package["sources"]),
        frequency=package["dulieumo:frequency"],
        data_as_of=package["dulieumo:dataAsOf"],
        temporal_start=temporal.get("start"),
        temporal_end=temporal.get("end"),
        spatial=MappingProxyType(dict(package.get("dulieumo:spatial", {}))),
        changelog=tuple(
            model.Change(version=change["version"], date=change["date"], description=text(change, "description"))
            for change in package["dulieumo:changelog"]
        ),
        withheld=tuple(
            model.Withheld(name=item["name"], title=text(item, "title"), reason=text(item, "reason"))
            for item in package.get("dulieumo:withheld", ())
        ),
        issues=tuple(
            model.KnownIssue(
                id=item["id"],
                description=text(item, "description"),
                since=item["since"],
                until=item.get("until"),
                columns=tuple(item.get("columns", ())),
                severity=item.get("severity", "warning"),
            )
            for item in package.get("dulieumo:issues", ())
        ),
        status=model.Status(package.get("dulieumo:status", "active")),
        superseded_by=package.get("dulieumo:supersededBy"),
        resources=tuple(resource(entry) for entry in package["resources"]),
        descriptor=MappingProxyType(dict(package)),
    )


def domain(entry: Mapping[str, Any]) -> model.Domain:
    return model.Domain(
        name=entry["name"],
        title=text(entry, "title"),
        description=text(entry, "description"),
        eu_theme=entry["dulieumo:euTheme"],
        descriptor=MappingProxyType(dict(entry)),
    )


def publisher(entry: Mapping[str, Any]) -> model.Publisher:
    return model.Publisher(
        name=entry["name"],
        title=text(entry, "title"),
        description=text(entry, "description"),
        homepage=entry.get("homepage"),
        identifier=entry.get("identifier"),
        email=entry.get("email"),
        valid_from=entry.get("validFrom"),
        valid_to=entry.get("validTo"),
        successors=tuple(entry.get("successors", ())),
        sources=sources(entry.get("sources")),
        descriptor=MappingProxyType(dict(entry)),
    )


def catalog(
    entry: Mapping[str, Any],
    domains: Iterable[model.Domain],
    publishers: Iterable[model.Publisher],
    datasets: Iterable[model.Dataset],
) -> model.Catalog:
    """`entry` is catalog.yaml (or the release's copy of it). Orders domains as it lists them, and datasets by domain, then name."""
    order = {name: position for position, name in enumerate([*entry["domains"], model.REFERENCE_DOMAIN])}
    return model.Catalog(
        name=entry["name"],
        title=text(entry, "title"),
        description=text(entry, "description"),
        publisher=entry["publisher"],
        languages=tuple(entry["languages"]),
        base_url=entry["baseUrl"].rstrip("/"),
        domains=tuple(sorted(domains, key=lambda item: order[item.name])),
        publishers=tuple(publishers),
        datasets=tuple(sorted(datasets, key=lambda item: (order[item.domain], item.name))),
        settings=MappingProxyType(dict(entry)),
    )
