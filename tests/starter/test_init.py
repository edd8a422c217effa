"""A catalogue of another city in an empty folder, and what a newer version of dulieumo does with it later."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from dulieumo import starter

DULIEUMO = str(Path(sys.executable).with_name("dulieumo"))
TITLE = 'Dữ liệu mở: "Làng Mẫu" # một \\ hai'


def run(folder: Path, *words: str, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [DULIEUMO, "--lang", "en", *words],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        input=stdin or "",
    )


def init(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    folder.mkdir(exist_ok=True)
    return run(folder, "init", "--title", TITLE, "--publisher", "Ban quản lý Làng Mẫu", *words)


@pytest.fixture
def city(tmp_path: Path) -> Path:
    folder = tmp_path / "lang-mau"
    done = init(folder, "--language", "vi")
    assert done.returncode == 0, done.stderr
    return folder


@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_new_catalogue_passes_and_builds_at_once(tmp_path: Path, language: str) -> None:
    folder = tmp_path / "thanh-pho"
    assert init(folder, "--language", language, "--base-url", "https://mo.langmau.example/").returncode == 0
    checked = run(folder, "check")
    assert checked.returncode == 0, checked.stdout
    assert "0 warnings" in checked.stdout
    built = run(folder, "build")
    assert built.returncode == 0, built.stderr
    release = json.loads(next((folder / "dist/store/releases").glob("*/release.json")).read_text(encoding="utf-8"))
    assert release["catalogue"]["catalog"]["title"] == TITLE
    assert release["catalogue"]["catalog"]["baseUrl"] == "https://mo.langmau.example"
    assert run(folder, "due", "--exit-code").returncode == 0


def test_nothing_of_another_city_is_in_it(city: Path) -> None:
    for path in city.rglob("*"):
        if path.is_file():
            text = path.read_text(encoding="utf-8").lower()
            for word in ("hồ chí minh", "ho chi minh", "tphcm", "hochiminh"):
                assert word not in text, path


@pytest.mark.parametrize(("forge", "files"), [("github", {".github"}), ("gitlab", {".gitlab-ci.yml"}), ("none", set())])
def test_only_the_workflows_of_the_forge_are_made(tmp_path: Path, forge: str, files: set[str]) -> None:
    folder = tmp_path / "x"
    assert init(folder, "--language", "vi", "--forge", forge).returncode == 0
    present = {path.name for path in folder.iterdir()}
    assert present & {".github", ".gitlab-ci.yml"} == files
    assert {".gitignore", ".gitattributes", ".pre-commit-config.yaml", "dulieumo.toml", "README.md"} <= present


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    folder = tmp_path / "x"
    folder.mkdir()
    (folder / "viec.txt").write_text("của tôi", encoding="utf-8")
    done = init(folder, "--language", "vi")
    assert done.returncode == 2
    assert "viec.txt" in done.stderr
    assert [path.name for path in folder.iterdir()] == ["viec.txt"]


def test_an_empty_git_repository_is_an_empty_folder(tmp_path: Path) -> None:
    folder = tmp_path / "x"
    folder.mkdir()
    subprocess.run(["git", "init", "-q"], cwd=folder, check=True)
    assert init(folder, "--language", "vi").returncode == 0
    subprocess.run(["git", "add", "-A"], cwd=folder, check=True)
    listed = subprocess.run(["git", "ls-files"], cwd=folder, capture_output=True, text=True, check=True).stdout.split()
    assert "datasets/vi-du/danh-sach-mau/data/co-so.csv" in listed
    assert ".dulieumo.json" in listed


@pytest.mark.parametrize(
    "words",
    [
        ("--title", "x"),
        ("--publisher", "Ban"),
        ("--title", "!!!", "--publisher", "Ban"),
        ("--title", "Làng", "--publisher", "Ban", "--base-url", "langmau"),
    ],
)
def test_a_missing_or_impossible_answer_is_asked_for_and_nothing_is_written(
    tmp_path: Path, words: tuple[str, ...]
) -> None:
    folder = tmp_path / "x"
    folder.mkdir()
    done = run(folder, "init", *words)
    assert done.returncode == 2, done.stdout
    assert list(folder.iterdir()) == []


def old(city: Path, path: str, text: str, *, is_edited: bool = False) -> None:
    """Make a generated file look as if an older dulieumo had made it, and, if asked, as if the owner had edited it then."""
    file = city / path
    state_file = city / starter.STATE
    value = json.loads(state_file.read_text(encoding="utf-8"))
    value["version"] = "0.0.1"
    value["files"][path] = starter.digest(text)
    state_file.write_text(json.dumps(value), encoding="utf-8")
    file.write_text(text + ("# của tôi\n" if is_edited else ""), encoding="utf-8")


def test_an_upgrade_brings_untouched_files_to_the_new_version_and_shows_the_difference(city: Path) -> None:
    wanted = (city / ".gitignore").read_text(encoding="utf-8")
    readme = (city / "README.md").read_bytes()
    old(city, ".gitignore", "dist/\n")
    assert run(city, "upgrade", "--check").returncode == 5
    assert (city / ".gitignore").read_text(encoding="utf-8") == "dist/\n"
    done = run(city, "upgrade", "--yes")
    assert done.returncode == 0, done.stderr
    assert "+.local-ckan/" in done.stdout
    assert (city / ".gitignore").read_text(encoding="utf-8") == wanted
    assert (city / "README.md").read_bytes() == readme
    assert run(city, "upgrade", "--check").returncode == 0


def test_an_edited_file_is_shown_and_left_alone_unless_it_is_named(city: Path) -> None:
    wanted = (city / ".gitignore").read_text(encoding="utf-8")
    old(city, ".gitignore", "dist/\n", is_edited=True)
    done = run(city, "upgrade", "--yes")
    assert done.returncode == 0
    assert "edited here" in done.stdout
    assert "-# của tôi" in done.stdout
    assert (city / ".gitignore").read_text(encoding="utf-8") == "dist/\n# của tôi\n"
    assert run(city, "upgrade", "--yes").returncode == 0, "a second run still knows that it is edited"
    assert (city / ".gitignore").read_text(encoding="utf-8") == "dist/\n# của tôi\n"
    assert run(city, "upgrade", "--yes", "--overwrite", ".gitignore").returncode == 0
    assert (city / ".gitignore").read_text(encoding="utf-8") == wanted


def test_a_file_that_was_removed_stays_away_and_a_new_one_comes(city: Path) -> None:
    (city / ".gitlab-ci.yml").unlink()
    state_file = city / starter.STATE
    value = json.loads(state_file.read_text(encoding="utf-8"))
    del value["files"][".gitattributes"]
    state_file.write_text(json.dumps(value), encoding="utf-8")
    (city / ".gitattributes").unlink()
    assert run(city, "upgrade", "--yes").returncode == 0
    assert not (city / ".gitlab-ci.yml").exists()
    assert (city / ".gitattributes").is_file()


def test_line_endings_of_windows_are_no_edit(city: Path) -> None:
    path = city / ".gitignore"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert run(city, "upgrade", "--check").returncode == 0


def test_without_a_yes_nothing_is_written(city: Path) -> None:
    old(city, ".gitignore", "dist/\n")
    done = run(city, "upgrade", stdin="n\n")
    assert done.returncode == 0
    assert (city / ".gitignore").read_text(encoding="utf-8") == "dist/\n"


def test_a_folder_that_init_did_not_make_is_told_apart(tmp_path: Path) -> None:
    (tmp_path / "dulieumo.toml").write_text("", encoding="utf-8")
    assert run(tmp_path, "upgrade").returncode == 2
    (tmp_path / starter.STATE).write_text("{", encoding="utf-8")
    assert "damaged" in run(tmp_path, "upgrade").stderr


def test_the_code_of_the_pipeline_and_the_checks_names_no_city(repository: Path) -> None:
    """Themes, publishers, code lists, bounds and wording come from the catalogue's own files."""
    words = ("tphcm", "tp.hcm", "tp hcm", "hồ chí minh", "ho chi minh", "hochiminh", "sài gòn", "saigon")
    # Streets in most cities of the country bear the name of the man; the list tells streets from people.
    streets = {"validators/dulieumo_rules/personal_data/names.py": ("ho chi minh",)}
    endings = (".py", ".yaml", ".yml", ".toml", ".json", ".html", ".js", ".css", ".md", ".po", ".txt", ".conf", ".ini")
    found = []
    for folder in ("publish", "validators"):
        for path in (repository / folder).rglob("*"):
            if path.suffix not in endings or "node_modules" in path.parts:
                continue
            text = path.read_text(encoding="utf-8").lower()
            name = path.relative_to(repository).as_posix()
            found += [f"{name}: {word}" for word in words if word in text and word not in streets.get(name, ())]
    assert found == []
