"""What can go wrong with the local CKAN, and the last lines of the log that tell why.

LocalCkanFailed        exit 3   a step failed here and now; trying again, or what the hint says, may help
LocalCkanUnavailable   exit 3   this machine cannot have one (platform, Python, no network): publish to a folder instead
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from dulieumo.errors import RemoteError
from dulieumo.i18n import _

TAIL_LINES = 15
_TAIL_BYTES = 64 * 1024


class LocalCkanFailed(RemoteError):
    """A step or a server of the local CKAN failed."""


class LocalCkanUnavailable(LocalCkanFailed):
    """The machine lacks what the local CKAN is made of; nothing was left running."""


def tail(path: Path, lines: int = TAIL_LINES) -> str:
    """The last `lines` of a log, "" when there is none. Reads at most 64 KiB."""
    try:
        with path.open("rb") as log:
            size = log.seek(0, 2)
            log.seek(max(0, size - _TAIL_BYTES))
            text = log.read().decode("utf-8", "replace")
    except OSError:
        return ""
    return "\n".join(text.splitlines()[-lines:])


def redacted(text: str, secrets: Iterable[str]) -> str:
    """`text` with every secret of ours replaced: a database address in a traceback carries its password."""
    for secret in secrets:
        text = text.replace(secret, "***")
    return text


def with_log(what: str, log: Path, secrets: Iterable[str] = ()) -> str:
    """`what` on a line of its own, and below it the log's last lines."""
    lines = redacted(tail(log), secrets)
    last_lines = _("The last lines of {log}:").format(log=log)
    return f"{what}\n{last_lines}\n{lines}" if lines else what


def failed(what: str, log: Path, secrets: Iterable[str] = ()) -> LocalCkanFailed:
    """The error for `what`, with the log's last lines in it and the next step as its hint."""
    return LocalCkanFailed(
        with_log(what, log, secrets),
        hint=_("Run `dulieumo ckan up` again; if it fails the same way, `dulieumo ckan reset --rebuild` starts over."),
    )
