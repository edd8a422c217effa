"""What CI says about a change: golden files for a good and a bad one, and a comment that nobody can break or spoof."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from dulieumo import config, i18n
from dulieumo.ci import comment
from dulieumo.cli import ci
from tests.ci.repo import Repo, market_fields, repository, version

GOLDEN = Path(__file__).with_name("golden")
DULIEUMO = str(Path(sys.executable).with_name("dulieumo"))
TODAY = date(2026, 11, 22)
PLAN = {
    "format": "dulieumo-plan/1",
    "target": "staging",
    "datasets": [
        {
            "name": "cho",
            "changes": [
                {"action": "upload", "resource": "bang.csv", "field": None, "message": "the file differs"},
                {"action": "records", "resource": "bang.csv", "field": None, "message": "4 rows differ"},
            ],
        }
    ],
}


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return repository(tmp_path)


def good(repo: Repo) -> None:
    repo.table("cho", "ma,ten,gian_hang\nc1,Chợ Bến,12\nc2,Chợ Đình,20\nc4,Chợ Hoa,5\n")
    repo.edit("cho", **version("1.1.0"))
    repo.commit()


def bad(repo: Repo) -> None:
    """A column is gone, a cell is no number, a key stands twice, and the version says nothing of it."""
    repo.table("cho", "ma,gian_hang\nc1,mười\nc2,20\nc2,30\n")
    resources = repo.descriptor("cho")["resources"]
    resources[0]["schema"]["fields"] = [item for item in market_fields() if item["name"] != "ten"]
    repo.edit("cho", resources=resources)
    repo.commit()


def composed(repo: Repo, plan: bool = False) -> str:
    i18n.use("en")
    plan_file = repo.root / "plan.json"
    if plan:
        plan_file.write_text(json.dumps(PLAN), encoding="utf-8")
    return ci.compose(config.load(repo.root), "main", plan_file if plan else None, TODAY)


def matches(name: str, text: str) -> None:
    """Compare with the golden file; DULIEUMO_GOLDEN=write makes it anew, to be read before it is committed."""
    path = GOLDEN / name
    if os.environ.get("DULIEUMO_GOLDEN") == "write":
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


def test_the_comment_on_a_good_change(repo: Repo) -> None:
    good(repo)
    matches("good.md", composed(repo, plan=True))


def test_the_comment_on_a_bad_change(repo: Repo) -> None:
    bad(repo)
    matches("bad.md", composed(repo))


def test_a_change_that_passes_and_keeps_its_version_is_told_to_raise_it(repo: Repo) -> None:
    repo.table("cho", "ma,ten,gian_hang\nc1,Chợ Bến,10\n")
    repo.commit()
    text = composed(repo)
    assert "the version does not" in text
    assert "**1.1.0** (minor)" in text
    assert "+0 −2 ≠0" in text


def test_a_breaking_change_asks_for_a_major_version_and_a_notice(repo: Repo) -> None:
    repo.table("cho", "ma,gian_hang\nc1,10\nc2,20\nc3,30\n")
    resources = repo.descriptor("cho")["resources"]
    resources[0]["schema"]["fields"] = [item for item in market_fields() if item["name"] != "ten"]
    repo.edit("cho", resources=resources, **version("1.1.0"))
    repo.commit()
    text = composed(repo)
    assert "**2.0.0** (major)" in text
    assert "dulieumo:notices" in text
    assert "column-removed `bang.ten`" in text


def test_new_and_removed_datasets_are_named(repo: Repo) -> None:
    folder = repo.datasets / "linh-vuc"
    (folder / "gieng").rename(folder / "ao")
    repo.edit("ao", name="ao", title="Ao làng")
    repo.commit()
    text = composed(repo)
    assert "| `ao` | new | ∅ → 1.0.0 |" in text
    assert "| `gieng` | removed | 1.0.0 → ∅ |" in text
    assert "retired" in text


def test_nothing_changed_says_so(repo: Repo) -> None:
    (repo.root / "README.md").write_text("Chào.\n", encoding="utf-8")
    repo.commit()
    text = composed(repo)
    assert text.startswith(comment.MARK)
    assert "No dataset changes" in text


def test_uncommitted_changes_count_too(repo: Repo) -> None:
    repo.table("gieng", "ma\ng1\n")
    assert "| `gieng` |" in composed(repo)


def test_a_table_that_cannot_be_read_is_not_compared_and_the_findings_say_why(repo: Repo) -> None:
    (repo.datasets / "linh-vuc/cho/data/bang.csv").write_bytes(b"ma,ten,gian_hang\n\xff\xfe,b,1\n")
    repo.commit()
    text = composed(repo)
    assert "not compared" in text
    assert "❌" in text


def test_a_descriptor_that_is_broken_still_gives_a_comment(repo: Repo) -> None:
    (repo.datasets / "linh-vuc/cho/datapackage.yaml").write_text("name: [", encoding="utf-8")
    repo.commit()
    text = composed(repo)
    assert "The data does not pass" in text
    assert "yaml-syntax" in text


def test_what_a_cell_says_cannot_become_markup_or_a_mention(repo: Repo) -> None:
    evil = "</details><script>alert(1)</script> [x](http://evil.example) `|`"
    repo.table("cho", f'ma,ten,gian_hang\nc1,Chợ Bến,"{evil}"\n')
    repo.commit()
    text = composed(repo)
    assert "<script>" not in text
    assert "](http://evil.example)" not in text.replace("\\]", "").replace("\\[", "")
    assert text.count("</details>") == text.count("<details>")


def test_a_huge_report_is_cut_before_the_forge_refuses_it(repo: Repo) -> None:
    for number in range(150):
        folder = repo.datasets / "linh-vuc" / f"bo-{number}"
        folder.mkdir()
        (folder / "datapackage.yaml").write_text(f"name: bo-{number}\n{'x' * 80}: 1\n" * 1, encoding="utf-8")
    repo.commit()
    text = composed(repo)
    assert len(text) <= comment.MOST_LETTERS
    assert text.startswith(comment.MARK)


def run(repo: Repo, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {
        key: value for key, value in os.environ.items() if not key.startswith(("GITHUB", "CI", "GITLAB", "DULIEUMO"))
    }
    return subprocess.run(
        [DULIEUMO, "--lang", "en", "ci", *words],
        cwd=repo.root,
        env={**clean, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_only_changed_datasets_are_listed_and_checked(repo: Repo) -> None:
    good(repo)
    (repo.datasets / "linh-vuc/gieng/data/bang.csv").write_text("ma\ng1\ng1\n", encoding="utf-8")
    repo.git("stash", "-q")
    done = run(repo, "changed", "--base", "main")
    assert done.stdout.split() == ["cho"]
    repo.git("stash", "pop", "-q")
    assert run(repo, "changed", DULIEUMO_BASE="main").stdout.split() == ["cho", "gieng"]
    assert run(repo, "check", "--base", "main").returncode == 1
    repo.git("checkout", "-q", "datasets/linh-vuc/gieng")
    assert run(repo, "check", "--base", "main").returncode == 0


def test_the_pre_commit_hook_sees_what_is_staged(repo: Repo) -> None:
    repo.table("gieng", "ma\ng1\ng1\n")
    assert run(repo, "changed").stdout == ""
    assert run(repo, "check").returncode == 0
    repo.git("add", "-A")
    assert run(repo, "changed").stdout.split() == ["gieng"]
    assert run(repo, "check").returncode == 1


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        ("catalog.yaml", ["cho", "gieng"]),
        ("linh-vuc/domain.yaml", ["cho", "gieng"]),
        ("publishers.yaml", ["cho", "gieng"]),
    ],
)
def test_a_shared_file_touches_every_dataset_that_rests_on_it(repo: Repo, file: str, expected: list[str]) -> None:
    path = repo.datasets / file
    path.write_text(path.read_text(encoding="utf-8") + "# ghi chú\n", encoding="utf-8")
    found = json.loads(run(repo, "changed", "--base", "main", "--format", "json").stdout)
    assert found["datasets"] == expected


def test_findings_become_annotations_of_the_forge(repo: Repo) -> None:
    bad(repo)
    done = run(repo, "check", "--base", "main", GITHUB_ACTIONS="true")
    lines = [line for line in done.stdout.splitlines() if line.startswith("::")]
    assert done.returncode == 1
    assert any(line.startswith("::error file=datasets/linh-vuc/cho/data/bang.csv,line=2,") for line in lines), lines
    run(repo, "check", "--base", "main", GITLAB_CI="true")
    report = json.loads((repo.root / "dist/gl-code-quality-report.json").read_text(encoding="utf-8"))
    assert {"datasets/linh-vuc/cho/data/bang.csv"} <= {item["location"]["path"] for item in report}
    assert len({item["fingerprint"] for item in report}) == len(report)


def test_an_annotation_cannot_start_another_workflow_command(repo: Repo) -> None:
    repo.table("cho", 'ma,ten,gian_hang\nc1,Chợ,"1\n::set-output name=x::y"\n')
    done = run(repo, "check", "--base", "main", "--annotations", "github")
    assert not any(line.startswith("::set-output") for line in done.stdout.splitlines())


@pytest.mark.parametrize(
    "words", [("changed", "--base", "khong-co"), ("changed", "--base", "--output=/tmp/x"), ("comment",)]
)
def test_a_base_that_is_not_there_is_told(repo: Repo, words: tuple[str, ...]) -> None:
    done = run(repo, *words)
    assert done.returncode == 2
    assert done.stderr.strip()


def test_outside_git_it_says_so(tmp_path: Path) -> None:
    (tmp_path / "datasets").mkdir()
    done = run(Repo(root=tmp_path), "changed", "--base", "main")
    assert done.returncode == 2


def test_the_comment_is_written_to_the_summary_of_the_run(repo: Repo, tmp_path: Path) -> None:
    good(repo)
    summary = tmp_path / "summary.md"
    done = run(repo, "comment", "--base", "main", GITHUB_STEP_SUMMARY=str(summary))
    assert done.returncode == 0, done.stderr
    assert summary.read_text(encoding="utf-8") == (repo.root / "dist/comment.md").read_text(encoding="utf-8")
