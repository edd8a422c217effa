"""Lines to copy that read a dataset's first table, each a whole program. Tests run them all, R where it is installed."""

from __future__ import annotations

import json
from dataclasses import dataclass

from dulieumo.model import DatasetVersion, Resource

from ..edition import Edition

# What base R reads a column as; all others stay text, as they are written. R's integers end at 2 147 483 647.
R_CLASSES = {"integer": "numeric", "number": "numeric", "year": "integer", "boolean": "logical", "date": "Date"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Snippet:
    title: str
    language: str
    code: str


def snippets(edition: Edition, version: DatasetVersion) -> tuple[Snippet, ...]:
    """For the first table that has Parquet; the address is that of the latest version. None without such a table."""
    table = next((a for a in version.artifacts if a.kind == "parquet"), None)
    if table is None or table.resource is None:
        return ()
    csv, resource = version.artifact(table.resource, "csv"), version.dataset.resource(table.resource)
    if csv is None or resource is None:
        return ()
    base = edition.base_url
    folder = f"{base}/data/{version.name}/latest"
    parquet, comma = f"{folder}/{table.path}", f"{folder}/{csv.path}"
    return (
        Snippet(
            title="Python",
            language="python",
            code=f'import dulieumo\n\ntable = dulieumo.open_catalog("{base}")["{version.name}"].table()\nprint(table.to_pandas())',
        ),
        Snippet(
            title="pandas",
            language="python",
            code=f'import pandas\n\ntable = pandas.read_parquet("{parquet}")\nprint(table)',
        ),
        Snippet(
            title="Polars",
            language="python",
            code=f'import polars\n\ntable = polars.read_parquet("{parquet}")\nprint(table)',
        ),
        Snippet(title="R", language="r", code=_r(comma, resource)),
        Snippet(title="DuckDB", language="sql", code=f"SELECT * FROM '{parquet}' LIMIT 10;"),  # noqa: S608 - shown, not run
        Snippet(
            title="JavaScript",
            language="javascript",
            code="// npm install hyparquet hyparquet-compressors\n"
            'import { asyncBufferFromUrl, parquetReadObjects } from "hyparquet";\n'
            'import { compressors } from "hyparquet-compressors";\n\n'
            f'const file = await asyncBufferFromUrl({{ url: "{parquet}" }});\n'
            "console.log(await parquetReadObjects({ file, compressors, rowEnd: 10 }));",
        ),
        Snippet(
            title="curl",
            language="shell",
            code=f"curl -O {comma}\ncurl -s {folder}/SHA256SUMS | grep {csv.path} | sha256sum -c",
        ),
    )


def _r(address: str, resource: Resource) -> str:
    """Base R only: the declared types, so that codes keep their zeros."""
    assert resource.schema is not None
    classes = ",\n".join(
        f'  {json.dumps(column.name, ensure_ascii=False)} = "{R_CLASSES.get(column.type, "character")}"'
        for column in resource.schema.columns
    )
    return (
        f"types <- c(\n{classes}\n)\n"
        f'table <- read.csv("{address}", colClasses = types, na.strings = "", check.names = FALSE, fileEncoding = "UTF-8")\n'
        "print(table)"
    )
