"""CODEOWNERS from the publishers' registry: who must approve a change of which dataset. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from dulieumo.governance.digest import successor
from dulieumo.model import Catalog, Dataset

HEADER = (
    "# Made by `dulieumo owners --write` from publishers.yaml. Change the registry, not this file.",
    "# Được tạo từ publishers.yaml bằng `dulieumo owners --write`. Hãy sửa sổ đăng ký, không sửa tệp này.",
)
APPROVALS_FOR_PERSONAL_DATA = 2


class Forge(StrEnum):
    """GitLab knows sections with a number of approvals; GitHub takes one approval of any owner of the last line that fits."""

    GITHUB = "github"
    GITLAB = "gitlab"


@dataclass(frozen=True, slots=True, kw_only=True)
class Owners:
    """`text` is the file; `without` are the publishers in charge of datasets for whom nobody is named."""

    text: str
    without: tuple[str, ...]


def codeowners(catalog: Catalog, today: date, *, folder: str = "datasets", forge: Forge = Forge.GITHUB) -> Owners:
    """The file for a catalogue that lies in `folder` of the repository ("" for its root).

    A dataset belongs to the reviewers of its publisher, or of the publisher's successor once it has ceased to exist; where
    that one names nobody, to those of the catalogue's own publisher, who also own all else."""
    root = f"/{folder}/" if folder else "/"
    general = _reviewers(catalog, catalog.publisher)
    lines = [*HEADER, ""]
    if general:
        lines += [f"* {' '.join(general)}", ""]
    without: dict[str, None] = {}
    for dataset in catalog.datasets:
        name = _in_charge(catalog, dataset, today)
        reviewers = _reviewers(catalog, name)
        if not reviewers:
            without[name] = None
        elif reviewers != general:
            lines.append(f"{root}{dataset.folder}/ {' '.join(reviewers)}")
    if forge is Forge.GITLAB:
        lines += _personal_data(catalog, general, root, today)
    return Owners(text="\n".join(lines).rstrip() + "\n", without=tuple(without))


def _personal_data(catalog: Catalog, general: tuple[str, ...], root: str, today: date) -> Iterator[str]:
    """A section of its own for datasets that publish personal data under an override: two approvals, not one."""
    overridden = [
        item for item in catalog.datasets if item.descriptor.get("dulieumo:personalData", {}).get("overrides")
    ]
    if not overridden:
        return
    yield ""
    yield f"[Personal data][{APPROVALS_FOR_PERSONAL_DATA}]"
    for dataset in overridden:
        own = _reviewers(catalog, _in_charge(catalog, dataset, today))
        everyone = dict.fromkeys((*own, *general))
        if everyone:
            yield f"{root}{dataset.folder}/datapackage.yaml {' '.join(everyone)}"


def _in_charge(catalog: Catalog, dataset: Dataset, today: date) -> str:
    publisher = catalog.find_publisher(dataset.publisher)
    return successor(catalog, publisher, today).name if publisher is not None else dataset.publisher


def _reviewers(catalog: Catalog, name: str) -> tuple[str, ...]:
    publisher = catalog.find_publisher(name)
    return tuple(publisher.descriptor.get("reviewers", ())) if publisher is not None else ()
