"""The bytes of a source: a file, or an address on the network, which is asked only because the user gave it.

Limits hold for both: size, and for the network time, redirects and protocols. Nothing that the answer names is fetched, but
for the next page of a catalogue on the same server.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from dulieumo import transport
from dulieumo.errors import ConfigError, Unreachable, UsageError
from dulieumo.i18n import _

MAX_BYTES = 100_000_000
TIMEOUT_SECONDS = 120.0
_ACCEPT = "application/rdf+xml, text/turtle;q=0.9, application/ld+json;q=0.8, application/xml;q=0.7, */*;q=0.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """`origin` is the file's name or the address that answered in the end; `media_type` is "" for a file."""

    data: bytes
    origin: str
    media_type: str = ""


def is_address(source: str) -> bool:
    """Whether `source` is meant as an address. Raises UsageError for one that is not http(s), or holds a password."""
    parts = urlsplit(source)
    if not parts.scheme or "://" not in source:
        return False
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise UsageError(_("{address} is not an http:// or https:// address.").format(address=source))
    if parts.username or parts.password:
        raise UsageError(_("The address holds a user name or a password; take it out."))
    return True


def read(source: str, *, max_bytes: int = MAX_BYTES, timeout_seconds: float = TIMEOUT_SECONDS) -> Fetched:
    """The bytes of a file or an address. Raises ConfigError, UsageError, Unreachable."""
    if is_address(source):
        return _download(source, max_bytes, timeout_seconds)
    path = Path(source)
    try:
        if path.stat().st_size > max_bytes:
            raise _too_big(source, max_bytes)
        return Fetched(data=path.read_bytes(), origin=path.name)
    except FileNotFoundError as error:
        raise ConfigError(_("There is no file {file}.").format(file=source)) from error
    except OSError as error:
        raise ConfigError(_("{file} cannot be read: {reason}").format(file=source, reason=error.strerror)) from error


def _download(address: str, max_bytes: int, timeout_seconds: float) -> Fetched:
    try:
        answer = transport.send(
            address,
            headers={"Accept": _ACCEPT},
            follows_redirects=True,
            max_bytes=max_bytes,
            timeout_seconds=timeout_seconds,
        )
    except transport.TooLarge as error:
        raise _too_big(address, max_bytes) from error
    except Unreachable as error:
        hint = _("Check the address in a browser, or save the file and import that.")
        raise Unreachable(error.message, hint=error.hint or hint) from error
    if answer.status >= 300:
        raise Unreachable(_("{address} answers {status}.").format(address=answer.address, status=answer.status))
    return Fetched(data=answer.body, origin=answer.address, media_type=answer.media_type)


def _too_big(source: str, max_bytes: int) -> UsageError:
    limit = max_bytes // 1_000_000
    return UsageError(
        _("{source} is bigger than {limit} MB.").format(source=source, limit=limit),
        hint=_("Raise the limit with --max-megabytes if you trust the source."),
    )
