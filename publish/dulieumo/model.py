"""The values that pass between the stages. Frozen, keyword-only, standard library only; collections are tuples.

    Catalog ── Domain, Publisher, Dataset ── Resource ── Schema ── Column          what a commit holds
    CheckReport ── Finding, TableStats                                             what `check` says of it
    DatasetVersion ── Artifact;  Release                                           what `build` makes of it
    Plan, Receipt, Verification                                                    live in `ckan/`, in the same style

A *resource* is one table or one file; a *distribution* (`Artifact`) is one file in which a resource is offered.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any

EMPTY: Mapping[str, Any] = MappingProxyType({})


def _empty() -> Mapping[str, Any]:
    return EMPTY


@dataclass(frozen=True, slots=True)
class Text:
    """A text for readers: the catalogue's default language first, translations by language code."""

    default: str
    translations: Mapping[str, str] = field(default_factory=_empty)

    def in_(self, language: str) -> str:
        """The text in `language`, else in the default language."""
        return self.translations.get(language, self.default)

    def __bool__(self) -> bool:
        return bool(self.default)

    def __str__(self) -> str:
        return self.default


class Kind(StrEnum):
    """Whether rows state facts or only show the shape of the table."""

    REAL = "real"
    SAMPLE = "sample"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where facts come from. `id` is what the rows' source column names; dates are as exact as the source gives them."""

    id: str | None
    title: str
    publisher: str | None
    path: str | None
    published: str | None
    accessed: str | None
    license: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decimal:
    """The declared size of an exact number: `precision` digits in all, `scale` of them after the point."""

    precision: int
    scale: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Category:
    """A value that a column may hold, with what it means."""

    value: str | int
    label: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeList:
    """The column's values are codes of another dataset's table (a reference list or one of the datasets)."""

    dataset: str
    resource: str
    column: str
    label_column: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignKey:
    """`columns` here name a row of `dataset`/`resource`; `dataset` None means this dataset, `resource` "" this table."""

    columns: tuple[str, ...]
    dataset: str | None
    resource: str
    reference_columns: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One field of a Table Schema. `descriptor` is the field as Data Package v2 states it, all keys included."""

    name: str
    type: str
    format: str
    title: Text
    description: Text
    unit: Text | None
    decimal: Decimal | None
    is_float: bool
    code_list: CodeList | None
    categories: tuple[Category, ...]
    constraints: Mapping[str, Any]
    missing_values: tuple[str, ...]
    is_source_reference: bool
    descriptor: Mapping[str, Any]

    @property
    def is_required(self) -> bool:
        return bool(self.constraints.get("required", False))


@dataclass(frozen=True, slots=True, kw_only=True)
class Schema:
    """A Table Schema: the one declaration from which the Arrow, Parquet and DataStore types are derived."""

    columns: tuple[Column, ...]
    primary_key: tuple[str, ...]
    unique_keys: tuple[tuple[str, ...], ...]
    foreign_keys: tuple[ForeignKey, ...]

    def column(self, name: str) -> Column | None:
        return next((column for column in self.columns if column.name == name), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Completeness:
    """How much of the whole a real table holds: "23 trong 117 tổ chức"."""

    statement: Text
    listed: int | None
    total: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """One table (`schema` present) or one file of another kind. `path` is relative to the dataset's folder, with /."""

    name: str
    path: str
    title: Text
    description: Text
    format: str
    media_type: str
    kind: Kind
    schema: Schema | None
    completeness: Completeness | None
    sources: tuple[Source, ...]
    checks: tuple[Mapping[str, Any], ...]
    descriptor: Mapping[str, Any]

    @property
    def is_table(self) -> bool:
        return self.schema is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Withheld:
    """A column that exists at the source and is not published, with the reason."""

    name: str
    title: Text
    reason: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One line of a dataset's own changelog: what `version` brought, on `date` (YYYY-MM-DD)."""

    version: str
    date: str
    description: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownIssue:
    """Something that users must know about the data; dates are YYYY-MM-DD."""

    id: str
    description: Text
    since: str
    until: str | None
    columns: tuple[str, ...]
    severity: str


class Status(StrEnum):
    ACTIVE = "active"
    RETIRED = "retired"
    SUPERSEDED = "superseded"


@dataclass(frozen=True, slots=True, kw_only=True)
class License:
    name: str
    title: str
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset:
    """One dataset, defaults of its domain and catalogue applied. `descriptor` is the resolved Data Package descriptor.

    `folder` is relative to the catalogue's folder, with /. Everything that the code decides on is a typed attribute;
    `descriptor` is for writing it out again, and for the few places that pass a key on unread.
    """

    name: str
    domain: str
    folder: str
    title: Text
    description: Text
    purpose: Text
    scope: Text
    collection_method: Text
    publisher: str
    version: str
    keywords: tuple[str, ...]
    languages: tuple[str, ...]
    licenses: tuple[License, ...]
    sources: tuple[Source, ...]
    frequency: str
    data_as_of: str
    temporal_start: str | None
    temporal_end: str | None
    spatial: Mapping[str, Any]
    changelog: tuple[Change, ...]
    withheld: tuple[Withheld, ...]
    issues: tuple[KnownIssue, ...]
    status: Status
    superseded_by: str | None
    resources: tuple[Resource, ...]
    descriptor: Mapping[str, Any]

    @property
    def is_reference(self) -> bool:
        """A code list: published, and not counted among the catalogue's datasets."""
        return self.domain == REFERENCE_DOMAIN

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """The kinds of its tables, real first, each once."""
        present = {resource.kind for resource in self.resources}
        return tuple(kind for kind in Kind if kind in present)

    def resource(self, name: str) -> Resource | None:
        return next((resource for resource in self.resources if resource.name == name), None)


REFERENCE_DOMAIN = "_reference"


@dataclass(frozen=True, slots=True, kw_only=True)
class Domain:
    """A theme of the catalogue, and the folder of its datasets. `eu_theme` is a code of the EU data-theme vocabulary."""

    name: str
    title: Text
    description: Text
    eu_theme: str
    descriptor: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Publisher:
    """An organisation of the publishers' registry. `identifier` is the agency's electronic code, None when not announced.

    `valid_from` and `valid_to` (YYYY-MM-DD) bound its existence; `successors` took over its duties.
    """

    name: str
    title: Text
    description: Text
    homepage: str | None
    identifier: str | None
    email: str | None
    valid_from: str | None
    valid_to: str | None
    successors: tuple[str, ...]
    sources: tuple[Source, ...]
    descriptor: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalog:
    """A whole catalogue as committed. Datasets are ordered by domain, then name; reference lists come last."""

    name: str
    title: Text
    description: Text
    publisher: str
    languages: tuple[str, ...]
    base_url: str
    domains: tuple[Domain, ...]
    publishers: tuple[Publisher, ...]
    datasets: tuple[Dataset, ...]
    settings: Mapping[str, Any] = field(default_factory=_empty)

    def dataset(self, name: str) -> Dataset | None:
        return next((dataset for dataset in self.datasets if dataset.name == name), None)

    def domain(self, name: str) -> Domain | None:
        return next((domain for domain in self.domains if domain.name == name), None)

    def find_publisher(self, name: str) -> Publisher | None:
        return next((publisher for publisher in self.publishers if publisher.name == name), None)

    @property
    def counted(self) -> tuple[Dataset, ...]:
        """The datasets without the reference lists."""
        return tuple(dataset for dataset in self.datasets if not dataset.is_reference)


@dataclass(frozen=True, slots=True, kw_only=True)
class Artifact:
    """One file of a dataset version. `path` is relative to the version's folder, with /; `sha256` is of its bytes, in hex.

    `kind` is csv, parquet, parquet-part (one of several files that are the table together), csv-excel (the CSV with a byte order mark), xlsx, geoparquet, file (a resource that is not a table), descriptor or checksums. `resource` is the
    resource that it offers, None for the version's own files. `rows` counts records and is None where there are none.
    """

    path: str
    kind: str
    media_type: str
    bytes: int
    sha256: str
    resource: str | None = None
    rows: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawal:
    """Why the files of a version are gone, and since when (YYYY-MM-DD)."""

    reason: Text
    date: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetVersion:
    """An immutable version of a dataset in a store, under `data/<dataset>/<version>/`.

    `content_hash` ("sha256:…") covers the resolved descriptor and the logical rows, not the bytes of derived files.
    `absent` says, per resource and format, why a conversion was not made. Of a version that was `withdrawn` only the
    descriptor is left: it has no artifacts, its page stays and shows the reason.
    """

    dataset: Dataset
    content_hash: str
    artifacts: tuple[Artifact, ...]
    absent: Mapping[str, Mapping[str, str]] = field(default_factory=_empty)
    withdrawn: Withdrawal | None = None

    @property
    def name(self) -> str:
        return self.dataset.name

    @property
    def version(self) -> str:
        return self.dataset.version

    @property
    def folder(self) -> str:
        return f"data/{self.dataset.name}/{self.dataset.version}"

    def artifact(self, resource: str, kind: str) -> Artifact | None:
        return next((a for a in self.artifacts if a.resource == resource and a.kind == kind), None)

    def parquet(self, resource: str) -> str | None:
        """The path in the store of a table's Parquet: a file, or the folder of its parts. None where there is none."""
        whole, part = self.artifact(resource, "parquet"), self.artifact(resource, "parquet-part")
        if whole is not None:
            return f"{self.folder}/{whole.path}"
        return f"{self.folder}/{part.path}".rpartition("/")[0] if part is not None else None

    def artifacts_of(self, resource: str) -> tuple[Artifact, ...]:
        return tuple(artifact for artifact in self.artifacts if artifact.resource == resource)

    def rows(self, resource: str) -> int | None:
        artifact = self.artifact(resource, "csv")
        return artifact.rows if artifact else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """One version per dataset, and the catalogue that they stand in (`catalog.datasets` are those of the versions)."""

    name: str
    content_hash: str
    previous: str | None
    catalog: Catalog
    versions: tuple[DatasetVersion, ...]
    tool: Mapping[str, str]
    commit: str | None

    def version(self, dataset: str) -> DatasetVersion | None:
        return next((version for version in self.versions if version.name == dataset), None)
