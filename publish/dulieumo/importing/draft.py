"""One record → one draft descriptor and the findings about it. Pure.

A draft holds what the source says, cleaned. A key that the source does not state is left out and named in `missing`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from urllib.parse import unquote

from dulieumo.descriptors import profile
from dulieumo.importing import clean, files, organise, vocabulary
from dulieumo.importing.organise import Languages, Party
from dulieumo.importing.record import Record, Source, Texts
from dulieumo.owner import names
from dulieumo_rules.findings import Finding, Place, Severity, by_place, finding

VERSION = "1.0.0"
MIN_KEYWORDS = 3
MIN_DESCRIPTION = 50
_KEYWORD = re.compile(r"[^\w .-]")
# Without these a draft is no dataset; the others are work to do.
_ERRORS = ("import-title-missing", "import-publisher-missing", "import-no-files")


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A dataset's draft: `folder` is <domain>/<name>; `missing` are the required keys that the source does not state."""

    folder: str
    descriptor: Mapping[str, Any]
    missing: tuple[str, ...]
    findings: tuple[Finding, ...]

    @property
    def name(self) -> str:
        return self.folder.rsplit("/", 1)[-1]


@dataclass(slots=True, kw_only=True)
class Context:
    """What the drafts of one source share; `taken` are the names that are given, with their records' keys."""

    source: Source
    spoken: Languages
    today: date
    publishers: tuple[Party, ...]
    domains: tuple[Party, ...]
    taken: dict[str, str] = field(default_factory=dict)

    @property
    def is_vietnamese(self) -> bool:
        return self.spoken.main == "vi"

    @property
    def title(self) -> str:
        return clean.line(self.spoken.pick(self.source.names)).text or organise.host(self.source)


def of(record: Record, context: Context) -> Draft:
    """The draft of a record; its name is entered into `context.taken`."""
    return _Draft(context, record).make()


class _Draft:
    """Makes the draft of one record; every defect on the way becomes a finding."""

    def __init__(self, context: Context, record: Record) -> None:
        self.context = context
        self.spoken = context.spoken
        self.record = record
        self.title = self._cleaned_title()
        name = names.slug(record.name.replace("_", "-")) or names.slug(self.title) or self._name_of_address()
        self.name = organise.unique(name or "bo-du-lieu", context.taken)
        if len(self.name) < 2:
            self.name = f"bo-du-lieu-{self.name}"
        context.taken[self.name] = record.key
        self.domain = self._domain()
        self.found: list[Finding] = []

    def make(self) -> Draft:
        record, spoken = self.record, self.spoken
        made: dict[str, Any] = {"$schema": "https://datapackage.org/profiles/2.0/datapackage.json", "name": self.name}
        made |= self.texts("title", record.names)
        if not record.names or not self.title:
            self.report("import-title-missing", record=record.page or record.key)
        made |= self.texts("description", record.descriptions)
        length = len(made.get("description", ""))
        if not length:
            self.report("import-description-missing")
        elif length < MIN_DESCRIPTION:
            self.report("import-description-short", letters=length, least=MIN_DESCRIPTION)
        made["version"] = VERSION
        self._put(made, "keywords", self.keywords())
        self._put(made, "languages", self._languages())
        self._put(made, "licenses", self.licenses())
        self._put(made, "dulieumo:publisher", self.publisher())
        made["dulieumo:frequency"] = self.frequency()
        self._put(made, "dulieumo:temporal", self.temporal())
        self._put(made, "dulieumo:spatial", self._spatial())
        note = "Nhập từ {title}." if self.context.is_vietnamese else "Imported from {title}."
        day = self.context.today.isoformat()
        made["dulieumo:changelog"] = [
            {"version": VERSION, "date": day, "description": note.format(title=self.context.title)}
        ]
        made["dulieumo:portal"] = [self.portal()]
        source: dict[str, Any] = {"title": self.context.title, "dulieumo:accessed": day}
        if page := organise.address(record.page):
            source["path"] = page
        made["sources"] = [source]
        self._put(made, "resources", files.resources(record, spoken, day, self.report))
        self._about_record()
        required = [key for key in profile.schema("dataset")["required"] if key not in made]
        return Draft(
            folder=f"{self.domain.name}/{self.name}",
            descriptor=made,
            missing=tuple(required),
            findings=by_place(tuple(self.found)),
        )

    def report(self, code: str, *, table: str | None = None, **values: str | int | float) -> None:
        place = Place(file=f"{self.domain.name}/{self.name}/datapackage.yaml", dataset=self.name, table=table)
        severity = Severity.ERROR if code in _ERRORS else Severity.WARNING
        self.found.append(finding(code, place, severity=severity, **values))

    def texts(self, key: str, texts: Texts) -> dict[str, str]:
        """The text under `key`, with its translations, cleaned."""
        made = {}
        for language in ("", *self.spoken.others):
            raw = texts.get(language, "") if language else self.spoken.pick(texts)
            cleaned = clean.paragraphs(raw, is_vietnamese=self.context.is_vietnamese and not language)
            for code, example in cleaned.codes.items():
                self.report(code, key=key, example=example)
            text = " ".join(cleaned.text.split()) if key == "title" else cleaned.text
            if text:
                made[f"{key}@{language}" if language else key] = text
        return made

    def keywords(self) -> list[str]:
        kept: dict[str, str] = {}
        for word in (part for text in self.record.keywords for part in re.split(r"[,;|]", text)):
            composed = clean.line(word, is_vietnamese=self.context.is_vietnamese).text
            plain = " ".join(_KEYWORD.sub(" ", composed).split())[:100]
            if len(plain) > 1:
                kept.setdefault(plain.casefold(), plain)
            elif composed:
                self.report("import-keyword-dropped", keyword=composed)
        if len(kept) < MIN_KEYWORDS:
            self.report("import-keywords-few", count=len(kept), least=MIN_KEYWORDS)
        return list(kept.values())

    def licenses(self) -> list[dict[str, str]]:
        text = self.record.license.strip()
        found = vocabulary.license_of(text)
        if not text or text.lower() in ("notspecified", "none", "unknown"):
            self.report("import-license-missing")
        elif found is None:
            self.report("import-license-unknown", license=text[:120])
        elif not found.is_open:
            self.report("import-license-not-open", license=found.name)
        return [{"name": found.name, "title": found.title, "path": found.path}] if found else []

    def publisher(self) -> str:
        agent = self.record.publisher
        party = organise.party_of(self.spoken.pick(agent.names), self.context.publishers) if agent else None
        if party is None:
            self.report("import-publisher-missing")
            return ""
        return party.name

    def frequency(self) -> str:
        text = self.record.frequency.strip()
        found = vocabulary.frequency_of(text) if text else None
        if not text:
            self.report("import-frequency-missing")
        elif found is None:
            self.report("import-frequency-unknown", frequency=text[:120])
        return found or "UNKNOWN"

    def temporal(self) -> dict[str, str]:
        found = {"start": self.day("temporal", self.record.start), "end": self.day("temporal", self.record.end)}
        if found["start"] and found["end"] and found["start"] > found["end"]:
            self.report("import-period-reversed", start=found["start"], end=found["end"])
            return {}
        return {key: value for key, value in found.items() if value}

    def day(self, key: str, text: str) -> str:
        value, code = clean.day(text)
        if code is not None:
            self.report(code, key=key, text=text[:80], date=value)
        return value

    def portal(self) -> dict[str, str]:
        """Where the record stands in the source. Dates there must be whole days; others are left out."""
        record = self.record
        address = organise.address(record.page)
        days = {key: self.day(key, text) for key, text in (("issued", record.issued), ("modified", record.modified))}
        entry = {
            "id": record.identifiers[0] if record.identifiers else "" if address == record.key else record.key,
            "slug": unquote(address.rstrip("/").rsplit("/", 1)[-1]) if address else "",
            "url": address,
            "title": self.title,
            **{key: value for key, value in days.items() if len(value) == 10},
        }
        return {key: value for key, value in entry.items() if value}

    def _about_record(self) -> None:
        record = self.record
        if not record.themes:
            self.report("import-theme-missing", domain=self.domain.title)
        titles = [organise.theme_title(theme, self.spoken) for theme in record.themes]
        if len({names.slug(title) for title in titles}) > 1:
            self.report("import-theme-several", themes=", ".join(titles), chosen=self.domain.title)
        if record.repeated:
            self.report("import-values-several", keys=", ".join(record.repeated))
        if record.has_contact:
            self.report("import-contact-left-out")

    def _cleaned_title(self) -> str:
        return clean.line(self.spoken.pick(self.record.names), is_vietnamese=self.context.is_vietnamese).text

    def _name_of_address(self) -> str:
        return names.slug(unquote(self.record.page.rstrip("/").rsplit("/", 1)[-1])) if self.record.page else ""

    def _domain(self) -> Party:
        for theme in self.record.themes:
            party = organise.party_of(organise.theme_title(theme, self.spoken), self.context.domains)
            if party is not None:
                return party
        return organise.unsorted_domain(self.spoken)

    def _languages(self) -> list[str]:
        stated = [code for text in self.record.languages if (code := vocabulary.language_of(text))]
        return list(dict.fromkeys(stated)) or list(self.spoken.all)

    def _spatial(self) -> dict[str, str]:
        label = clean.line(self.spoken.pick(self.record.spatial)).text
        return {"label": label} if label and not label.startswith(("{", "POLYGON", "http")) else {}

    @staticmethod
    def _put(made: dict[str, Any], key: str, value: Any) -> None:
        if value:
            made[key] = value
