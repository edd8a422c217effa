"""Sample tables: rows that show the shape of a table and that nobody can take for real. Deterministic and pure.

Driven by the schema alone: the field's template (`dulieumo:sample`, such as "Cơ sở mẫu {n:03}"), else its categories or
code list, else a plain value inside its constraints. The random numbers come from the names of the dataset, table and
column, so the same schema gives the same rows everywhere. Text without a template says "mẫu" and the column's title.
A key is never given twice: a schema that has fewer keys than the rows asked for gets fewer rows.
"""

from __future__ import annotations

import hashlib
import re
import string
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from dulieumo.model import Column, Dataset, Resource

DEFAULT_ROWS = 10
_SPEC = re.compile(r"(0?[0-9]{1,2})?")


class BadTemplate(ValueError):
    """A `dulieumo:sample` that is not a template of the one allowed name, `n`."""


def rows(
    dataset: Dataset, resource: Resource, code_lists: Mapping[tuple[str, str, str], Sequence[str]]
) -> list[list[str]]:
    """The records of a sample table, without the header, ordered by primary key where it can be.

    `code_lists` gives the codes by (dataset, resource, column). Raises BadTemplate."""
    schema = resource.schema
    assert schema is not None
    count = int(resource.descriptor.get("dulieumo:sampleRows", DEFAULT_ROWS))
    keys = [key for key in (schema.primary_key, *schema.unique_keys) if key]
    keys += [(column.name,) for column in schema.columns if column.constraints.get("unique")]
    strides = _strides(schema.columns, keys, code_lists)
    columns = []
    for column in schema.columns:
        seed = hashlib.sha256(f"{dataset.name}/{resource.name}/{column.name}".encode()).digest()
        stride = strides.get(column.name)
        columns.append(_values(dataset, column, count, Random(seed), stride, code_lists))  # noqa: S311 not a secret
    at = {column.name: index for index, column in enumerate(schema.columns)}
    records = _distinct([list(record) for record in zip(*columns, strict=True)], [[at[n] for n in key] for key in keys])
    positions = [at[name] for name in schema.primary_key]
    return sorted(records, key=lambda record: [_sort_key(schema.columns[i], record[i]) for i in positions])


def _strides(
    columns: Sequence[Column],
    keys: Sequence[Sequence[str]],
    code_lists: Mapping[tuple[str, str, str], Sequence[str]],
) -> dict[str, int]:
    """For each column of a key, after how many rows its choice moves on: so that a key of several lists of choices goes
    through their combinations, as the digits of a number do, before it repeats one."""
    choices = {column.name: len(_choices(column, code_lists)) for column in columns}
    strides: dict[str, int] = {}
    for key in keys:
        stride = 1
        for name in key:
            strides.setdefault(name, stride)
            stride *= max(choices[name], 1)
    return strides


def _distinct(records: list[list[str]], keys: Sequence[Sequence[int]]) -> list[list[str]]:
    """The records without those that repeat a key; a key that is empty in part is not compared."""
    seen: list[set[tuple[str, ...]]] = [set() for _ in keys]
    kept = []
    for record in records:
        found = [tuple(record[index] for index in key) for key in keys]
        if any(all(values) and values in before for values, before in zip(found, seen, strict=True)):
            continue
        for values, before in zip(found, seen, strict=True):
            before.add(values)
        kept.append(record)
    return kept


def _sort_key(column: Column, text: str) -> Any:
    if column.type in ("integer", "number", "year"):
        return (0, Decimal(text or 0), "")
    return (0, Decimal(0), text)


def _values(
    dataset: Dataset,
    column: Column,
    count: int,
    random: Random,
    stride: int | None,
    code_lists: Mapping[tuple[str, str, str], Sequence[str]],
) -> list[str]:
    """The values of a column, one for each row; `stride` is None where the column is in no key."""
    template = column.descriptor.get("dulieumo:sample")
    if template is not None:
        return [_fill(template, n) for n in range(1, count + 1)]
    if column.is_source_reference:
        return [dataset.sources[0].id or ""] * count
    choices = _choices(column, code_lists)
    if choices:
        if stride is None:
            return [random.choice(choices) for _ in range(count)]
        return [choices[n // stride % len(choices)] for n in range(count)]
    make = _MAKERS.get(column.type, _text)
    return [make(dataset, column, n, random, stride is not None) for n in range(1, count + 1)]


def _choices(column: Column, code_lists: Mapping[tuple[str, str, str], Sequence[str]]) -> Sequence[str]:
    if column.categories:
        return [str(item.value) for item in column.categories]
    if "enum" in column.constraints:
        return [str(value) for value in column.constraints["enum"]]
    if column.code_list is not None:
        codes = column.code_list
        return code_lists.get((codes.dataset, codes.resource, codes.column), ())
    return ()


def _fill(template: str, n: int) -> str:
    """`str.format` with the name `n` and a width below 100: a template comes from a descriptor, so it may reach no
    attribute or index and ask for no endless text."""
    try:
        for _literal, name, spec, conversion in string.Formatter().parse(template):
            if name is not None and (name != "n" or conversion or not _SPEC.fullmatch(spec or "")):
                raise BadTemplate(template)
        return template.format(n=n)
    except (ValueError, IndexError, KeyError) as error:
        raise BadTemplate(template) from error


def _text(_dataset: Dataset, column: Column, n: int, _random: Random, _is_unique: bool) -> str:
    return f"{column.title.default} mẫu {n:03}"


def _bounds(column: Column, low: int, high: int) -> tuple[int, int]:
    constraints = column.constraints
    if "minimum" in constraints:
        low = int(Decimal(str(constraints["minimum"])).to_integral_value(rounding="ROUND_CEILING"))
        high = max(high, low + 1000) if "maximum" not in constraints else high
    if "maximum" in constraints:
        high = int(Decimal(str(constraints["maximum"])).to_integral_value(rounding="ROUND_FLOOR"))
        low = min(low, high)
    return low, high


def _integer(_dataset: Dataset, column: Column, n: int, random: Random, is_unique: bool) -> str:
    low, high = _bounds(column, 1, 1000)
    return str(_nth(column, low + n - 1, high) if is_unique else random.randint(low, high))


def _nth(column: Column, value: int, high: int) -> int:
    """The value of a key, within the column's maximum if it has one."""
    return min(value, high) if "maximum" in column.constraints else value


def _number(_dataset: Dataset, column: Column, n: int, random: Random, is_unique: bool) -> str:
    scale = column.decimal.scale if column.decimal else 2
    whole = 10 ** min(3, column.decimal.precision - scale) - 1 if column.decimal else 100
    low, high = _bounds(column, 0, max(whole, 1))
    if is_unique:
        value = Decimal(_nth(column, low + n - 1, high))
    else:
        value = Decimal(random.randint(low * 10**scale, high * 10**scale)) / 10**scale
    return f"{value:.{scale}f}"


def _period(dataset: Dataset) -> tuple[date, date]:
    """The days that the dataset covers, the last of them its data-as-of date."""
    end = _day(dataset.temporal_end or dataset.data_as_of, last=True)
    start = _day(dataset.temporal_start, last=False) if dataset.temporal_start else end - timedelta(days=365)
    return (start, end) if start <= end else (end, end)


def _day(text: str, *, last: bool) -> date:
    parts = [int(part) for part in text.split("-")]
    month = parts[1] if len(parts) > 1 else (12 if last else 1)
    if len(parts) > 2:
        return date(parts[0], month, parts[2])
    if not last:
        return date(parts[0], month, 1)
    following = date(parts[0] + month // 12, month % 12 + 1, 1)
    return following - timedelta(days=1)


def _moment(dataset: Dataset, n: int, random: Random, is_unique: bool) -> date:
    start, end = _period(dataset)
    span = (end - start).days
    return start + timedelta(days=min(n - 1, span) if is_unique else random.randint(0, span))


def _date(dataset: Dataset, _column: Column, n: int, random: Random, is_unique: bool) -> str:
    return _moment(dataset, n, random, is_unique).isoformat()


def _datetime(dataset: Dataset, column: Column, n: int, random: Random, is_unique: bool) -> str:
    return f"{_date(dataset, column, n, random, is_unique)}T08:00:00+07:00"


def _year(dataset: Dataset, _column: Column, n: int, random: Random, is_unique: bool) -> str:
    start, end = _period(dataset)
    return str(min(start.year + n - 1, end.year) if is_unique else random.randint(start.year, end.year))


def _yearmonth(dataset: Dataset, column: Column, n: int, random: Random, is_unique: bool) -> str:
    return _date(dataset, column, n, random, is_unique)[:7]


def _boolean(_dataset: Dataset, _column: Column, _n: int, random: Random, _is_unique: bool) -> str:
    return random.choice(("true", "false"))


def _geopoint(dataset: Dataset, _column: Column, _n: int, random: Random, _is_unique: bool) -> str:
    west, south, east, north = dataset.spatial.get("bbox", (0, 0, 1, 1))
    return f"{random.uniform(west, east):.4f},{random.uniform(south, north):.4f}"


def _time(_dataset: Dataset, _column: Column, n: int, _random: Random, _is_unique: bool) -> str:
    return f"{8 + n % 10:02}:00:00"


def _json(_dataset: Dataset, column: Column, n: int, _random: Random, _is_unique: bool) -> str:
    return f'["mẫu {n:03}"]' if column.type == "array" else f'{{"mau": {n}}}'


_MAKERS: dict[str, Callable[[Dataset, Column, int, Random, bool], str]] = {
    "integer": _integer,
    "number": _number,
    "date": _date,
    "datetime": _datetime,
    "year": _year,
    "yearmonth": _yearmonth,
    "boolean": _boolean,
    "geopoint": _geopoint,
    "time": _time,
    "object": _json,
    "array": _json,
}
