"""What a column's pattern asks for, written so that nobody has to read a regular expression: `xxxx, xxxx-xx`, x a digit."""

from __future__ import annotations

import re
import re._constants as code  # type: ignore[import-not-found]
import re._parser as parser  # type: ignore[import-not-found]
from typing import Any

DIGIT = "x"
SHOWN = 4
"""More forms than these are no help to a reader."""
MOST = 64
"""No pattern is followed into more forms than these."""
LONGEST = 40
"""Characters of one form."""
_DIGITS = ([(code.CATEGORY, code.CATEGORY_DIGIT)], [(code.RANGE, (ord("0"), ord("9")))])


class _NotTold(Exception):
    """The pattern asks for more than digits and signs in a few forms."""


def told(pattern: str) -> str:
    """The shortest forms that a pattern takes, and "…" for more; empty where it asks for anything but digits and fixed signs."""
    try:
        forms = _expanded(parser.parse(pattern))
    except (re.error, RecursionError, OverflowError, _NotTold):
        return ""
    known = sorted({form for form in forms if form}, key=lambda form: (len(form), form))
    return ", ".join([*known[:SHOWN], *(["…"] if len(known) > SHOWN else [])])


def _expanded(tree: Any) -> list[str]:
    """Every form of a sequence. Raises _NotTold."""
    forms = [""]
    for operation, argument in tree:
        forms = _joined(forms, _of(operation, argument))
    return forms


def _joined(first: list[str], then: list[str]) -> list[str]:
    """Each form with each that may follow. Raises _NotTold where they become too many or too long."""
    if len(first) * len(then) > MOST or max(map(len, first)) + max(map(len, then)) > LONGEST:
        raise _NotTold
    return list(dict.fromkeys(one + other for one in first for other in then))


def _of(operation: Any, argument: Any) -> list[str]:
    """The forms of one part of a pattern."""
    if operation is code.AT:
        return [""]
    if operation is code.LITERAL and chr(argument).isprintable() and chr(argument) != DIGIT:
        return [chr(argument)]
    if operation is code.IN and argument in _DIGITS:
        return [DIGIT]
    if operation is code.SUBPATTERN and not (argument[1] or argument[2]):
        return _expanded(argument[3])
    if operation is code.BRANCH:
        return [form for choice in argument[1] for form in _expanded(choice)]
    if operation is code.MAX_REPEAT and argument[0] <= LONGEST:
        fewest, most, part = argument
        once = _expanded(part)  # and no more: a repeat in a repeat in a repeat is not walked through again and again
        counts = [[""]]
        for _ in range(min(most, fewest + SHOWN)):
            counts.append(_joined(counts[-1], once))
        if most < fewest + SHOWN:
            return [form for forms in counts[fewest:] for form in forms]
        return counts[fewest] + [f"{form}…" for form in counts[fewest + 1]]
    raise _NotTold
