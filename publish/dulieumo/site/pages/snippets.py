"""Lines to copy that read a dataset's first table, each a whole program. A test runs the ones that this machine can run."""

from __future__ import annotations

from dataclasses import dataclass

from dulieumo.model import DatasetVersion

from ..edition import Edition


@dataclass(frozen=True, slots=True, kw_only=True)
class Snippet:
    title: str
    language: str
    code: str


def snippets(edition: Edition, version: DatasetVersion) -> tuple[Snippet, ...]:
    """For the first table that has Parquet; the address is that of the latest version. None without such a table."""
    table = next((a for a in version.artifacts if a.kind == "parquet"), None)
    csv = next((a for a in version.artifacts if a.kind == "csv"), None)
    if table is None or csv is None:
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
        Snippet(
            title="R",
            language="r",
            code=f'# install.packages("nanoparquet")\nlocal <- tempfile(fileext = ".parquet")\n'
            f'download.file("{parquet}", local, mode = "wb")\ntable <- nanoparquet::read_parquet(local)\nprint(table)',
        ),
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
