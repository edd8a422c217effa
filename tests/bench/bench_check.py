"""How fast `check` is: `make bench-check`, or `python -m tests.bench.bench_check [ROWS]`.

One table of ten typed columns with constraints and a primary key (1,000,000 rows, some 100 MB). As whole processes, in one
run: `dulieumo check` with everything on, the same without the personal-data gate and our rules, plain `frictionless
validate`, and for scale DuckDB reading the same file into typed columns. The file cache is warm: each reads it once before.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import yaml

from dulieumo.check import verdict
from tests.bench import bigtable

ROWS = 1_000_000
AT_LEAST_BARE, AT_LEAST_ALL, MOST_MEMORY = 20, 12, 600

_BARE = """
import sys
from datetime import date
from pathlib import Path
from dulieumo.cli import arrow
arrow.without_pandas()
from dulieumo import descriptors
from dulieumo.check import references, table
from dulieumo.check.report import Collector
from dulieumo_rules.findings import Place
reading = descriptors.read(Path(sys.argv[1]))
dataset = reading.catalog.datasets[0]
resource, out, place = dataset.resources[0], Collector(), Place(file="bang.csv")
rows = table.check(table.Subject(
    catalog=reading.catalog, dataset=dataset, resource=resource, path=reading.folder / dataset.folder / resource.path,
    place=place, targets=references.Targets(reading.folder, reading.catalog), described=lambda _part: place,
    dataset_said=lambda _part: place, today=date.today(), only_schema=True,
), out)
sys.exit(1 if out.counts or not rows else 0)
"""
_DUCKDB = """
import sys, duckdb
duckdb.sql(f"set threads = {sys.argv[2]}")
print(duckdb.sql(f"select count(*), count(distinct ma) from read_csv('{sys.argv[1]}', all_varchar = false)").fetchall())
"""


def main() -> int:
    os.environ.pop(
        "PYTHONDONTWRITEBYTECODE", None
    )  # installed programs have bytecode; compiling is not what is measured
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    with tempfile.TemporaryDirectory(prefix="dulieumo-bench-") as folder:
        root = bigtable.write(Path(folder), rows)
        table = root / "linh-vuc/bo/data/bang.csv"
        stock = Path(folder) / "stock.yaml"
        stock.write_text(yaml.safe_dump(_stock(root, table), allow_unicode=True), encoding="utf-8")
        print(f"{rows:,} rows, {table.stat().st_size / 1e6:.0f} MB, {os.cpu_count()} cores")
        bin_ = Path(sys.executable).parent
        commands = {
            "dulieumo check": [
                str(bin_ / "dulieumo"),
                "check",
                "--datasets",
                str(root),
                "--dist",
                f"{folder}/dist",
                "--no-cache",
            ],
            "its schema and key alone": [sys.executable, "-c", _BARE, str(root)],
            "duckdb, read and typed": [sys.executable, "-c", _DUCKDB, str(table), str(os.cpu_count())],
            "frictionless validate": [str(bin_ / "frictionless"), "validate", str(stock)],
        }
        table.read_bytes()
        measured = {
            name: _measure(command, 1 if name.startswith("frictionless") else 3) for name, command in commands.items()
        }
    plain = measured["frictionless validate"]
    for name, (wall, cpu, memory) in measured.items():
        print(f"{name:26} {wall:7.2f} s  {cpu:7.2f} s cpu  {memory:5.0f} MB  {plain[0] / wall:6.1f} × frictionless")
    everything, bare = measured["dulieumo check"], measured["its schema and key alone"]
    reached = (
        plain[0] / bare[0] >= AT_LEAST_BARE
        and plain[0] / everything[0] >= AT_LEAST_ALL
        and everything[2] <= MOST_MEMORY
    )
    print(
        f"targets: {AT_LEAST_BARE} × with the schema's constraints and key, {AT_LEAST_ALL} × with all rules and the gate, "
        f"{MOST_MEMORY} MB: {'reached' if reached else 'NOT reached'}"
    )
    return 0 if reached else 1


def _stock(root: Path, table: Path) -> dict[str, object]:
    """The table for plain Frictionless: the same schema, dialect and encoding, declared."""
    described = yaml.safe_load((root / "linh-vuc/bo/datapackage.yaml").read_text(encoding="utf-8"))["resources"][0]
    return {
        "$schema": "https://datapackage.org/profiles/2.0/dataresource.json",
        "name": "bang",
        "type": "table",
        "path": os.path.relpath(table, root.parent),
        "format": "csv",
        "encoding": "utf-8",
        "dialect": {"delimiter": ",", "quoteChar": '"', "doubleQuote": True, "skipInitialSpace": False},
        "schema": json.loads(json.dumps(verdict.schema_descriptor(described["schema"]))),
    }


def _measure(command: list[str], times: int) -> tuple[float, float, float]:
    """The best of some runs: seconds, seconds of all cores, peak memory in MB. Raises if the command fails."""
    best: tuple[float, float, float] | None = None
    for _ in range(times):
        pid = os.posix_spawn(
            command[0],
            command,
            os.environ,
            file_actions=[
                (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
                (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
            ],
        )
        started = time.perf_counter()
        _, status, usage = os.wait4(pid, 0)
        wall = time.perf_counter() - started
        if status != 0:
            raise subprocess.CalledProcessError(os.waitstatus_to_exitcode(status), command)
        found = (wall, usage.ru_utime + usage.ru_stime, _megabytes(usage))
        best = found if best is None or found[0] < best[0] else best
    assert best is not None
    return best


def _megabytes(usage: resource.struct_rusage) -> float:
    """Linux counts in KiB, macOS in bytes."""
    return usage.ru_maxrss / (1024 if sys.platform != "darwin" else 1 << 20)


if __name__ == "__main__":
    sys.exit(main())
