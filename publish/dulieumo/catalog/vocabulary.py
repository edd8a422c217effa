"""The addresses of the controlled vocabularies that DCAT-AP asks for: EU authority tables and IANA media types."""

from __future__ import annotations

AUTHORITY = "http://publications.europa.eu/resource/authority"
THEMES = f"{AUTHORITY}/data-theme"
LANGUAGES = {"vi": "VIE", "en": "ENG", "fr": "FRA", "zh": "ZHO", "ko": "KOR", "ja": "JPN", "de": "DEU", "ru": "RUS"}
LICENCES = {"CC-BY-4.0": "CC_BY_4_0", "CC0-1.0": "CC0", "CC-BY-SA-4.0": "CC_BYSA_4_0"}
FILE_TYPES = {
    "csv": "CSV",
    "parquet": "PARQUET",
    "xlsx": "XLSX",
    "geojson": "GEOJSON",
    "json": "JSON",
    "pdf": "PDF",
    "png": "PNG",
    "jpg": "JPEG",
    "zip": "ZIP",
    "xml": "XML",
}


def theme(code: str) -> str:
    return f"{THEMES}/{code}"


def language(code: str) -> str | None:
    name = LANGUAGES.get(code)
    return f"{AUTHORITY}/language/{name}" if name else None


def frequency(code: str) -> str:
    return f"{AUTHORITY}/frequency/{code}"


def file_type(ending: str) -> str | None:
    name = FILE_TYPES.get(ending)
    return f"{AUTHORITY}/file-type/{name}" if name else None


def licence(name: str) -> str | None:
    code = LICENCES.get(name)
    return f"{AUTHORITY}/licence/{code}" if code else None


def media_type(name: str) -> str:
    return f"https://www.iana.org/assignments/media-types/{name}"


PUBLIC = f"{AUTHORITY}/access-right/PUBLIC"
STABLE = f"{AUTHORITY}/planned-availability/STABLE"
SHA256 = "http://spdx.org/rdf/terms#checksumAlgorithm_sha256"
