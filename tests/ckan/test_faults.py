"""Whatever goes wrong, at whichever request: one more push converges, nothing is lost, doubled or half visible.

The scenarios are a new dataset and a change of an existing one. `make prove-ckan` runs each request × each fault; `make
test` a seeded sample with every fault and every request at least once. The numbers are printed (-s, and at the end).
`--part 2/7` runs every seventh case from the second on: a long proof in pieces, each a cut through all faults.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from dulieumo.ckan import apply
from dulieumo.ckan.client import Patience
from dulieumo.ckan.model import Receipt
from dulieumo.errors import DulieumoError
from dulieumo.localckan import LocalCkan
from tests.ckan import look
from tests.ckan.faultproxy import Fault, FaultProxy, Seen
from tests.ckan.tally import Tally
from tests.ckan.watch import Watch
from tests.ckan.world import World, sysadmin
from tests.conftest import Part

pytestmark = [pytest.mark.ckan, pytest.mark.slow]
SEED = 20261122
HASTY = Patience(attempts=3, first_wait_seconds=0.01, longest_wait_seconds=1.2, connect_seconds=1, read_seconds=2.5)
ROWS = {"ben.csv": 2, "chuyen.csv": 4}


@dataclass
class Scenario:
    """Something to publish, how to get back to the state before it, and how many requests a push of it takes."""

    name: str
    world: World
    proxy: FaultProxy
    is_new: bool
    back: Callable[[], None]
    requests: int = 0

    @property
    def release(self) -> str:
        return "moi"

    def push(self) -> Receipt | None:
        """One push through the proxy; None when it ended with an error."""
        try:
            return self.world.push(release_name=self.release, client=self.world.client(self.proxy.url, HASTY))
        except DulieumoError:
            return None

    def watch(self) -> Watch:
        return Watch(url=self.world.url, dataset="ben-xe", tables=ROWS, must_exist=not self.is_new)

    def measure(self) -> None:
        self.back()
        self.proxy.clear()
        assert self.push() is not None
        self.requests = len(self.proxy.seen)
        self.back()

    def converge(self) -> None:
        """One more push, with nothing going wrong, and then everything is as the release."""
        self.proxy.clear()
        receipt = self.world.push(release_name=self.release, client=self.world.client(self.proxy.url, HASTY))
        assert not receipt.failures, receipt.failures
        assert self.world.plan(release_name=self.release, is_deep=True).is_empty
        found = self.world.verify(release_name=self.release)
        assert found.is_clean, found.problems
        body = look.show(self.world.anonymous(), "ben-xe")
        assert len(body["resources"]) == len({item["id"] for item in body["resources"]}) == 6
        assert [item["position"] for item in body["resources"]] == list(range(6))


@pytest.fixture(scope="module")
def both(server: LocalCkan, tmp_path_factory: pytest.TempPathFactory) -> World:
    """A working copy with two releases in its store: `cu`, and `moi` with other rows, words and files."""
    world = World(root=tmp_path_factory.mktemp("faults"), url=server.url, token_file=server.token_file)
    world.keep_only("ben-xe")
    world.release("cu")
    world.rewrite("ben-xe", "chuyen", "ma_ben,nam,so_chuyen\nB1,2024,1311\nB2,2023,90\nB2,2024,8\nB2,2025,7\n", "1.0.1")
    world.describe("ben-xe", lambda value: value.update(title="Bến xe, bản mới"), "1.0.2")
    world.release("moi")
    return world


@pytest.fixture(params=["new", "change"])
def scenario(request: pytest.FixtureRequest, both: World, ckan: LocalCkan, proxy: FaultProxy) -> Scenario:
    is_new = request.param == "new"

    def back() -> None:
        proxy.clear()
        # Nothing remembered of the server either: each push then makes the requests of a first one, and as many.
        shutil.rmtree(both.root / "dist" / "targets" / "thu", ignore_errors=True)
        ckan.reset_data(keep_organizations=True)
        if not is_new:
            receipt = both.push(release_name="cu")
            assert not receipt.failures, receipt.failures

    return Scenario(request.param, both, proxy, is_new, back)


def sample(scenario: Scenario) -> list[tuple[int, Fault]]:
    """Every fault, and every second request (the others are where publishers are killed)."""
    faults = list(Fault)
    random.Random(SEED + len(scenario.name)).shuffle(faults)
    numbers = range(0, scenario.requests, 2)
    return [
        (numbers[position % len(numbers)], faults[position % len(faults)])
        for position in range(max(len(numbers), len(faults)))
    ]


def everything(scenario: Scenario) -> list[tuple[int, Fault]]:
    return [(number, fault) for number in range(scenario.requests) for fault in Fault]


def test_a_request_that_fails_once_does_no_harm(scenario: Scenario, is_proof: bool, part: Part) -> None:
    scenario.measure()
    cases = everything(scenario) if is_proof else sample(scenario)
    tally = Tally(f"{scenario.name}, one fault", len(cases))
    for number, fault in part.of(cases):
        scenario.back()
        scenario.proxy.once(number, fault)
        with tally.case(f"request {number}, {fault}", scenario.watch(), scenario.proxy):
            scenario.push()
            assert scenario.proxy.struck == 1, "nothing went wrong: there was no such request"
            scenario.converge()
    tally.close()


def test_a_server_that_stays_away_leaves_what_was_there_and_the_next_push_converges(
    scenario: Scenario, is_proof: bool, part: Part
) -> None:
    scenario.measure()
    chance = random.Random(SEED)
    quick = [fault for fault in Fault if "silent" not in fault]
    cases = everything(scenario) if is_proof else [(n, chance.choice(quick)) for n in range(0, scenario.requests, 4)]
    tally = Tally(f"{scenario.name}, lasting faults", len(cases))
    for number, fault in part.of(cases):
        scenario.back()
        scenario.proxy.silence_seconds = 2.7
        scenario.proxy.from_on(number, fault)
        with tally.case(f"from request {number} on, {fault}", scenario.watch(), scenario.proxy):
            receipt = scenario.push()
            assert scenario.proxy.struck, "nothing went wrong: there was no such request"
            assert receipt is None or receipt.failures, (number, fault)
            scenario.converge()
    tally.close()


def test_a_publisher_that_is_killed_at_any_request_resumes(scenario: Scenario, is_proof: bool, part: Part) -> None:
    scenario.measure()
    chance = random.Random(SEED)
    if is_proof:
        cases = [(number, is_after) for number in range(scenario.requests) for is_after in (False, True)]
    else:
        cases = [(number, chance.random() < 0.5) for number in range(1, scenario.requests, 2)]
    tally = Tally(f"{scenario.name}, publisher killed", len(cases))
    for number, is_after in part.of(cases):
        scenario.back()
        with tally.case(f"{'after' if is_after else 'before'} request {number}", scenario.watch(), scenario.proxy):
            _killed_push(scenario, number, is_after=is_after)
            scenario.converge()
    tally.close()


def _killed_push(scenario: Scenario, number: int, *, is_after: bool) -> None:
    """A push in a process of its own, which dies when its request of this number has arrived, or was answered."""
    world, proxy = scenario.world, scenario.proxy
    proxy.clear()
    config = world.root / "dulieumo.toml"
    before = config.read_text(encoding="utf-8")
    config.write_text(before.replace(world.url, proxy.url), encoding="utf-8")
    # Its journal is the one of the push that resumes: what a killed run leaves must be of use to the next one.
    command = [sys.executable, "-c", "from dulieumo.cli import main; main()", "push", "--release", scenario.release]
    try:
        child = subprocess.Popen(
            command, cwd=world.root, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        )

        def kill(seen: Seen) -> None:
            if seen.number == number:
                os.kill(child.pid, signal.SIGKILL)

        if is_after:
            proxy.after = kill
        else:
            proxy.before = kill
        assert child.wait(60) == -signal.SIGKILL, "it was not killed: there was no such request"
    finally:
        config.write_text(before, encoding="utf-8")
        proxy.clear()


@pytest.mark.parametrize("which", ["solr", "redis", "postgres", "worker"])
def test_a_part_of_the_server_that_dies_at_any_request_loses_nothing(
    scenario: Scenario, ckan: LocalCkan, which: str, is_proof: bool, part: Part
) -> None:
    scenario.measure()
    writes = [seen.number for seen in _clean_run(scenario) if seen.is_write]
    cases = writes if is_proof else [random.Random(f"{SEED}{which}").choice(writes)]
    tally = Tally(f"{scenario.name}, {which} killed", len(cases))
    for number in part.of(cases):
        scenario.back()

        killed: list[str] = []

        def kill(seen: Seen, number: int = number, killed: list[str] = killed) -> None:
            if seen.number == number:
                killed.append(which)
                ckan.kill_worker() if which == "worker" else ckan.kill(which)

        scenario.proxy.before = kill
        try:
            with tally.case(f"at request {number}", scenario.watch(), scenario.proxy, may_miss=True):
                scenario.push()
                assert killed == [which], "nothing was killed: there was no such request"
                scenario.proxy.clear()
                ckan.mend()
                scenario.converge()
        finally:
            ckan.mend()
    tally.close()


def _clean_run(scenario: Scenario) -> list[Seen]:
    scenario.back()
    scenario.push()
    return list(scenario.proxy.seen)


def test_two_publishers_at_once_one_wins_and_the_other_says_so(
    both: World, ckan: LocalCkan, proxy: FaultProxy, tmp_path: Path
) -> None:
    """The second one pushes another release in the middle of the first one's push."""
    both.push(release_name="cu")
    other = World(root=tmp_path / "kho", url=both.url, token_file=both.token_file)
    shutil.rmtree(other.root / "datasets")
    shutil.copytree(both.root / "datasets", other.root / "datasets")
    shutil.copytree(both.root / "dist" / "store", other.root / "dist" / "store")
    refused: list[Receipt] = []

    def meanwhile(seen: object) -> None:
        if "datastore_upsert" in getattr(seen, "path", "") and not refused:
            other.describe("ben-xe", lambda value: value.update(title="Của người thứ hai"), "1.0.3")
            other.release("khac")
            refused.append(other.push(release_name="khac"))

    proxy.before = meanwhile
    receipt = both.push(release_name="moi", client=both.client(proxy.url))
    assert not receipt.failures
    assert [failure.exit_code for failure in refused[0].failures] == [4]
    assert look.show(both.anonymous(), "ben-xe")["title"] == "Bến xe, bản mới"
    assert both.verify(release_name="moi").is_clean
    assert not other.push(release_name="khac").failures
    assert look.show(both.anonymous(), "ben-xe")["title"] == "Của người thứ hai"
    assert other.verify(release_name="khac").is_clean


def test_what_a_dead_push_left_is_finished_from_another_machine_once_its_claim_has_ended(
    both: World, ckan: LocalCkan, proxy: FaultProxy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other machine has no journal of the dead push: it waits, unless it is told to take over, or the claim is old."""
    other = World(root=tmp_path / "kho", url=both.url, token_file=both.token_file)
    shutil.copytree(both.root / "dist" / "store", other.root / "dist" / "store")
    for take_over in (True, False):
        assert not both.push(release_name="cu").failures
        proxy.decide = lambda seen: Fault.RESET_BEFORE if "datastore_upsert" in seen.path else None
        assert both.push(release_name="moi", client=both.client(proxy.url, HASTY)).failures
        (both.root / "dist" / "targets" / "thu" / "journal.jsonl").unlink()
        assert [failure.exit_code for failure in other.push(release_name="moi").failures] == [4]
        if take_over:
            assert not other.push(release_name="moi", take_over=True).failures
        else:
            monkeypatch.setattr(apply, "LEASE_SECONDS", 0)
            assert not other.push(release_name="moi").failures
        assert other.verify(release_name="moi").is_clean


def test_an_edit_in_the_middle_of_a_push_is_not_overwritten(both: World, ckan: LocalCkan, proxy: FaultProxy) -> None:
    both.push(release_name="cu")
    admin = sysadmin(ckan)
    edited: list[bool] = []

    def meanwhile(seen: object) -> None:
        if "package_revise" in getattr(seen, "path", "") and not edited:
            edited.append(True)
            admin.write("package_patch", {"id": "ben-xe", "notes": "Sửa trong lúc đẩy"})

    proxy.before = meanwhile
    receipt = both.push(release_name="moi", client=both.client(proxy.url))
    assert [failure.exit_code for failure in receipt.failures] == [4]
    body = look.show(both.anonymous(), "ben-xe")
    assert (body["notes"], body["title"]) == ("Sửa trong lúc đẩy", "Bến xe và chuyến xe")
    assert not both.push(release_name="moi").failures
    assert both.verify(release_name="moi").is_clean
