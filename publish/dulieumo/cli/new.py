"""`dulieumo new`: a new dataset, from a spreadsheet or from a list of columns."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from dulieumo import errors
from dulieumo.cli import common
from dulieumo.cli.asking import Asker, show_notes, show_report
from dulieumo.errors import UsageError
from dulieumo.i18n import _, language, ngettext
from dulieumo.model import Catalog, Domain, Publisher
from dulieumo.owner import create, domains, glossary, infer, intake, names, rehearsal, scaffold
from dulieumo.owner.column import Inferred
from dulieumo.owner.infer import Table
from dulieumo.owner.notes import has_stops
from dulieumo.owner.scaffold import About, Said
from dulieumo.store import write_whole
from dulieumo_rules import frequencies

_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_DATE = re.compile(r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?")
MIN_DESCRIPTION = 50
_OFFERED = ("DAILY", "WEEKLY", "MONTHLY", "QUARTERLY", "ANNUAL_2", "ANNUAL", "BIENNIAL", "IRREG", "NEVER", "UNKNOWN")


def offered() -> list[tuple[str, str]]:
    """The frequencies to choose from, with their words in the language in use."""
    return [(code, known.in_(language())) for code in _OFFERED if (known := frequencies.find(code))]


@click.command(
    "new", help="Start a dataset: read a spreadsheet, describe its columns, ask for the rest, check and write it."
)
@click.argument("where", metavar="DOMAIN/NAME")
@click.option("--from", "file", type=click.Path(path_type=Path), help="Spreadsheet or CSV file that holds the table.")
@click.option("--sheet", help="Sheet of the workbook that holds the table.")
@click.option("--header-row", type=click.IntRange(1), help="Row with the columns' names, as the spreadsheet counts.")
@click.option(
    "--decimal", type=click.Choice((",", ".")), help="Sign before the decimals where numbers are typed as text."
)
@click.option("--columns", help="Without a file: the titles of the columns, separated by ;")
@click.option("--table", "resource", help="Name of the table; the dataset's if none is given.")
@click.option("--key", multiple=True, metavar="COLUMN", help="Column that tells the rows apart; repeat it for several.")
@click.option("--unit", multiple=True, metavar="COLUMN=UNIT", help="Unit of a number column; repeat it for several.")
@click.option("--without", multiple=True, metavar="COLUMN", help="Column not to publish; repeat it for several.")
@click.option("--reason", help="Why the columns of --without are not published.")
@click.option("--title", help="Title in Vietnamese.")
@click.option("--title-en", help="Title in English.")
@click.option("--description", help="What the data is; at least 50 characters.")
@click.option("--description-en", help="What the data is, in English.")
@click.option("--domain-title", help="Title of the domain, where it is a new one.")
@click.option("--domain-description", help="What data the new domain is for.")
@click.option("--domain-theme", help="Theme of the new domain in the EU data-theme vocabulary, such as ECON.")
@click.option("--publisher", help="Name of the publisher, as in publishers.yaml.")
@click.option("--purpose", help="What the data was made for.")
@click.option("--purpose-en", help="What the data was made for, in English.")
@click.option("--scope", help="Which area, time and things the data covers.")
@click.option("--scope-en", help="Which area, time and things the data covers, in English.")
@click.option("--collection", help="How the data was collected.")
@click.option("--collection-en", help="How the data was collected, in English.")
@click.option(
    "--frequency",
    help="How often the data is updated, such as ANNUAL or MONTHLY.",
)
@click.option("--as-of", help="Date of the data: 2025, 2025-06 or 2025-06-30.")
@click.option("--keyword", multiple=True, help="Word to find the dataset by; repeat it for several.")
@click.option("--source", help="Title of the source; the file if none is given.")
@click.option("--source-url", help="Address of the source.")
@click.option("--source-date", help="Date on which the source was published.")
@click.option("--completeness", help="How complete the table is.")
@click.option("--completeness-en", help="How complete the table is, in English.")
@click.option("--no-input", is_flag=True, help="Ask nothing; name at once all that is missing.")
@click.option("--datasets", type=click.Path(path_type=Path, file_okay=False), help="Folder of the catalogue.")
def command(where: str, file: Path | None, no_input: bool, datasets: Path | None, **said: Any) -> int:
    settings = common.settings(datasets)
    catalog = create.catalogue_of(settings.datasets).catalog
    assert catalog is not None
    asker = Asker()
    if no_input:
        asker.is_interactive = False
    domain, name = _where(where, catalog, settings.datasets, asker, said)
    table, above = _table(file, said, asker, settings.datasets, catalog)
    table, withheld = _without(table, said["without"], said["reason"])
    _show_columns(table)
    units = _units(table, said["unit"], asker)
    key = _key(table, said["key"], asker)
    about = _about(name, domain, catalog, above, asker, said, file)
    asker.stop()
    about = scaffold.with_table(about, withheld=withheld, units=units)
    made = create.dataset(about, table, key, glossary.of(catalog), is_sample=file is None)
    files = dict(made.files)
    if catalog.domain(domain.name) is None:
        files[f"{domain.name}/domain.yaml"] = domains.file(domain, catalog.languages)
        text = (settings.datasets / "catalog.yaml").read_text(encoding="utf-8")
        files["catalog.yaml"] = domains.listed(text, domain.name)
    report = rehearsal.rehearse(settings.datasets, files, name)
    show_report(report)
    if rehearsal.personal(report):
        _refuse_personal(report)
        return errors.DATA_DOES_NOT_PASS
    for path in sorted(files.keys() - made.files.keys()):
        write_whole(settings.datasets / path, files[path])
        common.say(_("New domain, written: {file}").format(file=f"{settings.datasets.name}/{path}"))
    create.write(settings.datasets, made)
    _tell(made, f"{settings.datasets.name}/{made.folder}", has_key=bool(key), is_valid=report.is_valid)
    return errors.DONE if report.is_valid else errors.DATA_DOES_NOT_PASS


def _where(where: str, catalog: Catalog, folder: Path, asker: Asker, said: dict[str, Any]) -> tuple[Domain, str]:
    """The domain, which may be a new one, and the name of the new dataset. Raises UsageError."""
    domain_name, _slash, name = where.strip("/").partition("/")
    is_told = said["domain_title"] or asker.is_interactive
    domain = catalog.domain(domain_name)
    if domain is None and not (name and domains.is_name(domain_name) and is_told):
        known = "\n".join(f"  {item.name}  {item.title.default}" for item in catalog.domains)
        raise UsageError(
            _("There is no domain “{name}”. The domains are:").format(name=domain_name) + "\n" + known,
            hint=_("Write the new dataset as domain/name, such as {example}. A new domain: add --domain-title.").format(
                example=f"{catalog.domains[0].name}/danh-sach-moi" if catalog.domains else "y-te/danh-sach-moi"
            ),
        )
    if not _NAME.fullmatch(name) or not 2 <= len(name) <= 100:
        raise UsageError(
            _("“{name}” cannot be the name of a dataset.").format(name=name),
            hint=_("Use small letters without marks, digits and hyphens, such as {example}.").format(
                example=names.slug(name) or "danh-sach-co-so"
            ),
        )
    if catalog.dataset(name) is not None or (folder / domain_name / name).exists():
        raise UsageError(
            _("There is a dataset {name} already.").format(name=name),
            hint=_("To give it a new table, use: dulieumo update {name} FILE").format(name=name),
        )
    return domain or _new_domain(domain_name, catalog, asker, said), name


def _new_domain(name: str, catalog: Catalog, asker: Asker, said: dict[str, Any]) -> Domain:
    """A domain that the catalogue does not have, by flags or answers."""
    known = ", ".join(item.name for item in catalog.domains)
    common.say(_("The domain {name} is new. The catalogue has: {known}").format(name=name, known=known))
    title = asker.text("--domain-title", said["domain_title"], _("Title of the new domain {name}").format(name=name))
    default = _("Data on: {title}.").format(title=title.lower())
    description = asker.text("--domain-description", said["domain_description"], _("What is it for?"), default=default)
    theme = asker.choice("--domain-theme", said["domain_theme"], _("Which theme fits best?"), domains.themes(), "GOVE")
    return domains.domain(name, title, description, theme)


def _table(
    file: Path | None, said: dict[str, Any], asker: Asker, folder: Path, catalog: Catalog
) -> tuple[Table, Sequence[str]]:
    """The table and the texts above it. Raises UsageError where something in the file must be mended first."""
    if file is None:
        titles = asker.text("--columns", said["columns"], _("Titles of the columns, separated by ;"))
        asker.stop()
        return infer.from_titles([title.strip() for title in titles.split(";") if title.strip()]), ()
    options = intake.Options(sheet=said["sheet"], header_row=said["header_row"], decimal=said["decimal"])
    taken = intake.take(file, options, intake.known_codes(folder, catalog))
    common.say(_("What was read from {file}:").format(file=file.name))
    show_notes(taken.table.notes)
    if has_stops(taken.table.notes):
        raise UsageError(
            _("The cells marked ✗ have no value."), hint=_("Correct them in the file and run the command again.")
        )
    return taken.table, taken.layout.above


def _without(table: Table, wanted: Sequence[str], reason: str | None) -> tuple[Table, tuple[tuple[str, str], ...]]:
    """The table without some columns, named by name or title; and for each its title and the reason."""
    dropped = [_column(table, text) for text in wanted]
    withheld = tuple((column.title, reason or scaffold.PERSONAL_REASON) for column in dropped)
    return intake.without(table, {column.name for column in dropped}) if dropped else table, withheld


def _column(table: Table, text: str) -> Inferred:
    found = next((column for column in table.columns if text in (column.name, column.title)), None)
    if found is None:
        raise UsageError(
            _("The file has no column “{name}”.").format(name=text),
            hint=_("It has: {names}.").format(names=", ".join(column.name for column in table.columns)),
        )
    return found


def _units(table: Table, given: Sequence[str], asker: Asker) -> dict[str, str]:
    """The unit of each number column that its title does not state: by flag, or asked."""
    units = {}
    for text in given:
        name, sign, unit = text.partition("=")
        if not sign or not unit.strip():
            raise UsageError(_("--unit {text} is not of the form column=unit, such as dien_tich=ha.").format(text=text))
        units[_column(table, name.strip()).name] = unit.strip()
    for column in table.columns:
        if column.is_number and column.unit is None and column.name not in units:
            question = _("Unit of the column “{title}” (such as đồng, người, ha)").format(title=column.title)
            answer = asker.text(f"--unit {column.name}=…", None, question)
            if answer:
                units[column.name] = answer
    return units


def _key(table: Table, given: Sequence[str], asker: Asker) -> tuple[str, ...]:
    """The key: by flag, or one of the candidates if the owner takes it. Raises UsageError where it does not tell rows apart."""
    if given:
        columns = [_column(table, name) for name in given]
        rows = list(zip(*(column.texts for column in columns), strict=True))
        if len(set(rows)) < len(rows):
            twice = Counter(rows).most_common(1)[0][0]
            raise UsageError(
                _("The key {key} does not tell the rows apart: {value} is there twice.").format(
                    key=", ".join(column.name for column in columns), value=", ".join(twice)
                ),
                hint=_("Take one more column into the key with a further --key."),
            )
        return tuple(column.name for column in columns)
    if table.keys and asker.is_interactive:
        question = _("Columns that tell the rows apart")
        answer = asker.text("--key", None, question, default=" ".join(table.keys[0]), must=False)
        return _key(table, answer.replace(",", " ").split(), asker) if answer else ()
    return ()


def _about(
    name: str,
    domain: Domain,
    catalog: Catalog,
    above: Sequence[str],
    asker: Asker,
    said: dict[str, Any],
    file: Path | None,
) -> About:
    def both(flag: str, key: str, question: str, default: str | None = None, least: int = 1) -> Said:
        def short(text: str) -> str | None:
            if len(text) >= least:
                return None
            return _("At least {least} characters are needed; these are {count}.").format(least=least, count=len(text))

        text = asker.text(f"--{flag}", said[key], question, default=default, check=short)
        english = asker.text(f"--{flag}-en", said[f"{key}_en"], _("… in English"), must=False)
        return Said(text, english or None)

    def date(text: str) -> str | None:
        return None if _DATE.fullmatch(text) else _("Write the date as 2025, 2025-06 or 2025-06-30.")

    title = both("title", "title", _("Title of the dataset"), scaffold.title_of(above), least=5)
    description = both(
        "description", "description", _("What is this data? (one or two sentences)"), least=MIN_DESCRIPTION
    )
    publishers = [(item.name, item.title.default) for item in catalog.publishers if item.valid_to is None]
    publisher = _publisher(catalog, asker.choice("--publisher", said["publisher"], _("Who publishes it?"), publishers))
    purpose = both("purpose", "purpose", _("What was it made for?"))
    scope = both("scope", "scope", _("Which area, time and things does it cover?"))
    collection = both("collection", "collection", _("How was it collected?"))
    frequency = asker.choice("--frequency", said["frequency"], _("How often is it updated?"), offered())
    as_of = asker.text("--as-of", said["as_of"], _("Date of the data"), default=scaffold.as_of(above), check=date)
    today = dt.date.today().isoformat()
    completeness = Said(said["completeness"], said["completeness_en"]) if said["completeness"] else None
    source = said["source"] or _source_title(file, publisher)
    return About(
        name=name,
        title=title,
        description=description,
        publisher=publisher,
        domain=domain,
        purpose=purpose,
        scope=scope,
        collection=collection,
        frequency=frequency,
        as_of=as_of,
        today=today,
        source=source,
        source_url=said["source_url"],
        source_published=said["source_date"],
        completeness=completeness,
        keywords=tuple(said["keyword"]) or scaffold.default_keywords(title.vi, domain, publisher),
        resource=said["resource"] or "",
        languages=catalog.languages,
    )


def _source_title(file: Path | None, publisher: Publisher) -> str:
    if file is None:
        return f"Bảng do {publisher.title.default} lập"
    return f"Tệp “{file.name}” do {publisher.title.default} cung cấp"


def _publisher(catalog: Catalog, name: str) -> Publisher:
    found = catalog.find_publisher(name)
    return found or catalog.publishers[0]  # "" where --publisher is still missing: `stop` refuses before it is used


def _show_columns(table: Table) -> None:
    """Names and types only: the gate for personal data has not seen the values yet, and a terminal's text may be kept."""
    common.say(_("Columns:"))
    kinds = {
        "string": _("text"),
        "integer": _("whole number"),
        "number": _("number"),
        "boolean": _("yes or no"),
        "date": _("date"),
        "datetime": _("date and time"),
        "year": _("year"),
        "yearmonth": _("month"),
    }
    for column in table.columns:
        unit = f" ({column.unit})" if column.is_number and column.unit else ""
        common.say(f"  {column.name}: {column.title} — {kinds.get(column.type, column.type)}{unit}")


def _refuse_personal(report: Any) -> None:
    columns = sorted({found.place.column for found in rehearsal.personal(report) if found.place.column})
    common.say(_("Nothing was written: the file seems to hold personal data."))
    if columns:
        flags = " ".join(f"--without {column}" for column in columns)
        common.say("  → " + _("To publish it without these columns, add: {flags}").format(flags=flags))
    else:
        common.say("  → " + _("Take the personal data out of the file and run the command again."))


def _tell(made: create.Made, folder: str, *, has_key: bool, is_valid: bool) -> None:
    rows = ngettext("{count} row", "{count} rows", made.rows).format(count=made.rows)
    click.echo(_("Written: {folder} ({rows}).").format(folder=folder, rows=rows))
    waiting = scaffold.pending(made.descriptor)
    if waiting:
        click.echo(
            _("{count} texts have no English yet: translate the lines marked “{mark}”.").format(
                count=waiting, mark=scaffold.PENDING
            )
        )
    if not has_key:
        click.echo(
            _(
                "No key was chosen: see the lines that begin with # in the file. Without a key, updates cannot say which rows changed."
            )
        )
    file, name = f"{folder}/datapackage.yaml", folder.rpartition("/")[2]
    if is_valid:
        click.echo(
            _("Next: look through {file}, then see the page with: dulieumo preview {name}").format(file=file, name=name)
        )
    else:
        click.echo(
            _(
                "Next: correct cells in your spreadsheet and run dulieumo update {name} FILE; correct the rest in {file}."
                " Then: dulieumo check {name}"
            ).format(file=file, name=name)
        )
