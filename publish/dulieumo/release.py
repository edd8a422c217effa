"""The manifest of a release: which version of which dataset, in which catalogue. Written last; read by every later stage."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow

from dulieumo import __version__, canonical, changes, package
from dulieumo.descriptors import resolve
from dulieumo.errors import ConfigError
from dulieumo.i18n import _
from dulieumo.model import Catalog, Dataset, DatasetVersion, Release
from dulieumo.store import LATEST, FolderStore

FORMAT = "dulieumo-release/1"


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
        tool={"dulieumo": __version__, "pyarrow": pyarrow.__version__},
        commit=commit,
    )


def write(store: FolderStore, release: Release, changed: tuple[changes.DatasetChange, ...] = ()) -> None:
    """Write the manifest, what it changes and its checksums, then point `latest` at it."""
    folder = f"releases/{release.name}"
    sums: dict[str, str] = {}
    for version in release.versions:
        listed = store.local_path(f"{version.folder}/SHA256SUMS").read_text(encoding="ascii").splitlines()
        for line in listed:
            digest, path = line.split("  ", 1)
            sums[f"{version.folder}/{path}"] = digest
    with store.new_folder(folder) as target:
        (target / "release.json").write_bytes(canonical.dumps(_manifest(release)))
        (target / "changes.json").write_bytes(canonical.dumps(changes.to_json(changed, release)))
        (target / "CHANGES.md").write_text(changes.to_markdown(changed, release), encoding="utf-8")
        changes.write_deltas(changed, target)
        for file in sorted(target.rglob("*")):
            if file.is_file():
                sums[f"{folder}/{file.relative_to(target).as_posix()}"] = canonical.sha256_of_file(file)
        (target / "SHA256SUMS").write_bytes(canonical.sha256sums(sums))
    store.write_file(LATEST, canonical.dumps({"format": "dulieumo-latest/1", "release": release.name}))


def latest(store: FolderStore) -> str | None:
    """The name of the current release; None where the store has none yet."""
    if not store.exists(LATEST):
        return None
    name: str = store.read_json(LATEST)["release"]
    return name


def read(store: FolderStore, name: str | None = None) -> Release:
    """A release by name, or the latest. Raises ConfigError where there is none, or where this program is too old to read it."""
    wanted = name or latest(store)
    if wanted is None or not store.exists(f"releases/{wanted}/release.json"):
        raise ConfigError(
            _("There is no release {name} in the store.").format(name=wanted or ""),
            hint=_("Build one first: dulieumo build"),
        )
    manifest = store.read_json(f"releases/{wanted}/release.json")
    if manifest.get("format") != FORMAT:
        raise ConfigError(
            _("The release {name} has the format {format}, which this dulieumo does not read.").format(
                name=wanted, format=manifest.get("format")
            ),
            hint=_("Update dulieumo: pip install --upgrade dulieumo"),
        )
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


def read_version(store: FolderStore, name: str, version: str) -> DatasetVersion:
    """One stored version of a dataset. Raises FileNotFoundError."""
    folder = f"data/{name}/{version}"
    descriptor = store.read_json(f"{folder}/datapackage.json")
    return DatasetVersion(
        dataset=_dataset(descriptor),
        content_hash=descriptor["dulieumo:contentHash"],
        artifacts=package.artifacts_of(descriptor),
        absent=package.absent_of(descriptor),
    )


def _dataset(descriptor: Mapping[str, Any]) -> Dataset:
    domain = descriptor["dulieumo:domain"]
    return resolve.dataset(descriptor, domain=domain, folder=f"{domain}/{descriptor['name']}")


def _manifest(release: Release) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "name": release.name,
        "contentHash": release.content_hash,
        "previous": release.previous,
        "commit": release.commit,
        "tool": dict(release.tool),
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
