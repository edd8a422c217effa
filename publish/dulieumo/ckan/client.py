"""The one door to a CKAN server: ckanapi's calls over a session of ours, with what ckanapi lacks.

Every request has a timeout. A read is repeated after any failure, with backoff and the server's `Retry-After`. A write is
repeated only when the server cannot have seen it, when it may be repeated without harm, or after the caller has read back
that it left no trace (`landed`). Uploads are streamed. The token goes to the server's own origin and nowhere else.

What an answer means is decided here, once:

    JSON, success                       the result
    404 with CKAN's "Not Found Error"   NotThere: CKAN itself says so, and nothing else does
    403                                 NotAuthorized
    409, 400                            Rejected, with CKAN's own words per field
    all else                            Unreachable: 5xx, 429, HTML, a redirect, a torn answer, silence
"""

from __future__ import annotations

import hashlib
import json
import logging
import random
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from decimal import Decimal
from http.cookiejar import DefaultCookiePolicy
from typing import Any, BinaryIO
from urllib.parse import urlsplit

import ckanapi
import requests
from requests.adapters import HTTPAdapter
from requests_toolbelt import MultipartEncoder
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

from dulieumo import __version__
from dulieumo.errors import NotAuthorized, Rejected, RemoteError, Unreachable
from dulieumo.i18n import _
from dulieumo.transport import Patience as Patience
from dulieumo.transport import bare as _bare

log = logging.getLogger(__name__)
_CHUNK_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file to be sent: the form field, the name it shall have, and how to open it anew for each attempt."""

    field: str
    file_name: str
    media_type: str
    open: Callable[[], BinaryIO]


@dataclass(frozen=True, slots=True, kw_only=True)
class Download:
    """What a GET of a file gave. `sha256` (hex) and `bytes` are of the body as received; `headers` have lower-case names."""

    url: str
    status: int
    sha256: str
    bytes: int
    headers: Mapping[str, str]


class NotThere(RemoteError):
    """CKAN itself says that the thing does not exist (or was deleted, for those who may not see it)."""


class Conflict(Rejected):
    """CKAN refused by field. `fields` are the names of the fields with its own words."""

    def __init__(self, message: str, *, fields: Mapping[str, Any], hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.fields = fields

    @property
    def is_match(self) -> bool:
        """The `match` of a package_revise did not hold: somebody else was here first."""
        return "match" in self.fields


class Uncertain(Unreachable):
    """No usable answer, and the server may have done it all the same."""


class Crashed(Uncertain):
    """The server answered 500: it failed at this very request."""


class _NotDelivered(Unreachable):
    """No usable answer, and the server cannot have done anything. `wait_seconds`: what it asked for, if it did."""

    def __init__(self, message: str, *, hint: str | None = None, wait_seconds: float | None = None) -> None:
        super().__init__(message, hint=hint)
        self.wait_seconds = wait_seconds


class Client:
    """One server, with or without a token. Safe to use from several threads."""

    def __init__(
        self, url: str, token: str | None = None, *, patience: Patience | None = None, connections: int = 8
    ) -> None:
        self.url = url.rstrip("/")
        self.patience = patience or Patience()
        self.requests_sent = 0
        self.writes_sent = 0
        self._session = _Session(self.url, token, self.patience, connections)
        self._remote = ckanapi.RemoteCKAN(self.url, user_agent=f"dulieumo/{__version__}", session=self._session)

    def __repr__(self) -> str:
        return f"Client({self.url!r}, {'with token' if self._session.has_token else 'anonymous'})"

    @property
    def is_anonymous(self) -> bool:
        return not self._session.has_token

    def close(self) -> None:
        self._session.close()

    def read(self, action: str, **data: Any) -> Any:
        """Call an action that changes nothing; repeated until it answers or patience ends. Raises RemoteError."""
        return self._persist(action, lambda: self._call(action, data, ()), is_repeatable=True, landed=None)

    def read_exact(self, action: str, **data: Any) -> Any:
        """`read` where numbers with a point come as Decimal, so that no digit is lost. Raises RemoteError."""

        def once() -> Any:
            self.requests_sent += 1
            with _Translated(action, self.url):
                response = self._session.post(
                    f"{self.url}/api/action/{action}",
                    data=json.dumps(data).encode(),
                    headers={"Content-Type": "application/json", "User-Agent": self._remote.user_agent},
                    allow_redirects=False,
                )
                if response.status_code != 200:
                    return ckanapi.common.reverse_apicontroller_action(action, response.status_code, response.text)
                try:
                    answer = json.loads(response.text, parse_float=Decimal)
                    return answer["result"]
                except (ValueError, KeyError, TypeError) as error:
                    raise ckanapi.errors.CKANAPIError(action) from error

        return self._persist(action, once, is_repeatable=True, landed=None)

    def find(self, action: str, **data: Any) -> Any | None:
        """`read`, or None where CKAN says that it does not exist."""
        try:
            return self.read(action, **data)
        except NotThere:
            return None

    def write(
        self,
        action: str,
        data: Mapping[str, Any],
        *,
        uploads: Sequence[Upload] = (),
        is_repeatable: bool = False,
        landed: Callable[[], Any | None] | None = None,
    ) -> Any:
        """Call an action that changes something.

        After an uncertain end: repeated when `is_repeatable`; else `landed()` reads back and returns the result if the
        write took effect, or None, and then it is repeated; without either, Uncertain is raised. Raises RemoteError.
        """

        def once() -> Any:
            self.writes_sent += 1
            return self._call(action, data, uploads)

        return self._persist(action, once, is_repeatable=is_repeatable, landed=landed)

    def write_json(
        self, action: str, body: bytes, *, is_repeatable: bool = False, landed: Callable[[], Any | None] | None = None
    ) -> Any:
        """`write` with the JSON ready made: rows become JSON column by column, many times faster than cell by cell."""

        def once() -> Any:
            self.writes_sent += 1
            self.requests_sent += 1
            with _Translated(action, self.url):
                response = self._session.post(
                    f"{self.url}/api/action/{action}",
                    data=body,
                    headers={"Content-Type": "application/json", "User-Agent": self._remote.user_agent},
                    allow_redirects=False,
                )
                return ckanapi.common.reverse_apicontroller_action(action, response.status_code, response.text)

        return self._persist(action, once, is_repeatable=is_repeatable, landed=landed)

    def download(self, url: str, *, headers: Mapping[str, str] | None = None) -> Download:
        """GET a file, hashing as it comes; nothing is kept. Any status is an answer but 429 and 5xx. Raises RemoteError.

        A 500 that stays is an answer too: CKAN 2.12.0 gives it for a file that its disk has lost."""
        try:
            return self._persist("GET", lambda: self._download(url, headers or {}), is_repeatable=True, landed=None)  # type: ignore[no-any-return]
        except Crashed:
            return Download(url=url, status=500, sha256="", bytes=0, headers={})

    def at_home(self, url: str) -> str:
        """A URL of the server as we reach it: CKAN names its own (`ckan.site_url`), which may be another way in."""
        return urlsplit(url)._replace(scheme=urlsplit(self.url).scheme, netloc=urlsplit(self.url).netloc).geturl()

    def read_file(self, url: str, *, limit_bytes: int) -> bytes:
        """The body of a file of at most `limit_bytes`. Raises RemoteError."""

        def once() -> bytes:
            self.requests_sent += 1
            with _Translated("GET", self.url):
                response = self._session.get(url, stream=True)
                if response.status_code != 200:
                    raise NotThere(_("{url} answers {status}.").format(url=_bare(url), status=response.status_code))
                body = b""
                for chunk in response.iter_content(_CHUNK_BYTES):
                    body += chunk
                    if len(body) > limit_bytes:
                        raise RemoteError(
                            _("{url} is larger than {limit} bytes.").format(url=_bare(url), limit=limit_bytes)
                        )
                return body

        return self._persist("GET", once, is_repeatable=True, landed=None)  # type: ignore[no-any-return]

    def _download(self, url: str, headers: Mapping[str, str]) -> Download:
        self.requests_sent += 1
        with _Translated("GET", self.url):
            response = self._session.get(url, headers={"Accept-Encoding": "identity", **headers}, stream=True)
            digest, received = hashlib.sha256(), 0
            for chunk in response.iter_content(_CHUNK_BYTES):
                digest.update(chunk)
                received += len(chunk)
            lower = {name.lower(): value for name, value in response.headers.items()}
            return Download(
                url=response.url, status=response.status_code, sha256=digest.hexdigest(), bytes=received, headers=lower
            )

    def _call(self, action: str, data: Mapping[str, Any], uploads: Sequence[Upload]) -> Any:
        self.requests_sent += 1
        with _Translated(action, self.url), ExitStack() as opened:
            if not uploads:
                return self._remote.call_action(action, dict(data))
            files = {
                upload.field: (upload.file_name, opened.enter_context(upload.open()), upload.media_type)
                for upload in uploads
            }
            return self._remote.call_action(action, dict(data), files=files)

    def _persist(
        self, action: str, once: Callable[[], Any], *, is_repeatable: bool, landed: Callable[[], Any | None] | None
    ) -> Any:
        wait = self.patience.first_wait_seconds
        for attempt in range(1, self.patience.attempts + 1):
            is_last = attempt == self.patience.attempts
            try:
                return once()
            except _NotDelivered as failure:
                if is_last:
                    raise
                pause = failure.wait_seconds if failure.wait_seconds is not None else wait * random.uniform(0.6, 1.4)  # noqa: S311
                log.info("%s: %s, again in %.1f s", action, failure.message, pause)
            except Uncertain as failure:
                if landed is not None:
                    # Give a server that is restarting the time to finish what it had begun.
                    time.sleep(min(wait, self.patience.longest_wait_seconds))
                    result = landed()
                    if result is not None:
                        log.info("%s: %s, but it took effect", action, failure.message)
                        return result
                elif not is_repeatable:
                    raise
                if is_last:
                    raise
                pause = 0.0 if landed is not None else wait * random.uniform(0.6, 1.4)  # noqa: S311
                log.info("%s: %s, again in %.1f s", action, failure.message, pause)
            time.sleep(min(pause, self.patience.longest_wait_seconds))
            wait = min(wait * 2, self.patience.longest_wait_seconds)
        raise AssertionError("the last attempt returns or raises")


class _Session(requests.Session):
    """requests.Session with timeouts, streamed multipart, no cookies, and a token that stays at its origin."""

    def __init__(self, url: str, token: str | None, patience: Patience, connections: int) -> None:
        super().__init__()
        self._timeout = (patience.connect_seconds, patience.read_seconds)
        self._auth = _TokenAuth(url, token)
        self.has_token = token is not None
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        adapter = HTTPAdapter(pool_connections=2, pool_maxsize=connections, max_retries=0)
        self.mount("http://", adapter)
        self.mount("https://", adapter)

    def request(self, method: str | bytes, url: str | bytes, *args: Any, **kwargs: Any) -> requests.Response:
        kwargs["timeout"] = self._timeout  # ckanapi passes None for "none"
        kwargs["auth"] = self._auth
        files = kwargs.pop("files", None)
        if files:
            fields = {_text(name): _text(value) for name, value in (kwargs.pop("data") or {}).items()}
            encoder = MultipartEncoder({**fields, **files})
            kwargs["data"] = encoder
            kwargs["headers"] = {**kwargs.get("headers", {}), "Content-Type": encoder.content_type}
        response = super().request(method, url, *args, **kwargs)
        _check_status(response)
        return response


class _TokenAuth(requests.auth.AuthBase):
    """Adds the token to requests for the server's own scheme, host and port. requests drops it on a redirect elsewhere."""

    def __init__(self, url: str, token: str | None) -> None:
        self._origin = _origin(url)
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self._token is not None and _origin(request.url or "") == self._origin:
            request.headers["Authorization"] = self._token
        return request

    def __repr__(self) -> str:
        return "_TokenAuth(…)"


def _origin(url: str) -> tuple[str, str, int | None]:
    parts = urlsplit(url)
    default = {"http": 80, "https": 443}.get(parts.scheme)
    return parts.scheme, parts.hostname or "", parts.port or default


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def _check_status(response: requests.Response) -> None:
    """Raise what a status alone decides; the rest is in the body."""
    url, status = _bare(response.url), response.status_code
    if status == 429:
        raise _NotDelivered(
            _("{url} asks us to slow down (429).").format(url=url),
            hint=_("Run the command again later, or with fewer workers (--jobs 1)."),
            wait_seconds=_retry_after(response),
        )
    if status >= 500:
        kind = Crashed if status == 500 else Uncertain
        raise kind(
            _("{url} answered {status}.").format(url=url, status=status),
            hint=_("The server has a problem of its own: look at CKAN's log, then run the command again."),
        )
    if status == 413:
        raise Rejected(
            _("{url} says that this upload is too large (413).").format(url=url),
            hint=_(
                "Raise ckan.max_resource_size and the web server's limit, "
                "or set file_base_url, so that CKAN links to the files."
            ),
        )
    if status in (401, 403) and "json" not in response.headers.get("Content-Type", ""):
        raise NotAuthorized(
            _("{url} refuses us ({status}), and not in CKAN's words.").format(url=url, status=status),
            hint=_("Something in front of CKAN (a firewall, a proxy, a login page) stops the request."),
        )
    if 300 <= status < 400 and status != 304:
        raise Unreachable(
            _("{url} redirects to {other}.").format(url=url, other=_bare(response.headers.get("Location", "?"))),
            hint=_("Set the target's url to the address that CKAN itself uses (ckan.site_url)."),
        )


def _retry_after(response: requests.Response) -> float | None:
    value = response.headers.get("Retry-After", "")
    return float(value) if value.isdigit() else None


class _Translated:
    """Turns what requests and ckanapi raise into our errors."""

    def __init__(self, action: str, url: str) -> None:
        self._action = action
        self._url = url

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _trace: Any) -> None:
        if error is None or isinstance(error, RemoteError):
            return
        if isinstance(error, requests.RequestException):
            raise _network_error(self._url, error) from error
        if isinstance(error, ckanapi.errors.CKANAPIError):
            raise _answer_error(self._action, self._url, error) from error


def _network_error(url: str, error: requests.RequestException) -> Unreachable:
    hint = _("Check that the server runs and that the target's url is right, then run the command again.")
    reason = getattr(error.args[0] if error.args else None, "reason", None)
    if isinstance(reason, NewConnectionError | ConnectTimeoutError) or isinstance(error, requests.ConnectTimeout):
        return _NotDelivered(_("{url} cannot be reached.").format(url=_bare(url)), hint=hint)
    if isinstance(error, requests.Timeout):
        return Uncertain(_("{url} did not answer in time.").format(url=_bare(url)), hint=hint)
    return Uncertain(_("The connection to {url} broke off.").format(url=_bare(url)), hint=hint)


def _answer_error(action: str, url: str, error: ckanapi.errors.CKANAPIError) -> RemoteError:
    if isinstance(error, ckanapi.errors.NotFound):
        return NotThere(_("CKAN at {url} has not what {action} asks for.").format(url=_bare(url), action=action))
    if isinstance(error, ckanapi.errors.NotAuthorized):
        return NotAuthorized(
            _("CKAN at {url} refuses {action} to this token.").format(url=_bare(url), action=action),
            hint=_(
                "The token must belong to a user who is editor in the publisher's organisation: "
                "run 'dulieumo ckan bootstrap', or make a new token and store it for this target."
            ),
        )
    if isinstance(error, ckanapi.errors.ValidationError):
        fields = {key: value for key, value in error.error_dict.items() if key != "__type"}
        words = "; ".join(f"{name}: {_words(value)}" for name, value in fields.items())
        return Conflict(_("CKAN refuses {action}: {words}.").format(action=action, words=words), fields=fields)
    if isinstance(
        error, ckanapi.errors.SearchQueryError | ckanapi.errors.SearchError | ckanapi.errors.SearchIndexError
    ):
        return Uncertain(
            _("CKAN's search at {url} fails.").format(url=_bare(url)),
            hint=_("Look whether Solr runs, then run the command again."),
        )
    return Uncertain(
        _("{url} answers {action} with something that is not CKAN's JSON.").format(url=_bare(url), action=action),
        hint=_("Check the target's url: it is the address of CKAN itself, without /dataset or /api."),
    )


def _words(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {_words(item)}" for key, item in value.items())
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(_words(item) for item in value if item)
    return str(value)
