"""Signed messages to a webhook, by the Standard Webhooks scheme (https://www.standardwebhooks.com), so that ready libraries verify them.

    webhook-id: msg_…                     the same for the same message, however often it is sent: the idempotency key
    webhook-timestamp: 1796083200         when this attempt was made, in seconds; a receiver refuses old ones
    webhook-signature: v1,<base64>        HMAC-SHA256 over "<id>.<timestamp>.<body>" with the secret that both sides know

The body is JSON: `type`, `timestamp` and `data`. Only https, but for this very machine; no redirect is followed. An address may
hold a secret of its own, so messages name the host only.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import secrets
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from dulieumo import canonical, transport
from dulieumo.config import Settings
from dulieumo.errors import ConfigError, NotAuthorized, Rejected, RemoteError, Unreachable
from dulieumo.i18n import _
from dulieumo.transport import Patience

PREFIX = "whsec_"
SECRET_VARIABLE = "DULIEUMO_WEBHOOK_SECRET"  # noqa: S105 the name of a variable
SHORTEST_SECRET_BYTES = 24
PATIENCE = Patience(attempts=5, first_wait_seconds=0.5, longest_wait_seconds=20.0, read_seconds=20.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """Where messages go, and the secret that signs them, which is in no representation of this value."""

    url: str = field(repr=False)
    secret: bytes = field(repr=False)

    @property
    def host(self) -> str:
        return transport.host(self.url)


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """`kind` is its type, such as `data.due`. `data` is what it tells; the same data has the same `id` at any time."""

    kind: str
    data: Mapping[str, Any]

    @property
    def id(self) -> str:
        return "msg_" + canonical.hash_of([self.kind, self.data]).removeprefix("sha256:")[:32]

    def body(self, now: datetime) -> bytes:
        value = {"type": self.kind, "timestamp": now.isoformat(timespec="seconds"), "data": self.data}
        return json.dumps(value, ensure_ascii=False).encode()


def find(settings: Settings, environment: Mapping[str, str] = os.environ) -> Webhook:
    """The webhook of the settings. Raises ConfigError for a missing or unsafe address, NotAuthorized for a missing secret."""
    url = settings.webhook
    if not url:
        raise ConfigError(
            _("There is no webhook."),
            hint=_("Set DULIEUMO_WEBHOOK, or webhook in dulieumo.toml, to its address."),
        )
    parts = urlsplit(url)
    if parts.username or parts.password:
        raise ConfigError(_("The webhook's address holds a password; take it out."))
    if parts.scheme != "https" and not (parts.scheme == "http" and transport.is_loopback(url)):
        raise ConfigError(
            _("The webhook at {host} is not https.").format(host=transport.host(url)),
            hint=_("Reminders are sent over https only; http is for this very machine."),
        )
    return Webhook(url=url, secret=_secret(settings.webhook_secret_file, environment))


def new_secret(path: Path) -> None:
    """Write a new secret, readable by its owner only. Raises ConfigError where the file is there already."""
    text = PREFIX + base64.b64encode(secrets.token_bytes(32)).decode() + "\n"
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise ConfigError(
            _("{path} is there already.").format(path=path),
            hint=_("Whoever verifies with the old secret would be shut out: name another file."),
        ) from error
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(text)


def sign(secret: bytes, message_id: str, timestamp: int, body: bytes) -> str:
    """The value of `webhook-signature`."""
    digest = hmac.new(secret, f"{message_id}.{timestamp}.".encode() + body, hashlib.sha256).digest()
    return "v1," + base64.b64encode(digest).decode()


def post(
    to: Webhook, message: Message, *, patience: Patience = PATIENCE, clock: Callable[[], float] = time.time
) -> None:
    """Send until the receiver takes it. 429, 5xx and silence are tried again, each time signed anew under the same id.

    Raises Rejected for any other answer, Unreachable when patience ends."""
    body = message.body(datetime.fromtimestamp(clock(), UTC))
    waits = patience.waits()
    while True:
        try:
            _attempt(to, message.id, body, int(clock()), patience)
        except _Later as failure:
            wait = next(waits, None)
            if wait is None:
                raise Unreachable(
                    _("The webhook at {host} does not take the message: {reason}").format(
                        host=to.host, reason=failure.message
                    ),
                    hint=_("Nothing is lost: run the command again later; a message sent twice has the same id."),
                ) from failure
            time.sleep(
                wait if failure.wait_seconds is None else min(failure.wait_seconds, patience.longest_wait_seconds)
            )
        else:
            return


class _Later(RemoteError):
    """Worth another attempt. `wait_seconds`: what the receiver asked for."""

    def __init__(self, message: str, wait_seconds: float | None = None) -> None:
        super().__init__(message)
        self.wait_seconds = wait_seconds


def _attempt(to: Webhook, message_id: str, body: bytes, timestamp: int, patience: Patience) -> None:
    headers = {
        "Content-Type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": sign(to.secret, message_id, timestamp, body),
    }
    try:
        answer = transport.send(
            to.url, method="POST", headers=headers, body=body, timeout_seconds=patience.read_seconds
        )
    except Unreachable as error:
        raise _Later(error.message) from error
    if answer.status in (408, 429) or answer.status >= 500:
        raise _Later(_("it answers {status}").format(status=answer.status), answer.retry_after_seconds)
    if answer.status >= 300:
        raise Rejected(
            _("The webhook at {host} refuses the message: it answers {status}.").format(
                host=to.host, status=answer.status
            ),
            hint=_("Compare the address and the secret with those of the receiver; a redirect is not followed."),
        )


def _secret(file: Path | None, environment: Mapping[str, str]) -> bytes:
    text = environment.get(SECRET_VARIABLE, "").strip()
    if not text and file is not None and file.is_file():
        if sys.platform != "win32" and file.stat().st_mode & 0o077:
            raise ConfigError(
                _("Others may read the secret in {path}.").format(path=file),
                hint=_("Make it yours alone: chmod 600 {path}").format(path=file),
            )
        text = file.read_text(encoding="utf-8").strip()
    if not text:
        raise NotAuthorized(
            _("There is no secret to sign the webhook's messages with."),
            hint=_(
                "Put it into the environment variable {variable}, or make one with `dulieumo due --new-secret FILE`"
                " and name that file as webhook_secret_file in dulieumo.toml."
            ).format(variable=SECRET_VARIABLE),
        )
    try:
        secret = base64.b64decode(text.removeprefix(PREFIX), validate=True)
    except ValueError:  # binascii.Error is one; so are letters that are not ASCII
        secret = b""
    if len(secret) < SHORTEST_SECRET_BYTES:
        raise ConfigError(
            _("The webhook's secret is not one: it is whsec_ and at least 24 bytes in base64."),
            hint=_("Make one with: dulieumo due --new-secret FILE"),
        )
    return secret
