"""A big table lies in several Parquet files: each whole, together the table, wherever it is read."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import duckdb
import pandas
import polars
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

import dulieumo
from dulieumo import build, changes, distributions, parquetfile, release, wholeness
from dulieumo.catalog import packages
from dulieumo.ckan import load, mapping
from dulieumo.ckan.model import ServerProfile
from dulieumo.cli import run
from dulieumo.errors import UsageError
from dulieumo.model import DatasetVersion
from dulieumo.store import FolderStore
from tests import catalogues as made
from tests.build.making import make, only, read
from tests.catalogues import field

PART = 1000
ROWS = 2500


def written(folder: Path, *, rows: int = ROWS, is_ordered: bool = True, first: str = "dòng 0", **more: Any) -> Path:
    numbers = range(rows) if is_ordered else reversed(range(rows))
    lines = [f'M{n:05},{n},{f"dòng {n}" if n else first},"106.{n:04},10.{n:04}"\n' for n in numbers]
    fields = [field("ma"), field("so", "integer"), field("ten"), field("noi", "geopoint")]
    table = made.resource("bang", fields, ["ma"], **{"dulieumo:partRows": PART, **more.pop("resource", {})})
    return made.write(
        folder, [made.package("bo", [table], **more)], {"bo/bang.csv": "ma,so,ten,noi\n" + "".join(lines)}
    )


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> FolderStore:
    folder = tmp_path_factory.mktemp("parts")
    store = FolderStore(folder / "store")
    make(written(folder), store)
    return store


@pytest.fixture(scope="module")
def version(store: FolderStore) -> DatasetVersion:
    return only(release.read(store))


def test_each_part_is_a_whole_file_and_no_bigger_than_declared(store: FolderStore, version: DatasetVersion) -> None:
    parts = [item for item in version.artifacts if item.kind == "parquet-part"]
    assert [(item.path, item.rows) for item in parts] == [
        ("bang/part-00000.parquet", 1000),
        ("bang/part-00001.parquet", 1000),
        ("bang/part-00002.parquet", 500),
    ]
    assert version.artifact("bang", "parquet") is None
    sums = release.read_sums(store, version.folder)
    edges = []
    for item in parts:
        path = store.local_path(f"{version.folder}/{item.path}")
        assert hashlib.sha256(path.read_bytes()).hexdigest() == item.sha256 == sums[item.path]
        facts = pq.ParquetFile(path)
        assert facts.schema_arrow.metadata[b"dataset"] == b"bo"
        assert facts.schema_arrow.field("ma").metadata[b"title"].decode() == "Cột ma"
        group = facts.metadata.row_group(0)
        assert group.sorting_columns[0].column_index == 0
        edges += [group.column(0).statistics.min, group.column(0).statistics.max]
    assert edges == ["M00000", "M00999", "M01000", "M01999", "M02000", "M02499"]


def test_every_reader_has_the_whole_table(store: FolderStore, version: DatasetVersion) -> None:
    folder = store.local_path(f"{version.folder}/bang")
    wanted = [f"M{n:05}" for n in range(ROWS)]
    assert [row[0] for row in duckdb.sql(f"select ma from '{folder}/*.parquet'").fetchall()] == wanted
    assert polars.read_parquet(f"{folder}/*.parquet")["ma"].to_list() == wanted
    assert pandas.read_parquet(folder)["ma"].tolist() == wanted
    assert pq.read_table(folder)["so"].to_pylist() == list(range(ROWS))
    titles = duckdb.sql(
        f"select count(*) from parquet_kv_metadata('{folder}/*.parquet') where key = 'title'"
    ).fetchall()
    assert titles == [(3,)]


def test_the_parts_are_equal_to_the_csv_and_a_lost_or_foreign_one_is_found(
    store: FolderStore, version: DatasetVersion, tmp_path: Path
) -> None:
    assert wholeness.check(store, cells=True).is_whole
    copy = FolderStore(tmp_path / "copy")
    shutil.copytree(store.root, copy.root)
    second = copy.local_path(f"{version.folder}/bang/part-00001.parquet")
    second.rename(second.with_name("part-00003.parquet"))
    found = wholeness.check(copy, cells=True)
    assert found.missing == (f"{version.folder}/bang/part-00001.parquet",)
    assert found.extra == (f"{version.folder}/bang/part-00003.parquet",)
    assert found.unequal == (f"{version.folder}/bang",)


def test_a_source_out_of_order_gives_the_same_parts(
    store: FolderStore, version: DatasetVersion, tmp_path: Path
) -> None:
    other = FolderStore(tmp_path / "store")
    make(written(tmp_path, is_ordered=False), other)
    assert release.read_sums(other, version.folder) == release.read_sums(store, version.folder)


def test_one_file_up_to_the_limit_and_the_content_hash_does_not_depend_on_it(
    version: DatasetVersion, tmp_path: Path
) -> None:
    full = only(make(written(tmp_path / "full", rows=PART), FolderStore(tmp_path / "full-store")))
    assert [item.path for item in full.artifacts if "parquet" in item.kind] == ["bang.parquet", "bang.geo.parquet"]
    root = written(tmp_path / "one", resource={"dulieumo:partRows": 10 * ROWS})
    one = only(make(root, FolderStore(tmp_path / "one-store")))
    assert one.artifact("bang", "parquet") is not None
    assert one.content_hash == version.content_hash


def test_the_other_forms_and_the_profile_are_of_the_whole_table(store: FolderStore, version: DatasetVersion) -> None:
    assert [item.kind for item in version.artifacts] == ["csv", *["parquet-part"] * 3, "xlsx", "geoparquet"]
    assert {item.rows for item in version.artifacts if item.kind != "parquet-part"} == {ROWS}
    profile = release.read_profile(store, version)["bang"]
    assert profile["rows"] == ROWS
    assert (profile["columns"]["so"]["min"], profile["columns"]["so"]["max"]) == (0, ROWS - 1)
    assert pq.read_metadata(store.local_path(f"{version.folder}/bang.geo.parquet")).num_rows == ROWS


def test_rows_are_compared_across_parts(store: FolderStore, version: DatasetVersion, tmp_path: Path) -> None:
    log = [{"version": number, "date": "2025-01-01", "description": "Bản."} for number in ("1.0.0", "1.1.0")]
    more = {"version": "1.1.0", "dulieumo:changelog": log, "resource": {"dulieumo:partRows": 1700}}
    root = written(tmp_path, first="khác", **more)
    reading, other = read(root), FolderStore(tmp_path / "store")
    assert reading.catalog is not None
    later = build.build(reading.catalog, reading.catalog.datasets[0], root, other)
    (table,) = changes.compare(store, version, later, into=other).tables
    assert (table.added, table.removed, table.changed, table.drift) == (0, 0, 1, {"ten": 1})


def test_ckan_gets_the_table_and_no_part(store: FolderStore, version: DatasetVersion) -> None:
    server = ServerProfile(url="http://x", version="2.12.0", extensions=(), licenses=("cc-by",))
    desired = mapping.desired(version, release.read(store).catalog, server)
    assert [item.key for item in desired.resources] == ["bang.csv", "bang.xlsx"]
    table = desired.resources[0].table
    assert table is not None
    assert table.rows == ROWS
    assert load._read(store, table.parquet).column("so").to_pylist() == list(range(ROWS))


def test_developers_get_the_table(
    store: FolderStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    site = tmp_path / "site"
    shutil.copytree(store.local_path("data"), site / "data")
    (site / "datapackages.json").write_bytes(packages.packages(release.read(store)))
    dataset = dulieumo.open_catalog(str(site))["bo"]
    assert dataset.table().column("so").to_pylist() == list(range(ROWS))
    assert len(dataset.files()) == 3
    with pytest.raises(UsageError, match="3"):
        dataset.file(format_="parquet")
    words = ["get", "bo", "--from", str(site), "--as", "parquet"]
    assert run([*words, "--out", str(tmp_path / "bang.parquet")]) == 2
    assert "--out" in capsys.readouterr().err
    (tmp_path / "got").mkdir()
    assert run([*words, "--out", str(tmp_path / "got")]) == 0
    assert pq.read_table(tmp_path / "got" / "bo-1.0.0-bang").num_rows == ROWS


def test_the_published_descriptor_lists_the_parts(store: FolderStore, version: DatasetVersion) -> None:
    descriptor = json.loads(store.local_path(f"{version.folder}/datapackage.json").read_text())
    (entry,) = descriptor["resources"]
    assert "dulieumo:partRows" not in entry
    assert [item["format"] for item in entry["dulieumo:distributions"]].count("parquet-part") == 3


@given(
    sizes=st.lists(st.integers(0, 40), min_size=0, max_size=12),
    limit=st.integers(1, 60),
)
def test_parts_hold_the_rows_in_order_and_all_but_the_last_are_full(
    sizes: list[int], limit: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("writer")
    schema = pa.schema([pa.field("n", pa.int64())])
    total = 0
    with parquetfile.TableWriter(folder, "bang", schema, part_rows=limit) as writer:
        for size in sizes:
            writer.write(pa.RecordBatch.from_pydict({"n": range(total, total + size)}, schema=schema))
            total += size
    with parquetfile.TableReader([path for path, _rows in writer.paths]) as reader:
        assert reader.read().column("n").to_pylist() == list(range(total))
    counts = [rows for _path, rows in writer.paths]
    assert counts == [pq.read_metadata(path).num_rows for path, _rows in writer.paths]
    assert all(rows == limit for rows in counts[:-1])
    assert counts[-1] <= limit
    assert (len(counts) == 1) == (total <= limit) == (folder / "bang.parquet").is_file()


def test_the_function_of_a_resource_needs_nothing_but_declaration_and_bytes(
    store: FolderStore, version: DatasetVersion, tmp_path: Path
) -> None:
    root = written(tmp_path / "source")
    reading = read(root)
    assert reading.catalog is not None
    dataset = reading.catalog.datasets[0]
    lone = tmp_path / "elsewhere" / "bang.csv"
    lone.parent.mkdir()
    (into := tmp_path / "into").mkdir()
    shutil.move(root / "linh-vuc/bo/data/bang.csv", lone)
    made_here = distributions.make(reading.catalog, dataset, dataset.resources[0], lone, into)
    assert made_here.artifacts == version.artifacts
