"""Patterns of descriptors are untrusted programs: some take exponential time on the wrong text. None of them stops a check.

RE2 decides most cells in linear time (`screen.py`). What it leaves over is tried by Python's `re` in a process of its own,
under a limit, before Frictionless may run the same pattern on the same text in ours.
"""

from __future__ import annotations

import json
import re
import re._constants as code  # type: ignore[import-not-found]
import re._parser as parser  # type: ignore[import-not-found]
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

SECONDS = 2.0
PER_TEXT = 1e-4
"""Seconds more for each text: a hundred times what a harmless pattern needs."""
MANY = 20
"""Repeats of more than so many count as without bound."""

_PROGRAM = """
import json, re, sys
pattern, texts = json.load(sys.stdin)
compiled = re.compile(pattern)
json.dump([compiled.match(text) is not None for text in texts], sys.stdout)
"""


class TooSlow(Exception):
    """A pattern did not come to an end in time."""

    def __init__(self, pattern: str) -> None:
        super().__init__(pattern)
        self.pattern = pattern


def may_be_slow(pattern: str) -> bool:
    """Whether a pattern can take more than linear time: two repeats without bound, or a choice inside one."""
    try:
        tree = parser.parse(pattern)
    except (re.error, RecursionError, OverflowError):
        return True
    return _unbounded(tree, inside=False) != 0 and (_unbounded(tree, inside=False) > 1 or _chooses(tree, inside=False))


def _unbounded(tree: Any, *, inside: bool) -> int:
    """How many repeats without bound there are."""
    count = 0
    for operation, argument in tree:
        if operation in (code.MAX_REPEAT, code.MIN_REPEAT, code.POSSESSIVE_REPEAT):
            count += (argument[1] is code.MAXREPEAT or argument[1] > MANY) + _unbounded(argument[2], inside=inside)
        for part in _parts(operation, argument):
            count += _unbounded(part, inside=inside)
    return count


def _chooses(tree: Any, *, inside: bool) -> bool:
    """Whether a repeat without bound holds a choice."""
    for operation, argument in tree:
        if operation in (code.MAX_REPEAT, code.MIN_REPEAT, code.POSSESSIVE_REPEAT):
            here = inside or argument[1] is code.MAXREPEAT or argument[1] > MANY
            if (inside and argument[0] != argument[1]) or _chooses(argument[2], inside=here):
                return True
        if operation in (code.BRANCH, code.GROUPREF, code.GROUPREF_EXISTS) and inside:
            return True
        if any(_chooses(part, inside=inside) for part in _parts(operation, argument)):
            return True
    return False


def _parts(operation: Any, argument: Any) -> Sequence[Any]:
    """The patterns inside a group, a choice or a look-around."""
    if operation is code.SUBPATTERN:
        return (argument[3],)
    if operation is code.BRANCH:
        return tuple(argument[1])
    if operation in (code.ASSERT, code.ASSERT_NOT):
        return (argument[1],)
    return (argument,) if operation is code.ATOMIC_GROUP else ()


def match_within(pattern: str, texts: Sequence[str], seconds: float = SECONDS) -> list[bool]:
    """Whether each text matches `^pattern$` as Frictionless matches it. Raises TooSlow when the time is over."""
    if not texts:
        return []
    try:
        done = subprocess.run(
            [sys.executable, "-I", "-c", _PROGRAM],
            input=json.dumps([f"^{pattern}$", list(texts)]),
            capture_output=True,
            text=True,
            timeout=seconds + PER_TEXT * len(texts),
            check=True,
        )
    except (subprocess.TimeoutExpired, subprocess.CalledProcessError) as error:
        raise TooSlow(pattern) from error
    found: list[bool] = json.loads(done.stdout)
    return found
