"""The reader's language: gettext catalogues, the English text as msgid, Vietnamese by default.

Order: `--lang`, `DULIEUMO_LANG`, the locale (`LC_ALL`, `LC_MESSAGES`, `LANG`), Vietnamese. The catalogues are
`locale/<lang>/LC_MESSAGES/dulieumo.po`, compiled to .mo by the build hook. The language is one setting for the process.
"""

from __future__ import annotations

import gettext
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LANGUAGES = ("vi", "en")
_FOLDER = Path(__file__).with_name("locale")
_translations: gettext.NullTranslations = gettext.NullTranslations()
_language = "en"


def choose(flag: str | None = None, environment: os._Environ[str] | dict[str, str] = os.environ) -> str:
    """The language to use: the first of flag, DULIEUMO_LANG and the locale that we speak, else Vietnamese.

    A locale of "C" or "POSIX" states no language."""
    wishes = [flag, environment.get("DULIEUMO_LANG")]
    wishes += [environment.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG")]
    for wish in wishes:
        code = (wish or "").split("_")[0].split(".")[0].lower()
        if code in LANGUAGES:
            return code
    return LANGUAGES[0]


def use(language: str) -> None:
    """Make `language` the language of every text made from now on. An unknown one means the msgids, which are English."""
    global _translations, _language
    _translations = gettext.translation("dulieumo", _FOLDER, languages=[language], fallback=True)
    # click takes its own words ("Usage", "No such option") from the process-wide domain: let that be ours.
    os.environ["LANGUAGE"] = language
    gettext.bindtextdomain("dulieumo", str(_FOLDER))
    gettext.textdomain("dulieumo")
    _language = language


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Make texts in `language` during the block: for files that many read, whatever the language of who writes them."""
    before = _language
    use(language)
    try:
        yield
    finally:
        use(before)


def language() -> str:
    """The language in use, "vi" or "en"."""
    return _language


def _(text: str) -> str:
    """The text in the language in use. An empty text stays empty (gettext would give the catalogue's header)."""
    if not text:
        return text
    return _translations.gettext(text)


def ngettext(one: str, many: str, count: int) -> str:
    return _translations.ngettext(one, many, count)
