"""A Table Schema → a DataStore table: its types, key, indexes and dictionary. Pure.

Table Schema      PostgreSQL      a record's value in JSON
string            text            text
integer           int8            number
number            numeric         text: every digit kept
number, float     float8          number
boolean           bool            true, false
date              date            text
datetime          timestamptz     text, UTC
time              time            text
year              int4            number
list              text[], int8[]… array
other             text            canonical text, as in the CSV
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dulieumo.model import Column, Schema

TYPES = {
    "string": "text",
    "integer": "int8",
    "boolean": "bool",
    "date": "date",
    "datetime": "timestamptz",
    "time": "time",
    "year": "int4",
}
ITEM_TYPES = {
    "string": "text",
    "integer": "int8",
    "boolean": "bool",
    "date": "date",
    "datetime": "timestamptz",
    "time": "time",
}


def column_type(column: Column) -> str:
    """The PostgreSQL type of a column, as datastore_create takes it."""
    if column.type == "number":
        return "float8" if column.is_float else "numeric"
    if column.type == "list":
        item = str(column.descriptor.get("itemType", "string"))
        return f"_{ITEM_TYPES.get(item, 'float8')}"
    return TYPES.get(column.type, "text")


def fields(schema: Schema) -> tuple[Mapping[str, Any], ...]:
    """The `fields` of datastore_create, each with its part of the Data Dictionary."""
    return tuple({"id": column.name, "type": column_type(column), "info": info(column)} for column in schema.columns)


def info(column: Column) -> dict[str, str]:
    """The dictionary of a column. `label` and `notes` are what CKAN shows; the rest is for programs, by language."""
    title_en, description_en = column.title.in_("en"), column.description.in_("en")
    entry = {
        "label": str(column.title),
        "notes": _notes(column),
        "label_en": title_en,
        "notes_en": description_en,
        "unit": str(column.unit) if column.unit else "",
        "unit_en": column.unit.in_("en") if column.unit else "",
        "schema_type": column.type,
    }
    return {key: value for key, value in entry.items() if value}


def _notes(column: Column) -> str:
    """Description and unit, first in the catalogue's language, then in English."""
    parts = [str(column.description)]
    if column.unit:
        parts.append(f"Đơn vị: {column.unit}.")
    if column.categories:
        codes = "; ".join(f"{item.value} = {item.label}" for item in column.categories)
        parts.append(f"Giá trị: {codes}.")
    if column.code_list is not None:
        parts.append(f"Mã theo {column.code_list.dataset}.")
    english = column.description.translations.get("en")
    if english:
        unit = f" Unit: {column.unit.in_('en')}." if column.unit else ""
        parts.append(f"EN: {column.title.in_('en')}. {english}{unit}")
    return " ".join(part for part in parts if part)


def indexes(schema: Schema) -> tuple[tuple[str, ...], ...]:
    """The columns that people join and filter on: foreign keys, code lists and unique keys; the primary key has its own."""
    wanted: list[tuple[str, ...]] = [key.columns for key in schema.foreign_keys]
    wanted += [(column.name,) for column in schema.columns if column.code_list is not None]
    wanted += list(schema.unique_keys)
    return tuple(dict.fromkeys(index for index in wanted if index and index != schema.primary_key))
