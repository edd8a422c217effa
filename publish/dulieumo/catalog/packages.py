"""`datapackages.json`: the catalogue for programs, with each dataset's descriptor (Data Package v2), version and hashes.

A client needs this one file to find, pin and check every file of a release.
"""

from __future__ import annotations

import json
from typing import Any

from dulieumo.model import DatasetVersion, Release, Text

FORMAT = "dulieumo-packages/1"


def packages(release: Release) -> bytes:
    catalog = release.catalog
    document = {
        "format": FORMAT,
        "name": catalog.name,
        **_text("title", catalog.title),
        **_text("description", catalog.description),
        "homepage": f"{catalog.base_url}/",
        "release": {"name": release.name, "contentHash": release.content_hash, "previous": release.previous},
        "packages": [_package(release, version) for version in release.versions],
    }
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()


def _text(key: str, text: Text) -> dict[str, str]:
    return {key: text.default, **{f"{key}@{language}": words for language, words in sorted(text.translations.items())}}


def _package(release: Release, version: DatasetVersion) -> dict[str, Any]:
    item = version.dataset
    base = f"{release.catalog.base_url}/{version.folder}"
    return {
        "name": item.name,
        **_text("title", item.title),
        "version": version.version,
        "contentHash": version.content_hash,
        "domain": item.domain,
        "status": item.status.value,
        "licenses": [{"name": license_.name, "path": license_.path} for license_ in item.licenses],
        # relative to this file, so that a mirror of the site works too
        "descriptor": f"{version.folder}/datapackage.json",
        "url": f"{base}/datapackage.json",
        "resources": [
            {
                "name": resource.name,
                **_text("title", resource.title),
                "kind": resource.kind.value,
                "rows": version.rows(resource.name),
                "files": [
                    {
                        "path": f"{version.folder}/{artifact.path}",
                        "format": artifact.kind,
                        "mediatype": artifact.media_type,
                        "bytes": artifact.bytes,
                        "hash": f"sha256:{artifact.sha256}",
                    }
                    for artifact in version.artifacts_of(resource.name)
                ],
            }
            for resource in item.resources
        ],
    }
