"""`make bench-build`: what a build costs beside the bare conversions of DuckDB, Polars, pandas and pyarrow, on the same file.

Each figure is the median of `RUNS` whole runs in fresh processes on a warm file cache, the programs by turns; the ratio to
DuckDB's bare CSV → Parquet copy is what counts, since the machine's speed drifts. `--sizes 0.1,1,5` prints peak memory by
file size in GB instead: in the order of the key, and (`--shuffled`) out of it, where an external sort comes in.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.bench import bigtable

RUNS = 5
ROWS = 1_000_000
BUILD = "dulieumo build: typed, ordered, CSV + Parquet, hashed, profiled"
ALL = "dulieumo build --check: the same and all rules, the gate, one pass"
APART = "dulieumo check, dulieumo build: one process, two passes"
PROGRAMS = {
    "duckdb: bare CSV → Parquet": (
        "import duckdb; duckdb.sql(\"copy (select * from read_csv('{csv}'))"
        " to '{out}.parquet' (format parquet, compression zstd)\")"
    ),
    "polars: bare CSV → Parquet": (
        "import polars; polars.scan_csv('{csv}').sink_parquet('{out}.parquet', compression='zstd')"
    ),
    "pyarrow: bare CSV → Parquet": (
        "import pyarrow.csv as c, pyarrow.parquet as p;"
        " p.write_table(c.read_csv('{csv}'), '{out}.parquet', compression='zstd')"
    ),
    "pandas: bare CSV → Parquet": (
        "import pandas as pd; pd.read_csv('{csv}').to_parquet('{out}.parquet', compression='zstd')"
    ),
    BUILD: "from tests.bench.bench_build import build_one; build_one('{root}', '{out}')",
    APART: "from tests.bench.bench_build import check_then_build; check_then_build('{root}', '{out}')",
    ALL: "from tests.bench.bench_build import check_and_build; check_and_build('{root}', '{out}')",
}


def build_one(root: str, out: str) -> None:
    """Build the catalogue's dataset into a store, without a check."""
    from dulieumo.cli import arrow

    arrow.without_pandas()
    from dulieumo import build, descriptors
    from dulieumo.store import FolderStore

    reading = descriptors.read(Path(root))
    assert reading.catalog is not None
    build.build(reading.catalog, reading.catalog.datasets[0], reading.folder, FolderStore(Path(out)))


def check_and_build(root: str, out: str) -> None:
    """What `dulieumo publish` does before it publishes."""
    _run(root, out, ["build", "--check"])


def check_then_build(root: str, out: str) -> None:
    """What the two commands do one after the other."""
    _run(root, out, ["check"], ["build"])


def _run(root: str, out: str, *commands: list[str]) -> None:
    from dulieumo.cli import run

    shutil.rmtree(Path(root).parent / ".cache", ignore_errors=True)
    for command in commands:
        if run([*command, "--datasets", root, "--dist", out]) != 0:
            raise SystemExit(f"{command} failed")


def measure(program: str) -> tuple[float, float]:
    """Wall seconds and peak memory in MB of a Python program in a process of its own."""
    code = f"{program}\nimport resource; print('PEAK', resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    start = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    seconds = time.perf_counter() - start
    return seconds, int(done.stdout.split("PEAK")[1]) / 1024


def compare(rows: int, runs: int) -> dict[str, dict[str, float]]:
    """The figures of every program on one generated table."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        root = bigtable.write(folder, rows)
        csv = root / "linh-vuc/bo/data/bang.csv"
        csv.read_bytes()  # warm
        figures: dict[str, list[tuple[float, float]]] = {label: [] for label in PROGRAMS}
        for _round in range(runs):
            for label, program in PROGRAMS.items():
                out = folder / "out"
                shutil.rmtree(out, ignore_errors=True)
                figures[label].append(measure(program.format(csv=csv, root=root, out=out)))
        base = statistics.median(seconds for seconds, _memory in figures[next(iter(PROGRAMS))])
        return {
            label: {
                "seconds": round(statistics.median(seconds for seconds, _memory in values), 2),
                "ratio": round(statistics.median(seconds for seconds, _memory in values) / base, 2),
                "peak_mb": round(max(memory for _seconds, memory in values)),
            }
            for label, values in figures.items()
        }


def memory_by_size(gigabytes: Sequence[float], *, is_shuffled: bool) -> list[dict[str, float]]:
    """Peak memory of our build at several file sizes."""
    found = []
    for size in gigabytes:
        with tempfile.TemporaryDirectory() as name:
            root = bigtable.write(Path(name), int(size * 1e9 / bigtable.BYTES_PER_ROW), is_shuffled=is_shuffled)
            bytes_ = (root / "linh-vuc/bo/data/bang.csv").stat().st_size
            seconds, peak = measure(PROGRAMS[BUILD].format(root=root, out=Path(name) / "out"))
            found.append({"gigabytes": round(bytes_ / 1e9, 2), "seconds": round(seconds, 1), "peak_mb": round(peak)})
            print(json.dumps(found[-1]), flush=True)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--runs", type=int, default=RUNS)
    parser.add_argument("--sizes", default="", help="file sizes in GB, such as 0.1,1,5: peak memory instead of ratios")
    parser.add_argument("--shuffled", action="store_true", help="with --sizes: rows out of the order of their key")
    options = parser.parse_args()
    if options.sizes:
        memory_by_size([float(size) for size in options.sizes.split(",")], is_shuffled=options.shuffled)
        return
    os.environ.pop(
        "PYTHONDONTWRITEBYTECODE", None
    )  # installed programs have bytecode; compiling is not what is measured
    print(
        f"{options.rows} rows × {len(bigtable.FIELDS)} columns, {os.cpu_count()} cores,"
        f" median of {options.runs} whole processes, load {os.getloadavg()[0]:.1f}"
    )
    for label, figure in compare(options.rows, options.runs).items():
        print(f"{label:66} {figure['seconds']:7.2f} s  {figure['ratio']:6.2f} ×  {figure['peak_mb']:6.0f} MB")


if __name__ == "__main__":
    main()
