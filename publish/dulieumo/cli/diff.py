"""`dulieumo diff`: what would change, in declarations and in rows, and which version number that asks for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dulieumo import descriptors, errors, incremental
from dulieumo.cli import arrow, common
from dulieumo.errors import ConfigError, UsageError
from dulieumo.i18n import _

if TYPE_CHECKING:
    from dulieumo.comparing import Difference

SHOWN_CELLS = 6


@click.command("diff")
@click.argument("names", nargs=-1, metavar="[DATASET]...")
@click.option("--from", "before", metavar="VERSION", help="Compare with this version instead of the released one.")
@click.option("--to", "after", metavar="VERSION", help="Compare this stored version instead of the working copy.")
@click.option("--rows", type=click.IntRange(min=0), default=0, help="Show so many changed rows of each table.")
@click.option(
    "--deltas", type=click.Path(path_type=Path, file_okay=False), help="Write the changed rows here (Parquet)."
)
@click.option("--exit-code", is_flag=True, help="End with 5 where there are differences.")
@common.settings_options
@common.format_option("text", "markdown", "json")
def command(
    names: tuple[str, ...],
    before: str | None,
    after: str | None,
    rows: int,
    deltas: Path | None,
    exit_code: bool,
    datasets: Path | None,
    dist: Path | None,
    format_: str,
) -> int:
    """Show what the working copy would change.

    Tables, columns and rows against the latest release, and the version number that is due."""
    if (before or after) and len(names) != 1:
        raise UsageError(_("--from and --to compare one dataset: name it."))
    if after and not before:
        raise UsageError(_("--to needs --from."))
    arrow.without_pandas()
    settings = common.settings(datasets, dist)
    store = common.store(settings)
    from dulieumo import comparing

    with store.scratch() as scratch:
        kept = deltas or (scratch / "deltas" if rows else None)
        if before and after:
            found = comparing.stored(store, names[0], before, after, deltas=kept)
        else:
            reading = descriptors.read(settings.datasets)
            if reading.catalog is None:
                raise ConfigError(_("The catalogue cannot be read."), hint=_("See: dulieumo check"))
            cache = incremental.Cache(settings.root / ".cache" / "dulieumo")
            found = tuple(comparing.working(reading, store, cache, names, before=before, deltas=kept))
        if format_ == "json":
            common.print_json({"datasets": [_json(item, rows) for item in found]})
        else:
            _show(found, rows, is_markdown=format_ == "markdown")
    return errors.DIFFERENCES if exit_code and found else errors.DONE


def _json(item: Difference, rows: int) -> dict[str, Any]:
    from dulieumo import changelog

    value = changelog.dataset_json(item.change)
    for shown, table in zip(value["tables"], item.change.tables, strict=True):
        shown["delta"] = None
        if rows and table.delta is not None:
            shown["rows"] = _rows(table.delta, rows)
    return {**value, "wanted": item.wanted, "numbered": item.is_numbered}


def _show(found: tuple[Difference, ...], rows: int, *, is_markdown: bool) -> None:
    from dulieumo import changelog

    out = common.answers()
    if not found:
        out.print(_("Nothing changed."), markup=False)
    for item in found:
        change = item.change
        title = f"{change.name} {change.before or '∅'} → {change.after or '∅'}"
        out.print(f"### {title}" if is_markdown else title, markup=False, style=None if is_markdown else "bold")
        for line in changelog.dataset_lines(change):
            out.print(line if is_markdown else line.replace("**", "").replace("`", ""), markup=False)
        for table in change.tables:
            if rows and table.delta is not None:
                for record in _rows(table.delta, rows):
                    out.print(_line(table.resource, record), markup=False)
        if item.wanted and not item.is_numbered:
            text = _("The version is due to be {wanted}; the descriptor says {after}.")
            out.print(text.format(wanted=item.wanted, after=change.after), markup=False)
        out.print()


SIGNS = {"insert": "+", "update": "≠", "delete": "−"}


def _line(resource: str, record: dict[str, Any]) -> str:
    cells = [f"{name}={value}" for name, value in record.items() if name != "_operation" and value is not None]
    rest = " …" if len(cells) > SHOWN_CELLS else ""
    return f"  {SIGNS[record['_operation']]} {resource}: {', '.join(cells[:SHOWN_CELLS])}{rest}"


def _rows(path: Path, count: int) -> list[dict[str, Any]]:
    """The first changed rows of a table, values as JSON has them."""
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        batch = next(file.iter_batches(batch_size=count), None)
    records: list[dict[str, Any]] = batch.to_pylist() if batch is not None else []
    plain = (str, int, float, bool, type(None))
    return [
        {name: value if isinstance(value, plain) else str(value) for name, value in record.items()}
        for record in records
    ]
