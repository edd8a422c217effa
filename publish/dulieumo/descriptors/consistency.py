"""What the profile cannot see: keys that name each other, and texts that must exist in every language. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from dulieumo.model import Catalog, Dataset, ForeignKey, Resource, Schema, Status
from dulieumo_rules.findings import Finding, finding

from . import licences
from .profile import nearest
from .yamlfile import Document, Path

TRANSLATED = (
    "title",
    "description",
    "dulieumo:purpose",
    "dulieumo:scope",
    "dulieumo:collectionMethod",
    "dulieumo:unit",
    "label",
    "statement",
    "reason",
)


def check(catalog: Catalog, documents: Mapping[str, Document]) -> list[Finding]:
    """Every inconsistency of the catalogue's descriptors."""
    found: list[Finding] = []
    for dataset in catalog.datasets:
        document = documents[dataset.name]
        found.extend(_dataset(catalog, dataset, document))
        for position, resource in enumerate(dataset.resources):
            path: Path = ("resources", position)
            found.extend(_resource(dataset, resource, path, document))
            if resource.schema is not None:
                found.extend(_schema(catalog, dataset, resource, resource.schema, (*path, "schema"), document))
        found.extend(_translations(catalog.languages[1:], document.value, (), document))
    return found


def _dataset(catalog: Catalog, dataset: Dataset, document: Document) -> Iterator[Finding]:
    names = [publisher.name for publisher in catalog.publishers]
    if dataset.publisher not in names:
        place = document.place(("dulieumo:publisher",))
        yield finding(
            "publisher-unknown", place, publisher=dataset.publisher, nearest=nearest(dataset.publisher, names)
        )
    latest = dataset.changelog[-1]
    if latest.version != dataset.version:
        place = document.place(("version",))
        yield finding("changelog-not-latest", place, version=dataset.version, latest=latest.version)
    numbers = [_number(change.version) for change in dataset.changelog]
    if numbers != sorted(set(numbers)):
        yield finding("changelog-not-ordered", document.place(("dulieumo:changelog",)))
    # "2025" ends with its last day: "~" sorts behind every month and day
    if dataset.temporal_start and dataset.temporal_end and dataset.temporal_start > f"{dataset.temporal_end}~":
        place = document.place(("dulieumo:temporal",))
        yield finding("temporal-reversed", place, start=dataset.temporal_start, end=dataset.temporal_end)
    if dataset.status is Status.SUPERSEDED and catalog.dataset(dataset.superseded_by or "") is None:
        yield finding("superseded-by-nothing", document.place(("dulieumo:status",)))
    yield from _twice([item.name for item in dataset.resources], "resource-twice", ("resources",), document)
    yield from licences.check(dataset, document)


def _resource(dataset: Dataset, resource: Resource, path: Path, document: Document) -> Iterator[Finding]:
    place = document.place(path, dataset=dataset.name, table=resource.name)
    if not resource.is_table:
        return
    if "dulieumo:kind" not in resource.descriptor:
        yield finding("kind-not-declared", place)
    if resource.kind == "real" and resource.completeness is None and not dataset.is_reference:
        yield finding("completeness-not-stated", place)


def _schema(
    catalog: Catalog, dataset: Dataset, resource: Resource, schema: Schema, path: Path, document: Document
) -> Iterator[Finding]:
    names = [column.name for column in schema.columns]
    yield from _twice(names, "column-twice", (*path, "fields"), document)
    for position, column in enumerate(schema.columns):
        place = document.place(
            (*path, "fields", position), dataset=dataset.name, table=resource.name, column=column.name
        )
        if column.type == "number" and column.decimal is None and not column.is_float:
            yield finding("number-size-not-declared", place)
        if column.decimal is not None and column.decimal.scale > column.decimal.precision:
            yield finding("number-size-impossible", place)
        if column.type in ("integer", "number") and column.unit is None:
            yield finding("unit-not-declared", place)
        if column.code_list is not None:
            key = ForeignKey(
                columns=(column.name,),
                dataset=column.code_list.dataset,
                resource=column.code_list.resource,
                reference_columns=(column.code_list.column,),
            )
            yield from _reference(catalog, dataset, key, (*path, "fields", position), document)
    for group, keyed in (("primaryKey", schema.primary_key), *(("uniqueKeys", key) for key in schema.unique_keys)):
        for name in keyed:
            if name not in names:
                yield finding(
                    "key-column-unknown", document.place((*path, group)), column=name, nearest=nearest(name, names)
                )
    for key_ in schema.foreign_keys:
        where = (*path, "foreignKeys" if key_.dataset is None else "dulieumo:foreignKeys")
        for name in key_.columns:
            if name not in names:
                yield finding("key-column-unknown", document.place(where), column=name, nearest=nearest(name, names))
        resource_name = key_.resource or resource.name
        target = ForeignKey(
            columns=key_.columns, dataset=key_.dataset, resource=resource_name, reference_columns=key_.reference_columns
        )
        yield from _reference(catalog, dataset, target, where, document)


def _reference(
    catalog: Catalog, dataset: Dataset, key: ForeignKey, path: Path, document: Document
) -> Iterator[Finding]:
    """The dataset, table and columns that a key points to exist."""
    place = document.place(path, dataset=dataset.name)
    target = dataset if key.dataset is None else catalog.dataset(key.dataset)
    if target is None:
        names = [item.name for item in catalog.datasets]
        yield finding("reference-unknown", place, target=key.dataset or "", nearest=nearest(key.dataset or "", names))
        return
    table = target.resource(key.resource)
    if table is None or table.schema is None:
        names = [item.name for item in target.resources]
        yield finding(
            "reference-unknown", place, target=f"{target.name}/{key.resource}", nearest=nearest(key.resource, names)
        )
        return
    columns = [column.name for column in table.schema.columns]
    for name in key.reference_columns:
        if name not in columns:
            shown = f"{target.name}/{table.name}.{name}"
            yield finding("reference-unknown", place, target=shown, nearest=nearest(name, columns))
    if len(key.columns) != len(key.reference_columns):
        yield finding("reference-uneven", place, columns=len(key.columns), reference=len(key.reference_columns))


def _twice(names: list[str], code: str, path: Path, document: Document) -> Iterator[Finding]:
    for position, name in enumerate(names):
        if name in names[:position]:
            yield finding(code, document.place((*path, position)), name=name)


def _translations(languages: tuple[str, ...], node: Any, path: Path, document: Document) -> Iterator[Finding]:
    """Each text of the owner's own descriptor stands in each further language of the catalogue.

    Not asked of `sources`, which are quoted as they are."""
    if isinstance(node, Mapping):
        for key, value in node.items():
            if key == "sources":
                continue
            if key in TRANSLATED and isinstance(value, str):
                for language in languages:
                    if f"{key}@{language}" not in node:
                        yield finding("translation-missing", document.place((*path, key)), key=key, language=language)
            yield from _translations(languages, value, (*path, key), document)
    elif isinstance(node, list):
        for position, item in enumerate(node):
            yield from _translations(languages, item, (*path, position), document)


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))
