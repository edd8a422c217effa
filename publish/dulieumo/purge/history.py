"""Git: every object that holds the value, and a history rewritten without it by git-filter-repo.

All objects are read, those that no branch reaches as well. Text is kept with the value hidden, so that the history of the
other rows stays; packed files (XLSX, Parquet) leave the history whole. Commit ids change: every clone must be made anew.
"""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from dulieumo.errors import ConfigError
from dulieumo.i18n import _

from .value import HIDDEN, NotSearched, Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Object:
    """An object of the repository that holds the value, or that could not be looked into."""

    id: str
    kind: str
    path: str
    is_packed: bool
    is_searched: bool = True


def is_repository(root: Path) -> bool:
    """Whether `root` is the top folder of a Git working copy."""
    return (root / ".git").exists()


def find(root: Path, value: Value) -> tuple[Object, ...]:
    """The objects that hold the value. Raises ConfigError where Git does not answer."""
    found = []
    for oid, kind, data in _objects(root):
        try:
            if value.is_in(data):
                found.append((oid, kind, b"\0" in data[:8000], True))
        except NotSearched:
            found.append((oid, kind, True, False))
    paths = _paths(root) if found else {}
    return tuple(
        Object(id=oid, kind=kind, path=paths.get(oid, ""), is_packed=is_packed, is_searched=searched)
        for oid, kind, is_packed, searched in found
    )


def files_of_git(root: Path, value: Value) -> tuple[Path, ...]:
    """Files of Git's own besides the objects, such as the last commit message."""
    folder = Path(_git(root, "rev-parse", "--absolute-git-dir").decode().strip())
    return tuple(
        path
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        and not path.is_symlink()
        and path.relative_to(folder).parts[0] not in ("objects", "hooks")
        and value.is_in_path(path)
    )


def refuse(root: Path) -> None:
    """Raise ConfigError where history must not be rewritten now."""
    if _git(root, "status", "--porcelain", "--untracked-files=no").strip():
        raise ConfigError(
            _("There are changes that are not committed; rewriting history would lose them."),
            hint=_("Commit them first, without the value."),
        )
    if importlib.util.find_spec("git_filter_repo") is None:
        raise ConfigError(
            _("Rewriting history needs git-filter-repo, which is not installed."),
            hint=_("Install it with: pip install 'dulieumo[purge]'"),
        )


def back_up(root: Path, bundle: Path) -> None:
    """All branches and tags in one file, which only its owner can read: it holds the value."""
    bundle.parent.mkdir(parents=True, exist_ok=True)
    bundle.touch(mode=0o600)
    _git(root, "bundle", "create", str(bundle), "--all")


def rewrite(root: Path, value: Value, objects: tuple[Object, ...]) -> None:
    """History without the value; old objects, reflogs and the remote `origin` go. Raises ConfigError."""
    packed = [item.id for item in objects if item.kind == "blob" and item.is_packed]
    with tempfile.TemporaryDirectory(prefix="dulieumo-purge-") as name:
        expressions, ids = Path(name) / "expressions", Path(name) / "ids"
        expressions.write_bytes(b"".join(b"literal:%b==>%b\n" % (form, HIDDEN.encode()) for form in value.written))
        ids.write_text("".join(f"{oid}\n" for oid in packed), encoding="ascii")
        command = [sys.executable, "-m", "git_filter_repo", "--force", "--quiet"]
        command += ["--replace-text", str(expressions), "--replace-message", str(expressions)]
        command += ["--strip-blobs-with-ids", str(ids)] if packed else []
        _run(root, command)
    _git(root, "reflog", "expire", "--expire=now", "--expire-unreachable=now", "--all")
    _git(root, "gc", "--prune=now", "--quiet")


def _objects(root: Path) -> Iterator[tuple[str, str, bytes]]:
    command = ["git", "cat-file", "--batch-all-objects", "--batch", "--unordered", "--buffer"]
    with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdout is not None
        yield from _records(process.stdout)  # type: ignore[arg-type]
    if process.returncode:
        raise ConfigError(_("Git could not read the repository in {folder}.").format(folder=root))


def _records(stream: BinaryIO) -> Iterator[tuple[str, str, bytes]]:
    while header := stream.readline():
        oid, kind, size = header.decode("ascii").split()
        yield oid, kind, stream.read(int(size))
        stream.read(1)


def _paths(root: Path) -> dict[str, str]:
    lines = _git(root, "rev-list", "--objects", "--all").decode("utf-8", "replace").splitlines()
    return {oid: path for oid, _space, path in (line.partition(" ") for line in lines) if path}


def _git(root: Path, *arguments: str) -> bytes:
    return _run(root, ["git", *arguments])


def _run(root: Path, command: list[str]) -> bytes:
    done = subprocess.run(command, cwd=root, capture_output=True, check=False)
    if done.returncode:
        name = " ".join(command[:3]) if command[0] != "git" else " ".join(command[:2])
        raise ConfigError(_("{command} failed with exit code {code}.").format(command=name, code=done.returncode))
    return done.stdout
