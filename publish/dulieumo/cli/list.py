"""`dulieumo list`: the datasets of the catalogue, by domain, with what kind of data each holds."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import click
from rich.table import Table

from dulieumo import descriptors, errors
from dulieumo.cli import common
from dulieumo.i18n import _, language
from dulieumo.model import Catalog, Dataset, Kind


@click.command("list")
@common.settings_options
@common.format_option("text", "json")
def command(datasets: Path | None, dist: Path | None, format_: str) -> int:
    """List the datasets: how many in each domain, real or sample, rows, sources."""
    settings = common.settings(datasets, dist)
    reading = descriptors.read(settings.datasets)
    if reading.catalog is None:
        common.say(_("The catalogue cannot be read. Run `dulieumo check` to see why."))
        return errors.DATA_DOES_NOT_PASS
    facts = [_facts(settings.datasets, dataset) for dataset in reading.catalog.datasets]
    if format_ == "json":
        counts = Counter(dataset.domain for dataset in reading.catalog.counted)
        common.print_json({"count": len(reading.catalog.counted), "domains": dict(counts), "datasets": facts})
        return errors.DONE
    _print(reading.catalog, facts)
    return errors.DONE


def _facts(folder: Path, dataset: Dataset) -> dict[str, Any]:
    tables = []
    for resource in dataset.resources:
        if resource.is_table:
            rows = _rows(folder / dataset.folder / resource.path, resource.format)
            tables.append({"name": resource.name, "kind": str(resource.kind), "rows": rows})
    return {
        "name": dataset.name,
        "domain": dataset.domain,
        "reference": dataset.is_reference,
        "title": dataset.title.default,
        "publisher": dataset.publisher,
        "version": dataset.version,
        "kinds": [str(kind) for kind in dataset.kinds],
        "tables": tables,
        "sources": [{"title": source.title, "path": source.path} for source in dataset.sources],
    }


def _rows(path: Path, format_: str) -> int | None:
    """Records of a committed CSV; None where the file is absent or of another format."""
    if format_ != "csv" or not path.is_file():
        return None
    import pyarrow as pa
    from pyarrow import csv

    try:
        options = csv.ParseOptions(newlines_in_values=True, invalid_row_handler=lambda _row: "skip")
        return int(csv.read_csv(path, parse_options=options).num_rows)
    except pa.ArrowInvalid:
        return None


def _print(catalog: Catalog, facts: list[dict[str, Any]]) -> None:
    table = Table(box=None, pad_edge=False)
    for heading, justify in (
        (_("Domain"), "left"),
        (_("Datasets"), "right"),
        (_("Real"), "right"),
        (_("Sample"), "right"),
        (_("Rows"), "right"),
    ):
        table.add_column(heading, justify=justify)  # type: ignore[arg-type]
    for domain in catalog.domains:
        own = [dataset for dataset in catalog.counted if dataset.domain == domain.name]
        real = sum(Kind.REAL in dataset.kinds for dataset in own)
        rows = sum(t["rows"] or 0 for fact in facts if fact["domain"] == domain.name for t in fact["tables"])
        table.add_row(domain.title.in_(language()), str(len(own)), str(real), str(len(own) - real), str(rows))
    real = sum(Kind.REAL in dataset.kinds for dataset in catalog.counted)
    rows = sum(t["rows"] or 0 for fact in facts if not fact["reference"] for t in fact["tables"])
    table.add_section()
    table.add_row(_("Total"), str(len(catalog.counted)), str(real), str(len(catalog.counted) - real), str(rows))
    common.answers().print(table)
    references = len(catalog.datasets) - len(catalog.counted)
    common.answers().print(_("and {count} reference lists").format(count=references))
