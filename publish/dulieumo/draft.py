"""The canonical CSV and the Parquet of one table, made by `convert` while another one reads the table; see drafts.py.

Where anything is not as it should be (records out of order, a cell that no type holds, a disk that is full) there is no
draft. The build, which then reads the source itself, meets it again and says it.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import pyarrow as pa

from dulieumo import convert
from dulieumo.errors import ReleaseError
from dulieumo.model import Artifact, Dataset, Resource

SPOILT = (ReleaseError, convert.OutOfOrder, pa.ArrowException, OSError)
"""What ends a draft."""


class Draft:
    """The files of one table while its batches come by."""

    def __init__(self, dataset: Dataset, resource: Resource, source: Path, folder: Path) -> None:
        """Open the files. Raises what is in `SPOILT`."""
        self.dataset = dataset
        self.folder = folder
        self.artifacts: tuple[Artifact, ...] | None = None
        """What was written, once the table came to its end."""
        self._conversion: convert.Conversion | None = convert.Conversion(dataset, resource, folder, source).__enter__()

    def typed(self, labels: Sequence[str], columns: Sequence[pa.Array]) -> convert.Part | None:
        """A batch under the schema, from any thread; None where it cannot be written."""
        conversion = self._conversion
        if conversion is None or len(set(labels)) < len(labels):
            return None
        try:
            return conversion.typed(pa.RecordBatch.from_arrays(list(columns), names=list(labels)))
        except SPOILT:
            return None

    def follow(self, part: convert.Part | None) -> None:
        """The next batch, in the order of the source."""
        if self._conversion is None:
            return
        try:
            if part is None:
                self.close()
            else:
                self._conversion.write(part)
        except SPOILT:
            self.close()

    def end(self) -> None:
        """There are no more batches."""
        conversion, self._conversion = self._conversion, None
        if conversion is None:
            return
        try:
            conversion.__exit__(None, None, None)
            self.artifacts = conversion.artifacts()
        except SPOILT:
            self.artifacts = None

    def close(self) -> None:
        """Give up what has not come to its end."""
        conversion, self._conversion = self._conversion, None
        if conversion is not None:
            error = convert.OutOfOrder()
            with suppress(*SPOILT):
                conversion.__exit__(type(error), error, None)
