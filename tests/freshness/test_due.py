"""`dulieumo due`: digests per publisher, who is reminded, and every form in which they can be sent."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import icalendar
import jsonschema
import pytest

from dulieumo import descriptors, i18n
from dulieumo.errors import UsageError
from dulieumo.governance import calendar, digest, digest_formats
from dulieumo.governance.digest import Digest
from dulieumo.model import Catalog
from tests import catalogues as made
from tests.catalogues import field

TODAY = date(2026, 11, 22)
DULIEUMO = str(Path(sys.executable).with_name("dulieumo"))


def package(name: str, frequency: str, as_of: str, **more: Any) -> dict[str, Any]:
    resource = made.resource("bang", [field("ma")], ["ma"])
    keys = {"dulieumo:frequency": frequency, "dulieumo:dataAsOf": as_of}
    return made.package(name, [resource], **{**keys, **more})


def write(folder: Path) -> Path:
    packages = [
        package("qua-han", "MONTHLY", "2026-01", title="Bộ | quá <b>hạn</b>, có; dấu"),
        package("den-han", "QUARTERLY", "2026-08-01"),
        package("sap-den", "MONTHLY", "2026-10-31"),
        package("con-moi", "ANNUAL", "2026-10-31"),
        package("khong-ro", "UNKNOWN", "2020"),
        package("da-dung", "MONTHLY", "2020", **{"dulieumo:status": "retired"}),
        package("cua-so-cu", "ANNUAL", "2024", **{"dulieumo:publisher": "so-cu"}),
        package("cua-so-vui", "ANNUAL", "2026", **{"dulieumo:publisher": "so-vui"}),
    ]
    root = made.write(folder, packages, {f"{item['name']}/bang.csv": "ma\na\n" for item in packages})
    registry = [
        made.PUBLISHERS["publishers"][0],
        {
            "name": "so-cu",
            "title": "Sở Cũ",
            "description": "Đã nhập vào sở khác.",
            "validTo": "2025-02-28",
            "successors": ["so-giua"],
        },
        {
            "name": "so-giua",
            "title": "Sở Giữa",
            "description": "Chỉ tồn tại vài tháng.",
            "validTo": "2025-06",
            "successors": ["so-moi"],
        },
        {"name": "so-moi", "title": "Sở Mới", "description": "Nhận việc của các sở cũ.", "reviewers": ["@lang/so-moi"]},
        {"name": "so-vui", "title": "Sở Vui", "description": "Không nợ gì."},
    ]
    made.put(root / "publishers.yaml", {"publishers": registry})
    return root


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    found = descriptors.read(write(tmp_path)).catalog
    assert found is not None
    return found


def names(items: tuple[digest.Item, ...]) -> list[str]:
    return [item.dataset.name for item in items]


def test_a_digest_sorts_what_is_late_from_what_comes(catalog: Catalog) -> None:
    found = {item.publisher.name: item for item in digest.digests(catalog, TODAY)}
    own = found["ban-quan-ly"]
    assert names(own.overdue) == ["qua-han"]
    assert names(own.due) == ["den-han"]
    assert names(own.soon) == ["sap-den"]
    assert names(own.later) == ["con-moi"]
    assert names(own.unknown) == ["khong-ro"]
    assert own.owed == 2
    listed = [name for item in found.values() for group in _groups(item) for name in names(group)]
    assert "da-dung" not in listed
    assert len(listed) == len(set(listed)) == 7


def _groups(item: Digest) -> tuple[tuple[digest.Item, ...], ...]:
    return item.overdue, item.due, item.soon, item.later, item.unknown


def test_a_publisher_that_ceased_to_exist_is_not_reminded_its_last_successor_is(catalog: Catalog) -> None:
    found = {item.publisher.name: item for item in digest.digests(catalog, TODAY)}
    assert "so-cu" not in found
    assert "so-giua" not in found
    (item,) = found["so-moi"].overdue
    assert item.named is not None
    assert item.named.name == "so-cu"
    before_the_merger = {entry.publisher.name for entry in digest.digests(catalog, date(2025, 2, 28))}
    assert "so-cu" in before_the_merger


def test_successors_that_name_each_other_end_the_search(tmp_path: Path) -> None:
    root = write(tmp_path)
    registry = [
        made.PUBLISHERS["publishers"][0],
        {"name": "so-cu", "title": "A", "description": "a", "validTo": "2020", "successors": ["so-vui"]},
        {"name": "so-vui", "title": "B", "description": "b", "validTo": "2020", "successors": ["so-cu"]},
    ]
    made.put(root / "publishers.yaml", {"publishers": registry})
    catalog = descriptors.read(root).catalog
    assert catalog is not None
    assert {item.publisher.name for item in digest.digests(catalog, TODAY)} == {"ban-quan-ly", "so-cu", "so-vui"}


def test_one_publisher_can_be_asked_for_and_an_unknown_one_is_refused(catalog: Catalog) -> None:
    (only,) = digest.digests(catalog, TODAY, publisher="so-vui")
    assert only.is_quiet
    with pytest.raises(UsageError, match="so-la") as caught:
        digest.digests(catalog, TODAY, publisher="so-la")
    assert "so-moi" in (caught.value.hint or "")


def test_the_json_follows_its_schema(catalog: Catalog, repository: Path) -> None:
    schema = json.loads((repository / "publish/dulieumo/schemas/due.json").read_text(encoding="utf-8"))
    value = digest_formats.to_json(digest.digests(catalog, TODAY))
    jsonschema.validate(value, schema)
    assert value["summary"] == {"overdue": 2, "due": 1, "soon": 1}
    moved = next(item for item in value["publishers"] if item["name"] == "so-moi")
    assert moved["overdue"][0]["publisherNamed"] == "so-cu"
    assert moved["reviewers"] == ["@lang/so-moi"]
    jsonschema.validate(digest_formats.to_json(()), schema)


def test_the_markdown_cannot_be_broken_by_a_title(catalog: Catalog) -> None:
    own = next(item for item in digest.digests(catalog, TODAY) if item.publisher.name == "ban-quan-ly")
    text = digest_formats.to_markdown(own, catalog)
    assert "Bộ \\| quá \\<b\\>hạn\\</b\\>, có; dấu" in text
    assert "https://langmau.example/datasets/qua-han/" in text
    rows = [line for line in text.splitlines() if line.startswith("| [")]
    assert [len(line.replace("\\|", "").split("|")) for line in rows] == [7, 7, 7]


def test_a_quiet_digest_says_so_in_every_form(catalog: Catalog) -> None:
    found = digest.digests(catalog, TODAY, publisher="so-vui")
    i18n.use("en")
    assert digest_formats.to_text(found) == "Every dataset is as new as it promises.\n"
    assert "as new as it promises" in digest_formats.to_markdown(found[0], catalog)


def test_the_calendar_is_read_by_another_program(catalog: Catalog) -> None:
    text = calendar.to_ics(digest.digests(catalog, TODAY), catalog)
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    assert "\n" not in text.replace("\r\n", "")
    read: Any = icalendar.Calendar.from_ical(text)
    events = {str(event["URL"]).rstrip("/").rsplit("/", 1)[-1]: event for event in read.walk("VEVENT")}
    assert set(events) == {"qua-han", "den-han", "sap-den", "con-moi", "cua-so-cu", "cua-so-vui"}
    assert "Bộ | quá <b>hạn</b>, có; dấu" in str(events["qua-han"]["SUMMARY"])
    assert events["qua-han"].decoded("DTSTART") == TODAY, "what is late stands on today"
    assert events["con-moi"].decoded("DTSTART") == date(2027, 10, 31)
    assert len({str(event["UID"]) for event in events.values()}) == len(events)


def test_the_same_day_gives_the_same_calendar(catalog: Catalog) -> None:
    first, second = (calendar.to_ics(digest.digests(catalog, TODAY), catalog) for _ in range(2))
    assert first == second


def run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([DULIEUMO, *words], cwd=folder, capture_output=True, text=True, check=False, timeout=60)


def test_the_command_writes_a_digest_per_publisher_and_takes_old_ones_away(tmp_path: Path) -> None:
    write(tmp_path)
    out = tmp_path / "nhac"
    out.mkdir()
    (out / "so-vui.md").write_text("cũ", encoding="utf-8")
    (out / "ghi-chu.md").write_text("của người khác", encoding="utf-8")
    done = run(tmp_path, "due", "--today", "2026-11-22", "--output", "nhac", "--exit-code")
    assert done.returncode == 5, done.stderr
    found = {path.name for path in out.iterdir()}
    assert found == {
        *(f"{name}.{ending}" for name in ("ban-quan-ly", "so-moi") for ending in ("md", "json", "ics")),
        "ghi-chu.md",
    }
    alone = json.loads((out / "so-moi.json").read_text(encoding="utf-8"))
    assert [item["name"] for item in alone["publishers"]] == ["so-moi"]


def test_the_command_refuses_a_day_that_is_none_and_says_how_to_write_it(tmp_path: Path) -> None:
    write(tmp_path)
    done = run(tmp_path, "--lang", "en", "due", "--today", "22/11/2026")
    assert done.returncode == 2
    assert "2026-12-31" in done.stderr
    assert done.stdout == ""


def test_nothing_overdue_leaves_with_0(tmp_path: Path) -> None:
    made.write(tmp_path, [package("moi", "ANNUAL", "2026")], {"moi/bang.csv": "ma\na\n"})
    done = run(tmp_path, "due", "--today", "2026-11-22", "--exit-code")
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()


def test_a_catalogue_without_datasets_owes_nothing(tmp_path: Path) -> None:
    made.write(tmp_path, [], {})
    done = run(tmp_path, "due", "--format", "json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["publishers"] == []
