"""A checkout of the made-up city of Sông Mây, and a CKAN to publish it to: what the tests of the publisher stand on."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import yaml

from dulieumo import descriptors
from dulieumo.ckan import bootstrap
from dulieumo.ckan import client as clients
from dulieumo.ckan.client import Client, Patience
from dulieumo.ckan.model import Plan, Receipt, Verification
from dulieumo.cli import build, check, plan, push, verify
from dulieumo.config import Settings, Target
from dulieumo.localckan import LocalCkan
from dulieumo.model import Release

SONGMAY = Path(__file__).resolve().parents[1] / "data" / "songmay"
QUICK = Patience(attempts=4, first_wait_seconds=0.02, longest_wait_seconds=1.5, connect_seconds=2, read_seconds=20)
TARGET = "thu"


@dataclass
class World:
    """A working copy in `root`, which publishes to `url` with the token in `token_file`."""

    root: Path
    url: str
    token_file: Path
    target: Target = field(init=False)

    def __post_init__(self) -> None:
        if not (self.root / "datasets").exists():
            shutil.copytree(SONGMAY, self.root / "datasets")
        self.target = Target(name=TARGET, url=self.url, token_file=self.token_file)
        (self.root / "dulieumo.toml").write_text(
            f'target = "{TARGET}"\n[targets.{TARGET}]\nurl = "{self.url}"\ntoken_file = "{self.token_file}"\n',
            encoding="utf-8",
        )

    @property
    def settings(self) -> Settings:
        dist = self.root / "dist"
        return Settings(
            root=self.root,
            datasets=self.root / "datasets",
            dist=dist,
            target=TARGET,
            targets={TARGET: self.target},
        )

    def at(self, **changes: Any) -> None:
        """Change the target's settings: url, is_private, policies, …"""
        self.target = replace(self.target, **changes)

    # The repository

    def keep_only(self, *names: str) -> World:
        """Drop the datasets that a test does not need."""
        for descriptor in (self.root / "datasets").glob("*/*/datapackage.yaml"):
            if descriptor.parent.name not in names:
                shutil.rmtree(descriptor.parent)
        return self

    def folder(self, dataset: str) -> Path:
        return next((self.root / "datasets").glob(f"*/{dataset}"))

    def describe(self, dataset: str, change: Callable[[dict[str, Any]], None], version: str | None = None) -> None:
        """Change a descriptor; `version` also adds a changelog line."""
        path = self.folder(dataset) / "datapackage.yaml"
        value = yaml.safe_load(path.read_text(encoding="utf-8"))
        change(value)
        if version is not None:
            value["version"] = version
            line = {"version": version, "date": "2025-02-01", "description": "Sửa.", "description@en": "Changed."}
            value["dulieumo:changelog"].append(line)
        plain = json.loads(json.dumps(value))  # so that nothing is dumped as an alias, which the reader refuses
        path.write_text(yaml.safe_dump(plain, allow_unicode=True, sort_keys=False), encoding="utf-8")

    def rewrite(self, dataset: str, table: str, csv: str, version: str) -> None:
        """Give a table other rows, and its dataset another version."""
        (self.folder(dataset) / "data" / f"{table}.csv").write_text(csv, encoding="utf-8")
        self.describe(dataset, lambda _value: None, version)

    def read_csv(self, dataset: str, table: str) -> str:
        return (self.folder(dataset) / "data" / f"{table}.csv").read_text(encoding="utf-8")

    # The stages, as the command line runs them

    def release(self, name: str | None = None) -> Release:
        report = check.run(self.settings)
        assert report.is_valid, [(found.code, found.place) for found in report.findings]
        return build.run(self.settings, name=name, allow_breaking=True)

    def client(self, url: str | None = None, patience: Patience = QUICK) -> Client:
        return Client(url or self.url, self.token_file.read_text(encoding="utf-8").strip(), patience=patience)

    def anonymous(self) -> Client:
        return Client(self.target.url, patience=QUICK)

    def plan(self, **options: Any) -> Plan:
        return plan.run(self.settings, **options)

    def push(self, **options: Any) -> Receipt:
        options.setdefault("client", self.client(self.target.url))
        return push.run(self.settings, **options)

    def publish(self, **options: Any) -> Receipt:
        """Check, build and push, and insist that all of it went well."""
        self.release()
        receipt = self.push(**options)
        assert not receipt.failures, receipt.failures
        return receipt

    def verify(self, **options: Any) -> Verification:
        return verify.run(self.settings, **options)

    def assert_converged(self) -> None:
        """CKAN is exactly as the release, in every respect that we know to ask about."""
        assert self.plan().is_empty
        deep = self.plan(is_deep=True)
        assert deep.is_empty, deep.datasets
        found = self.verify()
        assert found.is_clean, found.problems


def bootstrapped(ckan: LocalCkan, datasets: Path = SONGMAY) -> LocalCkan:
    """The server with a catalogue's organisations, groups and publishing user, Sông Mây's if none is named."""
    reading = descriptors.read(datasets)
    assert reading.catalog is not None, reading.findings
    admin = clients.Client(ckan.url, ckan.sysadmin_token())
    bootstrap.bootstrap(admin, bootstrap.wanted(reading.catalog), token_file=ckan.token_file)
    return ckan


def sysadmin(ckan: LocalCkan) -> Client:
    return Client(ckan.url, ckan.sysadmin_token(), patience=QUICK)
