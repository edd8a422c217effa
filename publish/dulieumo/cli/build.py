"""`dulieumo build`: the checked datasets → versions and a release in the store."""

from __future__ import annotations

import functools
import json
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dulieumo import descriptors, errors, incremental, releasing
from dulieumo.cli import arrow, check, common
from dulieumo.config import Settings
from dulieumo.drafts import Drafts
from dulieumo.errors import ConfigError, ReleaseError
from dulieumo.i18n import _, ngettext
from dulieumo.model import Catalog, Dataset, DatasetVersion, Release
from dulieumo.report import json as json_report
from dulieumo.store import FolderStore

if TYPE_CHECKING:
    from dulieumo.cluster import Cluster


@click.command("build")
@common.settings_options
@common.format_option("text", "json")
@click.option("--name", help="Name of the release, such as a tag; by default it follows from the content.")
@click.option("--allow-breaking", is_flag=True, help="Release a breaking change without its notice of 30 days.")
@click.option("--scheduler", metavar="ADDRESS", help="Build on the workers of a Dask cluster: tcp://host:8786.")
@click.option("--check", "is_checked_first", is_flag=True, help="Check first; big tables are read once for both.")
def command(
    datasets: Path | None,
    dist: Path | None,
    format_: str,
    name: str | None,
    allow_breaking: bool,
    scheduler: str | None,
    is_checked_first: bool,
) -> int:
    """Build the release: canonical CSV and Parquet, descriptor and checksums of every dataset."""
    settings = common.settings(datasets, dist)
    with Drafts(common.store(settings)) as drafts:
        if is_checked_first and not _passes(settings, None if scheduler else drafts, format_):
            return errors.DATA_DOES_NOT_PASS
        made = run(settings, name=name, allow_breaking=allow_breaking, scheduler=scheduler, drafts=drafts)
    if format_ == "json":
        common.print_json(summary(settings, made))
    else:
        show(made)
    return errors.DONE


def _passes(settings: Settings, drafts: Drafts | None, format_: str) -> bool:
    """Check, and show the report where the data does not pass."""
    report = check.run(settings, drafts=drafts)
    if not report.is_valid:
        if format_ == "json":
            common.print_json(json_report.render_report(report))
        else:
            check.show(report)
    return report.is_valid


def show(made: Release) -> None:
    """One line: what was built."""
    rows = sum(version.rows(item.name) or 0 for version in made.versions for item in version.dataset.resources)
    text = ngettext(
        "Release {name}: {count} dataset, {rows} rows.",
        "Release {name}: {count} datasets, {rows} rows.",
        len(made.versions),
    )
    common.answers().print(text.format(name=made.name, count=len(made.versions), rows=rows), markup=False)


def summary(settings: Settings, made: Release) -> dict[str, Any]:
    return {
        "release": made.name,
        "contentHash": made.content_hash,
        "previous": made.previous,
        "datasets": len(made.versions),
        "store": settings.store_url or str(settings.store),
    }


def run(
    settings: Settings,
    *,
    name: str | None = None,
    allow_breaking: bool = False,
    scheduler: str | None = None,
    drafts: Drafts | None = None,
) -> Release:
    """Build all datasets that the report approved; `drafts` are tables that were converted while they were checked.

    `scheduler`: the address of a Dask cluster whose workers build. Raises ReleaseError where the report is missing, stale or
    negative."""
    reading = descriptors.read(settings.datasets)
    report = _report(settings)
    if reading.catalog is None or not report.get("valid"):
        raise ReleaseError(_("The data does not pass; nothing was built."), hint=_("See: dulieumo check"))
    store = common.store(settings)
    with (
        _builder(settings, reading.folder, store, scheduler, drafts) as (expect, build),
        common.progress(_("Building"), len(reading.catalog.datasets)) as step,
    ):
        return releasing.make(
            reading,
            report["inputs"],
            store,
            incremental.Cache(settings.root / ".cache" / "dulieumo"),
            name=name,
            commit=_commit(settings.root),
            allow_breaking=allow_breaking,
            step=step,
            expect=expect,
            build=build,
        )


Expect = Callable[[Catalog, Sequence[Dataset]], None]
Build = Callable[[Catalog, Dataset], DatasetVersion]


@contextmanager
def _builder(
    settings: Settings, folder: Path, store: FolderStore, scheduler: str | None, drafts: Drafts | None
) -> Iterator[tuple[Expect, Build]]:
    """Where the datasets are built. Arrow and Dask come in only when something is: where nothing changed, the command ends
    without them."""
    with ExitStack() as stack:
        if scheduler is None:
            yield (
                lambda _catalog, _datasets: None,
                lambda catalog, dataset: _build(catalog, dataset, folder, store, drafts),
            )
            return

        @functools.cache
        def workers() -> Cluster:
            arrow.without_pandas()
            from dulieumo import cluster

            return stack.enter_context(cluster.connect(scheduler, store, settings.store_url))

        yield (
            lambda catalog, datasets: workers().expect(catalog, datasets, folder) if datasets else None,
            lambda catalog, dataset: workers().build(catalog, dataset, folder),
        )


def _build(
    catalog: Catalog, dataset: Dataset, folder: Path, store: FolderStore, drafts: Drafts | None
) -> DatasetVersion:
    arrow.without_pandas()
    from dulieumo import build

    return build.build(catalog, dataset, folder, store, drafts=drafts)


def _report(settings: Settings) -> Any:
    path = settings.dist / "report.json"
    if not path.is_file():
        raise ConfigError(_("There is no report of a check yet."), hint=_("Run first: dulieumo check"))
    return json.loads(path.read_text(encoding="utf-8"))


def _commit(root: Path) -> str | None:
    """The commit that the catalogue lies at; None outside Git or with uncommitted changes."""

    def git(*words: str) -> str | None:
        try:
            done = subprocess.run(
                ["git", "-C", str(root), *words], capture_output=True, text=True, check=False, timeout=30
            )
        except (OSError, subprocess.TimeoutExpired):
            return None
        return done.stdout.strip() if done.returncode == 0 else None

    return None if git("status", "--porcelain", "--", ".") else git("rev-parse", "HEAD")
