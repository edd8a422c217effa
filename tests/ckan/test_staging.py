"""The plan against staging in the comment on a pull request: made on the real CKAN, or one line that says why not."""

from __future__ import annotations

from datetime import date

import pytest

from dulieumo import config, i18n
from dulieumo.cli import ci
from tests.ci.repo import Repo
from tests.ckan.world import World

pytestmark = pytest.mark.ckan
DATASET = "ben-xe"


@pytest.fixture
def repo(world: World) -> Repo:
    """Sông Mây in Git, its staging declared on `main`, one dataset published there, and a branch that changes it."""
    settings = f'target = "staging"\n[targets.staging]\nurl = "{world.url}"\nprivate = true\nname_prefix = "thu-"\n'
    (world.root / "dulieumo.toml").write_text(settings, encoding="utf-8")
    (world.root / ".gitignore").write_text("dist/\n.cache/\n", encoding="utf-8")
    repo = Repo(root=world.root)
    repo.git("init", "-q", "-b", "main")
    repo.commit()
    repo.git("checkout", "-q", "-b", "sua")
    return repo


def composed(repo: Repo) -> str:
    with i18n.speaking("en"):
        return ci.compose(config.load(repo.root), "main", None, date(2026, 11, 22))


def change(world: World, repo: Repo) -> None:
    """One dataset gets another title: it passes, and staging would get it."""
    world.describe(DATASET, lambda value: value.update(title="Bến xe của Sông Mây"), "9.0.0")
    repo.commit()


def test_the_plan_of_the_changed_dataset_alone_is_in_the_comment(
    world: World, repo: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    change(world, repo)
    monkeypatch.setenv("DULIEUMO_TOKEN_STAGING", world.token_file.read_text(encoding="utf-8").strip())
    text = composed(repo)
    assert "on staging</summary>" in text, text
    assert "- `thu-ben-xe`" in text
    assert "- create: it is not on CKAN yet" in text
    assert "thu-le-hoi" not in text
    assert world.token_file.read_text(encoding="utf-8").strip() not in text
    assert world.anonymous().find("package_show", id="thu-ben-xe") is None, "a plan writes nothing"
    monkeypatch.delenv("DULIEUMO_TOKEN_STAGING")
    assert r"this run has no DULIEUMO\_TOKEN\_STAGING" in composed(repo)


def test_a_change_cannot_send_the_token_to_an_address_of_its_own(
    world: World, repo: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    change(world, repo)
    settings = repo.root / "dulieumo.toml"
    settings.write_text(settings.read_text(encoding="utf-8").replace(world.url, "http://127.0.0.1:9"), encoding="utf-8")
    repo.commit()
    monkeypatch.setenv("DULIEUMO_TOKEN_STAGING", world.token_file.read_text(encoding="utf-8").strip())
    assert "on staging</summary>" in composed(repo), "asked the server that main declares"


def test_a_staging_that_is_away_is_one_line(world: World, repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = repo.root / "dulieumo.toml"
    settings.write_text(settings.read_text(encoding="utf-8").replace(world.url, "http://127.0.0.1:9"), encoding="utf-8")
    repo.commit()
    repo.git("branch", "-f", "main")
    change(world, repo)
    monkeypatch.setenv("DULIEUMO_TOKEN_STAGING", "bi-mat")
    text = composed(repo)
    (line,) = [line for line in text.splitlines() if line.startswith("*No plan against staging")]
    assert "127.0.0.1:9" in line
    assert "bi-mat" not in text
    assert "✅" in text
