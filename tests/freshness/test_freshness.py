"""Due and overdue: each frequency, dates as exact as they are given, and what expects no newer data."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dulieumo import descriptors, freshness
from dulieumo.freshness import Freshness, Reason, Rule, State
from dulieumo.model import Dataset
from dulieumo_rules import frequencies
from tests import catalogues as made
from tests.catalogues import field


def dataset(folder: Path, frequency: str, as_of: str, **more: Any) -> Dataset:
    kind = more.pop("kind", "real")
    resource = made.resource("bang", [field("ma")], ["ma"], **{"dulieumo:kind": kind})
    package = made.package("bo", [resource], **{"dulieumo:frequency": frequency, "dulieumo:dataAsOf": as_of, **more})
    catalog = descriptors.read(made.write(folder, [package], {"bo/bang.csv": "ma\na\n"})).catalog
    assert catalog is not None
    return catalog.datasets[0]


@pytest.fixture
def fresh(tmp_path: Path) -> Any:
    def of(frequency: str, as_of: str, today: str, **more: Any) -> Freshness:
        return freshness.freshness(dataset(tmp_path, frequency, as_of, **more), date.fromisoformat(today))

    return of


@pytest.mark.parametrize(
    ("frequency", "as_of", "last_current", "last_due"),
    [
        ("CONT", "2026-03-10", "2026-03-10", "2026-03-11"),
        ("DAILY", "2026-03-10", "2026-03-10", "2026-03-11"),
        ("WEEKLY", "2026-03-02", "2026-03-08", "2026-03-12"),
        ("BIWEEKLY", "2026-03-02", "2026-03-15", "2026-03-22"),
        ("MONTHLY", "2026-03-31", "2026-04-29", "2026-05-14"),
        ("MONTHLY", "2026-01-30", "2026-02-27", "2026-03-15"),
        ("QUARTERLY", "2026-06-30", "2026-09-29", "2026-11-13"),
        ("ANNUAL_2", "2026-06-30", "2026-12-30", "2027-03-29"),
        ("ANNUAL", "2024-02-29", "2025-02-27", "2025-08-29"),
        ("ANNUAL", "2025", "2026-12-30", "2027-07-01"),
        ("BIENNIAL", "2024", "2026-12-30", "2027-12-30"),
        ("DECENNIAL", "2019", "2029-12-30", "2034-12-29"),
        ("IRREG", "2026-08-01", "2026-10-31", "2026-10-31"),
    ],
)
def test_data_is_current_then_due_then_overdue(
    fresh: Any, frequency: str, as_of: str, last_current: str, last_due: str
) -> None:
    day = timedelta(days=1)
    after_current, after_due = date.fromisoformat(last_current) + day, date.fromisoformat(last_due) + day
    assert fresh(frequency, as_of, last_current).state is State.CURRENT
    found = fresh(frequency, as_of, after_due.isoformat())
    assert (found.state, found.due, found.overdue) == (State.OVERDUE, after_current, after_due)
    assert found.days_late == (after_due - after_current).days
    if last_due != last_current:
        assert fresh(frequency, as_of, after_current.isoformat()).state is State.DUE
        assert fresh(frequency, as_of, last_due).state is State.DUE


def test_a_monthly_table_of_45_days_is_overdue_and_one_of_20_is_not(fresh: Any) -> None:
    assert fresh("MONTHLY", "2026-03-01", "2026-04-15").state is State.OVERDUE
    assert fresh("MONTHLY", "2026-03-01", "2026-03-21").state is State.CURRENT


@pytest.mark.parametrize(
    ("given_date", "last"),
    [
        ("2025", date(2025, 12, 31)),
        ("2026-02", date(2026, 2, 28)),
        ("2024-02", date(2024, 2, 29)),
        ("2026-11-22", date(2026, 11, 22)),
        ("2026-02-31", date(2026, 2, 28)),
    ],
)
def test_a_partial_date_covers_its_whole_period(given_date: str, last: date) -> None:
    assert freshness.last_day(given_date) == last


def test_data_as_of_a_year_that_is_not_over_is_current(fresh: Any) -> None:
    found = fresh("ANNUAL", "2026", "2026-11-22")
    assert (found.state, found.days_late, found.due) == (State.CURRENT, 0, date(2027, 12, 31))


@pytest.mark.parametrize(
    ("frequency", "more", "reason"),
    [
        ("NEVER", {}, Reason.NEVER),
        ("MONTHLY", {"dulieumo:status": "retired"}, Reason.RETIRED),
        ("MONTHLY", {"dulieumo:status": "superseded", "dulieumo:supersededBy": "khac"}, Reason.SUPERSEDED),
        ("MONTHLY", {"kind": "sample"}, Reason.SAMPLE),
    ],
)
def test_nothing_newer_is_expected(fresh: Any, frequency: str, more: dict[str, Any], reason: Reason) -> None:
    found = fresh(frequency, "2001-01-01", "2026-11-22", **more)
    assert (found.state, found.reason, found.due, found.overdue) == (State.EXEMPT, reason, None, None)


def test_an_unknown_frequency_has_no_due_day(fresh: Any) -> None:
    found = fresh("UNKNOWN", "2001-01-01", "2026-11-22")
    assert (found.state, found.due, found.days_late) == (State.UNKNOWN, None, 0)


def test_a_catalogue_sets_its_own_figures(tmp_path: Path) -> None:
    settings = {"settings": {"freshness": {"grace": 2, "irregularDays": 365}}}
    package = made.package("bo", [made.resource("bang", [field("ma")], ["ma"])])
    catalog = descriptors.read(made.write(tmp_path, [package], {"bo/bang.csv": "ma\na\n"}, catalog=settings)).catalog
    assert catalog is not None
    assert freshness.rule(catalog) == Rule(grace=2.0, irregular_days=365)
    found = freshness.freshness(catalog.datasets[0], date(2027, 12, 30), freshness.rule(catalog))
    assert (found.state, found.overdue) == (State.DUE, date(2027, 12, 31))


def test_every_frequency_of_the_profile_has_a_period_or_is_known_to_have_none(repository: Path) -> None:
    schema = json.loads((repository / "publish/dulieumo/schemas/dataset.json").read_text(encoding="utf-8"))
    table = frequencies.table()
    for code in schema["$defs"]["frequency"]["enum"]:
        assert table[code].vi
        assert table[code].en
        assert (table[code].days is None) == (code in ("IRREG", "NEVER", "UNKNOWN")), code


def test_the_frequencies_stand_from_the_most_frequent_to_the_rarest_within_their_unit() -> None:
    counted = [entry.months for entry in frequencies.table().values() if entry.months]
    assert counted == sorted(counted)
    for entry in frequencies.table().values():
        if entry.months:
            assert entry.days is not None
            assert abs(entry.days - entry.months * 365.25 / 12) < 1.5, entry.code


@given(
    st.sampled_from([code for code, entry in frequencies.table().items() if entry.days]),
    st.dates(date(1990, 1, 1), date(2090, 1, 1)),
    st.integers(-400, 8000),
)
def test_states_follow_one_another_and_never_go_back(code: str, as_of: date, days: int) -> None:
    order = [State.CURRENT, State.DUE, State.OVERDUE]
    template = _template()
    from dataclasses import replace

    item = replace(template, frequency=code, data_as_of=as_of.isoformat())
    today = as_of + timedelta(days=days)
    now, next_day = freshness.freshness(item, today), freshness.freshness(item, today + timedelta(days=1))
    assert order.index(now.state) <= order.index(next_day.state)
    assert now.due is not None
    assert now.overdue is not None
    assert as_of < now.due < now.overdue


def _template() -> Dataset:
    import tempfile

    global _TEMPLATE
    if _TEMPLATE is None:
        with tempfile.TemporaryDirectory() as folder:
            _TEMPLATE = dataset(Path(folder), "ANNUAL", "2025")
    return _TEMPLATE


_TEMPLATE: Dataset | None = None
