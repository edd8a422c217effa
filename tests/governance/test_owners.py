"""CODEOWNERS: each dataset belongs to the reviewers of its publisher, who are named in the registry and nowhere else."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from dulieumo import descriptors
from dulieumo.governance.owners import Forge, codeowners
from dulieumo.model import Catalog
from tests import catalogues as made
from tests.catalogues import field

TODAY = date(2026, 11, 22)
DULIEUMO = str(Path(sys.executable).with_name("dulieumo"))
OVERRIDE = {
    "columns": ["ma"],
    "ground": "law",
    "lawReference": "Điều bịa ra",
    "purpose": "Kiểm thử.",
    "approvedBy": ["Trưởng phòng"],
    "approvedOn": "2026-01-01",
}


def write(folder: Path, registry: list[dict[str, Any]]) -> Path:
    tables = [made.resource("bang", [field("ma")], ["ma"])]
    personal = {"contains": True, "overrides": [OVERRIDE]}
    packages = [
        made.package("cua-quan-ly", tables),
        made.package("cua-so-y", tables, **{"dulieumo:publisher": "so-y"}),
        made.package("cua-so-cu", tables, **{"dulieumo:publisher": "so-cu"}),
        made.package("co-ca-nhan", tables, **{"dulieumo:publisher": "so-y", "dulieumo:personalData": personal}),
    ]
    root = made.write(folder, packages, {f"{item['name']}/bang.csv": "ma\na\n" for item in packages})
    made.put(root / "publishers.yaml", {"publishers": registry})
    return root


def publisher(name: str, *reviewers: str, **more: Any) -> dict[str, Any]:
    entry = {"name": name, "title": name, "description": "Bịa ra.", **more}
    return {**entry, "reviewers": list(reviewers)} if reviewers else entry


REGISTRY = [
    publisher("ban-quan-ly", "@lang/quan-tri"),
    publisher("so-y", "@lang/so-y", "van-thu@so-y.langmau.example"),
    publisher("so-cu", "@lang/khong-con", validTo="2025-02-28", successors=["so-y"]),
]


def catalog_of(root: Path) -> Catalog:
    reading = descriptors.read(root)
    assert reading.catalog is not None
    assert not reading.has_errors, reading.findings
    return reading.catalog


def rules(text: str) -> dict[str, str]:
    lines = [line for line in text.splitlines() if line and not line.startswith(("#", "["))]
    return dict(line.split(" ", 1) for line in lines)


def test_a_dataset_belongs_to_its_publishers_reviewers(tmp_path: Path) -> None:
    made_owners = codeowners(catalog_of(write(tmp_path, REGISTRY)), TODAY)
    assert rules(made_owners.text) == {
        "*": "@lang/quan-tri",
        "/datasets/linh-vuc/cua-so-y/": "@lang/so-y van-thu@so-y.langmau.example",
        "/datasets/linh-vuc/cua-so-cu/": "@lang/so-y van-thu@so-y.langmau.example",
        "/datasets/linh-vuc/co-ca-nhan/": "@lang/so-y van-thu@so-y.langmau.example",
    }
    assert made_owners.without == ()


def test_the_general_rule_comes_first_because_the_last_one_that_fits_holds(tmp_path: Path) -> None:
    text = codeowners(catalog_of(write(tmp_path, REGISTRY)), TODAY).text
    assert next(iter(rules(text))) == "*"


def test_before_the_merger_the_old_publisher_is_asked(tmp_path: Path) -> None:
    text = codeowners(catalog_of(write(tmp_path, REGISTRY)), date(2025, 2, 28)).text
    assert rules(text)["/datasets/linh-vuc/cua-so-cu/"] == "@lang/khong-con"


def test_gitlab_asks_for_two_approvals_where_personal_data_is_published(tmp_path: Path) -> None:
    text = codeowners(catalog_of(write(tmp_path, REGISTRY)), TODAY, forge=Forge.GITLAB).text
    section = text.split("[Personal data][2]\n", 1)[1]
    assert rules(section) == {
        "/datasets/linh-vuc/co-ca-nhan/datapackage.yaml": "@lang/so-y van-thu@so-y.langmau.example @lang/quan-tri"
    }
    assert "[Personal data]" not in codeowners(catalog_of(tmp_path / "datasets"), TODAY).text


def test_publishers_without_reviewers_are_named_and_the_catalogue_owns_their_datasets(tmp_path: Path) -> None:
    registry = [publisher("ban-quan-ly", "@lang/quan-tri"), publisher("so-y"), publisher("so-cu")]
    made_owners = codeowners(catalog_of(write(tmp_path, registry)), TODAY)
    assert rules(made_owners.text) == {"*": "@lang/quan-tri"}
    assert made_owners.without == ("so-y", "so-cu")


def test_without_any_reviewer_the_file_has_no_rule(tmp_path: Path) -> None:
    registry = [publisher("ban-quan-ly"), publisher("so-y"), publisher("so-cu")]
    made_owners = codeowners(catalog_of(write(tmp_path, registry)), TODAY, forge=Forge.GITLAB)
    assert rules(made_owners.text) == {}
    assert set(made_owners.without) == {"ban-quan-ly", "so-y", "so-cu"}


def test_a_catalogue_in_the_root_of_the_repository_has_paths_from_there(tmp_path: Path) -> None:
    text = codeowners(catalog_of(write(tmp_path, REGISTRY)), TODAY, folder="").text
    assert "/linh-vuc/cua-so-y/" in rules(text)


@pytest.mark.parametrize("bad", ["nguyen van a", "@", "@lang/", "a@b", "@lang team"])
def test_a_reviewer_that_no_forge_understands_is_a_finding(tmp_path: Path, bad: str) -> None:
    root = write(tmp_path, [publisher("ban-quan-ly", bad), *REGISTRY[1:]])
    assert "descriptor-bad-form" in {found.code for found in descriptors.read(root).findings}


def run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([DULIEUMO, *words], cwd=folder, capture_output=True, text=True, check=False, timeout=60)


def test_the_command_writes_the_file_and_tells_when_it_is_out_of_date(tmp_path: Path) -> None:
    root = write(tmp_path, REGISTRY)
    assert run(tmp_path, "owners", "--check").returncode == 5
    assert run(tmp_path, "owners", "--write").returncode == 0
    assert run(tmp_path, "owners").stdout == (tmp_path / "CODEOWNERS").read_text(encoding="utf-8")
    assert run(tmp_path, "owners", "--check").returncode == 0
    made.put(root / "publishers.yaml", {"publishers": [publisher("ban-quan-ly", "@lang/khac"), *REGISTRY[1:]]})
    done = run(tmp_path, "owners", "--check")
    assert done.returncode == 5
    assert "dulieumo owners --write" in done.stdout
