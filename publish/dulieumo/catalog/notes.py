"""What a description must say wherever it is read alone: that rows are samples."""

from __future__ import annotations

from types import MappingProxyType

from dulieumo.model import Dataset, Kind, Text

SAMPLE = {"vi": "DỮ LIỆU MẪU, không phải số liệu thực.", "en": "SAMPLE DATA, not real figures."}
PARTLY_SAMPLE = {
    "vi": "Có bảng là DỮ LIỆU MẪU, không phải số liệu thực.",
    "en": "Some tables are SAMPLE DATA, not real figures.",
}


def sample_note(dataset: Dataset, language: str) -> str:
    """The warning alone; "" where no table is a sample."""
    if Kind.SAMPLE not in dataset.kinds:
        return ""
    notes = SAMPLE if dataset.kinds == (Kind.SAMPLE,) else PARTLY_SAMPLE
    return notes.get(language, notes["en"])


def with_sample_note(dataset: Dataset, text: Text | None = None) -> Text:
    """The description (or `text`) of a dataset with the warning in front, where some of its tables are samples.

    Portals and search engines show descriptions without our page around them."""
    description = dataset.description if text is None else text
    if Kind.SAMPLE not in dataset.kinds:
        return description
    notes = SAMPLE if text is not None or dataset.kinds == (Kind.SAMPLE,) else PARTLY_SAMPLE
    main = dataset.languages[0] if dataset.languages else "en"
    translations = {code: f"{notes.get(code, notes['en'])} {words}" for code, words in description.translations.items()}
    return Text(f"{notes.get(main, notes['en'])} {description.default}", MappingProxyType(translations))
