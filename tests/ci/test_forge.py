"""The comment on a forge: written once, then written over; the token goes to the forge and nowhere else."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from dulieumo.ci import forge
from dulieumo.ci.comment import MARK
from dulieumo.errors import ConfigError, NotAuthorized, Unreachable


class Forge:
    """Comments in memory, behind the addresses of GitHub and of GitLab."""

    def __init__(self) -> None:
        self.comments: list[dict[str, Any]] = []
        self.tokens: set[str] = set()
        self.status = 200
        self.url = ""


@pytest.fixture
def served() -> Iterator[Forge]:
    state = Forge()

    class Handler(BaseHTTPRequestHandler):
        def _answer(self, value: Any) -> None:
            state.tokens.add(self.headers.get("Authorization") or self.headers.get("PRIVATE-TOKEN") or "")
            if state.status == 302:
                self.send_response(302)
                self.send_header("Location", "http://127.0.0.1:9/")
                self.end_headers()
                return
            self.send_response(state.status)
            self.end_headers()
            self.wfile.write(json.dumps(value).encode())

        def _body(self) -> Any:
            return json.loads(self.rfile.read(int(self.headers["Content-Length"])))

        def do_GET(self) -> None:
            page = int(self.path.rsplit("page=", 1)[-1])
            self._answer(state.comments[(page - 1) * 100 : page * 100])

        def do_POST(self) -> None:
            state.comments.append({"id": len(state.comments) + 1, **self._body()})
            self._answer(state.comments[-1])

        def _update(self) -> None:
            number = int(self.path.rsplit("/", 1)[-1])
            state.comments[number - 1] |= self._body()
            self._answer(state.comments[number - 1])

        do_PATCH = do_PUT = _update  # noqa: N815 the names that http.server asks for

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield state
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def github(served: Forge, tmp_path: Path) -> dict[str, str]:
    event = tmp_path / "event.json"
    event.write_text(json.dumps({"pull_request": {"number": 7}}), encoding="utf-8")
    return {
        "GITHUB_REPOSITORY": "lang-mau/du-lieu",
        "GITHUB_API_URL": served.url,
        "GITHUB_TOKEN": "bi-mat",
        "GITHUB_EVENT_PATH": str(event),
    }


@pytest.fixture
def gitlab(served: Forge) -> dict[str, str]:
    return {
        "CI_PROJECT_ID": "42",
        "CI_API_V4_URL": served.url,
        "CI_MERGE_REQUEST_IID": "7",
        "DULIEUMO_GITLAB_TOKEN": "bi-mat",
    }


@pytest.mark.parametrize("which", ["github", "gitlab"])
def test_a_comment_is_written_once_and_then_written_over(
    served: Forge, which: str, request: pytest.FixtureRequest
) -> None:
    environment = request.getfixturevalue(which)
    served.comments = [{"id": n + 1, "body": f"Ý kiến {n}"} for n in range(130)]
    where = forge.thread(environment)
    assert forge.put(where, MARK, f"{MARK}\nMột") == "created"
    assert forge.put(where, MARK, f"{MARK}\nHai") == "updated"
    ours = [item["body"] for item in served.comments if MARK in item["body"]]
    assert ours == [f"{MARK}\nHai"]
    assert len(served.comments) == 131
    assert served.tokens == {"Bearer bi-mat" if which == "github" else "bi-mat"}


def test_a_second_workflow_names_the_pull_request_itself(github: dict[str, str]) -> None:
    del github["GITHUB_EVENT_PATH"]
    assert "/issues/12/comments" in forge.thread(github, number=12).comments
    with pytest.raises(ConfigError):
        forge.thread(github)


def test_the_token_is_in_no_representation_and_no_error(served: Forge, github: dict[str, str]) -> None:
    where = forge.thread(github)
    assert "bi-mat" not in repr(where)
    served.status = 403
    with pytest.raises(NotAuthorized) as caught:
        forge.put(where, MARK, MARK)
    assert "bi-mat" not in f"{caught.value.message}{caught.value.hint}"
    assert caught.value.hint


def test_a_redirect_takes_the_token_nowhere(served: Forge, github: dict[str, str]) -> None:
    served.status = 302
    with pytest.raises(Exception, match="302"):
        forge.put(forge.thread(github), MARK, MARK)


def test_a_forge_that_fails_is_told(served: Forge, github: dict[str, str]) -> None:
    served.status = 502
    with pytest.raises(Unreachable, match="502"):
        forge.put(forge.thread(github), MARK, MARK)


def test_outside_ci_and_without_a_token_it_says_what_is_missing(github: dict[str, str], gitlab: dict[str, str]) -> None:
    with pytest.raises(ConfigError):
        forge.thread({})
    with pytest.raises(NotAuthorized, match="GITHUB_TOKEN"):
        forge.thread({**github, "GITHUB_TOKEN": ""})
    with pytest.raises(ConfigError):
        forge.thread({**gitlab, "CI_MERGE_REQUEST_IID": ""})
