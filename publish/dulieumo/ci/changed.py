"""Which datasets a change touches, asked of Git: since a base commit, or what is staged for the next one."""

from __future__ import annotations

import io
import subprocess
import tarfile
from dataclasses import dataclass
from pathlib import Path

from dulieumo.errors import ConfigError
from dulieumo.i18n import _
from dulieumo.model import REFERENCE_DOMAIN


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """`names` are the datasets that exist and are touched, `removed` those that are gone, both sorted. `files` are the paths of
    what changed inside the catalogue's folder, those that are gone included.

    `everything`: a file that all datasets rest on was changed (catalogue, publishers, a reference list)."""

    names: tuple[str, ...]
    removed: tuple[str, ...]
    everything: bool
    files: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        return not (self.names or self.removed or self.everything)


def changed(root: Path, datasets: Path, base: str | None = None) -> Changed:
    """The datasets that differ from the commit where `base` and HEAD part, uncommitted changes included.

    Without a base: what is staged, for a pre-commit hook. Raises ConfigError outside Git, or where the base is not there."""
    folder = datasets.resolve().relative_to(root.resolve()).as_posix()
    scope = ("--", folder)
    if base is None:
        listed = git(root, "diff", "--cached", "--name-only", "--no-renames", "-z", *scope)
        untracked = ""
    else:
        listed = git(root, "diff", "--name-only", "--no-renames", "-z", fork_point(root, base), *scope)
        untracked = git(root, "ls-files", "--others", "--exclude-standard", "-z", *scope)
    prefix = 0 if folder == "." else len(Path(folder).parts)
    paths = [Path(path).parts[prefix:] for path in f"{listed}\0{untracked}".split("\0") if path]
    return of(tuple(paths), {entry.parent.name: entry.parts[-3] for entry in datasets.glob("*/*/datapackage.yaml")})


def of(paths: tuple[tuple[str, ...], ...], present: dict[str, str]) -> Changed:
    """From the changed paths inside the catalogue's folder, and the domain of each dataset that is there. Pure."""
    names, removed = set(), set()
    everything = False
    for parts in paths:
        match parts:
            case ("catalog.yaml" | "publishers.yaml",):
                everything = True
            case (domain, "domain.yaml"):
                names |= {name for name, own in present.items() if own == domain}
            case (domain, name, *rest) if rest:
                if name in present:
                    names.add(name)
                elif rest == ["datapackage.yaml"]:
                    removed.add(name)
                everything = everything or domain == REFERENCE_DOMAIN
    if everything:
        names |= set(present)
    files = tuple(sorted("/".join(parts) for parts in set(paths)))
    return Changed(names=tuple(sorted(names)), removed=tuple(sorted(removed)), everything=everything, files=files)


def fork_point(root: Path, base: str) -> str:
    """The commit where `base` and HEAD part."""
    if base.startswith("-"):
        raise ConfigError(_("{base} is no commit.").format(base=base))
    return git(root, "merge-base", base, "HEAD").strip()


def extract(root: Path, commit: str, datasets: Path, target: Path) -> Path | None:
    """The catalogue's folder as it was at `commit`, unpacked into `target`; None where it was not there."""
    folder = datasets.resolve().relative_to(root.resolve()).as_posix()
    if not git(root, "ls-tree", "--name-only", commit, "--", folder).strip() and folder != ".":
        return None
    done = _run(root, "archive", "--format=tar", commit, "--", folder)
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive:
        archive.extractall(target, filter="data")
    return target / folder


def git(root: Path, *words: str) -> str:
    """The answer of Git. Raises ConfigError where Git says no."""
    return _run(root, *words).stdout.decode("utf-8", errors="surrogateescape")


def _run(root: Path, *words: str) -> subprocess.CompletedProcess[bytes]:
    try:
        done = subprocess.run(["git", "-C", str(root), *words], capture_output=True, check=False, timeout=300)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ConfigError(_("Git does not answer: {reason}").format(reason=error)) from error
    if done.returncode != 0:
        raise ConfigError(
            _("Git says: {reason}").format(reason=done.stderr.decode(errors="replace").strip()[:300]),
            hint=_("In CI, fetch the whole history (fetch-depth: 0) and give the target branch with --base."),
        )
    return done
