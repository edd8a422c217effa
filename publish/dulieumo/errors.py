"""What can stop us, and the exit code it means. Findings about data are values, never exceptions.

    DulieumoError                  70  our bug, if it is raised bare
    ├── UsageError                  2  the command was called wrongly
    ├── ConfigError                 2  a setting is missing or wrong
    ├── RemoteError                 3  the other side could not do it; a retry may help
    │   ├── Unreachable                no answer, or not from the server we meant
    │   ├── NotAuthorized              the token is refused, or may not do this
    │   └── Rejected                   the server understood and said no
    └── ReleaseError                4  refused: breaking change, plan moved, race lost, sample data to production

Every message says what happened, where, and what to do next, in the reader's language (`i18n._`).
"""

from __future__ import annotations

DONE = 0
DATA_DOES_NOT_PASS = 1
USAGE = 2
REMOTE = 3
REFUSED = 4
DIFFERENCES = 5
BUG = 70


class DulieumoError(Exception):
    """The root: `message` is for the reader, `hint` tells the next step, `__cause__` is shown with -v."""

    exit_code = BUG

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(DulieumoError):
    exit_code = USAGE


class ConfigError(DulieumoError):
    exit_code = USAGE


class RemoteError(DulieumoError):
    exit_code = REMOTE


class Unreachable(RemoteError):
    """No usable answer: connection refused, time out, HTML where JSON was due. Says nothing about what exists there."""


class NotAuthorized(RemoteError):
    """The token is missing, refused, or lacks the right."""


class Rejected(RemoteError):
    """The server understood the request and refused it."""


class ReleaseError(DulieumoError):
    exit_code = REFUSED
