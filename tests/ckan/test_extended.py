"""On a CKAN with ckanext-scheming (our schema) and ckanext-dcat. Only in `make prove-ckan`: it is a server of its own."""

from __future__ import annotations

import os
import shutil
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from rdflib import Graph, URIRef
from rdflib.namespace import DCTERMS

from dulieumo import localckan
from dulieumo.ckan.model import Action
from dulieumo.localckan import VERSION, LocalCkan
from tests.ckan import look
from tests.ckan.world import World, bootstrapped, sysadmin
from tests.conftest import REPOSITORY

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = [pytest.mark.ckan, pytest.mark.slow]


@pytest.fixture(scope="module")
def extended(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCkan]:
    version = os.environ.get("DULIEUMO_TEST_CKAN", VERSION)
    folder = tmp_path_factory.mktemp("extended") / ".local-ckan"
    folder.mkdir()
    (folder / "install").symlink_to(REPOSITORY / ".local-ckan" / "install")
    yield bootstrapped(localckan.up(folder, version=version, has_extensions=True))
    localckan.down(folder)


@pytest.fixture
def world(extended: LocalCkan, tmp_path: Path) -> World:
    extended.reset_data(keep_organizations=True)
    return World(root=tmp_path / "kho", url=extended.url, token_file=extended.token_file)


def page(world: World, path: str) -> str:
    with urllib.request.urlopen(f"{world.url}{path}", timeout=60) as answer:
        return str(answer.read().decode())


def test_what_is_published_converges_and_reads_well(world: World) -> None:
    world.publish()
    world.assert_converged()
    html = page(world, "/dataset/quan-trac-nuoc-song")
    for words in (
        "Hằng tháng",
        "04/01/2025",
        "01/01/2025 – 04/01/2025",
        "Thành phố Sông Mây",
        "(CC BY 4.0)",
        "Tiếng Anh",
    ):
        assert words in html
    shown = html.partition("additional-info")[2].partition("</section>")[0]
    assert "publications.europa.eu" not in shown
    assert "applied" not in shown, "the stamp is not for the page"


def test_the_page_shows_no_row_without_a_value_and_fits_a_phone(world: World, browser: Browser) -> None:
    world.keep_only("quan-trac-nuoc-song")
    registry = world.root / "datasets" / "publishers.yaml"
    known = [line for line in registry.read_text(encoding="utf-8").splitlines() if "email:" not in line]
    registry.write_text("\n".join(known) + "\n", encoding="utf-8")
    world.describe("quan-trac-nuoc-song", lambda value: value.pop("dulieumo:temporal"))
    world.publish()
    opened = browser.new_page()
    opened.goto(f"{world.url}/dataset/quan-trac-nuoc-song")
    rows = opened.locator(".additional-info tr:has(td)").all()
    shown = {
        row.locator("th, td").first.inner_text(): row.locator("td").last.inner_text()
        for row in rows
        if row.is_visible()
    }
    assert shown["Tần suất cập nhật"] == "Hằng tháng"
    assert all(value.strip() for value in shown.values()), shown
    assert not {"Thời gian của số liệu", "Thư điện tử liên hệ"} & shown.keys()
    key = look.resource(world.anonymous(), "quan-trac-nuoc-song", "ket-qua.csv")["id"]
    for width in (320, 390):
        opened.set_viewport_size({"width": width, "height": 900})
        opened.goto(f"{world.url}/dataset/quan-trac-nuoc-song/resource/{key}")
        assert opened.evaluate("document.documentElement.scrollWidth") == width
    opened.close()


def test_the_dcat_endpoints_answer_with_what_we_know(world: World) -> None:
    world.publish()
    for suffix, form in (("ttl", "turtle"), ("rdf", "xml"), ("jsonld", "json-ld")):
        graph = Graph().parse(data=page(world, f"/dataset/quan-trac-nuoc-song.{suffix}"), format=form)
        frequencies = set(graph.objects(None, DCTERMS.accrualPeriodicity))
        assert frequencies == {URIRef("http://publications.europa.eu/resource/authority/frequency/MONTHLY")}
    titles = set(Graph().parse(data=page(world, "/catalog.ttl"), format="turtle").objects(None, DCTERMS.title))
    assert {"Quan trắc nước sông Mây", "Bến xe và chuyến xe"} <= {str(title) for title in titles}


def test_a_field_of_the_schema_follows_the_release_and_is_emptied_with_it(world: World) -> None:
    world.keep_only("quan-trac-nuoc-song").publish()

    def change(value: dict[str, Any]) -> None:
        value["dulieumo:frequency"] = "DAILY"
        del value["dulieumo:temporal"]

    world.describe("quan-trac-nuoc-song", change, "1.0.1")
    world.publish()
    world.assert_converged()
    body = look.show(world.anonymous(), "quan-trac-nuoc-song")
    assert body["frequency"].endswith("/DAILY")
    assert not body.get("data_period")
    assert not body.get("temporal_coverage")


@pytest.mark.parametrize("bound", ["start", "end"])
def test_a_period_that_is_open_on_one_side_converges(world: World, bound: str) -> None:
    world.keep_only("quan-trac-nuoc-song").publish()
    world.describe(
        "quan-trac-nuoc-song", lambda value: value.update({"dulieumo:temporal": {bound: "2025-01-02"}}), "1.0.1"
    )
    world.publish()
    world.assert_converged()
    assert look.show(world.anonymous(), "quan-trac-nuoc-song")["temporal_coverage"] == [{bound: "2025-01-02"}]


def test_an_edit_of_a_field_of_the_schema_is_shown_and_put_back(world: World, extended: LocalCkan) -> None:
    world.keep_only("ben-xe").publish()
    sysadmin(extended).write("package_patch", {"id": "ben-xe", "data_as_of": "hôm qua"})
    (item,) = world.plan().datasets
    assert [(drift.field, drift.theirs) for drift in item.drifts] == [("data_as_of", "hôm qua")]
    assert item.has(Action.UPDATE)
    world.push()
    world.assert_converged()


def test_the_whole_catalogue_converges(extended: LocalCkan, tmp_path: Path) -> None:
    extended.reset_data(keep_organizations=True)
    bootstrapped(extended, REPOSITORY / "datasets")
    shutil.copytree(REPOSITORY / "datasets", tmp_path / "kho" / "datasets")
    world = World(root=tmp_path / "kho", url=extended.url, token_file=extended.token_file)
    receipt = world.publish()
    assert receipt.done["create"] > 90
    world.assert_converged()
