"""From a committed table to a version: what stands in the CSV, the Parquet and the descriptor."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import duckdb
import frictionless
import pyarrow as pa
import pyarrow.csv as arrow_csv
import pyarrow.parquet as pq
import pytest

from dulieumo import build, release
from dulieumo.errors import ConfigError, ReleaseError
from dulieumo.store import FolderStore
from tests import catalogues as made
from tests.build.making import make, only
from tests.catalogues import field

EVERY_TYPE = [
    field("ma"),
    field("so", "integer", groupChar="."),
    field("gia", "number", decimalChar=",", groupChar="."),
    field("do", "number", **{"dulieumo:float": True}),
    field("co", "boolean", trueValues=["Có"], falseValues=["Không"]),
    field("ngay", "date", format="%d/%m/%Y"),
    field("luc", "datetime"),
    field("nam", "year"),
    field("thang", "yearmonth"),
    field("nhan", "list"),
    field("vi_tri", "geopoint"),
]
EVERY_ROW = (
    "ma,so,gia,do,co,ngay,luc,nam,thang,nhan,vi_tri\n"
    'B2,1.234,"1.234,5",0.1,Có,01/07/2025,2025-07-01T08:30:00+07:00,2025,2025-07,"x,y","106.7,10.77"\n'
    "A1,,,,,,,,,,\n"
)


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    return FolderStore(tmp_path / "store")


def test_the_csv_is_canonical_and_ordered_by_key(tmp_path: Path, store: FolderStore) -> None:
    version = only(make(made.one(tmp_path, EVERY_TYPE, EVERY_ROW, ["ma"]), store))
    text = store.local_path(f"{version.folder}/bang.csv").read_bytes().decode()
    assert text == (
        "ma,so,gia,do,co,ngay,luc,nam,thang,nhan,vi_tri\n"
        "A1,,,,,,,,,,\n"
        'B2,1234,1234.50,0.1,true,2025-07-01,2025-07-01T01:30:00Z,2025,2025-07,"x,y","106.7,10.77"\n'
    )


def test_csv_and_parquet_hold_the_same_cells_under_the_declared_types(tmp_path: Path, store: FolderStore) -> None:
    version = only(make(made.one(tmp_path, EVERY_TYPE, EVERY_ROW, ["ma"]), store))
    table = pq.read_table(store.local_path(f"{version.folder}/bang.parquet"))
    assert [str(kind) for kind in table.schema.types] == [
        "string",
        "int64",
        "decimal128(12, 2)",
        "double",
        "bool",
        "date32[day]",
        "timestamp[us, tz=UTC]",
        "int32",
        "string",
        "list<element: string>",
        "struct<lon: double, lat: double>",
    ]
    assert table.column("ma").to_pylist() == ["A1", "B2"]
    assert table.column("gia").to_pylist()[0] is None
    assert str(table.column("gia")[1]) == "1234.50"


def test_an_all_empty_column_keeps_its_type(tmp_path: Path, store: FolderStore) -> None:
    root = made.one(tmp_path, [field("ma"), field("so", "integer"), field("ngay", "date")], "ma,so,ngay\na,,\n", ["ma"])
    version = only(make(root, store))
    kinds = pq.read_schema(store.local_path(f"{version.folder}/bang.parquet")).types
    assert [str(kind) for kind in kinds] == ["string", "int64", "date32[day]"]


def test_an_empty_table_is_built_with_its_header(tmp_path: Path, store: FolderStore) -> None:
    version = only(make(made.one(tmp_path, [field("ma"), field("so", "integer")], "ma,so\n", ["ma"]), store))
    assert store.local_path(f"{version.folder}/bang.csv").read_text() == "ma,so\n"
    assert version.rows("bang") == 0
    assert pq.read_table(store.local_path(f"{version.folder}/bang.parquet")).num_rows == 0


def test_stock_frictionless_accepts_the_published_descriptor(tmp_path: Path, store: FolderStore) -> None:
    root = made.one(
        tmp_path,
        EVERY_TYPE[:9],
        "\n".join(
            line.split(',"x,y"')[0].removesuffix(",,") for line in EVERY_ROW.replace(",nhan,vi_tri", "").splitlines()
        )
        + "\n",
        ["ma"],
    )
    version = only(make(root, store))
    report = frictionless.validate(str(store.local_path(f"{version.folder}/datapackage.json")))
    assert report.valid, report.flatten(["type", "message"])


def test_the_descriptor_lists_each_file_with_size_and_hash(tmp_path: Path, store: FolderStore) -> None:
    version = only(make(made.one(tmp_path, [field("ma")], "ma\na\n", ["ma"]), store))
    descriptor = store.read_json(f"{version.folder}/datapackage.json")
    distributions = descriptor["resources"][0]["dulieumo:distributions"]
    assert {item["format"] for item in distributions} >= {"csv", "parquet"}
    for item in distributions:
        data = store.local_path(f"{version.folder}/{item['path']}").read_bytes()
        assert item["bytes"] == len(data)
        assert item["hash"] == "sha256:" + hashlib.sha256(data).hexdigest()


def test_the_parquet_describes_itself(tmp_path: Path, store: FolderStore) -> None:
    fields = [
        field("ma", categories=[{"value": "a", "label": "Loại A"}]),
        field("so", "integer", **{"dulieumo:unit": "đồng"}),
    ]
    version = only(make(made.one(tmp_path, fields, "ma,so\na,1\n", ["ma"]), store))
    schema = pq.read_schema(store.local_path(f"{version.folder}/bang.parquet"))
    assert schema.metadata[b"dataset"] == b"bo"
    assert schema.metadata[b"version"] == b"1.0.0"
    assert "CC-BY-4.0" in schema.metadata[b"licenses"].decode()
    assert schema.field("so").metadata[b"unit"].decode() == "đồng"
    assert json.loads(schema.field("ma").metadata[b"categories"]) == [{"value": "a", "label": "Loại A"}]
    assert b"notice" not in schema.metadata


def test_a_sample_table_says_so_inside_the_parquet(tmp_path: Path, store: FolderStore) -> None:
    table = made.resource("bang", [field("ma")], ["ma"], **{"dulieumo:kind": "sample"})
    root = made.write(tmp_path, [made.package("bo", [table])], {"bo/bang.csv": "ma\nmẫu 1\n"})
    version = only(make(root, store))
    schema = pq.read_schema(store.local_path(f"{version.folder}/bang.parquet"))
    assert "SAMPLE" in schema.metadata[b"notice@en"].decode()
    assert "MẪU" in schema.metadata[b"notice"].decode()


def test_duckdb_reads_what_we_wrote(tmp_path: Path, store: FolderStore) -> None:
    version = only(make(made.one(tmp_path, EVERY_TYPE, EVERY_ROW, ["ma"]), store))
    path = store.local_path(f"{version.folder}/bang.parquet")
    found = duckdb.sql(f"select so, gia, ngay, vi_tri.lat from '{path}' where ma = 'B2'")
    assert found is not None
    (row,) = found.fetchall()
    assert [str(value) for value in row] == ["1234", "1234.50", "2025-07-01", "10.77"]


def test_building_again_keeps_the_stored_bytes(tmp_path: Path, store: FolderStore) -> None:
    root = made.one(tmp_path, EVERY_TYPE, EVERY_ROW, ["ma"])
    first = make(root, store)
    path = store.local_path(f"{only(first).folder}/bang.parquet")
    before = path.stat()
    again = make(root, store)
    assert again.content_hash == first.content_hash
    assert path.stat().st_mtime_ns == before.st_mtime_ns


def test_the_same_commit_gives_the_same_bytes_in_another_place(tmp_path: Path) -> None:
    stores = [FolderStore(tmp_path / name / "store") for name in ("here", "there")]
    built = [make(made.one(tmp_path / str(n), EVERY_TYPE, EVERY_ROW, ["ma"]), one) for n, one in enumerate(stores)]
    assert built[0].name == built[1].name
    sums = [one.local_path(f"releases/{built[0].name}/SHA256SUMS").read_text() for one in stores]
    assert sums[0] == sums[1]


def test_the_order_of_rows_in_the_source_does_not_change_the_content(tmp_path: Path) -> None:
    head, *rows = EVERY_ROW.splitlines(keepends=True)
    texts = [head + "".join(rows), head + "".join(reversed(rows))]
    hashes = [
        only(
            make(made.one(tmp_path / str(n), EVERY_TYPE, text, ["ma"]), FolderStore(tmp_path / str(n) / "s"))
        ).content_hash
        for n, text in enumerate(texts)
    ]
    assert hashes[0] == hashes[1]


def test_a_released_version_never_changes(tmp_path: Path, store: FolderStore) -> None:
    root = made.one(tmp_path, [field("ma")], "ma\na\n", ["ma"])
    make(root, store)
    (root / "linh-vuc/bo/data/bang.csv").write_text("ma\nb\n")
    with pytest.raises(ReleaseError) as refusal:
        make(root, store)
    assert "1.0.0" in refusal.value.message
    assert store.local_path("data/bo/1.0.0/bang.csv").read_text() == "ma\na\n"


@pytest.mark.parametrize("csv", ["ma,so\na,x\n", "ma,so\na,1,2\n", b"ma,so\n\xff,1\n", "", "ma,so\na,007\n"])
def test_what_was_not_approved_is_not_built(tmp_path: Path, store: FolderStore, csv: str | bytes) -> None:
    root = made.one(tmp_path, [field("ma"), field("so", "integer")], csv, ["ma"])
    with pytest.raises(build.NotAsChecked):
        make(root, store)
    assert not store.exists("data/bo/1.0.0")
    assert release.latest(store) is None


def test_a_dataset_without_rows_of_key_keeps_the_order_of_its_source(tmp_path: Path, store: FolderStore) -> None:
    version = only(make(made.one(tmp_path, [field("ma")], "ma\nb\na\nb\n"), store))
    assert store.local_path(f"{version.folder}/bang.csv").read_text() == "ma\nb\na\nb\n"


def test_a_large_table_out_of_order_is_sorted_across_batches(tmp_path: Path, store: FolderStore) -> None:
    rows = [f"{n:06},{'x' * 50}" for n in range(150_000, 0, -1)]
    root = made.one(tmp_path, [field("ma"), field("chu")], "ma,chu\n" + "\n".join(rows) + "\n", ["ma"])
    version = only(make(root, store))
    path = store.local_path(f"{version.folder}/bang.parquet")
    keys = pq.read_table(path, columns=["ma"]).column("ma").to_pylist()
    assert keys == [f"{n:06}" for n in range(1, 150_001)]
    assert pq.ParquetFile(path).metadata.num_row_groups == 3
    again = arrow_csv.read_csv(
        store.local_path(f"{version.folder}/bang.csv"),
        convert_options=arrow_csv.ConvertOptions(column_types={"ma": pa.string()}),
    )
    assert again.column("ma").to_pylist() == keys


def test_a_resource_that_is_no_table_is_published_byte_for_byte(tmp_path: Path, store: FolderStore) -> None:
    document = {
        "name": "huong-dan",
        "title": "Hướng dẫn",
        "description": "Một tệp.",
        "path": "data/huong-dan.pdf",
        "format": "pdf",
        "mediatype": "application/pdf",
    }
    table = made.resource("bang", [field("ma")], ["ma"])
    root = made.write(
        tmp_path,
        [made.package("bo", [table, document])],
        {"bo/bang.csv": "ma\na\n", "bo/huong-dan.pdf": b"%PDF-1.7 \x00\xff"},
    )
    version = only(make(root, store))
    artifact = version.artifact("huong-dan", "file")
    assert artifact is not None
    assert store.local_path(f"{version.folder}/{artifact.path}").read_bytes() == b"%PDF-1.7 \x00\xff"


def test_a_release_reads_back_as_it_was_composed(tmp_path: Path, store: FolderStore) -> None:
    composed = make(made.one(tmp_path, EVERY_TYPE, EVERY_ROW, ["ma"]), store)
    again = release.read(store)
    assert again.name == composed.name
    assert again.catalog.title == composed.catalog.title
    assert [version.content_hash for version in again.versions] == [
        version.content_hash for version in composed.versions
    ]
    assert again.catalog.domains == composed.catalog.domains
    assert again.catalog.publishers == composed.catalog.publishers


def test_an_absent_or_newer_release_is_a_clear_error(tmp_path: Path, store: FolderStore) -> None:
    with pytest.raises(ConfigError, match=r"store|kho"):
        release.read(store)
    composed = make(made.one(tmp_path, [field("ma")], "ma\na\n", ["ma"]), store)
    path = store.local_path(f"releases/{composed.name}/release.json")
    manifest: dict[str, Any] = json.loads(path.read_text())
    path.write_text(json.dumps({**manifest, "format": "dulieumo-release/99"}))
    with pytest.raises(ConfigError, match="dulieumo-release/99"):
        release.read(store)


def test_a_copy_for_excel_is_the_csv_behind_a_mark(tmp_path: Path, store: FolderStore) -> None:
    table = made.resource("bang", [field("ma"), field("ten")], ["ma"], **{"dulieumo:csvForExcel": True})
    root = made.write(tmp_path, [made.package("bo", [table])], {"bo/bang.csv": "ma,ten\na,Thủ Đức\n"})
    version = only(make(root, store))
    assert [item.kind for item in version.artifacts] == ["csv", "parquet", "csv-excel", "xlsx"]
    plain, marked = (store.local_path(f"{version.folder}/bang{end}.csv").read_bytes() for end in ("", ".excel"))
    assert marked == b"\xef\xbb\xbf" + plain
    assert not plain.startswith(b"\xef\xbb\xbf")
    plain_store = FolderStore(tmp_path / "plain")
    without = made.one(tmp_path / "without", [field("ma"), field("ten")], "ma,ten\na,Thủ Đức\n", ["ma"])
    assert only(make(without, plain_store)).content_hash == version.content_hash
