"""The memory of big files' hashes: never of another file than the one that is there."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from dulieumo import canonical, filehashes
from dulieumo.filehashes import REMEMBERED_BYTES, FileHashes


def test_the_hash_of_a_big_file_is_remembered_until_the_file_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "lon.csv"
    path.write_bytes(b"a" * REMEMBERED_BYTES)
    monkeypatch.setattr(filehashes, "SETTLED_SECONDS", -1.0)
    cache = FileHashes(tmp_path / "cache")
    first = cache.sha256(path)
    cache.save()
    again = FileHashes(tmp_path / "cache")
    monkeypatch.setattr(canonical, "sha256_of_file", lambda _path: pytest.fail("was read again"))
    assert again.sha256(path) == first
    monkeypatch.undo()
    facts = path.stat()
    path.write_bytes(b"b" * REMEMBERED_BYTES)  # the same size, and made to look as old
    os.utime(path, ns=(facts.st_atime_ns, facts.st_mtime_ns))
    assert FileHashes(tmp_path / "cache").sha256(path) != first


def test_a_file_that_has_just_changed_is_hashed_each_time(tmp_path: Path) -> None:
    path = tmp_path / "lon.csv"
    path.write_bytes(b"a" * REMEMBERED_BYTES)
    cache = FileHashes(tmp_path / "cache")
    first = cache.sha256(path)
    path.write_bytes(b"b" * REMEMBERED_BYTES)
    assert cache.sha256(path) != first


@pytest.mark.parametrize("text", ["", "[1]", '{"format": "other"}', '{"format": "dulieumo-file-hashes/1", "files": 3}'])
def test_what_is_no_memory_is_none(tmp_path: Path, text: str) -> None:
    path = tmp_path / "lon.csv"
    path.write_bytes(b"a" * REMEMBERED_BYTES)
    (tmp_path / filehashes.FILE).write_text(text)
    assert FileHashes(tmp_path).sha256(path) == canonical.sha256_of_file(path)
    spoilt = {"format": filehashes.FORMAT, "files": {str(path.resolve()): "x"}}
    (tmp_path / filehashes.FILE).write_text(json.dumps(spoilt))
    assert FileHashes(tmp_path).sha256(path) == canonical.sha256_of_file(path)
