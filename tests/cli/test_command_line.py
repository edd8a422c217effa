"""The command line as a person and as CI meet it: languages, exit codes, what goes to which stream."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from dulieumo import errors, i18n
from tests import catalogues as made
from tests.catalogues import field

DULIEUMO = str(Path(sys.executable).with_name("dulieumo"))


def run(folder: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """The installed command, in a folder, with nothing of the caller's language or settings."""
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("DULIEUMO", "LC_", "LANG"))}
    return subprocess.run(
        [DULIEUMO, *words],
        cwd=folder,
        env={**clean, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.fixture
def catalogue(tmp_path: Path) -> Path:
    made.one(tmp_path, [field("ma"), field("so", "integer")], "ma,so\na,1\nb,2\n", ["ma"])
    return tmp_path


def test_messages_are_vietnamese_unless_told_otherwise(catalogue: Path) -> None:
    assert "Chưa có" in run(catalogue, "build").stderr
    assert "There is no report" in run(catalogue, "--lang", "en", "build").stderr
    assert "There is no report" in run(catalogue, "build", DULIEUMO_LANG="en").stderr
    assert "There is no report" in run(catalogue, "build", LANG="en_GB.UTF-8").stderr
    assert "Chưa có" in run(catalogue, "build", LANG="C.UTF-8").stderr
    assert "Chưa có" in run(catalogue, "build", LANG="en_GB.UTF-8", DULIEUMO_LANG="vi").stderr


@pytest.mark.parametrize(
    ("flag", "environment", "expected"),
    [
        (None, {}, "vi"),
        ("en", {"DULIEUMO_LANG": "vi"}, "en"),
        (None, {"DULIEUMO_LANG": "en", "LANG": "vi_VN.UTF-8"}, "en"),
        (None, {"LC_ALL": "en_US.UTF-8"}, "en"),
        (None, {"LC_ALL": "C", "LANG": "POSIX"}, "vi"),
        (None, {"LANG": "fr_FR.UTF-8"}, "vi"),
    ],
)
def test_the_language_is_the_first_that_is_stated_and_spoken(
    flag: str | None, environment: dict[str, str], expected: str
) -> None:
    assert i18n.choose(flag, environment) == expected


def test_help_is_in_the_readers_language(catalogue: Path) -> None:
    vietnamese, english = run(catalogue, "--help"), run(catalogue, "--lang", "en", "--help")
    assert english.stdout.startswith("Usage: dulieumo")
    assert vietnamese.stdout.startswith("Cách dùng: dulieumo")
    assert "check" in vietnamese.stdout


def test_the_whole_way_to_a_release(catalogue: Path) -> None:
    assert run(catalogue, "check").returncode == errors.DONE
    built = run(catalogue, "build", "--format", "json")
    assert built.returncode == errors.DONE
    assert built.stderr == ""
    facts = json.loads(built.stdout)
    assert facts["datasets"] == 1
    assert (catalogue / "dist/store/data/bo/1.0.0/bang.csv").read_text() == "ma,so\na,1\nb,2\n"
    assert json.loads(run(catalogue, "build", "--format", "json").stdout)["release"] == facts["release"]


def test_a_broken_cell_is_an_answer_and_exit_1(catalogue: Path) -> None:
    (catalogue / "datasets/linh-vuc/bo/data/bang.csv").write_text("ma,so\na,x\nb,2\n")
    checked = run(catalogue, "check")
    assert checked.returncode == errors.DATA_DOES_NOT_PASS
    assert "B2" in checked.stdout
    assert "Traceback" not in checked.stdout + checked.stderr
    refused = run(catalogue, "build")
    assert refused.returncode == errors.REFUSED
    assert not (catalogue / "dist/store/data").exists()


def test_a_table_changed_after_its_check_is_not_built(catalogue: Path) -> None:
    run(catalogue, "check")
    (catalogue / "datasets/linh-vuc/bo/data/bang.csv").write_text("ma,so\na,3\n")
    refused = run(catalogue, "build")
    assert refused.returncode == errors.REFUSED
    assert "dulieumo check" in refused.stderr


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["khong-co-lenh"], errors.USAGE),
        (["check", "--khong-co"], errors.USAGE),
        (["build", "--format", "xml"], errors.USAGE),
        (["--lang", "fr", "check"], errors.USAGE),
        (["plan", "--target", "khong-co"], errors.USAGE),
    ],
)
def test_a_wrong_call_exits_2_and_says_so_on_stderr(catalogue: Path, words: list[str], code: int) -> None:
    done = run(catalogue, *words)
    assert done.returncode == code
    assert done.stdout == ""
    assert done.stderr
    assert "Traceback" not in done.stderr


def test_a_typo_in_the_settings_is_an_error_that_names_it(catalogue: Path) -> None:
    (catalogue / "dulieumo.toml").write_text('dataset = "datasets"\n')
    done = run(catalogue, "check")
    assert done.returncode == errors.USAGE
    assert "dataset" in done.stderr
    assert "datasets" in done.stderr


def test_verbose_shows_the_cause(catalogue: Path) -> None:
    (catalogue / "dulieumo.toml").write_text("a = [")
    assert "Traceback" not in run(catalogue, "check").stderr
    assert "TOMLDecodeError" in run(catalogue, "-v", "check").stderr


def test_a_catalogue_that_is_not_there_is_a_wrong_call(tmp_path: Path) -> None:
    done = run(tmp_path, "check")
    assert done.returncode == errors.USAGE
    assert "--datasets" in done.stderr


def test_the_output_can_be_cut_off(catalogue: Path) -> None:
    done = subprocess.run(
        f"{DULIEUMO} list --format json | head -1",
        shell=True,
        cwd=catalogue,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == "{\n"
    assert "Traceback" not in done.stderr


def test_list_counts_what_stands_in_the_tables(catalogue: Path) -> None:
    facts = json.loads(run(catalogue, "list", "--format", "json").stdout)
    assert facts["count"] == 1
    assert facts["datasets"][0]["tables"] == [{"name": "bang", "kind": "real", "rows": 2}]
