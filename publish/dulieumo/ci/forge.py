"""The comment on GitHub or GitLab: found by its mark and written over, or written anew. One request at a time, no redirects."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from dulieumo import transport
from dulieumo.errors import ConfigError, NotAuthorized, Rejected, Unreachable
from dulieumo.i18n import _

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


def artifacts(environment: Mapping[str, str] = os.environ) -> str:
    """The page on which the forge shows the files that this run keeps; "" outside CI."""
    if environment.get("GITHUB_RUN_ID") and environment.get("GITHUB_REPOSITORY"):
        server = environment.get("GITHUB_SERVER_URL", "https://github.com")
        return f"{server}/{environment['GITHUB_REPOSITORY']}/actions/runs/{environment['GITHUB_RUN_ID']}#artifacts"
    return f"{environment['CI_JOB_URL']}/artifacts/browse" if environment.get("CI_JOB_URL") else ""


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


def _call(method: str, address: str, headers: Mapping[str, str], value: Any = None) -> Any:
    data = json.dumps(value).encode() if value is not None else None
    own = {"Content-Type": "application/json", **headers}
    answer = transport.send(address, method=method, headers=own, body=data)
    where = transport.host(address)
    if answer.status in (401, 403):
        raise NotAuthorized(
            _("{host} does not let this token write comments.").format(host=where),
            hint=_("A pull request from a fork has no such right: post the comment from a second workflow."),
        )
    if answer.status >= 300:
        kind = Rejected if answer.status < 500 else Unreachable
        raise kind(_("{host} answers {status}.").format(host=where, status=answer.status))
    try:
        return json.loads(answer.body or b"null")
    except ValueError as error:
        raise Unreachable(_("{host} answers with something that is not JSON.").format(host=where)) from error
