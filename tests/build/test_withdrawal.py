"""A withdrawn version: the files go, the page stays, the releases that had it can still be read and go on."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from dulieumo import release, withdrawal
from dulieumo.cli import run
from dulieumo.errors import ConfigError, ReleaseError
from dulieumo.model import Text, Withdrawal
from dulieumo.store import FolderStore
from tests.build.making import make, only
from tests.build.test_releasing import dataset, written
from tests.build.test_schemas import validator

WHY = Withdrawal(reason=Text("Có tên người.", {"en": "Names of persons."}), date="2025-03-01")
SECRET = "Nguyễn Văn Bí Mật"


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    """bo 1.0.0, then 1.1.0 with what must go, then 1.2.0 without it."""
    store = FolderStore(tmp_path / "dist" / "store")
    make(written(tmp_path / "1", "ma,so\na,1\n", dataset("1.0.0")), store)
    make(written(tmp_path / "2", f"ma,so\na,1\n{SECRET},2\n", dataset("1.1.0", ("1.0.0",))), store)
    make(written(tmp_path / "3", "ma,so\na,1\n", dataset("1.2.0", ("1.0.0", "1.1.0"))), store)
    return store


def holds(store: FolderStore, words: str) -> list[str]:
    """The files of the store in which the words still stand, in plain text or in Parquet."""
    return [path for path in store.files("data") + store.files("releases") if _has(store, path, words.encode())]


def _has(store: FolderStore, path: str, words: bytes) -> bool:
    for folder in ("data", "releases"):
        file = store.local_path(f"{folder}/{path}")
        if file.is_file() and path.endswith(".parquet"):
            import pyarrow.parquet as pq

            return words.decode() in str(pq.read_table(file).to_pylist())
        if file.is_file():
            return words in file.read_bytes()
    return False


def test_the_files_go_and_the_descriptor_tells_why(store: FolderStore) -> None:
    assert len(holds(store, SECRET)) >= 4
    (gone,) = withdrawal.withdraw(store, [("bo", "1.1.0")], WHY)
    assert gone.files >= 3
    assert store.files("data/bo/1.1.0") == ("SHA256SUMS", "datapackage.json")
    assert holds(store, SECRET) == []
    version = release.read_version(store, "bo", "1.1.0")
    assert version.withdrawn == WHY
    assert version.artifacts == ()
    assert version.dataset.title.default == "Bộ dữ liệu bo"
    descriptor = store.read_json("data/bo/1.1.0/datapackage.json")
    assert list(validator("version").iter_errors(descriptor)) == []
    sums = release.read_sums(store, "data/bo/1.1.0")
    assert sums == {
        "datapackage.json": hashlib.sha256(store.local_path("data/bo/1.1.0/datapackage.json").read_bytes()).hexdigest()
    }


def test_the_other_versions_and_releases_stay(store: FolderStore) -> None:
    withdrawal.withdraw(store, [("bo", "1.1.0")], WHY)
    names = release.names(store)
    assert [only(release.read(store, name)).version for name in names] == ["1.0.0", "1.1.0", "1.2.0"]
    assert [only(release.read(store, name)).withdrawn is None for name in names] == [True, False, True]
    assert store.local_path("data/bo/1.0.0/bang.csv").read_text() == "ma,so\na,1\n"


def test_doing_it_again_keeps_the_first_reason_and_completes_what_was_begun(store: FolderStore) -> None:
    withdrawal.withdraw(store, [("bo", "1.1.0")], WHY)
    store.write_file("data/bo/1.1.0/bang.csv", SECRET.encode())  # as if a kill had left it
    other = Withdrawal(reason=Text("Khác."), date="2025-04-01")
    withdrawal.withdraw(store, [("bo", "1.1.0")], other)
    assert release.read_version(store, "bo", "1.1.0").withdrawn == WHY
    assert holds(store, SECRET) == []


def test_the_current_version_can_be_withdrawn_and_the_catalogue_goes_on(tmp_path: Path, store: FolderStore) -> None:
    withdrawal.withdraw(store, [("bo", "1.2.0")], WHY)
    same = written(tmp_path / "3", "ma,so\na,1\n", dataset("1.2.0", ("1.0.0", "1.1.0")), dataset("1.0.0", name="hai"))
    made = make(same, store)
    kept = made.version("bo")
    assert kept is not None
    assert kept.withdrawn == WHY
    assert made.version("hai") is not None
    other = written(tmp_path / "4", "ma,so\na,5\n", dataset("1.2.0", ("1.0.0", "1.1.0")), dataset("1.0.0", name="hai"))
    with pytest.raises(ReleaseError, match="2025-03-01"):
        make(other, store)
    log = ("1.0.0", "1.1.0", "1.2.0")
    next_one = written(tmp_path / "5", "ma,so\na,5\n", dataset("1.3.0", log), dataset("1.0.0", name="hai"))
    back = make(next_one, store).version("bo")
    assert back is not None
    assert back.withdrawn is None


def test_versions_are_named_one_by_one_or_all(store: FolderStore) -> None:
    assert withdrawal.parse(store, ["bo@1.1.0"]) == (("bo", "1.1.0"),)
    assert withdrawal.parse(store, ["bo", "bo@1.0.0"]) == (("bo", "1.2.0"), ("bo", "1.1.0"), ("bo", "1.0.0"))
    for word in ("la", "bo@9.9.9", ""):
        with pytest.raises(ConfigError):
            withdrawal.parse(store, [word])


def test_retention_keeps_the_newest_and_never_touches_the_current(store: FolderStore) -> None:
    assert withdrawal.beyond(store, 3) == ()
    assert withdrawal.beyond(store, 2) == (("bo", "1.0.0"),)
    assert withdrawal.beyond(store, 1, ["bo"]) == (("bo", "1.1.0"), ("bo", "1.0.0"))
    assert withdrawal.beyond(store, 1, ["khac"]) == ()
    withdrawal.withdraw(store, withdrawal.beyond(store, 1), WHY)
    assert withdrawal.beyond(store, 1) == ()
    assert release.read_version(store, "bo", "1.2.0").withdrawn is None


def test_the_command_asks_for_a_reason_and_says_what_is_left_to_do(
    tmp_path: Path, store: FolderStore, capsys: pytest.CaptureFixture[str]
) -> None:
    folders = ["--datasets", str(tmp_path / "3" / "datasets"), "--dist", str(tmp_path / "dist")]
    assert run(["withdraw", "bo@1.1.0", "--yes", *folders]) == 2
    assert run(["withdraw", "--reason", "x", "--yes", *folders]) == 2
    assert run(["withdraw", "bo@9.9.9", "--reason", "x", "--yes", *folders]) == 2
    assert release.read_version(store, "bo", "1.1.0").withdrawn is None
    capsys.readouterr()
    words = ["withdraw", "bo@1.1.0", "--reason", "Có tên người.", "--reason-in", "en", "Names of persons."]
    assert run([*words, "--date", "2025-03-01", "--yes", *folders]) == 0
    printed = capsys.readouterr()
    assert "bo 1.1.0" in printed.out
    assert "dulieumo push" in printed.err
    assert release.read_version(store, "bo", "1.1.0").withdrawn == WHY
