"""A new dataset's descriptor: what the owner says of it and what its table shows, as YAML that passes the check. Pure.

What cannot be known from the file is not declared: keys, code lists, categories and identifiers are proposed in comments.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from dulieumo.model import Domain, Publisher
from dulieumo.owner import names
from dulieumo.owner.column import Inferred
from dulieumo.owner.glossary import Glossary
from dulieumo.owner.infer import Table
from dulieumo.owner.yamltext import Lines, flow, joined

PENDING = "cần dịch sang tiếng Anh"
"""The mark behind a text that stands in Vietnamese where English belongs."""


@dataclass(frozen=True, slots=True)
class Said:
    """A text of the owner's in Vietnamese, and in English where there is one."""

    vi: str
    en: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What only the owner knows of a dataset. Dates are YYYY, YYYY-MM or YYYY-MM-DD; `today` is YYYY-MM-DD.

    `withheld` are columns of the file that are not published: title and reason."""

    name: str
    title: Said
    description: Said
    publisher: Publisher
    domain: Domain
    purpose: Said
    scope: Said
    collection: Said
    frequency: str
    as_of: str
    today: str
    source: str
    source_url: str | None = None
    source_published: str | None = None
    completeness: Said | None = None
    keywords: tuple[str, ...] = ()
    resource: str = ""
    languages: tuple[str, ...] = ("vi", "en")
    withheld: tuple[tuple[str, str], ...] = ()
    units: dict[str, str] = field(default_factory=dict)

    @property
    def table(self) -> str:
        return self.resource or self.name[:60].rstrip("-")


def with_table(about: About, *, withheld: tuple[tuple[str, str], ...], units: dict[str, str]) -> About:
    """The same, with what was decided about the table's columns."""
    return replace(about, withheld=withheld, units=units)


def default_keywords(about_title: str, domain: Domain, publisher: Publisher) -> tuple[str, ...]:
    """Three words to find the dataset by, when the owner gives none: what it lists, its domain, its publisher."""
    short = re.sub(
        r"^(danh sách|danh mục|dữ liệu( về)?|bảng|số liệu( về)?|thống kê)\s+", "", about_title, flags=re.IGNORECASE
    )
    words = (short, domain.title.default, publisher.title.default)
    plain = (re.sub(r"[^\w .-]", " ", word) for word in words)
    return tuple(dict.fromkeys(" ".join(word.split())[:100].lower() for word in plain))


def descriptor(about: About, table: Table, key: Sequence[str], glossary: Glossary, *, is_sample: bool = False) -> str:
    """The text of datapackage.yaml."""
    out = Lines()
    writer = _Writer(out, about, glossary)
    out.pair(0, "$schema", "https://datapackage.org/profiles/2.0/datapackage.json")
    out.pair(0, "name", about.name)
    writer.said(0, "title", about.title)
    writer.said(0, "description", about.description)
    out.pair(0, "version", "1.0.0")
    out.pair(0, "keywords", list(about.keywords))
    out.pair(0, "dulieumo:publisher", about.publisher.name)
    writer.said(0, "dulieumo:purpose", about.purpose)
    writer.said(0, "dulieumo:scope", about.scope)
    writer.said(0, "dulieumo:collectionMethod", about.collection)
    out.pair(0, "dulieumo:frequency", about.frequency)
    out.lines.append(f"dulieumo:dataAsOf: {_quoted(about.as_of)}")
    out.key(0, "dulieumo:changelog")
    out.pair(2, "version", "1.0.0", item=True)
    out.lines.append(f"    date: {_quoted(about.today)}")
    writer.said(4, "description", Said("Bản đầu tiên.", "First version."))
    out.pair(0, "dulieumo:personalData", {"contains": False})
    if about.withheld:
        _withheld(out, writer, about)
    _source(out, about)
    out.key(0, "resources")
    _resource(out, writer, about, table, key, is_sample=is_sample)
    return out.text()


class _Writer:
    """Writes texts with their English, and marks where there is none."""

    def __init__(self, out: Lines, about: About, glossary: Glossary) -> None:
        self.out = out
        self.glossary = glossary
        self.others = tuple(code for code in about.languages if code != "vi")

    def said(self, indent: int, key: str, text: Said, *, item: bool = False) -> None:
        self.out.pair(indent, key, text.vi, item=item)
        inner = indent + 2 if item else indent
        for code in self.others:
            translated = text.en if code == "en" else None
            self.out.pair(inner, f"{key}@{code}", translated or text.vi, "" if translated else PENDING)


def _quoted(text: str) -> str:
    return f'"{text}"'


def _withheld(out: Lines, writer: _Writer, about: About) -> None:
    out.key(0, "dulieumo:withheld")
    for title, reason in about.withheld:
        out.pair(2, "name", names.column_name(title), item=True)
        writer.said(4, "title", Said(title, writer.glossary.title(title)))
        writer.said(4, "reason", Said(reason, _REASONS.get(reason)))


PERSONAL_REASON = "Dữ liệu cá nhân, không công bố."
_REASONS = {PERSONAL_REASON: "Personal data, not published."}


def _source(out: Lines, about: About) -> None:
    out.key(0, "sources")
    out.pair(2, "dulieumo:id", "tep-goc", item=True)
    out.pair(4, "title", about.source)
    out.pair(4, "dulieumo:publisher", about.publisher.title.default)
    if about.source_url:
        out.pair(4, "path", about.source_url)
    if about.source_published:
        out.lines.append(f"    dulieumo:published: {_quoted(about.source_published)}")
    else:
        out.lines.append(f"    dulieumo:accessed: {_quoted(about.today)}")


def _resource(out: Lines, writer: _Writer, about: About, table: Table, key: Sequence[str], *, is_sample: bool) -> None:
    out.pair(2, "name", about.table, item=True)
    writer.said(4, "title", about.title)
    rows_of = Said(
        f"Mỗi dòng là một mục của bảng: {about.title.vi}.",
        f"Each row is one entry of the table: {about.title.en}." if about.title.en else None,
    )
    writer.said(4, "description", rows_of)
    out.pair(4, "path", f"data/{about.table}.csv")
    out.pair(4, "type", "table")
    out.pair(4, "format", "csv")
    out.pair(4, "mediatype", "text/csv")
    out.pair(4, "encoding", "utf-8")
    out.lines.append('    dialect: { delimiter: "," }')
    out.pair(4, "dulieumo:kind", "sample" if is_sample else "real")
    if not is_sample:
        _completeness(out, writer, about, table.height)
    out.key(4, "schema")
    out.lines.append('      missingValues: [""]')
    if key:
        out.lines.append(f"      primaryKey: {joined(key)}")
    elif table.keys:
        out.comment(6, "Khóa là cột phân biệt các dòng với nhau. Bỏ dấu # ở dòng đúng:")
        out.lines += [f"      # primaryKey: {joined(candidate)}" for candidate in table.keys[:3]]
    out.key(6, "fields")
    for column in table.columns:
        _field(out, writer, column, about, is_key=column.name in key)


def _completeness(out: Lines, writer: _Writer, about: About, rows: int) -> None:
    said = about.completeness or Said(
        f"{rows} dòng, đủ như trong tệp gốc; chưa đối chiếu với tổng số ngoài tệp.",
        f"{rows} rows, all that the original file has; not compared with any total outside it.",
    )
    out.key(4, "dulieumo:completeness")
    writer.said(6, "statement", said)
    out.pair(6, "listed", rows)


def _field(out: Lines, writer: _Writer, column: Inferred, about: About, *, is_key: bool) -> None:
    english = writer.glossary.title(column.title)
    bare, stated = writer.glossary.title(names.without_unit(column.title)), names.unit_of(column.title)
    if english is None and bare and stated and writer.glossary.unit(stated):
        english = f"{bare} ({writer.glossary.unit(stated)})"
    out.pair(8, "name", column.name, item=True)
    writer.said(10, "title", Said(column.title, english))
    writer.said(10, "description", Said(f"{column.title}.", f"{english}." if english else None))
    out.pair(10, "type", column.type)
    if is_key:
        out.lines.append("          constraints: { required: true }")
    if column.size is not None:
        out.pair(10, "dulieumo:decimal", {"precision": column.size.precision, "scale": column.size.scale})
    if column.is_float:
        out.pair(10, "dulieumo:float", True)
    unit = about.units.get(column.name) or column.unit
    if column.is_number and unit:
        writer.said(10, "dulieumo:unit", Said(unit, writer.glossary.unit(unit)))
    if column.role:
        out.pair(10, "dulieumo:role", column.role)
    for reason, line in proposals(column, is_key=is_key):
        out.proposal(10, reason, line)


def proposals(column: Inferred, *, is_key: bool = False) -> list[tuple[str, str]]:
    """What the cells suggest and nobody has confirmed: the reason, and the line of YAML to take if it is right."""
    found = []
    if column.code_list is not None:
        one = column.code_list
        value = {"dataset": one.dataset, "resource": one.resource, "column": one.column}
        if one.label:
            value["label"] = one.label
        found.append(
            (f"Mọi mã đều có trong danh mục {one.dataset}; nếu đúng thì bỏ dấu #:", f"dulieumo:codeList: {flow(value)}")
        )
    elif column.identifier is not None:
        found.append(("Nếu đúng là loại mã này thì bỏ dấu #:", f"dulieumo:identifier: {column.identifier}"))
    if column.categories:
        reason = f"Chỉ có {len(column.categories)} giá trị; nếu không còn giá trị nào khác thì bỏ dấu #:"
        found.append((reason, f"categories: {joined(column.categories)}"))
    limits = ["required: true"] if column.is_complete and not is_key else []
    limits += ["minimum: 0, maximum: 100"] if column.is_number and column.unit == "%" else []
    if limits:
        reason = "Không ô nào trống; nếu luôn phải có thì bỏ dấu #:" if column.is_complete else "Nếu đúng thì bỏ dấu #:"
        found.append((reason, f"constraints: {{ {', '.join(limits)} }}"))
    return found


def pending(text: str) -> int:
    """How many texts of a descriptor still wait for their English."""
    return text.count(f"# {PENDING}")


def as_of(above: Sequence[str]) -> str | None:
    """The date of the data that the texts above a table name: "tính đến ngày 30/6/2025" → 2025-06-30, "năm 2025" → 2025."""
    whole = " ".join(above)
    day = re.search(r"(\d{1,2})\s*[/.-]\s*(\d{1,2})\s*[/.-]\s*((?:19|20)\d{2})", whole) or re.search(
        r"ngày\s+(\d{1,2})\s+tháng\s+(\d{1,2})\s+năm\s+((?:19|20)\d{2})", whole, re.IGNORECASE
    )
    if day and 1 <= int(day[2]) <= 12 and 1 <= int(day[1]) <= 31:
        return f"{day[3]}-{int(day[2]):02}-{int(day[1]):02}"
    month = re.search(r"tháng\s+(\d{1,2})\s*(?:/|,?\s+năm\s+)\s*((?:19|20)\d{2})", whole, re.IGNORECASE)
    if month and 1 <= int(month[1]) <= 12:
        return f"{month[2]}-{int(month[1]):02}"
    year = re.findall(r"năm\s+((?:19|20)\d{2})", whole, re.IGNORECASE)
    return max(year) if year else None


def title_of(above: Sequence[str]) -> str | None:
    """The line above a table that names it, in sentence case; None where none does."""
    for text in above:
        if re.match(
            r"(danh sách|danh mục|bảng|biểu|thống kê|tổng hợp|kết quả|báo cáo|số liệu|tình hình)\b", text, re.IGNORECASE
        ):
            return (text[:1] + text[1:].lower() if text.isupper() else text)[:250]
    return None
