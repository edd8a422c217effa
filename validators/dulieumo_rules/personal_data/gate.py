"""The decision on each column of a table: block, review, or nothing.

*Block* where the header says so and at least 30 % of the distinct values have the form; or where at least 80 % have a form
that proves itself (a citizen number that decodes, a tax code of a person, a card with its check digit, an e-mail address, a
mobile number) and the values are mostly different. *Review* where the header alone says so, or fewer values do.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import pyarrow as pa
import pyarrow.compute as pc

from . import headers, identifiers, names
from .evidence import Column
from .kinds import Kind
from .masking import mask

SOME, MOST = 0.30, 0.80
NAMES_TESTED = 3_000


class Level(StrEnum):
    BLOCK = "block"
    REVIEW = "review"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """`hits` of `distinct` values have the form. `example` is masked. `evidence`: header, values, text."""

    column: Column
    kind: Kind
    level: Level
    hits: int
    distinct: int
    example: str
    evidence: str


@dataclass(frozen=True, slots=True)
class _Values:
    """A column's distinct values and what share of them looks like each kind."""

    column: Column
    raw: pa.Array
    compact: pa.Array
    today: date

    @property
    def uniqueness(self) -> float:
        return len(self.raw) / self.column.sampled if self.column.sampled else 0.0

    def share(self, pattern: str) -> float:
        return identifiers.share(self.compact, pattern)

    def first(self, pattern: str, *, compact: bool = True) -> str:
        cells = self.compact if compact else self.raw
        found = cells.filter(identifiers.matching(cells, pattern))
        return mask(found[0].as_py()) if len(found) else ""


def judge(columns: Sequence[Column], today: date | None = None) -> list[Decision]:
    """The decisions on the columns of one table, at most one block per column (the strongest kind)."""
    now = today or date.today()
    found: list[Decision] = []
    for column in columns:
        decision = next(iter(sorted(_column(column, now), key=_rank)), None)
        if decision is not None:
            found.append(decision)
        found.extend(_inside(column))
    return found + list(_homes(columns, found))


def _rank(decision: Decision) -> tuple[bool, int]:
    return decision.level is not Level.BLOCK, _PRIORITY.index(decision.kind) if decision.kind in _PRIORITY else 99


_PRIORITY = (
    Kind.CITIZEN_ID,
    Kind.HEALTH_INSURANCE,
    Kind.BANK,
    Kind.EMAIL,
    Kind.PERSONAL_TAX_CODE,
    Kind.SOCIAL_INSURANCE,
    Kind.DRIVING_LICENCE,
    Kind.PASSPORT,
    Kind.PLATE,
    Kind.PHONE,
    Kind.OLD_ID_CARD,
    Kind.HASHED,
    Kind.NAME,
    Kind.BIRTH_DATE,
    Kind.HOME_ADDRESS,
)


def _column(column: Column, today: date) -> Iterator[Decision]:
    if column.is_coded or not column.rows or column.type in ("boolean", "time", "duration", "geopoint"):
        return
    raw = column.sample
    values = _Values(column, raw, pc.utf8_upper(identifiers.compact(raw)), today)
    said = headers.kinds(column.headers)
    if headers.is_of_counts(column.headers) and column.type in ("integer", "number"):
        return
    has_numbers = values.share(r".*[0-9]{4}.*") > 0
    if has_numbers and column.type in ("string", "list", "any", "integer", "number"):
        yield from _citizen(values, said)
        yield from _numbers(values, said)
        yield from _phones(values, said)
    if column.type in ("string", "list", "any"):
        yield from _texts(values, said)
        yield from _names(values, said)
    yield from _births(values, said)


def _decision(values: _Values, kind: Kind, level: Level, share: float, example: str, evidence: str) -> Decision:
    distinct = len(values.raw)
    return Decision(
        column=values.column,
        kind=kind,
        level=level,
        hits=round(share * distinct),
        distinct=distinct,
        example=example,
        evidence=evidence,
    )


def _by_share(
    values: _Values, kind: Kind, said: frozenset[Kind], share: float, example: str, *, proves_itself: bool
) -> Iterator[Decision]:
    """The general rule on the share of distinct values that have a kind's form."""
    if kind in said and share >= SOME:
        yield _decision(values, kind, Level.BLOCK, share, example, "header, values")
    elif proves_itself and share >= MOST and values.uniqueness >= 0.5 and len(values.raw) >= 3:
        yield _decision(values, kind, Level.BLOCK, share, example, "values")
    elif proves_itself and share >= SOME and len(values.raw) >= 3:
        yield _decision(values, kind, Level.REVIEW, share, example, "values")


def _citizen(values: _Values, said: frozenset[Kind]) -> Iterator[Decision]:
    """Citizen numbers; also those whose leading zero a spreadsheet took away, and those among other numbers."""
    if not len(values.column.seen_anywhere) and not values.share(r"[0-9]{11,12}"):
        return
    pattern = identifiers.citizen_pattern(values.today)
    for cells in (values.compact, _without_zeros(values.compact)):
        hits = cells.filter(identifiers.matching(cells, pattern))
        twelve = cells.filter(identifiers.matching(cells, identifiers.TWELVE_DIGITS))
        if not len(hits):
            continue
        share, among = len(hits) / max(len(values.raw), 1), len(hits) / len(twelve)
        varied = len(pc.utf8_slice_codeunits(hits, 0, 6).unique()) >= min(5, max(2, round(len(hits) * 0.3)))
        example = mask(hits[0].as_py())
        if Kind.CITIZEN_ID in said and (share >= SOME or among >= MOST):
            yield _decision(values, Kind.CITIZEN_ID, Level.BLOCK, share, example, "header, values")
        elif among >= MOST and varied and len(hits) >= 3:
            yield _decision(values, Kind.CITIZEN_ID, Level.BLOCK, share, example, "values")
        elif among >= MOST and varied and len(hits) >= 2:
            yield _decision(values, Kind.CITIZEN_ID, Level.REVIEW, share, example, "values")
    unsampled = identifiers.compact(values.column.seen_anywhere)
    hits = unsampled.filter(identifiers.matching(unsampled, pattern))
    twelve = unsampled.filter(identifiers.matching(unsampled, identifiers.TWELVE_DIGITS))
    if len(hits) >= 5 and len(hits) / len(twelve) >= MOST and len(pc.utf8_slice_codeunits(hits, 0, 6).unique()) >= 3:
        example = mask(hits[0].as_py())
        yield _decision(values, Kind.CITIZEN_ID, Level.BLOCK, len(hits) / len(values.raw), example, "values")


def _without_zeros(cells: pa.Array) -> pa.Array:
    """Numbers of eleven or ten digits as twelve: a spreadsheet takes away one zero, or both of a northern province."""
    one, two = _padded(cells, 11, "0"), _padded(cells, 10, "00")
    return pc.if_else(pc.equal(one, ""), two, one)


def _padded(cells: pa.Array, length: int, zero: str) -> pa.Array:
    """The numbers of `length` digits with the zero that a spreadsheet took away; others become empty."""
    short = identifiers.matching(cells, f"[1-9][0-9]{{{length - 1}}}")
    return pc.if_else(short, pc.binary_join_element_wise(zero, cells, ""), "")


def _numbers(values: _Values, said: frozenset[Kind]) -> Iterator[Decision]:
    card = identifiers.luhn_share(values.compact)
    first_card = values.first(identifiers.CARD)
    if Kind.BANK in said and values.share(identifiers.ACCOUNT) >= SOME and _mostly_long(values, 6):
        yield _decision(
            values,
            Kind.BANK,
            Level.BLOCK,
            values.share(identifiers.ACCOUNT),
            values.first(identifiers.ACCOUNT),
            "header, values",
        )
    elif Kind.BANK in said and identifiers.share(values.raw, _ACCOUNT_AND_BANK) >= SOME:
        share = identifiers.share(values.raw, _ACCOUNT_AND_BANK)
        example = values.first(_ACCOUNT_AND_BANK, compact=False)
        yield _decision(values, Kind.BANK, Level.BLOCK, share, example, "header, values")
    elif card >= MOST:
        yield from _by_share(values, Kind.BANK, said, card, first_card, proves_itself=True)
    full = values.share(identifiers.BHYT_FULL)
    loose = values.share(identifiers.BHYT) if Kind.HEALTH_INSURANCE in said else full
    share = max(full, loose)
    yield from _by_share(
        values, Kind.HEALTH_INSURANCE, said, share, values.first(identifiers.BHYT), proves_itself=full >= SOME
    )
    header_only = (
        (Kind.SOCIAL_INSURANCE, identifiers.TEN_DIGITS),
        (Kind.DRIVING_LICENCE, identifiers.TWELVE_DIGITS),
        (Kind.PASSPORT, identifiers.PASSPORT),
        (Kind.OLD_ID_CARD, rf"{identifiers.CMND}|{identifiers.TWELVE_DIGITS}"),
        (Kind.PERSONAL_TAX_CODE, rf"{identifiers.TAX_CODE}|{identifiers.TWELVE_DIGITS}"),
    )
    for kind, pattern in header_only:
        if kind in said:
            yield from _by_share(values, kind, said, values.share(pattern), values.first(pattern), proves_itself=False)
            among = identifiers.within(pattern)  # "024123456, issued on 10/2/2009"
            share = identifiers.share(values.raw, among)
            yield from _by_share(values, kind, said, share, values.first(among, compact=False), proves_itself=False)
    if Kind.OLD_ID_CARD in said:
        short = identifiers.share(_padded(values.compact, 8, "0"), identifiers.CMND)
        yield from _by_share(values, Kind.OLD_ID_CARD, said, short, values.first(r"[0-9]{8}"), proves_itself=False)
    plates = values.share(identifiers.PLATE)
    if Kind.PLATE in said or plates >= 0.6:
        yield from _by_share(
            values, Kind.PLATE, said, plates, values.first(identifiers.PLATE), proves_itself=not _is_code(values)
        )


_ACCOUNT_AND_BANK = identifiers.within("[0-9]{8,19}")


def _mostly_long(values: _Values, digits: int) -> bool:
    return values.share(rf"[0-9]{{{digits},19}}") >= SOME


def _is_code(values: _Values) -> bool:
    """Whether all values begin alike, as a series of product or room codes does."""
    starts = pc.utf8_slice_codeunits(values.compact, 0, 2).unique()
    return len(starts) <= max(1, len(values.raw) // 20) and len(values.raw) >= 3 and len(starts) == 1


def _phones(values: _Values, said: frozenset[Kind]) -> Iterator[Decision]:
    if identifiers.are_tax_codes(values.compact):
        return  # tax codes, of which many look like phone numbers
    mobile = values.share(identifiers.MOBILE)
    stripped = values.share(identifiers.MOBILE_NATIONAL)
    offices = values.share(rf"{identifiers.FIXED}|{identifiers.SERVICE}")
    has_plus = values.share(rf"0{identifiers.MOBILE_NATIONAL}|\+84{identifiers.MOBILE_NATIONAL}")
    example = values.first(rf"{identifiers.MOBILE}|{identifiers.MOBILE_NATIONAL}")
    is_code = headers.is_of_codes(values.column.headers)
    if Kind.PHONE in said and mobile + stripped >= SOME and len(values.raw) > 0:
        yield _decision(values, Kind.PHONE, Level.BLOCK, mobile + stripped, example, "header, values")
    elif (
        not is_code
        and mobile >= MOST
        and values.uniqueness >= 0.5
        and len(values.raw) >= 3
        and has_plus >= SOME
        and not _is_series(values)
    ):
        yield _decision(values, Kind.PHONE, Level.BLOCK, mobile, example, "values")
    elif (
        not is_code
        and max(mobile, stripped) >= 0.9
        and values.uniqueness >= 0.5
        and len(values.raw) >= 10
        and not _is_series(values)
    ):
        yield _decision(values, Kind.PHONE, Level.BLOCK, max(mobile, stripped), example, "values")
    elif not is_code and mobile >= SOME and has_plus >= SOME and len(values.raw) >= 3 and not _is_series(values):
        yield _decision(values, Kind.PHONE, Level.REVIEW, mobile, example, "values")
    elif Kind.PHONE in said and mobile + stripped > 0 and offices < MOST and values.column.type == "string":
        yield _decision(values, Kind.PHONE, Level.REVIEW, mobile + stripped, example, "header")


def _is_series(values: _Values) -> bool:
    """Whether nearly all values begin with the same six digits: serial numbers, not phones."""
    starts = pc.utf8_slice_codeunits(values.compact, 0, 6).unique()
    return len(values.raw) >= 5 and len(starts) <= max(1, len(values.raw) // 10)


def _texts(values: _Values, said: frozenset[Kind]) -> Iterator[Decision]:
    raw = values.raw
    emails = pc.utf8_trim_whitespace(raw).filter(identifiers.matching(pc.utf8_trim_whitespace(raw), identifiers.EMAIL))
    personal = [address for address in emails.to_pylist() if identifiers.is_personal_email(address)]
    if personal:
        share = len(personal) / len(raw)
        yield from _by_share(values, Kind.EMAIL, said, share, mask(personal[0]), proves_itself=True)
        if share < SOME:
            yield _decision(values, Kind.EMAIL, Level.REVIEW, share, mask(personal[0]), "values")
    hashed = identifiers.share(raw, identifiers.HASHED)
    of_persons = said & _HASHED_OF or any("hash" in headers.normal(header) for header in values.column.headers)
    if of_persons and hashed >= MOST and len(raw) >= 3:
        example = values.first(identifiers.HASHED, compact=False)
        yield _decision(values, Kind.HASHED, Level.BLOCK, hashed, example, "header, values")
    if Kind.HOME_ADDRESS in said:
        homes = identifiers.share(
            raw,
            r"\s*(?:[Ss]ố\s*)?[0-9]+[A-Za-z]?(?:[/-][0-9]+[A-Za-z]?)*[ ,].*|.*\b(?:phường|xã|thị trấn|quận|huyện|tổ|ấp|thôn|khu phố|chung cư|căn|làng|buôn|bản|P\.|Q\.|KP)\s?.*",
        )
        yield from _by_share(values, Kind.HOME_ADDRESS, said, homes, mask(raw[0].as_py()), proves_itself=False)


_HASHED_OF = frozenset(
    {
        Kind.CITIZEN_ID,
        Kind.OLD_ID_CARD,
        Kind.PHONE,
        Kind.EMAIL,
        Kind.NAME,
        Kind.PASSPORT,
        Kind.SOCIAL_INSURANCE,
        Kind.HEALTH_INSURANCE,
    }
)


def _names(values: _Values, said: frozenset[Kind]) -> Iterator[Decision]:
    tested = values.raw.slice(0, NAMES_TESTED).to_pylist()
    if not tested:
        return
    persons = _speaks_of_persons(values.column.headers)
    hits = [text for text in tested if names.is_name(text) or (persons and names.holds_name(text))]
    if persons and hits:  # names of other peoples among them
        known = set(hits)
        hits += [text for text in tested if text not in known and names.is_like_name(text)]
    share = len(hits) / len(tested)
    things = headers.is_of_things(values.column.headers)
    example = mask(hits[0]) if hits else ""
    if (Kind.NAME in said and not things and share >= SOME) or (persons and share >= 0.6):
        yield _decision(values, Kind.NAME, Level.BLOCK, share, example, "header, values")
    elif share >= MOST and not things and len(hits) >= 3 and values.uniqueness >= 0.5 and _famous(tested) < 0.05:
        yield _decision(values, Kind.NAME, Level.BLOCK, share, example, "values")
    elif share >= 0.6 and len(hits) >= 3 and not things and _famous(tested) < 0.05:
        yield _decision(values, Kind.NAME, Level.REVIEW, share, example, "values")


def _famous(texts: Sequence[str]) -> float:
    """The share of names that streets and schools bear."""
    return sum(names.fold(text.strip()) in names.FAMOUS for text in texts) / len(texts)


def _speaks_of_persons(texts: tuple[str, ...]) -> bool:
    """Headers such as "Người đại diện doanh nghiệp": a firm's, and yet a person's name."""
    return any(_PERSONS.search(headers.normal(text)) for text in texts)


_PERSONS = re.compile(
    r"\b(?:nguoi|ho ten|ho va ten|giam doc|owner|representative|director|contact|dai dien|ndd|tac gia|thanh vien|dau moi"
    r"|(?:hieu|doi|nhom|tram|vien|khoa|thu|to) truong|truong (?:phong|tram|khoa|ban|doan|vien|nhom|bo mon)|chu nhiem|phu trach|ke toan"
    r"|bac si|duoc si|luat su|nghe nhan|nghe si|ca si|huong dan vien|hoc vien|hoc sinh|sinh vien|benh nhan|nhan vien|giao vien|can bo"
    r"|(?<!ghi )chu(?! dau tu| thich| quan| truong| de| trinh| the))\b"
)


def _births(values: _Values, said: frozenset[Kind]) -> Iterator[Decision]:
    if Kind.BIRTH_DATE not in said:
        return
    pattern = r"(?:[0-3]?[0-9][/.\- ][01]?[0-9][/.\- ])?(?:19|20)[0-9]{2}|(?:19|20)[0-9]{2}[/.\-][01]?[0-9][/.\-][0-3]?[0-9](?:[T ].*)?|[0-9]{5}(?:\.0)?"
    share = identifiers.share(values.raw, pattern)
    if share >= SOME:
        example = "**/**/****" if values.column.type != "year" else "****"
        yield _decision(values, Kind.BIRTH_DATE, Level.BLOCK, share, example, "header, values")


def _inside(column: Column) -> Iterator[Decision]:
    """Identifiers inside texts: a citizen number or card blocks; a phone or an address blocks when it is not alone."""
    for kind, (count, example) in column.inside.items():
        if column.is_coded:
            continue
        certain = kind in (
            Kind.CITIZEN_ID,
            Kind.HEALTH_INSURANCE,
            Kind.OLD_ID_CARD,
            Kind.PASSPORT,
            Kind.BANK,
            Kind.PLATE,
        )
        many = count >= 3 or count / max(column.rows, 1) >= 0.05
        level = Level.BLOCK if certain or many else Level.REVIEW
        yield Decision(
            column=column,
            kind=kind,
            level=level,
            hits=count,
            distinct=column.rows,
            example=mask(example),
            evidence="text",
        )


def _homes(columns: Sequence[Column], found: Sequence[Decision]) -> Iterator[Decision]:
    """An address in a table of persons (with citizen numbers or birth dates) is a home's."""
    blocked = {decision.kind for decision in found if decision.level is Level.BLOCK}
    if not blocked & {Kind.CITIZEN_ID, Kind.BIRTH_DATE, Kind.OLD_ID_CARD}:
        return
    judged = {decision.column.name for decision in found}
    for column in columns:
        if column.name in judged or column.type != "string" or column.is_coded or not len(column.sample):
            continue
        if any("dia chi" in headers.normal(header) or "address" in headers.normal(header) for header in column.headers):
            yield Decision(
                column=column,
                kind=Kind.HOME_ADDRESS,
                level=Level.BLOCK,
                hits=len(column.sample),
                distinct=len(column.sample),
                example=mask(column.sample[0].as_py()),
                evidence="header, table",
            )
