"""Settings: where they come from, and that a secret is never part of them."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from dulieumo import config
from dulieumo.errors import ConfigError, NotAuthorized
from dulieumo.localckan import layout


def project(folder: Path, text: str = "") -> Path:
    (folder / "dulieumo.toml").write_text(text)
    return folder


def test_defaults(tmp_path: Path) -> None:
    settings = config.load(project(tmp_path), {})
    assert settings.datasets == tmp_path / "datasets"
    assert settings.store == tmp_path / "dist/store"
    assert settings.target == "local"


def test_the_environment_rules_over_the_file_and_flags_over_both(tmp_path: Path) -> None:
    root = project(tmp_path, 'dist = "a"\n')
    assert config.load(root, {}).dist == tmp_path / "a"
    settings = config.load(root, {"DULIEUMO_DIST": "b"})
    assert settings.dist == tmp_path / "b"
    assert config.with_flags(settings, dist=tmp_path / "c").dist == tmp_path / "c"


def test_settings_are_found_from_a_folder_below(tmp_path: Path) -> None:
    project(tmp_path)
    below = tmp_path / "datasets/x"
    below.mkdir(parents=True)
    assert config.load(below, {}).root == tmp_path


def test_pyproject_holds_them_too(tmp_path: Path) -> None:
    (tmp_path / "datasets").mkdir()
    (tmp_path / "datasets/catalog.yaml").write_text("")
    (tmp_path / "pyproject.toml").write_text('[tool.dulieumo]\ndist = "x"\n')
    assert config.load(tmp_path, {}).dist == tmp_path / "x"


TARGET = '[targets.thu]\nurl = "https://thu.example"\ntoken_file = "bi-mat"\n'


def test_a_token_comes_from_the_environment_or_a_file_and_is_never_shown(tmp_path: Path) -> None:
    target = config.load(project(tmp_path, TARGET), {}).find_target("thu")
    (tmp_path / "bi-mat").write_text("so-bi-mat\n")
    assert target.token({}) == "so-bi-mat"
    assert target.token({"DULIEUMO_TOKEN_THU": " khac "}) == "khac"
    assert "so-bi-mat" not in repr(target)


def test_a_missing_token_says_where_to_put_it(tmp_path: Path) -> None:
    target = config.load(project(tmp_path, TARGET), {}).find_target("thu")
    with pytest.raises(NotAuthorized) as error:
        target.token({})
    assert "DULIEUMO_TOKEN_THU" in (error.value.hint or "")


@pytest.mark.parametrize(
    "text",
    [
        '[targets.thu]\nurl = "ftp://x"\n',
        '[targets.thu]\nurl = "https://user:pass@thu.example"\n',
        '[targets.thu]\nurll = "https://thu.example"\n',
        'targets = "x"\n',
        "dist = 3\n",
        "dist = ",
    ],
)
def test_what_cannot_be_is_refused_without_repeating_secrets(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigError) as error:
        config.load(project(tmp_path, text), {})
    assert "pass@" not in error.value.message + (error.value.hint or "")


def _started(folder: Path, url: str) -> None:
    """As `dulieumo ckan up` leaves it."""
    folder.mkdir(parents=True)
    (folder / "target.json").write_text(json.dumps({"url": url, "editor_token_file": str(folder / "t")}))


def test_the_local_target_is_what_ckan_up_wrote(tmp_path: Path) -> None:
    settings = config.load(project(tmp_path), {})
    with pytest.raises(ConfigError, match="CKAN"):
        settings.find_target()
    _started(tmp_path / ".local-ckan", "http://127.0.0.1:5050/")
    assert settings.find_target().url == "http://127.0.0.1:5050"


@pytest.mark.parametrize("flavour", ["2.11.5", "2.12.0-extensions"])
def test_another_ckan_of_this_machine_is_a_target_of_its_own(tmp_path: Path, flavour: str) -> None:
    settings = config.load(project(tmp_path), {})
    _started(tmp_path / ".local-ckan", "http://127.0.0.1:5050")
    with pytest.raises(ConfigError, match=flavour):
        settings.find_target(f"local-{flavour}")
    _started(tmp_path / ".local-ckan" / flavour, "http://127.0.0.1:5060")
    found = settings.find_target(f"local-{flavour}")
    assert (found.name, found.url) == (f"local-{flavour}", "http://127.0.0.1:5060")
    assert layout.of_flavour(flavour).target_name == found.name
    assert settings.find_target("local").url == "http://127.0.0.1:5050"


@pytest.mark.parametrize("name", ["local-", "local-../../elsewhere", "local-2/../x", "localhost"])
def test_no_other_name_is_taken_for_a_ckan_of_this_machine(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(name)):
        config.load(project(tmp_path), {}).find_target(name)
    assert config.local_state(tmp_path, name) is None
