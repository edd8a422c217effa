"""The hidden twin of a dataset on a CKAN: the working copy as CKAN would show it, under a name of its own, seen by editors only.

It stands beside the real dataset and never touches it: another name, another catalogue in its stamp, so that neither `plan` nor
`push --prune` sees it. The next preview writes over it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path

from dulieumo import drafting
from dulieumo.ckan import connect, files, journal, remote
from dulieumo.ckan.client import Client
from dulieumo.ckan.plan import plan
from dulieumo.ckan.push import push
from dulieumo.config import LOCAL, Settings, Target, local_state
from dulieumo.descriptors import Reading
from dulieumo.errors import ConfigError, DulieumoError, UsageError
from dulieumo.i18n import _
from dulieumo.model import Release
from dulieumo.store import FolderStore
from dulieumo.transport import Patience

STAGING = "staging"
PREFIX = "xem-truoc-"
IMPATIENT = Patience(attempts=2, first_wait_seconds=0.3, connect_seconds=2.0, read_seconds=60.0)
"""Somebody is waiting, and the page is there without it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Twin:
    """`address` is the dataset's page on CKAN; None where there is none, and then `missing` says why and what to do.

    `login` says who may see it."""

    address: str | None = None
    missing: str = ""
    login: str = ""


def find(settings: Settings, name: str | None = None) -> Target:
    """The target for a twin: the named one, else `staging` where it is declared, else the local CKAN. Raises ConfigError, and
    UsageError for the public portal."""
    target = settings.find_target(name or (STAGING if STAGING in settings.targets else LOCAL))
    if target.is_production:
        raise UsageError(
            _("{name} is the public portal: a preview does not go there.").format(name=target.name),
            hint=_("Name a target for rehearsals, or none for the local CKAN."),
        )
    return replace(
        target, is_private=True, name_prefix=f"{PREFIX}{target.name_prefix}", title_prefix=f"[{_('Preview')}] "
    )


def publish(settings: Settings, reading: Reading, name: str, scratch: Path, *, target: str | None = None) -> Twin:
    """Write the twin of a dataset that passed the check. Raises UsageError for the public portal; whatever else stops it is told."""
    try:
        there = find(settings, target)
        client = Client(there.url, there.token(), patience=IMPATIENT)
    except UsageError:
        raise
    except DulieumoError as error:
        return Twin(missing=_missing(error))
    try:
        return _publish(
            replace(settings, dist=scratch, store_url="", targets={there.name: there}), client, reading, name
        )
    except DulieumoError as error:
        return Twin(missing=_missing(error))
    finally:
        client.close()


def _publish(settings: Settings, client: Client, reading: Reading, name: str) -> Twin:
    (target,) = settings.targets.values()
    store = FolderStore(settings.dist / "ckan-store")
    release = _apart(drafting.draft(reading, (name,), store))
    connection = connect.connect(settings, target.name)
    intent = connection.intent()
    receipt_file = connection.own_receipt_file
    with journal.open_journal(connection.journal_file, client.url) as book:
        seen = remote.read(client, release, intent, store, receipt=connection.receipt())
        receipt = push(plan(release, seen, intent), release, store, client, book, seen, intent)
    files.write(receipt_file, files.receipt_to_json(receipt))
    if receipt.failures:
        failure = receipt.failures[0]
        raise ConfigError(failure.message, hint=failure.hint)
    return Twin(address=f"{target.url}/dataset/{target.name_prefix}{name}", login=_login(settings.root, target))


def _apart(release: Release) -> Release:
    """The release under another catalogue's name, so that the twin's stamp and ids are not those of the real dataset."""
    return replace(release, catalog=replace(release.catalog, name=f"{PREFIX}{release.catalog.name}"))


def _missing(error: DulieumoError) -> str:
    reason = " ".join(part for part in (error.message, error.hint) if part)
    return _("No CKAN view: {reason}").format(reason=" ".join(reason.split()))


def _login(root: Path, target: Target) -> str:
    """Who sees the twin: on the local CKAN its sysadmin, whose password lies in a file."""
    state = local_state(root, target.name)
    if state is None or not state.is_file():
        return _("Hidden: log in as an editor of the publisher's organisation to see it.")
    facts = json.loads(state.read_text(encoding="utf-8"))
    return _("Hidden: log in as {user}, password in {file}").format(
        user=facts["sysadmin"], file=facts["sysadmin_password_file"]
    )
