"""The comment on GitHub or GitLab: found by its mark and written over, or written anew. One request at a time, no redirects."""

from __future__ import annotations

import json
import os
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import HTTPMessage
from typing import IO, Any
from urllib.parse import quote, urlsplit

from dulieumo import __version__
from dulieumo.errors import ConfigError, NotAuthorized, Rejected, Unreachable
from dulieumo.i18n import _

TIMEOUT_SECONDS = 30
_PAGES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """A pull request's comments. `comments` is the address of the list, `one` of a single comment, with {id}. `method` updates it."""

    comments: str
    one: str
    method: str
    headers: Mapping[str, str] = field(repr=False)


def thread(environment: Mapping[str, str] = os.environ, *, number: int | None = None) -> Thread:
    """The pull request that this CI run is about, or number `number`. Raises ConfigError where the run is about none."""
    if environment.get("GITHUB_REPOSITORY"):
        wanted = number or _github_number(environment)
        api = environment.get("GITHUB_API_URL", "https://api.github.com")
        root = f"{api}/repos/{environment['GITHUB_REPOSITORY']}/issues"
        headers = {
            "Authorization": f"Bearer {_token(environment, 'GITHUB_TOKEN')}",
            "Accept": "application/vnd.github+json",
            "X-GitHub-Api-Version": "2022-11-28",
        }
        return Thread(
            comments=f"{root}/{wanted}/comments", one=f"{root}/comments/{{id}}", method="PATCH", headers=headers
        )
    if environment.get("CI_PROJECT_ID"):
        iid = str(number or environment.get("CI_MERGE_REQUEST_IID", ""))
        if not iid:
            raise ConfigError(_("This run is about no merge request."))
        project = quote(environment["CI_PROJECT_ID"], safe="")
        root = f"{environment['CI_API_V4_URL']}/projects/{project}/merge_requests/{iid}/notes"
        headers = {"PRIVATE-TOKEN": _token(environment, "DULIEUMO_GITLAB_TOKEN")}
        return Thread(comments=root, one=f"{root}/{{id}}", method="PUT", headers=headers)
    raise ConfigError(
        _("This is neither GitHub Actions nor GitLab CI."), hint=_("Use `dulieumo ci comment --output FILE` elsewhere.")
    )


def put(where: Thread, mark: str, body: str) -> str:
    """Write `body` over the comment that holds `mark`, or as a new one. Returns "created" or "updated". Raises RemoteError."""
    for page in range(1, _PAGES + 1):
        found = _call("GET", f"{where.comments}?per_page=100&page={page}", where.headers)
        for comment in found:
            if mark in str(comment.get("body", "")):
                _call(where.method, where.one.format(id=comment["id"]), where.headers, {"body": body})
                return "updated"
        if len(found) < 100:
            break
    _call("POST", where.comments, where.headers, {"body": body})
    return "created"


def _github_number(environment: Mapping[str, str]) -> int:
    path = environment.get("GITHUB_EVENT_PATH")
    try:
        with open(path or "", encoding="utf-8") as file:  # noqa: PTH123 the path is GitHub's
            event = json.load(file)
        return int(event["pull_request"]["number"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ConfigError(_("This run is about no pull request.")) from error


def _token(environment: Mapping[str, str], name: str) -> str:
    token = environment.get(name, "").strip()
    if not token:
        raise NotAuthorized(_("The environment has no {name}.").format(name=name))
    return token


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """The token goes to the address that we asked, and nowhere else."""

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> None:
        return None


def _call(method: str, address: str, headers: Mapping[str, str], value: Any = None) -> Any:
    if urlsplit(address).scheme not in ("http", "https"):
        raise ConfigError(_("{address} is not an http:// or https:// address.").format(address=address))
    data = json.dumps(value).encode() if value is not None else None
    own = {"User-Agent": f"dulieumo/{__version__}", "Content-Type": "application/json", **headers}
    request = urllib.request.Request(address, data=data, headers=own, method=method)  # noqa: S310 checked above
    try:
        with urllib.request.build_opener(_NoRedirects).open(request, timeout=TIMEOUT_SECONDS) as answer:
            return json.loads(answer.read() or b"null")
    except urllib.error.HTTPError as error:
        error.close()
        if error.code in (401, 403):
            raise NotAuthorized(
                _("{host} does not let this token write comments.").format(host=urlsplit(address).hostname),
                hint=_("A pull request from a fork has no such right: post the comment from a second workflow."),
            ) from None
        kind = Rejected if error.code < 500 else Unreachable
        raise kind(_("{host} answers {status}.").format(host=urlsplit(address).hostname, status=error.code)) from None
    except (urllib.error.URLError, OSError, ValueError) as error:
        raise Unreachable(_("{host} cannot be reached.").format(host=urlsplit(address).hostname)) from error
