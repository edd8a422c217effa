"""A made-up corpus with a fixed seed: columns of every kind of personal data, and columns that only look like it.

Nobody's data: all numbers are drawn at random. `python -m tests.rules.personal_corpus` prints what the gate says of each.
"""

from __future__ import annotations

import random
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import pyarrow as pa

from dulieumo_rules.personal_data import evidence, gate, identifiers

SEED = 20260101
TODAY = date(2026, 11, 22)

_SURNAMES = [
    "Nguyễn",
    "Trần",
    "Lê",
    "Phạm",
    "Huỳnh",
    "Hoàng",
    "Phan",
    "Vũ",
    "Võ",
    "Đặng",
    "Bùi",
    "Đỗ",
    "Hồ",
    "Ngô",
    "Dương",
    "Lý",
    "Đoàn",
    "Đào",
    "Đinh",
    "Trương",
    "Mai",
    "Tô",
    "Trịnh",
    "Cao",
    "Lâm",
]
_MIDDLE = [
    "Văn",
    "Thị",
    "Hữu",
    "Đức",
    "Minh",
    "Ngọc",
    "Thanh",
    "Quốc",
    "Xuân",
    "Thu",
    "Hồng",
    "Kim",
    "Anh",
    "Bảo",
    "Gia",
    "Thành",
]
_GIVEN = [
    "An",
    "Bình",
    "Chi",
    "Dũng",
    "Giang",
    "Hà",
    "Hạnh",
    "Hoa",
    "Hùng",
    "Hương",
    "Khoa",
    "Lan",
    "Linh",
    "Long",
    "Mai",
    "Nam",
    "Nga",
    "Phúc",
    "Quân",
    "Sơn",
    "Tâm",
    "Thảo",
    "Trang",
    "Tuấn",
    "Vy",
    "Yến",
]
_STREETS = [
    "Nguyễn Huệ",
    "Lê Lợi",
    "Trần Hưng Đạo",
    "Võ Văn Tần",
    "Nguyễn Thị Minh Khai",
    "Cách Mạng Tháng Tám",
    "Điện Biên Phủ",
    "Lý Thường Kiệt",
    "Hai Bà Trưng",
]


@dataclass(frozen=True)
class Column:
    kind: str
    name: str
    values: list[str]
    type: str = "string"


def _citizen(r: random.Random) -> str:
    born = r.randint(1945, 2010)
    sex = r.randint(0, 1) + (2 if born >= 2000 else 0)
    return f"{r.choice(identifiers.PROVINCES)}{sex}{born % 100:02}{r.randint(1, 999999):06}"


def _mobile(r: random.Random) -> str:
    return (
        "0"
        + r.choice(
            [
                "32",
                "33",
                "34",
                "35",
                "36",
                "37",
                "38",
                "39",
                "52",
                "56",
                "58",
                "59",
                "70",
                "76",
                "77",
                "78",
                "79",
                "81",
                "82",
                "83",
                "84",
                "85",
                "86",
                "88",
                "89",
                "90",
                "91",
                "92",
                "93",
                "94",
                "96",
                "97",
                "98",
                "99",
            ]
        )
        + f"{r.randint(0, 9999999):07}"
    )


def _name(r: random.Random) -> str:
    middle = [r.choice(_MIDDLE) for _ in range(r.choice([1, 1, 1, 2]))]
    return " ".join([r.choice(_SURNAMES), *middle, r.choice(_GIVEN)])


def _tax(r: random.Random) -> str:
    while True:
        nine = f"{r.choice(['03', '01', '02', '11', '37'])}{r.randint(0, 9999999):07}"
        check = 10 - sum(int(d) * w for d, w in zip(nine, [31, 29, 23, 19, 17, 13, 7, 5, 3], strict=True)) % 11
        if check < 10 and int(nine[2:]) > 0:
            return nine + str(check)


def _card(r: random.Random) -> str:
    start = r.choice(["4", "51", "55", "9704"])
    body = start + "".join(r.choice("0123456789") for _ in range(15 - len(start)))
    return next(body + d for d in "0123456789" if identifiers.luhn(body + d))


def _date(r: random.Random, first: int = 1940, last: int = 2012) -> date:
    return date(first, 1, 1) + timedelta(days=r.randint(0, 365 * (last - first)))


def _plate(r: random.Random) -> str:
    return f"{r.choice([50, 51, 59, 61, 72, 29])}{r.choice('ABCDEFGHK')}{r.choice(['', '1', '2'])}-{r.randint(0, 999):03}.{r.randint(0, 99):02}"


def _home(r: random.Random) -> str:
    return f"{r.randint(1, 400)}{r.choice(['', '/12', 'A'])} {r.choice(_STREETS)}, phường {r.choice(['Bến Thành', 'Tân Định', 'An Lạc'])}, TP. Hồ Chí Minh"


def _spaced(number: str, sizes: tuple[int, ...], sign: str) -> str:
    """The number in groups, as people write it."""
    parts, at = [], 0
    for size in sizes:
        parts.append(number[at : at + size])
        at += size
    return sign.join(parts)


Maker = Callable[[random.Random], str]

POSITIVE: dict[str, tuple[Maker, str, list[str]]] = {
    "citizen-id": (
        _citizen,
        "string",
        [
            "so_cccd",
            "CCCD",
            "cccd_nguoi_dai_dien",
            "Số căn cước",
            "so_dinh_danh_ca_nhan",
            "so_giay_to",
            "citizen_id",
            "ma",
            "cot_3",
            "id_number",
        ],
    ),
    "citizen-id spaced": (
        lambda r: _spaced(_citizen(r), (3, 3, 3, 3), " "),
        "string",
        ["so_cccd", "ma_so", "giay_to_tuy_than"],
    ),
    "citizen-id without zero": (
        lambda r: _citizen(r).removeprefix("0"),
        "string",
        ["so_cccd", "can_cuoc_cong_dan"],
    ),
    "citizen-id as integer": (lambda r: str(int(_citizen(r))), "integer", ["so_cccd", "CanCuocCongDan"]),
    "old-id-card": (
        lambda r: f"{r.choice(['02', '27', '30', '18'])}{r.randint(0, 9999999):07}",
        "string",
        ["so_cmnd", "CMND", "chung_minh_nhan_dan", "cmt", "SoCMND", "so_giay_to_tuy_than"],
    ),
    "cmnd or cccd": (
        lambda r: _citizen(r) if r.random() < 0.5 else f"{r.randint(100000000, 399999999)}",
        "string",
        ["so_cmnd_cccd", "cmnd", "giay_to"],
    ),
    "personal-tax-code": (
        _tax,
        "string",
        ["mst_ca_nhan", "ma_so_thue_ca_nhan", "Mã số thuế cá nhân", "personal_tax_code", "mst_ho_kinh_doanh"],
    ),
    "personal tax code as citizen number": (
        lambda r: _citizen(r) if r.random() < 0.5 else _tax(r),
        "string",
        ["ma_so_thue", "mst"],
    ),
    "social-insurance": (
        lambda r: f"{r.randint(0, 9999999999):010}",
        "string",
        ["ma_so_bhxh", "so_bhxh", "Số sổ BHXH", "bao_hiem_xa_hoi", "social_insurance_number"],
    ),
    "health-insurance": (
        lambda r: f"{r.choice(['DN', 'HX', 'GD', 'TE', 'HS'])}{r.randint(1, 5)}79{r.randint(0, 9999999999):010}",
        "string",
        ["so_the_bhyt", "bhyt", "ma_the", "the_bao_hiem_y_te", "cot_5"],
    ),
    "phone": (
        _mobile,
        "string",
        [
            "so_dien_thoai",
            "sdt",
            "SĐT",
            "dien_thoai_lien_he",
            "mobile",
            "phone_number",
            "lien_he",
            "DTDD",
            "cot_7",
            "hotline",
        ],
    ),
    "phone dotted": (
        lambda r: _spaced(_mobile(r), (4, 3, 3), "."),
        "string",
        ["dien_thoai", "lien_he", "cot_2"],
    ),
    "phone +84": (lambda r: "+84" + _mobile(r)[1:], "string", ["dien_thoai", "contact", "cot_9"]),
    "phone without zero": (lambda r: _mobile(r)[1:], "integer", ["so_dien_thoai", "phone"]),
    "phone without zero, as text": (lambda r: _mobile(r)[1:], "string", ["sdt", "dien_thoai"]),
    "plate": (_plate, "string", ["bien_so_xe", "bien_kiem_soat", "BKS", "license_plate", "so_xe"]),
    "passport": (
        lambda r: f"{r.choice('BCKNP')}{r.randint(0, 9999999):07}",
        "string",
        ["so_ho_chieu", "passport", "passport_no", "hochieu"],
    ),
    "driving-licence": (
        lambda r: f"{r.randint(0, 999999999999):012}",
        "string",
        ["so_gplx", "giay_phep_lai_xe", "bang_lai"],
    ),
    "bank card": (_card, "string", ["so_the", "card_number", "so_the_ngan_hang", "cot_4"]),
    "bank account": (
        lambda r: f"{r.randint(10**8, 10**13)}",
        "string",
        ["so_tai_khoan", "stk", "bank_account", "tai_khoan_ngan_hang"],
    ),
    "email": (
        lambda r: (
            f"{r.choice(['lan', 'hung', 'tuan', 'mai'])}{r.choice(['.nguyen', 'tran', '_le'])}{r.randint(1, 9999)}@{r.choice(['gmail.com', 'yahoo.com', 'fpt.vn', 'outlook.com'])}"
        ),
        "string",
        ["email", "thu_dien_tu", "e_mail", "cot_6", "lien_he"],
    ),
    "person-name": (
        _name,
        "string",
        [
            "ho_ten",
            "ho_va_ten",
            "nguoi_dai_dien",
            "chu_ho",
            "ten_chu_co_so",
            "giam_doc",
            "full_name",
            "HoTen",
            "nguoi_dai_dien_phap_luat",
            "ten_hoc_sinh",
        ],
    ),
    "person-name in capitals": (lambda r: _name(r).upper(), "string", ["ho_ten", "nguoi_dai_dien", "chu_ho"]),
    "person-name without accents": (lambda r: _strip(_name(r)), "string", ["ho_ten", "owner_name"]),
    "person-name, plain header": (_name, "string", ["ten", "cot_1"]),
    "birth-date": (
        lambda r: _date(r).strftime("%d/%m/%Y"),
        "string",
        ["ngay_sinh", "ngay_thang_nam_sinh", "dob", "date_of_birth"],
    ),
    "birth-date iso": (lambda r: _date(r).isoformat(), "date", ["ngay_sinh", "birth_date", "NgaySinh"]),
    "birth-year": (lambda r: str(_date(r).year), "year", ["nam_sinh", "birth_year"]),
    "home-address": (
        _home,
        "string",
        ["dia_chi_thuong_tru", "noi_o_hien_nay", "ho_khau_thuong_tru", "noi_cu_tru", "home_address"],
    ),
    "hashed": (lambda r: f"{r.getrandbits(256):064x}", "string", ["cccd_hash", "sdt_sha256", "cccd", "email_md5"]),
    "citizen-id in text": (
        lambda r: f"Người nộp hồ sơ có số CCCD {_citizen(r)}, đã xác nhận",
        "string",
        ["ghi_chu", "noi_dung"],
    ),
    "phone in text": (lambda r: f"Liên hệ anh Hùng {_mobile(r)} trước khi đến", "string", ["ghi_chu", "mo_ta"]),
    "email in text": (
        lambda r: f"Gửi hồ sơ về {r.choice(['lan', 'mai'])}{r.randint(1, 999)}@gmail.com trong tuần",
        "string",
        ["ghi_chu", "huong_dan"],
    ),
}

_KINDS_OF_THING = [
    "Trường Tiểu học",
    "Trường THPT",
    "Bệnh viện",
    "Phòng khám",
    "Công ty TNHH",
    "Nhà thuốc",
    "Chợ",
    "Công viên",
    "Cửa hàng",
]

NEGATIVE: dict[str, tuple[Maker, str, list[str]]] = {
    "timestamp": (lambda r: f"20{r.randint(10, 26)}{r.randint(1, 12):02}{r.randint(1, 28):02}{r.randint(0, 23):02}{r.randint(0, 59):02}", "string", ["thoi_diem", "ma_giao_dich", "timestamp", "cot_1"]),
    "timestamp with seconds": (lambda r: f"20{r.randint(10, 26)}{r.randint(1, 12):02}{r.randint(1, 28):02}{r.randint(0, 235959):06}", "string", ["thoi_gian", "ma_phieu"]),
    "unix time": (lambda r: str(r.randint(1_500_000_000, 1_790_000_000)), "integer", ["thoi_diem", "created_at"]),
    "GTIN-13": (lambda r: f"893{r.randint(0, 9999999999):010}", "string", ["ma_vach", "gtin", "barcode", "ma_san_pham"]),
    "GTIN-12": (lambda r: f"{r.randint(0, 999999999999):012}", "string", ["upc", "ma_hang", "ma_vach"]),
    "invoice numbers": (lambda r: f"00{r.randint(1, 99999):05}{r.randint(0, 99999):05}", "string", ["so_hoa_don", "so_chung_tu", "cot_2"]),
    "serial numbers": (lambda r: f"0012200{r.randint(0, 99999):05}", "string", ["so_seri", "ma_ho_so", "cot_8"]),
    "file numbers": (lambda r: f"079{r.choice(['0', '1', '2'])}000{r.randint(0, 99999):05}", "string", ["ma_ho_so", "so_bien_nhan"]),
    "money": (lambda r: str(r.randint(10**6, 10**12)), "integer", ["von_dieu_le", "du_toan", "thanh_tien", "amount"]),
    "money of nine digits": (lambda r: str(r.randint(10**8, 10**9)), "integer", ["doanh_thu", "kinh_phi"]),
    "decimals": (lambda r: f"{r.randint(10**6, 10**9)}.{r.randint(0, 99):02}", "number", ["gia_tri", "tong_so"]),
    "commune codes": (lambda r: f"{r.randint(25747, 27700):05}", "string", ["ma_xa", "ma_phuong", "postal_code"]),
    "coordinates in mm": (lambda r: str(r.randint(106_000_000, 107_800_000)), "integer", ["kinh_do_mm", "x"]),
    "VN-2000": (lambda r: f"{r.randint(540_000_000, 720_000_000)}", "integer", ["toa_do_y", "y_vn2000"]),
    "longitude": (lambda r: f"{r.uniform(106.3, 107):.6f}", "number", ["kinh_do", "longitude"]),
    "tax code of companies": (_tax, "string", ["ma_so_thue", "mst", "ma_so_dn", "tax_code", "cot_3"]),
    "branch tax codes": (lambda r: f"{_tax(r)}-{r.randint(1, 99):03}", "string", ["ma_so_thue", "ma_chi_nhanh"]),
    "fixed lines": (lambda r: f"028 {r.randint(3500, 3999)} {r.randint(0, 9999):04}", "string", ["dien_thoai", "so_dien_thoai", "hotline"]),
    "hotlines": (lambda r: f"1900 {r.randint(1000, 999999)}", "string", ["hotline", "tong_dai"]),
    "office mail": (lambda r: f"{r.choice(['info', 'lienhe', 'contact', 'cskh'])}@{r.choice(['benhvien', 'truong', 'cty'])}{r.randint(1, 999)}.vn", "string", ["email", "thu_dien_tu"]),
    "gov mail": (lambda r: f"{r.choice(['stc', 'sgddt', 'ubnd.q1'])}{r.randint(1, 99)}@tphcm.gov.vn", "string", ["email", "hop_thu"]),
    "streets": (lambda r: r.choice(_STREETS), "string", ["ten_duong", "duong", "ten", "tuyen_duong"]),
    "streets with words": (lambda r: f"Đường {r.choice(_STREETS)}", "string", ["ten_duong", "vi_tri"]),
    "schools and shops": (lambda r: f"{r.choice(_KINDS_OF_THING)} {r.choice(_STREETS)} {r.randint(1, 9)}", "string", ["ten_co_so", "ten", "don_vi"]),
    "schools without the word": (lambda r: r.choice(_STREETS), "string", ["ten_truong", "truong", "ten_cong_vien"]),
    "companies": (lambda r: f"Công ty TNHH {_name(r)}", "string", ["ten_doanh_nghiep", "ten", "ten_cong_ty"]),
    "communes": (lambda r: r.choice(["Phường Võ Thị Sáu", "Phường Bến Thành", "Xã Vĩnh Lộc", "Phường Tân Sơn Nhất", "Phường Nguyễn Thái Bình", "Thái Mỹ", "An Hội Đông"]), "string", ["ten_xa", "phuong", "dia_ban"]),
    "business addresses": (_home, "string", ["dia_chi", "dia_chi_co_so", "dia_chi_tru_so", "address"]),
    "decisions": (lambda r: f"{r.randint(1, 9999)}/{r.randint(2015, 2026)}/QĐ-UBND", "string", ["so_quyet_dinh", "so_ky_hieu"]),
    "room codes": (lambda r: f"{r.choice('ABC')}{r.randint(1, 9)}-{r.randint(100, 999)}", "string", ["phong", "ma_phong"]),
    "product codes": (lambda r: f"51A{r.randint(10000, 99999)}", "string", ["ma_san_pham", "model"]),
    "licence codes": (lambda r: f"{r.choice('GP')}{r.randint(0, 9999999):07}", "string", ["so_giay_phep", "ma_giay_chung_nhan"]),
    "record codes": (lambda r: f"HS{r.randint(0, 9999999):07}", "string", ["ma_ho_so", "id", "ma_so"]),
    "uuid": (lambda r: f"{r.getrandbits(128):032x}", "string", ["id", "ma_ban_ghi", "uuid"]),
    "founding dates": (lambda r: _date(r, 1975, 2025).isoformat(), "date", ["ngay_thanh_lap", "ngay_cap", "ngay_ban_hanh"]),
    "founding years": (lambda r: str(r.randint(1950, 2025)), "year", ["nam_thanh_lap", "nam", "nam_ke_hoach"]),
    "counts": (lambda r: str(r.randint(0, 5000)), "integer", ["so_nguoi", "so_hoc_sinh", "so_thue_bao_dien_thoai", "so_lao_dong", "so_benh_nhan", "so_ho"]),
    "shares": (lambda r: f"{r.uniform(0, 100):.2f}", "number", ["ty_le_bhyt", "ty_le_bao_phu_bhxh", "ty_le"]),
    "phone as yes or no": (lambda r: r.choice(["Có", "Không"]), "string", ["co_dien_thoai", "dien_thoai_co_dinh"]),
    "insurance fund sums": (lambda r: str(r.randint(10**9, 10**10)), "integer", ["chi_bhxh", "thu_bhyt", "quy_bhyt"]),
    "web sites": (lambda r: f"https://www.truong{r.randint(1, 999)}.edu.vn/lien-he", "string", ["website", "lien_ket"]),
    "industry codes": (lambda r: f"{r.randint(1000, 9999)}", "string", ["ma_nganh", "vsic"]),
    "titles of works": (lambda r: f"Nghiên cứu {r.choice(['chế tạo', 'ứng dụng', 'đánh giá'])} vật liệu số {r.randint(1, 99)}", "string", ["ten_de_tai", "noi_dung"]),
    "budget text": (lambda r: f"Dự toán {r.randint(10**9, 10**12)} đồng theo Quyết định {r.randint(1, 99)}/QĐ-UBND ngày {r.randint(1, 28)}/{r.randint(1, 12)}/2025", "string", ["ghi_chu", "dien_giai"]),
    "file text": (lambda r: f"Hồ sơ số {r.randint(10**11, 10**12 - 1)} nộp lúc 2025{r.randint(1, 12):02}{r.randint(1, 28):02}", "string", ["ghi_chu", "noi_dung"]),
    "office phone in text": (lambda r: f"Liên hệ 028 {r.randint(3500, 3999)} {r.randint(0, 9999):04} (giờ hành chính)", "string", ["ghi_chu", "lien_he"]),
    "bridges and rivers": (lambda r: r.choice(["Cầu Sài Gòn", "Cầu Phú Mỹ", "Sông Đồng Nai", "Kênh Tàu Hủ", "Rạch Bến Nghé"]), "string", ["ten", "ten_cau"]),
    "provinces": (lambda r: r.choice(["Hà Nội", "Cao Bằng", "Lâm Đồng", "Đồng Nai", "Thái Nguyên", "Hà Tĩnh", "An Giang", "Cà Mau", "Vĩnh Long", "Bạc Liêu"]), "string", ["ten_tinh", "tinh", "noi_cap"]),
    "diseases": (lambda r: r.choice(["Sốt xuất huyết", "Tay chân miệng", "Sởi", "Cúm A"]), "string", ["benh", "ten_benh"]),
    "licence numbers of firms": (lambda r: f"{r.randint(1, 99999):05}/HCM-GPHĐ", "string", ["so_giay_phep", "so_gphd"]),
    "car models": (lambda r: r.choice(["Toyota Vios", "Honda City", "Kia Morning", "Vinfast VF5"]), "string", ["loai_xe", "nhan_hieu"]),
    "ISBN": (lambda r: f"978604{r.randint(0, 9999999):07}", "string", ["isbn", "ma_sach"]),
    "meter numbers": (lambda r: f"{r.choice(['PE', 'PB'])}{r.randint(10**10, 10**11 - 1)}", "string", ["ma_khach_hang_dien", "ma_diem_do"]),
}  # fmt: skip


def _strip(text: str) -> str:
    from dulieumo_rules.personal_data import names

    return " ".join(word.capitalize() for word in names.fold(text).split())


def columns(table: dict[str, tuple[Maker, str, list[str]]], seed: int = SEED, rows: int = 300) -> Iterator[Column]:
    """Each kind under each of its headers, with some cells empty and, in every third column, some that are dirty."""
    for kind, (make, type_, headers) in table.items():
        for number, header in enumerate(headers):
            r = random.Random(f"{seed}/{kind}/{header}")
            count = r.choice([12, 60, rows])
            values = [make(r) for _ in range(count)]
            values = ["" if r.random() < 0.1 else value for value in values]
            if number % 3 == 2 and type_ == "string":
                values = ["không rõ" if r.random() < 0.05 else value for value in values]
            yield Column(kind, header, values, type_)


def decide(column: Column) -> str:
    """What the gate says of a column: block, review, or nothing."""
    cells = pa.array([value or None for value in column.values], pa.string())
    one = evidence.Column(name=column.name, headers=(column.name,), type=column.type)
    one.add(evidence.look(cells, column.type))
    levels = {str(decision.level) for decision in gate.judge([one], TODAY)}
    return "block" if "block" in levels else "review" if levels else "nothing"


def measure(seed: int = SEED) -> tuple[float, float, list[str]]:
    """Recall (share of personal columns blocked), the share of other columns blocked, and a line per kind."""
    lines, shares = [], []
    for title, table, wanted in (("personal", POSITIVE, "block"), ("not personal", NEGATIVE, "nothing")):
        by_kind: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for column in columns(table, seed):
            by_kind[column.kind].append((column.name, decide(column)))
        total = sum(len(found) for found in by_kind.values())
        blocked = sum(level == "block" for found in by_kind.values() for _, level in found)
        shares.append(blocked / total)
        lines.append(f"{title}: {blocked} of {total} columns blocked ({blocked / total:.2%})")
        for kind, found in by_kind.items():
            odd = [f"{name} → {level}" for name, level in found if level != wanted]
            right = len(found) - len(odd)
            lines.append(f"  {right}/{len(found)} {kind}" + (f": {', '.join(odd)}" if odd else ""))
    return shares[0], shares[1], lines


def main() -> int:
    recall, false_blocks, lines = measure(int(sys.argv[1]) if len(sys.argv) > 1 else SEED)
    print("\n".join(lines))
    print(f"recall {recall:.4f} (at least 0.99), other columns blocked {false_blocks:.4f} (at most 0.01)")
    return 0 if recall >= 0.99 and false_blocks <= 0.01 else 1


if __name__ == "__main__":
    sys.exit(main())
