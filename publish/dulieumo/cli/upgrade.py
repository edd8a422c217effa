"""`dulieumo upgrade`: brings the files that dulieumo made to this version; what the owner edited is shown, never overwritten."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from dulieumo import __version__, config, errors, starter
from dulieumo.cli import common
from dulieumo.errors import ConfigError
from dulieumo.i18n import _
from dulieumo.starter import State, Step
from dulieumo.store import write_whole


@click.command("upgrade")
@click.option("--yes", is_flag=True, help="Write without asking; edited files are still left alone.")
@click.option("--check", is_flag=True, help="Write nothing; leave with 5 when something would change.")
@click.option("--overwrite", multiple=True, metavar="FILE", help="Replace this file although it was edited or removed.")
def command(yes: bool, check: bool, overwrite: tuple[str, ...]) -> int:
    """Bring workflows and other generated files to this version of dulieumo, showing each difference first."""
    root = config.load().root
    value = _state(root)
    found = starter.steps(value, {path: _text(root / path) for path in _paths(value)})
    for path in overwrite:
        if path not in {step.path for step in found}:
            known = ", ".join(step.path for step in found)
            raise errors.UsageError(
                _("{path} is no file of dulieumo.").format(path=path), hint=_("Known: {known}.").format(known=known)
            )
    wanted = [step for step in found if step.state in (State.OLD, State.NEW) or step.path in overwrite]
    for step in found:
        _show(step, is_wanted=step in wanted)
    is_current = value.get("version") == __version__
    if not wanted:
        if not check and not is_current:
            _record(root, value, found, [])
        common.answers().print(
            _("Nothing to write; this is dulieumo {version}.").format(version=__version__), markup=False
        )
        return errors.DONE
    if check:
        return errors.DIFFERENCES
    if not yes and not click.confirm(_("Write {count} files?").format(count=len(wanted))):
        return errors.DONE
    for step in wanted:
        write_whole(root / step.path, step.wanted.encode())
    _record(root, value, found, wanted)
    common.answers().print(_("{count} files were written.").format(count=len(wanted)), markup=False)
    return errors.DONE


def _paths(value: dict[str, Any]) -> list[str]:
    return list(starter.generated(starter.Answers(**value["answers"])))


def _state(root: Path) -> dict[str, Any]:
    path = root / starter.STATE
    try:
        value: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        known = value["format"] == starter.FORMAT and bool(starter.Answers(**value["answers"])) and bool(value["files"])
    except FileNotFoundError as error:
        raise ConfigError(
            _("{folder} was not started with `dulieumo init`: it has no {file}.").format(
                folder=root, file=starter.STATE
            ),
            hint=_("Start a catalogue in an empty folder and move your datasets into it."),
        ) from error
    except (ValueError, KeyError, TypeError):
        known = False
    if not known:
        raise ConfigError(_("{file} is damaged, or of a later dulieumo.").format(file=starter.STATE))
    return value


def _text(path: Path) -> str | None:
    return path.read_bytes().decode("utf-8", errors="replace").replace("\r\n", "\n") if path.is_file() else None


def _show(step: Step, *, is_wanted: bool) -> None:
    console = common.answers()
    match step.state:
        case State.SAME:
            return
        case State.EDITED if not is_wanted:
            text = _(
                "{path}: edited here, left as it is. The new version differs so (take it with --overwrite {path}):"
            )
            console.print(text.format(path=step.path), markup=False)
        case State.REMOVED if not is_wanted:
            text = _("{path}: removed here, stays away (bring it back with --overwrite {path}).")
            console.print(text.format(path=step.path), markup=False)
            return
        case _:
            console.print(f"{step.path}:", markup=False)
    click.echo(step.difference(), nl=False)


def _record(root: Path, value: dict[str, Any], found: tuple[Step, ...], written: list[Step]) -> None:
    """Remember what we made: the new text of what was written, the old hash of what was left alone."""
    before = value["files"]
    hashes = {step.path: before[step.path] for step in found if step.path in before}
    hashes |= {step.path: starter.digest(step.wanted) for step in found if step in written or step.state is State.SAME}
    made = {**value, "version": __version__, "files": dict(sorted(hashes.items()))}
    write_whole(root / starter.STATE, (json.dumps(made, ensure_ascii=False, indent=1) + "\n").encode())
