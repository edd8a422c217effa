"""The words of the public CKAN page, in the catalogue's own language: labels of extras, dates.

Not gettext: this is published content, and does not change with the language of the person who runs the command.
"""

from __future__ import annotations

import re

from dulieumo_rules import frequencies

LABELS: dict[str, tuple[str, str]] = {
    "purpose": ("Mục đích", "Purpose"),
    "scope": ("Phạm vi", "Scope"),
    "collection": ("Cách thu thập", "How it was collected"),
    "completeness": ("Mức đầy đủ", "Completeness"),
    "sources": ("Nguồn số liệu", "Sources"),
    "withheld": ("Thông tin không công bố", "Withheld"),
    "issues": ("Điều cần lưu ý", "Known issues"),
    "licence": ("Giấy phép và điều khoản", "Licence and terms"),
    "frequency": ("Tần suất cập nhật", "Update frequency"),
    "as-of": ("Số liệu tính đến", "Data as of"),
    "period": ("Thời gian của số liệu", "Period"),
    "area": ("Địa bàn", "Area"),
    "kind": ("Loại dữ liệu", "Kind of data"),
    "status": ("Tình trạng", "Status"),
    "rows": ("Số dòng", "Rows"),
    "unit": ("Đơn vị", "Unit"),
    "codes": ("Mã", "Codes"),
    "table": ("Bảng dữ liệu", "Table"),
    "in-english": ("English", "Tiếng Việt"),
}

SINCE = ("Từ {date}", "Since {date}")
UNTIL = ("Đến {date}", "Until {date}")

SAMPLE_TAG = ("dữ liệu mẫu", "sample data")
REFERENCE_TAG = ("danh mục dùng chung", "reference list")
RETIRED_TAG = ("ngừng cập nhật", "retired")

SAMPLE_NOTICE = (
    "DỮ LIỆU MẪU: các dòng trong bảng này chỉ minh họa cấu trúc, không phải số liệu thực.",
    "SAMPLE DATA: the rows of this table only show its structure and are not real figures.",
)
PARTLY_SAMPLE_NOTICE = (
    "MỘT SỐ BẢNG LÀ DỮ LIỆU MẪU, chỉ minh họa cấu trúc, không phải số liệu thực: {tables}.",
    "SOME TABLES ARE SAMPLE DATA, they only show the structure and are not real figures: {tables}.",
)
KINDS = {"real": ("Số liệu thực", "Real figures"), "sample": ("Dữ liệu mẫu", "Sample data")}
STATUSES = {
    "active": ("Đang duy trì", "Active"),
    "retired": ("Ngừng cập nhật", "Retired"),
    "superseded": ("Đã được thay bằng {by}", "Superseded by {by}"),
}


class Words:
    """The words in one language: Vietnamese for `vi`, English for all else."""

    def __init__(self, language: str) -> None:
        self._position = 0 if language == "vi" else 1

    def pick(self, pair: tuple[str, str]) -> str:
        return pair[self._position]

    def label(self, key: str) -> str:
        return LABELS[key][self._position]

    def frequency(self, code: str) -> str:
        known = frequencies.find(code)
        return known.in_("en" if self._position else "vi") if known else code

    def date(self, iso: str) -> str:
        """2023-10-19 → 19/10/2023, 2023-10 → 10/2023, 2023 → 2023; as it is for other languages than Vietnamese."""
        if self._position:
            return iso
        match = re.fullmatch(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?", iso)
        return "/".join(part for part in reversed(match.groups()) if part) if match else iso

    def period(self, start: str | None, end: str | None) -> str:
        """01/2024 – 06/2025; "Từ 01/2024" and "Đến 06/2025" where one side is open; a single day or year only once."""
        if start and end:
            return self.date(start) if start == end else f"{self.date(start)} – {self.date(end)}"
        if start:
            return self.pick(SINCE).format(date=self.date(start))
        return self.pick(UNTIL).format(date=self.date(end)) if end else ""

    def number(self, value: int) -> str:
        """12345 → 12.345 in Vietnamese, 12,345 else."""
        text = f"{value:,}"
        return text if self._position else text.replace(",", ".")
