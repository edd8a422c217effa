"""A spreadsheet that an owner uploads through the forge's web page: tried, summed up in plain words, given back marked; never taken in."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import openpyxl
import pytest

from dulieumo import config, i18n
from dulieumo.cli import ci
from tests.ci.repo import Repo, repository
from tests.ci.test_comment import matches, run

TODAY = date(2026, 11, 22)
GOOD = [["BẢNG CHỢ CỦA LÀNG", None, None], ["ten", "ma", "gian_hang"], ["Chợ Bến", "c1", 12], ["Chợ Hoa", "c4", 5]]


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return repository(tmp_path)


def drop(repo: Repo, rows: list[list[object]], name: str = "thang-7.xlsx", dataset: str = "cho") -> Path:
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in rows:
        book.active.append(row)
    path = repo.datasets / "linh-vuc" / dataset / name
    path.parent.mkdir(exist_ok=True)
    book.save(path)
    repo.commit()
    return path


def composed(repo: Repo, language: str = "vi") -> str:
    with i18n.speaking(language):
        return ci.compose(config.load(repo.root), "main", None, TODAY)


def test_a_good_spreadsheet_is_summed_up_and_waits(repo: Repo) -> None:
    drop(repo, GOOD)
    text = composed(repo)
    matches("spreadsheet-good.md", text)
    assert "dulieumo update cho datasets/linh-vuc/cho/thang-7.xlsx" in text
    assert (repo.datasets / "linh-vuc/cho/data/bang.csv").read_text(encoding="utf-8").count("\n") == 4, "not taken in"
    done = run(repo, "check", "--base", "main")
    assert done.returncode == 1, "it may not be merged as it is"
    assert "thang-7.xlsx" in done.stdout
    assert list((repo.root / "dist/annotated").glob("*")) == []


def test_a_bad_spreadsheet_comes_back_with_its_cells_marked(repo: Repo) -> None:
    drop(repo, [["ma", "ten", "gian_hang"], ["c1", "Chợ Bến", "mười"], ["c2", "Chợ Đình", 20], ["c2", "Chợ Đình", 21]])
    text = composed(repo)
    matches("spreadsheet-bad.md", text)
    book = openpyxl.load_workbook(repo.root / "dist/annotated/cho-thang-7.xlsx")
    marked = [cell for sheet in book.worksheets[1:] for row in sheet.iter_rows() for cell in row if cell.comment]
    assert "mười" in {cell.value for cell in marked}
    assert all(cell.comment.text for cell in marked)


def test_after_the_update_nothing_waits_any_more(repo: Repo) -> None:
    path = drop(repo, GOOD)
    assert run(repo, "check", "--base", "main").returncode == 1
    repo.table("cho", "ma,ten,gian_hang\nc1,Chợ Bến,12\nc4,Chợ Hoa,5\n")
    path.unlink()
    assert run(repo, "check", "--base", "main").returncode == 0


def test_a_spreadsheet_of_another_table_or_of_no_dataset_is_told_why(repo: Repo) -> None:
    drop(repo, [["so_cau", "ben_song"], [1, "trái"]], "cau.xlsx")
    drop(repo, GOOD, "moi.xlsx", dataset="chua-co")
    (repo.datasets / "linh-vuc/gieng/hong.xlsx").write_bytes(b"PK\x03\x04 khong phai bang tinh")
    (repo.datasets / "linh-vuc/gieng/~$khoa.xlsx").write_bytes(b"x")
    repo.commit()
    text = composed(repo, "en")
    assert "This file is not of the table bang" in text
    assert "dulieumo new linh-vuc/chua-co --from FILE" in text
    assert "hong.xlsx" in text
    assert "khoa.xlsx" not in text, "Excel's own lock file is nobody's data"
    assert "`chua-co`** is gone" not in text
    assert "The spreadsheet does not pass" in text


def test_personal_data_in_a_spreadsheet_is_not_repeated_in_public(repo: Repo) -> None:
    rows = [[f"c{n}", f"Chợ {n}", n] for n in range(1, 9)]
    path = drop(repo, [["ma", "ten", "gian_hang"], *rows])
    book = openpyxl.load_workbook(path)
    other = book.create_sheet("Người phụ trách")
    other.append(["Họ và tên", "Số CCCD"])
    for n in range(8):
        other.append([f"Nguyễn Văn {chr(65 + n)}n", f"07909{n}00123{n}"])
    book.save(path)
    repo.commit()
    text = composed(repo)
    assert "personal-data-in-file" in text
    assert "❌ Bảng tính không đạt" in text
    assert all(f"07909{n}00123{n}" not in text for n in range(8))
    assert "+8" not in text


def test_a_link_out_of_the_catalogue_is_not_followed(repo: Repo, tmp_path_factory: pytest.TempPathFactory) -> None:
    secret = tmp_path_factory.mktemp("ngoai") / "bi-mat.xlsx"
    drop(repo, GOOD).rename(secret)
    (repo.datasets / "linh-vuc/cho/thang-7.xlsx").symlink_to(secret)
    repo.commit()
    assert "bi-mat" not in composed(repo)
    assert "Chợ Hoa" not in composed(repo)
