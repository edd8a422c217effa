"""`make prove-site`: the lines in R run, for every dataset. It needs R (Debian: r-base-core), which no package here brings,
so it is asked for by name; where it is asked for, a missing R is a failure."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from tests.site.conftest import Served
from tests.site.test_snippets import run, snippets

TELL = """
cat("rows:", nrow(table), "\\n")
cat("missing:", sum(is.na(table)), "\\n")
cat("first:", as.character(table[[1]][1]), "\\n")
"""


def test_the_lines_in_r_read_each_table_whole_and_typed(songmay: Served, tmp_path: Path) -> None:
    for version in songmay.world.release.versions:
        artifact = next(one for one in version.artifacts if one.kind == "parquet")
        table: pa.Table = pq.read_table(songmay.world.out / version.folder / artifact.path)
        printed = run(["Rscript", "-e", snippets(songmay, version.name)["R"] + TELL], tmp_path)
        first = table.column(0)[0].as_py()
        assert f"rows: {table.num_rows} \n" in printed, version.name
        assert f"missing: {sum(column.null_count for column in table.columns)} \n" in printed, version.name
        assert f"first: {first} \n" in printed, version.name
