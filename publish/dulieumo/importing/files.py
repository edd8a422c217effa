"""The files of a record → resources of a draft, with a finding per defect. Nothing is downloaded. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

from dulieumo.importing import clean, organise, vocabulary
from dulieumo.importing.organise import Languages
from dulieumo.importing.record import File, Record
from dulieumo.owner import names

Report = Callable[..., None]
"""Called as report(code, table=…, **values) for each defect."""

_PREFERENCE = ("csv", "xlsx", "ods", "xls", "geojson", "json", "gpkg", "parquet", "xml")
_FORMAT = re.compile(rf"[\s._-]*[(\[]?\s*(?:{'|'.join(vocabulary.MEDIA_TYPES)}|excel)\s*[)\]]?\s*$", re.IGNORECASE)
_COLUMN = re.compile(r"[a-z][a-z0-9_]{0,62}")
# CKAN's DataStore types are PostgreSQL's.
_TYPES = {
    "text": "string",
    "numeric": "number",
    "float8": "number",
    "float": "number",
    "int": "integer",
    "int4": "integer",
    "int8": "integer",
    "bigint": "integer",
    "bool": "boolean",
    "boolean": "boolean",
    "date": "date",
    "timestamp": "datetime",
    "timestamptz": "datetime",
    "time": "time",
    "json": "object",
    "_text": "array",
}


def resources(record: Record, spoken: Languages, accessed: str, report: Report) -> list[dict[str, Any]]:
    """The resources of a draft: those files that have an address. `accessed` is the day of the import."""
    made: dict[str, dict[str, Any]] = {}
    addresses: dict[str, str] = {}
    for file in _one_per_table(record.files, spoken, report):
        label = clean.line(spoken.pick(file.names)).text or _file_name(file.url) or file.key
        if not file.is_described:
            report("import-file-not-described", file=label)
            continue
        address = organise.address(file.url) or organise.address(file.page)
        if not address:
            report("import-file-without-address", file=label, address=file.url or file.page)
            continue
        if file.url and address != file.url.strip():
            report("import-address-mended", file=label, address=address)
        if address in addresses:
            report("import-file-twice", file=label, other=addresses[address], address=address)
            continue
        addresses[address] = label
        name = organise.unique(names.slug(_without_format(label)) or names.slug(_file_name(address)) or "tep", made)
        made[name] = _resource(name, label, file, address, spoken, accessed, report)
    formats = {str(item.get("format", "")) for item in made.values()}
    if not made:
        report("import-no-files")
    elif not formats & set(vocabulary.MACHINE_READABLE):
        report("import-not-machine-readable", formats=", ".join(sorted(formats - {""})) or "?")
    return list(made.values())


def _one_per_table(files: tuple[File, ...], spoken: Languages, report: Report) -> Iterator[File]:
    """Of a table that is offered in several formats, the one to describe: a resource is a table, not a file.

    Files are one table when they have one title (but for the format's name) and different formats."""
    groups: dict[str, dict[str, File]] = {}
    for position, file in enumerate(files):
        label = clean.line(spoken.pick(file.names)).text or _file_name(file.url)
        format_ = vocabulary.format_of(file.format, file.media_type, file.url or file.page).name
        title = names.slug(_without_format(label))
        key = title if title and format_ and format_ not in groups.get(title, {}) else f"{title}#{position}"
        groups.setdefault(key, {})[format_] = file
    for found in groups.values():
        best = min(found, key=lambda name: _PREFERENCE.index(name) if name in _PREFERENCE else len(_PREFERENCE))
        others = [name for name in found if name != best]
        if others:
            label = _without_format(clean.line(spoken.pick(found[best].names)).text) or _file_name(found[best].url)
            report("import-other-formats", file=label, kept=best, others=", ".join(others))
        yield found[best]


def _without_format(label: str) -> str:
    """The label without a format's name at its end: "Chợ (CSV)" and "Chợ.xlsx" are "Chợ"."""
    return _FORMAT.sub("", label).strip() or label


def _resource(
    name: str, label: str, file: File, address: str, spoken: Languages, accessed: str, report: Report
) -> dict[str, Any]:
    def text(value: str) -> str:
        cleaned = clean.paragraphs(value, is_vietnamese=spoken.main == "vi")
        for code, example in cleaned.codes.items():
            report(code, table=name, key="resources", example=example)
        return cleaned.text

    kind = vocabulary.format_of(file.format, file.media_type, file.url or address)
    title = _without_format(" ".join(text(spoken.pick(file.names) or label).split()))
    made: dict[str, Any] = {"name": name, "title": title or label}
    for language in spoken.others:
        if file.names.get(language, "").strip():
            made[f"title@{language}"] = _without_format(clean.line(file.names[language]).text)
    description = text(spoken.pick(file.descriptions))
    if description:
        made["description"] = description
    for language in spoken.others:
        if file.descriptions.get(language, "").strip():
            made[f"description@{language}"] = clean.paragraphs(file.descriptions[language]).text
    made["path"] = f"data/{name}.{kind.name}" if kind.name else f"data/{name}"
    if not kind.name:
        report("import-format-unknown", table=name, file=label, declared=file.format or file.media_type)
    else:
        if kind.declared:
            report("import-format-wrong", table=name, file=label, declared=kind.declared, actual=kind.name)
        elif not (file.format or file.media_type):
            report("import-format-missing", table=name, file=label, actual=kind.name)
        made |= {"format": kind.name, "mediatype": vocabulary.MEDIA_TYPES[kind.name]}
    if kind.name in vocabulary.TABLES:
        made["type"] = "table"
        if kind.name == "csv":
            made |= {"encoding": "utf-8", "dialect": {"delimiter": ","}}
        made["dulieumo:kind"] = "real"
        if file.columns:
            made["schema"] = {"missingValues": [""], "fields": _fields(file.columns, name, report)}
        else:
            report("import-columns-unknown", table=name, file=label)
    made["sources"] = [{"title": label, "path": address, "dulieumo:accessed": accessed}]
    return made


def _fields(columns: tuple[Mapping[str, Any], ...], table: str, report: Report) -> list[dict[str, Any]]:
    """The fields of a CKAN data dictionary as those of a Table Schema: types as the DataStore has them, nothing guessed."""
    fields: list[dict[str, Any]] = []
    taken: set[str] = set()
    for column in columns:
        original = str(column.get("id", ""))
        name = original if _COLUMN.fullmatch(original) else names.column_name(original) or "cot"
        name = names.unique(name, taken)
        taken.add(name)
        if name != original:
            report("import-column-renamed", table=table, before=original, after=name)
        info = column.get("info") or {}
        type_ = _TYPES.get(str(column.get("type", "")))
        if type_ is None:
            report("import-column-type-unknown", table=table, column=original, type=str(column.get("type", "")))
            type_ = "string"
        field: dict[str, Any] = {"name": name, "title": clean.line(str(info.get("label") or original)).text}
        notes = clean.paragraphs(str(info.get("notes") or "")).text
        if notes:
            field["description"] = notes
        field["type"] = type_
        if column.get("type") in ("float8", "float"):
            field["dulieumo:float"] = True
        fields.append(field)
    return fields


def _file_name(address: str) -> str:
    return unquote(urlsplit(address).path.rsplit("/", 1)[-1]).rsplit(".", 1)[0] if address else ""
