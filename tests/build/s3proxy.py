"""A real S3 server on loopback for the tests: s3proxy, a Java program from Maven, run with the Java of the local CKAN.

Its one artifact is pinned by hash in s3proxy.lock and fetched as the local Solr's are. It forgets everything when it ends.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from dulieumo.localckan import install, layout
from dulieumo.localckan.layout import INSIDE
from dulieumo.localckan.progress import silent

LOCK = Path(__file__).with_name("s3proxy.lock")
KEY, SECRET = "kiem-thu", "mat-khau-kiem-thu"
START_SECONDS = 120


@dataclass(frozen=True)
class Server:
    """A running server. `environment` is what s3fs needs to reach it; `folder` is where its buckets lie."""

    port: int
    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        return {
            "AWS_ACCESS_KEY_ID": KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET,
            "AWS_ENDPOINT_URL_S3": f"http://127.0.0.1:{self.port}",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_MAX_ATTEMPTS": "2",
            "AWS_REQUEST_CHECKSUM_CALCULATION": "when_required",  # s3proxy knows no checksums after the body
        }

    def bucket(self, name: str) -> str:
        """An empty bucket; returns its address."""
        (self.folder / name).mkdir()
        return f"s3://{name}/kho"


def _jar(repository: Path) -> tuple[Path, Path]:
    """Java, and the server's program."""
    where = layout.layout(repository / layout.FOLDER)
    programs = install.find_installed(where) or install.install(where, silent)
    target = where.installs / "s3proxy"
    if not list(target.glob("*.jar")):
        cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "dulieumo" / "maven"
        words = [str(programs.tools_python), "-I", str(INSIDE / "fetch_jars.py"), str(LOCK), str(cache), str(target)]
        subprocess.run(words, check=True)
    (jar,) = target.glob("*.jar")
    return programs.java, jar


@contextmanager
def running(repository: Path, folder: Path) -> Iterator[Server]:
    """A server whose buckets lie in `folder`/buckets."""
    java, jar = _jar(repository)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = Server(port, folder / "buckets")
    server.folder.mkdir()
    settings = folder / "s3proxy.properties"
    settings.write_text(
        f"s3proxy.endpoint=http://127.0.0.1:{port}\n"
        "s3proxy.authorization=aws-v2-or-v4\n"
        f"s3proxy.identity={KEY}\n"
        f"s3proxy.credential={SECRET}\n"
        "jclouds.provider=filesystem-nio2\n"
        f"jclouds.filesystem.basedir={server.folder}\n"
    )
    launch = [sys.executable, "-I", "-S", str(INSIDE / "launch.py"), "--die-with-parent", "--"]
    command = [str(java), "-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-jar", str(jar)]
    with (folder / "s3proxy.log").open("wb") as log:
        process = subprocess.Popen([*launch, *command, "--properties", str(settings)], stdout=log, stderr=log)
        try:
            _wait(process, port, folder / "s3proxy.log")
            yield server
        finally:
            process.terminate()
            process.wait(20)


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise AssertionError(f"s3proxy did not start:\n{log.read_text(errors='replace')[-2000:]}")
