"""How the owner's commands ask, tell and refuse: questions only on a terminal, everything that is missing named at once."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import click

from dulieumo.check.report import CheckReport
from dulieumo.cli import common
from dulieumo.errors import UsageError
from dulieumo.i18n import _
from dulieumo.owner.notes import Note, Weight, say
from dulieumo.report import text as text_report


@dataclass(slots=True)
class Asker:
    """Takes what flags say and asks for the rest. Without a terminal, it gathers what is missing; `stop` then refuses."""

    is_interactive: bool = field(default_factory=lambda: sys.stdin.isatty() and sys.stderr.isatty())
    missing: list[tuple[str, str]] = field(default_factory=list)

    def text(
        self,
        flag: str,
        given: str | None,
        question: str,
        *,
        default: str | None = None,
        check: Callable[[str], str | None] = lambda _text: None,
        must: bool = True,
    ) -> str:
        """What the flag says, else the answer to the question; "" where there is none and none must be.

        `default` is proposed on a terminal, and taken without one. `check` returns what is wrong with an answer."""
        if given is not None:
            problem = check(given.strip())
            if problem:
                raise UsageError(f"{flag}: {problem}")
            return given.strip()
        if not self.is_interactive:
            if default is not None:
                return default
            if must:
                self.missing.append((flag, question))
            return ""
        while True:
            shown = question if must else _("{question} (Enter to skip)").format(question=question)
            answer: str = click.prompt(
                shown,
                default=default if default is not None or must else "",
                show_default=bool(default),
                prompt_suffix=" " if shown.endswith("?") else ": ",
                err=True,
            )
            answer = answer.strip()
            problem = check(answer) if answer else (_("This is needed.") if must else None)
            if not problem:
                return answer
            common.say(problem)

    def choice(
        self,
        flag: str,
        given: str | None,
        question: str,
        choices: Sequence[tuple[str, str]],
        default: str | None = None,
    ) -> str:
        """One of `choices` (value, words), by its number or value."""
        values = [value for value, _words in choices]

        def problem(answer: str) -> str | None:
            if answer in values or (answer.isdigit() and 1 <= int(answer) <= len(values)):
                return None
            return _("“{answer}” is none of these: {known}.").format(answer=answer, known=", ".join(values))

        if given is None and self.is_interactive:
            for number, (value, words) in enumerate(choices, start=1):
                common.say(f"  {number:>2}  {words}  ({value})")
            question = _("{question} (number or name)").format(question=question)
        answer = self.text(flag, given, question, default=default, check=problem)
        return values[int(answer) - 1] if answer.isdigit() and answer not in values else answer

    def confirm(self, question: str) -> bool:
        """Whether the owner says yes. Never without a terminal."""
        return self.is_interactive and click.confirm(question, default=False, err=True)

    def stop(self) -> None:
        """Refuse if something is missing. Raises UsageError that names all of it."""
        if self.missing:
            lines = "\n".join(f"  {flag}  {question}" for flag, question in self.missing)
            raise UsageError(
                _("These are still missing:") + "\n" + lines,
                hint=_("Add them to the command, or run it in a terminal without --no-input to be asked."),
            )


def show_notes(notes: Iterable[Note]) -> None:
    """What was done with the file, what to look at with a !, what stops it with an ✗; on stderr."""
    marks = {Weight.INFO: "·", Weight.LOOK: "!", Weight.STOP: "✗"}
    colours = {Weight.INFO: None, Weight.LOOK: "yellow", Weight.STOP: "red"}
    for one in notes:
        click.secho(f"  {marks[one.weight]} {say(one)}", fg=colours[one.weight], err=True)


def show_report(report: CheckReport) -> None:
    """The findings of a check, on stdout."""
    styles = {"file": {"bold": True}, "error": {"fg": "red"}, "warning": {"fg": "yellow"}, "good": {"fg": "green"}}
    for line in text_report.lines(report):
        click.secho(line.text, **styles.get(line.style, {}))  # type: ignore[arg-type]
