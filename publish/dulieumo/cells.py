"""Text ⇄ typed values, by the declared type of a column. Vectorised, strict, never inferred.

    Table Schema   Arrow (and Parquet)         canonical text (the published CSV)
    string         utf8                        as it is
    integer        int64                       -12
    number         decimal128(p, s)            -0.50, always s digits after the point
    number, float  double                      shortest text that reads back equal
    boolean        bool                        true, false
    date           date32                      2025-07-01
    datetime       timestamp[us, UTC]          2025-07-01T08:30:00Z
    time           time64[us]                  08:30:00
    year           int32                       2025
    yearmonth      utf8                        2025-07
    duration       utf8                        P1Y2M, checked, kept as text
    list           list<item>                  joined by the declared delimiter
    geopoint       struct<lon, lat: double>    106.7,10.77
    object, array, geojson   utf8              the JSON text

`parse` returns null for what is missing and marks as *suspect* each cell that it could not read. What it reads, it reads
as Frictionless 5.21 does; what Frictionless would read more loosely (`1_000`, fullwidth digits, `1e3` in an exact
number, `2025-7-1`) is suspect here, and refused by the rules `not-canonical` and `not-representable`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc

from dulieumo.model import Column
from dulieumo_rules import bytewise

GEOPOINT = pa.struct([pa.field("lon", pa.float64()), pa.field("lat", pa.float64())])
TRUE_VALUES = ("true", "True", "TRUE", "1")
FALSE_VALUES = ("false", "False", "FALSE", "0")

_INTEGER = r"^-?(0|[1-9][0-9]{0,17})$"
_FLOAT = r"^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]{1,3})?$"
_DATE = r"^([1-9][0-9]{3}|0[1-9][0-9]{2}|00[1-9][0-9]|000[1-9])-[0-9]{2}-[0-9]{2}$"  # there is no year 0
_DATETIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})?"
)
_TIME = re.compile(r"[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?")
_YEAR = r"^-?[0-9]{4}$"
_YEARMONTH = r"^[0-9]{4}-(0[1-9]|1[0-2])$"
_DURATION = re.compile(r"-?P(?=\d|T\d)(\d+Y)?(\d+M)?(\d+W)?(\d+D)?(T(?=\d)(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?")


@dataclass(frozen=True, slots=True)
class Parsed:
    """`values` has the column's Arrow type; `suspects` is True where a cell that is not missing could not be read.

    `suspects` is None when there are none, which is the usual case and costs nothing. `is_canonical` says that every cell
    is known to stand in the source as `to_text` would write it; where it would cost much to know, it is False."""

    values: pa.Array
    suspects: pa.BooleanArray | None
    is_canonical: bool = False


def arrow_type(column: Column) -> pa.DataType:
    """The one Arrow type of a column. `number` without a declared size is a double (the profile reports it)."""
    match column.type:
        case "integer":
            return pa.int64()
        case "number":
            if column.decimal is None:
                return pa.float64()
            return pa.decimal128(column.decimal.precision, column.decimal.scale)
        case "list":
            return pa.list_(_item_type(column))
        case kind:
            return _PLAIN.get(kind, pa.string())


_PLAIN: dict[str, pa.DataType] = {
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "datetime": pa.timestamp("us", "UTC"),
    "time": pa.time64("us"),
    "year": pa.int32(),
    "geopoint": GEOPOINT,
}


def _item_type(column: Column) -> pa.DataType:
    kind = column.descriptor.get("itemType", "string")
    return {"integer": pa.int64(), "number": pa.float64(), **_PLAIN}.get(kind, pa.string())


def parse(column: Column, strings: pa.Array) -> Parsed:
    """Read a column of text. `strings` is a utf8 array; null and the column's missing values become null."""
    missing = {"", *column.missing_values}
    reader = _READERS.get(column.type, _read_string)
    if len(missing) == 1 and not bytewise.has_empty(strings):  # the usual case, and half of what reading costs
        return reader(column, strings)
    blank = pc.is_in(strings, value_set=pa.array(sorted(missing), pa.string()))
    present = pc.if_else(blank, pa.scalar(None, strings.type), strings)
    parsed = reader(column, present)
    if parsed.is_canonical and len(missing) > 1 and _has(pc.and_(blank, pc.not_equal(strings, ""))):
        return Parsed(parsed.values, parsed.suspects)
    return parsed


def _has(mask: pa.Array) -> bool:
    """Whether a mask marks anything."""
    return bool(pc.any(mask).as_py())


def _suspects(present: pa.Array, good: pa.Array) -> pa.BooleanArray | None:
    """Present and not good; None when there is none."""
    bad = pc.and_(pc.is_valid(present), pc.invert(pc.fill_null(good, False)))
    return bad if pc.any(bad).as_py() else None


def _keep(present: pa.Array, suspects: pa.Array | None) -> pa.Array:
    return present if suspects is None else pc.if_else(suspects, pa.scalar(None, present.type), present)


def _matching(present: pa.Array, pattern: str) -> tuple[pa.Array, pa.BooleanArray | None]:
    """The cells that match `pattern`, others null, and the mask of the others."""
    suspects = _suspects(present, pc.match_substring_regex(present, pattern))
    return _keep(present, suspects), suspects


def _by_unique(column: Column, present: pa.Array, kind: pa.DataType, read: Callable[[str], Any]) -> Parsed:
    """Read each distinct text once with a Python function that returns None for what it cannot read."""
    encoded = present.dictionary_encode()
    found = [read(text.as_py()) for text in encoded.dictionary]
    values = pa.array(found, kind)
    is_canonical = to_text(column, values).equals(encoded.dictionary)
    good = pc.take(pa.array([value is not None for value in found], pa.bool_()), encoded.indices)
    return Parsed(pc.take(values, encoded.indices), _suspects(present, good), is_canonical)


def _read_string(_column: Column, present: pa.Array) -> Parsed:
    return Parsed(present, None, is_canonical=True)


def _number_text(column: Column, present: pa.Array) -> pa.Array:
    """Numbers as ISO writes them: declared grouping removed, declared decimal sign replaced, bare number cut out."""
    descriptor = column.descriptor
    if descriptor.get("bareNumber") is False:
        present = pc.replace_substring_regex(present, r"(^[^0-9-]+)|([^0-9]+$)", "")
    group, point = descriptor.get("groupChar", ""), descriptor.get("decimalChar", ".")
    if group:
        fraction = f"({re.escape(point)}[0-9]+)?" if column.type == "number" else ""
        grouped = f"^-?([0-9]{{1,3}}({re.escape(group)}[0-9]{{3}})*|[0-9]+){fraction}$"
        regular = pc.match_substring_regex(present, grouped)
        stripped = pc.replace_substring(present, group, "")
        present = pc.if_else(regular, stripped, pc.binary_join_element_wise(present, "?", ""))
    if point != ".":
        has_point = pc.match_substring(present, ".")
        replaced = pc.replace_substring(present, point, ".")
        present = pc.if_else(has_point, pc.binary_join_element_wise(present, "?", ""), replaced)
    return present


def _if_canonical(column: Column, present: pa.Array, kind: pa.DataType) -> Parsed | None:
    """The values, if every text is what `to_text` makes of its value: that is proof of its form, and costs half a regex."""
    try:
        values = present.cast(kind)
    except pa.ArrowInvalid:
        return None
    return Parsed(values, None, is_canonical=True) if to_text(column, values).equals(present) else None


def _if_proven(present: pa.Array, kind: pa.DataType, *, is_canonical: bool) -> Parsed | None:
    """The values, if the cells' bytes have proven that each stands as `to_text` would write it."""
    if not is_canonical:
        return None
    try:
        return Parsed(present.cast(kind), None, is_canonical=True)
    except pa.ArrowInvalid:  # an empty item of a list
        return None


def _read_integer(column: Column, present: pa.Array) -> Parsed:
    sure = _is_plain(column) and bytewise.are_integers(present, 18)
    if (proven := _if_proven(present, pa.int64(), is_canonical=sure)) is not None:
        return proven
    quick = _if_canonical(column, present, pa.int64()) if _is_plain(column) else None
    if quick is not None and not _has(pc.greater(pc.binary_length(present), 18)):  # at most 18 digits and a sign
        return quick
    text, suspects = _matching(_number_text(column, present), _INTEGER)
    is_canonical = _is_plain(column) and not _has(pc.equal(present, "-0"))
    return Parsed(text.cast(pa.int64()), suspects, is_canonical)


def _is_plain(column: Column) -> bool:
    """Whether the numbers of a column are declared to stand as ISO writes them."""
    return not any(key in column.descriptor for key in ("groupChar", "decimalChar", "bareNumber"))


def _read_number(column: Column, present: pa.Array) -> Parsed:
    text = _number_text(column, present)
    if column.decimal is None:
        text, suspects = _matching(text, _FLOAT)
        values = text.cast(pa.float64())
        return Parsed(values, suspects, to_text(column, values).equals(present))
    whole, scale = column.decimal.precision - column.decimal.scale, column.decimal.scale
    sure = _is_plain(column) and scale > 0 and bytewise.are_decimals(text, whole, scale)
    if (proven := _if_proven(text, arrow_type(column), is_canonical=sure)) is not None:
        return proven
    digits = f"[1-9][0-9]{{0,{whole - 1}}}" if whole else "0"
    exact = rf"\.[0-9]{{{scale}}}" if scale else ""
    if _is_plain(column) and not _has(pc.invert(pc.match_substring_regex(text, rf"^-?(0|{digits}){exact}$"))):
        is_canonical = not _has(pc.match_substring_regex(text, r"^-0(\.0*)?$"))
        return Parsed(text.cast(arrow_type(column)), None, is_canonical)
    point = rf"(\.[0-9]{{1,{scale}}})?" if scale else ""
    text, suspects = _matching(text, rf"^-?(0|{digits}){point}$")
    return Parsed(text.cast(arrow_type(column)), suspects)


def _read_boolean(column: Column, present: pa.Array) -> Parsed:
    true = pa.array(column.descriptor.get("trueValues", TRUE_VALUES), pa.string())
    false = pa.array(column.descriptor.get("falseValues", FALSE_VALUES), pa.string())
    is_true = pc.is_in(present, value_set=true)
    known = pc.or_(is_true, pc.is_in(present, value_set=false))
    values = pc.if_else(known, is_true, pa.scalar(None, pa.bool_()))
    is_canonical = not _has(pc.invert(pc.equal(present, pc.if_else(is_true, "true", "false"))))
    return Parsed(values, _suspects(present, known), is_canonical)


def _read_date(column: Column, present: pa.Array) -> Parsed:
    if column.format not in ("default", "any"):
        return _by_unique(column, present, pa.date32(), lambda text: _strptime(text, column.format, date))
    sure = bytewise.are_dates(present) and not _has(pc.starts_with(present, "0000"))  # there is no year 0
    if (proven := _if_proven(present, pa.date32(), is_canonical=sure)) is not None:
        return proven
    quick = _if_canonical(column, present, pa.date32())
    if quick is not None and not _has(pc.less(quick.values, date.min)):
        return quick
    text, suspects = _matching(present, _DATE)
    try:
        return Parsed(text.cast(pa.date32()), suspects, is_canonical=True)
    except pa.ArrowInvalid:  # a day that does not exist, such as 2023-02-30
        return _by_unique(column, present, pa.date32(), _iso_date)


def _iso_date(text: str) -> date | None:
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _strptime(text: str, pattern: str, kind: type) -> Any:
    try:
        moment = datetime.strptime(text, pattern)
    except ValueError:
        return None
    return moment.date() if kind is date else moment.time() if kind is time else moment


def _read_datetime(column: Column, present: pa.Array) -> Parsed:
    zone = ZoneInfo(column.descriptor["dulieumo:timezone"]) if "dulieumo:timezone" in column.descriptor else UTC

    def read(text: str) -> datetime | None:
        if column.format in ("default", "any"):
            if not _DATETIME.fullmatch(text):
                return None
            try:
                moment = datetime.fromisoformat(text)
            except ValueError:
                return None
        else:
            moment = _strptime(text, column.format, datetime)
            if moment is None:
                return None
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)

    return _by_unique(column, present, pa.timestamp("us", "UTC"), read)


def _read_time(column: Column, present: pa.Array) -> Parsed:
    def read(text: str) -> time | None:
        if column.format not in ("default", "any"):
            found: time | None = _strptime(text, column.format, time)
            return found
        try:
            return time.fromisoformat(text) if _TIME.fullmatch(text) else None
        except ValueError:
            return None

    return _by_unique(column, present, pa.time64("us"), read)


def _read_year(_column: Column, present: pa.Array) -> Parsed:
    sure = bytewise.are_digits(present, 4)
    if (proven := _if_proven(present, pa.int32(), is_canonical=sure)) is not None:
        return proven
    text, suspects = _matching(present, _YEAR)
    return Parsed(text.cast(pa.int32()), suspects, not _has(pc.equal(present, "-0000")))


def _read_yearmonth(_column: Column, present: pa.Array) -> Parsed:
    text, suspects = _matching(present, _YEARMONTH)
    return Parsed(text, suspects, is_canonical=True)


def _read_duration(column: Column, present: pa.Array) -> Parsed:
    return _by_unique(column, present, pa.string(), lambda text: text if _DURATION.fullmatch(text) else None)


def _read_json(column: Column, present: pa.Array) -> Parsed:
    expected = list if column.type == "array" else dict

    def read(text: str) -> str | None:
        try:
            return text if isinstance(json.loads(text), expected) else None
        except (ValueError, RecursionError):
            return None

    return _by_unique(column, present, pa.string(), read)


def _read_geopoint(column: Column, present: pa.Array) -> Parsed:
    def read(text: str) -> dict[str, float] | None:
        try:
            if column.format in ("array", "object"):
                value = json.loads(text)
                lon, lat = value if column.format == "array" else (value["lon"], value["lat"])
            else:
                lon, lat = re.split(r", ?", text)
                if not (re.fullmatch(_FLOAT, lon) and re.fullmatch(_FLOAT, lat)):
                    return None
            point = {"lon": float(lon), "lat": float(lat)}
        except (ValueError, TypeError, KeyError, RecursionError):
            return None
        return point if abs(point["lon"]) <= 180 and abs(point["lat"]) <= 90 else None

    return _by_unique(column, present, GEOPOINT, read)


def _read_list(column: Column, present: pa.Array) -> Parsed:
    parts = pc.split_pattern(present, list_delimiter(column))
    if pa.types.is_string(_item_type(column)):
        return Parsed(parts, None, is_canonical=True)
    items = _READERS[column.descriptor["itemType"]](_item_column(column), parts.flatten())
    values = pa.ListArray.from_arrays(parts.offsets, items.values, mask=pc.is_null(parts))
    if items.suspects is None:
        return Parsed(values, None)
    bad_rows = set(pc.list_parent_indices(parts).filter(items.suspects).to_pylist())
    good = pa.array([row not in bad_rows for row in range(len(parts))], pa.bool_())
    suspects = _suspects(present, good)
    return Parsed(_keep(values, suspects), suspects)


def list_delimiter(column: Column) -> str:
    """What stands between the items of a list; the standard's default is a comma."""
    return str(column.descriptor.get("delimiter", ","))


def _item_column(column: Column) -> Column:
    return Column(
        name=column.name,
        type=column.descriptor.get("itemType", "string"),
        format="default",
        title=column.title,
        description=column.description,
        unit=None,
        decimal=None,
        is_float=True,
        code_list=None,
        categories=(),
        constraints={},
        missing_values=(),
        is_source_reference=False,
        descriptor={},
    )


_READERS: dict[str, Callable[[Column, pa.Array], Parsed]] = {
    "integer": _read_integer,
    "number": _read_number,
    "boolean": _read_boolean,
    "date": _read_date,
    "datetime": _read_datetime,
    "time": _read_time,
    "year": _read_year,
    "yearmonth": _read_yearmonth,
    "duration": _read_duration,
    "object": _read_json,
    "array": _read_json,
    "geojson": _read_json,
    "geopoint": _read_geopoint,
    "list": _read_list,
}


def to_text(column: Column, values: pa.Array) -> pa.Array:
    """The canonical text of typed values: a utf8 array, null where the value is null."""
    kind = values.type
    if pa.types.is_string(kind):
        return values
    if pa.types.is_timestamp(kind):
        naive = pc.utf8_slice_codeunits(values.cast(pa.string()), 0, -1)  # without the Z
        return pc.binary_join_element_wise(_short_fraction(pc.replace_substring(naive, " ", "T")), "Z", "")
    if pa.types.is_time(kind):
        return _short_fraction(values.cast(pa.string()))
    if pa.types.is_int32(kind):  # a year is four digits
        text = pc.utf8_lpad(pc.abs(values).cast(pa.string()), 4, "0")
        return pc.if_else(pc.less(values, 0), pc.binary_join_element_wise("-", text, ""), text)
    if pa.types.is_struct(kind):
        lon, lat = (pc.struct_field(values, name).cast(pa.string()) for name in ("lon", "lat"))
        joined = pc.binary_join_element_wise(lon, lat, ",")
        return pc.if_else(pc.is_valid(values), joined, pa.scalar(None, pa.string()))
    if pa.types.is_list(kind):
        items = to_text(_item_column(column), values.flatten())
        lengths = pc.fill_null(pc.list_value_length(values), 0)
        offsets = pa.concat_arrays([pa.array([0], pa.int32()), pc.cumulative_sum(lengths).cast(pa.int32())])
        texts = pa.ListArray.from_arrays(offsets, items, mask=pc.is_null(values))
        return pc.binary_join(texts, list_delimiter(column))
    if pa.types.is_decimal(kind) and kind.scale > 6:  # Arrow would write 0.000000001 as 1E-9
        return pa.array([None if value is None else f"{value:f}" for value in values.to_pylist()], pa.string())
    return values.cast(pa.string())


def _short_fraction(text: pa.Array) -> pa.Array:
    """Seconds without trailing zeros: 08:30:00.500000 → 08:30:00.5, 08:30:00.000000 → 08:30:00."""
    return pc.replace_substring_regex(pc.replace_substring_regex(text, r"(\.[0-9]*[1-9])0+$", r"\1"), r"\.0+$", "")
