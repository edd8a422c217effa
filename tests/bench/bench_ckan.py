"""`make bench-ckan`: what publishing costs, as ratios to what others need on the same server at the same time.

    cold publish     every dataset of the repository to an empty CKAN, against (writes) × (ckanapi's time per bare dataset)
    no-op publish    nothing changed; ckanapi loads the same metadata again, and one bare write, beside it
    one cell         one value of one dataset changed: read, plan, write, look at the dataset and its files; beside a bare write
    DataStore load   a million rows, against PostgreSQL's COPY into a DataStore table of the same shape

`--rows` (or BENCH_ROWS), `--jobs` and `--skip-load` shorten it. The CKAN is one of its own, with the checkout's programs and its own data.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import yaml

from dulieumo import cells, csvfile, descriptors, localckan
from dulieumo.ckan import bootstrap, datastore, load
from dulieumo.ckan.client import Client
from dulieumo.ckan.model import DesiredResource, DesiredTable
from dulieumo.cli import build, check, plan, push, verify
from dulieumo.config import Settings, Target
from dulieumo.descriptors import resolve
from dulieumo.localckan import LocalCkan, postgres
from dulieumo.store import FolderStore
from tests import catalogues as made
from tests.bench import bigtable

REPOSITORY = Path(__file__).resolve().parents[2]


def timed(do: Callable[[], Any]) -> tuple[float, Any]:
    began = time.perf_counter()
    result = do()
    return time.perf_counter() - began, result


def tell(what: str, seconds: float, more: str = "") -> None:
    print(f"{what:48s} {seconds:8.2f} s  {more}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=int(os.environ.get("BENCH_ROWS", "1_000_000")))
    parser.add_argument("--jobs", type=int, default=4)
    parser.add_argument("--skip-load", action="store_true")
    parser.add_argument("--only-load", action="store_true")
    arguments = parser.parse_args()
    localckan.up(REPOSITORY / ".local-ckan")
    with tempfile.TemporaryDirectory(prefix="bench-ckan-") as name:
        root = Path(name)
        folder = root / ".local-ckan"
        folder.mkdir()
        (folder / "install").symlink_to(REPOSITORY / ".local-ckan" / "install")
        ckan = localckan.up(folder)
        try:
            if not arguments.only_load:
                catalogue(ckan, root, arguments.jobs)
            if not arguments.skip_load:
                big_load(ckan, root, arguments.rows)
        finally:
            localckan.down(folder)


def catalogue(ckan: LocalCkan, root: Path, jobs: int) -> None:
    shutil.copytree(REPOSITORY / "datasets", root / "datasets")
    target = Target(name="bench", url=ckan.url, token_file=ckan.token_file)
    settings = Settings(
        root=root, datasets=root / "datasets", dist=root / "dist", target="bench", targets={"bench": target}
    )
    reading = descriptors.read(settings.datasets)
    assert reading.catalog is not None
    bootstrap.bootstrap(
        Client(ckan.url, ckan.sysadmin_token()), bootstrap.wanted(reading.catalog), token_file=ckan.token_file
    )
    assert check.run(settings).is_valid
    build.run(settings)
    count = len(reading.catalog.datasets)

    ckanapi_seconds = ckanapi_load(ckan, root, bare(reading.catalog, "ckanapi"))
    tell(
        f"ckanapi load datasets, {count} bare, 2 workers",
        ckanapi_seconds,
        f"{1000 * ckanapi_seconds / count:.0f} ms per dataset",
    )
    again = ckanapi_load(ckan, root, bare(reading.catalog, "ckanapi"))
    tell("ckanapi load datasets, the same again", again)
    ckan.reset_data(keep_organizations=True)

    cold, receipt = timed(lambda: push.run(settings, jobs=jobs))
    assert not receipt.failures, receipt.failures
    ratio = cold / (receipt.writes * ckanapi_seconds / count)
    tell(
        "cold publish",
        cold,
        f"{count} datasets, {receipt.done['records']} tables, {receipt.writes} writes: {ratio:.2f} × (target 1.3)",
    )
    no_op, receipt = timed(lambda: push.run(settings))
    one = bare_write(ckan)
    tell("one bare package_patch", one, "the measure of what follows: 85 ms on a quiet machine")
    tell(
        "no-op publish",
        no_op,
        f"{no_op / again:.2f} × ckanapi's, {no_op / one:.1f} × a bare write (target 1 s: 11.8 ×)",
    )
    seconds, made_plan = timed(lambda: plan.run(settings))
    assert made_plan.is_empty
    tell("plan", seconds)
    seconds, found = timed(lambda: verify.run(settings))
    assert found.is_clean, found.problems
    tell("verify", seconds, f"{found.probes} checks, {found.resources} files, {found.rows} rows")
    change_one_cell(settings.datasets)
    assert check.run(settings).is_valid
    build.run(settings, allow_breaking=True)
    before = bare_write(ckan)
    seconds, receipt = timed(lambda: push.run(settings))
    assert not receipt.failures, receipt.failures
    ratio = seconds / ((before + bare_write(ckan)) / 2)
    counts = f"{receipt.writes} writes, {receipt.requests} requests"
    tell("one cell changed", seconds, f"{counts}: {ratio:.1f} × a bare write (target 2 s: 23.5 ×)")
    frictionless_publish(ckan, settings, reading.catalog.datasets[:5])


def bare_write(ckan: LocalCkan) -> float:
    """The time of one package_patch of a dataset without resources, now: the server's speed while others use the machine."""
    admin = Client(ckan.url, ckan.sysadmin_token())
    name = "bench-bare"
    if admin.find("package_show", id=name) is None:
        admin.write("package_create", {"name": name, "owner_org": admin.read("organization_list")[0]})
    times = [
        timed(lambda: admin.write("package_patch", {"id": name, "notes": uuid.uuid4().hex}))[0] for _run in range(5)
    ]
    return sorted(times)[2]


def bare(catalog: Any, prefix: str) -> list[dict[str, Any]]:
    """The metadata of the datasets without resources, under other names, as ckanapi loads it."""
    return [
        {
            "name": f"{prefix}-{dataset.name}"[:100],
            "title": str(dataset.title),
            "notes": str(dataset.description),
            "owner_org": dataset.publisher,
            "tags": [{"name": word} for word in dataset.keywords],
        }
        for dataset in catalog.datasets
    ]


def ckanapi_load(ckan: LocalCkan, root: Path, packages: list[dict[str, Any]]) -> float:
    lines = root / "ckanapi.jsonl"
    lines.write_text("".join(json.dumps(item) + "\n" for item in packages), encoding="utf-8")
    token = ckan.token_file.read_text(encoding="utf-8").strip()
    command = [
        str(Path(sys.executable).with_name("ckanapi")),
        "load",
        "datasets",
        "-I",
        str(lines),
        "-r",
        ckan.url,
        "-a",
        token,
        "-p",
        "2",
        "-q",
    ]
    bin_folder = str(Path(sys.executable).parent)  # it starts its workers by name
    environment = {**os.environ, "PATH": f"{bin_folder}{os.pathsep}{os.environ.get('PATH', '')}"}
    seconds, done = timed(lambda: subprocess.run(command, check=False, capture_output=True, text=True, env=environment))
    if done.returncode != 0 or done.stdout.count('"error"') > done.stdout.count('"error": null'):
        raise SystemExit(f"ckanapi failed: {done.stdout[:300]} {done.stderr[-300:]}")
    return float(seconds)


def change_one_cell(datasets: Path) -> None:
    folder = next(datasets.glob("*/giai-ngan-von-dau-tu-cong"))
    table = next((folder / "data").glob("*.csv"))
    head, *lines = table.read_text(encoding="utf-8").splitlines()
    lines[0] += "x" if not lines[0].endswith('"') else ""
    table.write_text("\n".join([head, *lines]) + "\n", encoding="utf-8")
    path = folder / "datapackage.yaml"
    value = yaml.safe_load(path.read_text(encoding="utf-8"))
    value["version"] = "1.9.9"
    line = {
        "version": "1.9.9",
        "date": "2026-11-22",
        "description": "Sửa một ô.",
        "description@en": "One cell changed.",
    }
    value["dulieumo:changelog"].append(line)
    path.write_text(
        yaml.safe_dump(json.loads(json.dumps(value)), allow_unicode=True, sort_keys=False), encoding="utf-8"
    )


def frictionless_publish(ckan: LocalCkan, settings: Settings, datasets: Any) -> None:
    """frictionless's own publish: files only, no tables, no views; five datasets, and the same five again.

    It sends a package's `id` as CKAN's own, which CKAN takes from sysadmins alone, so it gets the packages without; and it
    either makes datasets or updates them (`allow_update`), so each run is told which."""
    script = (
        "import json, os, sys; from frictionless import Package; from frictionless.portals import CkanControl\n"
        "for given in sys.argv[3:]:\n"
        "    publisher, path = given.split('=', 1)\n"
        "    body = json.load(open(path, encoding='utf-8')); del body['id']; body['name'] = 'fr-' + body['name']\n"
        "    package = Package.from_descriptor(body, basepath=os.path.dirname(path))\n"
        "    control = CkanControl(baseurl=sys.argv[1], apikey=os.environ['TOKEN'], organization_name=publisher,\n"
        "                          allow_update=sys.argv[2] == 'again')\n"
        "    package.publish(control=control)\n"
    )
    paths = [
        f"{dataset.publisher}={settings.store}/data/{dataset.name}/{dataset.version}/datapackage.json"
        for dataset in datasets
    ]
    token = ckan.token_file.read_text(encoding="utf-8").strip()
    reader = Client(ckan.url)
    for what, which in (("5 datasets, files only", "new"), ("the same again", "again")):
        seconds, done = timed(
            lambda which=which: subprocess.run(
                [sys.executable, "-c", script, ckan.url, which, *paths],
                check=False,
                capture_output=True,
                text=True,
                env={**os.environ, "TOKEN": token},
            )
        )
        if done.returncode:
            note = f"fails: {done.stderr.strip().splitlines()[-1][:200]}"
        else:
            bodies = [reader.read("package_show", id=f"fr-{dataset.name}") for dataset in datasets]
            note = f"{sum(len(body['resources']) for body in bodies)} resources on CKAN"
        tell(f"frictionless publish, {what}", seconds, note)


def big_load(ckan: LocalCkan, root: Path, count: int) -> None:
    admin = Client(ckan.url, ckan.sysadmin_token())
    admin.write("organization_create", {"name": f"bench-{uuid.uuid4().hex[:6]}"})
    owner = admin.read("organization_list")[0]
    ids = [str(uuid.uuid4()), str(uuid.uuid4())]
    name = f"bench-{uuid.uuid4().hex[:8]}"
    resources = [{"id": id_, "url": f"{id_}.csv", "url_type": "upload", "format": "CSV"} for id_ in ids]
    admin.write("package_create", {"name": name, "owner_org": owner, "resources": resources})
    schema = resolve.schema(made.resource("bang", bigtable.FIELDS, ["ma"])["schema"])
    arrow = pa.schema([(column.name, cells.arrow_type(column)) for column in schema.columns])
    store, csv = FolderStore(root / "big"), root / "big.csv"
    store.root.mkdir()
    with csv.open("wb") as text, pq.ParquetWriter(store.root / "big.parquet", arrow) as parquet:
        text.write(csvfile.header(schema.columns))
        for start in range(0, count, bigtable.CHUNK):
            batch = bigtable._chunk(arrow, start, min(bigtable.CHUNK, count - start))
            text.write(csvfile.records(schema.columns, batch))
            parquet.write_batch(batch)
    table = DesiredTable(
        resource="bang",
        schema=schema,
        fields=datastore.fields(schema),
        primary_key=schema.primary_key,
        indexes=(),
        rows=count,
        state="1.0.0#0",
        parquet="big.parquet",
    )
    resource = DesiredResource(
        key="bang.csv",
        id=ids[0],
        fields={},
        path="big.csv",
        media_type="text/csv",
        bytes=0,
        sha256="",
        is_link=False,
        table=table,
    )
    ours, _loaded = timed(lambda: load.load(admin, store, name, resource, table, None))
    assert admin.read("datastore_info", id=ids[0])["meta"]["count"] == count
    tell(f"DataStore load, {count:,} rows × {len(schema.columns)}", ours, f"{count / ours:,.0f} rows per second")
    body = {
        "resource_id": ids[1],
        "force": True,
        "fields": [dict(field) for field in table.fields],
        "primary_key": list(table.primary_key),
    }
    admin.write("datastore_create", body)
    columns = ", ".join(f'"{column.name}"' for column in schema.columns)
    copy = f"\\copy \"{ids[1]}\" ({columns}) FROM '{csv}' WITH (FORMAT csv, HEADER true)"
    theirs, _answer = timed(lambda: postgres.query(ckan.context, postgres.DATASTORE, copy))
    tell("PostgreSQL COPY into the same kind of table", theirs, f"ours is {ours / theirs:.2f} × (target 1.5)")


if __name__ == "__main__":
    main()
