"""How often data is promised to be new: the EU frequency table, each code with its period and its words. The one home of both."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources


@dataclass(frozen=True, slots=True, kw_only=True)
class Frequency:
    """A code of the EU authority table. `days` is the length of a period, None where the code states none.

    `months` is the same in calendar months for the codes that count in months: a yearly table is due on the same day of the
    next year, leap years or not. `uri` is the address that DCAT uses."""

    code: str
    days: int | None
    months: int | None
    vi: str
    en: str
    uri: str

    def in_(self, language: str) -> str:
        """The word in `language`; another one than "vi" is shown in English."""
        return self.vi if language == "vi" else self.en


def find(code: str) -> Frequency | None:
    """The frequency of a code, None for a code that the table does not have."""
    return table().get(code)


@cache
def table() -> Mapping[str, Frequency]:
    """All frequencies by code, the most frequent first."""
    text = resources.files("dulieumo_rules").joinpath("vocabularies", "frequencies.json").read_text(encoding="utf-8")
    value = json.loads(text)
    return {
        entry["code"]: Frequency(**entry, uri=f"{value['source']}/{entry['code']}") for entry in value["frequencies"]
    }
