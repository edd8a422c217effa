"""An owner's change as a commit on a new branch. The working copy, its index and the branch it is on stay as they are.

The commit is made of the objects alone: the tree of HEAD with the given files in it, read into an index of its own. So nothing
that lies about in the working copy can slip into it, and no branch that exists can be moved.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from dulieumo.errors import ConfigError, UsageError
from dulieumo.i18n import _

PREFIX = "cap-nhat"
_NONE = "0" * 40
_TIMEOUT_SECONDS = 60
_ATTEMPTS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Committed:
    """`commit` is the hash in full, `base` the branch that the new one parts from."""

    branch: str
    commit: str
    base: str


def commit(
    datasets: Path, folder: str, files: Mapping[str, bytes], *, stem: str, message: str, removed: Sequence[str] = ()
) -> Committed:
    """Commit `files` (paths relative to the catalogue's folder) to a new branch `cap-nhat/<stem>`, with -2, -3… where it is taken.

    All of them must lie in `folder`. Raises ConfigError or UsageError where Git is missing or not ready, with what to do."""
    for path in (*files, *removed):
        parts = PurePosixPath(path).parts
        if not path.startswith(f"{folder}/") or ".." in parts:
            raise ValueError(f"{path} lies outside {folder}")
    root = _root(datasets)
    base = _base(root)
    _author(root)
    prefix = datasets.resolve().relative_to(root).as_posix()
    within = "" if prefix == "." else f"{prefix}/"
    if _git(root, "status", "--porcelain", "-z", "--untracked-files=all", "--", f":(literal){within}{folder}"):
        raise UsageError(
            _("The folder {folder} has changes that are not committed yet.").format(folder=folder),
            hint=_("Ask the colleague who looks after the repository to commit or undo them, then try again."),
        )
    with tempfile.TemporaryDirectory(prefix="dulieumo-") as scratch:
        index = {"GIT_INDEX_FILE": str(Path(scratch) / "index")}
        _git(root, "read-tree", "HEAD", variables=index)
        for path, data in files.items():
            name = f"{within}{path}"
            blob = _git(root, "hash-object", "-w", "--stdin", f"--path={name}", given=data)
            _git(root, "update-index", "--add", "--cacheinfo", f"100644,{blob},{name}", variables=index)
        for path in removed:
            _git(root, "update-index", "--force-remove", "--", f"{within}{path}", variables=index)
        tree = _git(root, "write-tree", variables=index)
    made = _git(root, "commit-tree", tree, "-p", "HEAD", given=message.encode())
    return Committed(branch=_new_branch(root, stem, made), commit=made, base=base)


def _new_branch(root: Path, stem: str, made: str) -> str:
    for number in range(1, _ATTEMPTS):
        name = f"{PREFIX}/{stem}" if number == 1 else f"{PREFIX}/{stem}-{number}"
        if not _says(root, "show-ref", "--verify", "--quiet", f"refs/heads/{name}"):
            _git(root, "update-ref", f"refs/heads/{name}", made, _NONE)  # refused if it has come to be meanwhile
            return name
    raise UsageError(
        _("There are already {count} branches for this version.").format(count=_ATTEMPTS - 1),
        hint=_("Ask the colleague who looks after the repository to merge or delete them."),
    )


def _root(datasets: Path) -> Path:
    if not _says(datasets, "rev-parse", "--is-inside-work-tree"):
        raise ConfigError(
            _("The catalogue's folder is in no Git repository, so there is nothing to commit to."),
            hint=_("Ask the colleague who set this up to put the catalogue under Git."),
        )
    return Path(_git(datasets, "rev-parse", "--show-toplevel")).resolve()


def _base(root: Path) -> str:
    """The branch that is checked out."""
    if not _says(root, "rev-parse", "--verify", "--quiet", "HEAD^{commit}"):
        raise ConfigError(
            _("The repository has no commit yet."),
            hint=_("Ask the colleague who looks after it to make the first one."),
        )
    if not _says(root, "symbolic-ref", "--quiet", "HEAD"):
        raise ConfigError(
            _("The repository is not on a branch (an old state was checked out)."),
            hint=_("Ask the colleague who looks after it to return to the main branch: git switch main"),
        )
    return _git(root, "symbolic-ref", "--short", "HEAD")


def _author(root: Path) -> None:
    if not _says(root, "-c", "user.useConfigOnly=true", "var", "GIT_AUTHOR_IDENT"):
        raise ConfigError(
            _("Git does not know who you are, and every change is signed with a name."),
            hint=_('Once, in a terminal: git config --global user.name "…" and git config --global user.email "…"'),
        )


def _says(root: Path, *words: str) -> bool:
    return _run(root, words).returncode == 0


def _git(root: Path, *words: str, given: bytes | None = None, variables: Mapping[str, str] | None = None) -> str:
    done = _run(root, words, given, variables)
    if done.returncode != 0:
        reason = done.stderr.decode(errors="replace").strip()[:300]
        raise ConfigError(
            _("Git says: {reason}").format(reason=reason),
            hint=_("Nothing was changed. Show this sentence to the colleague who looks after the repository."),
        )
    return done.stdout.decode(errors="surrogateescape").rstrip("\n")


def _run(
    root: Path, words: Sequence[str], given: bytes | None = None, variables: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[bytes]:
    # What a shell or a hook may have set would send the commit elsewhere.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    environment |= {"GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C.UTF-8", **(variables or {})}
    try:
        return subprocess.run(
            ["git", "-C", str(root), *words],
            input=given if given is not None else b"",
            env=environment,
            capture_output=True,
            check=False,
            timeout=_TIMEOUT_SECONDS,
        )
    except FileNotFoundError as error:
        raise ConfigError(
            _("The program Git is not on this machine."),
            hint=_("Ask for it to be installed (git-scm.com), then start this program again."),
        ) from error
    except subprocess.TimeoutExpired as error:
        raise ConfigError(_("Git does not answer: {reason}").format(reason=error)) from error
