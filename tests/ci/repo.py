"""A Git repository with a small catalogue, for the tests of what CI says about a change."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests import catalogues as made
from tests.catalogues import field

MARKETS = "ma,ten,gian_hang\nc1,Chợ Bến,10\nc2,Chợ Đình,20\nc3,Chợ Mới,30\n"
WELLS = "ma\ng1\ng2\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Repo:
    root: Path

    @property
    def datasets(self) -> Path:
        return self.root / "datasets"

    def git(self, *words: str) -> str:
        identity = ("-c", "user.name=Thử", "-c", "user.email=thu@langmau.example", "-c", "commit.gpgsign=false")
        done = subprocess.run(["git", *identity, *words], cwd=self.root, capture_output=True, text=True, check=True)
        return done.stdout

    def commit(self) -> None:
        self.git("add", "-A")
        self.git("commit", "-q", "-m", "Thay đổi")

    def edit(self, dataset: str, /, **keys: Any) -> None:
        path = self.datasets / "linh-vuc" / dataset / "datapackage.yaml"
        value = yaml.safe_load(path.read_text(encoding="utf-8"))
        made.put(path, {**value, **keys})

    def table(self, name: str, text: str) -> None:
        (self.datasets / "linh-vuc" / name / "data" / "bang.csv").write_text(text, encoding="utf-8")

    def descriptor(self, name: str) -> Any:
        path = self.datasets / "linh-vuc" / name / "datapackage.yaml"
        return yaml.safe_load(path.read_text(encoding="utf-8"))


def market_fields() -> list[dict[str, Any]]:
    return [field("ma"), field("ten"), field("gian_hang", "integer")]


def repository(folder: Path) -> Repo:
    """Two datasets on `main`, and the branch `sua` checked out."""
    packages = [
        made.package("cho", [made.resource("bang", market_fields(), ["ma"])]),
        made.package("gieng", [made.resource("bang", [field("ma")], ["ma"])]),
    ]
    made.write(folder, packages, {"cho/bang.csv": MARKETS, "gieng/bang.csv": WELLS})
    (folder / "dulieumo.toml").write_text('datasets = "datasets"\n', encoding="utf-8")
    (folder / ".gitignore").write_text("dist/\n", encoding="utf-8")
    repo = Repo(root=folder)
    repo.git("init", "-q", "-b", "main")
    repo.commit()
    repo.git("checkout", "-q", "-b", "sua")
    return repo


def version(number: str) -> dict[str, Any]:
    first = {"version": "1.0.0", "date": "2025-01-01", "description": "Bản đầu tiên."}
    return {
        "version": number,
        "dulieumo:changelog": [first, {"version": number, "date": "2025-06-01", "description": "Bản sau."}],
    }
