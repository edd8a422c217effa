"""A value that must be found nowhere, in each form in which files hold it. Its representation shows nothing of it."""

from __future__ import annotations

import gzip
import io
import json
import unicodedata
import zipfile
import zlib
from collections.abc import Iterable
from html import escape
from pathlib import Path
from typing import IO, BinaryIO
from urllib.parse import quote

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from dulieumo.errors import UsageError
from dulieumo.i18n import _

SHORTEST = 6
HIDDEN = "***"
_CHUNK = 1 << 20
_INFLATED_AT_MOST = 2 << 30
"""Of one packed file; beyond, it counts as not searched."""


class NotSearched(Exception):
    """A file that could not be looked into."""


class Value:
    """One or more values, given as lines."""

    __slots__ = ("_forms", "_texts")

    def __init__(self, texts: Iterable[str]) -> None:
        self._texts = tuple(dict.fromkeys(text.strip() for text in texts if text.strip()))
        if not self._texts:
            raise UsageError(_("There is no value to look for: give one per line."))
        if any(len(text) < SHORTEST for text in self._texts):
            raise UsageError(
                _("A value is shorter than {count} characters: it would be found by chance.").format(count=SHORTEST)
            )
        forms: dict[bytes, None] = {}
        for text in self._texts:
            for variant in (text, unicodedata.normalize("NFC", text), unicodedata.normalize("NFD", text)):
                written = (variant, json.dumps(variant)[1:-1], escape(variant), quote(variant))
                forms.update(dict.fromkeys(form.encode() for form in written))
                forms[variant.encode("utf-16-le")] = None
        self._forms = tuple(forms)

    def __repr__(self) -> str:
        return f"Value({len(self._texts)})"

    @property
    def written(self) -> tuple[bytes, ...]:
        """The forms, to be replaced; for files that only their owner can read."""
        return self._forms

    def is_in(self, data: bytes) -> bool:
        """Whether the bytes hold it, packed or not."""
        return self._plain(data) or self._packed(io.BytesIO(data), data[:4])

    def is_in_file(self, file: BinaryIO) -> bool:
        """Whether a seekable file holds it, packed or not. Raises NotSearched."""
        head = file.read(4)
        file.seek(0)
        if self._streamed(file):
            return True
        file.seek(0)
        return self._packed(file, head)

    def is_in_path(self, path: Path) -> bool:
        with path.open("rb") as file:
            return self.is_in_file(file)

    def without(self, data: bytes) -> bytes:
        """The text with the value hidden."""
        for form in sorted(self._forms, key=len, reverse=True):
            data = data.replace(form, HIDDEN.encode())
        return data

    def _plain(self, data: bytes) -> bool:
        return any(form in data for form in self._forms)

    def _streamed(self, file: IO[bytes] | gzip.GzipFile) -> bool:
        overlap = max(map(len, self._forms)) - 1
        tail, seen = b"", 0
        while chunk := file.read(_CHUNK):
            seen += len(chunk)
            if seen > _INFLATED_AT_MOST and not isinstance(file, io.BufferedReader | io.BytesIO):
                raise NotSearched
            if self._plain(tail + chunk):
                return True
            tail = (tail + chunk)[-overlap:]
        return False

    def _packed(self, file: BinaryIO, head: bytes) -> bool:
        try:
            if head == b"PAR1":
                return self._in_parquet(file)
            if head == b"PK\x03\x04":
                with zipfile.ZipFile(file) as archive:
                    return any(self._in_member(archive, name) for name in archive.namelist())
            if head[:2] == b"\x1f\x8b":
                with gzip.open(file) as unpacked:
                    return self._streamed(unpacked)
        except (OSError, ValueError, zipfile.BadZipFile, zlib.error, pa.ArrowException, RuntimeError) as error:
            raise NotSearched from error
        return False

    def _in_member(self, archive: zipfile.ZipFile, name: str) -> bool:
        with archive.open(name) as member:
            return self._streamed(member)

    def _in_parquet(self, file: BinaryIO) -> bool:
        for batch in pq.ParquetFile(file).iter_batches():
            for column in batch.columns:
                texts = _as_text(column)
                if texts is not None and any(
                    pc.any(pc.match_substring(texts, text)).as_py()
                    for written in self._texts
                    for text in {written, unicodedata.normalize("NFC", written), unicodedata.normalize("NFD", written)}
                ):
                    return True
        return False


def _as_text(column: pa.Array) -> pa.Array | None:
    if pa.types.is_list(column.type) or pa.types.is_large_list(column.type):
        column = column.flatten()
    try:
        return column.cast(pa.string())
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return pa.array([str(item) for item in column.to_pylist()], pa.string())
