"""The site's own words, by key and language (`words/<language>.yaml`), and how a language writes numbers and dates.

Both languages are needed in one run, so these are not gettext's, which knows one language at a time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from dulieumo_rules import frequencies

_FOLDER = Path(__file__).with_name("words")
_ENGLISH_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def languages() -> tuple[str, ...]:
    """The languages that the site can speak, by code."""
    return tuple(sorted(path.stem for path in _FOLDER.glob("*.yaml")))


def _flat(mapping: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in mapping.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


@dataclass(frozen=True, slots=True)
class Words:
    """Called with a key, gives its text. A text may be a pair: for one, and for any other number."""

    language: str
    texts: Mapping[str, str | list[str]]

    def __call__(self, key: str, **values: object) -> str:
        """The text of `key`, `values` put in; numbers are written the language's way. KeyError for an unknown key."""
        text = self.texts[key]
        if isinstance(text, list):
            text = text[0] if values.get("n") == 1 else text[1]
        written = {
            name: self.number(value) if isinstance(value, int | float) and not isinstance(value, bool) else value
            for name, value in values.items()
        }
        return text.format(**written)

    def has(self, key: str) -> bool:
        return key in self.texts

    def under(self, prefix: str) -> dict[str, str]:
        """The texts whose key begins with `prefix.`, without it: what the browser code is given."""
        start = f"{prefix}."
        return {key[len(start) :]: str(text) for key, text in self.texts.items() if key.startswith(start)}

    def frequency(self, code: str) -> str:
        """How often data is new, by its code; the code itself where the vocabulary lacks it."""
        known = frequencies.find(code)
        return known.in_(self.language) if known else code

    def number(self, value: float, digits: int | None = None) -> str:
        """1234.5 as 1.234,5 or 1,234.5. `digits` after the point; None shows what is there, at most 4."""
        if digits is None:
            text = f"{value:,}" if isinstance(value, int) else f"{value:,.4f}".rstrip("0").rstrip(".")
        else:
            text = f"{value:,.{digits}f}"
        if self.language == "vi":
            text = text.translate(str.maketrans(",.", ".,"))
        return text.replace("-", "−")

    def size(self, size_bytes: int) -> str:
        """A number of bytes in steps of 1,000, as disks and networks count: 12,3 kB."""
        size = float(size_bytes)
        for unit in ("B", "kB", "MB", "GB"):
            if size < 1000 or unit == "GB":
                break
            size /= 1000
        return f"{self.number(size, 0 if unit == 'B' or size >= 100 else 1)}\u00a0{unit}"

    def date(self, value: str | None) -> str:
        """A date as exact as it is given (YYYY, YYYY-MM or YYYY-MM-DD, a time after it is left out); "" for None."""
        parts = (value or "")[:10].split("-")
        if not parts[0].isdigit() or not all(part.isdigit() for part in parts):
            return value or ""
        if self.language == "vi":
            return "/".join([*reversed(parts[1:]), parts[0]])
        if len(parts) == 1 or not 1 <= int(parts[1]) <= 12:
            return parts[0]
        month = _ENGLISH_MONTHS[int(parts[1]) - 1]
        return f"{month} {parts[0]}" if len(parts) == 2 else f"{int(parts[2])} {month} {parts[0]}"

    def period(self, start: str | None, end: str | None) -> str:
        """From–to, either end may be open."""
        if start and end and start != end:
            return f"{self.date(start)} – {self.date(end)}"
        if start and not end:
            return self("period.since", date=self.date(start))
        return self.date(start or end)


@cache
def words(language: str) -> Words:
    """The words of `language`. FileNotFoundError where the site does not speak it (see `languages`)."""
    text = (_FOLDER / f"{language}.yaml").read_text(encoding="utf-8")
    return Words(language, dict(_flat(yaml.safe_load(text))))
