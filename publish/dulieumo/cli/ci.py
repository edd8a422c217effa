"""`dulieumo ci`: what the workflows run. They hold no logic; everything here can be run by hand as well."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dulieumo import errors
from dulieumo.cli import common
from dulieumo.config import Settings
from dulieumo.errors import ConfigError
from dulieumo.i18n import _
from dulieumo.store import write_whole

if TYPE_CHECKING:
    from dulieumo.check.report import CheckReport
    from dulieumo.ci.changed import Changed
    from dulieumo.ci.dropped import Trial
    from dulieumo.descriptors import Reading

COMMENT = "comment.md"


@click.group("ci")
def command() -> None:
    """The steps of the workflows: changed datasets, their check with annotations, and the comment on a pull request."""


_base = click.option("--base", envvar="DULIEUMO_BASE", help="Commit or branch to compare with, such as origin/main.")


@command.command("changed")
@common.settings_options
@common.format_option("text", "json")
@_base
def changed(datasets: Path | None, dist: Path | None, format_: str, base: str | None) -> int:
    """List the datasets that differ from the base; without a base, those that are staged for the next commit."""
    found = _changed(common.settings(datasets, dist), base)
    if format_ == "json":
        common.print_json({"datasets": list(found.names), "removed": list(found.removed), "all": found.everything})
    else:
        for name in found.names:
            click.echo(name)
        for name in found.removed:
            common.say(_("{dataset} is gone.").format(dataset=name))
    return errors.DONE


@command.command("check")
@common.settings_options
@_base
@click.option(
    "--annotations",
    type=click.Choice(["auto", "github", "gitlab", "none"]),
    default="auto",
    show_default=True,
    help="Form of the annotations; auto: that of the forge we run on.",
)
def check_(datasets: Path | None, dist: Path | None, base: str | None, annotations: str) -> int:
    """Check the changed datasets only, and put the findings on their lines."""
    from dulieumo.ci import dropped
    from dulieumo.cli import check
    from dulieumo.report import text

    settings = common.settings(datasets, dist)
    found = _changed(settings, base)
    if found.is_empty:
        common.answers().print(_("No dataset was changed."))
        return errors.DONE
    waiting = _trials(settings, found)
    for trial in waiting:
        click.echo("! " + " ".join(dropped.summary(trial).splitlines()))
    if not found.names and not found.everything:  # only files of datasets that are not there
        return errors.DATA_DOES_NOT_PASS if waiting else errors.DONE
    report = check.run(settings, () if found.everything else found.names)
    for line in text.lines(report):
        click.echo(
            " ".join(line.text.splitlines())
        )  # a cell with a line break must not begin a line, as `::command` would
    _annotate(settings, report, annotations)
    return errors.DONE if report.is_valid and not waiting else errors.DATA_DOES_NOT_PASS


@command.command("comment")
@common.settings_options
@_base
@click.option(
    "--output", type=click.Path(path_type=Path, dir_okay=False), help="Write the comment here; else to dist/."
)
@click.option(
    "--plan",
    "plan_file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Plan to show; without it one is made against [targets.staging], where this run has its token.",
)
@click.option("--post", is_flag=True, help="Put it on the pull request; an earlier comment is written over.")
def comment(
    datasets: Path | None, dist: Path | None, base: str | None, output: Path | None, plan_file: Path | None, post: bool
) -> int:
    """Compose one comment: findings, row changes, version needed, quality before and after, plan against staging."""
    if base is None:
        raise errors.UsageError(_("Say what to compare with: --base origin/main."))
    settings = common.settings(datasets, dist)
    text = compose(settings, base, plan_file, date.today())
    path = output or settings.dist / COMMENT
    write_whole(path, text.encode())
    summary = os.environ.get("GITHUB_STEP_SUMMARY")
    if summary:
        with Path(summary).open("a", encoding="utf-8") as file:
            file.write(text)
    if post:
        return _post(text, None)
    click.echo(text, nl=False)
    return errors.DONE


@command.command("post")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--number", type=int, help="Number of the pull request; by default that of this run.")
def post(file: Path, number: int | None) -> int:
    """Put a composed comment on the pull request: the second workflow, which never runs what the pull request holds."""
    from dulieumo.ci.comment import MARK, MOST_LETTERS

    text = file.read_text(encoding="utf-8")
    if not text.startswith(MARK) or len(text) > MOST_LETTERS:
        raise ConfigError(_("{file} is no comment of ours.").format(file=file))
    return _post(text, number)


def compose(settings: Settings, base: str, plan_file: Path | None, today: date) -> str:
    """The comment on the working copy against the commit where it parted from `base`. Writes the marked workbooks to
    dist/annotated."""
    from dulieumo import check, descriptors, quality
    from dulieumo.ci import changed as git
    from dulieumo.ci import comment, compare, forge, staging
    from dulieumo.cli.check import CACHE

    found = _changed(settings, base)
    commit = git.fork_point(settings.root, base)
    reading = descriptors.read(settings.datasets)
    only = None if found.everything else found.names
    cache = settings.root / CACHE
    report = check.check(reading, only=only, today=today, cache_folder=cache)
    trials = _trials(settings, found)
    with tempfile.TemporaryDirectory(prefix="dulieumo-base-") as folder:
        former = git.extract(settings.root, commit, settings.datasets, Path(folder))
        before = descriptors.read(former) if former is not None else None
        comparisons = compare.compare(before, reading, sorted({*found.names, *found.removed}))
        touched = tuple(item.change.name for item in comparisons)
        scores: list[dict[str, Any]] = []
        for side in (before, reading):
            if side is None or side.catalog is None:
                scores.append({})
                continue
            judged = report if side is reading else check.check(side, only=touched, today=today, cache_folder=cache)
            scores.append(quality.compute(side.catalog, judged, today)["datasets"])
    plan = (
        staging.Staging(plan=_json(plan_file), missing=_("There is no plan against staging in this run."))
        if plan_file is not None
        else staging.look(settings, commit, reading, report, set(touched) - set(found.removed))
    )
    _annotated(settings, reading, report, trials)
    facts = comment.Facts(
        report=report,
        comparisons=comparisons,
        removed=found.removed,
        quality={name: tuple(side.get(name, {}).get("score") for side in scores) for name in touched},
        plan=plan.plan,
        plan_missing=plan.missing,
        trials=trials,
        artifacts=forge.artifacts(),
    )
    return comment.compose(facts)


def _trials(settings: Settings, found: Changed) -> tuple[Trial, ...]:
    """What the spreadsheets that came with the change would do."""
    from dulieumo import descriptors
    from dulieumo.ci import dropped

    if not any(path.lower().endswith(dropped.ENDINGS) for path in found.files):
        return ()
    return tuple(dropped.trials(found, descriptors.read(settings.datasets), date.today()))


def _annotated(settings: Settings, reading: Reading, report: CheckReport, trials: tuple[Trial, ...]) -> None:
    """The findings as workbooks with the cells marked: of the changed datasets, and of each spreadsheet."""
    from dulieumo.report import xlsx

    folder = settings.dist / "annotated"
    shutil.rmtree(folder, ignore_errors=True)
    if report.findings:
        write_whole(folder / "report.xlsx", xlsx.render_report(report, reading))
    for trial in trials:
        if trial.marked is not None:
            write_whole(folder / trial.marked_name, trial.marked)


def _changed(settings: Settings, base: str | None) -> Changed:
    from dulieumo.ci import changed as git

    if not settings.datasets.is_dir() or not settings.datasets.resolve().is_relative_to(settings.root.resolve()):
        raise ConfigError(_("There is no folder {folder}.").format(folder=settings.datasets))
    return git.changed(settings.root, settings.datasets, base)


def _annotate(settings: Settings, report: CheckReport, form: str) -> None:
    from dulieumo.ci import annotations

    if form == "auto":
        form = "github" if os.environ.get("GITHUB_ACTIONS") else "gitlab" if os.environ.get("GITLAB_CI") else "none"
    relative = settings.datasets.resolve().relative_to(settings.root.resolve()).as_posix()
    prefix = "" if relative == "." else f"{relative}/"
    if form == "github":
        for line in annotations.github(report, prefix):
            click.echo(line)
    elif form == "gitlab":
        write_whole(settings.dist / "gl-code-quality-report.json", annotations.gitlab(report, prefix).encode())


def _json(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ConfigError(_("{file} is not JSON.").format(file=path)) from error
    return value if isinstance(value, dict) else {}


def _post(text: str, number: int | None) -> int:
    from dulieumo.ci import forge
    from dulieumo.ci.comment import MARK

    done = forge.put(forge.thread(number=number), MARK, text)
    common.say(_("The comment was written.") if done == "created" else _("The comment was written over."))
    return errors.DONE
