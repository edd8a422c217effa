"""Columns of codes: recognised by their title or their cells, kept as text, with the zeros that Excel drops. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from dulieumo.owner import names, reading
from dulieumo.spreadsheets import Value
from dulieumo.spreadsheets.celltext import number_text

_TITLE = re.compile(
    r"ma( so| hieu)?\b"
    r"|so (hieu|giay|gp|gcn|quyet dinh|qd|cong van|van ban|ho so|chung (chi|nhan|thu|minh)|dang ky|dkkd|hop dong|seri"
    r"|tai khoan|nha|cccd|cmnd|dinh danh|dien thoai|dt|fax|the|bien|bao danh)\b"
    r"|(so )?(dien thoai|sdt|fax|mst|cccd|cmnd|gpkd|gpxd)\b"
    r"|ky hieu|bien (so|kiem soat)|(giay phep|quyet dinh)( so)?$"
)
# "Số giấy phép đã cấp", "Số hồ sơ tiếp nhận": amounts that begin like a number of a document.
_AMOUNT = re.compile(r"\b(da|duoc|tiep nhan|xu ly|giai quyet|cap moi|thu hoi|binh quan)\b")
_IDENTIFIERS = (
    (re.compile(r"(ma so thue|mst|ma thue|ma so doanh nghiep)"), "tax-code", 10),
    (re.compile(r"ma (phuong|xa|phuong xa|xa phuong|don vi hanh chinh cap xa)"), "commune-code", 5),
    (re.compile(r"ma (tinh|thanh pho|tinh thanh)"), "province-code", 2),
    (re.compile(r"ma (quan|huyen|quan huyen)"), "district-code", 3),
    (re.compile(r"(so )?(dien thoai|sdt|dt)\b"), "phone", 10),
    (re.compile(r"so (giay phep|gp|giay chung nhan|gcn|chung chi)|giay phep"), "licence-number", 0),
    (re.compile(r"so (quyet dinh|qd|cong van|van ban|hieu)|quyet dinh|ky hieu"), "document-number", 0),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownCodes:
    """A column of codes in the catalogue, such as the communes."""

    dataset: str
    resource: str
    column: str
    label: str | None
    codes: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Codes:
    """`restored` is an example of a code that got its zeros back, `count` says how many did. `lost` is an example of one
    that may have lost zeros and could not be restored."""

    texts: tuple[str, ...]
    restored: tuple[str, str] | None = None
    count: int = 0
    lost: str | None = None


def is_code_title(title: str) -> bool:
    """Whether a title announces codes: Mã …, Số giấy phép, Điện thoại."""
    plain = _words(title)
    return _TITLE.match(plain) is not None and _AMOUNT.search(plain) is None


def are_codes(cells: Sequence[Value]) -> bool:
    """Whether the cells show codes: texts of digits of which one begins with a zero that a number would not have."""
    texts = [cell for cell in cells if isinstance(cell, str)]
    return any(re.fullmatch(r"0\d+", text) for text in texts) and all(re.fullmatch(r"[\d ]+", text) for text in texts)


def _words(title: str) -> str:
    return " ".join(re.findall(r"[a-z0-9]+", names.plain(title)))


def identifier(title: str) -> str | None:
    """The kind of identifier that a title announces; None where it is none of those known."""
    return _identifier(title)[0]


def _identifier(title: str) -> tuple[str | None, int]:
    plain = _words(title)
    return next(((kind, width) for pattern, kind, width in _IDENTIFIERS if pattern.match(plain)), (None, 0))


def text(cell: Value, shown: str) -> str:
    """The text of a cell in a text column; `shown` is its number format: 50 shown as 0050 is "0050"."""
    if reading.is_empty(cell):
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, (int, float)):
        plain = number_text(cell)
        return plain.zfill(len(shown)) if re.fullmatch(r"0{2,}", shown) and plain.isdigit() else plain
    return cell if isinstance(cell, str) else cell.isoformat() if hasattr(cell, "isoformat") else str(cell)


def texts(title: str, cells: Sequence[Value], formats: Sequence[str], known: Sequence[KnownCodes]) -> Codes:
    """The codes of a column as text. Zeros come back where something proves how long a code is: the other cells, a code list
    of the catalogue, or the law (10 digits of a tax code, 5 of a commune, 9 of a telephone number after its zero)."""
    plain = tuple(text(cell, shown) for cell, shown in zip(cells, formats, strict=True))
    short = {
        at
        for at, (cell, shown) in enumerate(zip(cells, formats, strict=True))
        if isinstance(cell, (int, float))
        and not isinstance(cell, bool)
        and plain[at].isdigit()
        and text(cell, "") == text(cell, shown)
    }
    if not short:
        return Codes(texts=plain)
    lengths = {len(plain[at]) for at in short}
    width = _width(title, plain, short, known)
    if width and all(length <= width for length in lengths):
        made = tuple(value.zfill(width) if at in short else value for at, value in enumerate(plain))
        changed = sorted(at for at in short if made[at] != plain[at])
        if not changed:
            return Codes(texts=plain)
        return Codes(texts=made, restored=(plain[changed[0]], made[changed[0]]), count=len(changed))
    return Codes(texts=plain, lost=plain[min(short)] if len(lengths) > 1 else None)


def _width(title: str, plain: Sequence[str], short: set[int], known: Sequence[KnownCodes]) -> int:
    """How long the codes of a column are; 0 where nothing proves it."""
    typed = {len(value) for at, value in enumerate(plain) if at not in short and value}
    zeros = any(value.startswith("0") for at, value in enumerate(plain) if at not in short)
    if len(typed) == 1 and zeros and all(value.isdigit() for value in plain if value):
        return next(iter(typed))
    for one in known:
        widths = {len(code) for code in one.codes}
        if len(widths) == 1 and is_code_title(title):
            width = next(iter(widths))
            if all(value.zfill(width) in one.codes for value in plain if value) and _fits(title, one):
                return width
    kind, width = _identifier(title)
    lengths = {len(value) for value in plain if value}
    if kind == "phone":
        return 10 if lengths == {9} else 11 if lengths == {10} else 0
    if kind == "tax-code":
        return width if lengths <= {9, 10} else 0
    return width if kind in ("commune-code", "province-code", "district-code") and max(lengths) <= width else 0


def code_list(title: str, values: Sequence[str], known: Sequence[KnownCodes]) -> KnownCodes | None:
    """The code list of the catalogue that has all values of a column whose title speaks of codes; None where there is none."""
    distinct = {value for value in values if value}
    if not distinct or not is_code_title(title):
        return None
    fitting = [one for one in known if distinct <= one.codes and _fits(title, one)]
    return min(fitting, key=lambda one: len(one.codes), default=None)


def _fits(title: str, one: KnownCodes) -> bool:
    """Whether title and code list speak of the same thing, by a word of their names other than "mã"."""
    words = set(re.findall(r"[a-z0-9]+", names.plain(title))) - {"ma", "so"}
    return bool(words & set(re.findall(r"[a-z0-9]+", f"{one.dataset} {one.column}")))
