"""Forms, checksums and decodings of identifiers. Patterns are RE2, for whole cells without separators.

Sources: 12-digit number: Circular 59/2021/TT-BCA, art. 4 (province, century and sex, year of birth); tax code check digit:
Circular 105/2020/TT-BTC as implemented by python-stdnum; mobile prefixes: the numbering plan as in libphonenumber; plates:
Circular 79/2024/TT-BCA. A form alone proves little (38 % of random ten-digit numbers with a leading zero look like phones):
the gate looks at shares of whole columns.
"""

from __future__ import annotations

import re
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dulieumo_rules import bytewise

PROVINCES = [
    "001",
    "002",
    "004",
    "006",
    "008",
    "010",
    "011",
    "012",
    "014",
    "015",
    "017",
    "019",
    "020",
    "022",
    "024",
    "025",
    "026",
    "027",
    "030",
    "031",
    "033",
    "034",
    "035",
    "036",
    "037",
    "038",
    "040",
    "042",
    "044",
    "045",
    "046",
    "048",
    "049",
    "051",
    "052",
    "054",
    "056",
    "058",
    "060",
    "062",
    "064",
    "066",
    "067",
    "068",
    "070",
    "072",
    "074",
    "075",
    "077",
    "079",
    "080",
    "082",
    "083",
    "084",
    "086",
    "087",
    "089",
    "091",
    "092",
    "093",
    "094",
    "095",
    "096",
]
"""Codes of the 63 provinces in citizen numbers; they stay valid after the mergers of 2025."""

OLDEST = 110


def citizen_pattern(today: date) -> str:
    """Twelve digits that decode: a province, and a birth year from `OLDEST` years ago to now."""
    last, first = today.year % 100, (today.year - OLDEST) % 100
    born_1900 = _two_digits(first, 99)
    born_2000 = _two_digits(0, last)
    return rf"0(?:{'|'.join(code[1:] for code in PROVINCES)})(?:[01](?:{born_1900})|[23](?:{born_2000}))[0-9]{{6}}"


def _two_digits(low: int, high: int) -> str:
    return "|".join(f"{number:02}" for number in range(low, high + 1))


TWELVE_DIGITS = r"[0-9]{12}"
CMND = r"[0-9]{9}"
TEN_DIGITS = r"[0-9]{10}"
TAX_CODE = r"[0-9]{10}(?:-?[0-9]{3})?"
MOBILE_NATIONAL = r"(?:3[2-9]|5[25689]|7[06-9]|8[1-9]|9[0-46-9])[0-9]{7}"
MOBILE = rf"(?:\+?84|0){MOBILE_NATIONAL}"
FIXED = r"(?:\+?84|0)?2(?:0[3-9]|1[0-689]|2[0-25-9]|[38][2-9]|4[2-8]|5[124-9]|6[0-39]|7[0-7]|9[0-4679])[0-9]{7}"
SERVICE = r"1[89]00[0-9]{4,6}"
PLATE = (
    r"(?:1[1-9]|[2-9][0-9])(?:MĐ[1-9]?|LD|DA|KT|HC|TĐ|MK|CD|NG|NN|QT|[A-HK-NPS-VX-Z]{1,2}[0-9]?)(?:[0-9]{5}|[0-9]{4})"
    r"|[0-9]{2}[0-9]{3}(?:NG|QT|CV|NN)[0-9]{2}"
)
PASSPORT = r"[A-Z][0-9]{7}"
CARD = r"(?:4[0-9]{12}(?:[0-9]{3}){0,2}|5[1-5][0-9]{14}|2[2-7][0-9]{14}|3[47][0-9]{13}|35[0-9]{14}|9704[0-9]{12}(?:[0-9]{3})?|6(?:011|2[0-9]{2})[0-9]{12})"
ACCOUNT = r"[0-9]{6,19}"
BHYT = r"(?:[A-Z]{2}[1-9])?[0-9]{2}[0-9]{10}"
BHYT_FULL = r"(?:DN|HX|CH|NN|TK|HC|XK|HT|TB|NO|CT|XB|TN|CS|QN|CA|CY|XN|MS|CC|CK|CB|KC|HD|TE|BT|HN|DT|DK|XD|TS|TC|TQ|TA|TY|HG|LS|PV|HS|SV|GB|GD|ND|TH|TV|TD|XV|TL|XT|HK|SQ)[1-7][0-9]{12}"
EMAIL = r"[^@\s,;:<>()\"']+@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?\.[A-Za-z]{2,}"
HASHED = r"(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64}|[0-9A-F]{32}|[0-9A-F]{40}|[0-9A-F]{64}|[A-Za-z0-9+/]{43}=|[A-Za-z0-9+/]{27}=|[A-Za-z0-9+/]{22}==)"

_SEPARATORS = r"[\s.\-()/'’_\x{00a0}\x{200b}]"


def compact(cells: pa.Array) -> pa.Array:
    """The cells without what people put between digits, and without the ".0" of a number that a spreadsheet made of one."""
    if bytewise.is_of_words(cells):
        return cells
    whole = pc.replace_substring_regex(cells, r"\A([\s']*[0-9]{8,})\.0+\s*\z", r"\1")
    is_decimal = pc.match_substring_regex(
        whole, r"\A\s*-?[0-9]{1,3}\.[0-9]{4,}\s*\z"
    )  # a coordinate, no groups of digits
    return pc.if_else(is_decimal, whole, pc.replace_substring_regex(whole, _SEPARATORS, ""))


def share(cells: pa.Array, pattern: str) -> float:
    """The share of cells of which the whole text matches."""
    return float(pc.mean(matching(cells, pattern)).as_py() or 0.0) if len(cells) else 0.0


def matching(cells: pa.Array, pattern: str) -> pa.Array:
    return pc.fill_null(pc.match_substring_regex(cells, rf"\A(?:{pattern})\z"), False)


def within(pattern: str) -> str:
    """A pattern for cells that hold the form apart from other letters and digits, with anything around it."""
    return rf"(?s:(?:.*[^0-9A-Za-z])?(?:{pattern})(?:[^0-9A-Za-z].*)?)"


def are_tax_codes(cells: pa.Array) -> bool:
    """Whether those with ten digits, three at least, are nearly all right to the check digit: 1 in 11 is, by chance."""
    ten = cells.filter(matching(cells, TAX_CODE))
    if len(ten) < 3:
        return False
    digits = _digits(pc.utf8_slice_codeunits(ten, 0, 10), 10)
    weights = np.array([31, 29, 23, 19, 17, 13, 7, 5, 3])
    expected = 10 - (digits[:, :9] @ weights) % 11
    right = (expected == digits[:, 9]) & (digits[:, 2:9].sum(axis=1) > 0)
    return float(right.mean()) >= 0.9


def luhn_share(cells: pa.Array) -> float:
    """The share of cells that are card numbers with a right Luhn digit: 1 in 10 of their form by chance."""
    cards = cells.filter(matching(cells, CARD)).to_pylist()
    return sum(luhn(card) for card in cards) / len(cells) if len(cells) else 0.0


def luhn(number: str) -> bool:
    total = 0
    for position, letter in enumerate(reversed(number)):
        digit = int(letter) * (2 if position % 2 else 1)
        total += digit - 9 if digit > 9 else digit
    return total % 10 == 0


def _digits(cells: pa.Array, width: int) -> np.ndarray[tuple[int, int], np.dtype[np.int64]]:
    joined = "".join(cells.to_pylist()).encode()
    return (np.frombuffer(joined, np.uint8).reshape(-1, width) - ord("0")).astype(np.int64)


_ROLES = re.compile(
    r"(?i)(info|contact|lien_?he|van_?thu|cskh|cham_?soc.*|sales?|admin|support|ho_?tro|tuyen_?sinh|ke_?toan|nhan_?su|hr|mail|email"
    r"|office|van_?phong|bao_?chi|press|service|dich_?vu|marketing|hanh_?chinh|hotline|hello|enquiry|inquiry|customer.*|noreply|no-reply"
    r"|webmaster|postmaster|booking|reservation|order|dat_?hang|shop|company|congty.*|cty.*|benhvien.*|bv.*|thpt.*|thcs.*|ubnd.*"
    r"|truong_?(?:th|tieu_?hoc|mn|mam_?non|mg|cd|cao_?dang|dh|dai_?hoc|trung_?cap|tc|chinh_?tri|day_?nghe).*"
    r"|so_?(?:gd|gddt|yt|tc|nv|xd|ct|tttt|khcn|ld|ldtbxh|vh|vhtt|dl|nn|nnptnt|tnmt|gtvt|gtcc|tp|qhkt|kh|khdt|ngoaivu))[0-9]*"
)
"""Not every "truong" or "so": Trường, Trương and Sơn are names of persons."""

_DEPARTMENTS = re.compile(
    r"(?i)(?:phong|p|khoa|ban)_?(?:tc|kh|hc|qt|dt|ct|gd|yt|nv|kt|tn|vh|ld|tp|cn|qlkh)[a-z]{0,4}[0-9]*"
)
"""Phòng TCCB and the like; Phong is a given name too, so not at the providers of private mail."""
_FREE = frozenset(("gmail.com", "yahoo.com", "yahoo.com.vn", "hotmail.com", "outlook.com", "icloud.com", "live.com"))


def is_personal_email(address: str) -> bool:
    """Not a mailbox of an office: no `*.gov.vn`, no name of a role before the @."""
    local, _, domain = address.strip().lower().rpartition("@")
    if domain == "gov.vn" or domain.endswith(".gov.vn"):
        return False
    box = local.split("+")[0].replace(".", "_").replace("-", "_")
    return _ROLES.fullmatch(box) is None and (domain in _FREE or _DEPARTMENTS.fullmatch(box) is None)
