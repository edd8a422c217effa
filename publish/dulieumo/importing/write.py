"""Drafts → a folder that `dulieumo check` reads: YAML with what is missing as comments, and import-report.json."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from dulieumo import __version__, canonical
from dulieumo.errors import UsageError
from dulieumo.i18n import _
from dulieumo.importing.draft import Draft
from dulieumo.importing.drafts import Drafts
from dulieumo_rules.findings import Finding
from dulieumo_rules.texts import render

FORMAT = "dulieumo-import/1"
REPORT = "import-report.json"
LANGUAGES = ("vi", "en")


def write(drafts: Drafts, folder: Path, language: str) -> None:
    """Write the draft catalogue into `folder`, whole or not at all. Raises UsageError where something is there already."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(
            _("{folder} is not empty; nothing was written.").format(folder=folder),
            hint=_("Name another folder with --output."),
        )
    folder.parent.mkdir(parents=True, exist_ok=True)
    partial = Path(tempfile.mkdtemp(prefix=".partial-", dir=folder.parent))
    try:
        for relative, text in texts(drafts, language).items():
            path = partial / relative
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
        (partial / REPORT).write_bytes(canonical.dumps(to_json(drafts)))
        partial.chmod(0o755)
        if folder.exists():
            folder.rmdir()
        partial.rename(folder)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def texts(drafts: Drafts, language: str) -> dict[str, str]:
    """The YAML files of the draft catalogue, by their path in its folder."""
    general = [found for found in drafts.findings if found.place.file == "catalog.yaml"]
    made = {
        "catalog.yaml": _comments([_("Draft, imported from {origin}.").format(origin=drafts.origin)])
        + _findings(general, language)
        + _yaml(drafts.catalog),
        "publishers.yaml": _yaml({"publishers": [dict(item) for item in drafts.publishers]}),
    }
    for domain in drafts.domains:
        about = [found for found in drafts.findings if found.place.file == f"{domain['name']}/domain.yaml"]
        made[f"{domain['name']}/domain.yaml"] = _findings(about, language) + _yaml(domain)
    for draft in drafts.drafts:
        made[f"{draft.folder}/datapackage.yaml"] = _draft(draft, drafts.origin, language)
    return made


def _draft(draft: Draft, origin: str, language: str) -> str:
    lines = [_("Draft, imported from {origin}. Remove these comments once they are dealt with.").format(origin=origin)]
    if draft.missing:
        lines.append(_("Missing and not known to the source: {keys}.").format(keys=", ".join(draft.missing)))
    for resource in draft.descriptor.get("resources", ()):
        address = resource["sources"][0]["path"]
        lines.append(_("Put the file of {address} at {path}.").format(address=address, path=resource["path"]))
    return _comments(lines) + _findings(draft.findings, language) + _yaml(draft.descriptor)


def _findings(findings: Iterable[Finding], language: str) -> str:
    return _comments(render(found, language).message for found in findings)


def _comments(lines: Iterable[str]) -> str:
    return "".join(f"# {' '.join(line.split())}\n" for line in lines)


class _Dumper(yaml.SafeDumper):
    """Plain YAML as our reader takes it: no anchors, long texts as blocks."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    style = "|" if "\n" in value else ">" if len(value) > 100 and not value.startswith("http") else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Dumper.add_representer(str, _text)


def _yaml(value: Mapping[str, Any]) -> str:
    return yaml.dump(dict(value), Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=110)


def to_json(drafts: Drafts) -> dict[str, Any]:
    """The report as JSON values; schemas/import.json says what they are."""
    return {
        "format": FORMAT,
        "tool": {"dulieumo": __version__},
        "origin": drafts.origin,
        "summary": {
            "records": drafts.records,
            "drafts": len(drafts.drafts),
            "publishers": len(drafts.publishers),
            "domains": len(drafts.domains),
            "errors": sum(found.is_error for found in drafts.findings),
            "warnings": sum(not found.is_error for found in drafts.findings),
        },
        "drafts": [
            {"name": draft.name, "folder": draft.folder, "missing": list(draft.missing)} for draft in drafts.drafts
        ],
        "findings": [_finding(found) for found in drafts.findings],
    }


def _finding(found: Finding) -> dict[str, Any]:
    rendered = {language: render(found, language) for language in LANGUAGES}
    described = {
        "code": found.code,
        "severity": str(found.severity),
        "file": found.place.file,
        "dataset": found.place.dataset,
        "table": found.place.table,
        "values": dict(found.values),
        "message": {language: text.message for language, text in rendered.items()},
        "fix": {language: text.fix for language, text in rendered.items()},
    }
    return {key: value for key, value in described.items() if value is not None}
