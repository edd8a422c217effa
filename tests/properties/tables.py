"""Hypothesis strategies: a Table Schema, and the bytes of a CSV file that it fits, or does not."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

CLEAN: dict[str, list[str]] = {
    "string": ["a", "Quận 1", "Nguyễn Huệ", "x,y", 'nói "ừ"', "hai\ndòng", "0012", "a" * 30, "=1+1", "true"],
    "integer": ["0", "7", "-12", "123456789012345678", "42"],
    "number": ["0", "1.5", "-2.25", "100", "3.10", "0.01"],
    "boolean": ["true", "false", "1", "0", "TRUE"],
    "date": ["2025-07-31", "1999-01-01", "2024-02-29", "0001-01-01"],
    "datetime": ["2025-07-31T08:30:00Z", "2024-02-29T23:59:59Z", "2025-01-01T00:00:00.5Z", "2025-01-01T07:00:00+07:00"],
    "time": ["08:30:00", "23:59:59", "00:00:00.25"],
    "year": ["2025", "1900", "0001"],
    "yearmonth": ["2025-07", "1999-12"],
    "duration": ["P1Y", "PT36H", "P1Y2M3DT4H5M6S"],
    "list": ["a,b", "a", ",", "x, y"],
    "object": ['{"a": 1}', "{}"],
    "array": ["[1]", "[]"],
    "geopoint": ["106.7,10.77", "106.7, 10.77"],
}
DIRTY = [
    "", " ", " 5", "5 ", "+3", "007", "1_000", "1_000.5", "１２", "NaN", "nan", "inf", "-0", "-0.0", "1e3", "1e400", ".5", "5.",
    "99999999999999999999", "1,5", "1.234.567", "2025-7-1", "2025-02-30", "31/07/2025", "2025-13", "2025-1", "0000", "0000-01-01",
    "2025-07-31 08:30:00", "2025-07-31T08:30:00", "2025-07-31T24:00:00Z", "2025-07-31T08:30:61Z", "2025-07-31T08:30:00+25:00",
    "24:00:00", "08:30", "08:30:00Z", "12a", "-", "N/A", "null", "None", "Có", "a", "P", "P1", "-P1D", "P1W", "{", "[1", "1e5",
    "e\u0301", "giáo", "\u200b", "\ufeff", "a\u00a0b", "\x00", "\t", "trễ", "99", "١٢", "1.23456789012345678", "12345678901.5",
    "200,10", "106.7;10.77", "1 000", "True", "yes", "２０２５", "20 5", "+025", "2025 ", "٢٠٢٥-٠٧",
]  # fmt: skip

_FIXED = ("integer", "number", "date", "year")


@dataclass(frozen=True)
class Case:
    schema: dict[str, Any]
    content: bytes
    dialect: dict[str, Any]


@st.composite
def fields(draw: Any, name: str) -> dict[str, Any]:
    kind = draw(st.sampled_from(sorted(CLEAN)))
    field: dict[str, Any] = {"name": name, "type": kind}
    if kind == "number":
        size = draw(st.sampled_from([{"precision": 12, "scale": 2}, {"precision": 5, "scale": 5}, None]))
        field.update({"dulieumo:decimal": size} if size else {"dulieumo:float": True})
    constraints: dict[str, Any] = {}
    if draw(st.booleans()):
        constraints["required"] = draw(st.booleans())
    if draw(st.integers(0, 3)) == 0 and kind not in ("list", "object", "array", "duration"):
        constraints["unique"] = True
    if kind == "string":
        extra = draw(
            st.sampled_from(
                [
                    {},
                    {"minLength": 2},
                    {"maxLength": 5},
                    {"pattern": r"[a-z]+|\d+"},
                    {"enum": ["a", "true"]},
                    {"pattern": r"\w{1,3}"},
                    {"pattern": r"[Aa].*"},
                    {"pattern": r"[^\d]+"},
                    {"pattern": "(a|b)*$"},
                ]
            )
        )
        constraints.update(extra)
    bounds = {"integer": ("0", 42), "number": (0, "3.1"), "date": ("1999-01-01", "2025-01-01"), "year": (1900, "2024")}
    if kind in _FIXED:
        low, high = bounds[kind]
        names = draw(
            st.sampled_from([(), ("minimum",), ("maximum",), ("exclusiveMinimum", "maximum"), ("exclusiveMaximum",)])
        )
        constraints.update({key: low if "inimum" in key else high for key in names})
    if constraints:
        field["constraints"] = constraints
    if draw(st.integers(0, 4)) == 0:
        field["missingValues"] = draw(
            st.sampled_from([["-"], ["", "N/A"], [""], [{"value": "-", "label": "không có"}]])
        )
    if kind == "string" and not constraints and draw(st.integers(0, 2)) == 0:
        field["categories"] = ["a", {"value": "Quận 1", "label": "Quận Nhất"}]
    return field


@st.composite
def cases(draw: Any, most_rows: int = 8) -> Case:
    names = [f"c{number}" for number in range(draw(st.integers(1, 4)))]
    schema: dict[str, Any] = {"fields": [draw(fields(name)) for name in names]}
    if draw(st.booleans()):
        schema["missingValues"] = draw(st.sampled_from([[""], ["", "-"], ["-"]]))
    comparable = [f["name"] for f in schema["fields"] if f["type"] not in ("list", "object", "array", "duration")]
    if comparable and draw(st.booleans()):
        schema["primaryKey"] = draw(st.lists(st.sampled_from(comparable), min_size=1, max_size=2, unique=True))
    elif comparable and draw(st.booleans()):
        schema["uniqueKeys"] = [draw(st.lists(st.sampled_from(comparable), min_size=1, max_size=2, unique=True))]
    labels = list(names)
    if draw(st.integers(0, 3)) == 0:
        schema["fieldsMatch"] = draw(st.sampled_from(["exact", "equal", "subset", "superset", "partial"]))
    twist = draw(st.integers(0, 9))
    if twist == 0:
        labels = draw(st.permutations(labels))
    elif twist == 1:
        labels = labels[:-1]
    elif twist == 2:
        labels = [*labels, "extra"]
    elif twist == 3:
        labels = [draw(st.sampled_from(["", "c0", " c0", "c0 ", "C0", "lạ"])), *labels[1:]]
    clean_share = draw(st.sampled_from([0, 3, 10]))
    kinds = {field["name"]: field["type"] for field in schema["fields"]}
    records = []
    for _ in range(draw(st.integers(0, most_rows))):
        record = [
            draw(
                st.sampled_from(
                    CLEAN[kinds.get(label, "string")]
                    if draw(st.integers(0, 10)) <= clean_share or clean_share == 10
                    else DIRTY
                )
            )
            for label in labels
        ]
        odd = draw(st.integers(0, 25))
        if odd == 0:
            record = record[:-1]
        elif odd == 1:
            record = [*record, draw(st.sampled_from(["", "x"]))]
        elif odd == 2:
            record = [""] * len(record)
        records.append(record)
    delimiter = draw(st.sampled_from([",", ",", ";", "\t", "|"]))
    end = draw(st.sampled_from(["\n", "\n", "\r\n"]))
    text = io.StringIO()
    writer = csv.writer(
        text, delimiter=delimiter, lineterminator=end, quoting=draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))
    )
    writer.writerow(labels)
    writer.writerows(records)
    content = text.getvalue()
    content += draw(st.sampled_from(["", "", "", end, '"', "\r", "a\rb"]))
    encoded = content.encode()
    if draw(st.integers(0, 8)) == 0:
        encoded = b"\xef\xbb\xbf" + encoded
    if draw(st.integers(0, 15)) == 0:
        at = draw(st.integers(0, len(encoded)))
        encoded = (
            encoded[:at]
            + draw(st.sampled_from([b"\xff", b"\xc3", b'"', b"\n", b"\r", b'"a"b"', b"\x00"]))
            + encoded[at:]
        )
    return Case(schema=schema, content=encoded, dialect={"delimiter": delimiter})
