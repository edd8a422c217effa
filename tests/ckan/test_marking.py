"""What the stamp of a push says: under way it may say less than is true, and never more; done, exactly what is there."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dulieumo import descriptors
from dulieumo.ckan import stamp
from dulieumo.ckan.marking import Marking
from dulieumo.ckan.model import (
    Action,
    Change,
    DatasetPlan,
    Desired,
    DesiredResource,
    DesiredTable,
    Drift,
    Policy,
    RemoteDataset,
    Stamp,
)
from dulieumo.descriptors import resolve
from dulieumo.model import Release
from tests.catalogues import field
from tests.ckan.world import SONGMAY

SCHEMA = resolve.schema({"primaryKey": ["ma"], "fields": [field("ma")]})


def table(state: str) -> DesiredTable:
    return DesiredTable(
        resource="ben", schema=SCHEMA, fields=({"id": "ma", "type": "text", "info": {"label": "Mã"}},), primary_key=("ma",), indexes=(),
        rows=2, state=state, parquet="ben.parquet",
    )  # fmt: skip


def resource(key: str, held: DesiredTable | None = None) -> DesiredResource:
    return DesiredResource(
        key=key, id=f"id-{key}", fields={"name": key}, path=key, media_type="text/csv", bytes=1, sha256="ab" * 32,
        is_link=False, table=held,
    )  # fmt: skip


WANTED = Desired(
    name="ben-xe", dataset="ben-xe", catalog="https://dulieu.songmay.example", publisher="so", version="1.0.1",
    content_hash="sha256:" + "0" * 64, fields={"title": "Bến xe"}, is_sample=False,
    resources=(resource("ben.csv", table("1.0.1#new")), resource("ben.parquet")),
)  # fmt: skip


@pytest.fixture(scope="module")
def release() -> Release:
    catalog = descriptors.read(SONGMAY).catalog
    assert catalog is not None
    return Release(
        name="r2", content_hash="sha256:" + "1" * 64, previous="r1", catalog=catalog, versions=(), tool={}, commit=None
    )


def marking(release: Release, *changes: Change, drifts: tuple[Drift, ...] = ()) -> Marking:
    return Marking(WANTED, DatasetPlan(name="ben-xe", base="", changes=changes, drifts=drifts), release, "push-1")


def rows(reason: str) -> Change:
    return Change(action=Action.RECORDS, reason=reason, resource="ben.csv")


@pytest.fixture
def old(release: Release) -> Stamp:
    """What the push before left."""
    before = marking(release).done(None, {"ben.csv": "0123 then"})
    return replace(before, tables={"ben.csv": ("1.0.0#old",)})


def test_a_change_of_rows_leaves_both_states_possible_until_it_is_done(release: Release, old: Stamp) -> None:
    at_work = marking(release, rows("rows-changed"))
    under_way = at_work.under_way(old, {})
    assert under_way.tables == {"ben.csv": ("1.0.0#old", "1.0.1#new")}
    assert (under_way.pending, under_way.since is not None) == ("push-1", True)
    assert at_work.under_way(under_way, {}).tables == under_way.tables, "a push that goes on adds nothing"
    done = at_work.done(under_way, {})
    assert done.tables == {"ben.csv": ("1.0.1#new",)}
    assert (done.pending, done.since) == (None, None)
    assert done.token != under_way.token != old.token


def test_a_table_that_was_edited_is_not_vouched_for_while_it_is_mended(release: Release, old: Stamp) -> None:
    assert marking(release, rows("table-rows-edited")).under_way(old, {}).tables == {"ben.csv": ()}
    assert marking(release, rows("rows-changed")).under_way(None, {}).tables == {"ben.csv": ()}
    assert marking(release).under_way(old, {}).tables == {"ben.csv": ("1.0.1#new",)}, "no rows are written"


def test_the_dictionary_counts_as_written_when_it_is(release: Release, old: Stamp) -> None:
    name = stamp.field_key("ben.csv.dictionary")
    assert name not in marking(release).under_way(None, {}).applied
    assert marking(release).under_way(old, {}).applied[name] == old.applied[name]
    assert name in marking(release).done(None, {}).applied


def test_an_edit_that_is_left_alone_stays_known_as_an_edit(release: Release, old: Stamp) -> None:
    drifts = tuple(
        Drift(field=name, resource=key, theirs="theirs", ours="ours", policy=Policy.LEAVE, who=None, when=None)
        for name, key in (("title", None), ("file", "ben.csv"))
    )
    written_once = replace(old, applied={**old.applied, stamp.field_key("title"): "00000000"})
    kept = marking(release, drifts=drifts)
    assert kept.done(written_once, {}).applied[stamp.field_key("title")] == "00000000"
    assert kept.files(None, old) == {"ben.csv": "0123 then", "ben.parquet": "ab" * 8}
    overwritten = marking(release, drifts=tuple(replace(drift, policy=Policy.OURS) for drift in drifts))
    assert overwritten.done(written_once, {}).applied[stamp.field_key("title")] == stamp.digest("Bến xe")


def test_a_file_is_known_by_when_ckan_took_it_in(release: Release) -> None:
    body = {"id": "1", "resources": [{"id": "id-ben.csv", "last_modified": "2026-01-02T03:04:05"}, {"id": "id-other"}]}
    there = RemoteDataset(name="ben-xe", body=body, stamp=None, is_exact=True, is_broken=False)
    assert marking(release).files(there, None) == {
        "ben.csv": "abababababababab 2026-01-02T03:04:05",
        "ben.parquet": "abababababababab",
    }
