"""`check` on small made-up catalogues: every finding with its place, all at once, and nothing thrown."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest

from dulieumo import check, descriptors
from dulieumo.check import guard, table
from dulieumo.check.report import CheckReport, Collector
from dulieumo.report import json as json_report
from dulieumo.report import text as text_report
from dulieumo_rules import texts
from dulieumo_rules.findings import Finding, Place
from tests import catalogues as c

SCHEMA = json.loads(Path(check.__file__).parent.parent.joinpath("schemas", "report.json").read_text(encoding="utf-8"))


def own(**keys: Any) -> dict[str, Any]:
    """Keys of our own namespace."""
    return {f"dulieumo:{key}": value for key, value in keys.items()}


def run(root: Path, **options: Any) -> CheckReport:
    return check.check(descriptors.read(root), **options)


def codes(report: CheckReport) -> Counter[str]:
    return Counter(found.code for found in report.findings)


def only(report: CheckReport, code: str) -> Finding:
    found = [item for item in report.findings if item.code == code]
    assert len(found) == 1, [item.code for item in report.findings]
    return found[0]


def test_a_clean_table_passes_and_its_rows_are_counted(tmp_path: Path) -> None:
    report = run(c.one(tmp_path, [c.field("ma"), c.field("so", "integer")], "ma,so\na,1\nb,2\n", ["ma"]))
    assert report.is_valid
    assert report.findings == ()
    assert [(item.dataset, item.resource, item.rows) for item in report.tables] == [("bo", "bang", 2)]


def test_a_table_without_records_passes_with_no_rows(tmp_path: Path) -> None:
    report = run(c.one(tmp_path, [c.field("ma")], "ma\n"))
    assert report.is_valid
    assert report.tables[0].rows == 0


def test_a_check_of_one_dataset_tells_what_keeps_it_from_being_seen(tmp_path: Path) -> None:
    """Asked for by name, a dataset that could not be read is no dataset that passes."""
    root = c.one(tmp_path, [c.field("ma")], "ma\na\n")
    dataset = next(root.glob("*/bo/datapackage.yaml")).parent
    unlisted = root / "quen"
    unlisted.mkdir()
    dataset.rename(unlisted / "bo")
    report = run(root, only=("bo",))
    assert not report.is_valid
    assert "domain-not-listed" in codes(report)
    (root / "catalog.yaml").write_text("title: [")
    assert not run(root, only=("bo",)).is_valid


def test_an_empty_file_is_one_finding_and_no_traceback(tmp_path: Path) -> None:
    report = run(c.one(tmp_path, [c.field("ma")], ""))
    assert codes(report) == {"source-error": 1}


def test_findings_of_all_kinds_come_at_once_with_spreadsheet_coordinates(tmp_path: Path) -> None:
    fields = [c.field("ma", constraints={"required": True}), c.field("so", "integer"), c.field("ngay", "date")]
    report = run(c.one(tmp_path, fields, "ma,so,ngay\na,x,2025-01-01\na,1_0,2025-02-30\n,3,2025-01-01\n", ["ma"]))
    cells = {(item.code, item.place.cell) for item in report.findings}
    assert ("type-error", "B2") in cells
    assert ("not-canonical", "B3") in cells
    assert ("type-error", "C3") in cells
    assert ("constraint-error", "A4") in cells
    assert {item.place.row for item in report.findings if item.code == "primary-key"} == {3, 4}


def test_ragged_and_blank_rows_keep_the_row_numbers_of_the_spreadsheet(tmp_path: Path) -> None:
    report = run(c.one(tmp_path, [c.field("a"), c.field("b")], "a,b\n1,2\n3\n\n4,5,6\n7,8\n"))
    assert {(item.code, item.place.row) for item in report.findings} == {
        ("missing-cell", 3),
        ("blank-row", 4),
        ("extra-cell", 5),
    }
    assert report.tables[0].rows == 5


def test_rows_are_counted_right_beyond_a_thousand_errors(tmp_path: Path) -> None:
    body = "".join(f"x{number}\n" for number in range(2500))
    report = run(c.one(tmp_path, [c.field("so", "integer")], "so\n" + body))
    assert report.tables[0].rows == 2500
    assert report.errors == 2500
    assert len(report.findings) == 1000
    assert [(tally.count, tally.shown) for tally in report.tallies] == [(2500, 1000)]


def test_text_that_is_not_utf8_is_told_with_its_line_and_byte(tmp_path: Path) -> None:
    found = only(run(c.one(tmp_path, [c.field("ten")], b"ten\nan\n" + b"H\xe0 N\xf4i\n")), "encoding-error")
    assert found.values["line"] == 3
    assert found.values["byte"] == 9


def test_a_wrong_delimiter_is_told_as_missing_columns(tmp_path: Path) -> None:
    report = run(c.one(tmp_path, [c.field("a"), c.field("b")], "a;b\n1;2\n"))
    assert {"incorrect-label", "missing-label"} <= set(codes(report))


def test_categories_and_unique_keys_are_enforced(tmp_path: Path) -> None:
    fields = [c.field("loai", categories=["a", {"value": "b", "label": "Bê"}]), c.field("k"), c.field("so", "number")]
    descriptor = c.package("bo", [c.resource("bang", fields)])
    descriptor["resources"][0]["schema"]["uniqueKeys"] = [["k", "so"]]
    report = run(c.write(tmp_path, [descriptor], {"bo/bang.csv": "loai,k,so\na,1,1.0\nx,1,1.00\nb,2,1\n"}))
    assert only(report, "category-unknown").place.cell == "A3"
    repeated = only(report, "unique-key")
    assert (repeated.place.row, repeated.values["first"]) == (3, 2)


def test_rows_that_repeat_are_found_only_where_no_key_is_declared(tmp_path: Path) -> None:
    fields = [c.field("a"), c.field("b")]
    without = run(c.one(tmp_path / "1", fields, "a,b\n1,2\n1,2\n"))
    assert only(without, "duplicate-row").values["first"] == 2
    keyed = run(c.one(tmp_path / "2", fields, "a,b\n1,2\n2,2\n", ["a"]))
    assert keyed.is_valid


def test_each_row_names_a_listed_source(tmp_path: Path) -> None:
    fields = [c.field("a"), c.field("nguon", **own(role="source"))]
    report = run(c.one(tmp_path, fields, "a,nguon\n1,nguon-a\n2,nguon-b\n"))
    found = only(report, "source-not-listed")
    assert (found.place.cell, found.values["nearest"]) == ("B3", "nguon-a")


def test_a_sample_row_without_the_word_looks_real(tmp_path: Path) -> None:
    table_ = c.resource("bang", [c.field("ten"), c.field("so", "integer")], **own(kind="sample"))
    del table_["dulieumo:completeness"]
    report = run(
        c.write(tmp_path, [c.package("bo", [table_])], {"bo/bang.csv": "ten,so\nCơ sở mẫu 1,1\nBệnh viện A,2\n"})
    )
    assert only(report, "sample-looks-real").place.row == 3


def test_foreign_keys_and_code_lists_reach_into_other_datasets(tmp_path: Path) -> None:
    units = c.resource("xa", [c.field("ma_xa"), c.field("ten_xa")], ["ma_xa"])
    users = c.resource(
        "co-so",
        [
            c.field("ma", constraints={"required": True}),
            c.field("ma_xa", **own(codeList={"dataset": "don-vi", "resource": "xa", "column": "ma_xa"})),
            c.field("me"),
        ],
        ["ma"],
    )
    users["schema"]["foreignKeys"] = [{"fields": ["me"], "reference": {"fields": ["ma"]}}]
    root = c.write(
        tmp_path,
        [c.package("don-vi", [units]), c.package("so-so", [users])],
        {
            "don-vi/xa.csv": "ma_xa,ten_xa\n00004,Bến Thành\n00007,Tân Định\n",
            "so-so/co-so.csv": "ma,ma_xa,me\n1,00004,\n2,4,1\n3,99999,8\n",
        },
    )
    report = run(root)
    unknown = {item.place.cell: item.values for item in report.findings if item.code == "code-unknown"}
    assert set(unknown) == {"B3", "B4"}
    assert str(unknown["B3"]["nearest"]).startswith("00004")
    broken = only(report, "foreign-key")
    assert (broken.place.cell, broken.values["value"]) == ("C4", "8")


def test_codes_must_have_been_valid_on_the_date_of_the_data(tmp_path: Path) -> None:
    codes_ = c.resource(
        "nganh", [c.field("ma"), c.field("hieu_luc_tu", "date"), c.field("hieu_luc_den", "date")], ["ma"]
    )
    link = {"dataset": "danh-muc", "resource": "nganh", "column": "ma"}
    users = c.resource("bang", [c.field("ma", **own(codeList=link))])
    root = c.write(
        tmp_path,
        [c.package("danh-muc", [codes_]), c.package("bo", [users])],
        {
            "danh-muc/nganh.csv": "ma,hieu_luc_tu,hieu_luc_den\ncu,2010-01-01,2020-12-31\nmoi,2021-01-01,\n",
            "bo/bang.csv": "ma\nmoi\ncu\n",
        },
    )
    found = only(run(root), "code-unknown")
    assert (found.place.cell, found.values["value"], found.values["date"]) == ("A3", "cu", "2025")


@pytest.mark.parametrize(
    ("constraints", "code"),
    [
        ({"pattern": "("}, "constraint-unreadable"),
        ({"pattern": "(a+)+"}, "pattern-dangerous"),
        ({"pattern": "(?i)a"}, "constraint-unreadable"),
    ],
)
def test_constraints_that_cannot_be_used_are_found_before_the_table_is_read(
    tmp_path: Path, constraints: dict[str, Any], code: str
) -> None:
    found = only(run(c.one(tmp_path, [c.field("a", constraints=constraints)], "a\n" + "a" * 40 + "!\n")), code)
    assert found.place.file.endswith("datapackage.yaml")
    assert found.place.line is not None


def test_a_constraint_that_a_type_does_not_know_is_frictionless_s_own_finding(tmp_path: Path) -> None:
    report = run(c.one(tmp_path, [c.field("a", constraints={"minimum": 3})], "a\nx\n"))
    assert codes(report) == {"field-error": 1}


def test_the_input_hash_follows_the_bytes_and_the_descriptor(tmp_path: Path) -> None:
    root = c.one(tmp_path, [c.field("a")], "a\n1\n")
    before = run(root).inputs["bo"]
    assert before == check.input_hash(root, descriptors.read(root).catalog.datasets[0])  # type: ignore[union-attr]
    path = root / "linh-vuc" / "bo" / "data" / "bang.csv"
    path.write_text("a\n2\n", encoding="utf-8")
    after = run(root).inputs["bo"]
    assert after != before
    path.write_text("a\n1\n", encoding="utf-8")
    assert run(root).inputs["bo"] == before


def test_only_the_datasets_named_are_checked(tmp_path: Path) -> None:
    packages = [c.package(name, [c.resource("bang", [c.field("so", "integer")])]) for name in ("mot", "hai")]
    root = c.write(tmp_path, packages, {"mot/bang.csv": "so\nx\n", "hai/bang.csv": "so\ny\n"})
    report = run(root, only=("hai",))
    assert set(report.inputs) == {"hai"}
    assert {item.place.dataset for item in report.findings} == {"hai"}


def test_a_linked_table_is_not_read(tmp_path: Path) -> None:
    root = c.one(tmp_path, [c.field("a")], "a\n1\n")
    path = root / "linh-vuc" / "bo" / "data" / "bang.csv"
    path.unlink()
    path.symlink_to("/etc/passwd")
    report = run(root)
    assert codes(report) == {"path-is-link": 1}
    assert report.tables == ()


def test_the_report_fits_its_schema_with_and_without_findings(tmp_path: Path) -> None:
    clean = run(c.one(tmp_path / "1", [c.field("a")], "a\n1\n"))
    broken = run(c.one(tmp_path / "2", [c.field("so", "integer"), c.field("b")], "so,b\nx,đang cập nhật\n,=1+1\n1\n"))
    for report in (clean, broken):
        jsonschema.validate(json_report.render_report(report), SCHEMA)
    assert json_report.render_report(broken)["valid"] is False


def test_the_text_report_is_grouped_in_the_words_of_an_owner(tmp_path: Path) -> None:
    report = run(c.one(tmp_path, [c.field("so", "integer")], "so\n" + "x\n" * 12))
    text = text_report.render_report(report)
    assert "linh-vuc/bo/data/bang.csv" in text
    assert "cột so: 12 ô sai kiểu dữ liệu" in text
    assert "A2, A3" in text
    assert "[type-error]" in text


def test_no_network_is_reached_during_a_check(monkeypatch: pytest.MonkeyPatch) -> None:
    with guard.no_network(), pytest.raises(guard.NetworkForbidden):
        socket.create_connection(("127.0.0.1", 9), timeout=1)
    with guard.no_network(), pytest.raises(guard.NetworkForbidden):
        socket.getaddrinfo("dulieumo.example", 80)


def test_what_our_own_code_raises_is_not_taken_for_an_error_of_the_data(tmp_path: Path) -> None:
    """Frictionless turns any exception of its source into a finding; a bug of ours must stay a bug."""
    root = c.one(tmp_path, [c.field("so", "integer")], "so\nx\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(table, "_in_order", _broken)
        with pytest.raises(ZeroDivisionError):
            run(root)


def _broken(*_arguments: Any) -> Any:
    raise ZeroDivisionError


def test_every_code_has_its_text_in_both_languages() -> None:
    for code in texts.codes():
        for language in ("vi", "en"):
            shown = texts.render(Finding(code=code, place=Place(file="x")), language)
            assert shown.title
            assert shown.message


def test_a_value_with_braces_is_shown_and_not_filled_in() -> None:
    found = Finding(code="type-error", place=Place(file="x"), values={"value": "{type} [[x]]", "type": "integer"})
    assert "{type} [[x]]" in texts.render(found, "en").message


def test_a_collector_keeps_the_first_places_and_the_true_count() -> None:
    collector = Collector(limit=2)
    for row in range(5):
        collector.add(Finding(code="type-error", place=Place(file="a", row=row + 2, column="c", position=1)))
    other = Collector(limit=2)
    other.merge(collector.tallies(), collector.findings())
    assert [(tally.count, tally.shown) for tally in other.tallies()] == [(5, 2)]
    assert [item.place.cell for item in other.findings()] == ["A2", "A3"]


@pytest.mark.parametrize("how", ["-c", "-m"])
def test_a_plugin_in_the_working_folder_is_never_imported(tmp_path: Path, how: str) -> None:
    """Frictionless imports every module named frictionless_* that it can find; a pull request could bring one."""
    fields = [c.field("so", "integer"), c.field("diem", "geopoint")]
    root = c.one(tmp_path, fields, "so,diem\nx,nowhere\n")
    marker = tmp_path / "executed"
    (tmp_path / "frictionless_evil.py").write_text(f"open({str(marker)!r}, 'w')\n", encoding="utf-8")
    program = (
        "import sys; from pathlib import Path; from dulieumo import check, descriptors; "
        f"print(check.check(descriptors.read(Path({str(root)!r}))).errors)"
    )
    (tmp_path / "run_it.py").write_text(program, encoding="utf-8")
    command = [sys.executable, "-c", program] if how == "-c" else [sys.executable, "-m", "run_it"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=True)
    assert done.stdout.strip() == "2"
    assert not marker.exists()


def test_the_plugins_of_others_are_there_again_after_a_check(tmp_path: Path) -> None:
    from frictionless import system

    before = set(system.plugins)
    run(c.one(tmp_path, [c.field("so", "integer")], "so\nx\n"))
    assert set(system.plugins) == before
    assert "csv" in before
