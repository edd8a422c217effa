"""Vietnamese titles → names: of columns (snake_case), of tables and files (kebab-case). And the unit that a title states."""

from __future__ import annotations

import re
import unicodedata

MAX_COLUMN_NAME = 63
_PARENTHESES = re.compile(r"\s*[(\[]([^()\[\]]{1,40})[)\]]\s*$")
_NO_UNIT = re.compile(
    r"(nếu có|ghi|tên|số |ngày|theo|gồm|bao gồm|kể cả|không|chưa|tính|đến|từ|vd|ví dụ|\d+$|cũ|mới|\*)", re.IGNORECASE
)
# What a column counts, when its title says so and nothing else: "Số lượng phòng" is counted in "phòng".
_COUNTED = re.compile(r"(?:tổng số|số lượng|số lượt|số)\s+(?!lượng\b|liệu\b|tiền\b|thứ\b)(.{2,25})", re.IGNORECASE)


def plain(text: str) -> str:
    """Lower case without marks; đ becomes d."""
    decomposed = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def column_name(title: str) -> str:
    """ "Mã số thuế" → ma_so_thue. A unit in parentheses at the end is left out. "" where nothing is left."""
    words = re.findall(r"[a-z0-9]+", plain(without_unit(title)) or plain(title))
    name = "_".join(words)
    if name and not name[0].isalpha():
        name = f"cot_{name}"
    return name[:MAX_COLUMN_NAME].rstrip("_")


def unique(name: str, taken: set[str]) -> str:
    """The name, with a number behind it where it is taken."""
    chosen, number = name, 2
    while chosen in taken:
        chosen = f"{name[: MAX_COLUMN_NAME - 3]}_{number}"
        number += 1
    return chosen


def slug(title: str) -> str:
    """ "Cơ sở tiêm chủng" → co-so-tiem-chung."""
    return "-".join(re.findall(r"[a-z0-9]+", plain(title)))[:60].strip("-")


def unit_of(title: str) -> str | None:
    """The unit that a title states in parentheses, as in "Diện tích (ha)"; None where it states none."""
    match = _PARENTHESES.search(title)
    if match is None:
        return None
    text = re.sub(r"^(đvt|đơn vị tính|đơn vị)\s*:?\s*", "", match[1].strip(), flags=re.IGNORECASE)
    return None if not text or len(text) > 25 or _NO_UNIT.match(text) else text


def without_unit(title: str) -> str:
    """The title without what stands in parentheses at its end."""
    return _PARENTHESES.sub("", title).strip()


def counted(title: str) -> str | None:
    """What a title of the form "Số …" or "Số lượng …" counts; None for other titles."""
    upper, _, last = without_unit(title).rpartition(" - ")
    if upper and re.fullmatch(r"(tổng )?số( lượng)?", upper, re.IGNORECASE):
        return last.lower()
    match = _COUNTED.fullmatch(last)
    return match[1].strip().lower() if match else None


def letter(position: int) -> str:
    """The letters of a spreadsheet column, from 1: 28 → AB."""
    letters = ""
    while position:
        position, digit = divmod(position - 1, 26)
        letters = chr(ord("A") + digit) + letters
    return letters
