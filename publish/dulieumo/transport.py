"""The one way out over HTTP, but for CKAN's own calls (`ckan/client.py`, over a session of its own, with the same `Patience`).

One request with a time limit and a limit on the answer's size. Any status is an answer; what it means is the caller's to say.
A redirect is followed only where the caller asks for it, a few times, never away from http(s) and never from https to http, so
that a header with a secret goes to the address that was meant and nowhere else.
"""

from __future__ import annotations

import ipaddress
import random
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http.client import HTTPException, HTTPMessage
from typing import IO, Any
from urllib.parse import SplitResult, urlsplit

from dulieumo import __version__
from dulieumo.errors import ConfigError, Unreachable
from dulieumo.i18n import _

MAX_BYTES = 10_000_000
MAX_REDIRECTS = 5
TIMEOUT_SECONDS = 30.0
_CHUNK_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long we wait and how often we try. Times in seconds; `read_seconds` is between two bytes of an answer."""

    attempts: int = 6
    first_wait_seconds: float = 0.25
    longest_wait_seconds: float = 20.0
    connect_seconds: float = 5.0
    read_seconds: float = 120.0

    def waits(self) -> Iterator[float]:
        """The pause after each attempt but the last: twice as long each time, spread so that many do not come back at once."""
        wait = self.first_wait_seconds
        for _attempt in range(self.attempts - 1):
            yield min(wait * random.uniform(0.6, 1.4), self.longest_wait_seconds)  # noqa: S311
            wait *= 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back. `address` is the one that answered in the end; `headers` have lower-case names."""

    status: int
    body: bytes
    address: str
    media_type: str
    headers: Mapping[str, str]

    @property
    def retry_after_seconds(self) -> float | None:
        """How long the server asks us to wait, where it says so in seconds."""
        value = self.headers.get("retry-after", "")
        return float(value) if value.isdigit() else None


class TooLarge(Unreachable):
    """The answer is larger than the caller takes."""


def send(
    address: str,
    *,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    body: bytes | None = None,
    follows_redirects: bool = False,
    max_bytes: int = MAX_BYTES,
    timeout_seconds: float = TIMEOUT_SECONDS,
) -> Answer:
    """One request and its answer, whatever its status. Raises ConfigError for what is no http(s) address, Unreachable.

    Errors name the host, never the whole address, whose path may hold a secret."""
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ConfigError(_("{address} is not an http:// or https:// address.").format(address=bare(address)))
    deadline = time.monotonic() + timeout_seconds
    request = urllib.request.Request(  # noqa: S310 the scheme was looked at
        address, data=body, method=method, headers={"User-Agent": f"dulieumo/{__version__}", **(headers or {})}
    )
    try:
        with _opener(follows_redirects).open(request, timeout=min(timeout_seconds, TIMEOUT_SECONDS)) as answer:
            return _answer(answer, max_bytes, deadline)
    except urllib.error.HTTPError as error:
        with error:
            return _answer(error, max_bytes, deadline)
    except (urllib.error.URLError, HTTPException, OSError, ValueError) as error:
        raise Unreachable(
            _("{address} cannot be reached: {reason}").format(
                address=host(address), reason=getattr(error, "reason", error)
            )
        ) from error


def host(address: str) -> str:
    """Scheme, host and port: all of an address that may be shown when its path may be secret."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{_host_and_port(parts)}"


def bare(address: str) -> str:
    """An address without user, password and query: fit for a message."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{_host_and_port(parts)}{parts.path}" if parts.hostname else parts.path


def is_loopback(address: str) -> bool:
    """Whether an address is on this very machine, by its name alone: no name server is asked."""
    name = urlsplit(address).hostname or ""
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


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
                _("{address} redirects to {target}, which is not followed.").format(
                    address=bare(req.full_url), target=bare(newurl)
                )
            )
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _opener(follows_redirects: bool) -> urllib.request.OpenerDirector:
    """http and https only: urllib's own opener would read files and FTP as well."""
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler(),
        urllib.request.HTTPHandler(),
        urllib.request.HTTPSHandler(),
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.HTTPErrorProcessor(),
        *((_Redirects(),) if follows_redirects else ()),
    ):
        opener.add_handler(handler)
    return opener


def _answer(answer: Any, max_bytes: int, deadline: float) -> Answer:
    address = str(answer.geturl())
    parts, size = [], 0
    while chunk := answer.read(_CHUNK_BYTES):
        size += len(chunk)
        if size > max_bytes:
            raise TooLarge(
                _("{address} answers more than {limit} bytes.").format(address=host(address), limit=max_bytes)
            )
        if time.monotonic() > deadline:
            raise Unreachable(_("{address} takes too long to answer.").format(address=host(address)))
        parts.append(chunk)
    return Answer(
        status=int(answer.status),
        body=b"".join(parts),
        address=address,
        media_type=str(answer.headers.get_content_type()),
        headers={name.lower(): value for name, value in answer.headers.items()},
    )


def _host_and_port(parts: SplitResult) -> str:
    name = parts.hostname or ""
    name = f"[{name}]" if ":" in name else name
    return f"{name}:{parts.port}" if parts.port else name
