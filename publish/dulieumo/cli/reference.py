"""The reference pages, from the code itself: commands, descriptor keys, findings, settings, exit codes. Pure.

What a page says stands where the program reads it (help texts, JSON Schemas, texts of findings, docstrings of rules), so it
cannot grow old; a test fails when something has no words. Pages are plain Markdown by path, in one language.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Iterator, Mapping, Sequence
from types import ModuleType
from typing import Any

import click

import dulieumo_rules.rules
from dulieumo import cli, errors, i18n
from dulieumo.descriptors import profile
from dulieumo.i18n import _
from dulieumo_rules import texts

EXIT_CODES = {
    errors.DONE: "Done.",
    errors.DATA_DOES_NOT_PASS: "The data does not pass: findings are listed.",
    errors.USAGE: "The command was called wrongly, or a setting is missing or wrong.",
    errors.REMOTE: "The other side could not do it; running again may help.",
    errors.REFUSED: "Refused: breaking change, plan moved, race lost, sample data to production.",
    errors.DIFFERENCES: "Differences were found (plan --exit-code, verify).",
    errors.BUG: "A bug of ours; please report it.",
}
SETTINGS = {
    "datasets": ("DULIEUMO_DATASETS", "--datasets", "Folder of the catalogue; datasets by default."),
    "dist": ("DULIEUMO_DIST", "--dist", "Folder that the stages write to; dist by default."),
    "store": (
        "DULIEUMO_STORE",
        "—",
        "Where versions and releases lie: a folder, or an address such as s3://bucket/prefix; dist/store by default.",
    ),
    "target": ("DULIEUMO_TARGET", "--target", "The target used when none is named; local by default."),
    "webhook": ("DULIEUMO_WEBHOOK", "—", "Address that reminders and notices of releases are sent to, signed."),
    "webhook_secret_file": (
        "DULIEUMO_WEBHOOK_SECRET_FILE",
        "—",
        "File (mode 600) with the secret that signs them; DULIEUMO_WEBHOOK_SECRET in the environment goes before it.",
    ),
    "language": ("DULIEUMO_LANG", "--lang", "Language of the messages; the locale's, else Vietnamese."),
}
TARGET_SETTINGS = {
    "url": "Address of the CKAN.",
    "production": "true for the public portal: it refuses sample data.",
    "private": "true to keep every dataset hidden, for rehearsals.",
    "token_file": "File with the API token; the environment variable DULIEUMO_TOKEN_NAME goes before it.",
    "name_prefix": "Put before the names of datasets, so that a rehearsal shares a CKAN with the real catalogue.",
    "title_prefix": "Put before the titles of datasets, for the same purpose.",
    "file_base_url": "Address of the site or store: CKAN then links to the files there instead of keeping copies.",
    "max_upload_mb": "Largest file in MB that the server takes (its ckan.max_resource_size); a larger one is refused beforehand.",
    "policies": "What to do with a field that was edited on CKAN: ours, adopt or leave.",
}


def pages(language: str) -> dict[str, str]:
    """The reference in a language, by path ("reference/commands.md"). Changes the language of texts, and puts it back."""
    before = i18n.language()
    i18n.use(language)
    try:
        return {f"reference/{name}.md": make(language) for name, make in _PAGES.items()}
    finally:
        i18n.use(before)


def by_path(languages: Sequence[str]) -> dict[str, str]:
    """The reference in each of the languages, the first one's pages as `x.md`, the others' as `x.<language>.md`."""
    found = dict(pages(languages[0]))
    for language in languages[1:]:
        found |= {path.removesuffix(".md") + f".{language}.md": text for path, text in pages(language).items()}
    return found


def _commands(_language: str) -> str:
    lines = [f"# {_('Commands')}", "", _("Every command explains itself with --help."), ""]
    for name, command in commands(cli.group, "dulieumo"):
        lines += [f"## `{name}`", "", command.help or "", ""]
        options = [parameter for parameter in command.params if isinstance(parameter, click.Option)]
        if options:
            lines += [f"| {_('Option')} | {_('Meaning')} |", "|---|---|"]
            lines += [f"| {_option(option)} | {_cell(option.help or '')} |" for option in options]
            lines.append("")
    return _text(lines)


def commands(group: click.Group, path: str) -> Iterator[tuple[str, click.Command]]:
    """Every command with the words that call it, groups followed by what is in them."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if command is None:
            continue
        yield f"{path} {name}", command
        if isinstance(command, click.Group):
            yield from commands(command, f"{path} {name}")


def _option(option: click.Option) -> str:
    words = ", ".join(f"`{word}`" for word in option.opts)
    if isinstance(option.type, click.Choice):
        words += " " + "\\|".join(f"`{choice}`" for choice in option.type.choices)
    return words


def _descriptor(language: str) -> str:
    intro = _(
        "Keys of the descriptors: Data Package v2, and our own under the prefix dulieumo:. A text in another language stands under key@language."
    )
    lines = [f"# {_('Descriptor keys')}", "", intro, ""]
    for kind in ("dataset", "domain", "catalog", "publishers"):
        schema = profile.schema(kind)
        title = {"dataset": "datapackage.yaml", "publishers": "publishers.yaml"}.get(kind, f"{kind}.yaml")
        lines += [f"## {title}", "", *_keys(schema, language)]
        for name in ("resource", "schema", "field", "source"):
            if kind == "dataset":
                lines += [f"### {title}: {name}", "", *_keys(schema["$defs"][name], language)]
    return _text(lines)


def _keys(node: Mapping[str, Any], language: str) -> list[str]:
    lines = [f"| {_('Key')} | {_('Required')} | {_('Meaning')} |", "|---|---|---|"]
    for path, key in keys(node):
        name = f"{path}.{key['name']}" if path else key["name"]
        required = _("yes") if key["is_required"] else ""
        meaning = key["schema"].get(f"description@{language}", key["schema"].get("description", ""))
        allowed = key["schema"].get("enum")
        if allowed:
            meaning += " " + ", ".join(f"`{value}`" for value in allowed)
        lines.append(f"| `{name}` | {required} | {_cell(meaning)} |")
    return [*lines, ""]


def keys(node: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every key of a JSON Schema and of what lies in it, with the path of what holds it; `$ref`s are not followed."""
    required = set(node.get("required", ()))
    for name, child in node.get("properties", {}).items():
        yield path, {"name": name, "schema": child, "is_required": name in required}
        yield from keys(child, f"{path}.{name}" if path else name)
    for inner in (node.get("items"), *node.get("anyOf", ())):
        if isinstance(inner, Mapping):
            yield from keys(inner, path)


def _findings(language: str) -> str:
    intro = _("What a check can find, by code, and what to do about it.")
    lines = [f"# {_('Findings')}", "", intro, ""]
    manuals = rule_manuals()
    for code in texts.codes():
        entry = texts.wording(code)
        assert entry is not None
        title, _message, fix = entry.in_(language)
        lines += [f'## `{code}` {{: id="{code}" }}', "", f"**{_escape(title)}**", "", _escape(_plain(fix)), ""]
        if code in manuals and language == "en":
            lines += [manuals[code], ""]
    return _text(lines)


def rule_manuals() -> dict[str, str]:
    """The docstrings of the rules by code: their documentation pages, in English as all code."""
    return {module.CODE: inspect.cleandoc(module.__doc__ or "") for module in rule_modules()}


def rule_modules() -> Iterator[ModuleType]:
    """The modules of `dulieumo_rules.rules` that are rules."""
    package = dulieumo_rules.rules
    for info in pkgutil.iter_modules(package.__path__):
        module = importlib.import_module(f"{package.__name__}.{info.name}")
        if hasattr(module, "CODE"):
            yield module


def _settings(_language: str) -> str:
    lines = [f"# {_('Settings')}", "", _("A flag rules over the environment, the environment over dulieumo.toml."), ""]
    lines += [f"| dulieumo.toml | {_('Environment')} | {_('Flag')} | {_('Meaning')} |", "|---|---|---|---|"]
    lines += [f"| `{key}` | `{variable}` | `{flag}` | {_(text)} |" for key, (variable, flag, text) in SETTINGS.items()]
    lines += ["", "## [targets.NAME]", "", f"| {_('Key')} | {_('Meaning')} |", "|---|---|"]
    lines += [f"| `{key}` | {_(text)} |" for key, text in TARGET_SETTINGS.items()]
    return _text(lines)


def _exit_codes(_language: str) -> str:
    lines = [f"# {_('Exit codes')}", "", f"| {_('Code')} | {_('Meaning')} |", "|---|---|"]
    lines += [f"| {code} | {_(text)} |" for code, text in EXIT_CODES.items()]
    return _text(lines)


_PAGES = {
    "commands": _commands,
    "descriptor": _descriptor,
    "findings": _findings,
    "settings": _settings,
    "exit-codes": _exit_codes,
}


def _plain(template: str) -> str:
    """A text's template for readers of the reference: the optional parts' brackets dropped."""
    return template.replace("[[", "").replace("]]", "")


def _escape(text: str) -> str:
    return text.replace("<", "&lt;").replace("{", "&#123;").replace("}", "&#125;")


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").replace("<", "&lt;").split())


def _text(lines: list[str]) -> str:
    return "\n".join(lines).rstrip() + "\n"
