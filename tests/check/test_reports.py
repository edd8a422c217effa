"""The report in every format: parsed by what will read it, with nothing in it that a table could make it do."""

from __future__ import annotations

import io
import json
import random
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import openpyxl
import pytest

from dulieumo import check, descriptors, i18n
from dulieumo.check.report import CheckReport
from dulieumo.cli import run as command_line
from dulieumo.descriptors import Reading
from dulieumo.report import github, html, junit, sarif, xlsx
from tests import catalogues as c
from tests.rules import personal_corpus as corpus

HOSTILE = '<script>alert(1)</script>::error file=x::y%0A]]>"\x07'


@pytest.fixture(autouse=True, params=["vi", "en"])
def _language(request: pytest.FixtureRequest) -> Iterator[None]:
    before = i18n.language()
    i18n.use(request.param)
    yield
    i18n.use(before)


@pytest.fixture
def broken(tmp_path: Path) -> tuple[CheckReport, Reading]:
    fields = [c.field("so", "integer"), c.field("ten"), c.field("loai", categories=["a"])]
    hostile = HOSTILE.replace('"', '""')
    rows = f'so,ten,loai\n1,"{hostile}",a\nx,=1+1,"{hostile}"\n\n2,b,a,thừa\n' + "y,c,a\n" * 30
    reading = descriptors.read(c.one(tmp_path, fields, rows))
    return check.check(reading), reading


@pytest.fixture
def clean(tmp_path: Path) -> tuple[CheckReport, Reading]:
    reading = descriptors.read(c.one(tmp_path / "clean", [c.field("so", "integer")], "so\n1\n", ["so"]))
    return check.check(reading), reading


def test_github_annotations_hold_one_command_per_group_and_no_other(broken: tuple[CheckReport, Reading]) -> None:
    report = broken[0]
    lines = github.render_report(report, "datasets/").splitlines()
    assert len(lines) == len(report.tallies) + 1
    for line in lines[:-1]:
        assert line.startswith(("::error file=datasets/linh-vuc/bo/", "::warning file=datasets/linh-vuc/bo/"))
        properties = line.split("::", 2)[1]
        assert "line=" in properties
    assert not lines[-1].startswith("::")


def test_junit_is_xml_with_a_case_per_table(
    broken: tuple[CheckReport, Reading], clean: tuple[CheckReport, Reading]
) -> None:
    root = ElementTree.fromstring(junit.render_report(broken[0]))
    assert (root.get("tests"), root.get("failures")) == ("1", "1")
    failure = root.find("./testsuite/testcase/failure")
    assert failure is not None
    assert "type-error" in str(failure.get("type"))
    good = ElementTree.fromstring(junit.render_report(clean[0]))
    assert (good.get("tests"), good.get("failures")) == ("1", "0")
    assert good.find("./testsuite/testcase/failure") is None


def test_sarif_has_a_rule_for_every_result_and_places_within_the_repository(
    broken: tuple[CheckReport, Reading], clean: tuple[CheckReport, Reading]
) -> None:
    log = json.loads(json.dumps(sarif.render_report(broken[0], "datasets/")))
    run = log["runs"][0]
    assert len(run["results"]) == len(broken[0].findings)
    for result in run["results"]:
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] in ("error", "warning")
        uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        assert uri == "datasets/linh-vuc/bo/data/bang.csv"
    assert sarif.render_report(clean[0])["runs"][0]["results"] == []


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [name for name, _ in attrs]


def test_the_page_fetches_and_runs_nothing(broken: tuple[CheckReport, Reading]) -> None:
    page = html.render_report(broken[0])
    parsed = _Tags()
    parsed.feed(page)
    assert {"script", "img", "link", "iframe", "a"}.isdisjoint(parsed.tags)
    assert not [name for name in parsed.attributes if name.startswith("on") or name in ("src", "href")]
    assert "default-src 'none'" in page
    assert f'<html lang="{i18n.language()}">' in page


def test_the_workbook_marks_the_bad_cells_and_runs_no_formula(broken: tuple[CheckReport, Reading]) -> None:
    book = openpyxl.load_workbook(io.BytesIO(xlsx.render_report(*broken)))
    summary, table = book.worksheets
    assert summary.max_row == len(broken[0].tallies) + 1
    assert table["A3"].value == "x"
    assert table["A3"].comment is not None
    assert table["A3"].fill.fgColor.rgb == "FFF8CBC6"
    assert (table["B3"].value, table["B3"].data_type) == ("=1+1", "s")
    assert table["A2"].comment is None
    assert table["D5"].value == "thừa"


def test_the_workbook_of_a_clean_check_is_its_summary_alone(clean: tuple[CheckReport, Reading]) -> None:
    book = openpyxl.load_workbook(io.BytesIO(xlsx.render_report(*clean)))
    assert len(book.sheetnames) == 1


def test_no_format_shows_a_personal_value(tmp_path: Path) -> None:
    r = random.Random(7)
    values = [corpus._citizen(r) for _ in range(30)]
    rows = "".join(f"{value},x\n" for value in [*values, values[0]])
    fields = [c.field("so_cccd", constraints={"unique": True}), c.field("so", "integer")]
    reading = descriptors.read(c.one(tmp_path, fields, f"sai_ten,so\n{rows}"))
    report = check.check(reading)
    assert {"personal-data", "unique-error", "incorrect-label"} <= {item.code for item in report.findings}
    book = openpyxl.load_workbook(io.BytesIO(xlsx.render_report(report, reading)))
    cells = [str(cell.value) + str(cell.comment) for sheet in book for row in sheet.iter_rows() for cell in row]
    shown = "".join(
        (github.render_report(report), junit.render_report(report), json.dumps(sarif.render_report(report)), html.render_report(report), *cells)
    )  # fmt: skip
    assert [value for value in values if value in shown] == []


@pytest.mark.parametrize("format_", ["text", "json", "github", "junit", "sarif", "html", "xlsx"])
def test_the_command_writes_every_format_and_leaves_with_1(
    tmp_path: Path, format_: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = c.one(tmp_path, [c.field("so", "integer")], "so\nx\n")
    monkeypatch.chdir(tmp_path)
    target = tmp_path / "out" / f"report.{format_}"
    words = ["check", "--datasets", str(root), "--format", format_, "--output", str(target)]
    assert command_line(words) == 1
    assert target.stat().st_size > 0
    assert json.loads((tmp_path / "dist" / "report.json").read_text(encoding="utf-8"))["valid"] is False


def test_the_command_leaves_with_0_when_all_is_well_and_2_when_called_wrongly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    root = c.one(tmp_path, [c.field("so", "integer")], "so\n1\n", ["so"])
    monkeypatch.chdir(tmp_path)
    assert command_line(["check", "--datasets", str(root)]) == 0
    assert command_line(["check", "--datasets", str(root), "khong-co"]) == 2
    assert command_line(["check", "--datasets", str(root), "--format", "xlsx"]) == 2
    assert command_line(["check", "--datasets", str(tmp_path / "khong-co")]) == 2
    assert "Traceback" not in capsys.readouterr().err
