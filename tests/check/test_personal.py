"""The personal-data gate in a check: it blocks, it masks, and only a complete record lets a column through."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from openpyxl import Workbook
from openpyxl.comments import Comment

from dulieumo import check, descriptors
from dulieumo.check import anonymity
from dulieumo.check.report import CheckReport
from dulieumo.report import json as json_report
from dulieumo.report import text as text_report
from dulieumo_rules.shape import Table, fields_of
from tests import catalogues as c
from tests.rules import adversarial_corpus as untidy
from tests.rules import personal_corpus as corpus

TODAY = date(2026, 11, 22)
Measure = Callable[[int], tuple[float, float, list[str]]]
RECORD = {
    "columns": ["so_cccd"],
    "ground": "law",
    "lawReference": "Luật 00/2000/QH00, Điều 1",
    "purpose": "Thử nghiệm.",
    "approvedBy": ["Người duyệt thứ nhất"],
    "approvedOn": "2026-01-01",
}


def numbers(count: int = 20) -> list[str]:
    r = random.Random(5)
    return [corpus._citizen(r) for _ in range(count)]


def own(**keys: Any) -> dict[str, Any]:
    """Keys of our own namespace."""
    return {f"dulieumo:{key}": value for key, value in keys.items()}


def run(root: Path) -> CheckReport:
    return check.check(descriptors.read(root), today=TODAY)


def codes(report: CheckReport) -> set[str]:
    return {item.code for item in report.findings}


def table(tmp_path: Path, values: list[str], header: str = "so_cccd", **more: Any) -> Path:
    rows = "".join(f"{number},{value}\n" for number, value in enumerate(values))
    return c.one(tmp_path, [c.field("stt", "integer"), c.field(header)], f"stt,{header}\n{rows}", ["stt"], **more)


def test_a_column_of_citizen_numbers_blocks_and_no_report_shows_one(tmp_path: Path) -> None:
    values = numbers()
    report = run(table(tmp_path, values))
    assert not report.is_valid
    assert codes(report) == {"personal-data"}
    shown = text_report.render_report(report) + str(json_report.render_report(report))
    assert not any(value in shown for value in values)


def test_other_findings_on_a_personal_column_show_masked_values(tmp_path: Path) -> None:
    values = numbers()
    rows = "".join(f"{value}\n" for value in [*values, values[0]])
    fields = [c.field("so_cccd", constraints={"unique": True, "pattern": "0[0-8][0-9]{10}"})]
    report = run(c.one(tmp_path, fields, f"so_cccd\n{rows}"))
    assert "unique-error" in codes(report)
    shown = text_report.render_report(report) + str(json_report.render_report(report))
    assert not any(value in shown for value in values)


def test_a_key_of_several_columns_is_masked_as_well(tmp_path: Path) -> None:
    values = numbers()
    rows = "".join(f"a,{value}\n" for value in [*values, values[0]])
    report = run(c.one(tmp_path, [c.field("k"), c.field("so_cccd")], f"k,so_cccd\n{rows}", ["k", "so_cccd"]))
    assert "primary-key" in codes(report)
    assert values[0] not in text_report.render_report(report)


def test_a_complete_record_lets_the_column_through_and_is_shown(tmp_path: Path) -> None:
    root = table(tmp_path, numbers(), **own(personalData={"contains": True, "overrides": [RECORD]}))
    report = run(root)
    assert report.is_valid
    assert codes(report) == {"personal-data-allowed"}


@pytest.mark.parametrize(
    "change",
    [{"approvedOn": "2027-01-01"}, {"columns": ["stt"]}, {"kinds": ["phone"]}, {"resource": "khac"}],
    ids=["approved in the future", "another column", "another kind", "another table"],
)
def test_a_record_that_does_not_hold_lets_nothing_through(tmp_path: Path, change: dict[str, Any]) -> None:
    declared = {"contains": True, "overrides": [{**RECORD, **change}]}
    report = run(table(tmp_path, numbers(), **own(personalData=declared)))
    assert "personal-data" in codes(report)
    assert not report.is_valid


def test_sensitive_data_takes_two_different_approvers(tmp_path: Path) -> None:
    r = random.Random(3)
    accounts = [str(r.randint(10**9, 10**12)) for _ in range(20)]
    record = {**RECORD, "columns": ["so_tai_khoan"]}
    results = {}
    for name, approvers in {"one": ["A"], "same": ["A", "a "], "two": ["A", "B"]}.items():
        declared = {"contains": True, "overrides": [{**record, "approvedBy": approvers}]}
        root = table(tmp_path / name, accounts, "so_tai_khoan", **own(personalData=declared))
        results[name] = run(root).is_valid
    assert results == {"one": False, "same": False, "two": True}


def test_a_descriptor_that_denies_what_it_allows_is_told(tmp_path: Path) -> None:
    declared = {"contains": False, "overrides": [RECORD]}
    assert "personal-data-undeclared" in codes(run(table(tmp_path, numbers(), **own(personalData=declared))))


def test_an_undeclared_column_is_judged_too(tmp_path: Path) -> None:
    rows = "".join(f"{number},{value}\n" for number, value in enumerate(numbers()))
    report = run(c.one(tmp_path, [c.field("stt", "integer")], f"stt,so_cccd\n{rows}", ["stt"]))
    assert "personal-data" in codes(report)


def test_ragged_files_are_judged_too(tmp_path: Path) -> None:
    rows = "".join(f"{number},{value}\n" for number, value in enumerate(numbers()))
    report = run(c.one(tmp_path, [c.field("stt", "integer"), c.field("ma")], f"stt,ma\n{rows}99\n", ["stt"]))
    assert {"personal-data", "missing-cell"} <= codes(report)


def test_numbers_deep_in_a_large_table_are_found(tmp_path: Path) -> None:
    values = [f"HS{number:06}" for number in range(150_000)] + numbers(40)
    assert "personal-data" in codes(run(table(tmp_path, values, "ma_ho_so")))


def test_a_phone_in_a_note_is_found(tmp_path: Path) -> None:
    r = random.Random(9)
    values = [f"Gọi anh Hùng số {corpus._mobile(r)} trước khi đến" for _ in range(10)]
    assert "personal-data-in-text" in codes(run(table(tmp_path, values, "ghi_chu")))


def of_groups(tmp_path: Path, rows: str, checks: list[dict[str, Any]] | None = None) -> CheckReport:
    """A table of wards, age groups and results, of which the first two are quasi-identifiers."""
    fields = [
        c.field("xa", **own(quasiIdentifier=True)),
        c.field("nhom_tuoi", **own(quasiIdentifier=True)),
        c.field("ket_qua"),
        c.field("stt", "integer"),
    ]
    numbered = "".join(f"{row},{number}\n" for number, row in enumerate(rows.split()))
    resource = c.resource("bang", fields, ["stt"], **own(checks=checks or []))
    data = {"bo/bang.csv": f"xa,nhom_tuoi,ket_qua,stt\n{numbered}"}
    return run(c.write(tmp_path, [c.package("bo", [resource])], data))


KNOWN = "A,20-29,đạt " * 6 + "B,20-29,đạt B,20-29,trượt B,30-39,đạt B,30-39,đạt C,90+,đạt"
"""Groups of 6, 2, 2 and 1 rows: k is 1, and the last row of 11 (row 12 with the header) is alone."""


def test_small_groups_of_quasi_identifiers_are_told(tmp_path: Path) -> None:
    report = of_groups(tmp_path, KNOWN)
    [found] = report.findings
    assert (found.code, found.is_error) == ("reidentification-risk", False)
    assert {key: found.values[key] for key in ("smallest", "groups", "rows", "all_rows", "first_row")} == {
        "smallest": 1,
        "groups": 3,
        "rows": 5,
        "all_rows": 11,
        "first_row": 12,
    }
    assert (found.values["coarser"], found.values["rows_without"]) == ("xa", 3), "20-29: 8 rows, 30-39: 2, 90+: 1"
    shown = text_report.render_report(report) + str(json_report.render_report(report))
    assert "90+" not in shown


@pytest.mark.parametrize(("minimum", "is_valid"), [(1, True), (2, False), (7, False)])
def test_a_declared_minimum_is_kept_or_it_is_an_error(tmp_path: Path, minimum: int, is_valid: bool) -> None:
    report = of_groups(tmp_path, KNOWN, [{"rule": "reidentification-risk", "minimum": minimum}])
    assert report.is_valid == is_valid


def test_a_group_that_is_all_alike_reveals_a_sensitive_value(tmp_path: Path) -> None:
    asked = {"rule": "reidentification-risk", "minimum": 1, "sensitive": "ket_qua", "minimum-different": 2}
    report = of_groups(tmp_path, KNOWN, [asked])
    [found] = report.findings
    assert (found.code, found.values["groups"]) == ("sensitive-value-revealed", 3), "all but B, 20-29"


def test_groups_that_do_not_fit_into_memory_are_counted_alike() -> None:
    fields = ({"name": "a", "dulieumo:quasiIdentifier": True}, {"name": "b", "dulieumo:quasiIdentifier": True})
    table = Table(name="bang", fields=fields_of({"fields": list(fields)}))
    r = random.Random(4)
    rows = [(str(r.randint(0, 60)), None if r.random() < 0.1 else str(r.randint(0, 60))) for _ in range(20_000)]
    results = []
    for memory in (100, 1_000_000):
        groups = anonymity.Groups(table, memory)
        for start in range(0, len(rows), 500):
            part = rows[start : start + 500]
            columns = {name: pa.array([row[at] for row in part], pa.string()) for at, name in enumerate("ab")}
            groups.add(anonymity.count(table, columns, range(start, start + len(part))))
        results.append(groups.result())
        groups.close()
    spilled, held = results
    assert spilled is not None
    assert held is not None
    counted = Counter(rows)
    assert (held.groups, held.smallest, held.rows) == (len(counted), min(counted.values()), len(rows))
    assert replace(held, coarser={}) == spilled


def test_a_workbook_is_searched_beyond_its_table(tmp_path: Path) -> None:
    book = Workbook()
    page = book.active
    page.append(["stt", "ten"])
    page.append([1, "Cơ sở A"])
    page["B2"].comment = Comment(f"CCCD {numbers()[0]}", "x")
    hidden = book.create_sheet("goc")
    hidden.append(["ma", "so_cccd"])
    for value in numbers():
        hidden.append(["x", value])
    hidden.sheet_state = "hidden"
    resource = c.resource("bang", [c.field("stt", "integer"), c.field("ten")], ["stt"])
    resource |= {
        "path": "data/bang.xlsx",
        "format": "xlsx",
        "mediatype": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "dialect": {},
    }
    root = c.write(tmp_path, [c.package("bo", [resource])], {})
    path = root / "linh-vuc" / "bo" / "data" / "bang.xlsx"
    path.parent.mkdir(parents=True, exist_ok=True)
    book.save(path)
    report = run(root)
    where = {item.values["where"] for item in report.findings if item.code == "personal-data-in-file"}
    assert where == {"comment", "hidden-sheet"}
    assert report.tables[0].rows == 1
    assert not report.is_valid


@pytest.mark.parametrize("measure", [corpus.measure, untidy.measure], ids=["corpus", "untidy corpus"])
def test_personal_columns_are_found_and_look_alikes_are_left_alone(measure: Measure, is_proof: bool) -> None:
    for seed in range(20) if is_proof else (0, corpus.SEED):
        recall, false_blocks, lines = measure(seed)
        assert recall >= 0.99, "\n".join(lines)
        assert false_blocks <= 0.01, "\n".join(lines)


def decided(header: str, values: list[str]) -> str:
    return untidy.decide(untidy.Case(kind="", header=header, cells=[*values], type="string"))


def test_headers_are_read_however_they_are_written() -> None:
    r = random.Random(1)
    names = [corpus._name(r) for _ in range(4)]
    wordings = ["HỌ VÀ TÊN", "HoVaTen", "họ_và_tên", "Ho va ten", "Tên NĐD", "NGƯỜI ĐẠI DIỆN PHÁP LUẬT"]
    assert {wording: decided(wording, names) for wording in wordings} == dict.fromkeys(wordings, "block")


def test_a_coordinate_is_no_citizen_number() -> None:
    r = random.Random(1)
    values = [f"{r.uniform(10, 11):.9f}" for _ in range(300)]
    assert decided("lat", values) == "nothing"
    assert decided("so_cccd", [str(int(value)) + ".0" for value in numbers()]) == "block", "a number, as Excel has it"


def test_cells_without_a_value_hide_nothing() -> None:
    sparse = [*numbers(3), *["-"] * 200, *["chưa cập nhật"] * 50]
    assert decided("cot_1", sparse) == "block"


def test_a_person_named_truong_or_son_has_an_address_of_their_own() -> None:
    persons = [f"{name}{number}@gmail.com" for number, name in enumerate(["truongan", "sonle", "truonghai", "sonha"])]
    offices = ["truongthcs@abc.edu.vn", "sogddt@abc.vn", "phongtccb@abc.com.vn", "vanthu@abc.vn"]
    assert (decided("email", persons), decided("email", offices)) == ("block", "nothing")
