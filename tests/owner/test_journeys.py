"""An owner's journeys, through the installed command: from an untidy spreadsheet to a dataset, and to its next version."""

from __future__ import annotations

import csv
import datetime as dt
import os
import subprocess
import sys
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.styles import Font

from dulieumo.descriptors import yamlfile
from tests import catalogues
from tests.owner import workbooks

DULIEUMO = Path(sys.executable).with_name("dulieumo")
# "Danh sách cơ sở mầm non" in the font .VnTime, as Excel stores it: bytes of TCVN3 shown as Latin-1.
TITLE = "DANH S¸CH C¬ Së MÇM NON"
SAID = (
    "--description", "Danh sách các cơ sở mầm non, gồm diện tích, số học sinh và số giáo viên của từng cơ sở.",
    "--publisher", "ban-quan-ly", "--purpose", "Quản lý mạng lưới trường lớp.", "--scope", "Các cơ sở trong làng.",
    "--collection", "Tổng hợp báo cáo của các cơ sở.", "--frequency", "ANNUAL",
)  # fmt: skip


def dulieumo(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "DULIEUMO_LANG": "vi"}
    return subprocess.run(
        [DULIEUMO, *words],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def untidy(path: Path) -> Path:
    """A sheet as offices make them: merged titles in an old font, a header of two rows, headings, a total, a signature."""
    book = Workbook()
    page = book.active
    page["A1"], page["A2"] = TITLE, "(Sè liÖu tÝnh ®Õn ngµy 30/6/2025)"
    page.merge_cells("A1:H1")
    page.merge_cells("A2:H2")
    for at, text in enumerate(
        ["STT", "M· hå s¬", "Tªn c¬ së", "Ngµy thµnh lËp", "DiÖn tÝch (m2)", "Sè l\u00adîng", None, "Ghi chó"], 1
    ):
        page.cell(4, at, text)
    page["F5"], page["G5"] = "Häc sinh", "Gi¸o viªn"
    page.merge_cells("F4:G4")
    for letter in "ABCDEH":
        page.merge_cells(f"{letter}4:{letter}5")
    for at in range(1, 9):
        page.cell(6, at, f"({at})")
    rows: list[list[Any]] = [
        ["I", None, "Khèi c«ng lËp"],
        [1, "00417", "Tr\u00adêng mÇm non Hoa Hång", "15/08/2001", "1.234,5", 350, 25, None],
        [2, 418, "Tr\u00adêng mÉu gi¸o S¬n Ca", dt.date(2010, 9, 25), "987,25", 410, 30, "-"],
        ["II", None, "Khèi t\u00ad thôc"],
        [3, "00420", "Nhãm trÎ Nai Vµng", "01/12/2019", "2.000", 60, None, "míi më"],
        [4, 421, "Líp mÉu gi¸o B×nh Minh", "20/11/2015", "150", 45, 6, None],
        [None, None, "Tæng céng", None, "4.371,75", 865, 61],
    ]
    for number, row in enumerate(rows, start=7):
        for at, value in enumerate(row, start=1):
            page.cell(number, at, value)
    page["F15"], page["F16"] = "Ng\u00adêi lËp biÓu", "(ký tªn)"
    for line in page.iter_rows():
        for cell in line:
            cell.font = Font(name=".VnTime")
    book.save(path)
    return path


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A catalogue that has no dataset yet."""
    catalogues.write(tmp_path, [], {})
    return tmp_path


@pytest.fixture
def started(project: Path) -> Path:
    """A catalogue with the dataset of the untidy sheet."""
    done = dulieumo(
        project, "new", "linh-vuc/mam-non", "--from", str(untidy(project / "bang.xlsx")), "--key", "ma_ho_so", *SAID
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return project


def test_an_untidy_spreadsheet_becomes_a_dataset_that_passes(started: Path) -> None:
    folder = started / "datasets/linh-vuc/mam-non"
    with (folder / "data/mam-non.csv").open(encoding="utf-8", newline="") as file:
        assert list(csv.reader(file)) == [
            [
                "nhom",
                "ma_ho_so",
                "ten_co_so",
                "ngay_thanh_lap",
                "dien_tich",
                "so_luong_hoc_sinh",
                "so_luong_giao_vien",
                "ghi_chu",
            ],
            ["Khối công lập", "00417", "Trường mầm non Hoa Hồng", "2001-08-15", "1234.5", "350", "25", ""],
            ["Khối công lập", "00418", "Trường mẫu giáo Sơn Ca", "2010-09-25", "987.25", "410", "30", ""],
            ["Khối tư thục", "00420", "Nhóm trẻ Nai Vàng", "2019-12-01", "2000", "60", "", "mới mở"],
            ["Khối tư thục", "00421", "Lớp mẫu giáo Bình Minh", "2015-11-20", "150", "45", "6", ""],
        ]
    descriptor = yamlfile.parse((folder / "datapackage.yaml").read_bytes(), "datapackage.yaml")[0].value
    assert descriptor["title"] == "Danh sách cơ sở mầm non"
    assert descriptor["dulieumo:dataAsOf"] == "2025-06-30"
    schema = descriptor["resources"][0]["schema"]
    assert [field["type"] for field in schema["fields"]] == [
        "string", "string", "string", "date", "number", "integer", "integer", "string",
    ]  # fmt: skip
    assert schema["fields"][4]["dulieumo:unit"] == "m2"
    assert schema["fields"][4]["dulieumo:decimal"] == {"precision": 8, "scale": 2}
    assert schema["primaryKey"] == ["ma_ho_so"]
    checked = dulieumo(started, "check", "mam-non")
    assert checked.returncode == 0, checked.stdout


def test_everything_left_out_or_changed_is_said(project: Path) -> None:
    done = dulieumo(
        project, "new", "linh-vuc/mam-non", "--from", str(untidy(project / "bang.xlsx")), "--key", "ma_ho_so", *SAID
    )
    for part in ("TCVN3", "Tổng cộng", "Người lập biểu", "STT", "00418", "Khối công lập", "1234.5"):
        assert part in done.stderr, part


def test_personal_data_stops_before_anything_is_written_and_leaves_no_value_in_the_messages(project: Path) -> None:
    names = ["Nguyễn Văn An", "Trần Thị Bình", "Lê Hoàng Cường", "Phạm Thị Dung", "Võ Minh Đức"] * 6
    rows: list[Sequence[Any]] = [["Mã hồ sơ", "Họ và tên", "Số CCCD", "Số tiền (đồng)"]]
    rows += [[f"HS{n:03}", name, f"0790{60 + n % 40}{100200 + n * 37}", 1000 * n] for n, name in enumerate(names, 1)]
    workbooks.write(project / "ho-tro.xlsx", rows)
    before = files(project)
    words = ("new", "linh-vuc/ho-tro", "--from", "ho-tro.xlsx", "--title", "Danh sách hỗ trợ", "--as-of", "2025", *SAID)
    done = dulieumo(project, *words)
    assert done.returncode == 1
    assert files(project) == before
    assert "--without ho_va_ten --without so_cccd" in done.stderr
    assert "Nguyễn Văn An" not in done.stdout + done.stderr
    assert rows[1][2] not in done.stdout + done.stderr
    done = dulieumo(project, *words, "--without", "ho_va_ten", "--without", "so_cccd", "--key", "ma_ho_so")
    assert done.returncode == 0, done.stdout + done.stderr
    written = files(project / "datasets/linh-vuc/ho-tro")
    assert written["data/ho-tro.csv"].startswith(b"ma_ho_so,so_tien\nHS001,1000\n")
    assert "dulieumo:withheld" in written["datapackage.yaml"].decode()


def test_all_that_is_missing_is_named_at_once_and_nothing_is_written(project: Path) -> None:
    workbooks.write(project / "a.xlsx", [["Tên", "Giá trị"], ["A", 1.5], ["B", 2.5]])
    before = files(project)
    done = dulieumo(project, "new", "linh-vuc/moi", "--from", "a.xlsx")
    assert done.returncode == 2
    flags = (
        "--title",
        "--description",
        "--publisher",
        "--purpose",
        "--scope",
        "--collection",
        "--frequency",
        "--as-of",
    )
    for flag in (*flags, "--unit gia_tri="):
        assert flag in done.stderr, flag
    assert files(project) == before


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("new", "khong-co/moi"), "linh-vuc"),
        (("new", "linh-vuc/Tên Mới"), "ten-moi"),
        (("new", "linh-vuc/moi", "--from", "khong-co.xlsx"), "khong-co.xlsx"),
        (("new", "linh-vuc/moi", "--from", "rong.xlsx"), "--header-row"),
        (("new", "linh-vuc/moi", "--from", "hong.xlsx"), ".xlsx"),
        (("new", "linh-vuc/moi", "--from", "anh.png"), ".csv"),
    ],
)
def test_a_wrong_call_says_what_to_do(project: Path, words: tuple[str, ...], said: str) -> None:
    workbooks.write(project / "rong.xlsx", [])
    (project / "hong.xlsx").write_bytes(b"hong")
    (project / "anh.png").write_bytes(b"anh")
    done = dulieumo(project, *words)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_list_of_columns_gives_a_sample_table(project: Path) -> None:
    done = dulieumo(
        project, "new", "linh-vuc/moi", "--columns", "Mã cơ sở; Tên cơ sở; Số giường; Ngày cấp; Diện tích (m2)",
        "--title", "Danh sách mẫu", "--as-of", "2025", *SAID,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    header, *rows = (project / "datasets/linh-vuc/moi/data/moi.csv").read_text(encoding="utf-8").splitlines()
    assert header == "ma_co_so,ten_co_so,so_giuong,ngay_cap,dien_tich"
    assert len(rows) == 10


def changed(project: Path, *, drop: str | None = None) -> Path:
    """The owner's file of the next month: one row gone, one new, one changed; the columns in another order."""
    with (project / "datasets/linh-vuc/mam-non/data/mam-non.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    rows = rows[1:]
    rows[0]["so_luong_hoc_sinh"] = "415"
    rows.append({**rows[0], "ma_ho_so": "00500", "ten_co_so": "Trường mầm non Sen Hồng"})
    titles = {
        "ghi_chu": "Ghi chú", "ma_ho_so": "Mã hồ sơ", "ten_co_so": "TÊN CƠ SỞ", "nhom": "Nhóm", "ngay_thanh_lap": "ngay_thanh_lap",
        "dien_tich": "Diện tích", "so_luong_hoc_sinh": "Số lượng - Học sinh", "so_luong_giao_vien": "Số lượng - Giáo viên",
    }  # fmt: skip
    if drop:
        del titles[drop]
    header = [["Số liệu tính đến ngày 31/7/2025"], ["STT", *titles.values()]]
    body = [[number, *(row[name] or None for name in titles)] for number, row in enumerate(rows, 1)]
    workbooks.write(project / "moi.xlsx", [*header, *body])
    return project / "moi.xlsx"


def test_an_update_shows_the_rows_first_and_writes_only_when_told(started: Path) -> None:
    path = changed(started)
    before = files(started)
    shown = dulieumo(started, "update", "mam-non", str(path))
    assert shown.returncode == 0, shown.stderr
    for part in ("+ 00500", "- 00417", "~ 00418", "410 → 415", "1.0.0 → 1.1.0", "2025-07-31"):
        assert part in shown.stdout, part
    assert files(started) == before
    done = dulieumo(started, "update", "mam-non", str(path), "--yes")
    assert done.returncode == 0, done.stdout + done.stderr
    text = (started / "datasets/linh-vuc/mam-non/datapackage.yaml").read_text(encoding="utf-8")
    old = before["datasets/linh-vuc/mam-non/datapackage.yaml"].decode()
    assert [line for line in old.splitlines() if "#" in line] == [line for line in text.splitlines() if "#" in line]
    value = yamlfile.parse(text.encode(), "datapackage.yaml")[0].value
    assert (value["version"], value["dulieumo:dataAsOf"]) == ("1.1.0", "2025-07-31")
    assert value["dulieumo:changelog"][-1]["description"] == "Thêm 1 dòng, bỏ 1 dòng, sửa 1 dòng."
    assert dulieumo(started, "check", "mam-non").returncode == 0
    again = dulieumo(started, "update", "mam-non", str(path), "--yes")
    assert again.returncode == 0
    assert yamlfile.parse((started / "datasets/linh-vuc/mam-non/datapackage.yaml").read_bytes(), "x")[0].value == value


def test_an_update_that_removes_a_column_is_stopped_and_explained(started: Path) -> None:
    path = changed(started, drop="so_luong_giao_vien")
    before = files(started)
    done = dulieumo(started, "update", "mam-non", str(path), "--yes")
    assert done.returncode == 4
    assert "Số lượng - Giáo viên (so_luong_giao_vien)" in done.stderr
    assert files(started) == before


def test_a_file_of_another_table_is_refused(started: Path) -> None:
    workbooks.write(started / "khac.xlsx", [["Họ", "Ga", "Chuyến"], ["a", "b", "c"], ["d", "e", "f"]])
    with_other_keys = changed(started)
    book = load_workbook(with_other_keys)
    for row in range(3, book.active.max_row + 1):
        book.active.cell(row, 3, f"9{row:04}")
    book.save(started / "khac-khoa.xlsx")
    before = files(started)
    for name in ("khac.xlsx", "khac-khoa.xlsx"):
        done = dulieumo(started, "update", "mam-non", name, "--yes")
        assert done.returncode == 4, name
    assert files(started) == before


def test_an_update_whose_rows_do_not_pass_changes_nothing(started: Path) -> None:
    path = changed(started)
    book = load_workbook(path)
    book.active["D3"] = "chưa rõ"
    for cell in book.active[2]:
        if cell.value == "Diện tích":
            book.active.cell(4, cell.column, "rộng")
    book.save(path)
    before = files(started)
    done = dulieumo(started, "update", "mam-non", str(path), "--yes")
    assert done.returncode == 1
    assert "rộng" in done.stdout
    assert files(started) == before


def test_a_template_can_be_filled_and_comes_back_without_a_difference(started: Path) -> None:
    done = dulieumo(started, "template", "mam-non", "--filled", "--output", "mau.xlsx")
    assert done.returncode == 0, done.stderr
    book = load_workbook(started / "mau.xlsx")
    assert book.sheetnames == ["Dữ liệu", "Hướng dẫn"]
    assert [cell.value for cell in book["Dữ liệu"][1]][1] == "Mã hồ sơ"
    assert book["Dữ liệu"]["B2"].value == "00417"
    back = dulieumo(started, "update", "mam-non", "mau.xlsx")
    assert back.returncode == 0, back.stderr
    assert "4" in back.stdout
    book["Dữ liệu"]["F2"] = 351
    book.save(started / "mau.xlsx")
    shown = dulieumo(started, "update", "mam-non", "mau.xlsx")
    assert "350 → 351" in shown.stdout


def test_fix_shows_the_difference_and_gives_back_the_very_table(started: Path) -> None:
    path = started / "datasets/linh-vuc/mam-non/data/mam-non.csv"
    good = path.read_bytes()
    assert dulieumo(started, "fix").returncode == 0
    assert path.read_bytes() == good
    spoiled = (
        good.decode()
        .replace(",", ";")
        .replace("1234.5", "1.234,5")
        .replace("987.25", "987,25")
        .replace("2001-08-15", "15/08/2001")
        .replace("Sơn Ca", " Sơn Ca\u200b")
    )
    path.write_bytes(b"\xef\xbb\xbf" + spoiled.replace("\n", "\r\n").encode())
    broken = path.read_bytes()
    shown = dulieumo(started, "fix", "mam-non")
    assert shown.returncode == 0
    assert "“1.234,5”" in shown.stdout
    assert "“1234.5”" in shown.stdout
    assert path.read_bytes() == broken
    assert dulieumo(started, "fix", "mam-non", "--yes").returncode == 0
    assert path.read_bytes() == good.replace("giáo Sơn".encode(), "giáo  Sơn".encode())


def test_fix_leaves_what_can_be_meant_in_two_ways(started: Path) -> None:
    path = started / "datasets/linh-vuc/mam-non/data/mam-non.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("2001-08-15", "nam 2001"), encoding="utf-8")
    before = path.read_bytes()
    assert dulieumo(started, "fix", "--yes").returncode == 0
    assert path.read_bytes() == before


def test_preview_serves_the_page_of_the_working_copy_on_loopback(started: Path) -> None:
    environment = {**os.environ, "DULIEUMO_LANG": "vi"}
    words = [DULIEUMO, "preview", "mam-non", "--no-open"]
    with subprocess.Popen(
        words, cwd=started, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as running:
        try:
            assert running.stdout is not None
            address = next(line.strip() for line in running.stdout if line.startswith("http://"))
            assert address.startswith("http://127.0.0.1:")
            with urllib.request.urlopen(address) as answer:
                assert "Danh sách cơ sở mầm non" in answer.read().decode()
        finally:
            running.terminate()
    assert not (started / "dist").exists()


def test_preview_of_data_that_does_not_pass_says_why(started: Path) -> None:
    path = started / "datasets/linh-vuc/mam-non/data/mam-non.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("2001-08-15", "hôm qua"), encoding="utf-8")
    done = dulieumo(started, "preview", "mam-non", "--no-open")
    assert done.returncode == 1
    assert "hôm qua" in done.stdout


def test_a_dataset_in_a_new_domain_makes_the_domain(started: Path, tmp_path: Path) -> None:
    file = tmp_path / "cho.csv"
    file.write_text("Mã chợ;Tên chợ\n01;Chợ Bến\n02;Chợ Đình\n", encoding="utf-8")
    words = [
        "new", "thuong-mai/cho", "--from", str(file), "--no-input", "--key", "ma_cho", "--publisher", "ban-quan-ly",
        "--title", "Danh sách chợ", "--description", "Danh sách các chợ của làng, mỗi dòng là một chợ, lập để thử chương trình.",
        "--purpose", "Để thử", "--scope", "Làng Mẫu", "--collection", "Tự lập", "--frequency", "ANNUAL", "--as-of", "2025",
    ]  # fmt: skip
    refused = dulieumo(started, *words)
    assert refused.returncode == 2
    assert "--domain-title" in refused.stderr
    assert not (started / "datasets/thuong-mai").exists()
    done = dulieumo(started, *words, "--domain-title", "Thương mại", "--domain-theme", "ECON")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "title: Thương mại" in (started / "datasets/thuong-mai/domain.yaml").read_text(encoding="utf-8")
    assert dulieumo(started, "check").returncode == 0
