"""What becomes of a release in the cases that go otherwise than planned: each has one defined outcome."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from dulieumo import build, check, incremental, release
from dulieumo.errors import ConfigError, ReleaseError
from dulieumo.model import Catalog, Dataset, DatasetVersion
from dulieumo.store import FolderStore
from tests import catalogues as made
from tests.build.making import make, only, read
from tests.catalogues import field

FIELDS = [field("ma"), field("so", "integer")]


def dataset(version: str, history: tuple[str, ...] = (), name: str = "bo", **more: Any) -> dict[str, Any]:
    log = [
        {"version": number, "date": f"2025-0{at}-01", "description": f"Bản {number}."}
        for at, number in enumerate((*history, version), start=1)
    ]
    table = made.resource("bang", FIELDS, ["ma"])
    return made.package(name, [table], version=version, **{"dulieumo:changelog": log, **more})


def written(folder: Path, csv: str, package: dict[str, Any], *others: dict[str, Any]) -> Path:
    tables = {f"{item['name']}/bang.csv": csv if item is package else "ma,so\n" for item in (package, *others)}
    return made.write(folder, [package, *others], tables)


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    return FolderStore(tmp_path / "store")


def rows(store: FolderStore, version: str) -> str:
    return store.local_path(f"data/bo/{version}/bang.csv").read_text()


def test_a_first_release_has_no_predecessor(tmp_path: Path, store: FolderStore) -> None:
    first = make(written(tmp_path, "ma,so\na,1\n", dataset("1.0.0")), store)
    assert first.previous is None
    assert release.names(store) == (first.name,)
    assert release.history(store) == {"bo": ("1.0.0",)}


def test_a_bad_release_is_corrected_by_the_next_number_and_stays_addressable(
    tmp_path: Path, store: FolderStore
) -> None:
    make(written(tmp_path / "1", "ma,so\na,1\n", dataset("1.0.0")), store)
    bad = make(written(tmp_path / "2", "ma,so\na,9\n", dataset("1.1.0", ("1.0.0",))), store)
    good = make(written(tmp_path / "3", "ma,so\na,1\n", dataset("1.2.0", ("1.0.0", "1.1.0"))), store)
    assert release.read(store).versions[0].version == "1.2.0"
    assert good.previous == bad.name
    assert [rows(store, number) for number in ("1.0.0", "1.1.0", "1.2.0")] == [
        "ma,so\na,1\n",
        "ma,so\na,9\n",
        "ma,so\na,1\n",
    ]
    assert only(release.read(store, bad.name)).version == "1.1.0"
    (change,) = store.read_json(f"releases/{good.name}/changes.json")["datasets"]
    assert (change["before"], change["after"], change["tables"][0]["changed"]) == ("1.1.0", "1.2.0", 1)
    assert release.history(store) == {"bo": ("1.2.0", "1.1.0", "1.0.0")}


def test_of_two_branches_with_one_number_the_second_is_refused_and_told_the_next(
    tmp_path: Path, store: FolderStore
) -> None:
    make(written(tmp_path / "1", "ma,so\na,1\n", dataset("1.0.0")), store)
    one = make(written(tmp_path / "one", "ma,so\na,1\nb,2\n", dataset("1.1.0", ("1.0.0",))), store)
    other = written(tmp_path / "other", "ma,so\na,1\nc,3\n", dataset("1.1.0", ("1.0.0",)))
    with pytest.raises(ReleaseError) as refused:
        make(other, store)
    assert "bang +1 −1 ≠0" in refused.value.message
    assert "1.2.0" in str(refused.value.hint)
    assert release.latest(store) == one.name
    assert rows(store, "1.1.0") == "ma,so\na,1\nb,2\n"
    merged = written(tmp_path / "merged", "ma,so\na,1\nb,2\nc,3\n", dataset("1.2.0", ("1.0.0", "1.1.0")))
    assert only(make(merged, store)).version == "1.2.0"


def test_a_number_that_was_refused_may_be_used_once_the_data_is_mended(tmp_path: Path, store: FolderStore) -> None:
    make(written(tmp_path / "1", "ma,so\na,1\n", dataset("1.0.0")), store)
    with pytest.raises(ReleaseError, match=r"1\.1\.0"):
        make(written(tmp_path / "2", "ma,so\na,2\n", dataset("1.0.1", ("1.0.0",))), store)
    mended = make(written(tmp_path / "3", "ma,so\na,1\n", dataset("1.0.1", ("1.0.0",))), store)
    assert only(mended).version == "1.0.1"
    assert rows(store, "1.0.1") == "ma,so\na,1\n"


def test_versions_that_never_were_released_leave_with_the_next_release(tmp_path: Path, store: FolderStore) -> None:
    make(written(tmp_path / "1", "ma,so\na,1\n", dataset("1.0.0")), store)
    with pytest.raises(ReleaseError):
        make(written(tmp_path / "2", "ma,so\na,2\n", dataset("1.0.1", ("1.0.0",))), store)
    assert store.folders("data/bo") == ("1.0.0", "1.0.1")
    make(written(tmp_path / "3", "ma,so\na,2\n", dataset("1.1.0", ("1.0.0",))), store)
    assert store.folders("data/bo") == ("1.0.0", "1.1.0")


def test_nothing_changed_makes_no_release(tmp_path: Path, store: FolderStore) -> None:
    root = written(tmp_path, "ma,so\na,1\n", dataset("1.0.0"))
    first = make(root, store, commit="a" * 40)
    again = make(root, store, commit="b" * 40)
    assert again == first
    assert release.names(store) == (first.name,)


def test_a_release_of_that_name_is_never_replaced(tmp_path: Path, store: FolderStore) -> None:
    make(written(tmp_path / "1", "ma,so\na,1\n", dataset("1.0.0")), store, name="v1")
    second = written(tmp_path / "2", "ma,so\na,2\n", dataset("1.1.0", ("1.0.0",)))
    with pytest.raises(ReleaseError, match="v1"):
        make(second, store, name="v1")
    assert make(second, store, name="v2").name == "v2"
    assert only(release.read(store, "v1")).version == "1.0.0"


def test_content_that_comes_back_is_a_release_of_its_own(tmp_path: Path, store: FolderStore) -> None:
    both = written(tmp_path / "1", "ma,so\na,1\n", dataset("1.0.0"), dataset("1.0.0", name="hai"))
    one = written(tmp_path / "2", "ma,so\na,1\n", dataset("1.0.0"))
    first = make(both, store)
    second = make(one, store, allow_breaking=True)
    third = make(both, store)
    assert third.content_hash == first.content_hash
    assert len({first.name, second.name, third.name}) == 3
    assert release.names(store) == (first.name, second.name, third.name)


def test_a_dataset_that_leaves_must_have_been_retired(tmp_path: Path, store: FolderStore) -> None:
    make(written(tmp_path / "1", "ma,so\n", dataset("1.0.0"), dataset("1.0.0", name="hai")), store)
    without = written(tmp_path / "2", "ma,so\n", dataset("1.0.0"))
    with pytest.raises(ReleaseError, match="hai"):
        make(without, store)
    retired = dataset("1.0.1", ("1.0.0",), name="hai", **{"dulieumo:status": "retired"})
    make(written(tmp_path / "3", "ma,so\n", dataset("1.0.0"), retired), store)
    left = make(without, store)
    (change,) = store.read_json(f"releases/{left.name}/changes.json")["datasets"]
    assert (change["name"], change["after"], change["level"]) == ("hai", None, "major")


def test_what_changed_after_the_check_is_not_built(tmp_path: Path, store: FolderStore) -> None:
    root = written(tmp_path, "ma,so\na,1\n", dataset("1.0.0"))
    reading = read(root)
    assert reading.catalog is not None
    found = {item.name: check.input_hash(root, item) for item in reading.catalog.datasets}
    assert found == {item.name: incremental.input_hash(root, item) for item in reading.catalog.datasets}
    (root / "linh-vuc/bo/data/bang.csv").write_text("ma,so\na,2\n")
    assert found != {item.name: incremental.input_hash(root, item) for item in reading.catalog.datasets}
    from dulieumo import releasing

    with pytest.raises(ReleaseError, match="bo"):
        releasing.make(reading, found, store, incremental.Cache(tmp_path), build=lambda *_: pytest.fail("was built"))


def test_what_lies_beside_the_releases_is_none(tmp_path: Path, store: FolderStore) -> None:
    first = make(written(tmp_path, "ma,so\na,1\n", dataset("1.0.0")), store)
    leftover = store.local_path("releases/do-dang")
    leftover.mkdir()
    (leftover / "release.json").write_text(json.dumps({"format": release.FORMAT, "name": "do-dang"}))
    with pytest.raises(ConfigError):
        release.read(store, "do-dang")
    assert release.read(store).name == first.name


def test_a_second_writer_is_refused_and_loses_nothing(tmp_path: Path, store: FolderStore) -> None:
    root = written(tmp_path, "ma,so\na,1\n", dataset("1.0.0"))
    with store.writing(), pytest.raises(ReleaseError):
        make(root, FolderStore(store.root))
    assert make(root, store).previous is None


class Counting:
    """Builds, and says what it built."""

    def __init__(self, root: Path, store: FolderStore) -> None:
        self._root, self._store = root, store
        self.names: list[str] = []

    def __call__(self, catalog: Catalog, dataset: Dataset) -> DatasetVersion:
        self.names.append(dataset.name)
        return build.build(catalog, dataset, self._root, self._store)


def test_unchanged_datasets_are_not_built_again(tmp_path: Path, store: FolderStore) -> None:
    packages = [dataset("1.0.0", name=name) for name in ("bo", "hai", "ba")]
    root = written(tmp_path, "ma,so\na,1\n", *packages)
    counting = Counting(root, store)
    make(root, store, build=counting)
    assert sorted(counting.names) == ["ba", "bo", "hai"]
    counting.names.clear()
    make(root, store, build=counting)
    assert counting.names == []
    changed = dataset("1.1.0", ("1.0.0",), name="hai")
    made.put(root / "linh-vuc/hai/datapackage.yaml", changed)
    (root / "linh-vuc/hai/data/bang.csv").write_text("ma,so\nb,1\n")
    make(root, store, build=counting)
    assert counting.names == ["hai"]


def test_the_cache_never_changes_a_result(tmp_path: Path, store: FolderStore) -> None:
    root = written(tmp_path, "ma,so\na,1\n", dataset("1.0.0"))
    first = make(root, store)
    cache = store.root.parent / "build-cache" / incremental.FILE
    before = json.loads(cache.read_text())
    for broken in ("", "[1]", '{"format": "other"}', json.dumps({**before, "versions": {"bo": {"key": "x"}}})):
        cache.write_text(broken)
        assert make(root, store) == first
    elsewhere = FolderStore(tmp_path / "elsewhere" / "store")
    shared = incremental.Cache(cache.parent)
    assert make(root, elsewhere, cache=shared).content_hash == first.content_hash
    assert elsewhere.local_path("data/bo/1.0.0/bang.csv").read_text() == "ma,so\na,1\n"
