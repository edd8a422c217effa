"""The reference says everything that there is to say; what the code has and nobody has described fails here."""

from __future__ import annotations

import dataclasses

import click
import pytest

from dulieumo import cli, config, errors, i18n
from dulieumo.cli import reference
from dulieumo.descriptors import profile
from dulieumo_rules import texts


def test_every_command_and_option_has_help() -> None:
    i18n.use("en")
    for name, command in reference.commands(cli.group, "dulieumo"):
        assert command.help, name
        for parameter in command.params:
            if isinstance(parameter, click.Option) and parameter.name != "help" and not parameter.hidden:
                assert parameter.help, f"{name} {parameter.opts}"


def test_every_command_of_the_group_is_named_and_every_name_has_its_file() -> None:
    assert len(set(cli.COMMANDS)) == len(cli.COMMANDS)
    assert [name for name in cli.COMMANDS if not cli._has_module(name)] == []


@pytest.mark.parametrize("kind", profile.KINDS)
def test_every_key_of_a_descriptor_is_described_in_both_languages(kind: str) -> None:
    schema = profile.schema(kind)
    nodes = [schema, *schema.get("$defs", {}).values()]
    for node in nodes:
        for path, key in reference.keys(node):
            assert key["schema"].get("description"), f"{path}.{key['name']}"
            assert key["schema"].get("description@vi"), f"{path}.{key['name']}"


def test_every_setting_is_described() -> None:
    assert set(reference.SETTINGS) - {"language"} | {"targets"} == set(config._KEYS)
    assert set(reference.TARGET_SETTINGS) == set(config._TARGET_KEYS)
    assert {field.name for field in dataclasses.fields(config.Settings)} >= {"datasets", "dist", "target", "targets"}


def test_every_exit_code_is_described() -> None:
    codes = {value for name, value in vars(errors).items() if name.isupper() and isinstance(value, int)}
    assert codes == set(reference.EXIT_CODES)


def test_every_rule_has_its_texts_and_its_manual() -> None:
    modules = list(reference.rule_modules())
    assert modules
    for module in modules:
        assert module.CODE in texts.codes(), module.CODE
        assert len(module.__doc__ or "") > 80, f"{module.__name__} says too little of its rule"


def test_every_finding_has_words_in_both_languages() -> None:
    for code in texts.codes():
        wording = texts.wording(code)
        assert wording is not None
        for language in ("vi", "en"):
            title, message, _fix = wording.in_(language)
            assert title, code
            assert message, code


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_the_pages_are_in_the_language_and_leave_it_as_it_was(language: str) -> None:
    i18n.use("vi")
    pages = reference.pages(language)
    assert i18n.language() == "vi"
    assert set(pages) == {
        f"reference/{name}.md" for name in ("commands", "descriptor", "findings", "settings", "exit-codes")
    }
    heading = {"vi": "# Mã thoát", "en": "# Exit codes"}[language]
    assert pages["reference/exit-codes.md"].startswith(heading)
    assert "`dulieumo:publisher`" in pages["reference/descriptor.md"]
    assert "dulieumo ckan up" in pages["reference/commands.md"]


def test_both_languages_are_offered_to_the_site() -> None:
    paths = reference.by_path(("vi", "en"))
    assert "reference/commands.md" in paths
    assert "reference/commands.en.md" in paths
