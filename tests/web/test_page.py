"""An owner's journeys on the page, in a real browser: from a bad file to its marked cells, from a good one to a branch."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Page, expect

from tests.site.test_accessibility import violations
from tests.web.conftest import HEAD, ROWS, Opened, git, spreadsheet

pytestmark = pytest.mark.browser
HOSTILE = '<img src=x onerror="document.title=1"> & "\' {{ 7*7 }}'


@pytest.fixture
def bad(tmp_path: Path) -> Path:
    """A number that is none, a key that stands twice, and texts that would like to be markup; the rows out of order."""
    rows = [("A3", HOSTILE, "hai mươi"), ("A1", "Bến Nước", 10), ("A2", "Bến Đò", -5), ("A1", "Bến Mới", 7)]
    return spreadsheet(tmp_path / "bến <b>đậm & 'x'.xlsx", rows)


def ids(page: Page, selector: str) -> list[str | None]:
    return [one.get_attribute("id") for one in page.locator(selector).all()]


def test_a_bad_file_comes_back_with_its_cells_marked_even_without_scripts(opened: Opened, bad: Path) -> None:
    page = opened.page(java_script_enabled=False)
    before = git(opened.folder, "for-each-ref"), git(opened.folder, "status", "--porcelain")
    opened.bring(page, "bo", bad)
    expect(page.get_by_role("heading", name="Số liệu chưa đạt")).to_be_visible()
    expect(page.get_by_text(f"Tệp: {bad.name}")).to_be_visible()
    # the places of the owner's own file, whose header is in row 3
    told = page.locator("article.finding")
    expect(told.filter(has_text="C4")).to_have_count(1)
    expect(told.filter(has_text="dòng 7")).to_contain_text("dòng 5")
    number = page.locator("#row-4 td.error")
    expect(number.locator(".value")).to_have_text("hai mươi")
    expect(number.locator(".message")).to_contain_text("lỗi:")
    expect(page.locator("#row-6 td.error .value")).to_have_text("-5")
    assert ids(page, ".grid tr[id]") == ["row-4", "row-6", "row-7"]
    expect(page.locator("#row-4")).to_contain_text(HOSTILE)
    assert page.locator("main img, main b").count() == 0
    with page.expect_download() as caught:
        page.get_by_role("link", name="Tải bảng có đánh dấu (Excel)").click()
    assert caught.value.suggested_filename == "bo-kiem-tra.xlsx"
    copied = load_workbook(io.BytesIO(caught.value.path().read_bytes()))
    marked = copied[copied.sheetnames[1]]
    assert [marked.cell(3, at).value for at in (1, 2, 3)] == list(HEAD)
    assert marked["C4"].value == "hai mươi"
    assert marked["B4"].value == HOSTILE
    notes = {cell.coordinate for row in marked.iter_rows() for cell in row if cell.comment}
    assert {"C4", "C6"} <= notes
    assert page.get_by_role("button", name="Ghi vào nhánh mới").count() == 0
    assert (git(opened.folder, "for-each-ref"), git(opened.folder, "status", "--porcelain")) == before


def test_a_good_file_is_looked_at_and_committed_to_a_branch_of_its_own(opened: Opened, tmp_path: Path) -> None:
    (opened.folder / "ghi-chu.txt").write_text("của người khác", encoding="utf-8")
    main = git(opened.folder, "rev-parse", "main")
    stated = git(opened.folder, "status", "--porcelain")
    page = opened.page()
    opened.bring(
        page, "bo", spreadsheet(tmp_path / "tốt.xlsx", [("A4", "Bến Tre", 5), ROWS[1], ("A1", "Bến Nước", 11)])
    )
    expect(page.get_by_role("heading", name="Số liệu đạt")).to_be_visible()
    assert page.locator(".counts dd").all_inner_texts() == ["1", "1", "1", "1"]
    expect(page.locator("tr.changed")).to_contain_text("A1")
    expect(page.locator("tr.changed del")).to_have_text("10")
    expect(page.locator("tr.changed ins")).to_have_text("11")
    expect(page.locator("tr.added")).to_contain_text("A4")
    expect(page.locator("tr.removed")).to_contain_text("A3")
    with page.context.expect_page() as caught:
        page.get_by_role("link", name="Xem trang").click()
    shown = caught.value
    expect(shown.locator("h1")).to_have_text("Bộ dữ liệu bo")
    assert not shown.url.startswith(opened.address)
    assert opened.token not in shown.url
    shown.close()
    page.get_by_label("Số liệu tính đến").fill("2026")
    page.get_by_label("Nội dung thay đổi, một câu").fill("Kiểm đếm lại các bến.")
    page.get_by_role("button", name="Ghi vào nhánh mới").click()
    expect(page.get_by_role("heading", name="Đã ghi vào nhánh mới")).to_be_visible()
    expect(page.get_by_text("cap-nhat/bo-1.1.0").first).to_be_visible()
    assert violations(page) == []
    branch = "cap-nhat/bo-1.1.0"
    assert git(opened.folder, "diff", "--name-only", "main", branch).split() == [
        "datasets/linh-vuc/bo/data/bang.csv",
        "datasets/linh-vuc/bo/datapackage.yaml",
    ]
    assert git(opened.folder, "show", f"{branch}:datasets/linh-vuc/bo/data/bang.csv") == (
        "ma,ten,so\nA1,Bến Nước,11\nA2,Bến Đò,20\nA4,Bến Tre,5"
    )
    descriptor = git(opened.folder, "show", f"{branch}:datasets/linh-vuc/bo/datapackage.yaml")
    assert "Kiểm đếm lại các bến." in descriptor
    assert git(opened.folder, "log", "-1", "--format=%an <%ae>|%P|%s", branch) == (
        f"Chị Hoa <hoa@example.org>|{main}|bo 1.1.0: Kiểm đếm lại các bến."
    )
    # what was there stays as it was: the main branch, the index, the files, and what lay about
    assert git(opened.folder, "rev-parse", "main", "HEAD").split() == [main, main]
    assert git(opened.folder, "status", "--porcelain") == stated == "?? ghi-chu.txt"
    page.context.close()


def test_personal_data_is_masked_and_never_reaches_the_repository(opened: Opened, tmp_path: Path) -> None:
    numbers = [f"0790{60 + at}{100200 + at * 37}" for at in range(1, 25)]
    rows = [(f"A{at}", number, at) for at, number in enumerate(numbers, start=1)]
    page = opened.page()
    before = git(opened.folder, "for-each-ref"), git(opened.folder, "count-objects")
    opened.bring(page, "bo", spreadsheet(tmp_path / "x.xlsx", rows))
    expect(page.get_by_text("Tệp có vẻ chứa dữ liệu cá nhân")).to_be_visible()
    assert not any(number in page.content() for number in numbers)
    assert page.get_by_role("heading", name="Các dòng thay đổi").count() == 0
    key = page.url.rsplit("/", 1)[1]
    assert opened.ask("GET", f"/files/{key}/page")[0] == 409
    assert opened.ask("POST", f"/files/{key}/commit", Content_Length="0")[0] == 409
    with page.expect_download() as caught:
        page.get_by_role("link", name="Tải bảng có đánh dấu (Excel)").click()
    copied = load_workbook(io.BytesIO(caught.value.path().read_bytes()))
    assert not {str(cell.value) for sheet in copied for row in sheet.iter_rows() for cell in row} & set(numbers)
    assert (git(opened.folder, "for-each-ref"), git(opened.folder, "count-objects")) == before
    page.context.close()


def test_what_can_go_wrong_is_said_in_a_sentence(opened: Opened, tmp_path: Path) -> None:
    page = opened.page()
    wrong = {
        "anh.png": (b"\x89PNG\r\n", "anh.png không phải là bảng tính"),
        "rong.xlsx": (b"", "rong.xlsx là tệp rỗng"),
        "hong.xlsx": (b"PK\x03\x04 no workbook", "hong.xlsx"),
        "khac.csv": ("Cột loai,Cột mo_ta,Cột nam\nx,một,2024\n".encode(), "khac"),
    }
    page.evaluate("document.querySelector('#file').removeAttribute('accept')")
    for name, (data, sentence) in wrong.items():
        (tmp_path / name).write_bytes(data)
        opened.bring(page, "bo", tmp_path / name)
        expect(page.locator(".notice-bad")).to_contain_text(sentence)
        expect(page.locator("body")).not_to_contain_text("Traceback")
    page.goto(opened.address)
    page.locator("form.card").evaluate("form => { form.noValidate = true; form.submit(); }")
    expect(page.get_by_role("alert")).to_contain_text("Hãy chọn bộ dữ liệu trước.")
    large = tmp_path / "lon.csv"
    with large.open("wb") as file:
        file.truncate((64 << 20) + 1)
    page.goto(opened.address)
    page.select_option("#dataset", "bo")
    page.set_input_files("#file", large)
    expect(page.locator(".drop-said")).to_contain_text("Tệp quá lớn")
    page.locator("form.card").evaluate("form => form.submit()")
    expect(page.get_by_role("heading", name="Tệp quá lớn")).to_be_visible()
    page.context.close()


def test_a_column_too_many_is_left_out_when_the_owner_says_so(opened: Opened, tmp_path: Path) -> None:
    rows = [(*row, "thừa") for row in (*ROWS, ("A5", "Bến Xa", 1))]
    page = opened.page()
    opened.bring(page, "bo", spreadsheet(tmp_path / "them.xlsx", rows, (*HEAD, "Cột thêm")))
    expect(page.get_by_text("Chưa nhận được tệp này")).to_be_visible()
    expect(page.locator(".notice-bad")).not_to_contain_text("--")
    page.get_by_label("Cột thêm").check()
    page.get_by_role("button", name="Đọc lại").click()
    expect(page.get_by_role("heading", name="Số liệu đạt")).to_be_visible()
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", name="The figures pass")).to_be_visible()
    page.get_by_role("button", name="Tiếng Việt").click()
    expect(page.get_by_role("heading", name="Số liệu đạt")).to_be_visible()
    page.context.close()


def test_axe_finds_nothing_in_the_light_in_the_dark_and_on_a_phone(opened: Opened, bad: Path, tmp_path: Path) -> None:
    good = spreadsheet(tmp_path / "tốt.xlsx", [*ROWS, ("A9", "Bến Chín", 9)])
    phone = {"width": 390, "height": 844}
    for options in ({"color_scheme": "light"}, {"color_scheme": "dark", "viewport": phone}):
        page = opened.page(**options)
        assert violations(page) == []
        for file in (bad, good):
            opened.bring(page, "bo", file)
            page.locator("details summary").click()
            assert violations(page) == []
            width = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert width == 0, "the page itself never scrolls sideways"
        page.goto(opened.address + "files/none")
        expect(page.get_by_role("heading", name="Ở đây không có gì")).to_be_visible()
        assert violations(page) == []
        page.context.close()


def test_a_file_is_brought_with_the_keyboard_alone(opened: Opened, tmp_path: Path) -> None:
    page = opened.page()
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.locator("#dataset")).to_be_focused()
    page.keyboard.type("Bộ dữ liệu bo")
    page.keyboard.press("Tab")
    expect(page.locator("#file")).to_be_focused()
    page.set_input_files("#file", spreadsheet(tmp_path / "như cũ.xlsx", ROWS))
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Bảng giống hệt bản trước")).to_be_visible()
    page.get_by_label("Số liệu tính đến").fill("tháng 12")
    page.locator("form.card").first.evaluate("form => form.submit()")
    expect(page.get_by_role("alert")).to_contain_text("2025-06-30")
    page.get_by_label("Số liệu tính đến").fill("2025-12")
    page.get_by_label("Số liệu tính đến").press("Enter")
    expect(page.get_by_role("heading", name="Số liệu đạt")).to_be_visible()
    expect(page.get_by_text("Phiên bản 1.0.0 → 1.0.1.")).to_be_visible()
    page.context.close()
