"""What a change would do to the staging CKAN: a plan made for the comment, or one sentence that says why there is none.

The target is read from the commit that the change starts from: a change that names another address for `staging` does not get
the token sent there. Nothing is written to the server.
"""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from dulieumo import config
from dulieumo.check.report import CheckReport
from dulieumo.ci import changed as git
from dulieumo.config import Settings, Target
from dulieumo.descriptors import Reading
from dulieumo.errors import ConfigError, NotAuthorized, RemoteError
from dulieumo.i18n import _
from dulieumo.model import EMPTY
from dulieumo.store import FolderStore
from dulieumo.transport import Patience

TARGET = "staging"
PATIENCE = Patience(attempts=3)
"""A comment without a plan is better than a check that waits for a server that is away."""
_SETTINGS = ("dulieumo.toml", "pyproject.toml")


@dataclass(frozen=True, slots=True, kw_only=True)
class Staging:
    """`plan` as plan.json has it; empty where none was made, and then `missing` says why."""

    plan: Mapping[str, Any] = field(default_factory=lambda: EMPTY)
    missing: str = ""


def look(settings: Settings, commit: str, reading: Reading, report: CheckReport, names: Collection[str]) -> Staging:
    """The plan for the datasets of `names` against the target `staging` as `commit` declares it. Never raises RemoteError."""
    target = declared(settings.root, commit)
    if target is None:
        return Staging(missing=_("No plan: dulieumo.toml of the main branch declares no [targets.staging]."))
    try:
        target.token()
    except NotAuthorized:
        return Staging(
            missing=_("No plan against staging: this run has no {variable}, as in a pull request from a fork.").format(
                variable=target.token_variable
            )
        )
    if not report.is_valid:
        return Staging(missing=_("The plan against staging is made when the data passes."))
    if not names:
        return Staging()
    try:
        return Staging(plan=_plan(settings, target, reading, names))
    except (RemoteError, ConfigError) as error:
        return Staging(missing=_("No plan against staging: {reason}").format(reason=error.message))


def declared(root: Path, commit: str) -> Target | None:
    """The target `staging` in the settings of `commit`; None where it declares none, or cannot be read."""
    with tempfile.TemporaryDirectory(prefix="dulieumo-settings-") as folder:
        for name in _SETTINGS:
            if git.git(root, "ls-tree", "--name-only", commit, "--", name).strip():
                (Path(folder) / name).write_text(git.git(root, "show", f"{commit}:./{name}"), encoding="utf-8")
        try:
            target = config.load(Path(folder), {}).targets.get(TARGET)
        except ConfigError:
            return None
    return target


def _plan(settings: Settings, target: Target, reading: Reading, names: Collection[str]) -> dict[str, Any]:
    from dulieumo import drafting
    from dulieumo.ckan import connect, files, remote
    from dulieumo.ckan.client import Client
    from dulieumo.ckan.plan import plan

    with tempfile.TemporaryDirectory(prefix="dulieumo-staging-") as folder:
        store = FolderStore(Path(folder) / "store")
        release = drafting.draft(reading, names, store)
        there = replace(settings, dist=Path(folder), store_url="", targets={TARGET: target})
        connection = connect.connect(there, TARGET)
        intent = connection.intent()
        client = Client(target.url, target.token(), patience=PATIENCE)
        try:
            made = plan(release, remote.read(client, release, intent, store, receipt=None), intent)
        finally:
            client.close()
    own = tuple(item for item in made.datasets if item.refusal != "left-repository")  # the rest was not drafted
    return files.plan_to_json(replace(made, datasets=own))
