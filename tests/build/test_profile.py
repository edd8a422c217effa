"""What the profile of a column says, held against what plain Python counts."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dulieumo import convert, profile, release, withdrawal
from dulieumo.store import FolderStore
from tests import catalogues as made
from tests.build.making import make, only, read
from tests.build.test_withdrawal import WHY
from tests.catalogues import field


def profiled(folder: Path, fields: list[dict[str, Any]], csv: str) -> dict[str, Any]:
    root = made.one(folder, fields, csv)
    reading = read(root)
    assert reading.catalog is not None
    (dataset,) = reading.catalog.datasets
    (resource,) = dataset.resources
    convert.convert(dataset, resource, root / dataset.folder / "data/bang.csv", folder)
    found = profile.table(resource, [folder / "bang.parquet"])
    assert found["rows"] == csv.count("\n") - 1
    columns: dict[str, Any] = found["columns"]
    return columns


def test_values_are_counted_and_the_commonest_come_first(tmp_path: Path) -> None:
    fields = [field("loai"), field("so", "integer"), field("co", "boolean"), field("vi_tri", "geopoint")]
    rows = ["a,1,true,", "b,2,false,", 'a,3,true,"106.7,10.7"', ",4,true,", "a,1000,,"]
    found = profiled(tmp_path, fields, "loai,so,co,vi_tri\n" + "\n".join(rows) + "\n")
    assert found["loai"] == {"rows": 5, "missing": 1, "distinct": 2, "top": [["a", 3], ["b", 1]]}
    assert (found["so"]["min"], found["so"]["max"], found["so"]["distinct"]) == (1, 1000, 5)
    assert found["so"]["bins"]["counts"] == [4, *[0] * 14, 1]
    assert found["co"] == {"rows": 5, "missing": 1, "distinct": 2, "top": [[True, 3], [False, 1]]}
    assert found["vi_tri"] == {"rows": 5, "missing": 4}


def test_dates_years_and_decimals_have_ends_and_bins(tmp_path: Path) -> None:
    fields = [field("ngay", "date"), field("nam", "year"), field("gia", "number")]
    rows = [f"2025-01-{day:02},20{day:02},{day}.50" for day in range(1, 32)]
    found = profiled(tmp_path, fields, "ngay,nam,gia\n" + "\n".join(rows) + "\n")
    assert (found["ngay"]["min"], found["ngay"]["max"]) == ("2025-01-01", "2025-01-31")
    assert (found["nam"]["bins"]["low"], found["nam"]["bins"]["high"]) == ("2001", "2031")
    assert (found["gia"]["min"], found["gia"]["max"]) == (1.5, 31.5)
    assert all(sum(found[name]["bins"]["counts"]) == 31 for name in ("ngay", "nam", "gia"))


def test_empty_tables_and_empty_columns_have_nothing_to_tell(tmp_path: Path) -> None:
    fields = [field("ma"), field("so", "integer")]
    assert profiled(tmp_path / "1", fields, "ma,so\n") == {"ma": {"rows": 0}, "so": {"rows": 0}}
    assert profiled(tmp_path / "2", fields, "ma,so\na,\nb,\n")["so"] == {"rows": 2, "missing": 2}
    assert "bins" not in profiled(tmp_path / "3", fields, "ma,so\na,7\nb,7\n")["so"]


def test_more_values_than_can_be_counted_are_at_least_so_many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(profile, "DISTINCT_LIMIT", 100)
    monkeypatch.setattr(profile, "FEW_ROWS", 50)  # the way with several threads
    found = profiled(tmp_path, [field("ma"), field("loai")], "ma,loai\n" + "".join(f"M{n},x\n" for n in range(500)))
    assert found["ma"] == {"rows": 500, "distinctAtLeast": 500}
    assert found["loai"]["distinct"] == 1


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from(["", "a", "b", "đ", "e" * 70]) | st.text("xyz", max_size=2), min_size=1, max_size=30))
def test_counts_are_those_of_python(tmp_path_factory: pytest.TempPathFactory, texts: list[str]) -> None:
    rows = "".join(f"{number},{text}\n" for number, text in enumerate(texts))
    found = profiled(tmp_path_factory.mktemp("p"), [field("so", "integer"), field("chu")], "so,chu\n" + rows)["chu"]
    counts = Counter(text for text in texts if text)
    assert found.get("missing", 0) == texts.count("")
    if counts:
        assert found["distinct"] == len(counts)
        for text, count in found.get("top", ()):
            assert count == max(n for value, n in counts.items() if value[:60] == text.removesuffix("…"))


def test_a_version_keeps_its_profile_until_it_is_withdrawn(tmp_path: Path) -> None:
    store = FolderStore(tmp_path / "store")
    version = only(make(made.one(tmp_path, [field("ma")], "ma\na\n", ["ma"]), store))
    assert release.read_profile(store, version)["bang"]["columns"]["ma"]["distinct"] == 1
    withdrawal.withdraw(store, [("bo", "1.0.0")], WHY)
    assert release.read_profile(store, version) == {}
