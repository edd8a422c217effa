"""A tag becomes a published, verified release: the commands of the release workflows, read from their files and run in order."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from dulieumo import release, signing, starter
from dulieumo.governance import audit
from dulieumo.store import FolderStore
from tests.ci.repo import Repo
from tests.ckan.world import World
from tests.starter.test_workflows import ANSWERS

pytestmark = pytest.mark.ckan
BIN = Path(sys.executable).parent
TAG = "v1.0.0"


def github(values: dict[str, str]) -> tuple[list[str], dict[str, str]]:
    """The shell lines of the job, and its environment with the variables and secrets of the repository filled in."""
    workflow: Any = yaml.load(starter.generated(ANSWERS)[".github/workflows/release.yml"], Loader=yaml.BaseLoader)
    (job,) = workflow["jobs"].values()
    environment = {
        name: re.sub(r"\$\{\{ (?:vars|secrets)\.(\w+) \}\}", lambda match: values[match[1]], text)
        for name, text in job["env"].items()
    }
    return [step["run"] for step in job["steps"] if "run" in step], {**environment, "GITHUB_REF_NAME": TAG}


def gitlab(values: dict[str, str]) -> tuple[list[str], dict[str, str]]:
    """The same for GitLab, which puts all variables of the project into the environment."""
    workflow: Any = yaml.load(starter.generated(ANSWERS)[".gitlab-ci.yml"], Loader=yaml.BaseLoader)
    job = workflow["release"]
    environment = {**workflow["variables"], **job["variables"], **values}
    return job["script"], {**environment, "CI_COMMIT_TAG": TAG}


@pytest.mark.parametrize("forge", [github, gitlab])
def test_a_tag_becomes_a_published_verified_signed_release_and_a_site(world: World, tmp_path: Path, forge: Any) -> None:
    origin = Repo(root=world.keep_only("ben-xe").root)
    (origin.root / "dulieumo.toml").write_text(
        f'[targets.production]\nurl = "{world.url}"\nproduction = true\n', encoding="utf-8"
    )
    (origin.root / ".gitignore").write_text(starter.generated(ANSWERS)[".gitignore"], encoding="utf-8")
    origin.git("init", "-q", "-b", "main")
    origin.commit()
    origin.git("tag", TAG)
    clone = tmp_path / "ban-sao"
    origin.git("clone", "-q", "--branch", TAG, str(origin.root), str(clone))
    key = tmp_path / "khoa.pem"
    public = signing.new_key(key)
    dist = tmp_path / "kho-luu"
    values = {
        "DULIEUMO_DIST": str(dist),
        "DULIEUMO_TOKEN_PRODUCTION": world.token_file.read_text(encoding="utf-8").strip(),
        "DULIEUMO_SIGNING_KEY": str(key),
        "DULIEUMO_KEY_PASSPHRASE": "",
    }
    lines, environment = forge(values)
    commands = [line for line in lines if line.startswith("dulieumo ")]
    assert [line.split()[1] for line in commands] == [
        "check", "build", "sign", "plan", "push", "verify", "status", "site",
    ]  # fmt: skip
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("DULIEUMO", "GITHUB", "CI"))}
    clean["PATH"] = f"{BIN}{os.pathsep}{clean['PATH']}"
    output = ""
    for line in commands:
        done = subprocess.run(
            ["bash", "-e", "-c", line],
            cwd=clone,
            env={**clean, **environment},
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        output += done.stdout + done.stderr
        assert done.returncode == 0, f"{line}\n{done.stdout}\n{done.stderr}"
    assert values["DULIEUMO_TOKEN_PRODUCTION"] not in output

    store = FolderStore(dist / "store")
    assert release.latest(store) == TAG
    manifest = release.read_manifest(store, TAG)
    assert manifest["commit"] == origin.git("rev-parse", "HEAD").strip()
    assert any(item.is_valid for item in signing.verify(store, TAG, (public,)))
    verification = json.loads((dist / "verification.json").read_text(encoding="utf-8"))
    assert verification["release"] == TAG
    assert verification["problems"] == []
    package = world.anonymous().read("package_show", id="ben-xe")
    assert not package["private"]
    page = (dist / "site/datasets/ben-xe/index.html").read_text(encoding="utf-8")
    assert package["title"] in page
    (line,) = audit.read(store.root / audit.FILE).lines
    assert (line.event.action, line.event.target, line.event.result) == ("push", "production", "done")
