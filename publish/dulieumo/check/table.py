"""One table, checked: the screen proves most of it, Frictionless judges the rest, our rules look at everything.

    pass 1   each chunk:  screen ─► doubtful records ─► Frictionless (cells, blank rows, header)
                          rules, references ─► findings;   keys ─► fingerprints
    pass 2   only where fingerprints repeat: those records again ─► Frictionless (primary key, unique), our keys

A file that Arrow cannot take, and a schema that is not plain, go the slow way through the same steps.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date
from itertools import chain, zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dulieumo import tables
from dulieumo.check import (
    anonymity,
    columns,
    constraints,
    fingerprints,
    guard,
    header,
    keys,
    patterns,
    personal,
    plain,
    records,
    references,
    rules,
    shape,
    source,
    verdict,
    workbook,
)
from dulieumo.check.previous import Previous
from dulieumo.check.records import Record
from dulieumo.check.report import Collector
from dulieumo.check.screen import Screen, blanks
from dulieumo.check.source import Chunk, Irregular, Source
from dulieumo.model import Catalog, Dataset, Resource
from dulieumo_rules import masks
from dulieumo_rules.findings import Finding, Place, finding
from dulieumo_rules.masks import Mask
from dulieumo_rules.personal_data.evidence import Seen
from dulieumo_rules.shape import Field

if TYPE_CHECKING:
    from frictionless import Schema

T = TypeVar("T")


class Listener(Protocol):
    """Who hears a table's batches while they are checked, and has no say in it: `typed` is asked in any thread and order,
    `follow` is given its answers in the order of the file, `end` comes after the last one. If it never comes, the table was
    not read in one go, and what was heard is worth nothing."""

    def typed(self, labels: Sequence[str], columns: Sequence[pa.Array], /) -> Any: ...
    def follow(self, part: Any, /) -> None: ...
    def end(self) -> None: ...


WORKERS = 2
AHEAD = 3
"""Chunks in work at a time: memory is bounded by so many blocks of the file."""
REPEATED_AT_ONCE = 500_000
"""Repeated fingerprints looked into in one pass; with more of them the file is read again, so memory stays bounded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A table and all that is needed to check it."""

    catalog: Catalog
    dataset: Dataset
    resource: Resource
    path: Path
    place: Place
    targets: references.Targets
    described: Callable[[tuple[str | int, ...]], Place]
    """The place of a part of the resource's descriptor, by its path in it."""
    dataset_said: Callable[[tuple[str | int, ...]], Place]
    """The place of a part of the dataset's descriptor."""
    today: date
    previous: Previous | None = None
    listener: Listener | None = None
    only_schema: bool = False
    """Leave out our rules and the gate; for the benchmark of the verdict alone, which no report is made from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What one chunk gave: records to be judged, findings, and per key the fingerprints and whether one is missing."""

    rows: int
    doubtful: list[Record]
    findings: list[Finding]
    hashes: list[fingerprints.Hashes]
    blank_key: bool
    seen: Mapping[str, Seen]
    groups: pa.Table | None
    missing: Mapping[str, int]
    collected: columns.Collected


def check(subject: Subject, out: Collector) -> int:
    """Everything that is wrong with one table goes to `out`; returns its number of records."""
    with guard.own_plugins():
        return _check_file(subject, out)


def _check_file(subject: Subject, out: Collector) -> int:
    """The workbook or file as such; then its table, fast if it is regular."""
    if workbook.is_workbook(subject.resource):
        out.extend(workbook.findings(subject.path, subject.resource, subject.place, subject.today))
    else:
        out.extend(personal.of_file(subject.path, subject.place, {}))
    for opened in (source.fast, source.slow):
        if opened is source.slow:
            subject = replace(subject, listener=None)  # it heard some batches already
        own = Collector(out.limit)
        try:
            rows = _check(subject, opened, own)
        except Irregular:
            continue
        except records.NotText as error:
            out.add(finding("encoding-error", subject.place, encoding="utf-8", byte=error.byte, line=error.line))
            return 0
        except records.NotCsv as error:
            out.add(finding("source-error", subject.place, note=str(error)))
            return 0
        except patterns.TooSlow as slow:
            field = next(
                item
                for item in shape.of(subject.catalog, subject.dataset, subject.resource).fields
                if item.descriptor.get("constraints", {}).get("pattern") == slow.pattern
            )
            out.add(finding("pattern-dangerous", _declared(subject, field), pattern=slow.pattern))
            return sum(len(chunk.rows) for chunk in opened(subject.path, subject.resource).chunks)
        except tables.UnreadableTable as error:
            if not workbook.is_workbook(subject.resource):  # of a workbook, it is among its findings
                out.add(finding(error.reason, subject.place, note=error.detail))
            return 0
        out.merge(own.tallies(), own.findings())
        return rows
    raise AssertionError("the slow way takes every file")


class _Opened:
    """The table, its columns and their screens, ready to be read (again)."""

    def __init__(self, subject: Subject, opened: Any, schema: Schema | None, labels: tuple[str, ...]) -> None:
        self.subject = subject
        self.open = opened
        self.labels = tuple(label.strip() for label in labels)  # as Frictionless compares them
        self.has_header = records.header_row(subject.resource) > 0
        table = shape.of(subject.catalog, subject.dataset, subject.resource)
        self.columns = header.expected(self.labels, table, has_header=self.has_header)
        self.fields = {field.name: field for field in self.columns if field.type != header.ANY}
        known = tuple(self.fields.get(field.name, field) for field in table.fields)
        self.table = columns.usable(replace(table, fields=known))
        self.screens = [Screen(field, _reader(field, schema)) for field in self.columns]
        self.keys = keys.of(subject.resource)
        self.gate = personal.opened(self.table, [field for field in self.columns if field.name])
        self.totals = columns.Totals()
        self.references = subject.targets.of(subject.dataset, subject.resource)

    def add(self, found: Found) -> None:
        """Take in what the next chunk gave for the table as a whole."""
        self.gate.add(found.seen, found.groups)
        self.totals.add(found.rows, found.missing, found.collected)

    def named(self, chunk: Chunk) -> dict[str, pa.Array]:
        """The chunk's declared columns by field name, as they stand in the file."""
        pairs = zip(self.columns, chunk.columns, strict=True)
        return {field.name: cells for field, cells in pairs if field.name in self.fields}

    def again(self) -> Iterator[Chunk]:
        """The chunks once more; the same ones, since nothing writes during a check."""
        return self.open(self.subject.path, self.subject.resource).chunks  # type: ignore[no-any-return]


def _reader(field: Field, schema: Schema | None) -> Any:
    if field.type == header.ANY or schema is None or plain.is_plain_field(field):
        return None
    return schema.get_field(field.name).create_cell_reader()


def _check(subject: Subject, opened: Any, out: Collector) -> int:
    first: Source = opened(subject.path, subject.resource)
    table = shape.of(subject.catalog, subject.dataset, subject.resource)
    if header.has_far_too_many(first.labels, table):
        out.add(finding("too-many-columns", subject.place, columns=len(first.labels), expected=len(table.fields)))
        return sum(len(chunk.rows) for chunk in first.chunks)
    out.extend(_labels(subject, first.labels))
    schema: Schema | None = None
    if not plain.is_plain(table):
        schema, problems = verdict.judge_schema(table.schema, subject.described(("schema",)))
        out.extend(problems)
        if schema is None:
            return sum(len(chunk.rows) for chunk in first.chunks)
    out.extend(columns.misdeclared(table, subject.described(("dulieumo:checks",))))
    unusable = list(constraints.problems(table, schema, lambda field: _declared(subject, field)))
    if unusable:
        out.extend(unusable)
        return sum(len(chunk.rows) for chunk in first.chunks)
    state = _Opened(subject, opened, schema, first.labels)
    rows = _everything(state, first, out)
    if not subject.only_schema:
        out.extend(columns.findings(state.table, state.totals, subject.previous, subject.place))
        _ask_gate(state, out)
    return rows


def _ask_gate(state: _Opened, out: Collector) -> None:
    """The personal-data gate's findings; what it found personal is masked in all others."""
    subject = state.subject
    said = subject.dataset_said(("dulieumo:personalData",))
    found = list(personal.findings(state.gate, subject.dataset, subject.resource, subject.place, said, subject.today))
    hidden = personal.personal_columns(found)
    if hidden:
        out.replace(lambda item: personal.masked(item, hidden))
    out.extend(found)


def _everything(state: _Opened, first: Source, out: Collector) -> int:
    subject = state.subject
    comparable = all(keys.is_comparable(key, subject.resource) for key in state.keys)
    if not state.columns or not comparable or (state.has_header and not any(state.labels)):
        return _all_to_frictionless(state, first, out)
    try:
        return _screened(state, first, out)
    except keys.NotComparable:
        return _all_to_frictionless(state, state.open(subject.path, subject.resource), out)


def _labels(subject: Subject, labels: tuple[str, ...]) -> Iterator[Finding]:
    """Names with spaces around them: Frictionless takes no notice, but whoever reads the file by name finds no column."""
    for position, label in enumerate(labels, start=1):
        if label != label.strip() and label.strip():
            place = replace(subject.place, row=records.header_row(subject.resource), position=position)
            yield finding("label-not-exact", place, label=label, expected=label.strip())


def _declared(subject: Subject, field: Field) -> Place:
    place = subject.described(("schema", "fields", field.position - 1))
    return replace(place, dataset=subject.dataset.name, table=subject.resource.name, column=field.name)


def _screened(state: _Opened, first: Source, out: Collector) -> int:
    """Pass 1 and, where keys may repeat, pass 2."""
    prints = [fingerprints.Fingerprints() for _ in state.keys]
    rows = 0
    blank_key = False

    def doubtful() -> Iterator[Record]:
        nonlocal rows, blank_key
        for found in _in_order(state, first):
            rows += found.rows
            blank_key = blank_key or found.blank_key
            out.extend(found.findings)
            state.add(found)
            for print_, hashes in zip(prints, found.hashes, strict=True):
                print_.add(hashes)
            yield from found.doubtful

    try:
        stream = doubtful()
        head = next(stream, None)
        if not header.is_right(state.labels, state.table):
            out.extend(_judged(state, (), without_keys=False))
        if head is not None:
            judged = _judged(state, chain([head], stream), without_keys=True)
            out.extend(item for item in judged if item.code not in verdict.OF_HEADER)
        for _ in stream:  # Frictionless may stop reading; the rest is still counted and looked at
            pass
        for key, print_ in zip(state.keys, prints, strict=True):
            _repeats(state, key, print_.repeated(), blank_key, out)
    finally:
        for print_ in prints:
            print_.close()
    return rows


def _in_order(state: _Opened, source: Source) -> Iterator[Found]:
    """The chunks' results in the file's order; the listener, if there is one, hears the chunks on the way."""
    listener = state.subject.listener

    def look(chunk: Chunk) -> tuple[Found, Any]:
        return _look(state, chunk), listener.typed(source.labels, chunk.columns) if listener is not None else None

    for found, heard in _side_by_side(look, source.chunks):
        if listener is not None:
            listener.follow(heard)
        yield found
    if listener is not None:
        listener.end()


def _side_by_side(look: Callable[[Chunk], T], chunks: Iterator[Chunk]) -> Iterator[T]:
    """What `look` gives for each chunk, in order, by `WORKERS` threads (Arrow's kernels release the GIL)."""
    first, second = next(chunks, None), next(chunks, None)
    if first is None:
        return
    if second is None:  # a small table: starting threads would take longer than looking at it
        yield look(first)
        return
    with ThreadPoolExecutor(WORKERS, thread_name_prefix="screen") as pool:
        waiting = []
        for chunk in chain((first, second), chunks):
            waiting.append(pool.submit(look, chunk))
            if len(waiting) >= AHEAD:
                yield waiting.pop(0).result()
        for job in waiting:
            yield job.result()


def _look(state: _Opened, chunk: Chunk, *, with_keys: bool = True) -> Found:
    """One chunk: screens, rules, references and keys."""
    count, place = len(chunk.rows), state.subject.place
    rows = chunk.rows

    def row_of(index: int) -> int:
        return rows[index]

    found: list[Finding] = []
    doubtful: Mask = None
    present: dict[str, pa.Array] = {}
    doubts: dict[str, Mask] = {}
    unknown: dict[str, pa.Array] = {}
    all_blank: Mask = masks.of(np.ones(count, np.bool_)) if count else None
    for screen, cells in zip(state.screens, chunk.columns, strict=True):
        missing = blanks(cells, screen.field)
        all_blank = None if missing is None or all_blank is None else masks.or_none(pc.and_(all_blank, missing))
        doubt = screen.doubts(cells, missing)
        doubtful = masks.either(doubtful, doubt)
        if screen.field.name not in state.fields:
            unknown[screen.field.name] = cells
            continue
        doubts[screen.field.name] = doubt
        proven = doubt is None and screen.reader is None
        if not state.subject.only_schema:
            found.extend(rules.on_cells(screen.field, state.table, cells, missing, proven, row_of, place))
        present[screen.field.name] = (
            cells if missing is None else pc.if_else(missing, pa.scalar(None, pa.string()), cells)
        )
    if not state.subject.only_schema:
        found.extend(rules.on_rows(state.table, present, row_of, place))
    positions = {name: field.position for name, field in state.fields.items()}
    found.extend(references.check(state.references, present, positions, row_of, place))
    doubtful = masks.either(doubtful, all_blank)
    wanted = sorted({*masks.indices(doubtful), *chunk.odd})
    hashes, blank_key = [], False
    for key in state.keys if with_keys else ():
        texts = keys.texts(key, state.subject.resource, state.fields, state.named(chunk), present, doubts)
        hashes.append(fingerprints.of(texts) if texts is not None else np.empty(0, np.uint64))
        blank_key = blank_key or (key.code == "primary-key" and texts is not None and texts.null_count > 0)
    whole = not state.subject.only_schema
    return Found(
        rows=count,
        missing={name: cells.null_count for name, cells in present.items()},
        collected=columns.collect(state.table, present) if whole else {},
        doubtful=[chunk.record(index) for index in wanted],
        findings=found,
        hashes=hashes,
        blank_key=blank_key,
        seen=personal.look(state.gate, {**unknown, **present}) if whole else {},
        groups=anonymity.count(state.table, present, rows),
    )


def _judged(state: _Opened, doubtful: Iterable[Record], *, without_keys: bool) -> Iterator[Finding]:
    """Frictionless's findings on some records; its keys are asked apart from its cells (see the passes above)."""
    subject = state.subject
    asked = verdict.without_keys(state.table.schema) if without_keys else state.table.schema
    schema, problems = verdict.judge_schema(asked, subject.place)
    yield from problems
    if schema is None:
        return
    yield from verdict.judge(
        schema, state.labels, doubtful, subject.place, header_row=records.header_row(subject.resource)
    )


def _repeats(state: _Opened, key: keys.Key, repeated: fingerprints.Hashes, blank_key: bool, out: Collector) -> None:
    """Pass 2 for one key: the records whose fingerprints repeat, and those without a primary key."""
    wants_blank = blank_key and key.code == "primary-key"
    if not len(repeated) and not wants_blank:
        return
    parts = [repeated[at : at + REPEATED_AT_ONCE] for at in range(0, max(len(repeated), 1), REPEATED_AT_ONCE)]
    for number, part in enumerate(parts):
        if key.is_frictionless:
            chosen = _chosen(state, key, part, wants_blank and number == 0)
            judged = _judged(state, chosen, without_keys=False)
            out.extend(
                item
                for item in judged
                if item.code == key.code and (key.code == "primary-key" or item.place.column == key.columns[0])
            )
        else:
            seen = keys.seen(key)
            for record in _chosen(state, key, part, False):
                out.extend(_repeated(state, key, seen, record))


def _chosen(state: _Opened, key: keys.Key, repeated: fingerprints.Hashes, with_blank: bool) -> Iterator[Record]:
    """The records with one of the fingerprints, or without the key."""
    for chunk in state.again():
        present, doubts = _present(state, chunk, key.columns)
        texts = keys.texts(key, state.subject.resource, state.fields, state.named(chunk), present, doubts)
        if texts is None:
            return
        wanted = fingerprints.marked(texts, repeated)
        if with_blank:
            wanted |= np.asarray(pc.is_null(texts))
        for index in np.flatnonzero(wanted).tolist():
            yield chunk.record(index)


def _present(state: _Opened, chunk: Chunk, names: tuple[str, ...]) -> tuple[dict[str, pa.Array], dict[str, Mask]]:
    """The named columns, null where missing, and the doubts on them."""
    found, doubts = {}, {}
    for screen, cells in zip(state.screens, chunk.columns, strict=True):
        if screen.field.name in names and screen.field.name in state.fields:
            missing = blanks(cells, screen.field)
            doubts[screen.field.name] = screen.doubts(cells, missing)
            found[screen.field.name] = (
                cells if missing is None else pc.if_else(missing, pa.scalar(None, pa.string()), cells)
            )
    return found, doubts


def _all_to_frictionless(state: _Opened, first: Source, out: Collector) -> int:
    """Every record goes to Frictionless, keys included; our rules look at them as always."""
    rows = 0
    own_keys = [(key, keys.seen(key)) for key in state.keys if not key.is_frictionless]

    def everything() -> Generator[Record]:
        nonlocal rows
        for chunk in first.chunks:
            rows += len(chunk.rows)
            if state.columns:
                out.extend(_look_without_keys(state, chunk))
            for index in range(len(chunk.rows)):
                record = chunk.record(index)
                for key, seen in own_keys:
                    out.extend(_repeated(state, key, seen, record))
                yield record

    with closing(everything()) as stream:
        out.extend(_judged(state, stream, without_keys=False))
        for _ in stream:
            pass
    return rows


def _look_without_keys(state: _Opened, chunk: Chunk) -> list[Finding]:
    found = _look(state, chunk, with_keys=False)
    state.add(found)
    return found.findings


def _repeated(state: _Opened, key: keys.Key, seen: keys.Seen, record: Record) -> Iterator[Finding]:
    """What a key of our own says of the next record."""
    cells = {
        field.name: None if field.is_missing(cell) else cell
        for field, cell in zip_longest(state.columns, record.cells[: len(state.columns)], fillvalue="")
        if isinstance(field, Field) and field.name in state.fields
    }
    values = seen.follow(state.table, record.row, cells)
    if values is not None:
        yield Finding(code=key.code, place=replace(state.subject.place, row=record.row), values=values)
