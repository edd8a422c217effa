"""Proves cells clean, column by column, in Arrow. What it cannot prove it calls doubtful, and Frictionless judges that.

A proof is sound, not complete: no cell that Frictionless would refuse is ever proven. The tests hold both together.
"""

from __future__ import annotations

import contextlib
import re
import re._constants as code  # type: ignore[import-not-found]
import re._parser as parser  # type: ignore[import-not-found]
from collections.abc import Callable, Mapping
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from dulieumo.check import patterns, plain
from dulieumo_rules import bytewise, masks
from dulieumo_rules.masks import Mask
from dulieumo_rules.rules import canonical
from dulieumo_rules.shape import Field

CellReader = Callable[[Any], tuple[Any, Any]]
"""Frictionless's reader of one cell: the value, and notes on what is wrong or None."""

_UTC = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?Z"


def blanks(cells: pa.Array, field: Field) -> Mask:
    """The cells that are missing values, by declaration or empty."""
    if field.missing_values == ("",) or not field.missing_values:
        if cells.null_count == 0 and (len(cells) == 0 or pc.min(pc.binary_length(cells)).as_py() > 0):
            return None
        return masks.or_none(pc.fill_null(pc.equal(cells, ""), True))
    found = masks.by_distinct(cells, lambda texts: masks.among(texts, ["", *field.missing_values]))
    return masks.either(found, masks.or_none(pc.is_null(cells)) if cells.null_count else None)


class Screen:
    """The screen of one column. `reader` is Frictionless's, for declarations that are not plain; else None."""

    def __init__(self, field: Field, reader: CellReader | None) -> None:
        self.field = field
        self.reader = reader
        self.constraints: Mapping[str, Any] = field.descriptor.get("constraints", {})

    def doubts(self, cells: pa.Array, missing: Mask) -> Mask:
        """The cells not proven clean. `missing` is what `blanks` says of them."""
        required = bool(self.constraints.get("required", False))
        if self.reader is not None:
            self._pattern(cells, self.constraints.get("pattern"))  # before Frictionless may run it
            return masks.by_text(cells, _asks(self.reader))
        found = masks.without(self._present(masks.nulled(cells, missing)), missing)
        if missing is not None and ("" not in self.field.missing_values):
            found = masks.either(found, masks.or_none(pc.equal(cells, "")))  # then "" is a value for Frictionless
        return masks.either(found, missing if required else None)

    def _present(self, cells: pa.Array) -> Mask:
        """Doubts on cells; those that are missing are null."""
        match self.field.type:
            case "string":
                return self._string(cells)
            case "boolean":
                known = (
                    *self.field.descriptor.get("trueValues", canonical.TRUE_VALUES),
                    *self.field.descriptor.get("falseValues", canonical.FALSE_VALUES),
                )
                return masks.by_distinct(cells, lambda texts: _inverted(masks.among(texts, known), texts))
            case "integer":
                sure = bytewise.are_integers(cells, canonical.MAX_INTEGER_DIGITS)
                return self._bounded(cells, None if sure else masks.not_matching(cells, canonical.INTEGER), pa.int64())
            case "number":
                return self._number(cells)
            case "year":
                sure = bytewise.are_digits(cells, 4)
                return self._bounded(cells, None if sure else masks.not_matching(cells, canonical.YEAR), pa.int32())
            case "yearmonth":
                return masks.not_matching(cells, canonical.YEARMONTH)
            case "date":
                return self._date(cells)
            case "datetime":
                return self._datetime(cells)
            case "any":
                return None
        return self._by_reading(cells)

    def _by_reading(self, cells: pa.Array) -> Mask:
        """Cells that are not canonical, or that Frictionless cannot read: each distinct text once."""
        pattern = re.compile(canonical.pattern(self.field) or r"[\s\S]*")
        return masks.by_text(
            cells, lambda text: not pattern.fullmatch(text) or canonical.read(text, self.field) is None
        )

    def _string(self, cells: pa.Array) -> Mask:
        found: Mask = None
        shortest, longest = self.constraints.get("minLength"), self.constraints.get("maxLength")
        if longest is not None and bytewise.longest(cells) <= longest:
            longest = None  # not more characters than bytes
        if shortest is not None or longest is not None:
            length = pc.utf8_length(cells)
            if shortest is not None:
                found = masks.either(found, masks.or_none(pc.less(length, shortest)))
            if longest is not None:
                found = masks.either(found, masks.or_none(pc.greater(length, longest)))
        if "pattern" in self.constraints:
            found = masks.either(found, self._pattern(cells, self.constraints["pattern"]))
        if "enum" in self.constraints:
            allowed = self.constraints["enum"]
            listed = masks.by_distinct(cells, lambda texts: _inverted(masks.among(texts, allowed), texts))
            found = masks.either(found, listed)
        return found

    def _pattern(self, cells: pa.Array, pattern: Any) -> Mask:
        """The cells that do not match. Raises patterns.TooSlow."""
        if not isinstance(pattern, str):
            return None
        left: Mask = pc.is_valid(cells)
        if means_the_same_in_re2(pattern):
            with contextlib.suppress(pa.ArrowInvalid):  # a construct that RE2 lacks
                left = masks.or_none(pc.invert(pc.match_substring_regex(cells, rf"\A(?:^{pattern}$)")))
        if left is None:
            return None
        texts = cells.filter(left).unique()
        if patterns.may_be_slow(pattern):
            matching = patterns.match_within(pattern, texts.to_pylist())
        else:
            compiled = re.compile(f"^{pattern}$")
            matching = [compiled.match(text) is not None for text in texts.to_pylist()]
        wrong = texts.filter(pa.array([not is_right for is_right in matching], pa.bool_()))
        return masks.or_none(pc.and_(left, pc.is_in(cells, value_set=wrong))) if len(wrong) else None

    def _bounded(self, cells: pa.Array, bad: Mask, kind: pa.DataType) -> Mask:
        """`bad`, and what is out of the bounds. The cells that are not bad can be cast to `kind`."""
        limits = {name: value for name, value in self.constraints.items() if name in _COMPARE}
        if not limits:
            return bad
        good = cells if bad is None else pc.if_else(bad, pa.scalar(None, cells.type), cells)
        values = good.cast(kind)
        for name, value in limits.items():
            limit = plain.bound(value, self.field)
            assert limit is not None, "is_plain_field() said so"
            try:
                scalar = _scalar(limit, kind, name)
            except (pa.ArrowInvalid, OverflowError):
                return masks.or_none(pa.array([True] * len(cells)))
            bad = masks.either(bad, masks.or_none(_COMPARE[name](values, scalar)))
        return bad

    def _number(self, cells: pa.Array) -> Mask:
        pattern = canonical.pattern(self.field)
        assert pattern is not None
        size = self.field.descriptor.get("dulieumo:decimal")
        if not size:
            return self._bounded(cells, masks.not_matching(cells, canonical.SURE_FLOAT), pa.float64())
        precision, scale = size["precision"], size["scale"]
        sure = scale > 0 and bytewise.are_decimals(cells, precision - scale, scale)
        bad = None if sure else masks.not_matching(cells, pattern)
        return self._bounded(cells, bad, pa.decimal128(precision, scale))

    def _date(self, cells: pa.Array) -> Mask:
        bad = None if bytewise.are_dates(cells) else masks.not_matching(cells, canonical.DATE)
        good = cells if bad is None else pc.if_else(bad, pa.scalar(None, cells.type), cells)
        try:
            days = good.cast(pa.date32())
        except pa.ArrowInvalid:  # a day that does not exist
            impossible = masks.by_text(good, lambda text: canonical.read(text, self.field) is None)
            bad = masks.either(bad, impossible)
            return self._bounded(cells, bad, pa.date32())
        before_all = masks.or_none(pc.less(days, pa.scalar(date(1, 1, 1), pa.date32())))
        return self._bounded(cells, masks.either(bad, before_all), pa.date32())

    def _datetime(self, cells: pa.Array) -> Mask:
        other = masks.not_matching(cells, _UTC)
        if other is None:
            try:
                moments = cells.cast(pa.timestamp("us", "UTC"))
            except pa.ArrowInvalid:
                pass
            else:
                first = pc.min(moments).as_py() if len(moments) else None
                if first is None or first.year > 1:
                    return None
        return self._by_reading(cells)


_COMPARE: Mapping[str, Callable[[pa.Array, pa.Scalar], pa.Array]] = {
    "minimum": pc.less,
    "maximum": pc.greater,
    "exclusiveMinimum": pc.less_equal,
    "exclusiveMaximum": pc.greater_equal,
}
"""What is out of each bound."""


def _scalar(limit: plain.Bound, kind: pa.DataType, constraint: str) -> pa.Scalar:
    """The bound in the column's own type: a decimal is rounded so that the comparison stays the same."""
    if not pa.types.is_decimal(kind):
        return pa.scalar(limit, kind)
    assert isinstance(limit, Decimal)
    up = constraint in ("minimum", "exclusiveMaximum")
    rounded = limit.quantize(Decimal(1).scaleb(-kind.scale), ROUND_CEILING if up else ROUND_FLOOR)
    return pa.scalar(rounded, pa.decimal128(38, kind.scale))


def _inverted(mask: Mask, texts: pa.Array) -> Mask:
    return pa.array([True] * len(texts), pa.bool_()) if mask is None else masks.or_none(pc.invert(mask))


def _asks(reader: CellReader) -> Callable[[str], bool]:
    """Whether Frictionless has anything to say about a text; what makes it stumble is doubtful as well."""

    def has_notes(text: str | None) -> bool:
        try:
            return bool(reader(text)[1])
        except (TypeError, ValueError, ArithmeticError, LookupError, RecursionError):
            return True

    return has_notes


_SAFE = {
    code.LITERAL,
    code.NOT_LITERAL,
    code.ANY,
    code.IN,
    code.RANGE,
    code.MAX_REPEAT,
    code.MIN_REPEAT,
    code.SUBPATTERN,
    code.BRANCH,
    code.AT,
}


_ODD_ESCAPE = re.compile(r"(?<!\\)(?:\\\\)*\\[A-Za-ce-rt-vx-z0-9]")
"""An escape other than \\d, \\s, \\w and of signs: `\\Q`, `\\p`, `\\07` mean something else in RE2, or nothing."""


def means_the_same_in_re2(pattern: str) -> bool:
    r"""Whether what RE2 accepts, Python's `re` accepts, too.

    `\d`, `\w` and `\s` are narrower in RE2, which is sound; what negates them would be wider, so that is not."""
    if "(?" in pattern.replace("(?:", "") or "[:" in pattern or "{," in pattern or _ODD_ESCAPE.search(pattern):
        return False
    try:
        tree = parser.parse(pattern)
    except (re.error, RecursionError, OverflowError):
        return False
    return _is_safe(tree)


def _is_safe(tree: Any) -> bool:
    for operation, argument in tree:
        if operation not in _SAFE:
            return False
        if operation is code.IN:
            negated = argument[0][0] is code.NEGATE
            for kind, value in argument:
                if kind is code.CATEGORY and (negated or "NOT" in str(value)):
                    return False
        elif operation in (code.MAX_REPEAT, code.MIN_REPEAT):
            if argument[1] is not code.MAXREPEAT and argument[1] > 1000:
                return False
            if not _is_safe(argument[2]):
                return False
        elif operation is code.SUBPATTERN:
            if not _is_safe(argument[3]):
                return False
        elif operation is code.BRANCH:
            if not all(_is_safe(branch) for branch in argument[1]):
                return False
        elif operation is code.AT and argument not in (code.AT_BEGINNING, code.AT_END):
            return False
    return True
