"""The workflows, of this repository and of the starter: right by the forges' own schemas, pinned, least privilege, no logic."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from importlib import resources
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from dulieumo import cli, starter
from tests.starter import own

ANSWERS = starter.Answers(
    name="lang-mau",
    title="Làng Mẫu",
    publisher="ban-quan-ly",
    publisher_title="Ban quản lý",
    base_url="https://langmau.example",
    language="vi",
    forge="both",
)
GITHUB = tuple(path for path in starter.generated(ANSWERS) if path.startswith(".github/"))
SHELL = re.compile(r"\b(if|then|for|while|case|grep|sed|awk|jq|curl)\b|\$\(|`|[;|]")


def load(text: str) -> Any:
    return yaml.load(text, Loader=yaml.BaseLoader)


def all_texts(repository: Path) -> dict[str, str]:
    found = {f"starter {path}": text for path, text in starter.generated(ANSWERS).items()}
    for path in [*(repository / ".github/workflows").glob("*.yml"), repository / ".gitlab-ci.yml"]:
        found[f"own {path.relative_to(repository).as_posix()}"] = path.read_text(encoding="utf-8")
    return {name: text for name, text in found.items() if name.endswith(".yml")}


@pytest.fixture
def texts(repository: Path) -> dict[str, str]:
    return all_texts(repository)


@pytest.mark.parametrize(("kind", "schema"), [("github", "github-workflows"), ("gitlab", "gitlab-ci")])
def test_the_workflows_follow_the_schema_of_their_forge(
    texts: dict[str, str], tmp_path: Path, kind: str, schema: str
) -> None:
    vendored = resources.files("check_jsonschema") / "builtin_schemas" / "vendor" / f"{schema}.json"
    assert vendored.is_file(), "the schema lies in the package: nothing is fetched"
    chosen = {name: text for name, text in texts.items() if ("gitlab" in name) == (kind == "gitlab")}
    assert len(chosen) == (2 if kind == "gitlab" else 9)
    files = []
    for number, text in enumerate(chosen.values()):
        path = tmp_path / f"{number}.yml"
        path.write_text(text, encoding="utf-8")
        files.append(str(path))
    words = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", f"vendor.{schema}", *files]
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_broken_workflow_would_be_found(tmp_path: Path) -> None:
    path = tmp_path / "a.yml"
    path.write_text("on: push\njobs: {a: {runs-on: x, steps: [{ran: y}]}}\n", encoding="utf-8")
    words = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.github-workflows", str(path)]
    assert subprocess.run(words, capture_output=True, check=False, timeout=120).returncode == 1


def test_the_pre_commit_files_name_the_command(repository: Path) -> None:
    (hook,) = load((repository / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    assert hook["entry"] == "dulieumo ci check"
    config = load(starter.generated(ANSWERS)[".pre-commit-config.yaml"])
    assert config["repos"][0]["hooks"][0]["entry"] == hook["entry"]


def test_this_repository_runs_the_workflows_of_the_starter(repository: Path) -> None:
    for path, text in own.workflows().items():
        assert (repository / path).read_text(encoding="utf-8") == text, f"{path}: python -m tests.starter.own"


def commands(text: str) -> list[str]:
    """Every shell line of a workflow."""
    found: list[str] = []

    def walk(node: Any) -> None:
        if isinstance(node, dict):
            for key, value in node.items():
                if key == "run":
                    found.append(value)
                elif key in ("script", "before_script", "after_script"):
                    found.extend(value if isinstance(value, list) else [value])
                else:
                    walk(value)
        elif isinstance(node, list):
            for item in node:
                walk(item)

    walk(load(text))
    return found


def test_every_step_is_one_command_and_nothing_is_decided_in_the_shell(texts: dict[str, str]) -> None:
    for name, text in texts.items():
        for line in commands(text):
            assert "\n" not in line.strip(), f"{name}: {line}"
            if line.startswith(("python -m pip", "apt-get update", ".ci/run")):
                continue
            assert line.startswith("dulieumo "), f"{name}: {line}"
            assert not SHELL.search(line), f"{name}: {line}"


def test_every_command_and_option_that_a_workflow_uses_exists(texts: dict[str, str]) -> None:
    for name, text in texts.items():
        for line in commands(text):
            if not line.startswith("dulieumo "):
                continue
            words = line.split()[1:]
            command: click.Command | None = cli.group.get_command(click.Context(cli.group), words[0])
            if isinstance(command, click.Group):
                command = command.get_command(click.Context(command), words[1])
            assert command is not None, f"{name}: {line}"
            known = {option for parameter in command.params for option in parameter.opts}
            assert {word for word in words if word.startswith("--")} <= known, f"{name}: {line}"


def test_actions_are_pinned_by_commit_and_nothing_may_be_written_by_default(texts: dict[str, str]) -> None:
    for name, text in texts.items():
        if "gitlab" in name or ".github" not in name:
            continue
        value = load(text)
        for used in re.findall(r"uses: (\S+)", text):
            assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", used), f"{name}: {used}"
        rights = {key for key, right in value["permissions"].items() if right == "write"}
        assert rights == ({"pull-requests"} if value["name"] == "comment" else set()), name
        assert "persist-credentials: false" in text
        assert all("timeout-minutes" in job for job in value["jobs"].values()), name


def test_what_a_pull_request_runs_sees_no_secret_and_what_sees_one_runs_no_pull_request(texts: dict[str, str]) -> None:
    for name, text in texts.items():
        if ".github" not in name:
            continue
        events = load(text)["on"]
        assert "pull_request_target" not in events, name
        if "pull_request" in events:
            # Nothing but the key to the rehearsal, which a fork does not get, in the one step that plans against it.
            assert set(re.findall(r"secrets\.(\w+)", text)) <= {"DULIEUMO_TOKEN_STAGING"}, name
            steps = [step for job in load(text)["jobs"].values() for step in job["steps"]]
            assert all(step["run"] == "dulieumo ci comment" for step in steps if "secrets." in str(step)), name
            assert "self-hosted" not in text, name
        assert not re.search(r"run: .*\$\{\{", text), f"{name}: an expression inside a shell line is an injection"
        if load(text)["name"] == "comment":
            assert "ref:" not in text, "the second workflow must not check out what the pull request holds"


def test_a_pull_request_gives_back_the_comment_and_the_marked_workbooks(texts: dict[str, str]) -> None:
    checks = [text for name, text in texts.items() if "/check.yml" in name or "gitlab" in name]
    assert len(checks) == 4
    for text in checks:
        assert "dist/comment.md" in text
        assert "dist/annotated" in text


def test_state_and_answers_are_json_that_reads_back() -> None:
    value = json.loads(starter.state(ANSWERS, starter.generated(ANSWERS)))
    assert starter.Answers(**value["answers"]) == ANSWERS
