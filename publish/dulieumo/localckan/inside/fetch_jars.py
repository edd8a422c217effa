"""Fetches Solr's artifacts: run by the tools' own Python, `fetch_jars.py LOCK CACHE TARGET`.

jgo is the Maven client: it knows the user's repositories and mirrors. The lock names every artifact with the SHA-256 of
its bytes, so nothing is resolved here, and a file that is not the one we meant is fetched once more, then refused.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from jgo.config import GlobalSettings  # type: ignore[import-not-found,unused-ignore]
from jgo.constants import MAVEN_CENTRAL_URL  # type: ignore[import-not-found,unused-ignore]
from jgo.maven import MavenContext  # type: ignore[import-not-found,unused-ignore]

CONNECTIONS = 8
TIMEOUT_SECONDS = 60


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def fetch(context: MavenContext, line: str, target: Path) -> None:
    """Puts the artifact of one line of the lock ("group:name:version[:classifier] sha256") into `target`."""
    coordinate, expected = line.split()
    group, name, version, *classifier = coordinate.split(":")
    artifact = context.project(group, name).at_version(version).artifact(classifier="".join(classifier))
    for _attempt in range(2):
        found = artifact.resolve()
        if sha256(found) == expected:
            break
        found.unlink()  # cut short by a crash, or not what we meant
    else:
        raise SystemExit(f"{coordinate}: the bytes fetched are not those of the lock (SHA-256 differs)")
    copy = target / found.name
    copy.unlink(missing_ok=True)
    try:
        os.link(found, copy)
    except OSError:  # another file system
        shutil.copyfile(found, copy)


def main() -> None:
    lock, cache, target = (Path(argument) for argument in sys.argv[1:4])
    repositories = {"central": MAVEN_CENTRAL_URL, **GlobalSettings.load().repositories}
    context = MavenContext(repo_cache=cache, remote_repos=repositories, timeout=TIMEOUT_SECONDS)
    target.mkdir(parents=True, exist_ok=True)
    cache.mkdir(parents=True, exist_ok=True)
    lines = [line for line in lock.read_text(encoding="utf-8").splitlines() if line and line[0] != "#"]
    with (cache / "lock").open("w") as turn, ThreadPoolExecutor(CONNECTIONS) as pool:
        fcntl.flock(turn, fcntl.LOCK_EX)  # jgo writes into the cache without a temporary name
        for _done in pool.map(lambda line: fetch(context, line, target), lines):
            pass


if __name__ == "__main__":
    main()
