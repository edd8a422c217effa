"""plan.json, receipt.json and verification.json: the values of `model.py` as files, with their format versions."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dulieumo import canonical
from dulieumo.errors import ConfigError
from dulieumo.i18n import _
from dulieumo.store import write_whole

from . import wording
from .journal import applied_from_json, applied_to_json
from .model import (
    Action,
    Change,
    DatasetPlan,
    Drift,
    Failure,
    Plan,
    Policy,
    Probe,
    Receipt,
    ServerProfile,
    Verification,
)

PLAN, RECEIPT, VERIFICATION = "dulieumo-plan/1", "dulieumo-receipt/1", "dulieumo-verification/1"


def write(path: Path, value: Mapping[str, Any]) -> None:
    write_whole(path, canonical.dumps(value))


def _read(path: Path, expected: str) -> Any:
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ConfigError(
            _("{file} is damaged: it is not JSON.").format(file=path.name),
            hint=_("Delete it and run the command again."),
        ) from error
    if value.get("format") != expected:
        raise ConfigError(
            _("{file} has the format {found}; this dulieumo reads {expected}.").format(
                file=path.name, found=value.get("format"), expected=expected
            ),
            hint=_("Make it again with this version."),
        )
    return value


def plan_to_json(plan: Plan) -> dict[str, Any]:
    return {
        "format": PLAN,
        "target": plan.target,
        "url": plan.url,
        "release": plan.release,
        "fingerprint": plan.fingerprint,
        "server": _profile_to_json(plan.profile),
        "unchanged": plan.unchanged,
        "refusals": [
            {"code": code, "values": dict(values), "message": wording.refusal(code, values)}
            for code, values in plan.refusals
        ],
        "datasets": [_dataset_to_json(item) for item in plan.datasets],
    }


def _dataset_to_json(item: DatasetPlan) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "name": item.name,
        "base": item.base,
        "changes": [
            {
                "action": change.action.value,
                "resource": change.resource,
                "field": change.field,
                "reason": change.reason,
                "values": dict(change.values),
                "message": wording.reason(change.reason, change.values),
                **({"overwrites": change.overwrites} if change.overwrites is not None else {}),
            }
            for change in item.changes
        ],
        "drifts": [
            {
                "field": drift.field,
                "resource": drift.resource,
                "theirs": drift.theirs,
                "ours": drift.ours,
                "policy": drift.policy.value,
                "who": drift.who,
                "when": drift.when,
            }
            for drift in item.drifts
        ],
    }
    if item.refusal is not None:
        message = wording.refusal(item.refusal, item.values)
        entry["refusal"] = {"code": item.refusal, "values": dict(item.values), "message": message}
    return entry


def read_plan(path: Path) -> Plan:
    """Raises ConfigError where the file is no plan of ours."""
    value = _read(path, PLAN)
    return Plan(
        target=value["target"],
        url=value["url"],
        release=value["release"],
        fingerprint=value["fingerprint"],
        profile=_profile_from_json(value["server"]),
        unchanged=value["unchanged"],
        refusals=tuple((item["code"], item["values"]) for item in value["refusals"]),
        datasets=tuple(_dataset_from_json(item) for item in value["datasets"]),
    )


def _dataset_from_json(item: Mapping[str, Any]) -> DatasetPlan:
    refusal = item.get("refusal")
    return DatasetPlan(
        name=item["name"],
        base=item["base"],
        changes=tuple(
            Change(
                action=Action(change["action"]),
                reason=change["reason"],
                resource=change["resource"],
                field=change["field"],
                values=change["values"],
                overwrites=change.get("overwrites"),
            )
            for change in item["changes"]
        ),
        drifts=tuple(
            Drift(
                field=drift["field"],
                resource=drift["resource"],
                theirs=drift["theirs"],
                ours=drift["ours"],
                policy=Policy(drift["policy"]),
                who=drift["who"],
                when=drift["when"],
            )
            for drift in item["drifts"]
        ),
        refusal=refusal["code"] if refusal else None,
        values=refusal["values"] if refusal else {},
    )


def receipt_to_json(receipt: Receipt) -> dict[str, Any]:
    return {
        "format": RECEIPT,
        "target": receipt.target,
        "url": receipt.url,
        "release": receipt.release,
        "push": receipt.push,
        "at": receipt.at,
        "server": _profile_to_json(receipt.profile),
        "done": dict(sorted(receipt.done.items())),
        "failures": [
            {"name": item.name, "message": item.message, "hint": item.hint, "exitCode": item.exit_code}
            for item in receipt.failures
        ],
        "overwritten": [dict(item) for item in receipt.overwritten],
        "requests": receipt.requests,
        "writes": receipt.writes,
        "seconds": receipt.seconds,
        "datasets": [applied_to_json(applied) for _name, applied in sorted(receipt.datasets.items())],
    }


def read_receipt(path: Path) -> Receipt | None:
    """None where there is none yet. Raises ConfigError where the file is no receipt of ours."""
    if not path.is_file():
        return None
    value = _read(path, RECEIPT)
    return Receipt(
        target=value["target"],
        url=value["url"],
        release=value["release"],
        push=value["push"],
        at=value["at"],
        profile=_profile_from_json(value["server"]),
        datasets={item["name"]: applied_from_json(item) for item in value["datasets"]},
        done=value["done"],
        failures=tuple(
            Failure(name=item["name"], message=item["message"], hint=item["hint"], exit_code=item["exitCode"])
            for item in value["failures"]
        ),
        overwritten=tuple(value["overwritten"]),
        requests=value["requests"],
        writes=value["writes"],
        seconds=value["seconds"],
    )


def _profile_to_json(profile: ServerProfile) -> dict[str, Any]:
    return {
        "url": profile.url,
        "version": profile.version,
        "extensions": list(profile.extensions),
        "licenses": list(profile.licenses),
        "scheming": list(profile.scheming),
        "schemingResource": list(profile.scheming_resource),
    }


def _profile_from_json(value: Mapping[str, Any]) -> ServerProfile:
    return ServerProfile(
        url=value["url"],
        version=value["version"],
        extensions=tuple(value["extensions"]),
        licenses=tuple(value["licenses"]),
        scheming=tuple(value["scheming"]),
        scheming_resource=tuple(value["schemingResource"]),
    )


def verification_to_json(found: Verification) -> dict[str, Any]:
    return {
        "format": VERIFICATION,
        "target": found.target,
        "url": found.url,
        "release": found.release,
        "at": found.at,
        "clean": found.is_clean,
        "datasets": found.datasets,
        "resources": found.resources,
        "rows": found.rows,
        "bytes": found.bytes,
        "probes": found.probes,
        "problems": [_probe_to_json(probe) for probe in found.problems],
        "notes": [_probe_to_json(probe) for probe in found.notes],
        "seconds": found.seconds,
    }


def _probe_to_json(probe: Probe) -> dict[str, Any]:
    assert probe.problem is not None
    return {
        "dataset": probe.dataset,
        "resource": probe.resource,
        "what": probe.what,
        "problem": probe.problem,
        "values": dict(probe.values),
        "message": wording.problem(probe.problem, probe.values),
    }
