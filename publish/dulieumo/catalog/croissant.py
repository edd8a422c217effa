"""A dataset version as Croissant 1.1 (http://mlcommons.org/croissant/1.1): files with hashes, and a record set per table.

Record sets read the Parquet file where there is one, else the CSV. Files are at the version's permanent address, so the
checksums stay true.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from dulieumo.catalog.notes import with_sample_note
from dulieumo.catalog.schemaorg import dataset_uri, organization
from dulieumo.model import Artifact, Column, DatasetVersion, Release, Resource

CONFORMS_TO = "http://mlcommons.org/croissant/1.1"
CONTEXT: dict[str, Any] = {
    "@language": "vi",
    "@vocab": "https://schema.org/",
    "arrayShape": "cr:arrayShape",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "containedIn": "cr:containedIn",
    "cr": "http://mlcommons.org/croissant/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileObject": "cr:fileObject",
    "fileProperty": "cr:fileProperty",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isArray": "cr:isArray",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}
DATA_TYPES = {
    "integer": "cr:Int64",
    "number": "sc:Float",
    "boolean": "sc:Boolean",
    "date": "sc:Date",
    "datetime": "sc:DateTime",
    "time": "sc:Time",
    "year": "sc:Integer",
}


def croissant(release: Release, version: DatasetVersion) -> dict[str, Any]:
    """The JSON-LD document of a dataset version, in the catalogue's first language."""
    catalog, item = release.catalog, version.dataset
    language = catalog.languages[0]
    dates = [change.date for change in item.changelog] or [item.data_as_of]
    publisher = organization(catalog, item.publisher, language)
    record_sets = [found for resource in item.resources if (found := _record_set(version, resource, language))]
    return {
        "@context": {**CONTEXT, "@language": language},
        "@type": "sc:Dataset",
        "@id": dataset_uri(catalog, item.name),
        "conformsTo": CONFORMS_TO,
        "name": item.name,
        "alternateName": item.title.in_(language),
        "description": with_sample_note(item).in_(language),
        "url": f"{catalog.base_url}/datasets/{item.name}/",
        "version": version.version,
        "license": item.licenses[0].path or item.licenses[0].name,
        "creator": publisher,
        "publisher": publisher,
        "datePublished": min(dates),
        "dateModified": max(dates),
        "inLanguage": list(item.languages),
        "keywords": list(item.keywords),
        "isLiveDataset": False,
        "citeAs": f"{publisher['name']} ({min(dates)[:4]}). {item.title.in_(language)}, {version.version}. "
        f"{catalog.base_url}/{version.folder}/datapackage.json",
        "distribution": [_file(release, version, artifact) for artifact in version.artifacts],
        **({"recordSet": record_sets} if record_sets else {}),
    }


def _file_id(artifact: Artifact) -> str:
    return f"file/{artifact.path}"


def _file(release: Release, version: DatasetVersion, artifact: Artifact) -> dict[str, Any]:
    return {
        "@type": "cr:FileObject",
        "@id": _file_id(artifact),
        "name": artifact.path,
        "contentUrl": f"{release.catalog.base_url}/{version.folder}/{quote(artifact.path)}",
        # the media type that Croissant readers know Parquet by
        "encodingFormat": "application/x-parquet" if artifact.kind.startswith("parquet") else artifact.media_type,
        "contentSize": f"{artifact.bytes} B",
        "sha256": artifact.sha256,
    }


def _record_set(version: DatasetVersion, resource: Resource, language: str) -> dict[str, Any] | None:
    source = version.artifact(resource.name, "parquet") or version.artifact(resource.name, "csv")
    if resource.schema is None or source is None:
        return None
    identifier = f"table/{resource.name}"
    entry: dict[str, Any] = {
        "@type": "cr:RecordSet",
        "@id": identifier,
        "name": resource.name,
        "description": with_sample_note(version.dataset, resource.description).in_(language)
        if resource.kind.value == "sample"
        else resource.description.in_(language),
        "field": [_field(identifier, column, source, language) for column in resource.schema.columns],
    }
    if resource.schema.primary_key:
        entry["key"] = [{"@id": f"{identifier}/{name}"} for name in resource.schema.primary_key]
    return entry


def _field(table: str, column: Column, source: Artifact, language: str) -> dict[str, Any]:
    field: dict[str, Any] = {
        "@type": "cr:Field",
        "@id": f"{table}/{column.name}",
        "name": column.name,
        "description": f"{column.title.in_(language)}: {column.description.in_(language)}"
        + (f" ({column.unit.in_(language)})" if column.unit else ""),
        "dataType": DATA_TYPES.get(column.type, "sc:Text"),
        "source": {"fileObject": {"@id": _file_id(source)}, "extract": {"column": column.name}},
    }
    if rdf_type := column.descriptor.get("rdfType"):
        field["equivalentProperty"] = rdf_type
    return field
