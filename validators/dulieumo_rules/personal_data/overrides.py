"""Reviewed exceptions: records in the descriptor (`dulieumo:personalData.overrides`) that let a column be public.

The law (91/2025/QH15, art. 16) knows four grounds, always with a purpose. A record names the ground, the provision, the
purpose, who approved it and when. Kinds that the decree calls sensitive take two approvers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from .kinds import SENSITIVE, Kind

GROUNDS = ("consent", "law", "art19_1_b", "contract")


def covering(
    overrides: Sequence[Mapping[str, Any]], resource: str, column: str, kind: Kind
) -> Mapping[str, Any] | None:
    """The record that speaks of a column and a kind; None where none does."""
    for record in overrides:
        if record.get("resource") not in (None, resource) or column not in record.get("columns", ()):
            continue
        if not record.get("kinds") or str(kind) in record["kinds"]:
            return record
    return None


def weakness(record: Mapping[str, Any], kind: Kind, today: date) -> str | None:
    """Why a record does not hold, as a key of the texts; None where it does."""
    approvers = {str(name).strip().casefold() for name in record.get("approvedBy", ()) if str(name).strip()}
    if record.get("ground") not in GROUNDS:
        return "ground"
    if not str(record.get("lawReference", "")).strip() or not str(record.get("purpose", "")).strip():
        return "purpose"
    if not approvers:
        return "approver"
    if kind in SENSITIVE and len(approvers) < 2:
        return "two-approvers"
    try:
        approved = date.fromisoformat(str(record.get("approvedOn", "")))
    except ValueError:
        return "approval-date"
    if approved > today:
        return "approval-date"
    return None
