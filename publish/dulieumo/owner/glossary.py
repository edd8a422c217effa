"""English for the words of tables, as the catalogue itself already translates them: titles of columns, units."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from dulieumo.model import Catalog
from dulieumo.spreadsheets import label

_UNITS = {
    "đồng": "VND",
    "nghìn đồng": "thousand VND",
    "triệu đồng": "million VND",
    "tỷ đồng": "billion VND",
    "tỉ đồng": "billion VND",
    "usd": "USD",
    "người": "people",
    "hộ": "households",
    "cơ sở": "institutions",
    "giường": "beds",
    "phòng": "rooms",
    "học sinh": "pupils",
    "giáo viên": "teachers",
    "lượt": "visits",
    "tấn": "tonnes",
    "ngày": "days",
    "tháng": "months",
    "năm": "years",
    "giờ": "hours",
    "cái": "pieces",
    "con": "head",
    "cây": "trees",
    "độ": "degrees",
    "lít": "litres",
}
_SYMBOLS = frozenset(
    {
        "%",
        "‰",
        "m",
        "m2",
        "m²",
        "m3",
        "m³",
        "km",
        "km2",
        "km²",
        "ha",
        "kg",
        "g",
        "t",
        "mm",
        "cm",
        "kwh",
        "mw",
        "kw",
        "l",
    }
)


@dataclass(frozen=True, slots=True)
class Glossary:
    """`titles` and `units` by their Vietnamese text as `label` compares it."""

    titles: Mapping[str, str]
    units: Mapping[str, str]

    def title(self, text: str) -> str | None:
        """The English title of a column, None where the catalogue has no such column in English."""
        return self.titles.get(label(text))

    def unit(self, text: str) -> str | None:
        """The English name of a unit; symbols stay as they are."""
        return text if text.lower() in _SYMBOLS else self.units.get(label(text))


def of(catalog: Catalog) -> Glossary:
    """The words of a catalogue. Of several translations the most frequent one, then the first in the alphabet."""
    titles: dict[str, Counter[str]] = defaultdict(Counter)
    units: dict[str, Counter[str]] = defaultdict(Counter)
    for dataset in catalog.datasets:
        for resource in dataset.resources:
            for column in resource.schema.columns if resource.schema else ():
                if "en" in column.title.translations:
                    titles[label(column.title.default)][column.title.translations["en"]] += 1
                if column.unit and "en" in column.unit.translations:
                    units[label(column.unit.default)][column.unit.translations["en"]] += 1
    return Glossary(
        titles={text: _best(found) for text, found in titles.items()},
        units={**_UNITS, **{text: _best(found) for text, found in units.items()}},
    )


def _best(found: Counter[str]) -> str:
    return min(found, key=lambda text: (-found[text], text))
