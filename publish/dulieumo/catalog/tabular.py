"""`catalog.csv`, the official list: one line per dataset. UTF-8 without BOM, RFC 4180, no cell beyond 5,000 letters."""

from __future__ import annotations

import csv
import io

from dulieumo.model import Catalog, Dataset, DatasetVersion, Kind, Release

CELL_LETTERS = 5000  # Python's csv module refuses 131,072; spreadsheets 32,767
# A spreadsheet runs a cell that begins with one of these; descriptions are not ours.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def catalog_csv(release: Release) -> bytes:
    """One line per dataset, reference lists last. Titles come in every language of the catalogue."""
    catalog = release.catalog
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header(catalog))
    for version in release.versions:
        writer.writerow([_cell(value) for value in _line(catalog, version)])
    return text.getvalue().encode()


def header(catalog: Catalog) -> list[str]:
    titles = [f"title_{language}" for language in catalog.languages]
    return [
        "name", *titles, "domain", "is_reference", "publisher", "publisher_title", "version", "content_hash", "modified",
        "data_as_of", "frequency", "status", "kinds", "tables", "real_tables", "sample_tables", "rows", "completeness",
        "license", "license_url", "keywords", "page", "descriptor", "files",
    ]  # fmt: skip


def _line(catalog: Catalog, version: DatasetVersion) -> list[object]:
    item = version.dataset
    publisher = catalog.find_publisher(item.publisher)
    tables = [resource for resource in item.resources if resource.is_table]
    real = sum(table.kind is Kind.REAL for table in tables)
    rows = [count for table in tables if (count := version.rows(table.name)) is not None]
    files = [f"{catalog.base_url}/{version.folder}/{artifact.path}" for artifact in version.artifacts]
    return [
        item.name,
        *(item.title.in_(language) for language in catalog.languages),
        item.domain,
        "true" if item.is_reference else "false",
        item.publisher,
        publisher.title.default if publisher else "",
        version.version,
        version.content_hash,
        _modified(item),
        item.data_as_of,
        item.frequency,
        item.status.value,
        " ".join(kind.value for kind in item.kinds),
        len(tables),
        real,
        len(tables) - real,
        sum(rows),
        "; ".join(table.completeness.statement.default for table in tables if table.completeness),
        item.licenses[0].name,
        item.licenses[0].path,
        "; ".join(item.keywords),
        f"{catalog.base_url}/datasets/{item.name}/",
        f"{catalog.base_url}/{version.folder}/datapackage.json",
        " ".join(files),
    ]


def _modified(item: Dataset) -> str:
    return max((change.date for change in item.changelog), default="")


def _cell(value: object) -> object:
    if not isinstance(value, str):
        return value
    line = " ".join(value.split())[:CELL_LETTERS]
    return f"'{line}" if line.startswith(FORMULA) else line
