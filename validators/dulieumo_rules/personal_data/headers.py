"""What columns of personal data are called: in Vietnamese with or without accents, in English, run together or not."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from .kinds import Kind

_WORDS: dict[Kind, str] = {
    Kind.CITIZEN_ID: r"cccd|can cuoc|cmnd|cmt|cmtnd|cmt nd|chung minh|dinh danh ca nhan|so dinh danh|ma dinh danh|ddcn|giay to tuy than|dinh danh"
    r"|so giay to|giay to|citizen|national id|id card|identity|personal id|so id|id number|the can cuoc|so cc|idno",
    Kind.OLD_ID_CARD: r"cmnd|cmt|cmtnd|cmt nd|chung minh|so giay to|giay to tuy than|cccd|can cuoc|id card|identity",
    Kind.PERSONAL_TAX_CODE: r"mst ca nhan|ma so thue ca nhan|ma thue ca nhan|mst tncn|mst ho kinh doanh|mst nguoi|ma so thue nguoi"
    r"|ma so thue ho|personal tax|individual tax|mst ca the|pit code",
    Kind.SOCIAL_INSURANCE: r"bhxh|bao hiem xa hoi|so so bao hiem|ma so bao hiem|so bao hiem|social insurance|social security|ssn",
    Kind.HEALTH_INSURANCE: r"bhyt|bao hiem y te|the bao hiem|ma the|health insurance|so the bhyt",
    Kind.PHONE: r"dien thoai|dthoai|sdt|so dt|dtdd|dt dd|di dong|didong|phone|mobile|cell|tel|telephone|hotline|zalo|so lien he|lien he"
    r"|lien lac|contact|dt lien he|dt",
    Kind.PLATE: r"bien so|bien kiem soat|bien ks|bks|bsx|plate|license plate|licence plate|so xe|bien dang ky|bien xe|so dang ky xe",
    Kind.PASSPORT: r"ho chieu|passport|hochieu|so hc",
    Kind.DRIVING_LICENCE: r"bang lai|gplx|giay phep lai xe|driving licen[cs]e|driver licen[cs]e|drivers licen[cs]e|so gplx",
    Kind.BANK: r"so tai khoan|stk|so tk|tk nhan|tk ngan hang|tk nh|tai khoan ngan hang|tai khoan|bank account|account number|account no|bank acc|so the ngan hang"
    r"|so the|card number|card no|credit card|the tin dung|the atm|iban|bank card|the ngan hang",
    Kind.EMAIL: r"email|e mail|thu dien tu|mail|hom thu|gmail|dia chi mail",
    Kind.NAME: r"ho ten|ho va ten|ho dem|hoten|hovaten|ten nguoi|nguoi dai dien|dai dien|chu ho|chu co so|chu doanh nghiep|chu so huu|chu the"
    r"|giam doc|nguoi lien he|nguoi phu trach|phu trach|chu nhiem|ten hoc sinh|ten benh nhan|benh nhan|hoc sinh|hoc vien|sinh vien|full name|contact"
    r"|fullname|person|owner|representative|contact person|director|employee|ten nhan vien|nhan vien|nguoi nop|nguoi ky|nguoi dung dau"
    r"|thu truong|hieu truong|truong phong|bac si|luat su|cong chung vien|nguoi lao dong|ca nhan|cong dan|cu tri|khach hang|customer|name"
    r"|nguoi dung|nguoi lh|dai dien pl|ndd|nddpl|chu cs|chu dn|chu hkd|chu ho kd|dau moi|nguoi so huu|nguoi khai|nguoi lap|tac gia|author|ten chu|ong ba|thanh vien|hoi vien|can bo|giao vien|nguoi hanh nghe|ho",
    Kind.BIRTH_DATE: r"ngay sinh|nam sinh|ngay thang nam sinh|sinh ngay|ns|dob|date of birth|birth date|birthdate|birthday|birth|year of birth"
    r"|birth year|ngaysinh|namsinh|n sinh|ng sinh|ntns|ngay thang sinh|nam sanh|ngay sanh",
    Kind.HOME_ADDRESS: r"thuong tru|tam tru|noi o|cho o|ho khau|hktt|cu tru|dia chi nha|dia chi rieng|que quan|nguyen quan|home address|residence"
    r"|residential address|permanent address|dia chi lien he|noi sinh|dktt|noi dang ky thuong tru|cho o hien nay|dcct|dctt",
    Kind.HEALTH: r"chan doan|benh an|tinh trang suc khoe|ket qua xet nghiem|tien su benh|diagnosis|medical record|health status|nhom mau",
    Kind.BELIEF: r"dan toc|ton giao|ethnicity|religion|dang phai|chinh tri",
    Kind.CRIME: r"tien an|tien su vi pham|toi danh|hanh vi vi pham|criminal record|offence",
    Kind.BIOMETRIC: r"van tay|khuon mat|sinh trac|fingerprint|biometric|adn|gen",
}

_NOT_PERSONS = (
    r"duong|pho|truong|cho|cau|cong vien|phuong|xa|quan(?! ly)|huyen|tinh|benh vien|tram|co so|cong ty|doanh nghiep|to chuc|don vi|di tich"
    r"|bao tang|dia danh|tuyen|street|school|ward|company|hospital|organi[sz]ation|phong kham|thuong hieu|san pham|du an|cong trinh|khu"
    r"|nha thuoc|cua hang|co quan|so nganh|nha xuat ban|tai lieu|van ban|le hoi|giai thuong|brand|product|project|place|location|dia diem"
)
"""Columns that hold names of streets, schools or firms, which are often those of persons."""

_COUNTS = r"so luong|so nguoi|so ca|tong so|so luot|ty le|muc|count|number of|total|share|rate|so ho|so thue bao|gia|doanh thu|von|chi|thu|quy|so tien|kinh phi|chi phi|tien"
"""Columns that count: a number of phones is no phone number."""

_CODES = r"so seri|seri|serial|s n|imei|so may|so khung|ma vach|barcode|gtin|ean|upc|isbn|issn|sku|hoa don|chung tu|invoice|so lo|so phieu|dong ho|cong to"
"""Columns that number things: digits like those of a phone are looked at again, not taken for one."""


_NEW_WORD = re.compile(r"(?<=a)(?=A)|(?<=A)(?=Aa)")
"""Where a word begins inside of what is run together, in a text of which small letters are a and capitals A."""


def normal(text: str) -> str:
    """Lower case, no accents, words apart: "SoCCCD_NguoiDaiDien" → "so cccd nguoi dai dien"."""
    text = unicodedata.normalize("NFC", text)
    shape = "".join("a" if letter.islower() else "A" if letter.isupper() else " " for letter in text)
    starts = {match.start() for match in _NEW_WORD.finditer(shape)}
    apart = "".join(f" {letter}" if at in starts else letter for at, letter in enumerate(text))
    folded = unicodedata.normalize("NFD", apart.replace("đ", "d").replace("Đ", "D"))
    plain = "".join(letter for letter in folded if not unicodedata.combining(letter)).lower()
    return re.sub(r"[^a-z0-9]+", " ", plain).strip()


@cache
def _compiled(words: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![a-z0-9])(?:{words})(?![a-z0-9])")


def kinds(headers: tuple[str, ...]) -> frozenset[Kind]:
    """The kinds that any of a column's names and titles speaks of."""
    texts = [normal(header) for header in headers if header]
    joined = [text.replace(" ", "") for text in texts]
    found = {kind for kind, words in _WORDS.items() if any(_compiled(words).search(text) for text in texts)}
    found |= {kind for kind, words in _RUN_TOGETHER.items() if any(re.search(words, text) for text in joined)}
    return frozenset(found)


_RUN_TOGETHER = {
    Kind.CITIZEN_ID: r"cccd|cmnd|socancuoc|canccuoc|cancuoc|dinhdanhcanhan",
    Kind.OLD_ID_CARD: r"cmnd|chungminh",
    Kind.PHONE: r"dienthoai|sodt|sdt|didong|mobile|phone",
    Kind.NAME: r"hoten|hovaten|nguoidaidien|fullname|chuho$|tennguoi",
    Kind.BIRTH_DATE: r"ngaysinh|namsinh|birthdate|dateofbirth|^dob$",
    Kind.EMAIL: r"email",
    Kind.PLATE: r"bienso|bienkiemsoat|licenseplate",
    Kind.PASSPORT: r"hochieu|passport",
    Kind.SOCIAL_INSURANCE: r"bhxh",
    Kind.HEALTH_INSURANCE: r"bhyt",
    Kind.BANK: r"sotaikhoan|taikhoan|accountno|accountnumber|cardno|cardnumber",
    Kind.HOME_ADDRESS: r"thuongtru|hokhau|noicutru|tamtru",
    Kind.DRIVING_LICENCE: r"gplx|banglai|driverlicen|drivinglicen",
}


def is_of_things(headers: tuple[str, ...]) -> bool:
    """Whether a column is said to name places or organisations."""
    return any(_compiled(_NOT_PERSONS).search(normal(header)) for header in headers if header)


def is_of_counts(headers: tuple[str, ...]) -> bool:
    return any(_compiled(_COUNTS).search(normal(header)) for header in headers if header)


def is_of_codes(headers: tuple[str, ...]) -> bool:
    """Whether a column is said to number things."""
    return any(_compiled(_CODES).search(normal(header)) for header in headers if header)
