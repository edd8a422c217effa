"""What other catalogues write for a format, a licence, a frequency, a theme or a language → our codes. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from urllib.parse import unquote, urlsplit

from dulieumo.descriptors import profile
from dulieumo.owner import names
from dulieumo_rules import frequencies

MEDIA_TYPES = {
    "csv": "text/csv",
    "tsv": "text/tab-separated-values",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "xls": "application/vnd.ms-excel",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "json": "application/json",
    "geojson": "application/geo+json",
    "xml": "application/xml",
    "kml": "application/vnd.google-earth.kml+xml",
    "gpkg": "application/geopackage+sqlite3",
    "parquet": "application/vnd.apache.parquet",
    "rdf": "application/rdf+xml",
    "ttl": "text/turtle",
    "pdf": "application/pdf",
    "doc": "application/msword",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "zip": "application/zip",
    "rar": "application/vnd.rar",
    "txt": "text/plain",
    "html": "text/html",
    "png": "image/png",
    "jpg": "image/jpeg",
    "tif": "image/tiff",
}
TABLES = ("csv", "xlsx", "xls", "ods")
MACHINE_READABLE = (*TABLES, "tsv", "json", "geojson", "xml", "kml", "gpkg", "parquet", "rdf", "ttl")
_OTHER_NAMES = {
    "jpeg": "jpg",
    "tiff": "tif",
    "excel": "xlsx",
    "spreadsheet": "xlsx",
    "comma separated values": "csv",
    "shapefile": "zip",
    "shp": "zip",
    "esri shape": "zip",
    "htm": "html",
    "text": "txt",
    "word": "docx",
    "geo+json": "geojson",
    "text/xml": "xml",
    "application/x-zip-compressed": "zip",
    "application/x-rar-compressed": "rar",
    "application/csv": "csv",
    "application/vnd.geo+json": "geojson",
    "application/x-parquet": "parquet",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """`name` is ours, "" where it is not known; `declared` is what the source says, where that is something else."""

    name: str
    declared: str = ""


def format_of(declared: str, media_type: str, url: str) -> Format:
    """The format of a file. The ending of its address rules over what the source declares: it is what the server sends."""
    stated = _format(declared) or _format(media_type)
    path = unquote(urlsplit(url).path) if "://" in url else url
    ending = path.rsplit("/", 1)[-1].rsplit(".", 1)[-1].lower() if "." in path.rsplit("/", 1)[-1] else ""
    actual = _format(ending)
    if actual and actual != stated:
        return Format(name=actual, declared=declared or media_type)
    return Format(name=stated or actual)


def _format(text: str) -> str:
    word = text.strip().lower()
    if "://" in word:  # an EU file type, or a media type of IANA
        word = word.split("/media-types/", 1)[-1] if "/media-types/" in word else word.rstrip("/").rsplit("/", 1)[-1]
    word = word.split(";")[0].strip().lstrip(".")
    if word in MEDIA_TYPES:
        return word
    by_media_type = {media_type: name for name, media_type in MEDIA_TYPES.items()}
    if found := by_media_type.get(word) or _OTHER_NAMES.get(word):
        return found
    words = dict.fromkeys(re.findall(r"[a-z]+", word))
    named = [name for name in words if name in MEDIA_TYPES] or [
        _OTHER_NAMES[name] for name in words if name in _OTHER_NAMES
    ]
    return named[0] if len(named) == 1 else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class License:
    name: str
    title: str
    path: str
    is_open: bool


_CC = re.compile(r"creativecommons\.org/licenses/([a-z-]+)/(\d\.\d)", re.IGNORECASE)
_CC_WORD = re.compile(r"cc[ _-]?(by(?:[ _-]?(?:nc|nd|sa))*)[ _-]?v?(\d[._]\d)", re.IGNORECASE)
_CC_TITLES = {
    "by": "Attribution",
    "by-sa": "Attribution-ShareAlike",
    "by-nc": "Attribution-NonCommercial",
    "by-nd": "Attribution-NoDerivatives",
    "by-nc-sa": "Attribution-NonCommercial-ShareAlike",
    "by-nc-nd": "Attribution-NonCommercial-NoDerivatives",
}
_OTHERS = {
    "CC0-1.0": ("Creative Commons Zero 1.0", "https://creativecommons.org/publicdomain/zero/1.0/"),
    "ODC-By-1.0": ("Open Data Commons Attribution 1.0", "https://opendatacommons.org/licenses/by/1-0/"),
    "ODbL-1.0": ("Open Database License 1.0", "https://opendatacommons.org/licenses/odbl/1-0/"),
    "MIT": ("MIT License", "https://opensource.org/license/mit"),
    "PDDL-1.0": ("Open Data Commons Public Domain Dedication 1.0", "https://opendatacommons.org/licenses/pddl/1-0/"),
}
_OTHER_LICENSES = (
    (
        re.compile(
            r"publicdomain/zero/1\.0|^cc-?0(-1\.0)?$|^cc-zero$|licence/cc0|opendefinition\.org/licenses/cc-zero", re.I
        ),
        "CC0-1.0",
    ),
    (re.compile(r"odbl", re.I), "ODbL-1.0"),
    (re.compile(r"pddl", re.I), "PDDL-1.0"),
    (re.compile(r"^mit( license)?$|opensource\.org/licenses?/mit\b", re.I), "MIT"),
    (re.compile(r"odc[-_]?by|opendatacommons\.org/licenses/by", re.I), "ODC-By-1.0"),
)


def license_of(text: str) -> License | None:
    """The licence that an address, a code or a name states; None where it names none that is known, or no version of it."""
    value = text.strip()
    found = _CC.search(value) or _CC_WORD.search(value)
    if found:
        kind = re.sub(r"[ _]", "-", found[1].lower())
        kind = re.sub(r"(?<=[a-z])(?=(?:nc|nd|sa)\b)(?<!-)", "-", kind)
        version = found[2].replace("_", ".")
        if kind not in _CC_TITLES:
            return None
        return License(
            name=f"CC-{kind.upper()}-{version}",
            title=f"Creative Commons {_CC_TITLES[kind]} {version}",
            path=f"https://creativecommons.org/licenses/{kind}/{version}/",
            is_open="nc" not in kind and "nd" not in kind,
        )
    for pattern, name in _OTHER_LICENSES:
        if pattern.search(value):
            return License(name=name, title=_OTHERS[name][0], path=_OTHERS[name][1], is_open=True)
    return None


# Without marks, lower case. What a portal's form offers, in both languages.
_FREQUENCY_WORDS = {
    "lien tuc": "CONT",
    "continuous": "CONT",
    "real time": "CONT",
    "hang ngay": "DAILY",
    "moi ngay": "DAILY",
    "daily": "DAILY",
    "hang tuan": "WEEKLY",
    "moi tuan": "WEEKLY",
    "weekly": "WEEKLY",
    "hai tuan mot lan": "BIWEEKLY",
    "biweekly": "BIWEEKLY",
    "fortnightly": "BIWEEKLY",
    "hang thang": "MONTHLY",
    "moi thang": "MONTHLY",
    "monthly": "MONTHLY",
    "hang quy": "QUARTERLY",
    "moi quy": "QUARTERLY",
    "quarterly": "QUARTERLY",
    "6 thang": "ANNUAL_2",
    "sau thang mot lan": "ANNUAL_2",
    "6 thang mot lan": "ANNUAL_2",
    "nua nam": "ANNUAL_2",
    "semi annual": "ANNUAL_2",
    "semiannual": "ANNUAL_2",
    "biannually": "ANNUAL_2",
    "half yearly": "ANNUAL_2",
    "hang nam": "ANNUAL",
    "moi nam": "ANNUAL",
    "nam": "ANNUAL",
    "annual": "ANNUAL",
    "annually": "ANNUAL",
    "yearly": "ANNUAL",
    "hai nam mot lan": "BIENNIAL",
    "biennial": "BIENNIAL",
    "decennial": "DECENNIAL",
    "khi co thay doi": "IRREG",
    "khong dinh ky": "IRREG",
    "dot xuat": "IRREG",
    "irregular": "IRREG",
    "as needed": "IRREG",
    "khong cap nhat": "NEVER",
    "never": "NEVER",
    "not updated": "NEVER",
    "khong ro": "UNKNOWN",
    "unknown": "UNKNOWN",
    "other": "UNKNOWN",
}
_ISO_PERIODS = {
    "P10Y": "DECENNIAL",
    "P2Y": "BIENNIAL",
    "P1Y": "ANNUAL",
    "P6M": "ANNUAL_2",
    "P3M": "QUARTERLY",
    "P1M": "MONTHLY",
    "P2W": "BIWEEKLY",
    "P1W": "WEEKLY",
    "P7D": "WEEKLY",
    "P1D": "DAILY",
    "PT1S": "CONT",
}


def frequency_of(text: str) -> str | None:
    """Our code for a frequency; None for words or a code that the profile has none for."""
    value = text.strip()
    code = value.rstrip("/").rsplit("/", 1)[-1].rsplit("#", 1)[-1]
    if value.startswith("R/"):
        return _ISO_PERIODS.get(value.removeprefix("R/"))
    if frequencies.find(code.upper()) is not None:
        return code.upper() if code.upper() in _offered() else None
    found = _words().get(_plain(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", code)))
    return found if found in _offered() else None


@cache
def _words() -> dict[str, str]:
    """Code by words: those of the EU table in both languages, and what portals write besides."""
    table = frequencies.table()
    named = {_plain(text): entry.code for entry in table.values() for text in (entry.vi, entry.en)}
    return {**named, **_FREQUENCY_WORDS}


def _plain(text: str) -> str:
    return " ".join(re.findall(r"[a-z0-9]+", names.plain(text)))


@cache
def _offered() -> frozenset[str]:
    return frozenset(profile.schema("dataset")["$defs"]["frequency"]["enum"])


def eu_theme(uri: str) -> str:
    """The code of an EU data theme from its address; "" for another address."""
    if "/authority/data-theme/" not in uri:
        return ""
    code = uri.rstrip("/").rsplit("/", 1)[-1]
    return code if code in profile.schema("domain")["properties"]["dulieumo:euTheme"]["enum"] else ""


_LANGUAGES = {"vie": "vi", "eng": "en", "fra": "fr", "zho": "zh", "kor": "ko", "jpn": "ja", "deu": "de", "rus": "ru"}


def language_of(text: str) -> str:
    """A language code of two letters from a code, a locale or an EU address; "" for what is none."""
    code = text.strip().rstrip("/").rsplit("/", 1)[-1].lower().split("-")[0].split("_")[0]
    return _LANGUAGES.get(code, code if re.fullmatch(r"[a-z]{2}", code) else "")
