"""The bytes of a source: a file, or an address on the network, which is asked only because the user gave it.

Limits hold for both: size, and for the network time, redirects and protocols. Nothing that the answer names is fetched, but
for the next page of a catalogue on the same server.
"""

from __future__ import annotations

import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from http.client import HTTPMessage
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

from dulieumo import __version__
from dulieumo.errors import ConfigError, Unreachable, UsageError
from dulieumo.i18n import _

MAX_BYTES = 100_000_000
MAX_REDIRECTS = 5
TIMEOUT_SECONDS = 120.0
_CHUNK_BYTES = 256 * 1024
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


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Follows few redirects, never away from http(s), and never from https back to http."""

    max_redirections = MAX_REDIRECTS
    max_repeats = 2

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> urllib.request.Request | None:
        before, after = urlsplit(req.full_url), urlsplit(newurl)
        if after.scheme not in ("http", "https") or (before.scheme == "https" and after.scheme == "http"):
            raise Unreachable(
                _("{address} redirects to {target}, which is not followed.").format(address=req.full_url, target=newurl)
            )
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _download(address: str, max_bytes: int, timeout_seconds: float) -> Fetched:
    deadline = time.monotonic() + timeout_seconds
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler(),
        urllib.request.HTTPHandler(),
        urllib.request.HTTPSHandler(),
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.HTTPErrorProcessor(),
        _Redirects(),
    ):
        opener.add_handler(handler)
    headers = {"User-Agent": f"dulieumo/{__version__}", "Accept": _ACCEPT}
    request = urllib.request.Request(address, headers=headers)  # noqa: S310 is_address has let only http(s) through
    try:
        with opener.open(request, timeout=min(timeout_seconds, 30)) as answer:
            return Fetched(
                data=_body(answer, address, max_bytes, deadline),
                origin=str(answer.geturl()),
                media_type=str(answer.headers.get_content_type()),
            )
    except urllib.error.HTTPError as error:
        error.close()
        raise Unreachable(_("{address} answers {status}.").format(address=address, status=error.code)) from error
    except (urllib.error.URLError, OSError, ValueError) as error:
        reason = getattr(error, "reason", error)
        raise Unreachable(
            _("{address} cannot be reached: {reason}").format(address=address, reason=reason),
            hint=_("Check the address in a browser, or save the file and import that."),
        ) from error


def _body(answer: Any, address: str, max_bytes: int, deadline: float) -> bytes:
    parts, size = [], 0
    while chunk := answer.read(_CHUNK_BYTES):
        size += len(chunk)
        if size > max_bytes:
            raise _too_big(address, max_bytes)
        if time.monotonic() > deadline:
            raise Unreachable(_("{address} takes too long to answer.").format(address=address))
        parts.append(chunk)
    return b"".join(parts)


def _too_big(source: str, max_bytes: int) -> UsageError:
    limit = max_bytes // 1_000_000
    return UsageError(
        _("{source} is bigger than {limit} MB.").format(source=source, limit=limit),
        hint=_("Raise the limit with --max-megabytes if you trust the source."),
    )
