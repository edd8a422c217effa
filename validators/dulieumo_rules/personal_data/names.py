"""Whether a text is the name of a Vietnamese person. Surnames are few (a hundred cover 99 %), so the first word tells much."""

from __future__ import annotations

import re
import unicodedata

SURNAMES = frozenset(
    [
        "nguyen",
        "tran",
        "le",
        "pham",
        "huynh",
        "hoang",
        "phan",
        "vu",
        "vo",
        "dang",
        "bui",
        "do",
        "ho",
        "ngo",
        "duong",
        "ly",
        "doan",
        "dao",
        "dinh",
        "truong",
        "mai",
        "to",
        "trinh",
        "cao",
        "lam",
        "luong",
        "ha",
        "chau",
        "ta",
        "phung",
        "thai",
        "kieu",
        "luu",
        "quach",
        "tong",
        "nghiem",
        "la",
        "tang",
        "khuong",
        "ung",
        "tieu",
        "vuong",
        "vuu",
        "van",
        "quan",
        "ong",
        "thach",
        "mac",
        "lieu",
        "diep",
        "kim",
        "son",
        "danh",
        "thi",
        "nong",
        "hua",
        "than",
        "bach",
        "dam",
        "giang",
        "luc",
        "tu",
        "trieu",
        "ma",
        "chu",
        "chung",
        "cu",
        "diem",
        "dong",
        "du",
        "giap",
        "han",
        "hau",
        "hy",
        "khau",
        "khuc",
        "khong",
        "lai",
        "lu",
        "mau",
        "nghi",
        "nguy",
        "nham",
        "nhan",
        "ninh",
        "no",
        "on",
        "pho",
        "te",
        "thieu",
        "trang",
        "uong",
        "vi",
        "vien",
        "sung",
        "thao",
        "vang",
        "vang",
        "hang",
        "lo",
        "cam",
        "dieu",
        "thanh",
        "huu",
        "khuu",
        "lieng",
        "lu",
        "mong",
        "ngan",
        "ngac",
        "nhu",
        "ngu",
        "phi",
        "sam",
        "sai",
        "tat",
        "ro",
        "siu",
        "ksor",
        "nay",
        "rmah",
        "rcom",
        "kpa",
        "chamale",
        "y",
        "quang",
        "dieu",
        "cil",
        "lee",
    ]
)
"""Without accents, lower case."""

COMMON = frozenset(
    [
        "nguyen",
        "tran",
        "le",
        "pham",
        "huynh",
        "hoang",
        "phan",
        "vu",
        "vo",
        "dang",
        "bui",
        "do",
        "ho",
        "ngo",
        "duong",
        "ly",
    ]
)

FAMOUS = frozenset(
    """nguyen hue|le loi|tran hung dao|ly thuong kiet|hai ba trung|le duan|dien bien phu|nguyen trai|nguyen du|phan chu trinh|phan boi chau
    ly thai to|le thanh ton|le thanh tong|ngo quyen|dinh tien hoang|tran phu|le hong phong|nguyen thi minh khai|vo thi sau|nguyen van cu
    nguyen dinh chieu|ho chi minh|ton duc thang|pham ngu lao|tran quang khai|tran nhat duat|tran quoc toan|tran quoc tuan|vo van tan|vo van kiet
    cao thang|nguyen cong tru|nguyen truong to|nguyen tri phuong|hoang dieu|hoang hoa tham|hoang van thu|phan dinh phung|phan dang luu
    nguyen thuong hien|nguyen binh khiem|le quy don|chu van an|luong the vinh|mac dinh chi|bui thi xuan|nguyen thai hoc|nguyen an ninh
    le van sy|le van tam|le van duyet|le van luong|nguyen van troi|nguyen huu canh|nguyen huu tho|pham van dong|pham hung|vo nguyen giap
    truong dinh|truong cong dinh|nguyen oanh|quang trung|phan van tri|phan xich long|nguyen kiem|ly chinh thang|tran quoc thao|nguyen van linh
    nguyen chi thanh|ton that thuyet|ton that dam|ton that tung|le lai|le thi rieng|huynh thuc khang|huynh tan phat|huynh man dat|tran binh trong
    nguyen khac nhu|nguyen cu trinh|co giang|co bac|bui vien|de tham|nguyen thai binh|ky con|pham ngoc thach|tu xuong|ho xuan huong|ba huyen thanh quan
    ho tung mau|ho van hue|dang van ngu|dang thai mai|dao duy anh|dao duy tu|doan thi diem|hoang sa|truong sa|ly tu trong|kim dong|vo truong toan
    nguyen hong dao|nguyen son|nguyen anh thu|to hien thanh|to ky|to ngoc van|thanh thai|tran van khe|trinh cong son|van cao|nguyen tat thanh
    nguyen ai quoc|tran cao van|tran khanh du|tran khac chan|hai trieu|ham nghi|dong khoi|dong du|phung khac khoan|phung hung|mai thi luu|mai chi tho""".replace(
        "\n", "|"
    )
    .replace("|    ", "|")
    .split("|")
)
"""Streets and schools bear these names."""

_THINGS = re.compile(
    r"(?:cao dang|thai binh|thai nguyen|cao bang|ha noi|ha nam|ha giang|ha tinh|lam dong|kim cuong|ho chi|ho bo|ho con|ho ca|to dan|to hop"
    r"|to chuc|do thi|luu ky|thi tran|thi xa|quan \w+$|van phong|van hoa|van ban|la mua|chau a|chau au|ong bo|ban quan|tong cong|tong cuc"
    r"|thanh pho|thanh tra|thanh nien|du an|du lich|dong nai|dong thap|kim loai|vien thong|trang trai|trang thiet|giang vien)\b"
)
"""Beginnings that are no names, though their first word is a surname."""
_COMMON_NOUNS = frozenset(
    [
        "đường",
        "trường",
        "đình",
        "viện",
        "hội",
        "phố",
        "chợ",
        "cầu",
        "quán",
        "tòa",
        "khu",
        "ấp",
        "tổ",
        "bản",
        "cụm",
        "phòng",
        "núi",
        "sông",
        "cửa",
        "lầu",
        "đồi",
    ]
)
"""Words that only their accents tell from surnames: Đường and Dương, Trường and Trương, Đình and Đinh."""
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_TITLES = re.compile(
    r"^(?:(?i:ông|bà|anh|chị|cô|chú|em|bs|bscki{1,2}|ths|ts|pgs|gs|mr|mrs|ms|dr|cn|ks|ls|ds|cki{1,2})[\s.:]+){1,3}"
)


def fold(text: str) -> str:
    """Lower case without accents."""
    spread = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return "".join(letter for letter in spread if not unicodedata.combining(letter)).lower()


def is_name(text: str) -> bool:
    """Three to six capitalised words, the first a surname; or two, with one of the commonest surnames. No street's name."""
    text = _TITLES.sub("", text.strip())
    words = text.split()
    if not 2 <= len(words) <= 6 or len(text) > 45:
        return False
    if not all(_WORD.fullmatch(word) and word[0].isupper() for word in words):
        return False
    if words[0].lower() in _COMMON_NOUNS:
        return False
    folded = [fold(word) for word in words]
    joined = " ".join(folded)
    is_surname = folded[0] in SURNAMES or words[0][:2] in ("H'", "K'", "H’", "K’")
    if joined in FAMOUS or not is_surname or any(len(word) > 7 for word in folded):
        return False
    if _THINGS.match(joined):
        return False
    return len(words) >= 3 or folded[0] in COMMON


_BETWEEN = re.compile(r"\s*(?:[,;/&+\n]|\s-\s|\svà\s|\sand\s)\s*")


def holds_name(text: str) -> bool:
    """For columns that are said to name persons: a name in small letters, or several with signs between them."""
    parts = [part for part in _BETWEEN.split(text.strip()) if part]
    return any(is_name(part.title() if part.islower() else part) for part in parts[:6])


def is_like_name(text: str) -> bool:
    """Two to four capitalised words and nothing else: a name of any people, in a column that is known to hold names."""
    words = _TITLES.sub("", text.strip()).split()
    return (
        2 <= len(words) <= 4
        and all(_WORD.fullmatch(word.rstrip(".")) and word[0].isupper() and not word[1:2].isupper() for word in words)
        and words[0].lower() not in _COMMON_NOUNS
        and _THINGS.match(" ".join(map(fold, words))) is None
    )
