"""licence-incompatible: may a dataset under one licence be made from a source under another?

Codes are those of SPDX. The answer is for a dataset that takes over what the source's licence protects; a source that was
only read or compared with binds nobody, which `dulieumo:licenseNote` can say. This is a check, no legal advice.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

CODE = "licence-incompatible"
UNKNOWN = "licence-unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Licence:
    """`asks`: what it demands of an adaptation: "by", "alike", "nc", "nd". `onward`: further licences that satisfy "alike"."""

    id: str
    asks: frozenset[str]
    onward: tuple[str, ...]
    path: str


@cache
def table() -> Mapping[str, Licence]:
    """The known licences by SPDX code."""
    text = resources.files("dulieumo_rules").joinpath("vocabularies", "licences.json").read_text(encoding="utf-8")
    return {
        code: Licence(id=code, asks=frozenset(entry["asks"]), onward=tuple(entry.get("onward", ())), path=entry["path"])
        for code, entry in json.loads(text).items()
        if code != "_"
    }


def nearest(code: str) -> str:
    """The known code that was probably meant, "" where none is near. Case and the sign between the parts do not matter."""
    plain = {known.lower().replace(".", "").replace("-", ""): known for known in table()}
    wanted = code.lower().replace(".", "").replace("-", "").replace(" ", "").replace("_", "")
    found = difflib.get_close_matches(wanted, plain, n=1, cutoff=0.75)
    return plain[found[0]] if found else ""


def conflict(source: str, dataset: str) -> str | None:
    """Why a dataset under `dataset` may not be made from a source under `source`; None where it may.

    "nd": the source allows no adaptations; "nc": the dataset would allow commercial use; "alike": it must be under the
    source's licence; "by": it would not ask to name the source. A code that is not known conflicts with nothing here."""
    there, here = table().get(source), table().get(dataset)
    if there is None or here is None:
        return None
    if "nd" in there.asks:
        return "nd"
    if "nc" in there.asks and "nc" not in here.asks:
        return "nc"
    if "alike" in there.asks and dataset != source and dataset not in there.onward:
        return "alike"
    if "by" in there.asks and "by" not in here.asks:
        return "by"
    return None
