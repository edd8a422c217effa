"""The gettext catalogues, from the code: `make translations` adds new texts and drops old ones; nothing is guessed.

`python -m tests.translations` also says which texts still lack a translation.
"""

from __future__ import annotations

import ast
import inspect
import io
from collections.abc import Iterator
from pathlib import Path

import click
import jinja2
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from dulieumo import cli, i18n
from dulieumo.cli import reference

ROOT = Path(__file__).resolve().parents[1]
CODE = ROOT / "publish" / "dulieumo"
LOCALES = CODE / "locale"
CLICK_FILES = ("core.py", "exceptions.py", "formatting.py", "parser.py", "types.py", "decorators.py", "termui.py")
HEADER = "# The words of dulieumo. `make translations` writes this file; edit the msgstr only."
KEPT = (b'"Language:', b'"Plural-Forms', b'"MIME-Version', b'"Content-T')
"""The header's lines that gettext needs. The others hold dates and versions of tools, which would change the file."""


def extract() -> Catalog:
    """Every text of the program, with the files that use it (no line numbers: they would change with every edit)."""
    catalog = Catalog(project="dulieumo", charset="utf-8")
    for path in sorted(CODE.rglob("*.py")):
        for text in texts_in(path):
            catalog.add(text, locations=[(path.relative_to(ROOT).as_posix(), 0)])
    for path in sorted(CODE.rglob("web/templates/*.html")):
        for text in texts_in_template(path):
            catalog.add(text, locations=[(path.relative_to(ROOT).as_posix(), 0)])
    described = [*reference.EXIT_CODES.values(), *reference.TARGET_SETTINGS.values()]
    described += [text for _variable, _flag, text in reference.SETTINGS.values()]
    with i18n.speaking("en"):
        for text in (*help_texts(cli.localized(cli.group)), *described):
            catalog.add(text, locations=[("publish/dulieumo/cli", 0)])
    for name in CLICK_FILES:
        for text in texts_in(Path(click.__file__).with_name(name)):
            catalog.add(text, locations=[("click", 0)])
    catalog.add("required", locations=[("click", 0)])  # click translates it out of a variable
    return catalog


def texts_in(path: Path) -> Iterator[str | tuple[str, str]]:
    """The texts that a file gives to `_`, and the pairs that it gives to `ngettext`.

    Out of the syntax tree: Babel's own reader does not see those inside an f-string before Python 3.12."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            continue
        given = [item.value for item in node.args if isinstance(item, ast.Constant) and isinstance(item.value, str)]
        if node.func.id == "_" and given:
            yield given[0]
        elif node.func.id == "ngettext" and len(given) == 2:
            yield given[0], given[1]


def texts_in_template(path: Path) -> Iterator[str | tuple[str, str]]:
    """The same, of a template."""
    environment = jinja2.Environment(extensions=["jinja2.ext.i18n"], autoescape=True)
    found = environment.extract_translations(path.read_text(encoding="utf-8"))  # type: ignore[attr-defined]
    for _line, function, text in found:
        if function == "_" and isinstance(text, str):
            yield text
        elif function == "ngettext":
            yield text[0], text[1]


def help_texts(command: click.Command) -> Iterator[str]:
    """The help of a command, of its options and of its subcommands, in the words of the code."""
    if command.help:
        yield inspect.cleandoc(command.help)
    for parameter in command.params:
        if isinstance(parameter, click.Option) and parameter.help:
            yield parameter.help
    if isinstance(command, click.Group):
        for name in command.list_commands(click.Context(command)):
            child = command.get_command(click.Context(command), name)
            if child is not None:
                yield from help_texts(child)


def read(language: str) -> Catalog:
    path = LOCALES / language / "LC_MESSAGES" / "dulieumo.po"
    if not path.is_file():
        return Catalog(locale=language, project="dulieumo", charset="utf-8")
    with path.open("rb") as file:
        return read_po(file, locale=language)


def has_text(words: str | tuple[str, ...] | list[str] | None) -> bool:
    return all(words) if isinstance(words, (list, tuple)) else bool(words)


def updated(language: str) -> Catalog:
    """The catalogue with the texts of today: translations kept, none made up by likeness."""
    catalog = read(language)
    catalog.update(extract(), no_fuzzy_matching=True)
    catalog.obsolete.clear()
    return catalog


def missing(catalog: Catalog) -> list[str]:
    found = []
    for message in catalog:
        if message.id and not has_text(message.string):
            found.append(message.id if isinstance(message.id, str) else message.id[0])
    return found


def text_of(catalog: Catalog) -> bytes:
    """The .po file: the same bytes for the same texts, whenever and by whichever Babel it is written."""
    catalog.header_comment = HEADER
    catalog.fuzzy = False
    out = io.BytesIO()
    write_po(out, catalog, width=100, sort_output=True, omit_header=False, include_lineno=False, ignore_obsolete=True)
    head, body = out.getvalue().split(b"\n\n", 1)
    lines = [line for line in head.split(b"\n") if not line.startswith(b'"') or line.startswith(KEPT)]
    return b"\n".join(lines) + b"\n\n" + body


def main() -> None:
    for language in sorted(path.name for path in LOCALES.iterdir() if path.is_dir()):
        catalog = updated(language)
        path = LOCALES / language / "LC_MESSAGES" / "dulieumo.po"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text_of(catalog))
        without = missing(catalog)
        print(f"{language}: {len(list(catalog)) - 1} texts, {len(without)} without a translation")
        for text in without:
            print(f"  {text!r}")


if __name__ == "__main__":
    main()
