"""A target of the settings → what a command needs to work with it: client, intent, and the files beside the store."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from dulieumo import release as releases
from dulieumo.config import Settings, Target
from dulieumo.model import Release
from dulieumo.store import FolderStore
from dulieumo.stores import open_store

from . import files, mapping
from .client import Client
from .model import Policy, Receipt
from .plan import Intent


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """One target, and where its files lie. The receipt and the journal are per target; plan and verification are the last ones."""

    settings: Settings
    target: Target
    store: FolderStore

    @property
    def plan_file(self) -> Path:
        return self.settings.dist / "plan.json"

    @property
    def receipt_file(self) -> Path:
        return self.settings.dist / "receipt.json"

    @property
    def own_receipt_file(self) -> Path:
        """The receipt of this target, kept when another target is published to in between."""
        return self.settings.dist / "targets" / self.target.name / "receipt.json"

    @property
    def journal_file(self) -> Path:
        return self.settings.dist / "targets" / self.target.name / "journal.jsonl"

    @property
    def verification_file(self) -> Path:
        return self.settings.dist / "verification.json"

    def client(self) -> Client:
        """With the target's token. Raises NotAuthorized where there is none."""
        return Client(self.target.url, self.target.token())

    def anonymous(self) -> Client:
        return Client(self.target.url)

    def release(self, name: str | None = None) -> Release:
        return releases.read(self.store, name)

    def receipt(self) -> Receipt | None:
        return files.read_receipt(self.own_receipt_file)

    def intent(self, *, publisher: str | None = None, prune: bool = False, take_over: bool = False) -> Intent:
        target = self.target
        return Intent(
            target=target.name,
            is_production=target.is_production,
            is_private=target.is_private,
            publisher=publisher,
            prune=prune,
            take_over=take_over,
            max_upload_bytes=target.max_upload_mb * 1024**2 if target.max_upload_mb is not None else None,
            policies={name: Policy(value) for name, value in target.policies.items()},
            options=mapping.Options(
                prefix=target.name_prefix, title_prefix=target.title_prefix, file_base_url=target.file_base_url
            ),
        )


def connect(settings: Settings, target: str | None = None) -> Connection:
    """Raises ConfigError where the target is not declared."""
    return Connection(
        settings=settings, target=settings.find_target(target), store=open_store(settings.store, settings.store_url)
    )
