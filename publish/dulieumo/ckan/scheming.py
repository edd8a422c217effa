"""Where a server has ckanext-scheming: the standard metadata goes into the fields that its schema declares.

The names and shapes are those of ckanext-dcat's `dcat_ap_*.yaml` (2.4), which our own `server/scheming.yaml` keeps.
"""

from __future__ import annotations

from typing import Any

from dulieumo.model import Catalog, Dataset

from .model import ServerProfile

_EU = "http://publications.europa.eu/resource/authority"
OWN = {
    "as-of": "data_as_of",
    "period": "data_period",
    "area": "data_area",
    "kind": "data_kind",
    "completeness": "completeness",
    "status": "data_status",
}
"""Key of the extra → the field of `server/scheming.yaml` that is its place there, and by which that schema is known."""

_LANGUAGES = {"vi": "VIE", "en": "ENG"}


def place(
    dataset: Dataset, catalog: Catalog, profile: ServerProfile, extras: dict[str, str]
) -> tuple[dict[str, Any], dict[str, str]]:
    """The fields of the server's own schema that we can fill, and the extras (by key of `words.LABELS`) that are left.

    A foreign schema shows codes where ours shows words, so the extras stay beside it; ours says all that they say."""
    if not profile.scheming:
        return {}, extras
    standard = _standard(dataset, catalog)
    if set(OWN.values()) <= set(profile.scheming):
        standard |= {name: extras.get(key, "") for key, name in OWN.items()}
        extras = {key: value for key, value in extras.items() if key not in OWN and key != "frequency"}
    # what is empty is sent too: it may have been something before
    return {name: value for name, value in standard.items() if name in profile.scheming}, extras


def _standard(dataset: Dataset, catalog: Catalog) -> dict[str, Any]:
    publisher = catalog.find_publisher(dataset.publisher)
    domain = catalog.domain(dataset.domain)
    return {
        "frequency": f"{_EU}/frequency/{dataset.frequency}",
        "language": [f"{_EU}/language/{_LANGUAGES[code]}" for code in dataset.languages if code in _LANGUAGES],
        "theme": [f"{_EU}/data-theme/{domain.eu_theme}"] if domain else [],
        "publisher": _group(name=str(publisher.title), url=publisher.homepage, email=publisher.email)
        if publisher
        else [],
        "contact": _group(name=str(publisher.title), email=publisher.email) if publisher else [],
        "temporal_coverage": _group(start=dataset.temporal_start, end=dataset.temporal_end),
        "spatial_coverage": _group(text=dataset.spatial.get("label")),
        "version_notes": str(dataset.changelog[-1].description) if dataset.changelog else "",
        "provenance": str(dataset.collection_method),
    }


def _group(**subfields: str | None) -> list[dict[str, str]]:
    """The one group of a field with subfields, as CKAN gives it back: it drops empty dates, and keeps empty texts."""
    filled = {name: str(value) for name, value in subfields.items() if value}
    return [filled] if filled else []
