"""Fuzzing of what a pull request brings: whatever the bytes are, there are findings or none, never a traceback, never a hang."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import Any

import yaml
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from dulieumo import check, descriptors
from dulieumo.report import github, html, json, junit, sarif, text
from tests import catalogues as c

SECONDS = 30
_GOOD = yaml.safe_dump(
    c.package("bo", [c.resource("bang", [c.field("a"), c.field("b", "integer")])]), allow_unicode=True, sort_keys=False
)
_PIECES = st.sampled_from(
    [
        "a",
        "b",
        "1",
        ",",
        ";",
        "\t",
        '"',
        '""',
        "\n",
        "\r",
        "\r\n",
        "\x00",
        "\ufeff",
        "é",
        "e\u0301",
        "=",
        "\\",
        "'",
        " ",
        "x" * 50,
    ]
)
_CSV = st.one_of(st.binary(max_size=200), st.lists(_PIECES, max_size=40).map(lambda parts: "".join(parts).encode()))
_SCALARS = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=10))
_VALUES = st.recursive(
    _SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)


def survive(root: Path) -> None:
    """Check, and render in every format, in time."""
    started = time.monotonic()
    report = check.check(descriptors.read(root))
    for renderer in (text, github, junit, html):
        assert renderer.render_report(report)  # type: ignore[attr-defined]
    assert json.render_report(report)
    assert sarif.render_report(report)
    assert time.monotonic() - started < SECONDS


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(_CSV)
@example(b'"' * 101 + b"\n")
@example(b"a,b\n" + b'"' + b"\n" * 50)
def test_any_bytes_as_a_table(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        survive(c.one(Path(folder), [c.field("a"), c.field("b", "integer")], content))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.one_of(st.binary(max_size=300), st.text(max_size=300).map(str.encode)))
def test_any_bytes_as_a_descriptor(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = c.one(Path(folder), [c.field("a")], "a\n1\n")
        (root / "linh-vuc" / "bo" / "datapackage.yaml").write_bytes(content)
        survive(root)


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 40), st.integers(0, 10_000), st.text(max_size=6))
def test_a_good_descriptor_with_a_few_letters_changed(many: int, seed: int, inserted: str) -> None:
    letters = list(_GOOD)
    for step in range(many % 6 + 1):
        at = (seed * 7919 + step * 104_729) % len(letters)
        letters[at] = inserted
    with tempfile.TemporaryDirectory() as folder:
        root = c.one(Path(folder), [c.field("a"), c.field("b", "integer")], "a,b\nt,1\n")
        (root / "linh-vuc" / "bo" / "datapackage.yaml").write_text("".join(letters), encoding="utf-8", errors="replace")
        survive(root)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_a_good_descriptor_with_any_value_anywhere(data: st.DataObject) -> None:
    descriptor = yaml.safe_load(_GOOD)
    node: Any = descriptor
    while True:
        keys = list(node) if isinstance(node, dict) else list(range(len(node)))
        key = data.draw(st.sampled_from(keys))
        child = node[key]
        if not isinstance(child, dict | list) or not child or data.draw(st.integers(0, 3)) == 0:
            node[key] = data.draw(_VALUES)
            break
        node = child
    with tempfile.TemporaryDirectory() as folder:
        root = c.one(Path(folder), [c.field("a"), c.field("b", "integer")], "a,b\nt,1\n")
        c.put(root / "linh-vuc" / "bo" / "datapackage.yaml", descriptor)
        survive(root)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(["string", "integer", "number", "date", "datetime", "time", "year", "boolean", "list", "geopoint"]),
    st.dictionaries(
        st.sampled_from(["required", "unique", "minLength", "maxLength", "minimum", "maximum", "exclusiveMinimum", "pattern", "enum"]),
        _VALUES,
        max_size=3,
    ),
    st.dictionaries(st.sampled_from(["format", "missingValues", "groupChar", "decimalChar", "bareNumber", "delimiter", "itemType"]), _VALUES, max_size=2),
    st.sampled_from(["1", "a", "2025-01-01", "2025-01-01T00:00:00Z", "2025-01-01T00:00:00", "08:00:00", "1,2", ""]),
)  # fmt: skip
def test_any_constraint_on_any_type(kind: str, constraints: dict[str, Any], more: dict[str, Any], cell: str) -> None:
    one = {**c.field("a", kind), **more, "constraints": constraints}
    with tempfile.TemporaryDirectory() as folder:
        survive(c.one(Path(folder), [one, c.field("k", "integer")], f'a,k\n"{cell}",1\n"{cell}",2\n', ["k"]))
