"""The manifest of a release: which version of which dataset, in which catalogue. Written last; read by every later stage."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib.metadata import version as version_of
from typing import TYPE_CHECKING, Any

from dulieumo import __version__, canonical, package
from dulieumo.descriptors import resolve
from dulieumo.errors import ConfigError, ReleaseError
from dulieumo.i18n import _
from dulieumo.model import Catalog, Dataset, DatasetVersion, Release
from dulieumo.store import LATEST, FolderStore

if TYPE_CHECKING:
    from dulieumo.changes import DatasetChange

FORMAT = "dulieumo-release/1"
LATEST_FORMAT = "dulieumo-latest/1"
SUMS = "SHA256SUMS"


def compose(
    catalog: Catalog, versions: Iterable[DatasetVersion], *, name: str | None, previous: str | None, commit: str | None
) -> Release:
    """The release of these versions. Its name, unless given, comes from its content: the same content, the same name."""
    ordered = tuple(versions)
    content_hash = canonical.hash_of(
        {
            "catalogue": _catalogue(catalog),
            "datasets": {item.name: [item.version, item.content_hash] for item in ordered},
        }
    )
    return Release(
        name=name or content_hash.removeprefix("sha256:")[:12],
        content_hash=content_hash,
        previous=previous,
        catalog=catalog,
        versions=ordered,
        tool=tool(),
        commit=commit,
    )


def tool() -> dict[str, str]:
    """What makes the bytes: our version and that of the Parquet writer."""
    return {"dulieumo": __version__, "pyarrow": version_of("pyarrow")}


def write(store: FolderStore, release: Release, changed: tuple[DatasetChange, ...] = ()) -> None:
    """Write the manifest, what it changes and its checksums, then point `latest` at it.

    A folder of that name which is no release was left by a killed run, and is made anew. Raises ReleaseError where the name
    is taken."""
    from dulieumo import changelog, changes, parquetfile

    known = names(store)
    folder = f"releases/{release.name}"
    if release.name in known:
        raise ReleaseError(
            _("There already is a release {name}, and a release never changes.").format(name=release.name),
            hint=_("Choose another --name, or leave it out."),
        )
    store.remove(folder)
    sums: dict[str, str] = {}
    store.prefetch(f"{version.folder}/{SUMS}" for version in release.versions)
    for version in release.versions:
        for path, digest in read_sums(store, version.folder).items():
            sums[f"{version.folder}/{path}"] = digest
    with store.new_folder(folder) as target:
        (target / "release.json").write_bytes(canonical.dumps(_manifest(release, parquetfile.CONTRACT)))
        (target / "changes.json").write_bytes(canonical.dumps(changelog.to_json(changed, release)))
        (target / "CHANGES.md").write_text(changelog.to_markdown(changed, release), encoding="utf-8")
        changes.write_deltas(changed, target)
        for file in sorted(target.rglob("*")):
            if file.is_file():
                sums[f"{folder}/{file.relative_to(target).as_posix()}"] = canonical.sha256_of_file(file)
        (target / SUMS).write_bytes(canonical.sha256sums(sums))
    store.write_file(
        LATEST, canonical.dumps({"format": LATEST_FORMAT, "release": release.name, "releases": [*known, release.name]})
    )


def read_sums(store: FolderStore, folder: str) -> dict[str, str]:
    """The hex digests that a folder's SHA256SUMS states, by path. Raises FileNotFoundError."""
    with store.open(f"{folder}/{SUMS}") as file:
        lines = file.read().decode("utf-8").splitlines()
    return {path: digest for digest, path in (line.split("  ", 1) for line in lines)}


def latest(store: FolderStore) -> str | None:
    """The name of the current release; None where the store has none yet."""
    known = names(store)
    return known[-1] if known else None


def names(store: FolderStore) -> tuple[str, ...]:
    """All releases of a store, the current one last. What lies under releases/ and is not here never became a release."""
    if not store.exists(LATEST):
        return ()
    return tuple(store.read_json(LATEST)["releases"])


def history(store: FolderStore) -> dict[str, tuple[str, ...]]:
    """The released versions of every dataset that ever was in a release, newest first."""
    found: dict[str, set[str]] = {}
    store.prefetch(f"releases/{name}/release.json" for name in names(store))
    for name in names(store):
        for entry in read_manifest(store, name)["datasets"]:
            found.setdefault(entry["name"], set()).add(entry["version"])
    return {name: tuple(sorted(versions, key=_number, reverse=True)) for name, versions in found.items()}


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def read_manifest(store: FolderStore, name: str | None = None) -> dict[str, Any]:
    """release.json of a release by name, or of the latest. Raises ConfigError as `read` does."""
    known = names(store)
    wanted = name or (known[-1] if known else None)
    if wanted not in known:
        raise ConfigError(
            _("There is no release {name} in the store.").format(name=wanted or ""),
            hint=_("Build one first: dulieumo build"),
        )
    manifest: dict[str, Any] = store.read_json(f"releases/{wanted}/release.json")
    if manifest.get("format") != FORMAT:
        raise ConfigError(
            _("The release {name} has the format {format}, which this dulieumo does not read.").format(
                name=wanted, format=manifest.get("format")
            ),
            hint=_("Update dulieumo: pip install --upgrade dulieumo"),
        )
    return manifest


def read(store: FolderStore, name: str | None = None) -> Release:
    """A release by name, or the latest. Raises ConfigError where there is none, or where this program is too old to read it."""
    manifest = read_manifest(store, name)
    store.prefetch(f"{entry['folder']}/datapackage.json" for entry in manifest["datasets"])
    versions = tuple(read_version(store, entry["name"], entry["version"]) for entry in manifest["datasets"])
    catalogue = manifest["catalogue"]
    catalog = resolve.catalog(
        catalogue["catalog"],
        (resolve.domain(entry) for entry in catalogue["domains"]),
        (resolve.publisher(entry) for entry in catalogue["publishers"]),
        (version.dataset for version in versions),
    )
    order = {dataset.name: position for position, dataset in enumerate(catalog.datasets)}
    return Release(
        name=manifest["name"],
        content_hash=manifest["contentHash"],
        previous=manifest["previous"],
        catalog=catalog,
        versions=tuple(sorted(versions, key=lambda version: order[version.name])),
        tool=manifest["tool"],
        commit=manifest["commit"],
    )


def find_version(store: FolderStore, name: str, version: str) -> DatasetVersion | None:
    """One stored version of a dataset, None where there is none."""
    try:
        return read_version(store, name, version)
    except FileNotFoundError:
        return None


def read_version(store: FolderStore, name: str, version: str) -> DatasetVersion:
    """One stored version of a dataset. Raises FileNotFoundError."""
    folder = f"data/{name}/{version}"
    descriptor = store.read_json(f"{folder}/datapackage.json")
    return DatasetVersion(
        dataset=_dataset(descriptor),
        content_hash=descriptor["dulieumo:contentHash"],
        artifacts=package.artifacts_of(descriptor),
        absent=package.absent_of(descriptor),
        withdrawn=package.withdrawal_of(descriptor),
    )


def read_profile(store: FolderStore, version: DatasetVersion) -> Mapping[str, Any]:
    """The column profiles of a version's tables, as `profile.py` describes them; empty where the version has none."""
    try:
        document: Mapping[str, Any] = store.read_json(f"{version.folder}/profile.json")
    except FileNotFoundError:
        return {}
    tables: Mapping[str, Any] = document["tables"] if document.get("format") == "dulieumo-profile/1" else {}
    return tables


def _dataset(descriptor: Mapping[str, Any]) -> Dataset:
    domain = descriptor["dulieumo:domain"]
    return resolve.dataset(descriptor, domain=domain, folder=f"{domain}/{descriptor['name']}")


def _manifest(release: Release, writer: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "name": release.name,
        "contentHash": release.content_hash,
        "previous": release.previous,
        "commit": release.commit,
        "tool": dict(release.tool),
        "writer": {"parquet": dict(writer)},
        "catalogue": _catalogue(release.catalog),
        "datasets": [
            {
                "name": version.name,
                "domain": version.dataset.domain,
                "version": version.version,
                "contentHash": version.content_hash,
                "folder": version.folder,
            }
            for version in release.versions
        ],
    }


def _catalogue(catalog: Catalog) -> dict[str, Any]:
    """The catalogue's own descriptors, as `resolve.catalog` reads them back."""
    return {
        "catalog": {key: value for key, value in catalog.settings.items() if key != "defaults"},
        "domains": [dict(item.descriptor) for item in catalog.domains],
        "publishers": [dict(item.descriptor) for item in catalog.publishers],
    }
