"""The kinds of personal data, and where the decree lists them."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    CITIZEN_ID = "citizen-id"
    OLD_ID_CARD = "old-id-card"
    PERSONAL_TAX_CODE = "personal-tax-code"
    SOCIAL_INSURANCE = "social-insurance"
    HEALTH_INSURANCE = "health-insurance"
    PHONE = "phone"
    PLATE = "plate"
    PASSPORT = "passport"
    DRIVING_LICENCE = "driving-licence"
    BANK = "bank-card"
    EMAIL = "email"
    NAME = "person-name"
    BIRTH_DATE = "birth-date"
    HOME_ADDRESS = "home-address"
    HASHED = "hashed-identifier"
    HEALTH = "health"
    BELIEF = "ethnicity-religion"
    CRIME = "crime"
    LOCATION = "personal-location"
    BIOMETRIC = "biometric"


LAW = {
    Kind.CITIZEN_ID: "NĐ 356/2025/NĐ-CP, Điều 3(7)",
    Kind.OLD_ID_CARD: "NĐ 356/2025/NĐ-CP, Điều 3(11)",
    Kind.PERSONAL_TAX_CODE: "NĐ 356/2025/NĐ-CP, Điều 3(11)",
    Kind.SOCIAL_INSURANCE: "NĐ 356/2025/NĐ-CP, Điều 3(11)",
    Kind.HEALTH_INSURANCE: "NĐ 356/2025/NĐ-CP, Điều 3(11)",
    Kind.PHONE: "NĐ 356/2025/NĐ-CP, Điều 3(7)",
    Kind.PLATE: "NĐ 356/2025/NĐ-CP, Điều 3(7)",
    Kind.PASSPORT: "NĐ 356/2025/NĐ-CP, Điều 3(7)",
    Kind.DRIVING_LICENCE: "NĐ 356/2025/NĐ-CP, Điều 3(7)",
    Kind.BANK: "NĐ 356/2025/NĐ-CP, Điều 4(1)",
    Kind.EMAIL: "NĐ 356/2025/NĐ-CP, Điều 3(11)",
    Kind.NAME: "NĐ 356/2025/NĐ-CP, Điều 3",
    Kind.BIRTH_DATE: "NĐ 356/2025/NĐ-CP, Điều 3",
    Kind.HOME_ADDRESS: "NĐ 356/2025/NĐ-CP, Điều 3",
    Kind.HASHED: "Luật 91/2025/QH15, Điều 12(1)",
    Kind.HEALTH: "NĐ 356/2025/NĐ-CP, Điều 4(1)",
    Kind.BELIEF: "NĐ 356/2025/NĐ-CP, Điều 4(1)",
    Kind.CRIME: "NĐ 356/2025/NĐ-CP, Điều 4(1)",
    Kind.LOCATION: "NĐ 356/2025/NĐ-CP, Điều 4(1)",
    Kind.BIOMETRIC: "NĐ 356/2025/NĐ-CP, Điều 4(1)",
}
"""The provision that a report cites."""

SENSITIVE = frozenset({Kind.BANK, Kind.HEALTH, Kind.BELIEF, Kind.CRIME, Kind.LOCATION, Kind.BIOMETRIC})
"""Article 4: an exception needs two approvers."""
