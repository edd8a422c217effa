"""What the tools did with an owner's file or could not decide, as values; said in the reader's language by `say`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from dulieumo.i18n import _


class Weight(StrEnum):
    """`info` tells what was done, `look` asks the owner to look, `stop` must be answered before anything is written."""

    INFO = "info"
    LOOK = "look"
    STOP = "stop"


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """`row` and `column` are places of the owner's file, as the spreadsheet shows them. `values` fill the text of `code`."""

    code: str
    weight: Weight = Weight.INFO
    values: Mapping[str, str | int] = field(default_factory=dict)


def note(code: str, weight: Weight = Weight.INFO, **values: str | int) -> Note:
    """A Note, shorter to write."""
    return Note(code=code, weight=weight, values=values)


def say(one: Note) -> str:
    """The sentence of a note. An unknown code is shown as itself with its values: it must never hide something."""
    text = _texts().get(one.code)
    if text is None:
        return f"{one.code}: " + ", ".join(f"{key} {value}" for key, value in one.values.items())
    return text.format(**one.values)


def has_stops(notes: Iterable[Note]) -> bool:
    return any(one.weight is Weight.STOP for one in notes)


def _texts() -> Mapping[str, str]:
    return {
        "sheet-chosen": _("Read the sheet “{sheet}”; there are others: {others}. Choose with --sheet."),
        "file-encoding": _("The file is not UTF-8; it was read as {encoding}."),
        "file-delimiter": _("The columns are separated by “{delimiter}”."),
        "title-rows": _("{last} row(s) above the table left out: {text}"),
        "header-rows": _("The header is in rows {first} to {last}; the parts are joined by “ - ”."),
        "header-row": _("The header is in row {row}."),
        "numbering-row": _("Row {row} only numbers the columns; it is left out."),
        "total-row": _("Row {row} “{text}” is a total; it is left out, since anyone can add up."),
        "footer-row": _("Row {row} “{text}” is a note below the table; it is left out."),
        "group-rows": _(
            "{count} rows are headings inside the table, such as row {row} “{text}”; they became the column “{column}”."
        ),
        "merged-filled": _("{count} merged areas were filled: each row now has its own value."),
        "ordinal-dropped": _("The column “{title}” only counts the rows; it is left out."),
        "column-empty": _("Column {letter} “{title}” has no value in any row; it is left out."),
        "header-missing": _("Column {letter} has values and no header; it is called “{name}”."),
        "header-twice": _("Two columns are called “{title}”; the second one became “{name}”."),
        "mended": _(
            "{count} cells were in the old font encoding {encoding} and were put right: “{before}” → “{after}”."
        ),
        "missing-marks": _("Column “{title}”: {count} cells that say “{text}” count as empty."),
        "dates-read": _("Column “{title}”: dates such as “{before}” are read as {after}."),
        "dates-mixed": _(
            "Column “{title}” has dates such as “{first}” and “{second}”: which part is the month cannot be known. It stays text."
        ),
        "dates-swapped": _(
            "Column “{title}”: Excel has probably swapped day and month in some cells (text such as “{text}” beside the date"
            " {date}). Compare them with the original."
        ),
        "dates-serial": _("Column “{title}”: the numbers such as {before} are days as Excel counts them: {after}."),
        "numbers-read": _("Column “{title}”: “{before}” is read as {after}."),
        "numbers-assumed": _(
            "Column “{title}”: “{before}” is read as {after}. If that is wrong, run again with --decimal “{other}”."
        ),
        "numbers-mixed": _(
            "Column “{title}” has numbers such as “{first}” and “{second}”, which contradict each other. It stays text."
        ),
        "zeros-restored": _(
            "Column “{title}”: {count} codes got back the zeros that Excel dropped: {before} → {after}."
        ),
        "zeros-lost": _(
            "Column “{title}” holds codes stored as numbers (such as {text}): zeros at the front may have been lost. Compare"
            " them with the original, and format the column as Text."
        ),
        "lines-joined": _("Column {title}: {count} cells had line breaks, which became spaces."),
        "cell-error": _("Cell {cell} shows the error {text}; correct it in Excel."),
        "cell-without-value": _("Cell {cell} is a formula without a result; open the file in Excel and save it again."),
        "hidden": _("The sheet has hidden rows or columns ({names}); they are read like the others."),
        "numbers-unclear": _(
            "Column “{title}”: “{before}” may mean {after} or {other}. Say which sign stands before the decimals: --decimal , or --decimal ."
        ),
    }
