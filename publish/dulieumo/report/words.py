"""How places and counts are said to a reader, in his language. Shared by the renderers for people."""

from __future__ import annotations

from dulieumo.i18n import _, language, ngettext
from dulieumo.report.groups import Group
from dulieumo_rules.findings import Finding, Place
from dulieumo_rules.texts import Unit


def number(value: int) -> str:
    """With thousands separated: 1.234 in Vietnamese, 1,234 in English."""
    text = f"{value:,}"
    return text.replace(",", ".") if language() == "vi" else text


def where(place: Place) -> str:
    """The place within its file: a cell, a row, a line, or nothing."""
    if place.cell is not None:
        return place.cell
    if place.row is not None:
        return _("row {row}").format(row=number(place.row))
    if place.line is not None:
        return _("line {line}").format(line=number(place.line))
    return ""


def counted(unit: Unit, count: int) -> str:
    """ "312 cells", "one row"."""
    match unit:
        case Unit.CELL:
            text = ngettext("{count} cell", "{count} cells", count)
        case Unit.ROW:
            text = ngettext("{count} row", "{count} rows", count)
        case Unit.COLUMN:
            text = ngettext("{count} column", "{count} columns", count)
        case Unit.TABLE:
            text = ngettext("{count} table", "{count} tables", count)
        case Unit.FILE:
            text = ngettext("{count} file", "{count} files", count)
        case _:
            text = ngettext("{count} place", "{count} places", count)
    return text.format(count=number(count))


def headline(group: Group) -> str:
    """The sentence of a group: "cột ma_xa: 312 ô không có trong danh mục mã; ô đầu tiên C17"."""
    text, place = group.text(language()), group.first.place
    many = group.unit in (Unit.CELL, Unit.ROW) or group.count > 1
    said = f"{counted(group.unit, group.count)} {text.title}" if many else text.title
    if place.column and group.unit is not Unit.PLACE:
        said = _("column {column}: {text}").format(column=place.column, text=said)
    first = where(place)
    if not first:
        return said
    if group.count == 1:
        return f"{said} ({first})"
    return _("{text}; first at {place}").format(text=said, place=first)


def others(group: Group, most: int) -> str:
    """The further places of a group, at most `most` of them: "C17, C20 and 309 more"."""
    shown = [where(found.place) for found in group.findings[:most]]
    rest = group.count - len(shown)
    listed = ", ".join(place for place in shown if place)
    if not listed or group.count == 1:
        return ""
    return _("{places} and {count} more").format(places=listed, count=number(rest)) if rest else listed


def title_of(found: Finding) -> str:
    """The word for a severity."""
    return _("error") if found.is_error else _("warning")
