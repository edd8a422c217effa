"""Once per server, with a sysadmin's token: the organisations, the groups, and the user that publishes into them.

An organisation per publisher, a group per domain, one user who is editor in each, and an API token for that user in a file
of mode 600: the pipeline then runs with that token alone. Every step looks first, so it may be run again at any time, after
the registry gained a publisher or halfway through a failed run; what somebody else added on the server stays.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dulieumo.ckan.client import Client, Upload
from dulieumo.errors import ConfigError, NotAuthorized
from dulieumo.i18n import _
from dulieumo.model import REFERENCE_DOMAIN, Catalog

EDITOR = "dulieumo"
TOKEN_NAME = "dulieumo"  # noqa: S105 - the token's label on the user's page
_CONNECTIONS = 4
_MEDIA_TYPES = {".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".gif": "image/gif"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """An organisation or a group as we want it. `picture` is a PNG, JPEG or GIF file, None to leave the server's."""

    name: str
    title: str
    description: str
    is_organization: bool
    picture: Path | None = None

    @property
    def noun(self) -> str:
        return "organization" if self.is_organization else "group"

    @property
    def picture_name(self) -> str | None:
        """The name under which the picture is uploaded; it tells the bytes, so that an unchanged one is known."""
        if self.picture is None:
            return None
        digest = hashlib.sha256(self.picture.read_bytes()).hexdigest()[:12]
        return f"{self.name}-{digest}{self.picture.suffix.lower()}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bootstrapped:
    """What was done. Names of organisations and groups, in order; `is_new_token` when a token was made."""

    created: tuple[str, ...]
    updated: tuple[str, ...]
    unchanged: tuple[str, ...]
    is_new_user: bool
    is_new_token: bool


def wanted(catalog: Catalog, pictures: Mapping[str, Path] | None = None) -> tuple[Unit, ...]:
    """The organisations of the publishers and the groups of the domains; `pictures` by the name of either."""
    images = pictures or {}
    organizations = (
        Unit(
            name=publisher.name,
            title=str(publisher.title),
            description=str(publisher.description),
            is_organization=True,
            picture=images.get(publisher.name),
        )
        for publisher in catalog.publishers
    )
    groups = (
        Unit(
            name=domain.name,
            title=str(domain.title),
            description=str(domain.description),
            is_organization=False,
            picture=images.get(domain.name),
        )
        for domain in catalog.domains
        if domain.name != REFERENCE_DOMAIN
    )
    return (*organizations, *groups)


def bootstrap(
    client: Client,
    units: Iterable[Unit],
    *,
    token_file: Path,
    user: str = EDITOR,
    done: Callable[[str], None] = lambda _name: None,
) -> Bootstrapped:
    """Makes on the server what is missing there. `client` carries a sysadmin's token; `done` is told each unit's name.

    Raises NotAuthorized when the token is not a sysadmin's, other RemoteErrors as the server gives them."""
    _check_sysadmin(client)
    is_new_user = _ensure_user(client, user)

    def one(unit: Unit) -> tuple[str, str]:
        outcome = _ensure_unit(client, unit, user)
        done(unit.name)
        return outcome, unit.name

    with ThreadPoolExecutor(_CONNECTIONS) as pool:
        outcomes = list(pool.map(one, units))
    is_new_token = _ensure_token(client, user, token_file)

    def names(wanted_outcome: str) -> tuple[str, ...]:
        return tuple(name for outcome, name in outcomes if outcome == wanted_outcome)

    return Bootstrapped(
        created=names("created"),
        updated=names("updated"),
        unchanged=names("unchanged"),
        is_new_user=is_new_user,
        is_new_token=is_new_token,
    )


def _check_sysadmin(client: Client) -> None:
    """NotAuthorized unless the token is a sysadmin's. Asks for something that only sysadmins are shown."""
    try:
        client.read("config_option_list")
    except NotAuthorized as error:
        raise NotAuthorized(
            _("Setting up {url} needs a sysadmin's API token; this one is not, or is refused.").format(url=client.url),
            hint=_("Make a token on the page of a sysadmin user, and name its file with --sysadmin-token-file."),
        ) from error


def _ensure_user(client: Client, name: str) -> bool:
    """True when the user was made. A deleted one of that name is an error: bringing it back is a person's decision."""
    found = client.find("user_show", id=name)
    if found is None:
        body = {
            "name": name,
            "fullname": "dulieumo",
            "email": f"{name}@dulieumo.invalid",  # a name that can belong to nobody: the user gets no mail
            "password": secrets.token_urlsafe(32),  # nobody logs in as it; it has a token
        }
        client.write("user_create", body, landed=lambda: client.find("user_show", id=name))
        return True
    if found.get("state") != "active":
        raise ConfigError(
            _("The user {name} was deleted on {url}.").format(name=name, url=client.url),
            hint=_("Bring it back on the server, or choose another name with --user."),
        )
    return False


def _ensure_unit(client: Client, unit: Unit, user: str) -> str:
    """Makes, mends or leaves one organisation or group; "created", "updated" or "unchanged"."""
    found = _show(client, unit)
    if found is None:
        body = {
            "name": unit.name,
            "title": unit.title,
            "description": unit.description,
            "users": [{"name": user, "capacity": "editor"}],
        }
        client.write(f"{unit.noun}_create", body, uploads=(), landed=lambda: _show(client, unit))
        if unit.picture is not None:
            _patch(client, unit, {}, unit.picture)
        return "created"
    texts = {"title": unit.title, "description": unit.description, "state": "active"}
    patch = {key: value for key, value in texts.items() if (found.get(key) or "") != value}
    picture = unit.picture if _lacks_picture(unit, found) else None
    if patch or picture is not None:
        _patch(client, unit, patch, picture)
    is_member = any(
        member["name"] == user and member.get("capacity") in ("editor", "admin") for member in found.get("users", ())
    )
    if not is_member:
        member = {"id": unit.name, "username": user, "role": "editor"}
        client.write(f"{unit.noun}_member_create", member, is_repeatable=True)
    return "unchanged" if is_member and not patch and picture is None else "updated"


def _show(client: Client, unit: Unit) -> Any | None:
    return client.find(
        f"{unit.noun}_show",
        id=unit.name,
        include_datasets=False,
        include_dataset_count=False,
        include_users=True,
        include_groups=False,
        include_tags=False,
        include_extras=False,
        include_followers=False,
    )


def _lacks_picture(unit: Unit, found: Mapping[str, Any]) -> bool:
    name = unit.picture_name
    return name is not None and not str(found.get("image_url") or "").endswith(name)


def _patch(client: Client, unit: Unit, patch: Mapping[str, str], picture: Path | None) -> None:
    uploads: tuple[Upload, ...] = ()
    if picture is not None:
        media_type = _MEDIA_TYPES.get(picture.suffix.lower())
        if media_type is None:
            raise ConfigError(
                _("{file} is no picture that CKAN takes.").format(file=picture),
                hint=_("Give a PNG, JPEG or GIF file."),
            )
        name = unit.picture_name or picture.name
        uploads = (
            Upload(field="image_upload", file_name=name, media_type=media_type, open=lambda: picture.open("rb")),
        )
    client.write(f"{unit.noun}_patch", {"id": unit.name, **patch}, uploads=uploads, is_repeatable=True)


def _ensure_token(client: Client, user: str, token_file: Path) -> bool:
    """True when a token was made: the file has none, or one that this server does not take (any more)."""
    if token_file.is_file() and _works(client.url, user, token_file.read_text(encoding="utf-8").strip()):
        token_file.chmod(0o600)
        return False
    answer = client.write("api_token_create", {"user": user, "name": TOKEN_NAME})
    token_file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    temporary = token_file.with_name(f".{token_file.name}.{os.getpid()}")
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(f"{answer['token']}\n")
    temporary.replace(token_file)
    return True


def _works(url: str, user: str, token: str) -> bool:
    """Whether the token speaks for this user on this server: CKAN shows a user's tokens to itself (and to sysadmins)."""
    if not token:
        return False
    editor = Client(url, token)
    try:
        tokens = editor.read("api_token_list", user_id=user)
    except NotAuthorized:
        return False
    finally:
        editor.close()
    return bool(tokens)
