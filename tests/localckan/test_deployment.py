"""What the deployment guide and compose.yaml say of the local CKAN is so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from dulieumo.localckan import LocalCkan, postgres
from tests.conftest import REPOSITORY

COMPOSE = REPOSITORY / "deploy" / "compose.yaml"
GUIDES = [REPOSITORY / "docs" / "pages" / "guides" / name for name in ("deployment.md", "deployment.en.md")]


def test_compose_opens_no_port_beyond_loopback_and_holds_no_secret() -> None:
    services = yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))["services"]
    assert set(services) == {"ckan", "db", "solr", "redis"}
    ports = [port for service in services.values() for port in service.get("ports", ())]
    assert ports == ["127.0.0.1:5000:5000"]
    for service in services.values():
        for name, value in service.get("environment", {}).items():
            if re.search("PASSWORD|SECRET", name):
                assert re.fullmatch(r"(string:)?\$\{[A-Z_]+:\?\}", value), name


def test_compose_says_that_we_have_not_run_it() -> None:
    assert "NOT RUN BY US" in COMPOSE.read_text(encoding="utf-8")


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.name)
def test_the_sql_of_the_guide_is_that_of_compose(guide: Path) -> None:
    block = re.search(r"```sql\n(.*?)```", guide.read_text(encoding="utf-8"), re.DOTALL)
    assert block is not None
    script = yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))["configs"]["db-init"]["content"]
    assert block[1] in script


@pytest.mark.ckan
@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.name)
def test_the_settings_of_the_guide_are_those_we_run_with(guide: Path, ckan: LocalCkan) -> None:
    ini = dict(re.findall(r"^([\w.]+) = (.*)$", (ckan.folder / "ckan.ini").read_text(encoding="utf-8"), re.MULTILINE))
    table = re.search(r"\| ?`ckan\.plugins.*?\n\n", guide.read_text(encoding="utf-8"), re.DOTALL)
    assert table is not None
    rows = [row.split("|")[1:3] for row in table[0].strip().splitlines()]
    assert len(rows) == 8
    for names, values in rows:
        keys, told = re.findall(r"`([\w.]+)`", names), re.findall(r"`([^`]+)`", values)
        for number, key in enumerate(keys):
            if key == "ckan.plugins":
                assert set(told[0].split()) <= set(ini[key].split())
            elif key != "ckan.site_url":
                assert ini[key] == (told[number] if len(told) > 1 else told[0]), key


@pytest.mark.ckan
def test_this_postgresql_has_no_unaccent_as_the_guide_says(ckan: LocalCkan) -> None:
    available = postgres.query(ckan.context, "postgres", "SELECT name FROM pg_available_extensions").split()
    assert "plpgsql" in available
    assert "unaccent" not in available
