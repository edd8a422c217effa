"""schema.org/Dataset and schema.org/DataCatalog as JSON-LD, with what Google Dataset Search asks for.

https://developers.google.com/search/docs/appearance/structured-data/dataset: name and description (50 to 5,000 letters) are
required; creator, license, distribution, temporal and spatial coverage, version and identifier are recommended.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from dulieumo.catalog.notes import with_sample_note
from dulieumo.model import Catalog, Column, Dataset, DatasetVersion, Release

CONTEXT = "https://schema.org/"
DESCRIPTION_LETTERS = 5000


def dataset_uri(catalog: Catalog, name: str) -> str:
    """What a dataset is called on the web, whatever its version or language."""
    return f"{catalog.base_url}/id/{name}"


def organization(catalog: Catalog, name: str, language: str) -> dict[str, Any]:
    publisher = catalog.find_publisher(name)
    title = publisher.title.in_(language) if publisher else name
    entry: dict[str, Any] = {"@type": "Organization", "name": title}
    if publisher and publisher.homepage:
        entry["url"] = publisher.homepage
    return entry


def dataset(release: Release, version: DatasetVersion, language: str) -> dict[str, Any]:
    """A dataset version as schema.org/Dataset, in one language."""
    catalog, item = release.catalog, version.dataset
    folder = f"{_home(catalog, language)}/datasets/{item.name}/"
    entry: dict[str, Any] = {
        "@context": CONTEXT,
        "@type": "Dataset",
        "@id": dataset_uri(catalog, item.name),
        "url": folder,
        "name": item.title.in_(language),
        "description": with_sample_note(item).in_(language)[:DESCRIPTION_LETTERS],
        "inLanguage": list(item.languages),
        "identifier": dataset_uri(catalog, item.name),
        "version": version.version,
        "keywords": list(item.keywords),
        "license": item.licenses[0].path or item.licenses[0].name,
        "isAccessibleForFree": True,
        "creator": organization(catalog, item.publisher, language),
        "publisher": organization(catalog, item.publisher, language),
        "includedInDataCatalog": {
            "@type": "DataCatalog",
            "name": catalog.title.in_(language),
            "url": f"{_home(catalog, language)}/",
        },
        "datePublished": min((change.date for change in item.changelog), default=item.data_as_of),
        "dateModified": max((change.date for change in item.changelog), default=item.data_as_of),
        "distribution": [
            _download(release, version, artifact)
            for artifact in version.artifacts
            if artifact.kind != "parquet-part"  # a download is the whole table, a part is not
        ],
    }
    alternate = [text for code in item.title.translations if (text := item.title.in_(code)) != item.title.in_(language)]
    if alternate:
        entry["alternateName"] = alternate
    if item.temporal_start or item.temporal_end:
        entry["temporalCoverage"] = f"{item.temporal_start or '..'}/{item.temporal_end or '..'}"
    if place := _place(item, language):
        entry["spatialCoverage"] = place
    measured = [
        _variable(column, language) for table in item.resources if table.schema for column in table.schema.columns
    ]
    if measured:
        entry["variableMeasured"] = measured
    based_on = [source.path for source in item.sources if source.path]
    if based_on:
        entry["isBasedOn"] = based_on
    return entry


def catalog(release: Release, language: str) -> dict[str, Any]:
    """The catalogue as schema.org/DataCatalog, its datasets by address only."""
    whole = release.catalog
    return {
        "@context": CONTEXT,
        "@type": "DataCatalog",
        "@id": f"{whole.base_url}/",
        "url": f"{_home(whole, language)}/",
        "name": whole.title.in_(language),
        "description": whole.description.in_(language),
        "inLanguage": list(whole.languages),
        "publisher": organization(whole, whole.publisher, language),
    }


def _home(catalog: Catalog, language: str) -> str:
    """Where the pages of a language begin, without the slash."""
    return catalog.base_url if language == catalog.languages[0] else f"{catalog.base_url}/{language}"


def _download(release: Release, version: DatasetVersion, artifact: Any) -> dict[str, Any]:
    return {
        "@type": "DataDownload",
        "name": artifact.path,
        "contentUrl": f"{release.catalog.base_url}/{version.folder}/{quote(artifact.path)}",
        "encodingFormat": artifact.media_type,
        "contentSize": f"{artifact.bytes} B",
        "sha256": artifact.sha256,
    }


def _place(item: Dataset, language: str) -> dict[str, Any] | None:
    label = item.spatial.get(f"label@{language}") or item.spatial.get("label")
    if not label:
        return None
    place: dict[str, Any] = {"@type": "Place", "name": label}
    if box := item.spatial.get("bbox"):
        west, south, east, north = box
        place["geo"] = {"@type": "GeoShape", "box": f"{south} {west} {north} {east}"}
    return place


def _variable(column: Column, language: str) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "@type": "PropertyValue",
        "name": column.name,
        "description": f"{column.title.in_(language)}: {column.description.in_(language)}",
    }
    if column.unit:
        entry["unitText"] = column.unit.in_(language)
    return entry
