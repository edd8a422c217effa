"""Which of an owner's rows and columns the page shows, and how it calls what the commands call by flags."""

from __future__ import annotations

from dulieumo.check.records import Record
from dulieumo.check.report import CheckReport, Collector
from dulieumo.owner.places import Sheet
from dulieumo.web import view
from dulieumo_rules.findings import Place, Severity, finding


def sheet(width: int, rows: int) -> Sheet:
    columns = tuple((at, f"Cột {at}") for at in range(1, width + 1))
    records = tuple(Record(row, [f"{row}.{at}" for at in range(1, width + 1)]) for row in range(5, 5 + rows))
    return Sheet(file="tệp.xlsx", header=4, columns=columns, keys=(2,), records=records)


def report(*places: tuple[int | None, int | None]) -> CheckReport:
    gathered = Collector()
    for row, position in places:
        place = Place(file="tệp.xlsx", dataset="bo", table="bang", row=row, column="c", position=position)
        gathered.add(finding("text-not-nfc", place, severity=Severity.WARNING))
    return CheckReport(findings=gathered.findings(), tallies=gathered.tallies(), tables=(), inputs={}, tool={})


def test_a_narrow_table_is_shown_in_full_and_only_the_rows_with_findings() -> None:
    grid = view.grid(report((6, 3), (None, 3)), sheet(6, 9))
    assert [head for head, _title in grid.heads] == list("ABCDEF")
    assert [(row.number, [cell.severity for cell in row.cells]) for row in grid.rows] == [
        (6, ["", "", "warning", "", "", ""])
    ]
    assert grid.is_in_full


def test_of_a_wide_table_the_marks_and_the_key_are_shown() -> None:
    grid = view.grid(report((6, 30), (7, None)), sheet(40, 9))
    assert grid.heads == (("B", "Cột 2"), ("AD", "Cột 30"))
    assert [len(row.messages) for row in grid.rows] == [0, 1], "what is said of a row stands at the row"
    assert not grid.is_in_full


def test_many_rows_are_counted_and_not_shown() -> None:
    grid = view.grid(report(*((row, 1) for row in range(5, 305))), sheet(3, 300))
    assert (len(grid.rows), grid.more) == (view.MOST_ROWS, 300 - view.MOST_ROWS)
    [told] = view.told(report(*((row, 1) for row in range(5, 305))), grid)
    assert (len(told.places), told.more) == (view.PLACES_LISTED, 300 - view.PLACES_LISTED)
    assert told.places[0].row == 5


def test_flags_are_called_as_the_page_calls_them() -> None:
    assert view.for_page('Thêm --ignore "Ghi chú".') == 'Thêm “Các cột bỏ qua” "Ghi chú".'
    assert view.for_page("--no-such-flag") == "--no-such-flag"


def test_letters_are_those_of_a_spreadsheet() -> None:
    assert [view.letter(at) for at in (1, 26, 27, 702, 703)] == ["A", "Z", "AA", "ZZ", "AAA"]
