"""Who may talk to the page: this machine's browser, under the page's own address, with the token that it was opened with.

Another site in the same browser can send requests to loopback: by its own name (Host), from its own pages (Origin,
Sec-Fetch-Site), with no cookie of ours (SameSite). Another user of the machine has neither the token nor the cookie; the token
is good once, since a browser's command line can be read by all.
"""

from __future__ import annotations

import secrets
from html import escape
from urllib.parse import parse_qs

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dulieumo.i18n import _, language

COOKIE = "dulieumo-{port}"
"""Cookies know no ports: two pages that are open at once must not take each other's."""
MOST_BYTES = 64 << 20
"""Of a request; a spreadsheet of a million rows is smaller."""
_DRAINED = 16 * MOST_BYTES
_OPEN = "/static/"
_OWN = ("same-origin", "none")
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'self';"
    " base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    # no-referrer would make the browser send "Origin: null" with our own forms
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class TooLarge(Exception):
    """The request has more than `MOST_BYTES`; the rest of it was read and thrown away."""


class Guard:
    """Middleware around the whole application. `host` is "127.0.0.1:port", `token` what the address to open carries."""

    def __init__(self, app: ASGIApp, *, host: str, token: str) -> None:
        self.app, self.host, self.origin = app, host, f"http://{host}"
        self._cookie = COOKIE.format(port=host.partition(":")[2])
        self._token: str | None = token
        self._session = secrets.token_urlsafe(32)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self.app(scope, receive, send)
            return  # no websockets here
        refused = self._refusal(scope)
        if refused is not None:
            await refused(scope, receive, _with_headers(send))
            return
        await self.app(scope, _bounded(receive), _with_headers(send))

    def _refusal(self, scope: Scope) -> Response | None:
        """The answer to a request that the application must not see; None for one that it may."""
        headers, method = Headers(scope=scope), scope["method"]
        if headers.getlist("host") != [self.host]:
            return _plain(400, _("This page answers only under its own address on this machine."))
        if headers.get("sec-fetch-site", "none") not in _OWN:
            return _plain(403, _("Another site has no access to this page."))
        if method not in ("GET", "HEAD") and (method != "POST" or headers.getlist("origin") != [self.origin]):
            return _plain(403, _("Another site has no access to this page."))
        if scope["path"].startswith(_OPEN):
            return None
        given = parse_qs(scope["query_string"].decode("latin-1")).get("token")
        is_known = self._is_known(headers)
        if method == "GET" and given is not None and (is_known or self._is_token(given[0])):
            answer = RedirectResponse("/", status_code=303)
            answer.set_cookie(self._cookie, self._session, httponly=True, samesite="strict", path="/")
            return answer
        if is_known:
            return None
        text = _("Open the page from the program’s window: this address alone does not open it.")
        return _plain(403, text + " " + _("If you closed the browser, close the program and start it again."))

    def _is_known(self, headers: Headers) -> bool:
        cookies = [cookie_parser(one).get(self._cookie, "") for one in headers.getlist("cookie")]
        return any(secrets.compare_digest(cookie.encode(), self._session.encode()) for cookie in cookies)

    def _is_token(self, given: str) -> bool:
        """Whether this is the token, the first time."""
        if self._token is None or not secrets.compare_digest(given.encode(), self._token.encode()):
            return False
        self._token = None
        return True


def _plain(status: int, text: str) -> HTMLResponse:
    title = escape(_("This page is not open to you"))
    return HTMLResponse(
        f'<!doctype html>\n<html lang="{language()}"><head><meta charset="utf-8"><title>{title}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="stylesheet" href="/static/web.css">'
        f'</head><body><main class="page"><h1>{title}</h1><p>{escape(text)}</p></main></body></html>\n',
        status_code=status,
    )


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers[name] = value
        await send(message)

    return sending


def _bounded(receive: Receive) -> Receive:
    """The body up to the limit. Of a larger one the rest is read first, so that the browser shows our answer, no reset."""
    seen = 0

    async def receiving() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > MOST_BYTES:
            while message.get("more_body") and seen <= _DRAINED:
                message = await receive()
                seen += len(message.get("body", b""))
            raise TooLarge
        return message

    return receiving
