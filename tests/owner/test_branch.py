"""A commit on a new branch, with real Git: what was there stays, and what is not ready is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from dulieumo.errors import ConfigError, UsageError
from dulieumo.owner import branch
from tests.web.conftest import git, repository

FOLDER = "linh-vuc/bo"
FILE = f"{FOLDER}/data/bang.csv"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return repository(tmp_path)


def commit(folder: Path, data: bytes = b"ma,ten,so\nA1,x,1\n") -> branch.Committed:
    return branch.commit(folder / "datasets", FOLDER, {FILE: data}, stem="bo-1.1.0", message="Cập nhật\n")


def test_the_branch_is_new_each_time_and_all_else_is_untouched(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "datasets/linh-vuc/khac/data/khac.csv").write_text("dở dang", encoding="utf-8")
    (folder / "moi.txt").write_text("x", encoding="utf-8")
    git(folder, "add", "moi.txt")
    monkeypatch.setenv("GIT_INDEX_FILE", str(folder / "elsewhere"))
    monkeypatch.setenv("GIT_DIR", str(folder / "nowhere"))
    made = [commit(folder), commit(folder)]
    monkeypatch.delenv("GIT_INDEX_FILE")
    monkeypatch.delenv("GIT_DIR")
    assert [one.branch for one in made] == ["cap-nhat/bo-1.1.0", "cap-nhat/bo-1.1.0-2"]
    assert made[0].base == "main"
    assert git(folder, "diff", "--name-only", "main", made[0].branch) == f"datasets/{FILE}"
    assert git(folder, "status", "--porcelain").splitlines() == [
        " M datasets/linh-vuc/khac/data/khac.csv",
        "A  moi.txt",
    ]
    assert git(folder, "symbolic-ref", "--short", "HEAD") == "main"


def test_nothing_outside_the_dataset_can_be_committed(folder: Path) -> None:
    for path in ("linh-vuc/khac/data/khac.csv", "linh-vuc/bo/../khac/x.csv", "catalog.yaml", "linh-vuc/bo2/x"):
        with pytest.raises(ValueError, match="outside"):
            branch.commit(folder / "datasets", FOLDER, {path: b"x"}, stem="x", message="x")
    assert git(folder, "for-each-ref", "--format=%(refname)") == "refs/heads/main"


def test_a_dataset_with_changes_of_somebody_else_is_left_alone(folder: Path) -> None:
    (folder / "datasets" / FOLDER / "moi.txt").write_text("x", encoding="utf-8")
    with pytest.raises(UsageError, match="linh-vuc/bo"):
        commit(folder)


def test_a_repository_that_is_not_ready_is_explained(
    folder: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    git(folder, "checkout", "--quiet", "--detach")
    with pytest.raises(ConfigError, match="không ở trên nhánh nào"):
        commit(folder)
    git(folder, "switch", "--quiet", "main")
    git(folder, "config", "--unset", "user.name")
    git(folder, "config", "--unset", "user.email")
    for name in ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM"):
        monkeypatch.setenv(name, "/dev/null")
    monkeypatch.setenv("HOME", str(tmp_path_factory.mktemp("home")))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path_factory.mktemp("config")))
    with pytest.raises(ConfigError, match="tên của bạn"):
        commit(folder)
    alone = tmp_path_factory.mktemp("alone")
    (alone / "datasets").mkdir()
    with pytest.raises(ConfigError, match="không nằm trong kho Git"):
        commit(alone)
    git(alone, "init", "--quiet")
    with pytest.raises(ConfigError, match="chưa có lần ghi nào"):
        commit(alone)
    monkeypatch.setenv("PATH", str(alone))
    with pytest.raises(ConfigError, match="chưa có chương trình Git"):
        commit(folder)
