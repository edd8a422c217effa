"""A new dataset's files: made in memory, written whole or not at all."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from dulieumo import descriptors, sample
from dulieumo.descriptors import resolve, yamlfile
from dulieumo.errors import UsageError
from dulieumo.i18n import _
from dulieumo.owner import intake, scaffold
from dulieumo.owner.glossary import Glossary
from dulieumo.owner.infer import Table
from dulieumo.owner.scaffold import About


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """The files of a new dataset by path relative to the catalogue's folder; `rows` are those of its table."""

    folder: str
    files: Mapping[str, bytes]
    descriptor: str
    rows: int


def dataset(about: About, table: Table, key: Sequence[str], glossary: Glossary, *, is_sample: bool = False) -> Made:
    """The descriptor and the table. A sample table's rows are made from its schema."""
    folder = f"{about.domain.name}/{about.name}"
    text = scaffold.descriptor(about, table, key, glossary, is_sample=is_sample)
    if is_sample:
        data, rows = _sample(text, about)
    else:
        data, rows = intake.csv_bytes(table.columns, key), table.height
    files = {f"{folder}/datapackage.yaml": text.encode(), f"{folder}/data/{about.table}.csv": data}
    return Made(folder=folder, files=files, descriptor=text, rows=rows)


def _sample(text: str, about: About) -> tuple[bytes, int]:
    document, _findings = yamlfile.parse(text.encode(), "datapackage.yaml")
    defaults = {"licenses": (), "languages": about.languages}
    read = resolve.dataset({**defaults, **document.value}, domain=about.domain.name, folder="")
    resource = read.resources[0]
    assert resource.schema is not None
    rows = sample.rows(read, resource, {})
    return intake.records_bytes([column.name for column in resource.schema.columns], rows), len(rows)


def write(datasets: Path, made: Made) -> None:
    """Put the new dataset's folder in place, whole. Raises UsageError where there is one already."""
    target = datasets / made.folder
    if target.exists():
        raise UsageError(_("{folder} exists already.").format(folder=made.folder))
    target.parent.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix=".new-", dir=target.parent))
    try:
        for relative, data in made.files.items():
            path = scratch / Path(relative).relative_to(made.folder)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        scratch.chmod(0o755)
        scratch.rename(target)
    except BaseException:
        shutil.rmtree(scratch, ignore_errors=True)
        raise


def catalogue_of(folder: Path) -> descriptors.Reading:
    """The catalogue in a folder. Raises UsageError where it cannot be read at all."""
    reading = descriptors.read(folder)
    if reading.catalog is None:
        raise UsageError(
            _("There is no readable catalogue in {folder}.").format(folder=folder),
            hint=_("Go to the folder of the project, or name the catalogue's folder with --datasets."),
        )
    return reading
