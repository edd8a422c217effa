"""The log of publications: a push that did something leaves a line, with what it did; a push of nothing leaves none."""

from __future__ import annotations

import pytest

from dulieumo.governance import audit
from tests.ckan.world import World

pytestmark = pytest.mark.ckan


def test_a_push_leaves_one_line_in_the_log_and_a_push_of_nothing_leaves_none(world: World) -> None:
    world.keep_only("quan-trac-nuoc-song")
    receipt = world.publish()
    log = audit.read(world.settings.store / audit.FILE)
    (line,) = log.lines
    assert log.problems == ()
    assert (line.event.action, line.event.result, line.event.release) == ("push", "done", receipt.release)
    assert [item.split("@")[0] for item in line.event.datasets] == ["quan-trac-nuoc-song"]
    assert line.event.counts == dict(receipt.done)
    assert not world.push().done
    assert len(audit.read(world.settings.store / audit.FILE).lines) == 1
