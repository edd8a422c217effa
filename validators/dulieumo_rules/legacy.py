"""Vietnamese text in a legacy encoding, seen as the wrong letters: recognise it and put it right. Pure.

    tcvn3    Céng hßa x· héi   the fonts .VnTime…: one byte per letter (TCVN 5712:1993, VN3), shown as Latin-1
    vni      Coäng hoøa xaõ hoäi   the fonts VNI-…: a letter, then its mark as a letter of its own
    cp1258   Côòng hoÌa xaÞ hôòi   Windows-1258 read as Windows-1252
    utf-8    Cá»™ng hÃ²a xÃ£ há»™i   UTF-8 read as Windows-1252

Recognised by the share of words that are Vietnamese syllables, before and after: no font name is needed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache

ENCODINGS = ("tcvn3", "vni", "cp1258", "utf-8")
_SINGLE_BYTE = ("tcvn3", "vni")

# glibc's TCVN5712-1 from 0xA1, without the combining marks at 0xB0-0xB4.
_TCVN3 = dict(
    zip(
        (code for code in range(0xA1, 0xFF) if not 0xB0 <= code <= 0xB4),
        "ĂÂÊÔƠƯĐăâêôơưđẰàảãáạẲằẳẵắẴẮẦẨẪẤỀặầẩẫấậèỂẻẽéẹềểễếệìỉỄẾỒĩíịòỔỏõóọồổỗốộờởỡớợùỖủũúụừửữứựỳỷỹýỵ",
        strict=True,
    )
)
_TONES = {"ø": "\u0300", "ù": "\u0301", "û": "\u0309", "õ": "\u0303", "ï": "\u0323"}
_CIRCUMFLEX = {"â": "", "à": "\u0300", "á": "\u0301", "å": "\u0309", "ã": "\u0303", "ä": "\u0323"}
_BREVE = {"ê": "", "è": "\u0300", "é": "\u0301", "ú": "\u0309", "ü": "\u0303", "ë": "\u0323"}
_VNI_SINGLE = {"ñ": "đ", "ô": "ơ", "ö": "ư", "æ": "ỉ", "ó": "ĩ", "ò": "ị", "î": "ỵ"}


def _vni_pairs() -> dict[str, str]:
    pairs = {}
    for base in "aeouyôö":
        for mark, tone in _TONES.items():
            pairs[base + mark] = _VNI_SINGLE.get(base, base) + tone
    for base in "aeo":
        for mark, tone in _CIRCUMFLEX.items():
            pairs[base + mark] = base + "\u0302" + tone
    for mark, tone in _BREVE.items():
        pairs["a" + mark] = "a\u0306" + tone
    pairs.update(_VNI_SINGLE)
    return {key: unicodedata.normalize("NFC", value) for key, value in pairs.items()}


_VNI = _vni_pairs()
_VNI_PATTERN = re.compile("|".join(sorted(map(re.escape, _VNI), key=len, reverse=True)), re.IGNORECASE)


def decode(text: str, encoding: str) -> str:
    """The text that was meant, composed (NFC). What the encoding does not know stays as it is."""
    return unicodedata.normalize("NFC", _DECODERS[encoding](text))


def _from_tcvn3(text: str) -> str:
    """Its small letters with marks are capitals in a text that is otherwise all in capitals: they had a font of their own."""
    meant = text.translate(_TCVN3)
    is_in_capitals = re.search(r"[A-Z]{2}", text) and not re.search(r"[a-z]", text)
    return meant.upper() if is_in_capitals else meant


def _from_vni(text: str) -> str:
    def letter(match: re.Match[str]) -> str:
        found = match.group()
        meant = _VNI[found.lower()]
        return meant.upper() if found[0].isupper() else meant

    return _VNI_PATTERN.sub(letter, text)


def _from_cp1258(text: str) -> str:
    return _again(text, "cp1258")


def _from_utf8(text: str) -> str:
    return _again(text, "utf-8")


def _again(text: str, encoding: str) -> str:
    """Back to the bytes, as Windows-1252 has them, and read once more."""
    try:
        return b"".join(map(_byte, text)).decode(encoding)
    except (UnicodeEncodeError, UnicodeDecodeError):
        return text


def _byte(letter: str) -> bytes:
    try:
        return letter.encode("cp1252")
    except UnicodeEncodeError:
        return letter.encode("latin-1")  # the five bytes that Windows-1252 leaves open


_DECODERS: dict[str, Callable[[str], str]] = {
    "tcvn3": _from_tcvn3,
    "vni": _from_vni,
    "cp1258": _from_cp1258,
    "utf-8": _from_utf8,
}


@dataclass(frozen=True, slots=True)
class Mender:
    """Puts the texts of one column right. `is_mixed`: some of them are proper Unicode already."""

    encoding: str
    is_mixed: bool

    def mend(self, text: str) -> str:
        """The text that was meant; the text itself where it reads better as it is."""
        if self.encoding in _SINGLE_BYTE and _is_unicode(text):
            return text
        meant = decode(text, self.encoding)
        old, new = set(_words(text)), set(_words(meant))
        before, after = share(old - new), share(new - old)  # words that stay the same say nothing
        return meant if after > before or (after == before and not self.is_mixed) else text


def mender(texts: Iterable[str]) -> Mender | None:
    """What puts these texts (of one column, say) right; None where they read well as they are.

    Asks that at least 85 % of the words that are not plain ASCII become Vietnamese syllables, a fifth more than before."""
    texts = list(texts)
    words = accented(texts)
    if not words:
        return None
    before = share(words)
    if before > 0.8:
        return None
    is_mixed = any(_is_unicode(word) and _is_syllable(word) for word in words)
    menders = [Mender(name, is_mixed) for name in ENCODINGS]
    shares = [share([part for word in words for part in _words(one.mend(word))]) for one in menders]
    best = max(range(len(menders)), key=shares.__getitem__)
    return menders[best] if shares[best] >= 0.85 and shares[best] - before >= 0.2 else None


def is_syllable(word: str) -> bool:
    """Whether a word can be a Vietnamese syllable, with or without its tone."""
    return _is_syllable(word)


_WORD = re.compile(r"[^\s\x00-\x40\x5b-\x60\x7b-\x7f]+")


def _words(text: str) -> list[str]:
    return _WORD.findall(text)


def accented(texts: Iterable[str]) -> list[str]:
    """The distinct words that are not plain ASCII, in order: the ones that an encoding can spoil."""
    return sorted({word for text in texts for word in _words(text) if not word.isascii()})


def _is_unicode(text: str) -> bool:
    """Whether it has a letter that no single-byte font could show, as ộ."""
    return any(ord(letter) > 0xFF and letter.isalpha() for letter in text)


def share(words: Iterable[str]) -> float:
    """The share of Vietnamese syllables among the words; 0 for none."""
    known = [_is_syllable(word) for word in words]
    return sum(known) / len(known) if known else 0.0


_RIMES = frozenset(
    word
    for line in (
        "a ac ach ai am an ang anh ao ap at au ay ăc ăm ăn ăng ăp ăt âc âm ân âng âp ât âu ây e ec em en eng eo",
        "ep et ê êch êm ên ênh êng êp êt êu i ia ich iêc iêm iên iêng iêp iêt iêu im in inh ip it iu o oa oac",
        "oach oai oam oan oang oanh oao oap oat oay oăc oăm oăn oăng oăt oc oe oen oeo oet oi om on ong ooc oong",
        "op ot ô ôc ôi ôm ôn ông ôp ôt ơ ơi ơm ơn ơp ơt u ua uân uâng uât uây uc uê uêch uên uênh ui um un ung",
        "uôc uôi uôm uôn uông uôt up ut uy uya uych ynh uyên uyêt uyn uynh uyt uyu uơ ư ưa ưc ươc ươi ươm ươn",
        "ương ươp ươt ươu ưi ưng ưt ưu y yêm yên yêng yêt yêu",
    )
    for word in line.split()
)
_SYLLABLE = re.compile(r"(ngh|ng|nh|gh|gi|kh|ch|th|tr|ph|qu|[bcdđghklmnprstvx])?([aăâeêioôơuưy]\w*)")
_TONE_MARKS = dict.fromkeys(map(ord, "\u0300\u0301\u0303\u0309\u0323"))


@lru_cache(maxsize=65_536)
def _is_syllable(word: str) -> bool:
    plain = unicodedata.normalize("NFC", unicodedata.normalize("NFD", word.lower()).translate(_TONE_MARKS))
    match = _SYLLABLE.fullmatch(plain)
    if match is not None and match[2] in _RIMES:
        return True
    return plain in ("gi", "gin", "gich")
