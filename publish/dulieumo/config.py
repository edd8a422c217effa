"""Settings: flags > DULIEUMO_* > dulieumo.toml > pyproject.toml [tool.dulieumo] > defaults. Typos are errors.

    # dulieumo.toml
    datasets = "datasets"            # the catalogue's folder
    dist = "dist"                    # where the stages write
    store = "s3://bucket/prefix"     # where versions and releases lie; dist/store by default
    target = "local"                 # the target used when none is named
    webhook = "https://mail.example.org/nhac-viec"              # where `dulieumo due --webhook` sends the reminders
    webhook_secret_file = "~/.config/dulieumo/webhook.secret"   # or DULIEUMO_WEBHOOK_SECRET in the environment

    [targets.production]
    url = "https://data.example.org"
    production = true                # refuses sample data
    max_upload_mb = 200              # the server's ckan.max_resource_size: a larger file is refused before anything is sent
    token_file = "~/.config/dulieumo/production.token"   # or DULIEUMO_TOKEN_PRODUCTION in the environment

    [targets.staging]                # a rehearsal on the same server: hidden, under names of its own
    url = "https://data.example.org"
    private = true
    name_prefix = "thu-"
    title_prefix = "[Thử] "

    [targets.production.policies]    # what becomes of an edit made on CKAN: "ours" (the default), "adopt" or "leave"
    tags = "adopt"

Secrets never stand in these files, only where to find them.
"""

from __future__ import annotations

import difflib
import json
import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from dulieumo.errors import ConfigError, NotAuthorized
from dulieumo.i18n import _

LOCAL = "local"
LOCAL_STATE = Path(".local-ckan")
_KEYS = ("datasets", "dist", "store", "target", "webhook", "webhook_secret_file", "targets")
_TARGET_KEYS = (
    "url",
    "production",
    "private",
    "token_file",
    "name_prefix",
    "title_prefix",
    "file_base_url",
    "max_upload_mb",
    "policies",
)
_POLICIES = ("ours", "adopt", "leave")


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A CKAN to publish to. The token is read when it is needed, and is in no representation of this value.

    `is_private`: datasets stay hidden, as in a rehearsal; `name_prefix` and `title_prefix` keep a rehearsal apart from the real
    thing on the same server. `file_base_url`: the public address of the store, to link files instead of uploading them.
    `max_upload_mb`: the largest file that the server takes, which it tells to nobody but its sysadmins; None: not known.
    `policies`: by field of the CKAN dataset, what becomes of an edit made there: "ours", "adopt" or "leave"."""

    name: str
    url: str
    is_production: bool = False
    is_private: bool = False
    token_file: Path | None = None
    name_prefix: str = ""
    title_prefix: str = ""
    file_base_url: str | None = None
    max_upload_mb: int | None = None
    policies: Mapping[str, str] = field(default_factory=dict)

    @property
    def token_variable(self) -> str:
        return "DULIEUMO_TOKEN_" + "".join(letter if letter.isalnum() else "_" for letter in self.name.upper())

    def token(self, environment: Mapping[str, str] = os.environ) -> str:
        """The API token: from the environment, else from the file. Raises NotAuthorized where neither has one."""
        found = environment.get(self.token_variable, "").strip()
        if not found and self.token_file is not None and self.token_file.is_file():
            found = self.token_file.read_text(encoding="utf-8").strip()
        if not found:
            raise NotAuthorized(
                _("There is no API token for the target {name}.").format(name=self.name),
                hint=_(
                    "Put it into the environment variable {variable}, or name a token_file in dulieumo.toml."
                ).format(variable=self.token_variable),
            )
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """`root` is the folder of the catalogue's project; the other paths are absolute.

    `store_url` is where versions and releases lie, as `stores.open_store` takes it; empty means the folder `store`.
    `webhook` is the address for reminders and notices, "" for none; it may hold a secret of its own, so it is not shown."""

    root: Path
    datasets: Path
    dist: Path
    target: str
    targets: Mapping[str, Target]
    store_url: str = ""
    webhook: str = field(default="", repr=False)
    webhook_secret_file: Path | None = None

    @property
    def store(self) -> Path:
        return self.dist / "store"

    @property
    def site(self) -> Path:
        return self.dist / "site"

    @property
    def site_server(self) -> Path:
        """The record of the server that shows the site in the background."""
        return self.dist / "site-server.json"

    def find_target(self, name: str | None = None) -> Target:
        """The target of that name, else the default one. Raises ConfigError where it is not declared."""
        wanted = name or self.target
        if wanted in self.targets:
            return self.targets[wanted]
        state = local_state(self.root, wanted)
        if state is not None:
            return _local_target(wanted, state)
        raise ConfigError(
            _("There is no target {name}.").format(name=wanted),
            hint=_("Declare [targets.{name}] in dulieumo.toml. Known: {known}.").format(
                name=wanted, known=", ".join([*self.targets, LOCAL])
            ),
        )


def load(start: Path | None = None, environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings for the project that `start` (the working folder by default) lies in. Raises ConfigError."""
    root = _root((start or Path.cwd()).resolve())
    file, values = _file(root)
    _no_typos(values, _KEYS, file)
    targets = {}
    for name, entry in _table(values, "targets", file).items():
        _table({name: entry}, name, file)
        _no_typos(entry, _TARGET_KEYS, file)
        targets[name] = _target(name, entry, root, file)

    def setting(name: str, default: str) -> str:
        value = environment.get(f"DULIEUMO_{name.upper()}") or values.get(name, default)
        if not isinstance(value, str):
            raise ConfigError(_("{key} in {file} must be a text.").format(key=name, file=file))
        return value

    return Settings(
        root=root,
        datasets=root / setting("datasets", "datasets"),
        dist=root / setting("dist", "dist"),
        target=setting("target", LOCAL),
        targets=targets,
        store_url=_store(setting("store", ""), root),
        webhook=setting("webhook", ""),
        webhook_secret_file=_path(setting("webhook_secret_file", ""), root),
    )


def _path(text: str | None, root: Path) -> Path | None:
    """A file of the settings: relative to the project's folder, with ~ for the user's own."""
    return root / Path(text).expanduser() if text else None


def _store(address: str, root: Path) -> str:
    """A folder relative to the project's, or an address such as s3://bucket/prefix; empty where none is set."""
    return str(root / address) if address and "://" not in address else address


def with_flags(settings: Settings, *, datasets: Path | None = None, dist: Path | None = None) -> Settings:
    """The settings with what the command line says, which rules over all else."""
    return replace(
        settings,
        datasets=datasets.resolve() if datasets else settings.datasets,
        dist=dist.resolve() if dist else settings.dist,
    )


def _root(start: Path) -> Path:
    """The nearest folder upwards that has dulieumo.toml, or a datasets/catalog.yaml; else `start`."""
    for folder in (start, *start.parents):
        if (folder / "dulieumo.toml").is_file() or (folder / "datasets" / "catalog.yaml").is_file():
            return folder
    return start


def _file(root: Path) -> tuple[str, dict[str, Any]]:
    own, project = root / "dulieumo.toml", root / "pyproject.toml"
    for path in (own, project):
        if not path.is_file():
            continue
        try:
            values = tomllib.loads(path.read_text(encoding="utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise ConfigError(_("{file} cannot be read: {reason}").format(file=path.name, reason=error)) from error
        if path == project:
            values = values.get("tool", {}).get("dulieumo", {})
        return path.name, values
    return "dulieumo.toml", {}


def _table(values: Mapping[str, Any], key: str, file: str) -> Mapping[str, Any]:
    entry = values.get(key, {})
    if not isinstance(entry, dict):
        raise ConfigError(_("{key} in {file} must be a table of keys and values.").format(key=key, file=file))
    return entry


def _no_typos(values: Mapping[str, Any], known: tuple[str, ...], file: str) -> None:
    for key in values:
        if key not in known:
            near = difflib.get_close_matches(key, known, n=1)
            hint = (
                _("Did you mean {near}?").format(near=near[0])
                if near
                else _("Known: {known}.").format(known=", ".join(known))
            )
            raise ConfigError(_("{file} has an unknown key {key}.").format(file=file, key=key), hint=hint)


def _target(name: str, entry: Mapping[str, Any], root: Path, file: str) -> Target:
    address = urlsplit(str(entry.get("url", "")))
    if address.scheme not in ("http", "https") or not address.hostname:
        raise ConfigError(
            _("The target {name} in {file} needs a url that begins with https://.").format(name=name, file=file)
        )
    if address.username or address.password:
        raise ConfigError(_("The url of the target {name} holds a password; take it out.").format(name=name))
    policies = entry.get("policies", {})
    for key, policy in policies.items():
        if policy not in _POLICIES:
            raise ConfigError(
                _("{file}: the policy of {key} for the target {name} must be one of {known}.").format(
                    file=file, key=key, name=name, known=", ".join(_POLICIES)
                )
            )
    max_upload_mb = entry.get("max_upload_mb")
    if max_upload_mb is not None and (type(max_upload_mb) is not int or max_upload_mb < 1):
        raise ConfigError(
            _("{file}: max_upload_mb of the target {name} must be a whole number of megabytes.").format(
                file=file, name=name
            )
        )
    token_file = entry.get("token_file")
    return Target(
        name=name,
        url=str(entry["url"]).rstrip("/"),
        is_production=bool(entry.get("production", False)),
        is_private=bool(entry.get("private", False)),
        token_file=_path(token_file, root),
        name_prefix=str(entry.get("name_prefix", "")),
        title_prefix=str(entry.get("title_prefix", "")),
        file_base_url=entry.get("file_base_url"),
        max_upload_mb=max_upload_mb,
        policies=policies,
    )


def local_state(root: Path, target: str) -> Path | None:
    """Where `dulieumo ckan up` describes the CKAN that it started: for the target `local` the usual one, for `local-2.11.5`
    or `local-2.12.0-extensions` that of another version or with extensions. None for a target that is no such CKAN."""
    if target == LOCAL:
        return root / LOCAL_STATE / "target.json"
    flavour = re.fullmatch(rf"{LOCAL}-(\d+\.\d+\.\d+(?:-extensions)?)", target)
    return root / LOCAL_STATE / flavour.group(1) / "target.json" if flavour else None


def _local_target(name: str, state: Path) -> Target:
    """The CKAN of `dulieumo ckan up`, as that command describes it."""
    if not state.is_file():
        raise ConfigError(
            _("There is no local CKAN yet.")
            if name == LOCAL
            else _("There is no local CKAN {name} yet.").format(name=name),
            hint=_("Start it with: dulieumo ckan up — or name another target with --target.")
            if name == LOCAL
            else _("Start it with “dulieumo ckan up”, with its --version and --extensions."),
        )
    facts = json.loads(state.read_text(encoding="utf-8"))
    return Target(name=name, url=facts["url"].rstrip("/"), token_file=Path(facts["editor_token_file"]))
