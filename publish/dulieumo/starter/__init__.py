"""The first files of a city's catalogue, and how a newer version of dulieumo brings its own ones up to date. Pure.

    owner/<language>/   written once by `init`, then the owner's: never touched again
    files/              made by dulieumo: `upgrade` replaces those that nobody has edited, and shows the difference of the others

`.dulieumo.json` in the root remembers the answers and the hash of every file that dulieumo made.
"""

from __future__ import annotations

import difflib
import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any

from dulieumo import __version__

STATE = ".dulieumo.json"
FORMAT = "dulieumo-starter/1"
LANGUAGES = ("vi", "en")
FORGES = ("github", "gitlab", "both", "none")
INSTALL = "python -m pip install 'dulieumo[sign]=={version}'"
_PLACEHOLDER = re.compile(r"@@([A-Z_]+)@@")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What `init` asks. `name` and `publisher` are codes, the titles are for readers. `install` is the command of the workflows."""

    name: str
    title: str
    publisher: str
    publisher_title: str
    base_url: str
    language: str
    forge: str
    install: str = INSTALL


class State(StrEnum):
    """What `upgrade` finds of a file: as it should be, made by an older version, new, edited, or removed by the owner."""

    SAME = "same"
    OLD = "old"
    NEW = "new"
    EDITED = "edited"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One file of dulieumo's own: what it is now (None: not there), what it should be, and what that means."""

    path: str
    state: State
    now: str | None
    wanted: str

    def difference(self) -> str:
        """The change as a unified diff, "" for none."""
        lines = difflib.unified_diff(
            (self.now or "").splitlines(keepends=True),
            self.wanted.splitlines(keepends=True),
            fromfile=self.path,
            tofile=f"{self.path} (dulieumo {__version__})",
        )
        return "".join(line if line.endswith("\n") else line + "\n" for line in lines)


def generated(answers: Answers) -> dict[str, str]:
    """The files that dulieumo makes and keeps up to date, by path."""
    files = dict(_files("files"))
    if answers.forge not in ("github", "both"):
        files = {path: text for path, text in files.items() if not path.startswith(".github/")}
    if answers.forge not in ("gitlab", "both"):
        files.pop(".gitlab-ci.yml", None)
    values = {"INSTALL": answers.install.format(version=__version__), "LANGUAGE": answers.language}
    return {path: _filled(text, values) for path, text in files.items()}


def owned(answers: Answers, today: str) -> dict[str, str]:
    """The files that are the owner's from the first day, by path. `today` is YYYY-MM-DD."""
    description = {
        "vi": f"Dữ liệu mở do {answers.publisher_title} công bố: mô tả, bảng và nguồn của từng bộ dữ liệu.",
        "en": f"Open data published by {answers.publisher_title}: descriptions, tables and the sources of each dataset.",
    }[answers.language]
    values = {
        "NAME": answers.name,
        "TITLE": _quoted(answers.title),
        "TITLE_PLAIN": answers.title,
        "DESCRIPTION": _quoted(description),
        "PUBLISHER": answers.publisher,
        "PUBLISHER_TITLE": _quoted(answers.publisher_title),
        "PUBLISHER_PLAIN": answers.publisher_title,
        "BASE_URL": _quoted(answers.base_url),
        "TODAY": _quoted(today),
        "VERSION": __version__,
    }
    return {path: _filled(text, values) for path, text in _files(f"owner/{answers.language}")}


def state(answers: Answers, files: Mapping[str, str]) -> str:
    """The text of `.dulieumo.json` for these generated files."""
    value = {
        "format": FORMAT,
        "version": __version__,
        "answers": asdict(answers),
        "files": {path: digest(text) for path, text in sorted(files.items())},
    }
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"


def steps(value: Mapping[str, Any], now: Mapping[str, str | None]) -> tuple[Step, ...]:
    """What to do with each generated file. `value` is the content of `.dulieumo.json`, `now` what the files hold (None: gone)."""
    recorded: Mapping[str, str] = value["files"]
    found = []
    for path, wanted in generated(Answers(**value["answers"])).items():
        text = now.get(path)
        if text is None:
            kind = State.REMOVED if path in recorded else State.NEW
        elif text == wanted:
            kind = State.SAME
        else:
            kind = State.OLD if recorded.get(path) == digest(text) else State.EDITED
        found.append(Step(path=path, state=kind, now=text, wanted=wanted))
    return tuple(found)


def digest(text: str) -> str:
    """The hash by which an untouched file is known again, whatever its line endings became on the way."""
    return hashlib.sha256(text.replace("\r\n", "\n").encode()).hexdigest()


def _files(folder: str) -> Iterator[tuple[str, str]]:
    root = resources.files("dulieumo.starter").joinpath(*folder.split("/"))
    yield from sorted(_walk(root, ""))


def _walk(folder: Traversable, prefix: str) -> Iterator[tuple[str, str]]:
    for entry in folder.iterdir():
        name = f".{entry.name.removeprefix('dot-')}" if entry.name.startswith("dot-") else entry.name
        if entry.is_dir():
            yield from _walk(entry, f"{prefix}{name}/")
        else:
            yield f"{prefix}{name}", entry.read_text(encoding="utf-8")


def _filled(text: str, values: Mapping[str, str]) -> str:
    return _PLACEHOLDER.sub(lambda match: values[match[1]], text)


def _quoted(text: str) -> str:
    """A YAML scalar, whatever the text holds: JSON's strings are YAML's."""
    return json.dumps(text, ensure_ascii=False)
