"""A folder of descriptors → a Catalog, and every finding about the descriptors, at once.

    catalog.yaml   defaults for all           ─┐
    <domain>/domain.yaml   defaults for some   ├─ merged key by key, the nearest one wins ─► profile ─► model.Dataset
    <domain>/<dataset>/datapackage.yaml       ─┘
    _pictures/   of domains and publishers: looked at here, used by CKAN and by the site (pictures.py)

Descriptors are untrusted: nothing is fetched, no link is followed, and a path never leaves its dataset's folder.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dulieumo import model
from dulieumo_rules.findings import Finding, Place, Severity, by_place, finding

from . import consistency, pictures, profile, resolve, yamlfile
from .yamlfile import Document

BIG_BYTES = 50_000_000
"""From this size on a source belongs in the store: forges warn from 50 MB and refuse 100 MB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a folder holds. `catalog` has the datasets that could be understood, None when catalog.yaml could not be.

    `documents` are the dataset descriptors by dataset name, for the lines of later findings.
    """

    folder: Path
    catalog: model.Catalog | None
    findings: tuple[Finding, ...]
    documents: Mapping[str, Document]

    @property
    def has_errors(self) -> bool:
        return any(found.is_error for found in self.findings)


def read(folder: Path) -> Reading:
    """Read the catalogue in `folder` (usually `datasets/`). Never raises for what the files say."""
    found: list[Finding] = []
    catalog_entry = _load(folder, "catalog.yaml", "catalog", found)
    publishers_entry = _load(folder, "publishers.yaml", "publishers", found)
    if catalog_entry is None:
        return Reading(folder=folder, catalog=None, findings=by_place(tuple(found)), documents={})
    registry = tuple(resolve.publisher(entry) for entry in (publishers_entry or {}).get("publishers", ()))
    domains: list[model.Domain] = []
    datasets: list[model.Dataset] = []
    documents: dict[str, Document] = {}
    defaults = catalog_entry.get("defaults", {})
    for name in [*catalog_entry["domains"], model.REFERENCE_DOMAIN]:
        own_defaults: Mapping[str, Any] = {}
        if name != model.REFERENCE_DOMAIN:
            domain_entry = _load(folder, f"{name}/domain.yaml", "domain", found)
            if domain_entry is None:
                continue
            if domain_entry["name"] != name:
                place = Place(file=f"{name}/domain.yaml", line=1)
                found.append(finding("name-not-folder", place, name=domain_entry["name"], folder=name))
                continue
            domains.append(resolve.domain(domain_entry))
            own_defaults = domain_entry.get("defaults", {})
        for dataset_folder in _dataset_folders(folder / name, folder, found):
            relative = f"{name}/{dataset_folder.name}"
            read_one = _dataset(folder, relative, name, {**defaults, **own_defaults}, found)
            if read_one is None:
                continue
            dataset, document = read_one
            if dataset.name in documents:
                first = documents[dataset.name].file
                found.append(finding("dataset-twice", document.place(("name",)), name=dataset.name, first=first))
                continue
            datasets.append(dataset)
            documents[dataset.name] = document
    found.extend(_strays(folder, catalog_entry["domains"]))
    named = {*catalog_entry["domains"], *(publisher.name for publisher in registry)}
    found.extend(pictures.check(folder, named))
    catalog = resolve.catalog(catalog_entry, domains, registry, datasets)
    found.extend(consistency.check(catalog, documents))
    return Reading(folder=folder, catalog=catalog, findings=by_place(tuple(found)), documents=documents)


def _load(folder: Path, relative: str, kind: str, found: list[Finding]) -> Any:
    """One YAML file that must exist and pass its profile; None, with findings, where it does not."""
    document = _document(folder, relative, found)
    if document is None:
        return None
    problems = profile.check(kind, document.value, document)
    found.extend(problems)
    return None if problems else document.value


def _document(folder: Path, relative: str, found: list[Finding]) -> Document | None:
    path = folder / relative
    if _is_link(folder, relative):
        found.append(finding("path-is-link", Place(file=relative), path=relative))
        return None
    if not path.is_file():
        found.append(finding("descriptor-absent", Place(file=relative), file=relative))
        return None
    document, problems = yamlfile.parse(path.read_bytes(), relative)
    found.extend(problems)
    if problems:
        return None
    if not isinstance(document.value, dict):
        found.append(finding("descriptor-not-mapping", document.place()))
        return None
    return document


def _dataset_folders(domain_folder: Path, root: Path, found: list[Finding]) -> list[Path]:
    if not domain_folder.is_dir():
        return []
    folders = []
    for entry in sorted(domain_folder.iterdir()):
        if entry.name.startswith(".") or entry.name == "domain.yaml":
            continue
        if entry.is_symlink():
            relative = entry.relative_to(root).as_posix()
            found.append(finding("path-is-link", Place(file=relative), path=relative))
        elif entry.is_dir():
            folders.append(entry)
    return folders


def _dataset(
    root: Path, relative: str, domain: str, defaults: Mapping[str, Any], found: list[Finding]
) -> tuple[model.Dataset, Document] | None:
    document = _document(root, f"{relative}/datapackage.yaml", found)
    if document is None:
        return None
    merged = {**defaults, **document.value}
    problems = profile.check("dataset", merged, document)
    found.extend(problems)
    if problems:
        return None
    if merged["name"] != Path(relative).name:
        place = document.place(("name",))
        found.append(finding("name-not-folder", place, name=merged["name"], folder=Path(relative).name))
        return None
    dataset = resolve.dataset(merged, domain=domain, folder=relative)
    found.extend(_paths(root, dataset, document))
    return dataset, document


def _paths(root: Path, dataset: model.Dataset, document: Document) -> list[Finding]:
    """The files of the resources: inside the folder, no link on the way, there."""
    found = []
    for position, resource in enumerate(dataset.resources):
        place = document.place(("resources", position, "path"), dataset=dataset.name, table=resource.name)
        relative = f"{dataset.folder}/{resource.path}"
        if _is_link(root, relative):
            found.append(finding("path-is-link", place, path=resource.path))
        else:
            found.extend(_file(root / relative, dataset, resource, place))
    return found


def _file(path: Path, dataset: model.Dataset, resource: model.Resource, place: Place) -> Iterator[Finding]:
    """Whether the file is there: in the repository, or, where a pointer stands for it, fetched. Hashes are for the build."""
    size = path.stat().st_size if path.is_file() else None
    pointer = resource.descriptor.get("dulieumo:pointer")
    if pointer is not None:
        if size != pointer["bytes"]:
            yield finding("source-not-fetched", place, path=resource.path, dataset=dataset.name)
    elif size is None:
        code = "sample-not-made" if resource.kind is model.Kind.SAMPLE else "file-absent"
        yield finding(code, place, path=resource.path, dataset=dataset.name)
    elif size > BIG_BYTES:
        megabytes, limit = size // 1_000_000, BIG_BYTES // 1_000_000
        yield finding(
            "source-too-big", place, severity=Severity.WARNING, path=resource.path, megabytes=megabytes, limit=limit
        )


def _is_link(root: Path, relative: str) -> bool:
    """Whether any part of the way from `root` to the file is a symbolic link."""
    path = root
    for part in relative.split("/"):
        path = path / part
        if path.is_symlink():
            return True
    return False


def _strays(folder: Path, domains: list[str]) -> list[Finding]:
    """Folders that no domain claims: probably a domain that catalog.yaml forgot."""
    known = {*domains, model.REFERENCE_DOMAIN, pictures.FOLDER}
    return [
        finding("domain-not-listed", Place(file=entry.name), folder=entry.name)
        for entry in sorted(folder.iterdir())
        if entry.is_dir() and not entry.name.startswith(".") and entry.name not in known
    ]
