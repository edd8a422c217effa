"""`make bench-scale`: how time and memory grow with the number of datasets and with the number of rows.

Each figure is one whole process on a warm file cache: wall time, processor time, peak memory. The last column is what one dataset
more, or a million rows more, cost in processor time between this size and the one before: as long as it stays the same, a bigger
catalogue may be reckoned from it.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import tempfile
from pathlib import Path

from tests import catalogues as made
from tests.bench import bigtable
from tests.bench.bench_build import BUILD, PROGRAMS, measure
from tests.catalogues import field

DATASETS = (100, 300, 1000)
MILLIONS = (1.0, 2.0, 5.0)
SMALL_ROWS = 20
COMMAND = "from dulieumo.cli import run; assert run(['{command}', '--datasets', '{root}', '--dist', '{dist}']) == 0"


def catalogue(folder: Path, datasets: int) -> Path:
    """A catalogue of so many datasets of one small table each."""
    text = "ma,ten,so\n" + "".join(f"M{n:03},Dòng số {n},{n}\n" for n in range(SMALL_ROWS))
    packages = [
        made.package(f"bo-{n:05}", [made.resource("bang", [field("ma"), field("ten"), field("so", "integer")], ["ma"])])
        for n in range(datasets)
    ]
    return made.write(folder, packages, {f"{item['name']}/bang.csv": text for item in packages})


def by_datasets(sizes: list[int]) -> None:
    steps = ("check", "build", "build again")
    before: dict[str, tuple[int, float]] = {}
    for size in sizes:
        with tempfile.TemporaryDirectory() as name:
            root, dist = catalogue(Path(name), size), Path(name, "dist")
            for step in steps:
                spent = cpu()
                seconds, peak = measure(COMMAND.format(command=step.split()[0], root=root, dist=dist))
                spent = cpu() - spent
                more = growth(before, step, size, spent, 1000)
                show(f"{size} datasets", step, seconds, spent, peak, more, "ms a dataset")


def by_rows(sizes: list[float]) -> None:
    before: dict[str, tuple[float, float]] = {}
    for size in sizes:
        with tempfile.TemporaryDirectory() as name:
            root = bigtable.write(Path(name), int(size * 1e6))
            (root / "linh-vuc/bo/data/bang.csv").read_bytes()  # warm
            spent = cpu()
            seconds, peak = measure(PROGRAMS[BUILD].format(root=root, out=Path(name) / "out"))
            spent = cpu() - spent
            shutil.rmtree(Path(name) / "out")
            more = growth(before, "", size, spent, 1)
            show(f"{size:g} million rows", "build", seconds, spent, peak, more, "s a million")


def cpu() -> float:
    """Processor seconds of all the processes that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def growth(before: dict, step: str, size: float, seconds: float, scale: float) -> float | None:  # type: ignore[type-arg]
    """What one more cost since the size before."""
    last = before.get(step)
    before[step] = (size, seconds)
    return scale * (seconds - last[1]) / (size - last[0]) if last else None


def show(what: str, step: str, seconds: float, spent: float, peak: float, more: float | None, unit: str) -> None:
    extra = f"  {more:7.2f} {unit} more" if more is not None else ""
    print(f"{what:18} {step:12} {seconds:7.1f} s  {spent:7.1f} s of CPU  {peak:5.0f} MB{extra}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--datasets", default=",".join(map(str, DATASETS)), help="numbers of datasets, empty for none")
    parser.add_argument("--millions", default=",".join(map(str, MILLIONS)), help="millions of rows, empty for none")
    options = parser.parse_args()
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    by_datasets([int(size) for size in options.datasets.split(",") if size])
    by_rows([float(size) for size in options.millions.split(",") if size])


if __name__ == "__main__":
    main()
