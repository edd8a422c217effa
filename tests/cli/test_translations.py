"""The Vietnamese catalogue says all that the program says, with the same names and values in every text."""

from __future__ import annotations

import gettext
import io
import re
import string
import unicodedata
from pathlib import Path

import click
import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo

from dulieumo import cli, i18n
from dulieumo.cli import reference
from tests import translations

PATH = translations.LOCALES / "vi" / "LC_MESSAGES" / "dulieumo.po"
OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]+")
COMMAND = re.compile(rf"\bdulieumo (?:{'|'.join(cli.COMMANDS)})\b")
SETTING = re.compile(r"\bDULIEUMO_[A-Z_]+|\bdulieumo:\w+|[\w.-]+\.(?:yaml|toml|json|py|md)\b")


@pytest.fixture(scope="module")
def written() -> Catalog:
    """The committed catalogue."""
    return translations.read("vi")


@pytest.fixture(scope="module")
def said() -> Catalog:
    """The texts of the code."""
    return translations.extract()


def texts(catalog: Catalog) -> list[Message]:
    return [message for message in catalog if message.id]


def many(words: str | tuple[str, ...] | list[str] | None) -> str:
    """The text itself, or of a pair the one that is said of many: Vietnamese has only that one."""
    return words if isinstance(words, str) else (words or ("",))[-1]


def pairs(catalog: Catalog) -> list[tuple[str, str]]:
    """Each text with its translation, where there is one."""
    both = [(many(message.id), many(message.string)) for message in texts(catalog)]
    return [(text, translation) for text, translation in both if translation]


def placeholders(text: str) -> set[tuple[str | None, ...]]:
    """The values that a text takes, each with how it is written: {name}, {value!r}, {seconds:.1f}, %(prog)s."""
    fields = {field[1:] for field in string.Formatter().parse(text) if field[1] is not None}
    return fields | {(name,) for name in re.findall(r"%\((\w+)\)s", text)}


def typed(text: str) -> list[str]:
    """What a text tells the reader to type or to look for: commands, options, settings, files."""
    return sorted({found for pattern in (OPTION, COMMAND, SETTING) for found in pattern.findall(text)})


def test_every_text_of_the_program_is_in_the_catalogue_and_nothing_else(written: Catalog, said: Catalog) -> None:
    assert len(texts(said)) > 500
    assert {message.id for message in texts(written)} == {message.id for message in texts(said)}
    assert not written.obsolete


def test_every_text_is_translated_and_none_is_a_guess(written: Catalog) -> None:
    assert translations.missing(written) == []
    assert [message.id for message in written if message.fuzzy] == []


def test_a_translation_takes_the_same_values_as_its_text(written: Catalog) -> None:
    wrong = [text for text, translation in pairs(written) if placeholders(text) != placeholders(translation)]
    assert wrong == []


def test_a_translation_names_the_commands_options_and_files_of_its_text(written: Catalog) -> None:
    wrong = [(text, name) for text, translation in pairs(written) for name in typed(text) if name not in translation]
    assert wrong == []


def test_a_translation_keeps_the_marks_of_its_text(written: Catalog) -> None:
    for text, translation in pairs(written):
        for mark in ("`", "**", "\n\n"):
            assert text.count(mark) == translation.count(mark), text
        assert text[:1].isspace() == translation[:1].isspace(), text
        assert text.endswith(".") == translation.endswith("."), text


def test_translations_are_composed_unicode(written: Catalog) -> None:
    assert [
        text for text, translation in pairs(written) if unicodedata.normalize("NFC", translation) != translation
    ] == []


def test_the_committed_file_is_what_the_tool_writes() -> None:
    assert PATH.read_bytes() == translations.text_of(translations.updated("vi")), "run: make translations"


def test_the_compiled_catalogue_answers_every_text_with_its_translation(written: Catalog) -> None:
    compiled = io.BytesIO()
    write_mo(compiled, written)
    compiled.seek(0)
    spoken = gettext.GNUTranslations(compiled)
    for message in texts(written):
        translation = many(message.string)
        if isinstance(message.id, str):
            assert spoken.gettext(message.id) == (translation or message.id)
        else:
            one, other = message.id[0], message.id[1]
            assert {spoken.ngettext(one, other, count) for count in (0, 1, 2, 100)} == {translation or one}


def test_the_help_of_every_command_is_vietnamese_to_the_last_option(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], written: Catalog
) -> None:
    monkeypatch.setenv("DULIEUMO_LANG", "vi")
    monkeypatch.setenv("COLUMNS", "2000")  # no text is broken into lines or cut short
    monkeypatch.setitem(cli.group.context_settings, "max_content_width", 2000)
    english = {" ".join(text.split()) for text, translation in pairs(written) if text != translation and " " in text}
    paths = ["dulieumo", *(path for path, _command in reference.commands(cli.group, "dulieumo"))]
    assert len(paths) > 40
    for words in (path.split()[1:] for path in paths):
        assert cli.run([*words, "--help"]) == 0
        shown = [line.strip() for line in capsys.readouterr().out.splitlines()]
        parts = {part for line in shown for part in (line, re.split(r"\s{2,}", line)[-1])}
        assert not parts & english, words


def test_the_first_sentence_of_a_command_fits_the_list_of_commands_of_a_small_window(written: Catalog) -> None:
    i18n.use("vi")
    context = click.Context(cli.group)
    long = {}
    for name in cli.group.list_commands(context):
        command = cli.group.get_command(context, name)
        assert command is not None
        if command.get_short_help_str(80 - 6 - len("verify-release")).endswith("..."):
            long[name] = command.help
    assert long == {}


def test_texts_are_found_wherever_the_code_says_them(tmp_path: Path) -> None:
    path = tmp_path / "module.py"
    path.write_text(
        "a = _('plain') + f\"in {_('an f-string')} too\"\n"
        "b = _('in two '\n      'parts')\n"
        "c = [ngettext('one', 'many', n), _(variable), other('not ours')]\n",
        encoding="utf-8",
    )
    assert set(translations.texts_in(path)) == {"plain", "an f-string", "in two parts", ("one", "many")}


def test_a_file_without_texts_gives_none(tmp_path: Path) -> None:
    path = tmp_path / "module.py"
    path.write_text("", encoding="utf-8")
    assert list(translations.texts_in(path)) == []


def test_a_new_text_is_missing_until_it_is_translated() -> None:
    catalog = Catalog(locale="vi")
    catalog.add("new")
    catalog.add("old", "cũ")
    catalog.add(("one", "many"), ("",))
    assert sorted(translations.missing(catalog)) == ["new", "one"]
