"""Rows in any order → rows in the order of a key, in bounded memory: sorted runs on disk, merged.

The order is Arrow's: text by its UTF-8 bytes, false before true, null last. Rows of equal keys keep the order they came in.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

RUN_BYTES = 128 << 20
"""Of rows in memory before a run is sorted and written; sorting needs about as much again."""
BLOCK_BYTES = 1 << 20
"""Of a run that the merge holds in memory."""
MERGED_AT_ONCE = 64
"""Runs merged in one step; with more of them some are merged first. 64 × 1 MB and their copies stay below a run."""


def sort(
    batches: Iterable[pa.RecordBatch],
    key: Sequence[str],
    folder: Path,
    *,
    run_bytes: int = RUN_BYTES,
    merged_at_once: int = MERGED_AT_ONCE,
) -> Iterator[pa.RecordBatch]:
    """The rows of `batches` ordered by the columns `key`. `folder` is for runs; they are deleted as soon as they are used."""
    names = (folder / f"run-{number}.arrow" for number in count())
    runs: list[Path] = []
    waiting: list[pa.RecordBatch] = []
    size = 0
    for batch in batches:
        waiting.append(batch)
        size += batch.nbytes
        if size >= run_bytes:
            runs.append(_write(next(names), iter(_sorted(waiting, key).to_batches(max_chunksize=_block_rows(waiting)))))
            waiting, size = [], 0
    if not runs:
        yield from _sorted(waiting, key).to_batches() if waiting else ()
        return
    if waiting:
        runs.append(_write(next(names), iter(_sorted(waiting, key).to_batches(max_chunksize=_block_rows(waiting)))))
        waiting = []
    while len(runs) > merged_at_once:
        merged = _write(next(names), _merge(runs[:merged_at_once], key))
        runs = [merged, *runs[merged_at_once:]]  # the oldest rows stay first: equal keys keep their order
    yield from _merge(runs, key)


def is_ascending(keys: pa.Table) -> bool:
    """Whether each row of `keys` is not smaller than the one before it, in the order of `sort`."""
    if keys.num_rows < 2:
        return True
    undecided = pa.repeat(pa.scalar(True), keys.num_rows - 1)
    for column in keys.columns:
        values = column.combine_chunks()
        before, after = values.slice(0, len(values) - 1), values.slice(1)
        smaller = pc.fill_null(pc.less(after, before), pc.and_(pc.is_null(before), pc.is_valid(after)))
        if pc.any(pc.and_(undecided, smaller)).as_py():
            return False
        equal = pc.fill_null(pc.equal(after, before), pc.and_(pc.is_null(before), pc.is_null(after)))
        undecided = pc.and_(undecided, equal)
        if not pc.any(undecided).as_py():
            return True
    return True


def up_to(keys: pa.RecordBatch, bound: pa.Table, *, inclusive: bool) -> int:
    """How many of the sorted rows `keys` are below the one row of `bound`, or, when `inclusive`, equal to it."""
    undecided = pa.repeat(pa.scalar(True), keys.num_rows)
    below = pa.repeat(pa.scalar(False), keys.num_rows)
    for values, limit in zip(keys.columns, bound.columns, strict=True):
        last = limit[0]
        if last.is_valid:
            less, equal = pc.fill_null(pc.less(values, last), False), pc.fill_null(pc.equal(values, last), False)
        else:  # null is the greatest
            less, equal = pc.is_valid(values), pc.is_null(values)
        below = pc.or_(below, pc.and_(undecided, less))
        undecided = pc.and_(undecided, equal)
    found: int = pc.sum(pc.or_(below, undecided) if inclusive else below).as_py() or 0
    return found


def _block_rows(batches: Sequence[pa.RecordBatch]) -> int:
    rows = sum(batch.num_rows for batch in batches)
    width = sum(batch.nbytes for batch in batches) / max(rows, 1)
    return max(1, int(BLOCK_BYTES / max(width, 1)))


def _sorted(batches: Sequence[pa.RecordBatch], key: Sequence[str]) -> pa.Table:
    """Arrow sorts stably; nulls go last."""
    table = pa.Table.from_batches(batches)
    return table.take(pc.sort_indices(table, [(name, "ascending") for name in key]))


def _write(path: Path, batches: Iterator[pa.RecordBatch]) -> Path:
    first = next(batches)
    options = pa.ipc.IpcWriteOptions(compression="lz4")
    with pa.OSFile(str(path), "wb") as file, pa.ipc.new_stream(file, first.schema, options=options) as writer:
        writer.write_batch(first)
        for batch in batches:
            writer.write_batch(batch)
    return path


@dataclass(slots=True)
class _Run:
    """A sorted run that is being read: its current block, and the blocks that follow."""

    path: Path
    blocks: Iterator[pa.RecordBatch]
    block: pa.RecordBatch | None

    @classmethod
    def open(cls, path: Path) -> _Run:
        blocks = cls._read(path)
        return cls(path, blocks, next(blocks, None))

    @staticmethod
    def _read(path: Path) -> Iterator[pa.RecordBatch]:
        with pa.OSFile(str(path), "rb") as file, pa.ipc.open_stream(file) as reader:
            for block in reader:
                if block.num_rows:
                    yield block
        path.unlink()

    def take(self, rows: int) -> pa.RecordBatch:
        """The next `rows` rows of the current block; the block that follows takes its place when it is used up."""
        assert self.block is not None
        part = self.block.slice(0, rows)
        self.block = self.block.slice(rows) if rows < self.block.num_rows else next(self.blocks, None)
        return part


def _merge(paths: Sequence[Path], key: Sequence[str]) -> Iterator[pa.RecordBatch]:
    """Blocks up to the smallest last key of all the runs' blocks belong before everything that is still unread."""
    runs = [_Run.open(path) for path in paths]
    while runs := [run for run in runs if run.block is not None]:
        if len(runs) == 1:
            block = runs[0].block
            assert block is not None
            yield runs[0].take(block.num_rows)
            continue
        lasts = pa.Table.from_batches([_block(run).slice(_block(run).num_rows - 1).select(list(key)) for run in runs])
        smallest = pc.sort_indices(lasts, [(name, "ascending") for name in key])[0].as_py()
        bound = lasts.slice(smallest, 1)
        parts = []
        for position, run in enumerate(runs):
            # rows equal to the bound wait in the later runs: an earlier run may still have some
            rows = up_to(_block(run).select(list(key)), bound, inclusive=position <= smallest)
            if rows:
                parts.append(run.take(rows))
        yield from _sorted(parts, key).combine_chunks().to_batches()


def _block(run: _Run) -> pa.RecordBatch:
    assert run.block is not None
    return run.block
