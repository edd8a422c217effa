"""What a source's records have in common: its language, its publishers in all their spellings, its themes as domains. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from dulieumo.i18n import _
from dulieumo.importing import clean, vocabulary
from dulieumo.importing.record import Agent, Record, Source, Texts, Theme
from dulieumo.owner import names
from dulieumo_rules import legacy
from dulieumo_rules.findings import Finding, Place, Severity, finding

MAX_NAME = 60
_CODE = re.compile(r"[a-z0-9]+")
# Words of a theme, without marks → EU data theme. A proposal only: each use of it is a finding.
_EU_THEMES = (
    ("AGRI", "nong nghiep|thuy san|lam nghiep|agricultur|fish|forest|food"),
    ("HEAL", "y te|suc khoe|health"),
    ("EDUC", "giao duc|dao tao|van hoa|du lich|the thao|education|culture|sport|tourism"),
    ("TRAN", "giao thong|van tai|transport|mobility"),
    ("ENVI", "moi truong|tai nguyen|environment|climate"),
    ("ENER", "nang luong|dien luc|energy"),
    ("ECON", "kinh te|tai chinh|dau tu|thuong mai|cong nghiep|econom|financ|business|trade|budget"),
    ("TECH", "khoa hoc|cong nghe|truyen thong|science|technolog"),
    ("JUST", "tu phap|phap luat|an ninh|justice|law|safety"),
    ("SOCI", "xa hoi|lao dong|viec lam|dan so|societ|population|labour|labor|employment"),
    ("REGI", "xay dung|do thi|quy hoach|nha o|region|urban|housing|planning|construction"),
)
FALLBACK_THEME = "GOVE"
_SOFTWARE = ("ckan", "dkan", "drupal", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Languages:
    """`main` is the language of the drafts; `others` those in which at least half of the titles stand too."""

    main: str
    others: tuple[str, ...] = ()

    @property
    def all(self) -> tuple[str, ...]:
        return (self.main, *self.others)

    def pick(self, texts: Texts) -> str:
        """The text in the main language, else the one without a language, else any."""
        for code in (self.main, "", *sorted(texts)):
            if texts.get(code, "").strip():
                return texts[code]
        return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """A publisher or a domain of the drafts: its code, its title as most records write it, and the other spellings."""

    name: str
    title: str
    spellings: tuple[str, ...]
    homepage: str = ""
    description: str = ""
    eu_theme: str = ""


def languages(source: Source, wanted: str | None = None) -> Languages:
    """The languages of a source: as asked for, as its titles are tagged, else by what they read like."""
    titles = [record.names for record in source.records]
    tagged = Counter(code for texts in titles for code in texts if code)
    if wanted is not None:
        main = wanted
    elif tagged and tagged.most_common(1)[0][1] * 2 >= len(titles):
        main = min(tagged, key=lambda code: (-tagged[code], code))
    else:
        main = "vi" if is_vietnamese(text for texts in titles for text in texts.values()) else _stated(source) or "en"
    others = sorted(code for code, count in tagged.items() if code != main and count * 2 >= len(titles))
    return Languages(main=main, others=tuple(others))


def is_vietnamese(texts: Iterable[str]) -> bool:
    """Whether most of the words that are not plain ASCII can be Vietnamese, once composed; False where there are none."""
    words = legacy.accented(clean.line(text, is_vietnamese=True).text for text in texts)
    return bool(words) and legacy.share(words) > 0.6


def _stated(source: Source) -> str:
    codes = Counter(
        code for record in source.records for text in record.languages if (code := vocabulary.language_of(text))
    )
    return min(codes, key=lambda code: (-codes[code], code)) if codes else ""


def publishers(source: Source, spoken: Languages) -> tuple[tuple[Party, ...], tuple[Finding, ...]]:
    """The organisations of all records; spellings that differ in marks, case, spaces or signs are one."""
    agents = [record.publisher for record in source.records if record.publisher is not None]
    own = catalog_publisher(source, spoken)
    if own is not None:
        agents.append(own)
    homepages = {
        _key(spoken.pick(agent.names)): agent for agent in reversed(agents) if agent.homepage or agent.description
    }
    parties = []
    for party in _parties([spoken.pick(agent.names) for agent in agents], spoken):
        agent = homepages.get(_key(party.title)) or Agent(names={})
        parties.append(
            Party(
                name=party.name,
                title=party.title,
                spellings=party.spellings,
                homepage=address(agent.homepage),
                description=clean.paragraphs(spoken.pick(agent.description)).text,
            )
        )
    return tuple(parties), tuple(_spelt(source, parties, "import-publisher-spelling"))


def catalog_publisher(source: Source, spoken: Languages) -> Agent | None:
    """The organisation behind the catalogue; None where the source names only the software, as a fresh DKAN does."""
    agent = source.publisher
    return None if agent is None or _key(spoken.pick(agent.names)) in _SOFTWARE else agent


def domains(source: Source, spoken: Languages) -> tuple[tuple[Party, ...], tuple[Finding, ...]]:
    """The themes of all records as domains, each with an EU data theme, assumed where the source states none."""
    themes = [theme for record in source.records for theme in record.themes]
    uris = {_key(theme_title(theme, spoken)): vocabulary.eu_theme(theme.uri) for theme in themes}
    parties, found = [], []
    for party in _parties([theme_title(theme, spoken) for theme in themes], spoken):
        eu_theme = uris.get(_key(party.title), "")
        if not eu_theme:
            eu_theme = assumed_theme(party.title)
            place = Place(file=f"{party.name}/domain.yaml")
            found.append(
                finding("import-theme-assumed", place, severity=Severity.WARNING, theme=party.title, eu_theme=eu_theme)
            )
        parties.append(Party(name=party.name, title=party.title, spellings=party.spellings, eu_theme=eu_theme))
    return tuple(parties), (*found, *_spelt(source, parties, "import-theme-spelling"))


def assumed_theme(title: str) -> str:
    """The EU data theme that a title suggests."""
    words = " ".join(_CODE.findall(names.plain(title)))
    return next((code for code, pattern in _EU_THEMES if re.search(rf"\b({pattern})", words)), FALLBACK_THEME)


def theme_title(theme: Theme, spoken: Languages) -> str:
    """What a theme is called: its label, else the end of its address."""
    return spoken.pick(theme.names) or theme.uri.rstrip("/").rsplit("/", 1)[-1].rsplit("#", 1)[-1]


def party_of(title: str, parties: tuple[Party, ...]) -> Party | None:
    """The party that a title means, in any of its spellings."""
    key = _key(title)
    return next(
        (party for party in parties if any(_key(spelling) == key for spelling in (party.title, *party.spellings))), None
    )


def unsorted_domain(spoken: Languages) -> Party:
    """Where records without a theme go."""
    return Party(
        name="chua-phan-loai" if spoken.main == "vi" else "unsorted",
        title="Chưa phân loại" if spoken.main == "vi" else "Unsorted",
        spellings=(),
        eu_theme=FALLBACK_THEME,
    )


def host(source: Source) -> str:
    """The name of the server that a source comes from, else its file's name."""
    return urlsplit(source.homepage).hostname or urlsplit(source.origin).hostname or source.origin


def address(text: str) -> str:
    """An http(s) address as a descriptor takes it, spaces escaped; "" for what is none."""
    value = text.strip().replace(" ", "%20").replace('"', "%22").replace("<", "%3C").replace(">", "%3E")
    try:
        parts = urlsplit(value)
    except ValueError:
        return ""
    is_plain = parts.scheme in ("http", "https") and parts.hostname and not parts.password
    return value if is_plain and not re.search(r"\s", value) else ""


def unique(name: str, taken: Mapping[str, object] | set[str]) -> str:
    """The name, with a number behind it where it is taken."""
    chosen, number = name, 2
    while chosen in taken:
        chosen = f"{name[: MAX_NAME - 4].strip('-')}-{number}"
        number += 1
    return chosen


def _parties(titles: list[str], spoken: Languages) -> Iterator[Party]:
    spellings: dict[str, Counter[str]] = {}
    for title in titles:
        text = clean.line(title, is_vietnamese=spoken.main == "vi").text
        if _key(text):
            spellings.setdefault(_key(text), Counter())[text] += 1
    taken: set[str] = set()
    for counts in spellings.values():
        ordered = sorted(counts, key=lambda text: (-counts[text], text.isupper(), text))
        name = unique(names.slug(ordered[0]) or "x", taken)
        taken.add(name)
        yield Party(name=name if len(name) > 1 else f"{name}-1", title=ordered[0], spellings=tuple(ordered[1:]))


def _spelt(source: Source, parties: Iterable[Party], code: str) -> Iterator[Finding]:
    for party in parties:
        if party.spellings:
            others = ", ".join(f"“{text}”" for text in party.spellings)
            yield finding(code, Place(file=source.origin), severity=Severity.WARNING, title=party.title, others=others)


def _key(title: str) -> str:
    return "-".join(_CODE.findall(names.plain(clean.line(title).text)))


def about(record: Record, spoken: Languages) -> str:
    """How a record is named in a finding about it."""
    return clean.line(spoken.pick(record.names)).text or record.page or record.key or _("a record without a title")
